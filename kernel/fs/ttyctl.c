/* ttyctl.c - ioctl on the terminal: its settings, its size, and which session it controls.
 *
 * The bytes go through tty.c; what the settings mean, ldisc.c knows. Job control is told here and
 * carried out by the process tree (process_view of vfs.h). Requests that are not listed answer
 * -ENOTTY, and so does every request to a port that is no terminal. Not checked: that who sets the
 * foreground group is in it, as Linux asks with SIGTTOU. Source: tty_ioctl(4); numbers and layouts
 * are Linux's. */
#include <asm/errno.h>
#include <asm/ioctls.h>
#include <asm/signal.h>
#include "fs/tty.h"
#include "fs/vfs.h"
#include "mm/usercopy.h"

bool
tty_is_ours(struct tty *t)
{
    return t->session != 0 && t->session == fs_current()->session;
}

int
tty_leader_ends(int session)
{
    spin_guard(&console.lock);
    int group = console.session == session ? console.group : 0;
    if (console.session == session)
        console.session = console.group = 0;
    return group;
}

/* About the settings and the bytes. Output is never queued here, so there is nothing for TCSETSW to
 * wait for. A new size stands in t->size. */
static s64
control(struct tty *t, u32 request, u64 arg)
{
    struct termios settings;
    struct winsize size;
    int available = (int)ldisc_available(&t->ldisc);
    s64 err = 0;
    switch (request) {
    case TCGETS:
        return copy_to_user(arg, &t->ldisc.termios, sizeof(settings));
    case TCSETS:
    case TCSETSW:
    case TCSETSF:
        err = copy_from_user(&settings, arg, sizeof(settings));
        if (!err && request == TCSETSF)
            ldisc_flush(&t->ldisc);
        if (!err)
            ldisc_set(&t->ldisc, &settings);
        return err;
    case TCFLSH:
        if (arg > TCIOFLUSH)
            return -EINVAL;
        if (arg != TCOFLUSH)
            ldisc_flush(&t->ldisc);
        return 0;
    case TCSBRK:
        return 0;
    case TIOCGWINSZ:
        return copy_to_user(arg, &t->size, sizeof(size));
    case TIOCSWINSZ:
        err = copy_from_user(&size, arg, sizeof(size));
        if (!err)
            t->size = size;
        return err;
    case FIONREAD:
        return copy_to_user(arg, &available, sizeof(available));
    default:
        return -ENOTTY;
    }
}

/* About sessions and groups. TIOCSCTTY: the leader of a session takes a terminal that no other
 * session has. */
static s64
control_jobs(struct tty *t, u32 request, u64 arg)
{
    const struct fs_owner *self = fs_current();
    int group;
    if (request == TIOCSCTTY) {
        if (self->session != self->pid || (t->session != 0 && t->session != self->session))
            return -EPERM;
        t->session = self->session;
        t->group = self->pgrp;
        return 0;
    }
    if (!tty_is_ours(t))
        return -ENOTTY;
    if (request == TIOCGPGRP)
        return copy_to_user(arg, &t->group, sizeof(t->group));
    if (request == TIOCGSID)
        return copy_to_user(arg, &t->session, sizeof(t->session));
    if (copy_from_user(&group, arg, sizeof(group)))
        return -EFAULT;
    if (group < 0)
        return -EINVAL;
    t->group = group;
    return 0;
}

/* The foreground hears of a new size (SIGWINCH), of the same one not. */
s64
tty_ioctl(struct file *f, u32 request, u64 arg)
{
    struct port *p = f->inode->data;
    struct tty *t = p->tty;
    if (!t)
        return -ENOTTY;
    spin_lock(&t->lock);
    struct winsize old = t->size;
    bool jobs =
        request == TIOCSCTTY || request == TIOCGPGRP || request == TIOCSPGRP || request == TIOCGSID;
    s64 err = jobs ? control_jobs(t, request, arg) : control(t, request, arg);
    int told = old.ws_row != t->size.ws_row || old.ws_col != t->size.ws_col ? t->group : 0;
    spin_unlock(&t->lock);
    if (told > 0)
        process_view.signal_group(told, SIGWINCH);
    port_changed(p->in); /* what is typed may be readable now, and there may be room */
    return err;
}
