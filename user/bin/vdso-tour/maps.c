/* maps.c - what /proc/self/maps says about the vDSO and its data.
 *
 * Source of the lines' form: proc(5). */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "tour.h"

/* All of a small file of /proc as a text. Its lines are made while they are read, so one read may
 * give only some of them. */
static void
read_text(const char *path, char *to, size_t size)
{
    size_t used = 0;
    ssize_t got = 1;
    int fd = open(path, O_RDONLY);
    while (fd >= 0 && got > 0 && used < size - 1) {
        got = read(fd, to + used, size - 1 - used);
        used += got > 0 ? (size_t)got : 0;
    }
    if (fd >= 0)
        close(fd);
    to[used] = '\0';
}

/* Whether the line, of `length` characters, ends with `name`. */
static int
ends_with(const char *line, size_t length, const char *name)
{
    size_t size = strlen(name);
    return length >= size && strncmp(line + length - size, name, size) == 0;
}

/* Only three lines of them: the others are the program's own, and `cat /proc/self/maps` shows
 * them. */
void
show_maps(void)
{
    static char text[8192];
    static const char *const names[] = { "[vvar]", "[vdso]", "[sigpage]" };
    size_t length;
    read_text("/proc/self/maps", text, sizeof(text));
    for (const char *line = text; *line; line += length + (line[length] == '\n')) {
        length = strcspn(line, "\n");
        for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
            if (ends_with(line, length, names[i])) /* its range and its rights are enough */
                printf("maps    %.*s %s\n", (int)(strcspn(line, " ") + 5), line, names[i]);
    }
}
