/* file_fd.c - system calls about descriptors: open, close, duplicate, control.
 *
 * Source: open(2), dup(2), fcntl(2), pipe(2), ioctl(2). */
#include <asm/errno.h>
#include <asm/ioctls.h>
#include <linux/fcntl.h>
#include "mm/usercopy.h"
#include "syscall/file.h"

static struct files *
files(void)
{
    return current_process()->files;
}

s64
sys_openat(const u64 *arg)
{
    u32 flags = (u32)arg[2] | O_LARGEFILE; /* as Linux does on 64 bits; F_GETFL shows it */
    int err;
    struct file *f = vfs_open_at((int)arg[0], user_buffer(arg[1]), flags, (u32)arg[3], &err);
    return f ? fd_install(files(), f, 0, flags & O_CLOEXEC) : err;
}

s64
sys_close(const u64 *arg)
{
    return fd_close(files(), (int)arg[0]);
}

s64
sys_dup(const u64 *arg)
{
    struct file *f = file_of(arg[0]);
    return f ? fd_install(files(), f, 0, false) : -EBADF;
}

/* The old file at the target is closed in the same step: no other thread finds the number free. */
s64
sys_dup3(const u64 *arg)
{
    u32 flags = (u32)arg[2];
    if ((flags & ~(u32)O_CLOEXEC) || (u32)arg[0] == (u32)arg[1])
        return -EINVAL;
    struct file *f = file_of(arg[0]);
    return f ? fd_install_at(files(), f, (int)arg[1], flags & O_CLOEXEC) : -EBADF;
}

/* Both descriptors or none: a failure in the middle leaves the table as it was. */
s64
sys_pipe2(const u64 *arg)
{
    u32 flags = (u32)arg[1];
    struct file *ends[2];
    if (flags & ~(u32)(O_CLOEXEC | O_NONBLOCK))
        return -EINVAL;
    int err = pipe_create(flags & O_NONBLOCK, ends);
    if (err)
        return err;
    int fd[2] = { fd_install(files(), ends[0], 0, flags & O_CLOEXEC),
                  fd_install(files(), ends[1], 0, flags & O_CLOEXEC) };
    err = MIN(0, MIN(fd[0], fd[1]));
    if (!err)
        err = copy_to_user(arg[0], fd, sizeof(fd));
    if (err) {
        fd_close(files(), fd[0]);
        fd_close(files(), fd[1]);
    }
    return err;
}

/* What F_SETFL may change. */
#define SETTABLE (O_APPEND | O_NONBLOCK | O_NOATIME)

static void
set_flags(struct file *f, u32 mask, u32 flags)
{
    f->flags = (f->flags & ~mask) | (flags & mask);
}

static s64
duplicate(struct file *f, u64 min, bool cloexec)
{
    if (min >= fd_limit())
        return -EINVAL;
    file_get(f);
    return fd_install(files(), f, (int)min, cloexec);
}

/* -EINVAL for what Linux has beyond this: locks, leases, owners of signals. */
static s64
control(struct file *f, int fd, u32 command, u64 arg)
{
    switch (command) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
        return duplicate(f, (u32)arg, command == F_DUPFD_CLOEXEC);
    case F_GETFD:
        return fd_cloexec(files(), fd, -1);
    case F_SETFD:
        return MIN(fd_cloexec(files(), fd, arg & FD_CLOEXEC), 0);
    case F_GETFL:
        return f->flags;
    case F_SETFL:
        set_flags(f, SETTABLE, (u32)arg);
        return 0;
    default:
        return -EINVAL;
    }
}

s64
sys_fcntl(const u64 *arg)
{
    u32 command = (u32)arg[1];
    struct file *f = file_of(arg[0]);
    bool works_on_path = command <= F_GETFL || command == F_DUPFD_CLOEXEC;
    s64 result = !f || ((f->flags & O_PATH) && (!works_on_path || command == F_SETFL))
                     ? -EBADF
                     : control(f, (int)arg[0], command, arg[2]);
    file_put(f);
    return result;
}

/* Some requests are about descriptor or open file, whatever the file is. */
static s64
ioctl(struct file *f, int fd, u32 request, u64 arg)
{
    int on;
    switch (request) {
    case FIOCLEX:
    case FIONCLEX:
        return MIN(fd_cloexec(files(), fd, request == FIOCLEX), 0);
    case FIONBIO:
        if (copy_from_user(&on, arg, sizeof(on)))
            return -EFAULT;
        set_flags(f, O_NONBLOCK, on ? O_NONBLOCK : 0);
        return 0;
    default:
        return file_ioctl(f, request, arg);
    }
}

s64
sys_ioctl(const u64 *arg)
{
    struct file *f = file_of(arg[0]);
    s64 result = f ? ioctl(f, (int)arg[0], (u32)arg[1], arg[2]) : -EBADF;
    file_put(f);
    return transfer_result(result);
}
