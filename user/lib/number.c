/*
 * number.c - text to number. Overflow gives the nearest limit and ERANGE. Source: ISO C, 7.22.1.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

/* The value of c as a digit of any base up to 36, or 36 when it is none. */
static int
digit(int c)
{
    return isdigit(c) ? c - '0' : isalpha(c) ? (c | 0x20) - 'a' + 10 : 36;
}

/* Base 0 and base 16 allow 0x in front; a 0x without a digit is a zero and then an x. */
static int
skip_prefix(const char **s, int base)
{
    int hex = (*s)[0] == '0' && ((*s)[1] | 0x20) == 'x' && digit((*s)[2]) < 16;
    if (hex && (base == 0 || base == 16)) {
        *s += 2;
        return 16;
    }
    return base ? base : **s == '0' ? 8 : 10;
}

/* Reads a number; its magnitude is at most `limit`, one more when it is negative and signed. */
static long
parse(const char *start, char **end, int base, unsigned long limit)
{
    const char *s = start;
    unsigned long value = 0;
    int overflow = 0;
    while (isspace(*s))
        s++;
    int negative = *s == '-';
    limit += negative && limit == LONG_MAX;
    s += *s == '-' || *s == '+';
    base = skip_prefix(&s, base);
    const char *digits = s;
    for (; digit(*s) < base; s++) {
        overflow |= __builtin_mul_overflow(value, base, &value);
        overflow |= __builtin_add_overflow(value, digit(*s), &value) || value > limit;
    }
    if (end)
        *end = (char *)(s == digits ? start : s);
    if (overflow) {
        errno = ERANGE;
        return negative && limit != ULONG_MAX ? -limit : limit;
    }
    return negative ? -value : value;
}

long
strtol(const char *restrict s, char **restrict end, int base)
{
    return parse(s, end, base, LONG_MAX);
}

unsigned long
strtoul(const char *restrict s, char **restrict end, int base)
{
    return parse(s, end, base, ULONG_MAX);
}

int
atoi(const char *s)
{
    return strtol(s, NULL, 10);
}
