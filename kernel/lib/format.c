/* format.c - printf's conversions: %d %u %x %c %s %%, flags `0` `-`, width, lengths l, z. See
 * print.h.
 *
 * What the kernel says needs no more: no precision, no floating point. An unknown conversion is
 * printed as it stands, so that a mistake shows in the text. Source: C11 7.21.6.1. */

#include "lib/print.h"
#include "lib/string.h"

struct buffer {
    char *text;
    size_t size, count; /* bytes there are, characters put so far */
};

/* Puts `n` characters, within a field of `width`. What does not fit into the buffer is counted all
 * the same; its last byte stays free for the NUL. */
static void
put_field(struct buffer *b, const char *text, size_t n, size_t width, bool left)
{
    size_t blanks = MAX(width, n) - n, start = left ? 0 : blanks;
    for (size_t i = 0; i < n + blanks; i++, b->count++)
        if (b->count + 1 < b->size) /* in front of the text i - start is a huge number */
            b->text[b->count] = i - start < n ? text[i - start] : ' ';
}

/* Writes a number in front of `end`, last digit first, with zeros up to `least` characters. */
static char *
put_digits(char *end, u64 value, u64 base, bool negative, s64 least)
{
    char *text = end;
    do
        *--text = "0123456789abcdef"[value % base];
    while ((value /= base) || end - text + negative < least);
    if (negative)
        *--text = '-';
    return text;
}

/* Executes the conversion behind a `%` and returns where its letter is, NULL if there is none of
 * that letter. */
static const char *
convert(struct buffer *b, const char *p, va_list *ap)
{
    char digits[32], *end = digits + sizeof(digits); /* 2^64 has 20; more is room for zeros */
    const char *text = digits;
    bool left = false, zero = false, is_long = false, negative = false;
    s64 width = 0;
    u64 number;
    for (; *p == '-' || *p == '0'; p++)
        *(*p == '-' ? &left : &zero) = true;
    for (; *p >= '0' && *p <= '9'; p++)
        width = width * 10 + (*p - '0');
    for (; *p == 'l' || *p == 'z'; p++)
        is_long = true;
    switch (*p) {
    case 'd': /* the smallest number has no positive twin: it is negated as unsigned */
    case 'u':
    case 'x':
        number = is_long     ? va_arg(*ap, u64)
                 : *p == 'd' ? (u64)va_arg(*ap, int)
                             : (u64)va_arg(*ap, unsigned);
        negative = *p == 'd' && (s64)number < 0;
        text = put_digits(end, negative ? -number : number, *p == 'x' ? 16 : 10, negative,
                          zero && !left ? MIN(width, (s64)sizeof(digits)) : 0);
        break;
    case 's': /* a message about an error must not cause another one */
        text = va_arg(*ap, const char *) ?: "(null)";
        end = (char *)text + strlen(text);
        break;
    case 'c':
    case '%':
        digits[0] = *p == 'c' ? (char)va_arg(*ap, int) : '%';
        end = digits + 1;
        break;
    default:
        return NULL;
    }
    put_field(b, text, (size_t)(end - text), (size_t)width, left);
    return p;
}

int
vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
    struct buffer b = { buf, size, 0 };
    va_list args;
    va_copy(args, ap); /* an array type on some hosts: its address is only safe for a local one */
    for (; *fmt; fmt++) {
        const char *letter = *fmt == '%' ? convert(&b, fmt + 1, &args) : NULL;
        if (letter)
            fmt = letter;
        else
            put_field(&b, fmt, 1, 0, false); /* ordinary, or the % of no conversion we know */
    }
    va_end(args);
    if (size)
        buf[MIN(b.count, size - 1)] = '\0';
    return (int)b.count;
}

int
snprintf(char *buf, size_t size, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(buf, size, fmt, ap);
    va_end(ap);
    return n;
}
