/* fd.c - a process' table from descriptors to open files. See file.h.
 *
 * One page of pointers; bit 0 of each is the descriptor's FD_CLOEXEC. `end` spares fork, exec and
 * exit the part that was never used. Files are put after the lock is given up: the last put of a
 * pipe's end wakes others. */
#include <asm/errno.h>
#include "fs/file.h"
#include "fs/vfs.h"
#include "mm/kmalloc.h"

#define CLOEXEC 1UL

struct files {
    u32 refs;
    int end; /* no descriptor from here on has ever been open */
    struct spinlock lock;
    u64 slot[MAX_FDS]; /* struct file pointer | CLOEXEC, or 0 */
};
_Static_assert(sizeof(struct files) <= PAGE_SIZE, "kzalloc gives no more");

static struct file *
file_in(u64 slot)
{
    return (struct file *)(slot & ~CLOEXEC);
}

struct files *
files_create(void)
{
    struct files *fs = kzalloc(sizeof(*fs));
    if (!fs)
        return NULL;
    fs->refs = 1;
    spin_init(&fs->lock, "files");
    return fs;
}

void
files_get(struct files *fs)
{
    __atomic_add_fetch(&fs->refs, 1, __ATOMIC_RELAXED);
}

void
files_put(struct files *fs)
{
    if (!fs || __atomic_sub_fetch(&fs->refs, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    for (int fd = 0; fd < fs->end; fd++)
        file_put(file_in(fs->slot[fd]));
    kfree(fs);
}

/* Parent and child share the open files, positions included, and from then on not the table. */
struct files *
files_copy(struct files *from)
{
    struct files *to = files_create();
    if (!to)
        return NULL;
    spin_lock(&from->lock);
    to->end = from->end;
    for (int fd = 0; fd < to->end; fd++)
        if ((to->slot[fd] = from->slot[fd]))
            file_get(file_in(to->slot[fd]));
    spin_unlock(&from->lock);
    return to;
}

struct files *
files_unshare(struct files *fs)
{
    if (__atomic_load_n(&fs->refs, __ATOMIC_ACQUIRE) > 1)
        return files_copy(fs);
    files_get(fs);
    return fs;
}

/* Puts f (or NULL) into the slot of a valid fd and returns what was there. Lock held. */
static struct file *
swap_locked(struct files *fs, int fd, struct file *f, bool cloexec)
{
    struct file *old = file_in(fs->slot[fd]);
    fs->slot[fd] = (u64)f | (f && cloexec ? CLOEXEC : 0);
    fs->end = MAX(fs->end, fd + 1);
    return old;
}

static bool
is_open(const struct files *fs, int fd)
{
    return fd >= 0 && fd < MAX_FDS && fs->slot[fd];
}

struct file *
fd_get(struct files *fs, int fd)
{
    spin_lock(&fs->lock);
    struct file *f = is_open(fs, fd) ? file_in(fs->slot[fd]) : NULL;
    if (f)
        file_get(f);
    spin_unlock(&fs->lock);
    return f;
}

/* Without the lock: a descriptor that comes or goes meanwhile may be seen or not. */
int
fd_next(struct files *fs, int fd)
{
    while (fd < fs->end && !is_open(fs, fd))
        fd++;
    return fd < fs->end ? fd : -1;
}

/* POSIX: always the lowest free one. Shells count on it (close 1, open, and it is the output). */
u64
fd_limit(void)
{
    return MIN(fs_current()->open_limit, (u64)MAX_FDS);
}

int
fd_install(struct files *fs, struct file *f, int min, bool cloexec)
{
    int fd = min, limit = (int)fd_limit();
    spin_lock(&fs->lock);
    while (fd < limit && is_open(fs, fd))
        fd++;
    if (fd < limit)
        swap_locked(fs, fd, f, cloexec);
    spin_unlock(&fs->lock);
    if (fd < limit)
        return fd;
    file_put(f);
    return -EMFILE;
}

int
fd_install_at(struct files *fs, struct file *f, int fd, bool cloexec)
{
    bool valid = fd >= 0 && (u64)fd < fd_limit();
    spin_lock(&fs->lock);
    struct file *old = valid ? swap_locked(fs, fd, f, cloexec) : f;
    spin_unlock(&fs->lock);
    file_put(old);
    return valid ? fd : -EBADF;
}

int
fd_close(struct files *fs, int fd)
{
    spin_lock(&fs->lock);
    struct file *f = is_open(fs, fd) ? swap_locked(fs, fd, NULL, false) : NULL;
    spin_unlock(&fs->lock);
    file_put(f);
    return f ? 0 : -EBADF;
}

/* exec has made this thread the only user of the table. */
void
files_close_on_exec(struct files *fs)
{
    for (int fd = 0; fd < fs->end; fd++)
        if (fs->slot[fd] & CLOEXEC)
            fd_close(fs, fd);
}

int
fd_cloexec(struct files *fs, int fd, int set)
{
    spin_lock(&fs->lock);
    int on = is_open(fs, fd) ? (int)(fs->slot[fd] & CLOEXEC) : -EBADF;
    if (on >= 0 && set >= 0)
        fs->slot[fd] = (fs->slot[fd] & ~CLOEXEC) | (set ? CLOEXEC : 0);
    spin_unlock(&fs->lock);
    return on;
}
