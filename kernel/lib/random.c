/* random.c - the kernel's random numbers: ChaCha20 with fast key erasure. See random.h.
 *
 * The key makes a pool of bytes; the first 32 of them at once become the next key, the rest is
 * handed out and wiped. So what the kernel holds never tells what it has given out.
 * The same seed gives the same numbers: nothing but the seed is mixed in, which is what makes a run
 * with a fixed seed repeatable. Source: D. J. Bernstein, "Fast-key-erasure random-number
 * generators", 2017; RFC 8439. */

#include "lib/random.h"
#include "lib/chacha20.h"
#include "lib/print.h"
#include "lib/spinlock.h"
#include "lib/string.h"
#include "riscv/csr.h"

#define KEY_BYTES   32
#define POOL_BLOCKS 4 /* one key and 28 numbers of 64 bits for four calls of the block function */

static struct spinlock lock = SPINLOCK_INIT("random");
static u32 pool[POOL_BLOCKS][CHACHA20_BLOCK_WORDS];
static u32 key[CHACHA20_KEY_WORDS];
static u32 used = sizeof(pool); /* bytes of the pool that are gone; the key's never come out */

/* Makes a new pool. The counter starts over each time, which is right: no key is used twice. The
 * bytes that became the key are wiped, else they would come out as numbers. */
static void
refill(void)
{
    static const u32 nonce[3];
    for (u32 i = 0; i < POOL_BLOCKS; i++)
        chacha20_block(pool[i], key, i, nonce);
    memcpy(key, pool, KEY_BYTES);
    memset(pool, 0, KEY_BYTES);
    used = KEY_BYTES;
}

/* The key shall depend on all bytes of the seed: 32 at a time, with a refill behind each. */
void
random_init(const u8 *seed, u32 length)
{
    u64 now = rdtime();
    if (!length) {
        pr_warn("random: no /chosen/rng-seed: addresses and keys can be guessed");
        seed = (const u8 *)&now;
        length = sizeof(now);
    }
    spin_lock(&lock);
    for (u32 i = 0; i < length; i++) {
        ((u8 *)key)[i % KEY_BYTES] ^= seed[i];
        if (i % KEY_BYTES == KEY_BYTES - 1)
            refill();
    }
    refill();
    spin_unlock(&lock);
}

void
random_bytes(void *out, size_t n)
{
    u8 *to = out;
    spin_lock(&lock);
    while (n) { /* a request may be larger than what the pool has left, or than all of it */
        if (used == sizeof(pool))
            refill();
        u32 part = (u32)MIN(n, sizeof(pool) - used);
        memcpy(to, (u8 *)pool + used, part);
        memset((u8 *)pool + used, 0, part); /* given out once, kept by nobody */
        used += part, to += part, n -= part;
    }
    spin_unlock(&lock);
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
