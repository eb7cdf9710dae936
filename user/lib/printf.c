/*
 * printf.c - formatted output, into a stream or into memory.
 *
 * One interpreter of formats hands each byte to a sink. A conversion is read into a struct spec,
 * then its text is made and put in its field. Conversions: d i u x X p c s %; flags - and 0; a
 * width and a precision, also as *; sizes hh h l ll z. No floats. Source: ISO C, 7.21.6.1.
 */
#include <ctype.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>
#include "stream.h"

struct sink {
    FILE *file;    /* where bytes go, or NULL: */
    char *to;      /* into memory, */
    size_t room;   /* as long as there is room */
    size_t length; /* bytes that came so far, room or not */
};

struct spec {
    int left, zero;       /* flags - and 0 */
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
put_number(struct sink *sink, const struct spec *spec, const char *prefix, unsigned long value)
{
    const char *digits = spec->conversion == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    int base = strchr("diu", spec->conversion) ? 10 : 16;
    char text[24], *end = text + sizeof(text), *at = end;
    for (; value; value /= base)
        *--at = digits[value % base];
    int least = spec->precision < 0 ? 1 : spec->precision;
    if (spec->zero && !spec->left && spec->precision < 0 && spec->width > 0)
        least = spec->width - (int)strlen(prefix);
    int zeros = least - (int)(end - at);
    put_field(sink, spec, prefix, zeros > 0 ? zeros : 0, at, end - at);
}

/* Arguments are eight bytes wide on riscv64; the conversion's size says how many of them count. */
static void
put_integer(struct sink *sink, const struct spec *spec, unsigned long value)
{
    int unused_bits = 64 - 8 * spec->size;
    int is_signed = spec->conversion == 'd' || spec->conversion == 'i';
    value <<= unused_bits;
    if (is_signed && (long)value < 0)
        put_number(sink, spec, "-", -(unsigned long)((long)value >> unused_bits));
    else
        put_number(sink, spec, "", value >> unused_bits);
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
    for (; **format == '-' || **format == '0'; ++*format) {
        spec.left |= **format == '-';
        spec.zero |= **format == '0';
    }
    spec.width = read_count(format, arguments);
    if (spec.width < 0) { /* only by *: a flag and a width */
        spec.left = 1;
        spec.width = -spec.width;
    }
    if (**format == '.') {
        ++*format;
        spec.precision = read_count(format, arguments);
    }
    for (; **format == 'h'; ++*format)
        spec.size /= 2;
    for (; **format == 'l' || **format == 'z'; ++*format)
        spec.size = sizeof(long);
    spec.conversion = **format;
    *format += **format != 0;
    return spec;
}

static void
convert(struct sink *sink, const struct spec *spec, va_list *arguments)
{
    char c = spec->conversion;
    if (c == '%') {
        put(sink, c);
    } else if (c == 'c') {
        c = va_arg(*arguments, int);
        put_field(sink, spec, "", 0, &c, 1);
    } else if (c == 's') {
        const char *s = va_arg(*arguments, const char *);
        s = s ? s : "(null)";
        put_field(sink, spec, "", 0, s,
                  strnlen(s, spec->precision < 0 ? INT_MAX : spec->precision));
    } else if (c == 'p') {
        put_number(sink, spec, "0x", va_arg(*arguments, unsigned long));
    } else {
        put_integer(sink, spec, va_arg(*arguments, unsigned long));
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
