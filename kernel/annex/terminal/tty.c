/* tty.c - the terminal: /dev/console and /dev/tty, with lines, keys that are signals, sessions.
 *
 * It stands between the console's devices (fs/ports.c) and the programs. What comes from the
 * keyboard is taken at once, in the interrupt, and waits in the ring of the line discipline: ^C
 * must work when nobody reads.
 *
 *     keyboard ---------> ldisc_input --> ring --take--> page --> read(2)
 *                             | echo
 *     screen <----------------+-------- ldisc_output <-- page <-- write(2)
 *
 * Without this annex /dev/console passes bytes, and there is no /dev/tty. Source: termios(3),
 * tty(4), tty_ioctl(4); numbers and layouts are Linux's. */

#include <asm/errno.h>
#include <asm/ioctls.h>
#include <asm/signal.h>
#include <asm/termios.h>
#include <linux/fcntl.h>
#include "annex/terminal/ldisc.h"
#include "dev/chardev.h"
#include "fs/dev.h"
#include "fs/poll.h"
#include "fs/ports.h"
#include "mm/usercopy.h"
#include "proc/annex.h"
#include "proc/process.h"
#include "time/clock.h"
#include "time/timer.h"

/* Session and group are read without the lock where a moment more or less does not matter: a signal
 * to a group that has just left the foreground is one that was typed a moment earlier. */
static struct {
    struct spinlock lock; /* all below */
    struct ldisc ldisc;
    struct winsize size;
    int session, group; /* it controls this session; ^C goes to this group. 0: none */
    bool hung_up;       /* the keyboard has gone: reads give end of file */
} tty = { .lock = SPINLOCK_INIT("terminal"), .size = { .ws_row = 24, .ws_col = 80 } };

/* --- signals --------------------------------------------------------------------------------- */
/* Sends to a group without the terminal's lock, because the process tree's comes first. A group of
 * 0 is one that has just left the terminal; below it would mean everybody. */
static void
signal_group(int pgrp, int signo)
{
    spin_guard(&process_lock);
    if (pgrp > 0)
        signal_send_members(pgrp, signo, NULL);
}

/* A background process may not read its terminal: it is stopped, and reads again when it goes on.
 * If it ignores that, or nobody is left who could continue it, the read fails. */
static s64
refuse_background(int pgrp)
{
    spin_lock(&process_lock);
    if (!group_is_orphaned(pgrp))
        signal_send_members(pgrp, SIGTTIN, NULL);
    spin_unlock(&process_lock);
    return interrupted() ? -EINTR : -EIO;
}

/* Does the terminal control the current process' session? */
static bool
is_ours(void)
{
    return tty.session != 0 && tty.session == fs_current()->session;
}

/* --- from the keyboard ----------------------------------------------------------------------- */
/* Takes one byte, if there is one and the ring has room; the rest waits in the device and the
 * sender with it. After the end of input reads give end of file. No SIGHUP then: it would overtake
 * what the programs still have to do. The lock is held from reading to storing, or two harts could
 * swap what they took. False if nothing was taken; *signo is the signal that the byte stands for,
 * or 0. */
static bool
take_key(int *signo)
{
    u8 byte;
    spin_guard(&tty.lock);
    if (tty.hung_up || !ldisc_room(&tty.ldisc))
        return false;
    s64 n = console->in->read(console->in, &byte, 1);
    if (n == 0)
        tty.hung_up = true;
    if (n <= 0)
        return false;
    *signo = ldisc_input(&tty.ldisc, byte);
    return true;
}

/* The device calls it from its interrupt, we call it when there may be room, or more to read. */
static void
tty_changed(struct chardev *d)
{
    int signo;
    while (take_key(&signo))
        if (signo)
            signal_group(tty.group, signo);
    wake_all(&console->wait);
}

/* --- read ------------------------------------------------------------------------------------ */
/* Takes what a read may have: a line; or, where lines are not assembled, VMIN bytes, of which who
 * does not wait needs only one. VMIN 0 means what there is after VTIME tenths of a second: then
 * *deadline is set. With VMIN above 0 VTIME is not looked at. 0 at the end of input; -EAGAIN when
 * there is not enough, also because another reader was faster: that must not look like the end. */
static s64
take(struct port *p, char *page, u64 n, bool wait, u64 *deadline)
{
    spin_guard(&tty.lock);
    const u8 *value = tty.ldisc.termios.c_cc;
    bool lines = tty.ldisc.termios.c_lflag & ICANON;
    if (!lines && value[VMIN] == 0 && *deadline == NEVER)
        *deadline = rdtime() + ns_to_ticks(value[VTIME] * (NSEC_PER_SEC / 10));
    u64 least = 1;
    if (!lines && wait)
        least = MIN(n, MAX(value[VMIN], 1));
    if (tty.hung_up || rdtime() >= *deadline)
        least = 0;
    return ldisc_read(&tty.ldisc, page, n, least);
}

static s64
tty_read(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    if (is_ours() && tty.group != fs_current()->pgrp)
        return refuse_background(fs_current()->pgrp);
    s64 got = port_read(f, b, n, pos);
    tty_changed(console->in); /* there is room again */
    return got;
}

/* --- write ----------------------------------------------------------------------------------- */
static size_t
translate(const char *in, size_t n, char *out)
{
    return ldisc_output(&tty.ldisc, in, n, out);
}

/* What the screen has no room for is not echoed: an interrupt cannot wait. */
static void
echo(const char *text, size_t n)
{
    console->out->write(console->out, text, n);
}

/* --- ioctl, sessions ------------------------------------------------------------------------- */
/* The end of a session's leader frees the terminal: members that live on without it are told by
 * SIGHUP. Only the leader's end does. */
static void
session_ends(struct process *p, enum task_event event)
{
    if (event != TASK_EXIT || p->session != p->pid)
        return;
    spin_lock(&tty.lock);
    int group = tty.session == p->session ? tty.group : 0;
    if (tty.session == p->session)
        tty.session = tty.group = 0;
    spin_unlock(&tty.lock);
    if (group)
        group_hang_up(group);
}

/* The foreground group may have lost its last member. Until somebody sets another, a new process
 * with that number would be in the foreground without having been put there. */
static bool
keeps_number(int number)
{
    return number == tty.group;
}

/* What the argument of a request points at. */
union argument {
    struct termios settings;
    struct winsize size;
    int number;
};

/* How many bytes of it the request brings. Only a session's own terminal takes a group. */
static u64
argument_size(u32 request)
{
    if (request == TCSETS || request == TCSETSW || request == TCSETSF)
        return sizeof(struct termios);
    if (request == TIOCSWINSZ)
        return sizeof(struct winsize);
    return request == TIOCSPGRP && is_ours() ? sizeof(int) : 0;
}

/* The terminal's lock is held, so what the argument points at has been fetched before and is stored
 * afterwards: copies may wait. Answers how many bytes of *a are to be stored, or negative errno.
 * Output is never queued here, so there is nothing for TCSETSW and tcdrain (TCSBRK) to wait for. A
 * terminal goes to the leader of a session (TIOCSCTTY) if no other session has it; what follows
 * that is only for the session that does. Not checked: that who sets the foreground group is in the
 * foreground itself, as Linux asks with SIGTTOU, and that the group is one of the session. */
static s64
control(u32 request, u64 arg, union argument *a)
{
    const struct fs_owner *self = fs_current();
    switch (request) {
    case TCGETS:
        a->settings = tty.ldisc.termios;
        return sizeof(a->settings);
    case TCSETS:
    case TCSETSW:
    case TCSETSF:
        if (request == TCSETSF)
            ldisc_flush(&tty.ldisc);
        ldisc_set(&tty.ldisc, &a->settings);
        return 0;
    case TCFLSH:
        if (arg == TCIFLUSH || arg == TCIOFLUSH)
            ldisc_flush(&tty.ldisc);
        return arg > TCIOFLUSH ? -EINVAL : 0;
    case TCSBRK:
        return 0;
    case FIONREAD:
        a->number = (int)(tty.ldisc.ready - tty.ldisc.read);
        return sizeof(a->number);
    case TIOCGWINSZ:
        a->size = tty.size;
        return sizeof(a->size);
    case TIOCSWINSZ:
        tty.size = a->size;
        return 0;
    case TIOCSCTTY:
        if (self->session != self->pid || (tty.session != 0 && tty.session != self->session))
            return -EPERM;
        tty.session = self->session;
        tty.group = self->pgrp;
        return 0;
    case TIOCGPGRP:
    case TIOCGSID:
        a->number = request == TIOCGPGRP ? tty.group : tty.session;
        return is_ours() ? (s64)sizeof(a->number) : -ENOTTY;
    case TIOCSPGRP:
        if (!is_ours())
            return -ENOTTY;
        if (a->number < 0)
            return -EINVAL;
        tty.group = a->number;
        return 0;
    }
    return -ENOTTY;
}

/* Requests that are not listed answer -ENOTTY, as every request does to a port that is no terminal:
 * so isatty(3) tells them apart. A new size is told to the foreground (SIGWINCH). */
static s64
tty_ioctl(struct file *f, u32 request, u64 arg)
{
    union argument a = { .number = 0 };
    if (copy_from_user(&a, arg, argument_size(request)))
        return -EFAULT;
    spin_lock(&tty.lock);
    struct winsize old = tty.size;
    s64 answer = control(request, arg, &a);
    spin_unlock(&tty.lock);
    if (old.ws_row != tty.size.ws_row || old.ws_col != tty.size.ws_col)
        signal_group(tty.group, SIGWINCH);
    tty_changed(console->in); /* what is typed may be readable now, and there may be room */
    return answer > 0 ? copy_to_user(arg, &a, (u64)answer) : answer;
}

/* --- the inodes ------------------------------------------------------------------------------ */
/* Both directions share one queue: input is ready by what the ring holds, output by the device. */
static u32
tty_poll(struct file *f, struct waiter *w)
{
    poll_wait(w, &console->wait);
    u32 bits = console->out->poll(console->out) & POLLOUT;
    spin_guard(&tty.lock);
    if (tty.ldisc.ready != tty.ldisc.read)
        bits |= POLLIN;
    if (tty.hung_up)
        bits |= POLLIN | POLLHUP;
    return bits;
}

/* Opens /dev/tty: the terminal of the session, if it has one. */
static int
open_current(struct inode *i, struct file *f)
{
    return is_ours() ? 0 : -ENXIO;
}

static const struct file_ops tty_ops = {
    .read = tty_read, .write = port_write, .ioctl = tty_ioctl, .poll = tty_poll
};
static const struct inode_ops console_inode_ops = { .file_ops = &tty_ops };
static const struct inode_ops current_inode_ops = { .file_ops = &tty_ops, .open = open_current };

/* Takes the console over. The size of the window is init's to set. What was typed before anybody
 * listened is taken now, or nothing would ever say that it is there. */
static void
start(void)
{
    ldisc_init(&tty.ldisc, echo);
    console->take = take;
    console->translate = translate;
    console->in->changed = console->out->changed = tty_changed;
    dev_add("/dev/console", device_inode(&console_inode_ops, 0600, MAKE_DEVICE(5, 1), console));
    dev_add("/dev/tty", device_inode(&current_inode_ops, 0666, MAKE_DEVICE(5, 0), console));
    tty_changed(console->in);
}

static const struct annex terminal ANNEX = { .start = start,
                                             .task_event = session_ends,
                                             .keeps_number = keeps_number };
