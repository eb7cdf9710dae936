/* od.c - shows the bytes of files as numbers or characters.
 *
 *     od [-A d|o|x|n] [-v] [-b | -c | -d | -o | -x | -t TYPE] [FILE...]
 *
 * Sixteen bytes a line, behind their offset, which -A writes in another base or not at all. -c
 * characters, -b bytes and -o words of 16 bits in octal (the default), -d and -x such words in
 * decimal and hexadecimal; TYPE is c, or one of d o u x and a size of 1, 2, 4 or 8. Lines that are
 * equal to the one before are one *, unless -v is said. Follows POSIX.1-2017, "od", with one format
 * at a time and without -j and -N. */

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE = 16 };

static char type = 'o'; /* c d o u x */
static int size = 2;
static char base = 'o'; /* of offsets: d o x, n for none */
static bool show_all;

static int status; /* 1 after an error: the other files are still shown */

/* --- one line --------------------------------------------------------------------------------- */

/* How many characters the largest number of this type needs. */
static int
width(void)
{
    int bits = 8 * size;
    switch (type) {
    case 'c':
        return 3;
    case 'x':
        return bits / 4;
    case 'o':
        return (bits + 2) / 3;
    default: /* ten bits are about three digits; a sign */
        return (bits * 3 + 9) / 10 + (type == 'd');
    }
}

/* Characters that cannot be seen have their names in C, or their number. */
static void
print_character(unsigned char c)
{
    static const char codes[] = "\0\a\b\t\n\v\f\r", names[] = "0abtnvfr";
    const char *found = memchr(codes, c, sizeof(codes) - 1);
    if (found)
        printf("  \\%c", names[found - codes]);
    else if (isprint(c))
        printf("   %c", c);
    else
        printf(" %03o", c);
}

/* A word that the file has cut off is filled up with zeros. */
static void
print_number(const unsigned char *bytes)
{
    uint64_t value = 0;
    int unused = 64 - 8 * size;
    for (int i = size - 1; i >= 0; i--) /* the lowest byte stands first */
        value = value << 8 | bytes[i];
    if (type == 'd')
        printf(" %*ld", width(), (int64_t)(value << unused) >> unused);
    else if (type == 'u')
        printf(" %*lu", width(), value);
    else if (type == 'x')
        printf(" %0*lx", width(), value);
    else
        printf(" %0*lo", width(), value);
}

static void
print_offset(uint64_t offset)
{
    if (base == 'd')
        printf("%07lu", offset);
    else if (base == 'x')
        printf("%06lx", offset);
    else if (base == 'o')
        printf("%07lo", offset);
}

static void
print_line(const unsigned char *bytes, int count, uint64_t offset)
{
    print_offset(offset);
    for (int i = 0; i < count; i += size) {
        if (type == 'c')
            print_character(bytes[i]);
        else
            print_number(bytes + i);
    }
    putchar('\n');
}

/* --- all files, as one ------------------------------------------------------------------------ */

static void
complain(const char *name)
{
    fprintf(stderr, "od: %s: %s\n", name, strerror(errno));
    status = 1;
}

/* The next byte of all the files, one after the other; -1 at the end of the last. */
static int
next_byte(char **names)
{
    static unsigned char block[4096];
    static ssize_t have, used;
    static int file, fd = -1;
    for (;;) {
        if (used < have)
            return block[used++];
        used = 0;
        have = fd < 0 ? 0 : read(fd, block, sizeof(block));
        if (have > 0)
            continue;
        if (have < 0)
            complain(names[file - 1]);
        if (!names[file])
            return -1;
        close(fd);
        bool standard = strcmp(names[file], "-") == 0;
        fd = standard ? dup2(STDIN_FILENO, STDIN_FILENO) : open(names[file], O_RDONLY);
        if (fd < 0)
            complain(names[file]);
        file++;
    }
}

/* Fills a line; what the files do not fill is zeros. Returns how many bytes they gave. */
static int
read_line(char **names, unsigned char line[LINE])
{
    int count = 0;
    memset(line, 0, LINE);
    for (int c = next_byte(names); c >= 0; c = next_byte(names)) {
        line[count++] = c;
        if (count == LINE)
            break;
    }
    return count;
}

static void
dump(char **names)
{
    unsigned char line[LINE], before[LINE];
    uint64_t offset = 0;
    bool repeated = false;
    for (int count = read_line(names, line); count > 0; count = read_line(names, line)) {
        bool same = offset > 0 && count == LINE && memcmp(line, before, LINE) == 0;
        if (!same || show_all)
            print_line(line, count, offset);
        else if (!repeated)
            puts("*");
        repeated = same;
        memcpy(before, line, LINE);
        offset += count;
    }
    print_offset(offset);
    if (base != 'n')
        putchar('\n');
}

/* --- options ---------------------------------------------------------------------------------- */

static bool
set_format(char new_type, int new_size)
{
    type = new_type;
    size = new_size;
    return true;
}

/* -t TYPE: a letter and a size, which is 4 when none is given, as a C int has it. */
static bool
set_type(const char *text)
{
    if (strcmp(text, "c") == 0)
        return set_format('c', 1);
    if (!*text || !strchr("doux", *text))
        return false;
    if (!text[1])
        return set_format(*text, 4);
    return strchr("1248", text[1]) && !text[2] && set_format(*text, text[1] - '0');
}

static bool
set_base(const char *text)
{
    base = *text;
    return *text && strchr("doxn", *text) && !text[1];
}

static bool
set_letter(char letter)
{
    switch (letter) {
    case 'b':
        return set_format('o', 1);
    case 'c':
        return set_format('c', 1);
    case 'd':
        return set_format('u', 2);
    case 'o':
        return set_format('o', 2);
    case 'x':
        return set_format('x', 2);
    case 'v':
        show_all = true;
        return true;
    default:
        return false;
    }
}

/* Takes the option at argv[i]: letters, or -A and -t, whose value may be the next word. Returns the
 * index behind it, 0 when it is none. */
static int
take_option(char **argv, int i)
{
    const char *letters = argv[i] + 1;
    for (; *letters; letters++) {
        if (*letters == 'A' || *letters == 't') {
            const char *value = letters[1] ? letters + 1 : argv[++i];
            bool known = value && (*letters == 'A' ? set_base(value) : set_type(value));
            return known ? i + 1 : 0;
        }
        if (!set_letter(*letters))
            return 0;
    }
    return i + 1;
}

int
main(int argc, char **argv)
{
    static char *standard_input[] = { "-", NULL };
    int i = 1;
    while (i > 0 && i < argc && argv[i][0] == '-' && argv[i][1] && strcmp(argv[i], "--") != 0)
        i = take_option(argv, i);
    if (i > 0 && i < argc && strcmp(argv[i], "--") == 0)
        i++;
    if (i == 0) {
        fprintf(stderr,
                "usage: od [-A d|o|x|n] [-v] [-b | -c | -d | -o | -x | -t TYPE] [FILE...]\n");
        return 2;
    }
    dump(i < argc ? argv + i : standard_input);
    return fflush(stdout) == 0 ? status : 1;
}
