/*
 * number.c - text to number. Overflow gives the nearest limit and ERANGE. Source: ISO C, 7.22.1.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

struct number {
    int negative, overflow;
    unsigned long magnitude;
};

/* The value of c as a digit of any base up to 36, or 36 when it is none. */
static int
digit(int c)
{
    return isdigit(c) ? c - '0' : isalpha(c) ? tolower(c) - 'a' + 10 : 36;
}

/* Base 0 and base 16 allow 0x in front; a 0x without a digit is a zero and then an x. */
static int
skip_prefix(const char **s, int base)
{
    int hex = (*s)[0] == '0' && tolower((*s)[1]) == 'x' && digit((*s)[2]) < 16;
    if (hex && (base == 0 || base == 16)) {
        *s += 2;
        return 16;
    }
    return base ? base : **s == '0' ? 8 : 10;
}

/* *end is where reading stopped: at the start when there was no digit. */
static struct number
parse(const char *start, char **end, int base)
{
    struct number n = { 0 };
    const char *s = start;
    while (isspace(*s))
        s++;
    n.negative = *s == '-';
    if (*s == '-' || *s == '+')
        s++;
    base = skip_prefix(&s, base);
    const char *digits = s;
    for (; digit(*s) < base; s++) {
        n.overflow |= __builtin_mul_overflow(n.magnitude, base, &n.magnitude);
        n.overflow |= __builtin_add_overflow(n.magnitude, digit(*s), &n.magnitude);
    }
    if (end)
        *end = (char *)(s == digits ? start : s);
    return n;
}

long
strtol(const char *restrict s, char **restrict end, int base)
{
    struct number n = parse(s, end, base);
    unsigned long limit = n.negative ? 1UL << 63 : LONG_MAX;
    if (n.overflow || n.magnitude > limit) {
        errno = ERANGE;
        n.magnitude = limit;
    }
    return n.negative ? -n.magnitude : n.magnitude;
}

unsigned long
strtoul(const char *restrict s, char **restrict end, int base)
{
    struct number n = parse(s, end, base);
    if (n.overflow) {
        errno = ERANGE;
        return ULONG_MAX;
    }
    return n.negative ? -n.magnitude : n.magnitude;
}

int
atoi(const char *s)
{
    return strtol(s, NULL, 10);
}
