/*
 * message.c - what the loader has to say: one line, put together from strings, one call of write.
 *
 * It has no printf; a line longer than the buffer is cut.
 */
#include <stdarg.h>
#include <string.h>
#include <unistd.h>
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
