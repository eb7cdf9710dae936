/* number.c - text to number.
 *
 * Blanks, a sign, a prefix, digits. Overflow gives the nearest limit and ERANGE; *end tells where
 * reading stopped. Source: ISO C, 7.22.1.4. */

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* The value of c as a digit of any base up to 36, or 36 when it is none. */
static int
digit(int c)
{
    if (isdigit(c))
        return c - '0';
    if (isalpha(c))
        return (c | 0x20) - 'a' + 10;
    return 36;
}

/* The base in which the digits at *s are to be read; *s moves past the prefix 0x. `wanted` is the
 * caller's base, 0 when the prefix decides. */
static int
read_base(const char **s, int wanted)
{
    const char *at = *s;
    if ((wanted == 0 || wanted == 16) && at[0] == '0' && (at[1] | 0x20) == 'x' &&
        digit(at[2]) < 16) {
        *s += 2;
        return 16;
    }
    if (wanted)
        return wanted;
    return at[0] == '0' ? 8 : 10;
}

/* The value grows on its own side of zero, because LONG_MIN has no positive twin. */
long
strtol(const char *restrict start, char **restrict end, int base)
{
    const char *s = start + strspn(start, " \t\n\v\f\r");
    int sign = *s == '-' ? -1 : 1;
    int overflow = 0;
    long value = 0;
    if (*s == '-' || *s == '+')
        s++;
    base = read_base(&s, base);
    const char *digits = s;
    for (; digit(*s) < base; s++) {
        overflow |= __builtin_mul_overflow(value, base, &value);
        overflow |= __builtin_add_overflow(value, sign * digit(*s), &value);
    }
    if (end) /* without a digit nothing has been read */
        *end = (char *)(s == digits ? start : s);
    if (!overflow)
        return value;
    errno = ERANGE;
    return sign < 0 ? LONG_MIN : LONG_MAX;
}
