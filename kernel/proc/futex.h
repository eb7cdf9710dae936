/* futex.h - waiting for a word of user memory to change.
 *
 * A futex is named by space and address, in shared memory by object and offset, whatever PRIVATE
 * says: so private and shared waits on one word meet (pthread_join relies on it: it waits
 * shared for CLONE_CHILD_CLEARTID). Source: futex(2). */
#pragma once

#include "lib/types.h"

/* Waits while the word at `addr` holds `expected`, until a wake-up that has a bit in common with
 * `bitset`, or until `clock` shows `at_ns` (NEVER: for ever). 0, -EAGAIN when the word holds
 * something else, -ETIMEDOUT, -EINVAL, -EFAULT, or an error that makes the call begin again. */
s64 futex_wait(u64 addr, u32 expected, u32 bitset, int clock, u64 at_ns);

/* Wakes up to n waiters of addr whose bits match, and lets up to `move` others wait for addr2; only
 * if the word holds *expected (NULL: whatever), else -EAGAIN. Returns how many were woken or moved,
 * or -errno. */
s64 futex_requeue(u64 addr, u32 n, u32 bitset, u64 addr2, u32 move, const u32 *expected);

/* Wakes at most n waiters of the user address; for CLONE_CHILD_CLEARTID. */
void futex_wake(u64 addr, u32 n);
