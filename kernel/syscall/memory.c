/* memory.c - system calls about the address space: arguments in, mm/ does the work.
 *
 * Source: man-pages mmap(2), mprotect(2), madvise(2), msync(2). */

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

/* What mmap asks for, as this kernel's own words: the place, the length in bytes, AREA_ and MAP_AT_
 * flags, and the first page of the file. */
struct wish {
    u64 addr, length, offset_pages;
    u32 area;
    bool reserves; /* not MAP_NORESERVE */
};

/* Memory without a file. If it is shared, it is a file without a name. */
static s64
map_memory(const struct wish *w)
{
    const struct pager *pager = NULL;
    void *object = NULL;
    struct file *f scoped_file = NULL;
    if (w->reserves && w->area & AREA_WRITE && w->length > frames_total() << PAGE_SHIFT)
        return -ENOMEM; /* can never be used; what is only reserved costs nothing */
    if (w->area & AREA_SHARED) {
        f = vfs_anonymous(w->length);
        if (!f)
            return -ENOMEM;
        file_pager(f, &pager, &object);
    }
    return space_map(current()->space, w->addr, w->length, w->area, pager, object, 0, NULL);
}

/* A program may not come to more through memory than the descriptor allows. */
static s64
map_file(u64 fd, struct wish *w)
{
    bool shared = w->area & AREA_SHARED;
    const struct pager *pager;
    void *object;
    struct file *f scoped_file = file_of(fd);
    if (!f)
        return -EBADF;
    u32 mode = f->flags & O_ACCMODE;
    if (mode == O_WRONLY || (shared && mode == O_RDONLY && w->area & AREA_WRITE))
        return -EACCES;
    w->area |= shared && mode == O_RDONLY ? AREA_NEVER(AREA_WRITE) : 0;
    w->area |= f->claim > 0 ? AREA_WRITER : 0;
    int err = file_pager(f, &pager, &object);
    if (err)
        return err;
    if (!pager && shared) /* /dev/zero: memory without a file */
        return map_memory(w);
    return space_map(current()->space, w->addr, w->length, w->area, pager, object, w->offset_pages,
                     NULL);
}

s64
sys_mmap(const u64 *arg)
{
    u64 length = arg[1], flags = arg[3], offset = arg[5], type = flags & MAP_TYPE;
    bool shared = type == MAP_SHARED || type == MAP_SHARED_VALIDATE;
    struct wish w = { arg[0], length, offset >> PAGE_SHIFT,
                      (arg[2] & AREA_PROT) | (shared ? AREA_SHARED : 0), !(flags & MAP_NORESERVE) };
    if ((!shared && type != MAP_PRIVATE) || offset % PAGE_SIZE || !length)
        return -EINVAL;
    if (length > USER_END)
        return -ENOMEM;
    if (offset + length < offset)
        return -EOVERFLOW;
    if (flags & MAP_FIXED_NOREPLACE)
        w.area |= MAP_AT_NOREPLACE;
    else if (flags & MAP_FIXED)
        w.area |= MAP_AT_FIXED;
    return flags & MAP_ANONYMOUS ? map_memory(&w) : map_file(arg[4], &w);
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

/* Hints are taken and forgotten. Advice that would change what a program finds in its memory
 * (REMOVE, DONTFORK, WIPEONFORK) is not here, and is refused: the program must hear so. */
s64
sys_madvise(const u64 *arg)
{
    u32 advice = (u32)arg[2];
    bool discard = advice == MADV_DONTNEED || advice == MADV_FREE;
    bool hint = advice < MADV_DONTNEED || (advice >= MADV_MERGEABLE && advice <= MADV_DODUMP) ||
                (advice >= MADV_COLD && advice <= MADV_POPULATE_WRITE);
    if (!discard && !hint)
        return -EINVAL;
    return space_advise(current()->space, arg[0], arg[1], discard);
}

/* Shared pages are the object's own: there is nothing to write back. */
s64
sys_msync(const u64 *arg)
{
    u32 flags = (u32)arg[2];
    bool both = flags & MS_ASYNC && flags & MS_SYNC;
    if (both || flags & ~(u32)(MS_ASYNC | MS_SYNC | MS_INVALIDATE))
        return -EINVAL;
    return space_advise(current()->space, arg[0], arg[1], false);
}
