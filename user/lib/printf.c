/* printf.c - formatted output, into a stream or into memory.
 *
 * One interpreter of formats hands each byte to a sink. A conversion is read into a struct spec,
 * then its text is made and put in a field. Conversions: d u x o p c s %; flags - 0 #; a width and
 * a precision, also as *; sizes l ll z. No floats. Source: ISO C, 7.21.6.1. */

#include <ctype.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>
#include "stream.h"

#define MOST_DIGITS 60 /* no number is printed with more, whatever its width or precision */

struct sink {
    FILE *file;    /* bytes go there; when it is NULL, */
    char *to;      /* they go to this memory, */
    size_t room;   /* but not more than so many */
    size_t length; /* how many came so far, whether there was room or not */
};

struct spec {
    int left, zero, alt;  /* flags - 0 # */
    int width, precision; /* precision -1: none was given */
    int is_long;
    char conversion;
};

/* The one place where a byte leaves. What does not fit is counted, for snprintf returns that. */
static void
put(struct sink *sink, char c)
{
    if (sink->file)
        stream_put(sink->file, c);
    else if (sink->length < sink->room)
        sink->to[sink->length] = c;
    sink->length++;
}

/* Puts a text into a field of spec->width bytes, at its right end unless the flag - says left. */
static void
put_field(struct sink *sink, const struct spec *spec, const char *text, int length)
{
    int spaces = spec->width - length;
    for (; !spec->left && spaces > 0; spaces--)
        put(sink, ' ');
    while (length-- > 0)
        put(sink, *text++);
    for (; spaces > 0; spaces--)
        put(sink, ' ');
}

static int
base_of(char conversion)
{
    if (conversion == 'd' || conversion == 'u')
        return 10;
    return conversion == 'o' ? 8 : 16;
}

/* Digits are made from the last to the first, then the prefix (a sign or 0x) in front. Flag 0 asks
 * for as many digits as fill the width; it does not count beside a precision. */
static void
put_number(struct sink *sink, const struct spec *spec, const char *prefix, unsigned long value)
{
    int base = base_of(spec->conversion);
    int digits = spec->precision < 0 ? 1 : spec->precision;
    if (spec->zero && !spec->left && spec->precision < 0)
        digits = spec->width - (int)strlen(prefix);
    if (digits > MOST_DIGITS)
        digits = MOST_DIGITS;
    char text[MOST_DIGITS + 2];
    char *end = text + sizeof(text);
    char *at = end;
    for (; value || end - at < digits; value /= base)
        *--at = "0123456789abcdef"[value % base];
    for (int i = strlen(prefix); i > 0; i--)
        *--at = prefix[i - 1];
    put_field(sink, spec, at, end - at);
}

/* An argument is eight bytes wide on riscv64, whatever its type; an int's upper half does not
 * count. */
static void
put_integer(struct sink *sink, const struct spec *spec, long value)
{
    if (spec->conversion == 'd' && !spec->is_long)
        value = (int)value;
    else if (!spec->is_long)
        value = (unsigned int)value;
    if (spec->conversion == 'd' && value < 0)
        put_number(sink, spec, "-", -(unsigned long)value);
    else if (spec->conversion == 'x' && spec->alt && value)
        put_number(sink, spec, "0x", value);
    else
        put_number(sink, spec, "", value);
}

/* A width or a precision: digits of the format, or * for the next argument. */
static int
read_count(const char **format, va_list *arguments)
{
    int count = 0;
    if (**format == '*') {
        ++*format;
        return va_arg(*arguments, int);
    }
    for (; isdigit(**format); ++*format)
        count = count * 10 + **format - '0';
    return count;
}

/* Reads what stands between % and the end of the conversion; *format moves past it. */
static struct spec
read_spec(const char **format, va_list *arguments)
{
    struct spec spec = { .precision = -1 };
    for (; **format && strchr("-0#", **format); ++*format) {
        spec.left |= **format == '-';
        spec.zero |= **format == '0';
        spec.alt |= **format == '#';
    }
    spec.width = read_count(format, arguments);
    if (spec.width < 0) { /* only * can give that: it means the flag - and the width */
        spec.left = 1;
        spec.width = -spec.width;
    }
    if (**format == '.') {
        ++*format;
        spec.precision = read_count(format, arguments);
    }
    for (; **format == 'l' || **format == 'z'; ++*format)
        spec.is_long = 1;
    spec.conversion = **format;
    if (**format)
        ++*format;
    return spec;
}

static void
convert(struct sink *sink, const struct spec *spec, va_list *arguments)
{
    char c = spec->conversion;
    if (c == 'c') {
        c = va_arg(*arguments, int);
        put_field(sink, spec, &c, 1);
    } else if (c == 's') {
        const char *s = va_arg(*arguments, const char *);
        s = s ? s : "(null)";
        put_field(sink, spec, s, strnlen(s, spec->precision < 0 ? INT_MAX : spec->precision));
    } else if (c == 'p') {
        put_number(sink, spec, "0x", va_arg(*arguments, unsigned long));
    } else if (c && strchr("duxo", c)) {
        put_integer(sink, spec, va_arg(*arguments, long));
    } else {
        put(sink, c); /* %%, or what we do not know */
    }
}

/* Walks through the format once: plain bytes go out, each % starts a conversion. */
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

/* Writes at most `size` bytes, the zero at the end among them, if `size` is not 0. */
int
snprintf(char *restrict to, size_t size, const char *restrict format, ...)
{
    struct sink sink = { .to = to, .room = size ? size - 1 : 0 };
    va_list arguments;
    va_start(arguments, format);
    format_to(&sink, format, arguments);
    va_end(arguments);
    size_t end = sink.length < sink.room ? sink.length : sink.room;
    if (size)
        to[end] = 0;
    return sink.length;
}
