/* random.h - random numbers: a ChaCha20 generator seeded by the device tree's rng-seed.
 *
 * The key is replaced with every refill and what is handed out is wiped (fast key erasure), so a
 * later leak does not tell earlier output. The same seed gives the same numbers. */
#pragma once

#include "lib/types.h"

/* Once, early, by one hart. Length 0 means no seed: then it warns and goes on with the timer, which
 * is never good and always said. */
void random_init(const u8 *seed, u32 length);
void random_bytes(void *out, size_t n);
/* Uniform in [0, limit), limit > 0. */
u64 random_below(u64 limit);
