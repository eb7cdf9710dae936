/* format.c - printf's conversions: %d %i %u %x %X %c %s %p %%, flags `0` `-`, width, precision,
 * length l, ll, z. See print.h.
 *
 * No floating point, no %n. An unknown conversion is printed as it stands, so that a mistake shows
 * in the text. Source: C11 7.21.6.1. */

#include "lib/format.h"
#include "lib/print.h"
#include "lib/string.h"

/* One conversion, as parsed from its text. */
struct spec {
    bool left, zero, is_long;
    u32 width;
    s32 precision; /* -1: none given */
};

/* Counts before it hands on: vsnprintf's sink reads the count as a position. */
static void
put(struct sink *out, char c)
{
    out->count++;
    out->put(out, c);
}

/* Fills a field: as many `c` as bring `have` characters to `want`. */
static void
pad(struct sink *out, char c, u32 have, u32 want)
{
    for (; have < want; have++)
        put(out, c);
}

/* Writes text of `n` characters into its field. */
static void
put_text(struct sink *out, const struct spec *s, const char *text, u32 n)
{
    if (!s->left)
        pad(out, ' ', n, s->width);
    for (u32 i = 0; i < n; i++)
        put(out, text[i]);
    if (s->left)
        pad(out, ' ', n, s->width);
}

/* A precision limits how far the text is read, so it need not end with a NUL then (C11). A null
 * pointer is printed as such: a message about an error must not cause another one. */
static void
put_string(struct sink *out, const struct spec *s, const char *text)
{
    if (!text)
        text = "(null)";
    size_t max = s->precision < 0 ? (size_t)INT32_MAX : (size_t)s->precision;
    put_text(out, s, text, (u32)strnlen(text, max));
}

/* `prefix` is "-", "0x" or "": it stands before the zeros. Zeros come from a precision, or from the
 * flag `0`, which counts only without one and without `-`; a value of 0 with precision 0 has no
 * digit at all. Digits are made backwards, the last one first. */
static void
put_number(struct sink *out, const struct spec *s, u64 value, u32 base, bool upper,
           const char *prefix)
{
    const char *digit = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    char text[20]; /* 2^64 has 20 digits */
    u32 n = 0, before = (u32)strlen(prefix);
    for (; value; value /= base)
        text[n++] = digit[value % base];
    u32 least = s->precision < 0 ? 1 : (u32)s->precision;
    if (s->zero && !s->left && s->precision < 0 && s->width > before)
        least = MAX(least, s->width - before);
    u32 length = MAX(n, least);
    if (!s->left)
        pad(out, ' ', before + length, s->width);
    while (*prefix)
        put(out, *prefix++);
    pad(out, '0', n, length);
    for (u32 i = n; i > 0; i--)
        put(out, text[i - 1]);
    if (s->left)
        pad(out, ' ', before + length, s->width);
}

/* Reads a width or a precision, digits or `*`, to *count. The limit keeps a mad one from
 * overflowing, which C would leave undefined. */
static const char *
parse_count(const char *p, va_list *ap, s32 *count)
{
    if (*p == '*') {
        *count = va_arg(*ap, int);
        return p + 1;
    }
    for (*count = 0; *p >= '0' && *p <= '9'; p++)
        *count = MIN(*count, 9999) * 10 + (*p - '0');
    return p;
}

/* Reads what stands between `%` and the conversion letter; returns where the letter is. */
static const char *
parse_spec(const char *p, va_list *ap, struct spec *s)
{
    s32 width;
    *s = (struct spec){ .precision = -1 };
    for (; *p == '-' || *p == '0'; p++)
        *(*p == '-' ? &s->left : &s->zero) = true;
    p = parse_count(p, ap, &width);
    s->left |= width < 0; /* a negative `*` means the flag and the width (C11) */
    s->width = width < 0 ? -(u32)width : (u32)width;
    if (*p == '.')
        p = parse_count(p + 1, ap, &s->precision);
    for (; *p == 'l' || *p == 'z'; p++)
        s->is_long = true;
    return p;
}

/* The smallest number has no positive twin in s64: negated as unsigned, it is right all the
 * same. */
static void
put_signed(struct sink *out, const struct spec *s, s64 value)
{
    put_number(out, s, value < 0 ? -(u64)value : (u64)value, 10, false, value < 0 ? "-" : "");
}

/* Executes one conversion. False if there is none of that letter. */
static bool
convert(struct sink *out, const struct spec *s, char letter, va_list *ap)
{
    char c;
    switch (letter) {
    case 'd':
    case 'i':
        put_signed(out, s, s->is_long ? va_arg(*ap, long) : va_arg(*ap, int));
        return true;
    case 'u':
    case 'x':
    case 'X':
        put_number(out, s, s->is_long ? va_arg(*ap, unsigned long) : va_arg(*ap, unsigned),
                   letter == 'u' ? 10 : 16, letter == 'X', "");
        return true;
    case 'p':
        put_number(out, s, (u64)(uintptr_t)va_arg(*ap, void *), 16, false, "0x");
        return true;
    case 'c':
        c = (char)va_arg(*ap, int);
        put_text(out, s, &c, 1);
        return true;
    case 's':
        put_string(out, s, va_arg(*ap, const char *));
        return true;
    case '%':
        put(out, '%');
        return true;
    default:
        return false;
    }
}

void
format(struct sink *out, const char *fmt, va_list ap)
{
    va_list args;
    va_copy(args, ap); /* an array type on some hosts: its address is only safe for a local one */
    for (; *fmt; fmt++) {
        struct spec s;
        const char *letter = fmt;
        if (*fmt == '%') {
            letter = parse_spec(fmt + 1, &args, &s);
            if (convert(out, &s, *letter, &args)) {
                fmt = letter;
                continue;
            }
        }
        put(out, *fmt); /* an ordinary character, or the % of no conversion we know */
    }
    va_end(args);
}

/* --- into memory ------------------------------------------------------------------------------ */

struct buffer {
    struct sink sink;
    char *text;
    size_t size;
};

/* The last byte stays free for the NUL. */
static void
put_in_buffer(struct sink *s, char c)
{
    struct buffer *b = container_of(s, struct buffer, sink);
    if (s->count < b->size)
        b->text[s->count - 1] = c;
}

int
vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
    struct buffer b = { { put_in_buffer, 0 }, buf, size };
    format(&b.sink, fmt, ap);
    if (size)
        buf[MIN(b.sink.count, size - 1)] = '\0';
    return (int)b.sink.count;
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
