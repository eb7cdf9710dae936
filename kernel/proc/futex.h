/* futex.h - waiting for a word of user memory to change.
 *
 * A futex is named by space and address, in shared memory by object and offset, whatever PRIVATE
 * says: so private and shared waits on one word meet (pthread_join relies on it: it waits
 * shared for CLONE_CHILD_CLEARTID). Source: futex(2). */
#pragma once

#include "lib/types.h"

void futex_init(void);

/* futex(2) WAIT, WAKE, REQUEUE and their BITSET and CMP forms; arguments as the system call's. */
s64 futex_call(u64 addr, int op, u32 value, u64 timeout, u64 addr2, u32 value3);

/* Wakes at most n waiters of the user address; for CLONE_CHILD_CLEARTID. */
void futex_wake(u64 addr, u32 n);

/* FUTEX_WAKE_OP's middle part (futex_op.c): changes the word at `addr` as coded. 1 if its old value
 * compares as coded, 0 if not, -EFAULT, -EINVAL, -ENOSYS. */
int futex_operate(u64 addr, u32 code);
