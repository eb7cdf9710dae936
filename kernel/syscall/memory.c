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

static struct space *
space(void)
{
    return current()->space;
}

s64
sys_brk(const u64 *arg)
{
    return (s64)space_brk(space(), arg[0]);
}

/* The file's side of mmap: may it be mapped so, and by which pager. */
static int
file_for_map(struct file *f, u32 prot, u32 *flags, const struct pager **pager, void **object)
{
    u32 mode = f->flags & O_ACCMODE;
    if (mode == O_WRONLY)
        return -EACCES;
    if (*flags & AREA_SHARED && mode == O_RDONLY) {
        if (prot & PROT_WRITE)
            return -EACCES;
        *flags |= AREA_NOWRITE;
    }
    return file_pager(f, pager, object);
}

static s64
map_file(int fd, u64 addr, u64 length, u32 prot, u32 flags, u64 offset)
{
    const struct pager *pager;
    void *object;
    struct file *f = fd < 0 ? vfs_anonymous(length) : fd_get(fd);
    if (!f)
        return fd < 0 ? -ENOMEM : -EBADF;
    s64 r = file_for_map(f, prot, &flags, &pager, &object);
    if (!r)
        r = space_map(space(), addr, length, flags | prot, pager, object, offset >> PAGE_SHIFT,
                      NULL);
    file_put(f);
    return r;
}

/* More than the machine has can never be used; what is only reserved costs nothing. */
static bool
beyond_memory(u64 length, u64 prot, u64 flags)
{
    return prot & PROT_WRITE && !(flags & MAP_NORESERVE) && flags & MAP_ANONYMOUS &&
           length >> PAGE_SHIFT > frames_total();
}

s64
sys_mmap(const u64 *arg)
{
    u64 addr = arg[0], length = arg[1], prot = arg[2], flags = arg[3], offset = arg[5];
    u64 type = flags & MAP_TYPE;
    u32 area = 0;
    if (offset % PAGE_SIZE || !length ||
        (type != MAP_PRIVATE && type != MAP_SHARED && type != MAP_SHARED_VALIDATE))
        return -EINVAL;
    if (length > USER_END || beyond_memory(length, prot, flags))
        return -ENOMEM;
    if (offset + length < offset)
        return -EOVERFLOW;
    if (flags & MAP_FIXED_NOREPLACE)
        area |= MAP_AT_NOREPLACE;
    else if (flags & MAP_FIXED)
        area |= MAP_AT_FIXED;
    prot &= PROT_KNOWN;
    if (type != MAP_PRIVATE)
        area |= AREA_SHARED;
    if (!(flags & MAP_ANONYMOUS))
        return (int)arg[4] < 0 ? -EBADF : map_file((int)arg[4], addr, length, prot, area, offset);
    if (area & AREA_SHARED)
        return map_file(-1, addr, length, prot, area, 0);
    return space_map(space(), addr, length, area | prot, NULL, NULL, 0, NULL);
}

s64
sys_munmap(const u64 *arg)
{
    return space_unmap(space(), arg[0], arg[1]);
}

s64
sys_mprotect(const u64 *arg)
{
    if (arg[2] & ~(u64)PROT_KNOWN)
        return -EINVAL;
    return space_protect(space(), arg[0], arg[1], arg[2]);
}

s64
sys_madvise(const u64 *arg)
{
    int advice = (int)arg[2];
    if (arg[0] % PAGE_SIZE)
        return -EINVAL;
    if (advice == MADV_DONTNEED || advice == MADV_FREE)
        return space_discard(space(), arg[0], arg[1]);
    return advice >= MADV_NORMAL && advice <= MADV_POPULATE_WRITE ? 0 : -EINVAL;
}

s64
sys_mremap(const u64 *arg)
{
    return space_remap(space(), arg[0], arg[1], arg[2], arg[3], arg[4]);
}

/* Shared pages are the object's own: there is nothing to write back. */
s64
sys_msync(const u64 *arg)
{
    u64 flags = arg[2];
    if (arg[0] % PAGE_SIZE || flags & ~(u64)(MS_ASYNC | MS_SYNC | MS_INVALIDATE) ||
        (flags & MS_ASYNC && flags & MS_SYNC))
        return -EINVAL;
    spin_lock(&space()->lock);
    bool mapped = space_find(space(), arg[0]) != NULL;
    spin_unlock(&space()->lock);
    return mapped || !arg[1] ? 0 : -ENOMEM;
}
