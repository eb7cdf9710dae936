/* memory.c - system calls about the address space: arguments in, mm/ does the work.
 *
 * Source: man-pages mmap(2), mprotect(2), madvise(2), mremap(2), msync(2). */

#include <asm/errno.h>
#include <asm/fcntl.h>
#include <linux/mman.h>
#include "mm/frame.h"
#include "proc/process.h"
#include "syscall/syscall.h"

/* Named in <asm-generic/mman-common.h>, which <linux/mman.h> includes. */
#define PROT_KNOWN (PROT_READ | PROT_WRITE | PROT_EXEC)

s64
sys_brk(const u64 *arg)
{
    return (s64)space_brk(current()->space, arg[0]);
}

/* Of a file that the caller holds: may it be mapped so, and by which pager? */
static s64
map_file(struct file *f, u64 addr, u64 length, u32 flags, u64 offset)
{
    const struct pager *pager;
    void *object;
    u32 mode = f->flags & O_ACCMODE;
    if (mode == O_WRONLY || (mode == O_RDONLY && flags & AREA_SHARED && flags & AREA_WRITE))
        return -EACCES;
    if (mode == O_RDONLY && flags & AREA_SHARED)
        flags |= AREA_NOWRITE;
    s64 err = file_pager(f, &pager, &object);
    return err
               ?: space_map(current()->space, addr, length, flags, pager, object,
                            offset >> PAGE_SHIFT, NULL);
}

s64
sys_mmap(const u64 *arg)
{
    u64 addr = arg[0], length = arg[1], flags = arg[3], offset = arg[5], type = flags & MAP_TYPE;
    u32 area = arg[2] & PROT_KNOWN;
    if (offset % PAGE_SIZE || !length ||
        (type != MAP_PRIVATE && type != MAP_SHARED && type != MAP_SHARED_VALIDATE))
        return -EINVAL;
    /* More than the machine has can never be used; what is only reserved costs nothing. */
    bool reserves = !(area & AREA_WRITE) || flags & MAP_NORESERVE || !(flags & MAP_ANONYMOUS);
    if (length > USER_END || (!reserves && length >> PAGE_SHIFT > frames_total()))
        return -ENOMEM;
    if (offset + length < offset)
        return -EOVERFLOW;
    if (flags & MAP_FIXED_NOREPLACE)
        area |= MAP_AT_NOREPLACE;
    else if (flags & MAP_FIXED)
        area |= MAP_AT_FIXED;
    if (type == MAP_PRIVATE && flags & MAP_ANONYMOUS)
        return space_map(current()->space, addr, length, area, NULL, NULL, 0, NULL);
    if (type != MAP_PRIVATE)
        area |= AREA_SHARED;
    /* Shared memory without a name is a file without a name. */
    bool anonymous = flags & MAP_ANONYMOUS;
    struct file *f = anonymous ? vfs_anonymous(length) : fd_get(current_process()->files, arg[4]);
    if (!f)
        return anonymous ? -ENOMEM : -EBADF;
    s64 r = map_file(f, addr, length, area, anonymous ? 0 : offset);
    file_put(f);
    return r;
}

s64
sys_munmap(const u64 *arg)
{
    return space_unmap(current()->space, arg[0], arg[1]);
}

s64
sys_mprotect(const u64 *arg)
{
    if (arg[2] & ~(u64)PROT_KNOWN)
        return -EINVAL;
    return space_protect(current()->space, arg[0], arg[1], arg[2]);
}

s64
sys_madvise(const u64 *arg)
{
    int advice = (int)arg[2];
    if (arg[0] % PAGE_SIZE)
        return -EINVAL;
    if (advice == MADV_DONTNEED || advice == MADV_FREE)
        return space_discard(current()->space, arg[0], arg[1]);
    return advice >= MADV_NORMAL && advice <= MADV_POPULATE_WRITE ? 0 : -EINVAL;
}

s64
sys_mremap(const u64 *arg)
{
    return space_remap(current()->space, arg[0], arg[1], arg[2], arg[3], arg[4]);
}

/* Shared pages are the object's own: there is nothing to write back. */
s64
sys_msync(const u64 *arg)
{
    struct space *s = current()->space;
    if (arg[0] % PAGE_SIZE || arg[2] & ~(u64)(MS_ASYNC | MS_SYNC | MS_INVALIDATE) ||
        (arg[2] & MS_ASYNC && arg[2] & MS_SYNC))
        return -EINVAL;
    spin_guard(&s->lock);
    return space_find(s, arg[0]) || !arg[1] ? 0 : -ENOMEM;
}
