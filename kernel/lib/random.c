/* random.c - the kernel's random numbers: ChaCha20 with fast key erasure. See random.h.
 *
 * The key makes a pool of bytes; the first 32 of them are the next key, the rest is handed out and
 * wiped. So what the kernel holds never tells what it has given out.
 * The same seed gives the same numbers: nothing but the seed is mixed in, which is what makes a run
 * with a fixed seed repeatable. Source: D. J. Bernstein, "Fast-key-erasure random-number
 * generators", 2017; RFC 8439, sections 2.1 to 2.3. */

#include "lib/random.h"
#include "lib/print.h"
#include "lib/spinlock.h"
#include "lib/string.h"
#include "riscv/csr.h"

#define KEY_BYTES 32

/* Add, xor, rotate left by n bits. */
static void
stir(u32 *sum, u32 addend, u32 *turned, u32 n)
{
    *sum += addend;
    *turned ^= *sum;
    *turned = *turned << n | *turned >> (32 - n);
}

static void
quarter_round(u32 *a, u32 *b, u32 *c, u32 *d)
{
    stir(a, *b, d, 16);
    stir(c, *d, b, 12);
    stir(a, *b, d, 8);
    stir(c, *d, b, 7);
}

/* A 4 x 4 matrix of words - constants, key, counter, nonce - is stirred by columns and by diagonals
 * ten times over, then added to what it was, so that the stirring cannot be run backwards. Only
 * add, rotate and xor: no table, so no timing that depends on the key. */
void
chacha20_block(u32 x[CHACHA20_WORDS], const u32 key[8], u32 counter, const u32 nonce[3])
{
    u32 state[CHACHA20_WORDS] = {
        0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, /* "expand 32-byte k" */
    };
    memcpy(state + 4, key, KEY_BYTES);
    state[12] = counter;
    memcpy(state + 13, nonce, 3 * sizeof(u32));
    memcpy(x, state, sizeof(state));
    for (u32 i = 0; i < 20; i++) {
        u32 shift = i % 2; /* a column, or a diagonal: one further to the right in each row */
        for (u32 at = 0; at < 4; at++)
            quarter_round(&x[at], &x[4 + (at + shift) % 4], &x[8 + (at + 2 * shift) % 4],
                          &x[12 + (at + 3 * shift) % 4]);
    }
    for (u32 i = 0; i < CHACHA20_WORDS; i++)
        x[i] += state[i];
}

/* --- the generator --------------------------------------------------------------------------- */

static struct spinlock lock = SPINLOCK_INIT("random");
static union {
    u32 block[4][CHACHA20_WORDS];
    u8 byte[4 * sizeof(u32) * CHACHA20_WORDS]; /* first the next key, which never comes out */
} pool;
static u32 used = sizeof(pool); /* bytes that are gone */

/* Makes a new pool. Block 0 comes last: it takes the place of the key, which makes the others. The
 * counter starts over each time, which is right: no key is used twice. */
static void
refill(void)
{
    static const u32 nonce[3];
    for (u32 i = ARRAY_SIZE(pool.block); i > 0; i--)
        chacha20_block(pool.block[i - 1], pool.block[0], i - 1, nonce);
    used = KEY_BYTES;
}

/* The key shall depend on all bytes of the seed: they are taken 32 at a time, and a refill follows
 * each. */
void
random_init(const u8 *seed, u32 length)
{
    u64 now = rdtime();
    if (!length) {
        pr_warn("random: no /chosen/rng-seed: addresses and keys can be guessed");
        seed = (const u8 *)&now;
        length = sizeof(now);
    }
    spin_guard(&lock);
    for (u32 i = 0; i < length; i++) {
        pool.byte[i % KEY_BYTES] ^= seed[i];
        if (i % KEY_BYTES == KEY_BYTES - 1)
            refill();
    }
    refill();
}

void
random_bytes(void *out, size_t n)
{
    u8 *to = out;
    spin_guard(&lock);
    while (n) {
        if (used == sizeof(pool)) /* a request may be larger than what is left, or than all of it */
            refill();
        u32 part = (u32)MIN(n, sizeof(pool) - used);
        memcpy(to, pool.byte + used, part);
        memset(pool.byte + used, 0, part); /* given out once, kept by nobody */
        used += part;
        to += part;
        n -= part;
    }
}

u64
random_below(u64 limit)
{
    u64 rest = -limit % limit; /* 2^64 mod limit: this many numbers at the bottom are too many */
    u64 n;
    do
        random_bytes(&n, sizeof(n));
    while (n < rest);
    return n % limit;
}
