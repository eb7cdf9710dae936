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
    bool left, zero; /* flags - 0 */
    bool is_long;
    size_t width;
    char conversion;
};

/* The one place where a byte is stored. */
static void
put(struct sink *sink, char c)
{
    if (sink->length < sink->room)
        sink->to[sink->length] = c;
    sink->length++;
}

/* Puts a text in a field of spec->width bytes, to the right unless the flag - says left. */
static void
put_field(struct sink *sink, const struct spec *spec, const char *text, size_t length)
{
    size_t blanks = spec->width > length ? spec->width - length : 0;
    for (size_t i = 0; i < blanks && !spec->left; i++)
        put(sink, ' ');
    for (size_t i = 0; i < length; i++)
        put(sink, text[i]);
    for (size_t i = 0; i < blanks && spec->left; i++)
        put(sink, ' ');
}

/* Digits are made from the last to the first, then the sign in front. Flag 0 asks for as many as
 * fill the width with the sign. */
static void
put_number(struct sink *sink, const struct spec *spec, u64 value, u64 base, bool negative)
{
    char text[MOST_DIGITS];
    char *end = text + sizeof(text);
    char *at = end;
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
    *spec = (struct spec){ 0 };
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

/* Takes the argument that the conversion asks for. False, with nothing done, when it is unknown. */
static bool
convert(struct sink *sink, const struct spec *spec, va_list *arguments)
{
    switch (spec->conversion) {
    case 'd': {
        s64 value = spec->is_long ? va_arg(*arguments, s64) : va_arg(*arguments, int);
        /* The smallest number has no positive twin: it is negated as unsigned. */
        put_number(sink, spec, value < 0 ? -(u64)value : (u64)value, 10, value < 0);
        return true;
    }
    case 'u':
    case 'x': {
        u64 value = spec->is_long ? va_arg(*arguments, u64) : va_arg(*arguments, unsigned);
        put_number(sink, spec, value, spec->conversion == 'u' ? 10 : 16, false);
        return true;
    }
    case 's': { /* a message about an error must not cause another one */
        const char *text = va_arg(*arguments, const char *) ?: "(null)";
        put_field(sink, spec, text, strlen(text));
        return true;
    }
    case 'c': {
        char c = (char)va_arg(*arguments, int);
        put_field(sink, spec, &c, 1);
        return true;
    }
    case '%':
        put_field(sink, spec, "%", 1);
        return true;
    default:
        return false;
    }
}

/* Walks through the format once: each `%` begins a conversion, all other bytes go out as they are,
 * and so does the `%` of a conversion that we do not know. */
int
vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
    struct sink sink = { .to = buf, .room = size ? size - 1 : 0 };
    va_list arguments; /* a copy, because the address of a va_list parameter has another type */
    va_copy(arguments, ap);
    while (*fmt) {
        if (*fmt == '%') {
            struct spec spec;
            const char *behind = read_spec(fmt + 1, &spec);
            if (convert(&sink, &spec, &arguments)) {
                fmt = behind;
                continue;
            }
        }
        put(&sink, *fmt);
        fmt++;
    }
    va_end(arguments);
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
