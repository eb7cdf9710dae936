/* file_fd.c - system calls about descriptors: open, close, duplicate, control.
 *
 * Source: open(2), dup(2), fcntl(2), pipe(2), ioctl(2). */

#include <asm/errno.h>
#include <asm/ioctls.h>
#include <linux/fcntl.h>
#include "syscall/file.h"

/* O_LARGEFILE is there on 64 bits whether asked for or not, and F_GETFL shows it: as Linux does. */
s64
sys_openat(const u64 *arg)
{
    u32 flags = ((u32)arg[2] & ~OPEN_EXECUTE) | O_LARGEFILE;
    struct file *f;
    s64 err = vfs_open((int)arg[0], user_buffer(arg[1]), flags, (u32)arg[3], &f);
    return err ?: fd_install(f, 0, flags & (u32)O_CLOEXEC);
}

s64
sys_close(const u64 *arg)
{
    return fd_close((int)arg[0]);
}

s64
sys_dup(const u64 *arg)
{
    struct file *f = fd_get((int)arg[0]);
    return f ? fd_install(f, 0, 0) : -EBADF;
}

/* The old file at the target is closed in the same step: no other thread finds the number free. */
s64
sys_dup3(const u64 *arg)
{
    int from = (int)arg[0], to = (int)arg[1];
    u32 flags = (u32)arg[2];
    if (flags & ~(u32)O_CLOEXEC || from == to)
        return -EINVAL;
    struct file *f = fd_get(from);
    return f ? fd_replace(f, to, flags) : -EBADF;
}

/* Both descriptors or none: a failure in the middle leaves the table as it was. */
s64
sys_pipe2(const u64 *arg)
{
    u32 flags = (u32)arg[1];
    struct file *ends[2];
    int fd[2];
    if (flags & ~(u32)(O_CLOEXEC | O_NONBLOCK))
        return -EINVAL;
    s64 err = pipe_create(flags & O_NONBLOCK, ends);
    if (err)
        return err;
    fd[0] = fd_install(ends[0], 0, flags & O_CLOEXEC);
    fd[1] = fd_install(ends[1], 0, flags & O_CLOEXEC);
    err = fd[0] < 0 || fd[1] < 0 ? -EMFILE : copy_to_user(arg[0], fd, sizeof(fd));
    if (err) { /* to close what was never installed does nothing */
        fd_close(fd[0]);
        fd_close(fd[1]);
    }
    return err;
}

/* What F_SETFL may change. */
#define SETTABLE (u32)(O_APPEND | O_NONBLOCK)

/* All but F_SETFL works on files of O_PATH, too. -EINVAL for what Linux has beyond this: locks,
 * leases, owners of signals. */
s64
sys_fcntl(const u64 *arg)
{
    int fd = (int)arg[0];
    u32 command = (u32)arg[1], value = (u32)arg[2];
    struct file *f scoped_file = fd_get(fd);
    if (!f)
        return -EBADF;
    bool *cloexec = &fs_current()->files->cloexec[fd];
    switch (command) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
        if (value >= fs_current()->open_limit)
            return -EINVAL;
        return fd_install(file_get(f), (int)value, command == F_DUPFD_CLOEXEC ? O_CLOEXEC : 0);
    case F_GETFD:
        return *cloexec;
    case F_SETFD:
        *cloexec = value & FD_CLOEXEC;
        return 0;
    case F_GETFL:
        return f->flags;
    case F_SETFL:
        if (f->flags & O_PATH)
            return -EBADF;
        f->flags = (f->flags & ~SETTABLE) | (value & SETTABLE);
        return 0;
    default:
        return -EINVAL;
    }
}

/* One request is about the open file, whatever the file is. */
s64
sys_ioctl(const u64 *arg)
{
    struct file *f scoped_file = file_of(arg[0]);
    u32 request = (u32)arg[1];
    int on;
    if (!f)
        return -EBADF;
    if (request != FIONBIO)
        return f->ops->ioctl ? transfer_result(f->ops->ioctl(f, request, arg[2])) : -ENOTTY;
    if (copy_from_user(&on, arg[2], sizeof(on)))
        return -EFAULT;
    f->flags = (f->flags & ~(u32)O_NONBLOCK) | (on ? O_NONBLOCK : 0);
    return 0;
}
