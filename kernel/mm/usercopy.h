/* usercopy.h - the only place where the kernel touches user memory.
 *
 * A user address is a u64, never a pointer: nothing else can dereference it by accident. Each
 * function walks the page table of the space, faults pages in (copy-on-write included) and copies
 * through the kernel's own mapping of the frame; sstatus.SUM is never set. All return 0 or
 * -EFAULT unless said otherwise, never sleep, and take the space's lock page by page: the caller
 * may hold locks outside of it (see lib/spinlock.h for the order). */
#pragma once

#include "mm/space.h"

/* Between kernel memory and a space, which exec is building, or the current one. */
int copy_from_space(struct space *s, void *dst, u64 src, size_t n);
int copy_to_space(struct space *s, u64 dst, const void *src, size_t n);

#define copy_from_user(dst, src, n) copy_from_space(space_current(), dst, src, n)
#define copy_to_user(dst, src, n)   copy_to_space(space_current(), dst, src, n)

/* As those, but they return how many bytes went before a fault: read and write answer with a short
 * count. */
size_t partly_from_space(struct space *s, char *dst, u64 src, size_t n);
size_t partly_to_space(struct space *s, u64 dst, const char *src, size_t n);

/* Copies a NUL-terminated string of at most size-1 characters. Returns its length, -EFAULT, or
 * -ENAMETOOLONG when no NUL comes in time. */
long string_from_user(char *dst, u64 src, size_t size);

/* Reads the aligned u32 at `addr` atomically. For futex. */
int user_load_u32(u64 addr, u32 *value);

/* Compares-and-swaps the aligned u32 at `addr`: stores `desired` if it holds *expected, and sets
 * *expected to what it held. 0 (look at *expected) or -EFAULT. */
int user_cas_u32(u64 addr, u32 *expected, u32 desired);
