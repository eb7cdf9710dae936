/* cpio.c - the cpio parser. See cpio.h.
 *
 *     070701 | 13 x 8 hexadecimal digits | name NUL | 0-3 NULs | data | 0-3 NULs | 070701 ...
 *
 * Name and data are each padded to multiples of 4, counted from the start of the buffer. The last
 * entry of an archive is named TRAILER!!!; the next archive may follow at once. */

#include "fs/cpio.h"
#include <asm/errno.h>
#include "lib/string.h"

#define MAGIC_SIZE  6
#define FIELDS      13
#define DIGITS      8
#define HEADER_SIZE (MAGIC_SIZE + FIELDS * DIGITS)

_Static_assert(offsetof(struct cpio_entry, archive) == FIELDS * sizeof(u32),
               "an entry begins with the numbers of a header, in their order");

/* The value of a hexadecimal digit, or -1. */
static int
digit_value(char digit)
{
    char letter = digit | 0x20;
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (letter >= 'a' && letter <= 'f')
        return letter - 'a' + 10;
    return -1;
}

/* Every offset is checked against the size before it is used; sums of 32-bit fields cannot overflow
 * 64. "070702" has a checksum, which nobody looks at. */
static bool
parse_entry(struct cpio *c, struct cpio_entry *e)
{
    u64 name = c->at + HEADER_SIZE;
    const char *h = c->data + c->at;
    if (c->at % 4 || name > c->size || (memcmp(h, "070701", 6) && memcmp(h, "070702", 6)))
        return false;
    *e = (struct cpio_entry){ .name = c->data + name, .archive = c->archive };
    u32 *field = (u32 *)e;
    for (u32 i = 0; i < FIELDS * DIGITS; i++) {
        int value = digit_value(h[MAGIC_SIZE + i]);
        if (value < 0)
            return false;
        field[i / DIGITS] = field[i / DIGITS] << 4 | (u32)value;
    }
    u64 name_end = name + e->name_size;
    u64 data = ALIGN_UP(name_end, 4UL), end = data + e->size;
    if (e->name_size == 0 || end > c->size || c->data[name_end - 1] != '\0')
        return false;
    e->data = c->data + data;
    c->at = MIN(ALIGN_UP(end, 4UL), c->size);
    return true;
}

int
cpio_next(struct cpio *c, struct cpio_entry *e)
{
    for (;;) {
        while (c->at < c->size && c->data[c->at] == '\0') /* fill before an archive or at the end */
            c->at++;
        if (c->at == c->size)
            return 0;
        if (!parse_entry(c, e))
            return -EINVAL;
        if (strcmp(e->name, "TRAILER!!!") != 0)
            return 1;
        c->archive++;
    }
}
