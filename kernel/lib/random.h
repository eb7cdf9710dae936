/* random.h - random numbers: a ChaCha20 generator seeded by the device tree's rng-seed.
 *
 * After each request the key is replaced (fast key erasure), so a later leak does not tell earlier
 * output. Without a seed it warns once and goes on with the timer: never good, always said. */
#pragma once

#include "lib/types.h"

void random_init(const u8 *seed, u32 length);
void random_bytes(void *out, size_t n);
u64 random_u64(void);
/* Uniform in [0, limit), limit > 0. */
u64 random_below(u64 limit);
