/* file.c - what the system calls about files share. See file.h.
 *
 * How a descriptor becomes an open file, and what the end of a transfer means to the program.
 * Source: open(2) on O_PATH; pipe(7) on SIGPIPE; signal(7) on calls that begin again. */

#include "syscall/file.h"
#include <asm/siginfo.h>
#include <asm/signal.h>
#include <linux/fcntl.h>

struct file *
file_of(u64 fd)
{
    struct file *f = fd_get((int)fd);
    if (!f || !(f->flags & O_PATH))
        return f;
    file_put(f);
    return NULL;
}

s64
transfer_result(s64 result)
{
    if (result == -EPIPE) { /* as if the writer had sent it to itself */
        struct sig_info info = { .signo = SIGPIPE, .code = SI_USER, .pid = current_process()->pid };
        spin_guard(&process_lock);
        signal_send(current_process(), current_task(), SIGPIPE, &info);
    }
    return result == -EINTR ? -ERESTARTSYS : result;
}
