/* usercopy.c - copying between kernel and user memory. See usercopy.h.
 *
 * Page by page: lock the space, find or fault in the frame, copy through the direct map, unlock.
 * The lock is held over the copy of a page, so that no other thread can unmap and free it then.
 * sstatus.SUM stays clear for ever: the user's own mapping is never used. */

#include "mm/usercopy.h"
#include <asm/errno.h>
#include "lib/string.h"
#include "mm/area.h"
#include "mm/frame.h"

void (*space_out_of_memory)(void);

/* The kernel's address of user byte `addr`, faulted in for `access`; NULL if it cannot be. */
static void *
reach(struct space *s, u64 addr, u32 access)
{
    u64 need = PTE_V | access << 1;
    for (int err = 0; addr < USER_END && !err;) {
        pte_t *e = pt_entry(s->root, addr, 0, false);
        if (e && (*e & need) == need)
            return (char *)frame_address(pte_pa(*e)) + addr % PAGE_SIZE;
        err = space_fault_locked(s, addr, access);
        /* Of another space - exec builds one - the caller takes care itself. */
        if (err == -ENOMEM && s == space_current())
            space_out_of_memory();
    }
    return NULL;
}

size_t
copy_partial(struct space *s, char *kernel, u64 user, size_t n, u32 access)
{
    size_t done = 0, chunk;
    for (; done < n; done += chunk) {
        chunk = MIN(n - done, PAGE_SIZE - (user + done) % PAGE_SIZE);
        spin_guard(&s->lock);
        void *p = reach(s, user + done, access);
        if (!p)
            break;
        if (access == AREA_READ)
            memcpy(kernel + done, p, chunk);
        else
            memcpy(p, kernel + done, chunk);
    }
    return done;
}

int
copy_from_space(struct space *s, void *dst, u64 src, size_t n)
{
    return copy_partial(s, dst, src, n, AREA_READ) == n ? 0 : -EFAULT;
}

int
copy_to_space(struct space *s, u64 dst, const void *src, size_t n)
{
    return copy_partial(s, (char *)src, dst, n, AREA_WRITE) == n ? 0 : -EFAULT;
}

long
string_from_user(char *dst, u64 src, size_t size)
{
    for (size_t done = 0, chunk; done < size; done += chunk) {
        /* In pieces that end at multiples of 128: most strings are short, and a piece never
         * reaches into a page that the string does not. */
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
user_cas_u32(u64 addr, u32 *expected, u32 new)
{
    spin_guard(&space_current()->lock);
    u32 *p = reach(space_current(), addr, AREA_WRITE);
    if (p)
        __atomic_compare_exchange_n(p, expected, new, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return p ? 0 : -EFAULT;
}
