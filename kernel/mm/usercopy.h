/* usercopy.h - the only place where the kernel touches user memory.
 *
 * A user address is a u64, never a pointer: nothing else can dereference it by accident. Each
 * function walks the page table of the space, faults pages in (copy-on-write included) and copies
 * through the kernel's own mapping of the frame; sstatus.SUM is never set. All return 0 or
 * -EFAULT unless said otherwise.
 *
 * A page that there is no memory for is waited for: a call that has acted can neither be done again
 * nor be told to have failed. Nobody may wait with a lock held. So there are two kinds. Copies from
 * and to `user` wait. All that is said to never wait takes the space's lock page by page, and the
 * caller may hold locks outside of it (see lib/spinlock.h for the order); where it stops early, who
 * wants the rest gives up its locks, calls fault_in, and tries again. */
#pragma once

#include "mm/space.h"

/* Makes the page of `addr` come in for `access` (AREA_READ or AREA_WRITE) and waits until there is
 * memory for it. False: the address is bad, or the current task is to end. No lock may be held. */
bool fault_in(struct space *s, u64 addr, u32 access);

/* Between kernel memory and the current space. They may wait. */
int copy_from_user(void *dst, u64 src, size_t n);
int copy_to_user(u64 dst, const void *src, size_t n);

/* Copies into any space, for example one that exec is building. Never waits: -EFAULT may also mean
 * that there was no memory. */
int copy_to_space(struct space *s, u64 dst, const void *src, size_t n);

/* Between kernel memory and any space. They never wait, and return how many bytes went before a
 * fault: read and write answer with a short count. */
size_t partly_from_space(struct space *s, char *dst, u64 src, size_t n);
size_t partly_to_space(struct space *s, u64 dst, const char *src, size_t n);

/* Copies a NUL-terminated string of at most size-1 characters. Returns its length, -EFAULT, or
 * -ENAMETOOLONG when no NUL comes in time. May wait. */
long string_from_user(char *dst, u64 src, size_t size);

/* Reads the aligned u32 at `addr` of the current space atomically. Never waits. For futex. */
int user_load_u32(u64 addr, u32 *value);

/* Compares-and-swaps the aligned u32 at `addr`: stores `desired` if it holds *expected, and sets
 * *expected to what it held. 0 (look at *expected) or -EFAULT. Never waits. */
int user_cas_u32(u64 addr, u32 *expected, u32 desired);
