/* format.c - printf's conversions: %d %u %x %c %s %p %%, flags `0` `-`, width, lengths l, z. See
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

/* One conversion, as parsed from its text. */
struct spec {
    bool left, zero, is_long;
    u32 width;
};

/* What does not fit is counted all the same. The last byte stays free for the NUL. */
static void
put(struct buffer *b, char c)
{
    if (++b->count < b->size)
        b->text[b->count - 1] = c;
}

/* Writes text of `n` characters into its field. */
static void
put_text(struct buffer *b, const struct spec *s, const char *text, size_t n)
{
    for (size_t have = n; !s->left && have < s->width; have++)
        put(b, ' ');
    for (size_t i = 0; i < n; i++)
        put(b, text[i]);
    for (size_t have = n; s->left && have < s->width; have++)
        put(b, ' ');
}

/* `prefix` is "-", "0x" or "": it stands before the zeros of the flag `0`, which counts only
 * without `-`. Made backwards, the last digit first. */
static void
put_number(struct buffer *b, const struct spec *s, u64 value, u32 base, const char *prefix)
{
    char text[32]; /* 2^64 has 20 digits; more is room for zeros */
    size_t left = sizeof(text), before = strlen(prefix);
    size_t least = s->zero && !s->left ? MIN(s->width, sizeof(text)) : 0;
    do
        text[--left] = "0123456789abcdef"[value % base];
    while ((value /= base) || sizeof(text) - left + before < least);
    while (before)
        text[--left] = prefix[--before];
    put_text(b, s, text + left, sizeof(text) - left);
}

/* Reads what stands between `%` and the conversion letter; returns where the letter is. */
static const char *
parse_spec(const char *p, struct spec *s)
{
    *s = (struct spec){ 0 };
    for (; *p == '-' || *p == '0'; p++)
        *(*p == '-' ? &s->left : &s->zero) = true;
    for (; *p >= '0' && *p <= '9'; p++)
        s->width = s->width * 10 + (u32)(*p - '0');
    for (; *p == 'l' || *p == 'z'; p++)
        s->is_long = true;
    return p;
}

/* Executes one conversion. False if there is none of that letter. */
static bool
convert(struct buffer *b, const struct spec *s, char letter, va_list *ap)
{
    const char *text;
    s64 number;
    char c = '%';
    switch (letter) {
    case 'd': /* the smallest number has no positive twin: it is negated as unsigned */
        number = s->is_long ? va_arg(*ap, long) : va_arg(*ap, int);
        put_number(b, s, number < 0 ? -(u64)number : (u64)number, 10, number < 0 ? "-" : "");
        return true;
    case 'u':
    case 'x':
        put_number(b, s, s->is_long ? va_arg(*ap, unsigned long) : va_arg(*ap, unsigned),
                   letter == 'u' ? 10 : 16, "");
        return true;
    case 'p':
        put_number(b, s, (u64)(uintptr_t)va_arg(*ap, void *), 16, "0x");
        return true;
    case 's': /* a message about an error must not cause another one */
        text = va_arg(*ap, const char *);
        text = text ? text : "(null)";
        put_text(b, s, text, strlen(text));
        return true;
    case 'c':
        c = (char)va_arg(*ap, int);
        /* fall through */
    case '%':
        put_text(b, s, &c, 1);
        return true;
    default:
        return false;
    }
}

int
vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
    struct buffer b = { buf, size, 0 };
    struct spec s;
    va_list args;
    va_copy(args, ap); /* an array type on some hosts: its address is only safe for a local one */
    for (; *fmt; fmt++) {
        const char *letter = parse_spec(fmt + 1, &s);
        if (*fmt == '%' && convert(&b, &s, *letter, &args))
            fmt = letter;
        else
            put(&b, *fmt); /* an ordinary character, or the % of no conversion we know */
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
