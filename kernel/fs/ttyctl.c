/* ttyctl.c - ioctl on the terminal: its settings, its size, and which session it controls.
 *
 * The bytes go through tty.c; what the settings mean, ldisc.c knows. Job control is told here and
 * carried out by the process tree (process_view of vfs.h). Requests that are not listed answer
 * -ENOTTY. Source: tty_ioctl(4); numbers and layouts are Linux's. */
#include <asm/errno.h>
#include <asm/ioctls.h>
#include <asm/signal.h>
#include "fs/tty.h"
#include "fs/vfs.h"
#include "mm/usercopy.h"

static s64
get_termios(struct tty *t, u64 arg)
{
    spin_lock(&t->lock);
    struct termios now = t->ldisc.termios;
    spin_unlock(&t->lock);
    return copy_to_user(arg, &now, sizeof(now));
}

/* Output is never queued here, so there is nothing for TCSETSW to wait for. */
static s64
set_termios(struct tty *t, u64 arg, bool flush)
{
    struct termios new;
    if (copy_from_user(&new, arg, sizeof(new)))
        return -EFAULT;
    spin_lock(&t->lock);
    if (flush)
        ldisc_flush(&t->ldisc);
    ldisc_set(&t->ldisc, &new);
    spin_unlock(&t->lock);
    wake_all(&t->read_wait);
    return 0;
}

static s64
flush_input(struct tty *t, u64 queue)
{
    if (queue > TCIOFLUSH)
        return -EINVAL;
    spin_lock(&t->lock);
    if (queue != TCOFLUSH)
        ldisc_flush(&t->ldisc);
    spin_unlock(&t->lock);
    return 0;
}

/* The foreground hears of a new size (SIGWINCH), of the same one not. */
static s64
set_size(struct tty *t, u64 arg)
{
    struct winsize new;
    if (copy_from_user(&new, arg, sizeof(new)))
        return -EFAULT;
    spin_lock(&t->lock);
    bool same = new.ws_row == t->size.ws_row &&new.ws_col == t->size.ws_col;
    t->size = new;
    int group = t->group;
    spin_unlock(&t->lock);
    if (!same && group > 0)
        process_view.signal_group(group, SIGWINCH);
    return 0;
}

/* TIOCSCTTY: the leader of a session that has no terminal takes this one. With arg 1 root takes it
 * from another session; one whose leader has ended holds it no more. */
static s64
take_control(struct tty *t, u64 arg)
{
    int session = fs_current()->session;
    if (session != fs_current()->pid)
        return -EPERM;
    bool free = t->session == 0 || t->session == session || !process_view.exists(t->session);
    if (!free && arg != 1)
        return -EPERM;
    spin_lock(&t->lock);
    t->session = session;
    t->group = fs_current()->pgrp;
    spin_unlock(&t->lock);
    return 0;
}

int
tty_leader_ends(int session)
{
    struct tty *t = &console;
    int group = 0;
    spin_lock(&t->lock);
    if (t->session == session) {
        group = t->group;
        t->session = t->group = 0;
    }
    spin_unlock(&t->lock);
    return group;
}

/* Only the leader's word counts for the session. */
static s64
give_up_control(struct tty *t)
{
    if (!tty_is_ours(t))
        return -ENOTTY;
    if (t->session == fs_current()->pid)
        tty_leader_ends(t->session);
    return 0;
}

/* Not checked: that the caller is in the foreground, as Linux asks with SIGTTOU. */
static s64
set_group(struct tty *t, u64 arg)
{
    int group;
    if (!tty_is_ours(t))
        return -ENOTTY;
    if (copy_from_user(&group, arg, sizeof(group)))
        return -EFAULT;
    if (group < 0)
        return -EINVAL;
    t->group = group;
    return 0;
}

static s64
give_int(u64 arg, int value)
{
    return copy_to_user(arg, &value, sizeof(value));
}

s64
tty_ioctl(struct file *f, u32 request, u64 arg)
{
    struct tty *t = &console;
    switch (request) {
    case TCGETS:
        return get_termios(t, arg);
    case TCSETS:
    case TCSETSW:
    case TCSETSF:
        return set_termios(t, arg, request == TCSETSF);
    case TCFLSH:
        return flush_input(t, arg);
    case TCSBRK:
    case TCXONC:
        return 0;
    case TIOCGWINSZ:
        return copy_to_user(arg, &t->size, sizeof(t->size));
    case TIOCSWINSZ:
        return set_size(t, arg);
    case TIOCSCTTY:
        return take_control(t, arg);
    case TIOCNOTTY:
        return give_up_control(t);
    case TIOCGPGRP:
        return tty_is_ours(t) ? give_int(arg, t->group) : -ENOTTY;
    case TIOCGSID:
        return tty_is_ours(t) ? give_int(arg, t->session) : -ENOTTY;
    case TIOCSPGRP:
        return set_group(t, arg);
    case FIONREAD:
        return give_int(arg, (int)ldisc_available(&t->ldisc));
    case TIOCOUTQ:
        return give_int(arg, 0);
    default:
        return -ENOTTY;
    }
}
