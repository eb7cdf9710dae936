/* printf.c - prints its arguments in a form.
 *
 *     printf FORMAT [ARGUMENT...]
 *
 * FORMAT knows C's backslashes, %d %i %u %o %x %c %s %%, and %b: a text with backslashes of its
 * own; flags, width and precision as in C. It is used again while arguments are left; one that is
 * missing is 0 or empty. Status 1 when an argument is no number. Follows POSIX.1-2017, "printf". */

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SPECIFICATION = 32 };

static char **arguments; /* what is left of them */
static int status;

static const char *
next_argument(void)
{
    return *arguments ? *arguments++ : "";
}

/* Prints what a backslash stands for; `s` is behind it. Returns the place behind the sequence. */
static const char *
print_escape(const char *s)
{
    static const char letters[] = "abfnrtv\\", codes[] = "\a\b\f\n\r\t\v\\";
    const char *found = *s ? strchr(letters, *s) : NULL;
    if (found) {
        putchar(codes[found - letters]);
        return s + 1;
    }
    if (*s < '0' || *s > '7') {
        putchar('\\');
        return s;
    }
    int code = 0;
    for (int i = 0; i < 3 && *s >= '0' && *s <= '7'; i++)
        code = code * 8 + *s++ - '0';
    putchar(code);
    return s;
}

/* %b: \0 may stand before an octal number, and \c ends all output. */
static void
print_escaped(const char *s)
{
    while (*s) {
        if (*s != '\\') {
            putchar(*s++);
            continue;
        }
        if (s[1] == 'c') {
            fflush(stdout);
            exit(status);
        }
        s = print_escape(s[1] == '0' && s[2] >= '0' && s[2] <= '7' ? s + 2 : s + 1);
    }
}

/* A number as C writes it, or a quote and a character, which stands for its code. */
static long
number(const char *text)
{
    char *end;
    if (*text == '\'' || *text == '"')
        return (unsigned char)text[1];
    errno = 0;
    long value = strtol(text, &end, 0);
    bool is_number = !*end && (!*text || end != text);
    if (!is_number || errno == ERANGE) {
        fflush(stdout);
        fprintf(stderr, "printf: %s: %s\n", text, is_number ? "too large" : "not a number");
        status = 1;
    }
    return value;
}

/* Prints an integer. C's printf does the work; it needs to hear that the number is a long. */
static void
print_integer(const char *form, char letter)
{
    char full[SPECIFICATION + 3];
    snprintf(full, sizeof(full), "%sl%c", form, letter == 'i' ? 'd' : letter);
    printf(full, number(next_argument()));
}

static void
print_text(const char *form, const char *text)
{
    char full[SPECIFICATION + 2];
    snprintf(full, sizeof(full), "%ss", form);
    printf(full, text);
}

/* Prints one conversion; `form` is its beginning, % with flags, width and precision. */
static void
print_conversion(const char *form, char letter)
{
    if (letter && strchr("diuox", letter)) {
        print_integer(form, letter);
    } else if (letter == 's') {
        print_text(form, next_argument());
    } else if (letter == 'b' && !form[1]) { /* a width would need the text's length first */
        print_escaped(next_argument());
    } else if (letter == 'c') {
        print_text(form, (char[]){ *next_argument(), '\0' });
    } else {
        fflush(stdout);
        fprintf(stderr, "printf: %s%.1s: not supported\n", form, &letter);
        exit(2);
    }
}

/* Copies flags, width and precision of a conversion; returns the place of its letter. */
static const char *
take_form(char form[SPECIFICATION], const char *format)
{
    size_t length = 1 + strspn(format + 1, "-0#123456789.");
    if (length >= SPECIFICATION)
        length = SPECIFICATION - 1;
    memcpy(form, format, length);
    form[length] = '\0';
    return format + length;
}

/* Goes through the format once. */
static void
print_once(const char *format)
{
    char form[SPECIFICATION];
    while (*format) {
        if (*format == '\\') {
            format = print_escape(format + 1);
        } else if (format[0] == '%' && format[1] == '%') {
            putchar('%');
            format += 2;
        } else if (*format == '%') {
            format = take_form(form, format);
            print_conversion(form, *format);
            format += *format != '\0';
        } else {
            putchar(*format++);
        }
    }
}

/* A format that takes no argument would never use them up. */
int
main(int argc, char **argv)
{
    int first = argc > 1 && strcmp(argv[1], "--") == 0 ? 2 : 1;
    if (first >= argc) {
        fprintf(stderr, "usage: printf FORMAT [ARGUMENT...]\n");
        return 2;
    }
    arguments = argv + first + 1;
    char **before;
    do {
        before = arguments;
        print_once(argv[first]);
    } while (*arguments && arguments > before);
    return fflush(stdout) == 0 ? status : 1;
}
