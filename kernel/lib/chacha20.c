/* chacha20.c - the ChaCha20 block function. See chacha20.h.
 *
 * A 4 x 4 matrix of words - constants, key, counter, nonce - is stirred by columns and by diagonals
 * ten times over, then added to what it was, so that the stirring cannot be run backwards. Only
 * add, rotate and xor: no table, so no timing that depends on the key.
 * Source: RFC 8439, sections 2.1 to 2.3. */

#include "lib/chacha20.h"
#include "lib/string.h"

#define ROTATE_LEFT(x, n) ((x) << (n) | (x) >> (32 - (n)))

/* A macro, not a function: the words must stay in registers, all sixteen of them. */
#define QUARTER_ROUND(a, b, c, d)                                                                  \
    do {                                                                                           \
        a += b, d ^= a, d = ROTATE_LEFT(d, 16);                                                    \
        c += d, b ^= c, b = ROTATE_LEFT(b, 12);                                                    \
        a += b, d ^= a, d = ROTATE_LEFT(d, 8);                                                     \
        c += d, b ^= c, b = ROTATE_LEFT(b, 7);                                                     \
    } while (0)

void
chacha20_block(u32 x[CHACHA20_BLOCK_WORDS], const u32 key[CHACHA20_KEY_WORDS], u32 counter,
               const u32 nonce[3])
{
    u32 state[CHACHA20_BLOCK_WORDS] = {
        0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, /* "expand 32-byte k" */
    };
    memcpy(state + 4, key, CHACHA20_KEY_WORDS * sizeof(u32));
    state[12] = counter;
    memcpy(state + 13, nonce, 3 * sizeof(u32));
    memcpy(x, state, sizeof(state));
    for (u32 i = 0; i < 10; i++) {
        QUARTER_ROUND(x[0], x[4], x[8], x[12]);
        QUARTER_ROUND(x[1], x[5], x[9], x[13]);
        QUARTER_ROUND(x[2], x[6], x[10], x[14]);
        QUARTER_ROUND(x[3], x[7], x[11], x[15]);
        QUARTER_ROUND(x[0], x[5], x[10], x[15]);
        QUARTER_ROUND(x[1], x[6], x[11], x[12]);
        QUARTER_ROUND(x[2], x[7], x[8], x[13]);
        QUARTER_ROUND(x[3], x[4], x[9], x[14]);
    }
    for (u32 i = 0; i < CHACHA20_BLOCK_WORDS; i++)
        x[i] += state[i];
}
