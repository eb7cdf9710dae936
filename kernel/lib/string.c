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

#define keep_loop() __asm__ volatile("" ::: "memory")

static bool
aligned(const void *p)
{
    return ((uintptr_t)p & (WORD - 1)) == 0;
}

/* True if a few bytes more make both pointers multiples of 8. If not, words could only be copied by
 * misaligned accesses, which the hardware may hand to the firmware at a hundred times the cost. */
static bool
same_alignment(const void *a, const void *b)
{
    return (((uintptr_t)a ^ (uintptr_t)b) & (WORD - 1)) == 0;
}

/* Copies whole blocks, then whole words; returns how many bytes that were. */
static size_t
copy_words(u64 *restrict d, const u64 *restrict s, size_t n)
{
    const u64 *begin = s, *blocks_end = s + n / BLOCK * (BLOCK / WORD), *end = s + n / WORD;
    for (; s != blocks_end; s += 8, d += 8) {
        /* All loads first: none of them waits for a store. */
        u64 a = s[0], b = s[1], c = s[2], e = s[3], f = s[4], g = s[5], h = s[6], i = s[7];
        d[0] = a, d[1] = b, d[2] = c, d[3] = e, d[4] = f, d[5] = g, d[6] = h, d[7] = i;
        keep_loop();
    }
    for (; s != end; s++, d++) {
        *d = *s;
        keep_loop();
    }
    return (size_t)(s - begin) * WORD;
}

void *
memcpy(void *restrict dst, const void *restrict src, size_t n)
{
    u8 *d = dst;
    const u8 *s = src;
    if (same_alignment(d, s)) {
        for (; n && !aligned(d); n--) { /* up to the first whole word, and below from the last */
            *d++ = *s++;
            keep_loop();
        }
        size_t done = copy_words((u64 *)d, (const u64 *)s, n);
        d += done, s += done, n -= done;
    }
    for (; n; n--) {
        *d++ = *s++;
        keep_loop();
    }
    return dst;
}

/* Byte by byte: nothing here moves much within one buffer. */
void *
memmove(void *dst, const void *src, size_t n)
{
    u8 *d = dst;
    const u8 *s = src;
    if (d <= s || d >= s + n) { /* each byte is read before anything is written over it */
        for (size_t i = 0; i < n; i++) {
            d[i] = s[i];
            keep_loop();
        }
        return dst;
    }
    while (n--) {
        d[n] = s[n];
        keep_loop();
    }
    return dst;
}

/* Fills whole blocks, then whole words; returns how many bytes that were. */
static size_t
fill_words(u64 *d, u64 word, size_t n)
{
    u64 *begin = d, *blocks_end = d + n / BLOCK * (BLOCK / WORD), *end = d + n / WORD;
    for (; d != blocks_end; d += 8) {
        d[0] = d[1] = d[2] = d[3] = d[4] = d[5] = d[6] = d[7] = word;
        keep_loop();
    }
    for (; d != end; d++) {
        *d = word;
        keep_loop();
    }
    return (size_t)(d - begin) * WORD;
}

void *
memset(void *dst, int byte, size_t n)
{
    u8 *d = dst;
    for (; n && !aligned(d); n--) {
        *d++ = (u8)byte;
        keep_loop();
    }
    size_t done = fill_words((u64 *)d, (u8)byte * 0x0101010101010101UL, n);
    d += done, n -= done;
    for (; n; n--) {
        *d++ = (u8)byte;
        keep_loop();
    }
    return dst;
}

/* Bytes compare as unsigned numbers, in strings too (C11 7.24.4). */
int
memcmp(const void *a, const void *b, size_t n)
{
    const u8 *p = a, *q = b;
    for (; n; n--, p++, q++)
        if (*p != *q)
            return *p - *q;
    return 0;
}

size_t
strlen(const char *s)
{
    const char *end = s;
    while (*end) {
        end++;
        keep_loop();
    }
    return (size_t)(end - s);
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
strcmp(const char *a, const char *b)
{
    for (; *a && *a == *b; a++, b++)
        ;
    return (u8)*a - (u8)*b;
}

int
strncmp(const char *a, const char *b, size_t n)
{
    for (; n && *a && *a == *b; a++, b++, n--)
        ;
    return n ? (u8)*a - (u8)*b : 0;
}

char *
strchr(const char *s, int c)
{
    for (; *s != (char)c; s++)
        if (!*s)
            return NULL;
    return (char *)s;
}

size_t
strlcpy(char *dst, const char *src, size_t size)
{
    size_t length = strlen(src);
    if (size) {
        size_t n = MIN(length, size - 1);
        memcpy(dst, src, n);
        dst[n] = '\0';
    }
    return length;
}
