/* chacha20.h - the ChaCha20 block function: 64 bytes that only who has the key can tell from noise.
 *
 * Source: RFC 8439, section 2.3. Checked against its vectors by tests/host/test_kernel_units.py. */
#pragma once

#include "lib/types.h"

#define CHACHA20_KEY_WORDS   8
#define CHACHA20_BLOCK_WORDS 16

/* Writes to `x` block number `counter` of the stream for (key, nonce). Words are in the machine's
 * order, little-endian as in the RFC. */
void chacha20_block(u32 x[CHACHA20_BLOCK_WORDS], const u32 key[CHACHA20_KEY_WORDS], u32 counter,
                    const u32 nonce[3]);
