/* format.c - printf's conversions: %d %u %x %c %s %%, flags `0` `-`, width, lengths l, z. See
 * print.h.
 *
 * What the kernel says needs no more: no precision, no floating point. An unknown conversion is
 * printed as it stands, so that a mistake shows in the text. Source: C11 7.21.6.1. */

#include "lib/print.h"
#include "lib/string.h"

/* Writes a number in front of `end`, last digit first, with zeros up to `least` characters. */
static char *
put_digits(char *end, u64 value, u64 base, bool negative, size_t least)
{
    char *text = end;
    do
        *--text = "0123456789abcdef"[value % base];
    while ((value /= base) || text + least > end + negative);
    if (negative)
        *--text = '-';
    return text;
}

/* A flag, a width and a length are looked for behind every character, and mean something behind a
 * `%` that begins a conversion. Every other character is a field of one. What does not fit into the
 * buffer is counted all the same; its last byte stays free for the NUL. */
int
vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
    size_t count = 0;
    for (; *fmt; fmt++) {
        char digits[32], *end = digits + sizeof(digits); /* 2^64 has 20; more is room for zeros */
        const char *text = digits, *p = fmt + 1;
        bool left = false, zero = false, is_long = false, negative = false;
        size_t width = 0;
        u64 number;
        for (; *p == '-' || *p == '0'; p++)
            *(*p == '-' ? &left : &zero) = true;
        for (; *p >= '0' && *p <= '9'; p++)
            width = width * 10 + (size_t)(*p - '0');
        for (; *p == 'l' || *p == 'z'; p++)
            is_long = true;
        size_t zeros = zero && !left ? MIN(width, sizeof(digits)) : 0;
        switch (*fmt == '%' ? *p : '\0') {
        case 'd': /* the smallest number has no positive twin: it is negated as unsigned */
            number = is_long ? va_arg(ap, u64) : (u64)va_arg(ap, int);
            negative = (s64)number < 0;
            text = put_digits(end, negative ? -number : number, 10, negative, zeros);
            break;
        case 'u':
        case 'x':
            number = is_long ? va_arg(ap, u64) : va_arg(ap, unsigned);
            text = put_digits(end, number, *p == 'u' ? 10 : 16, false, zeros);
            break;
        case 's': /* a message about an error must not cause another one */
            text = va_arg(ap, const char *) ?: "(null)";
            end = (char *)text + strlen(text);
            break;
        case 'c':
        case '%':
            digits[0] = *p == 'c' ? (char)va_arg(ap, int) : '%';
            end = digits + 1;
            break;
        default: /* as it stands: so is the % of no conversion that we know */
            text = p = fmt;
            end = (char *)fmt + 1;
            width = 0;
        }
        fmt = p;
        size_t n = (size_t)(end - text), blanks = MAX(width, n) - n, start = left ? 0 : blanks;
        for (size_t i = 0; i < n + blanks; i++, count++)
            if (count + 1 < size) /* in front of the text i - start is a huge number */
                buf[count] = i - start < n ? text[i - start] : ' ';
    }
    if (size)
        buf[MIN(count, size - 1)] = '\0';
    return (int)count;
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
