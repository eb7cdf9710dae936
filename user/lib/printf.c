/*
 * printf.c - formatted output, into a stream or into memory.
 *
 * One interpreter of formats, `format`, hands each byte to a sink. A conversion is read into a
 * struct spec, its text is made, and put in its field. Source: ISO C, 7.21.6.1; no floats.
 */
#include <ctype.h>
#include <limits.h>
#include <string.h>
#include "stream.h"

struct sink {
    FILE *file;    /* where bytes go, or NULL: */
    char *to;      /* into memory, */
    size_t room;   /* as long as there is room */
    size_t length; /* bytes that came so far, room or not */
};

struct spec {
    int left, zero, alt;  /* flags - 0 # */
    int width, precision; /* precision -1: none was given */
    int size;             /* of the argument in bytes: 1, 2, 4 or 8 */
    char conversion;
};

static void
put(struct sink *sink, char c)
{
    if (sink->file)
        stream_put(sink->file, c);
    else if (sink->length < sink->room)
        sink->to[sink->length] = c;
    sink->length++;
}

static void
pad(struct sink *sink, char c, int count)
{
    while (count-- > 0)
        put(sink, c);
}

/* A field: [spaces][prefix][zeros][text][spaces]. */
static void
put_field(struct sink *sink, const struct spec *spec, const char *prefix, int zeros,
          const char *text, int length)
{
    int rest = spec->width - (int)strlen(prefix) - zeros - length;
    if (!spec->left)
        pad(sink, ' ', rest);
    while (*prefix)
        put(sink, *prefix++);
    pad(sink, '0', zeros);
    for (int i = 0; i < length; i++)
        put(sink, text[i]);
    if (spec->left)
        pad(sink, ' ', rest);
}

static void
put_string(struct sink *sink, const struct spec *spec, const char *s)
{
    s = s ? s : "(null)";
    size_t most = spec->precision < 0 ? INT_MAX : spec->precision;
    put_field(sink, spec, "", 0, s, strnlen(s, most));
}

static void
put_number(struct sink *sink, const struct spec *spec, const char *prefix, unsigned long value)
{
    static const char lower[] = "0123456789abcdef", upper[] = "0123456789ABCDEF";
    const char *digits = spec->conversion == 'X' ? upper : lower;
    int base = strchr("xXp", spec->conversion) ? 16 : spec->conversion == 'o' ? 8 : 10;
    char text[24], *end = text + sizeof(text), *at = end;
    for (; value; value /= base)
        *--at = digits[value % base];
    int least = spec->precision < 0 ? 1 : spec->precision;
    if (spec->zero && !spec->left && spec->precision < 0)
        least = spec->width - (int)strlen(prefix);
    least = least > end - at ? least - (end - at) : 0;
    put_field(sink, spec, prefix, at == end && !least && spec->precision ? 1 : least, at, end - at);
}

static int
read_count(const char **format, va_list *arguments)
{
    int count = 0;
    if (**format == '*') {
        ++*format;
        return va_arg(*arguments, int);
    }
    while (isdigit(**format))
        count = count * 10 + *(*format)++ - '0';
    return count;
}

/* Reads what stands between % and the end of the conversion; *format moves past it. */
static struct spec
read_spec(const char **format, va_list *arguments)
{
    struct spec spec = { .precision = -1, .size = sizeof(int) };
    for (; **format && strchr("-0#", **format); ++*format) {
        spec.left |= **format == '-';
        spec.zero |= **format == '0';
        spec.alt |= **format == '#';
    }
    spec.width = read_count(format, arguments);
    if (spec.width < 0) {
        spec.left = 1;
        spec.width = -spec.width;
    }
    if (**format == '.') {
        ++*format;
        spec.precision = read_count(format, arguments);
    }
    for (; **format == 'h'; ++*format)
        spec.size /= 2;
    for (; **format && strchr("lzjt", **format); ++*format)
        spec.size = sizeof(long);
    spec.conversion = **format;
    if (**format)
        ++*format;
    return spec;
}

/* Arguments are eight bytes wide on riscv64; the conversion's size says how many of them count. */
static void
put_signed(struct sink *sink, const struct spec *spec, long value)
{
    int unused_bits = 64 - 8 * spec->size;
    value = (long)((unsigned long)value << unused_bits) >> unused_bits;
    if (value < 0)
        put_number(sink, spec, "-", -(unsigned long)value);
    else
        put_number(sink, spec, "", value);
}

static void
put_unsigned(struct sink *sink, const struct spec *spec, unsigned long value)
{
    int unused_bits = 64 - 8 * spec->size;
    value = value << unused_bits >> unused_bits;
    put_number(sink, spec, spec->alt && value && spec->conversion == 'x' ? "0x" : "", value);
}

static void
convert(struct sink *sink, const struct spec *spec, va_list *arguments)
{
    char c;
    switch (spec->conversion) {
    case 'd':
    case 'i':
        return put_signed(sink, spec, va_arg(*arguments, long));
    case 'u':
    case 'x':
    case 'X':
    case 'o':
        return put_unsigned(sink, spec, va_arg(*arguments, unsigned long));
    case 'p':
        return put_number(sink, spec, "0x", va_arg(*arguments, unsigned long));
    case 's':
        return put_string(sink, spec, va_arg(*arguments, const char *));
    case 'c':
        c = va_arg(*arguments, int);
        return put_field(sink, spec, "", 0, &c, 1);
    default:
        put(sink, spec->conversion);
    }
}

static void
format_to(struct sink *sink, const char *format, va_list arguments)
{
    va_list rest; /* a copy, because the address of a va_list parameter has another type */
    va_copy(rest, arguments);
    while (*format) {
        if (*format != '%') {
            put(sink, *format++);
            continue;
        }
        format++;
        struct spec spec = read_spec(&format, &rest);
        convert(sink, &spec, &rest);
    }
    va_end(rest);
}

int
vfprintf(FILE *restrict file, const char *restrict format, va_list arguments)
{
    struct sink sink = { .file = file };
    format_to(&sink, format, arguments);
    return stream_done(file) < 0 ? -1 : (int)sink.length;
}

int
vsnprintf(char *restrict to, size_t size, const char *restrict format, va_list arguments)
{
    struct sink sink = { .to = to, .room = size ? size - 1 : 0 };
    format_to(&sink, format, arguments);
    if (size)
        to[sink.length < sink.room ? sink.length : sink.room] = 0;
    return sink.length;
}

int
vprintf(const char *restrict format, va_list arguments)
{
    return vfprintf(stdout, format, arguments);
}

int
printf(const char *restrict format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vfprintf(stdout, format, arguments);
    va_end(arguments);
    return length;
}

int
fprintf(FILE *restrict file, const char *restrict format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vfprintf(file, format, arguments);
    va_end(arguments);
    return length;
}

int
snprintf(char *restrict to, size_t size, const char *restrict format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(to, size, format, arguments);
    va_end(arguments);
    return length;
}
