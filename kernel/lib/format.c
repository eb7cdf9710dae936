/* format.c - printf's conversions: %d %u %x %c %s %%, flags `0` `-`, width, lengths l, z. See
 * print.h.
 *
 * What the kernel says needs no more: no precision, no floating point. An unknown conversion is
 * printed as it stands, so that a mistake shows in the text. Source: C11 7.21.6.1. */

#include "lib/print.h"
#include "lib/string.h"

#define MOST_DIGITS 32 /* with the sign; 2^64 has 20, more is room for zeros */

struct sink {
    char *to;
    size_t room;   /* bytes that fit, without the NUL at the end */
    size_t length; /* bytes that came so far, room or not */
};

struct spec {
    bool left, zero, is_long; /* flags - 0, lengths l z */
    size_t width;
    char conversion;
};

/* Puts a text in a field of spec->width bytes, to the right unless the flag - says left. The one
 * place where a byte is stored. */
static void
put_field(struct sink *sink, const struct spec *spec, const char *text, size_t length)
{
    size_t field = MAX(spec->width, length);
    size_t start = spec->left ? 0 : field - length;
    for (size_t i = 0; i < field; i++) {
        bool blank = i < start || i >= start + length;
        if (sink->length < sink->room)
            sink->to[sink->length] = blank ? ' ' : text[i - start];
        sink->length++;
    }
}

/* Digits are made from the last to the first, then the sign in front. Flag 0 asks for as many as
 * fill the width with the sign. */
static void
put_number(struct sink *sink, const struct spec *spec, u64 value, bool negative)
{
    char text[MOST_DIGITS];
    char *end = text + sizeof(text);
    char *at = end;
    u64 base = spec->conversion == 'x' ? 16 : 10;
    size_t least = spec->zero && !spec->left ? MIN(spec->width, MOST_DIGITS) : 0;
    do {
        *--at = "0123456789abcdef"[value % base];
        value /= base;
    } while (value || (size_t)(end - at) + negative < least);
    if (negative)
        *--at = '-';
    put_field(sink, spec, at, (size_t)(end - at));
}

/* Reads what stands behind a `%`; returns where the format goes on behind it. */
static const char *
read_spec(const char *fmt, struct spec *spec)
{
    for (; *fmt == '-' || *fmt == '0'; fmt++) {
        spec->left |= *fmt == '-';
        spec->zero |= *fmt == '0';
    }
    for (; *fmt >= '0' && *fmt <= '9'; fmt++)
        spec->width = spec->width * 10 + (size_t)(*fmt - '0');
    for (; *fmt == 'l' || *fmt == 'z'; fmt++)
        spec->is_long = true;
    spec->conversion = *fmt;
    return fmt + 1;
}

/* Walks through the format once: each `%` begins a conversion, which takes its argument; every
 * other byte is a field of its own, and so is the `%` of a conversion that we do not know. */
int
vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
    struct sink sink = { .to = buf, .room = size ? size - 1 : 0 };
    while (*fmt) {
        struct spec spec = { 0 };
        const char *text, *behind = fmt + 1;
        s64 value;
        char c;
        if (*fmt == '%')
            behind = read_spec(fmt + 1, &spec);
        switch (spec.conversion) {
        case 'd': /* the smallest number has no positive twin: it is negated as unsigned */
            value = spec.is_long ? va_arg(ap, s64) : va_arg(ap, int);
            put_number(&sink, &spec, value < 0 ? -(u64)value : (u64)value, value < 0);
            break;
        case 'u':
        case 'x':
            put_number(&sink, &spec, spec.is_long ? va_arg(ap, u64) : va_arg(ap, unsigned), false);
            break;
        case 's': /* a message about an error must not cause another one */
            text = va_arg(ap, const char *) ?: "(null)";
            put_field(&sink, &spec, text, strlen(text));
            break;
        case 'c':
        case '%':
            c = spec.conversion == 'c' ? (char)va_arg(ap, int) : '%';
            put_field(&sink, &spec, &c, 1);
            break;
        default:
            put_field(&sink, &(struct spec){ 0 }, fmt, 1);
            behind = fmt + 1;
        }
        fmt = behind;
    }
    if (size)
        buf[MIN(sink.length, sink.room)] = '\0';
    return (int)sink.length;
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
