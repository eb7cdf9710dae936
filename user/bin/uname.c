/* uname.c - what this system is called.
 *
 *     uname [-asnrvm]      without an option: -s
 *
 * -s the system, -n this machine's name, -r the release, -v the version, -m the processor; -a all
 * of them. The kernel answers in this order. Follows POSIX.1-2017, "uname". */

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FIELDS = 5, FIELD_SIZE = 65 };

/* Linux's struct new_utsname: the sixth field is a domain that nobody asks for. */
typedef char names[FIELDS + 1][FIELD_SIZE];

static const char letters[] = "snrvm"; /* in the kernel's order */

/* Notes which fields the letters ask for; false when one is no option. */
static bool
choose(const char *options, bool wanted[FIELDS])
{
    for (; *options; options++) {
        const char *found = strchr(letters, *options);
        if (!found && *options != 'a')
            return false;
        for (int i = 0; i < FIELDS; i++)
            wanted[i] |= *options == 'a' || letters + i == found;
    }
    return true;
}

static void
print(names names, const bool wanted[FIELDS])
{
    const char *between = "";
    for (int i = 0; i < FIELDS; i++) {
        if (!wanted[i])
            continue;
        printf("%s%s", between, names[i]);
        between = " ";
    }
    putchar('\n');
}

int
main(int argc, char **argv)
{
    bool wanted[FIELDS] = { argc < 2 };
    names names;
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] != '-' || !argv[i][1] || !choose(argv[i] + 1, wanted)) {
            fprintf(stderr, "usage: uname [-asnrvm]\n");
            return 2;
        }
    }
    if (syscall(__NR_uname, names) != 0) {
        fprintf(stderr, "uname: %s\n", strerror(errno));
        return 1;
    }
    print(names, wanted);
    return fflush(stdout) == 0 ? 0 : 1;
}
