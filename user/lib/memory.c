/* memory.c - copying, filling and comparing bytes.
 *
 * Eight bytes at a time when both sides are aligned alike, because most copies are. Compiled with
 * the compiler's loop recognition off: it would turn memset's loop into a call of memset.
 * Source: ISO C, 7.24. */

#include <stdint.h>
#include <string.h>

#define WORD      sizeof(uint64_t)
#define MISFIT(p) ((uintptr_t)(p) % WORD)

void *
memcpy(void *restrict to, const void *restrict from, size_t size)
{
    char *out = to;
    const char *in = from;
    if (MISFIT(out) == MISFIT(in)) {
        for (; size && MISFIT(out); size--)
            *out++ = *in++;
        for (; size >= WORD; size -= WORD, out += WORD, in += WORD)
            *(uint64_t *)out = *(const uint64_t *)in;
    }
    while (size--)
        *out++ = *in++;
    return to;
}

/* The ranges may overlap. Downwards it copies from the first byte on, upwards from the last: so no
 * byte is overwritten before it was read. */
void *
memmove(void *to, const void *from, size_t size)
{
    char *out = to;
    const char *in = from;
    if (out < in)
        for (size_t i = 0; i < size; i++)
            out[i] = in[i];
    else
        for (size_t i = size; i > 0; i--)
            out[i - 1] = in[i - 1];
    return to;
}

/* Multiplying by a word that has a 1 in each byte puts the byte into every byte of a word. */
void *
memset(void *at, int byte, size_t size)
{
    char *out = at;
    uint64_t pattern = 0x0101010101010101 * (unsigned char)byte;
    for (; size && MISFIT(out); size--)
        *out++ = byte;
    for (; size >= WORD; size -= WORD, out += WORD)
        *(uint64_t *)out = pattern;
    while (size--)
        *out++ = byte;
    return at;
}

int
memcmp(const void *a, const void *b, size_t size)
{
    const unsigned char *left = a, *right = b;
    for (; size; size--, left++, right++)
        if (*left != *right)
            return *left - *right;
    return 0;
}

void *
memchr(const void *at, int byte, size_t size)
{
    for (const unsigned char *p = at; size; size--, p++)
        if (*p == (unsigned char)byte)
            return (void *)p;
    return NULL;
}
