/* cpio.c - the cpio parser. See cpio.h.
 *
 * A header is a magic and 13 numbers of 8 hexadecimal digits, then the name with its NUL, then the
 * data; name and data are each padded to multiples of 4, counted from the start of the buffer. */
#include "fs/cpio.h"
#include <asm/errno.h>
#include "lib/string.h"

enum field {
    NUMBER,
    MODE,
    UID,
    GID,
    LINKS,
    MTIME,
    FILESIZE,
    MAJOR,
    MINOR,
    RDEV_MAJOR,
    RDEV_MINOR,
    NAMESIZE,
    CHECK,
    FIELDS
};

#define MAGIC_SIZE  6
#define DIGITS      8
#define HEADER_SIZE (MAGIC_SIZE + FIELDS * DIGITS)

static int
digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
parse_header(const char *h, u32 *field)
{
    /* "070702" has a checksum, which nobody fills or checks. */
    if (memcmp(h, "070701", MAGIC_SIZE) != 0 && memcmp(h, "070702", MAGIC_SIZE) != 0)
        return false;
    h += MAGIC_SIZE;
    for (int f = 0; f < FIELDS; f++) {
        field[f] = 0;
        for (int i = 0; i < DIGITS; i++) {
            int d = digit(*h++);
            if (d < 0)
                return false;
            field[f] = field[f] << 4 | (u32)d;
        }
    }
    return true;
}

/* Skips to the next archive; false when only zeros were left. */
static bool
skip_fill(struct cpio *c)
{
    while (c->at < c->size && c->data[c->at] == '\0')
        c->at++;
    return c->at < c->size;
}

/* Every offset is checked against the size before it is used; sums of 32-bit fields cannot overflow
 * 64. */
static int
parse_entry(struct cpio *c, struct cpio_entry *e)
{
    u32 field[FIELDS];
    if (c->at % 4 || c->size - c->at < HEADER_SIZE || !parse_header(c->data + c->at, field))
        return -EINVAL;
    u64 name = c->at + HEADER_SIZE, name_end = name + field[NAMESIZE];
    if (field[NAMESIZE] == 0 || name_end > c->size || c->data[name_end - 1] != '\0')
        return -EINVAL;
    u64 data = ALIGN_UP(name_end, 4UL), end = data + field[FILESIZE];
    if (end > c->size)
        return -EINVAL;
    *e = (struct cpio_entry){
        .name = c->data + name,
        .number = field[NUMBER],
        .mode = field[MODE],
        .uid = field[UID],
        .gid = field[GID],
        .links = field[LINKS],
        .modified_s = field[MTIME],
        .major = field[MAJOR],
        .minor = field[MINOR],
        .data = data,
        .size = field[FILESIZE],
        .archive = c->archive,
    };
    c->at = MIN(ALIGN_UP(end, 4UL), c->size);
    return 1;
}

int
cpio_next(struct cpio *c, struct cpio_entry *e)
{
    while (skip_fill(c)) {
        int err = parse_entry(c, e);
        if (err < 0 || strcmp(e->name, "TRAILER!!!") != 0)
            return err;
        c->archive++;
    }
    return 0;
}
