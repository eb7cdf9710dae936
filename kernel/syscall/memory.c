/* memory.c - system calls about the address space: arguments in, mm/ does the work.
 *
 * Source: man-pages mmap(2), mprotect(2), madvise(2), mremap(2), msync(2). */

#include <asm/errno.h>
#include <asm/fcntl.h>
#include <linux/mman.h>
#include "mm/frame.h"
#include "syscall/file.h"

s64
sys_brk(const u64 *arg)
{
    return (s64)space_brk(current()->space, arg[0]);
}

s64
sys_mmap(const u64 *arg)
{
    u64 length = arg[1], flags = arg[3], offset = arg[5], type = flags & MAP_TYPE;
    bool anonymous = flags & MAP_ANONYMOUS, shared = type != MAP_PRIVATE;
    u32 area = (arg[2] & AREA_PROT) | (shared ? AREA_SHARED : 0);
    if (offset % PAGE_SIZE || !length ||
        (shared && type != MAP_SHARED && type != MAP_SHARED_VALIDATE))
        return -EINVAL;
    /* More than the machine has can never be used; what is only reserved costs nothing. */
    bool used = anonymous && area & AREA_WRITE && !(flags & MAP_NORESERVE);
    if (length > (used ? frames_total() << PAGE_SHIFT : USER_END))
        return -ENOMEM;
    if (offset + length < offset)
        return -EOVERFLOW;
    if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE))
        area |= flags & MAP_FIXED_NOREPLACE ? MAP_AT_NOREPLACE : MAP_AT_FIXED;
    struct file *f scoped_file = NULL;
    const struct pager *pager = NULL;
    void *object = NULL;
    if (shared || !anonymous) { /* shared memory without a name is a file without a name */
        f = anonymous ? vfs_anonymous(length) : file_of(arg[4]);
        if (!f)
            return anonymous ? -ENOMEM : -EBADF;
        u32 mode = f->flags & O_ACCMODE;
        if (mode == O_WRONLY || (shared && mode == O_RDONLY && area & AREA_WRITE))
            return -EACCES;
        if (shared && mode == O_RDONLY)
            area |= AREA_NOWRITE;
        int err = file_pager(f, &pager, &object);
        if (err)
            return err;
        if (shared && !pager) /* /dev/zero: shared memory without a name, too */
            return sys_mmap((u64[]){ arg[0], length, arg[2], flags | MAP_ANONYMOUS, 0, 0 });
    }
    offset = anonymous ? 0 : offset >> PAGE_SHIFT;
    return space_map(current()->space, arg[0], length, area, pager, object, offset, NULL);
}

s64
sys_munmap(const u64 *arg)
{
    return space_unmap(current()->space, arg[0], arg[1]);
}

s64
sys_mprotect(const u64 *arg)
{
    return space_protect(current()->space, arg[0], arg[1], arg[2]);
}

/* Hints are taken and forgotten. What changes what a program finds in its memory (REMOVE, DONTFORK,
 * WIPEONFORK) is not here, and is refused: who asks for it must hear so. */
s64
sys_madvise(const u64 *arg)
{
    u32 advice = (u32)arg[2];
    bool discard = advice == MADV_DONTNEED || advice == MADV_FREE;
    bool hint = advice < MADV_DONTNEED || (advice >= MADV_MERGEABLE && advice <= MADV_DODUMP) ||
                (advice >= MADV_COLD && advice <= MADV_POPULATE_WRITE);
    return discard || hint ? space_advise(current()->space, arg[0], arg[1], discard) : -EINVAL;
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
    u32 flags = (u32)arg[2];
    if (flags & ~(u32)(MS_ASYNC | MS_SYNC | MS_INVALIDATE) || (flags & MS_ASYNC && flags & MS_SYNC))
        return -EINVAL;
    return space_advise(current()->space, arg[0], arg[1], false);
}
