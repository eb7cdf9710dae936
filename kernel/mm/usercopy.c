/* usercopy.c - copying between kernel and user memory. See usercopy.h.
 *
 * Page by page: lock the space, find or fault in the frame, copy through the direct map, unlock.
 * The lock is held over the copy of a page, so that no other thread can unmap and free it then.
 * sstatus.SUM stays clear for ever: the user's own mapping is never used. */

#include "mm/usercopy.h"
#include <asm/errno.h>
#include "debug/debug.h"
#include "lib/string.h"
#include "mm/area.h"
#include "mm/frame.h"

bool (*space_make_memory)(void);

/* The kernel's address of user byte `addr`, faulted in for `access`; NULL if it cannot be. */
static void *
reach(struct space *s, u64 addr, u32 access)
{
    u64 need = PTE_V | access << 1;
    int err = in_user_half(addr, 1) ? 0 : -EFAULT;
    while (!err) {
        pte_t *e = pt_entry(s->root, addr, 0, false);
        if (e && (*e & need) == need)
            return (char *)frame_address(pte_pa(*e)) + addr % PAGE_SIZE;
        err = space_fault_locked(s, addr, access);
    }
    return NULL;
}

bool
fault_in(struct space *s, u64 addr, u32 access)
{
    int err = space_fault(s, addr, access);
    while (err == -ENOMEM && space_make_memory())
        err = space_fault(s, addr, access);
    return !err;
}

/* How many of n bytes at `user` lie in one page with the first. */
#define in_one_page(user, n) MIN(n, PAGE_SIZE - (user) % PAGE_SIZE)

size_t
partly_from_space(struct space *s, char *dst, u64 src, size_t n)
{
    size_t done = 0, chunk;
    for (; done < n; done += chunk) {
        chunk = in_one_page(src + done, n - done);
        spin_guard(&s->lock);
        const void *from = reach(s, src + done, AREA_READ);
        if (!from)
            break;
        memcpy(dst + done, from, chunk);
    }
    return done;
}

size_t
partly_to_space(struct space *s, u64 dst, const char *src, size_t n)
{
    size_t done = 0, chunk;
    for (; done < n; done += chunk) {
        chunk = in_one_page(dst + done, n - done);
        spin_guard(&s->lock);
        void *to = reach(s, dst + done, AREA_WRITE);
        if (!to)
            break;
        memcpy(to, src + done, chunk);
    }
    return done;
}

int
copy_to_space(struct space *s, u64 dst, const void *src, size_t n)
{
    return partly_to_space(s, dst, src, n) == n ? 0 : -EFAULT;
}

/* Most copies come through at once. Where one stops, the page is waited for with no lock held, and
 * all of it is copied again. */
int
copy_from_user(void *dst, u64 src, size_t n)
{
    size_t done;
    debug_hook(lock_none_held);
    do
        done = partly_from_space(space_current(), dst, src, n);
    while (done < n && fault_in(space_current(), src + done, AREA_READ));
    return done == n ? 0 : -EFAULT;
}

int
copy_to_user(u64 dst, const void *src, size_t n)
{
    size_t done;
    debug_hook(lock_none_held);
    do
        done = partly_to_space(space_current(), dst, src, n);
    while (done < n && fault_in(space_current(), dst + done, AREA_WRITE));
    return done == n ? 0 : -EFAULT;
}

/* It copies pieces that end at multiples of 128: most strings are short, and a piece never reaches
 * into a page that the string does not. */
long
string_from_user(char *dst, u64 src, size_t size)
{
    size_t chunk;
    for (size_t done = 0; done < size; done += chunk) {
        chunk = MIN(size - done, 128 - (src + done) % 128);
        if (copy_from_user(dst + done, src + done, chunk))
            return -EFAULT;
        size_t n = strnlen(dst + done, chunk);
        if (n < chunk)
            return (long)(done + n);
    }
    return -ENAMETOOLONG;
}

int
user_load_u32(u64 addr, u32 *value)
{
    spin_guard(&space_current()->lock);
    u32 *p = reach(space_current(), addr, AREA_READ);
    if (p)
        *value = __atomic_load_n(p, __ATOMIC_SEQ_CST);
    return p ? 0 : -EFAULT;
}

int
user_cas_u32(u64 addr, u32 *expected, u32 desired)
{
    spin_guard(&space_current()->lock);
    u32 *p = reach(space_current(), addr, AREA_WRITE);
    if (p)
        __atomic_compare_exchange_n(p, expected, desired, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return p ? 0 : -EFAULT;
}
