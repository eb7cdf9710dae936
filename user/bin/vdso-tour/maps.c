/* maps.c - what /proc/self/maps says about the vDSO and its data.
 *
 * Source of the lines' form: proc(5). */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "tour.h"

/* Reads all of a small file of /proc as a text. The kernel makes the lines while they are read, so
 * one read may give only some of them. */
static void
read_text(const char *path, char *to, size_t size)
{
    size_t used = 0;
    to[0] = '\0';
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return;
    while (used < size - 1) {
        ssize_t got = read(fd, to + used, size - 1 - used);
        if (got <= 0)
            break;
        used += got;
    }
    close(fd);
    to[used] = '\0';
}

/* Whether the line, of `length` characters, ends with `name`. */
static bool
ends_with(const char *line, size_t length, const char *name)
{
    size_t size = strlen(name);
    return length >= size && strncmp(line + length - size, name, size) == 0;
}

/* Shows a line if it is one of three: the others are the program's own, and `cat /proc/self/maps`
 * shows them. Its range and its rights are enough. */
static void
show_line(const char *line, size_t length)
{
    static const char *const names[] = { "[vvar]", "[vdso]", "[sigpage]" };
    int range_and_rights = strcspn(line, " ") + sizeof(" rwxp") - 1;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (ends_with(line, length, names[i]))
            printf("maps    %.*s %s\n", range_and_rights, line, names[i]);
}

void
show_maps(void)
{
    static char text[8192];
    read_text("/proc/self/maps", text, sizeof(text));
    const char *line = text;
    while (*line) {
        size_t length = strcspn(line, "\n");
        show_line(line, length);
        line += length;
        if (*line)
            line++;
    }
}
