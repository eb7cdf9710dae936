/* random.h - random numbers: a ChaCha20 generator seeded by the device tree's rng-seed.
 *
 * The key is replaced with every refill and what is handed out is wiped (fast key erasure), so a
 * later leak does not tell earlier output. The same seed gives the same numbers. */
#pragma once

#include "lib/types.h"

/* Once, early, by one hart. Length 0 means no seed: then it warns and goes on with the timer, which
 * anybody can guess. */
void random_init(const u8 *seed, u32 length);
/* Fills n bytes at `out`, kernel memory, any n. Cannot fail. Lock inside, never sleeps. */
void random_bytes(void *out, size_t n);
/* Uniform in [0, limit), limit > 0. */
u64 random_below(u64 limit);

/* Writes to `x` block number `counter` of the stream for (key, nonce): noise to who has no key.
 * Public for its check against the vectors of RFC 8439 (tests/host/test_kernel_units.py). Words are
 * in the machine's order, little-endian as in the RFC. */
#define CHACHA20_WORDS 16
void chacha20_block(u32 x[CHACHA20_WORDS], const u32 key[8], u32 counter, const u32 nonce[3]);
