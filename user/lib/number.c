/*
 * number.c - text to number. Overflow gives the nearest limit and ERANGE. Source: ISO C, 7.22.1.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* The value of c as a digit of any base up to 36, or 36 when it is none. */
static int
digit(int c)
{
    return isdigit(c) ? c - '0' : isalpha(c) ? (c | 0x20) - 'a' + 10 : 36;
}

/* Reads sign, prefix and digits. The magnitude is at most `limit`; a negative number may have one
 * more when it is signed. */
static long
parse(const char *start, char **end, int base, unsigned long limit)
{
    const char *s = start + strspn(start, " \t\n\v\f\r");
    int negative = *s == '-', overflow = 0;
    unsigned long value = 0;
    s += *s == '-' || *s == '+';
    limit += negative && limit == LONG_MAX;
    if ((base == 0 || base == 16) && *s == '0' && (s[1] | 0x20) == 'x' && digit(s[2]) < 16) {
        s += 2;
        base = 16;
    }
    base = base ? base : *s == '0' ? 8 : 10;
    const char *digits = s;
    for (; digit(*s) < base; s++) {
        overflow |= __builtin_mul_overflow(value, base, &value);
        overflow |= __builtin_add_overflow(value, digit(*s), &value) || value > limit;
    }
    if (end) /* without a digit nothing has been read */
        *end = (char *)(s == digits ? start : s);
    if (overflow) {
        errno = ERANGE;
        value = limit;
        negative &= limit != ULONG_MAX;
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
