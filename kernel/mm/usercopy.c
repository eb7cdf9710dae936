/* usercopy.c - copying between kernel and user memory. See usercopy.h.
 *
 * Page by page: lock the space, find or fault in the frame, copy through the direct map, unlock.
 * The lock is held over the copy of a page, so that no other thread can unmap and free it then.
 * sstatus.SUM stays clear for ever: the user's own mapping is never used. */

#include "mm/usercopy.h"
#include <asm/errno.h>
#include "lib/string.h"
#include "mm/frame.h"
#include "mm/space.h"

/* The kernel's address of user byte `addr`, faulted in for `access`; NULL if it cannot be. */
static char *
reach(struct space *s, u64 addr, u32 access)
{
    u64 pa = space_lookup(s, addr, access);
    if (!pa) {
        if (space_fault_locked(s, addr, access))
            return NULL;
        pa = space_lookup(s, addr, access);
        if (!pa)
            return NULL;
    }
    return (char *)frame_address(pa) + addr % PAGE_SIZE;
}

/* Moves n bytes between `kernel` and `user`; returns how many went. kernel NULL: writes zeros. */
static size_t
transfer(struct space *s, char *kernel, u64 user, size_t n, u32 access)
{
    size_t done = 0;
    while (done < n) {
        size_t chunk = MIN(n - done, PAGE_SIZE - (user + done) % PAGE_SIZE);
        spin_lock(&s->lock);
        char *p = reach(s, user + done, access);
        if (p && access == AREA_READ)
            memcpy(kernel + done, p, chunk);
        else if (p && kernel)
            memcpy(p, kernel + done, chunk);
        else if (p)
            memset(p, 0, chunk);
        spin_unlock(&s->lock);
        if (!p)
            break;
        done += chunk;
    }
    return done;
}

static int
whole(size_t done, size_t n)
{
    return done == n ? 0 : -EFAULT;
}

size_t
copy_from_user_partial(void *dst, u64 src, size_t n)
{
    return transfer(space_current(), dst, src, n, AREA_READ);
}

size_t
copy_to_user_partial(u64 dst, const void *src, size_t n)
{
    return transfer(space_current(), (char *)src, dst, n, AREA_WRITE);
}

int
copy_from_user(void *dst, u64 src, size_t n)
{
    return whole(copy_from_user_partial(dst, src, n), n);
}

int
copy_to_user(u64 dst, const void *src, size_t n)
{
    return whole(copy_to_user_partial(dst, src, n), n);
}

int
zero_user(u64 dst, size_t n)
{
    return whole(transfer(space_current(), NULL, dst, n, AREA_WRITE), n);
}

int
copy_from_space(struct space *s, void *dst, u64 src, size_t n)
{
    return whole(transfer(s, dst, src, n, AREA_READ), n);
}

int
copy_to_space(struct space *s, u64 dst, const void *src, size_t n)
{
    return whole(transfer(s, (char *)src, dst, n, AREA_WRITE), n);
}

long
string_from_user(char *dst, u64 src, size_t size)
{
    size_t done = 0;
    while (done < size) {
        /* In pieces that end at multiples of 128: most strings are short, and a piece never
         * reaches into a page that the string does not. */
        size_t chunk = MIN(size - done, 128 - (src + done) % 128);
        if (copy_from_user(dst + done, src + done, chunk))
            return -EFAULT;
        size_t n = strnlen(dst + done, chunk);
        if (n < chunk)
            return (long)(done + n);
        done += chunk;
    }
    return -ENAMETOOLONG;
}

int
user_load_u32(u64 addr, u32 *value)
{
    struct space *s = space_current();
    spin_lock(&s->lock);
    char *p = reach(s, addr, AREA_READ);
    if (p)
        *value = __atomic_load_n((u32 *)p, __ATOMIC_SEQ_CST);
    spin_unlock(&s->lock);
    return p ? 0 : -EFAULT;
}

int
user_cas_u32(u64 addr, u32 *expected, u32 new)
{
    struct space *s = space_current();
    spin_lock(&s->lock);
    char *p = reach(s, addr, AREA_WRITE);
    if (p)
        __atomic_compare_exchange_n((u32 *)p, expected, new, false, __ATOMIC_SEQ_CST,
                                    __ATOMIC_SEQ_CST);
    spin_unlock(&s->lock);
    return p ? 0 : -EFAULT;
}
