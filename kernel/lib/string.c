/* string.c - memory and string functions. See string.h.
 *
 * memset and memcpy clear and copy every page that fork and exec touch, so they move 64 bytes a
 * turn: 8 stores (and 8 loads) share the cost of one branch. The rest is as plain as can be.
 *
 * Compilers know these loops. gcc and clang replace a loop that looks like memset by a call of
 * memset, -ffreestanding or not, and inside memset that never ends; keep_loop() is what they
 * cannot see through. It is no instruction. */

#include "lib/string.h"

#define WORD  sizeof(u64)
#define BLOCK (8 * WORD)

#define aligned(address) ((address) % WORD == 0)
#define keep_loop()      ({ __asm__ volatile("" ::: "memory"); })

void *
memcpy(void *dst, const void *src, size_t n)
{
    u8 *d = dst;
    const u8 *s = src;
    /* True if a few bytes on both are multiples of 8. Else words could only be copied by misaligned
     * accesses, which the hardware may hand to the firmware at a hundred times the cost. */
    if (aligned((u64)d ^ (u64)s)) {
        for (; n && !aligned((u64)d); n--, keep_loop())
            *d++ = *s++;
        u64 *to = (u64 *)d;
        const u64 *from = (const u64 *)s;
        for (; n >= BLOCK; n -= BLOCK, to += 8, from += 8, keep_loop()) {
            /* All loads first: none of them waits for a store. */
            u64 a = from[0], b = from[1], c = from[2], e = from[3];
            u64 f = from[4], g = from[5], h = from[6], i = from[7];
            to[0] = a, to[1] = b, to[2] = c, to[3] = e, to[4] = f, to[5] = g, to[6] = h, to[7] = i;
        }
        for (; n >= WORD; n -= WORD, keep_loop())
            *to++ = *from++;
        d = (u8 *)to;
        s = (const u8 *)from;
    }
    for (; n; n--, keep_loop())
        *d++ = *s++;
    return dst;
}

/* Downwards memcpy will do (it is not `restrict`): it goes from low to high and reads each block
 * before it writes it. Upwards it goes byte by byte, from the end: nothing here moves much within
 * one buffer. */
void *
memmove(void *dst, const void *src, size_t n)
{
    if (dst <= src)
        return memcpy(dst, src, n);
    for (; n--; keep_loop())
        ((u8 *)dst)[n] = ((const u8 *)src)[n];
    return dst;
}

void *
memset(void *dst, int byte, size_t n)
{
    u8 *d = dst;
    for (; n && !aligned((u64)d); n--, keep_loop())
        *d++ = (u8)byte;
    u64 *to = (u64 *)d;
    u64 word = (u8)byte * 0x0101010101010101UL; /* eight times the byte */
    for (; n >= BLOCK; n -= BLOCK, to += 8, keep_loop())
        to[0] = to[1] = to[2] = to[3] = to[4] = to[5] = to[6] = to[7] = word;
    for (; n >= WORD; n -= WORD, keep_loop())
        *to++ = word;
    for (d = (u8 *)to; n; n--, keep_loop())
        *d++ = (u8)byte;
    return dst;
}

/* Bytes compare as unsigned numbers, in strings too (C11 7.24.4). */
int
memcmp(const void *a, const void *b, size_t n)
{
    const u8 *p = a, *q = b;
    for (size_t i = 0; i < n; i++)
        if (p[i] != q[i])
            return p[i] - q[i];
    return 0;
}

size_t
strnlen(const char *s, size_t max)
{
    size_t n = 0;
    while (n < max && s[n])
        n++;
    return n;
}

int
strncmp(const char *a, const char *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (a[i] != b[i] || !a[i])
            return (u8)a[i] - (u8)b[i];
    return 0;
}

char *
strchr(const char *s, int c)
{
    while (*s && *s != (char)c)
        s++;
    return *s == (char)c ? (char *)s : NULL;
}

size_t
strlcpy(char *dst, const char *src, size_t size)
{
    size_t length = strlen(src);
    if (size == 0)
        return length;
    size_t n = MIN(length, size - 1);
    memcpy(dst, src, n);
    dst[n] = '\0';
    return length;
}
