/* ctype.h - classes of ASCII characters. There is no locale, so each class is a range of codes.
 *
 * The macros use their argument once, and a comparison of unsigned numbers tests both ends. */
#pragma once

#define isdigit(c) ((unsigned)(c) - '0' < 10)
#define isalpha(c) (((unsigned)(c) | 0x20) - 'a' < 26)
#define isprint(c) ((unsigned)(c) - ' ' < 95)

static inline int
isspace(int c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}
