/* areas.h - reads /proc/self/maps, for checks about how mappings are split and merged.
 *
 * How areas are cut shows nowhere else: their contents are the same before and after. No malloc
 * and no stdio: both would change what is read. Source: proc(5), /proc/PID/maps. */
#pragma once
#include "check.h"

struct area {
    unsigned long start, end, offset, inode;
    char prot[5];
    char name[80];
};

#define AREAS_MAX 256
static struct area areas[AREAS_MAX];
static int areas_count;

/* Fills areas[]; fails the check on a line that does not have Linux's form, which pmap, gdb and the
 * sanitizers parse. The kernel may give the text in pieces, and never a line twice. */
static inline void
areas_read(void)
{
    static char text[65536];
    int fd = OK(open("/proc/self/maps", O_RDONLY));
    size_t size = 0;
    long n;
    while ((n = OK(read(fd, text + size, sizeof(text) - 1 - size))) > 0)
        size += n;
    close(fd);
    text[size] = 0;
    areas_count = 0;
    for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
        struct area *a = &areas[areas_count++];
        unsigned major, minor;
        *end = 0;
        memset(a, 0, sizeof(*a));
        if (sscanf(line, "%lx-%lx %4s %lx %x:%x %lu %79[^\n]", &a->start, &a->end, a->prot,
                   &a->offset, &major, &minor, &a->inode, a->name) < 7 ||
            areas_count == AREAS_MAX)
            FAIL("expected `start-end prot offset dev inode name`, seen `%s`", line);
    }
}

/* The area with this address, or NULL. Call areas_read() before. */
static inline const struct area *
area_at(const void *address)
{
    unsigned long at = (unsigned long)address;
    for (int i = 0; i < areas_count; i++)
        if (areas[i].start <= at && at < areas[i].end)
            return &areas[i];
    return NULL;
}

/* The first area with this name, or NULL. Call areas_read() before. */
static inline const struct area *
area_named(const char *name)
{
    for (int i = 0; i < areas_count; i++)
        if (strcmp(areas[i].name, name) == 0)
            return &areas[i];
    return NULL;
}

/* What is mapped in [start, start+pages): the lines' protections in order, like "rw-p:1 r--p:2",
 * with "hole" for what is not mapped. Only what lies inside is counted, so neighbours do not
 * matter. */
static inline const char *
areas_shape(const char *start, unsigned long pages)
{
    static char text[400];
    unsigned long at = (unsigned long)start, end = at + pages * PAGE;
    int n = 0;
    text[0] = 0;
    areas_read();
    while (at < end && n < (int)sizeof(text) - 40) {
        const struct area *a = area_at((void *)at);
        unsigned long next = end;
        for (int i = 0; i < areas_count && !a; i++)
            if (areas[i].start > at && areas[i].start < next)
                next = areas[i].start;
        if (a && a->end < end)
            next = a->end;
        n += snprintf(text + n, sizeof(text) - n, "%s%s:%lu", n ? " " : "", a ? a->prot : "hole",
                      (next - at) / PAGE);
        at = next;
    }
    return text;
}

/* The range has these areas, and no others. Fails with both texts. */
#define SHAPE(start, pages, wanted)                                                                \
    do {                                                                                           \
        const char *shape_ = areas_shape((const char *)(start), pages);                            \
        if (strcmp(shape_, wanted) != 0)                                                           \
            FAIL("expected areas `%s` in /proc/self/maps, seen `%s`", wanted, shape_);             \
    } while (0)
