/*
 * number.c - text to number.
 *
 * Blanks, a sign, a prefix, digits. Overflow gives the nearest limit and ERANGE; *end tells where
 * reading stopped. Source: ISO C, 7.22.1.4.
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

/* The value grows on its own side of zero, because LONG_MIN has no positive twin. */
long
strtol(const char *restrict start, char **restrict end, int base)
{
    const char *s = start + strspn(start, " \t\n\v\f\r");
    int sign = *s == '-' ? -1 : 1, overflow = 0;
    long value = 0;
    s += *s == '-' || *s == '+';
    if ((base == 0 || base == 16) && *s == '0' && (s[1] | 0x20) == 'x' && digit(s[2]) < 16) {
        s += 2;
        base = 16;
    }
    base = base ? base : *s == '0' ? 8 : 10;
    const char *digits = s;
    for (; digit(*s) < base; s++) {
        overflow |= __builtin_mul_overflow(value, base, &value);
        overflow |= __builtin_add_overflow(value, sign * digit(*s), &value);
    }
    if (end) /* without a digit nothing has been read */
        *end = (char *)(s == digits ? start : s);
    if (overflow)
        errno = ERANGE;
    return !overflow ? value : sign < 0 ? LONG_MIN : LONG_MAX;
}
