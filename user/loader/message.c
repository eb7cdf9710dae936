/* message.c - what the loader has to say, put together from strings and written by one call.
 *
 * The loader has no printf. A text longer than the buffer is cut. */

#include <stdarg.h>
#include <string.h>
#include "loader.h"

const char *program_name;

void
print(int fd, ...)
{
    char line[512];
    size_t length = 0;
    va_list strings;
    va_start(strings, fd);
    for (const char *s = va_arg(strings, const char *); s; s = va_arg(strings, const char *))
        while (*s && length < sizeof(line))
            line[length++] = *s++;
    va_end(strings);
    write(fd, line, length);
}
