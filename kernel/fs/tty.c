/* tty.c - byte devices as files, the terminal among them: reading, writing, waiting, ioctl.
 *
 * Devices give and take kernel memory only and never wait, so a page stands between them and the
 * program, and its thread waits here. What comes from the terminal's keyboard is taken at once, in
 * the interrupt, and waits in the ring of the line discipline: ^C must work when nobody reads.
 *
 *     keyboard --pull--> ldisc_input --> ring --take--> page --> read(2)
 *                             | echo
 *     screen <----------------+-------- ldisc_output <-- page <-- write(2)
 *
 *     other ports <-------------------------------------> page <-> read(2), write(2)
 *
 * Job control is told here and carried out by the process tree (process_view of vfs.h). Source:
 * termios(3), tty(4), tty_ioctl(4); numbers and layouts are Linux's. */
#include "fs/tty.h"
#include <asm/errno.h>
#include <asm/ioctls.h>
#include <asm/signal.h>
#include <asm/termios.h>
#include <linux/fcntl.h>
#include "dev/chardev.h"
#include "fs/ldisc.h"
#include "fs/poll.h"
#include "fs/vfs.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/kmalloc.h"
#include "mm/usercopy.h"
#include "time/clock.h"
#include "time/timer.h"

/* What inode->data of a device node points at. */
struct port {
    struct chardev *in, *out; /* the same device but for the terminal */
    struct waitqueue wait;    /* for either direction */
};

/* Of the terminal's port alone: what stands between its devices and who reads and writes. Session
 * and group are read without the lock where a moment more or less does not matter: a signal to a
 * group that has just left the foreground is one that was typed a moment earlier. */
static struct {
    struct spinlock lock; /* all below */
    struct ldisc ldisc;
    struct winsize size;
    int session, group; /* it controls this session; ^C goes to this group. 0: none */
    bool hung_up;       /* the keyboard has gone: reads give end of file */
} tty = { .lock = SPINLOCK_INIT("terminal"), .size = { .ws_row = 24, .ws_col = 80 } };

struct port *console;

/* --- from the devices ------------------------------------------------------------------------ */
/* Takes from the keyboard what the ring has room for; the rest waits there and the sender with it.
 * The lock is held from reading to storing, or two harts could swap what they took. Signals are
 * sent without it, for they need the process tree's, which comes first. After the end of input
 * reads give end of file. No SIGHUP: it would overtake what the programs still have to do. */
static void
pull(void)
{
    s64 n;
    do {
        u8 byte;
        int signo = 0;
        spin_lock(&tty.lock);
        n = ldisc_room(&tty.ldisc) && !tty.hung_up ? console->in->read(console->in, &byte, 1)
                                                   : -EAGAIN;
        if (n > 0)
            signo = ldisc_input(&tty.ldisc, byte);
        tty.hung_up |= n == 0;
        spin_unlock(&tty.lock);
        if (signo && tty.group > 0)
            process_view.signal_group(tty.group, signo);
    } while (n > 0);
}

/* From the device's interrupt, and after whatever else may have made room or bytes. All who wait
 * look again: readers and writers of one port are few. */
static void
port_changed(struct chardev *d)
{
    struct port *p = d->user;
    if (p == console)
        pull();
    wake_all(&p->wait);
}

/* Does the terminal control the current process' session? */
static bool
is_ours(void)
{
    return tty.session != 0 && tty.session == fs_current()->session;
}

/* --- read ------------------------------------------------------------------------------------ */
/* From the terminal a line, or VMIN bytes (one of them for who does not wait), or with VMIN 0 what
 * there is after VTIME tenths of a second: then *deadline is set. With VMIN above 0 VTIME is not
 * looked at. 0 at the end of input, -EAGAIN when there is not enough: another reader may have been
 * faster, and that must not look like the end. */
static s64
take(struct port *p, char *page, u64 n, bool wait, u64 *deadline)
{
    if (p != console)
        return p->in->read(p->in, page, n);
    spin_guard(&tty.lock);
    const u8 *value = tty.ldisc.termios.c_cc;
    bool lines = tty.ldisc.termios.c_lflag & ICANON;
    if (!lines && value[VMIN] == 0 && *deadline == ~0UL)
        *deadline = rdtime() + ns_to_ticks(value[VTIME] * (NSEC_PER_SEC / 10));
    u64 least = lines || !wait ? 1 : MIN(n, MAX(value[VMIN], 1));
    bool over = tty.hung_up || rdtime() >= *deadline;
    return ldisc_read(&tty.ldisc, page, n, over ? 0 : least);
}

/* A count, 0 at the end of input. Through a page: the terminal's lock may not be held by who waits,
 * nor the bytes be lost to another reader. A background process may not read its terminal: it is
 * stopped and reads again when it goes on; if it ignores that, or nobody could ever continue it,
 * the read fails. The wait takes bytes as its condition: looking first and taking later would be
 * two chances for another reader to come in between. */
static s64
port_read(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    struct port *p = f->inode->data;
    struct waiter w;
    bool wait = !(f->flags & O_NONBLOCK);
    u64 deadline = ~0UL;
    s64 got, err = 0;
    if (p == console && is_ours() && tty.group != fs_current()->pgrp) {
        process_view.signal_group(fs_current()->pgrp, SIGTTIN);
        return interrupted() ? -EINTR : -EIO;
    }
    char *page = n > 0 ? page_alloc() : NULL;
    if (!page)
        return n > 0 ? -ENOMEM : 0;
    wait_enter(&w, &p->wait);
    while (wait_prepare(),
           (got = take(p, page, MIN(n, PAGE_SIZE), wait, &deadline)) == -EAGAIN && wait && !err)
        err = schedule_until(deadline);
    wait_leave(&w);
    if (got > 0 && buffer_put(b, 0, page, (u64)got) < (u64)got)
        got = -EFAULT;
    page_free(page);
    if (p == console)
        port_changed(p->in); /* there is room again */
    return got == -EAGAIN && err ? err : got;
}

/* --- write ----------------------------------------------------------------------------------- */
/* A slow device makes the program wait, not the bytes disappear. What it did not take is fetched
 * once more: simpler than keeping it. A device takes a piece whole or not at all, so what two
 * programs write to the terminal mixes at worst between pieces, and a newline that has become two
 * bytes is never cut. A bad address ends the write with what went before it. */
static s64
port_write(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    struct port *p = f->inode->data;
    char *page = page_alloc(), *out = page;
    /* What it is translated to may be twice as long. */
    u64 done = 0, piece = p == console ? PAGE_SIZE / 4 : PAGE_SIZE;
    s64 err = page ? 0 : -ENOMEM;
    while (done < n && !err) {
        size_t got = buffer_get(b, done, page, MIN(n - done, piece)), size = got;
        if (p == console)
            size = ldisc_output(&tty.ldisc, page, got, out = page + piece);
        s64 put = got ? p->out->write(p->out, out, size) : -EFAULT;
        if (put > 0)
            done += got;
        else if (put == -EAGAIN && !(f->flags & O_NONBLOCK))
            err = WAIT_EVENT(&p->wait, p->out->poll(p->out) & CHARDEV_WRITABLE);
        else
            err = put;
        preemption_point();
    }
    page_free(page);
    return done ? (s64)done : err;
}

/* What the screen has no room for is not echoed: an interrupt cannot wait. */
static void
echo(const char *text, size_t n)
{
    console->out->write(console->out, text, n);
}

/* --- ioctl, sessions ------------------------------------------------------------------------- */
/* Only the leader's end frees a terminal: members that live on without it are told by SIGHUP. */
int
tty_leader_ends(int session)
{
    spin_guard(&tty.lock);
    int group = tty.session == session ? tty.group : 0;
    if (tty.session == session)
        tty.session = tty.group = 0;
    return group;
}

/* With the terminal's lock held, over the copies too: user memory comes after it in the order.
 * Output is never queued here, so there is nothing for TCSETSW and tcdrain (TCSBRK) to wait for. A
 * terminal goes to the leader of a session (TIOCSCTTY) if no other session has it; what follows
 * that is only for the session that does. Not checked: that who sets the foreground group is in the
 * foreground itself, as Linux asks with SIGTTOU, and that the group is one of the session. */
static s64
control(u32 request, u64 arg)
{
    const struct fs_owner *self = fs_current();
    struct termios settings;
    struct winsize size;
    int number;
    switch (request) {
    case TCGETS:
        return copy_to_user(arg, &tty.ldisc.termios, sizeof(settings));
    case TCSETS:
    case TCSETSW:
    case TCSETSF:
        if (copy_from_user(&settings, arg, sizeof(settings)))
            return -EFAULT;
        if (request == TCSETSF)
            ldisc_flush(&tty.ldisc);
        ldisc_set(&tty.ldisc, &settings);
        return 0;
    case TCFLSH:
        if (arg == TCIFLUSH || arg == TCIOFLUSH)
            ldisc_flush(&tty.ldisc);
        return arg > TCIOFLUSH ? -EINVAL : 0;
    case TCSBRK:
        return 0;
    case FIONREAD:
        number = (int)(tty.ldisc.ready - tty.ldisc.read);
        return copy_to_user(arg, &number, sizeof(number));
    case TIOCGWINSZ:
        return copy_to_user(arg, &tty.size, sizeof(size));
    case TIOCSWINSZ:
        if (copy_from_user(&size, arg, sizeof(size)))
            return -EFAULT;
        tty.size = size;
        return 0;
    case TIOCSCTTY:
        if (self->session != self->pid || (tty.session != 0 && tty.session != self->session))
            return -EPERM;
        tty.session = self->session;
        tty.group = self->pgrp;
        return 0;
    }
    if (!is_ours())
        return -ENOTTY;
    switch (request) {
    case TIOCGPGRP:
        return copy_to_user(arg, &tty.group, sizeof(tty.group));
    case TIOCGSID:
        return copy_to_user(arg, &tty.session, sizeof(tty.session));
    case TIOCSPGRP:
        if (copy_from_user(&number, arg, sizeof(number)))
            return -EFAULT;
        if (number < 0)
            return -EINVAL;
        tty.group = number;
        return 0;
    }
    return -ENOTTY;
}

/* Requests that are not listed answer -ENOTTY, as every request does to a port that is no terminal:
 * so isatty(3) tells them apart. The foreground hears of a new size (SIGWINCH), of the same one
 * not. */
static s64
port_ioctl(struct file *f, u32 request, u64 arg)
{
    if (f->inode->data != console)
        return -ENOTTY;
    spin_lock(&tty.lock);
    struct winsize old = tty.size;
    s64 err = control(request, arg);
    bool same = old.ws_row == tty.size.ws_row && old.ws_col == tty.size.ws_col;
    spin_unlock(&tty.lock);
    if (!same && tty.group > 0)
        process_view.signal_group(tty.group, SIGWINCH);
    port_changed(console->in); /* what is typed may be readable now, and there may be room */
    return err;
}

/* --- the inodes ------------------------------------------------------------------------------ */
/* Both directions of the one queue: the terminal's input is ready by what the ring holds, its
 * output by its device; another port is what its device says. */
static u32
port_poll(struct file *f, struct waiter *w)
{
    struct port *p = f->inode->data;
    poll_wait(w, &p->wait);
    u32 bits = p->out->poll(p->out);
    if (p != console)
        return bits;
    spin_guard(&tty.lock);
    u32 hang_up = tty.hung_up ? POLLIN | POLLHUP : 0;
    return (bits & POLLOUT) | (tty.ldisc.ready != tty.ldisc.read ? POLLIN : 0) | hang_up;
}

/* /dev/tty is the terminal of the session, for who has one. */
static int
open_current(struct inode *i, struct file *f)
{
    return is_ours() ? 0 : -ENXIO;
}

static const struct file_ops port_ops = {
    .read = port_read, .write = port_write, .ioctl = port_ioctl, .poll = port_poll
};
const struct inode_ops port_inode_ops = { .file_ops = &port_ops };
const struct inode_ops current_tty_ops = { .file_ops = &port_ops, .open = open_current };

struct port *
port_join(struct chardev *in, struct chardev *out)
{
    struct port *p = kzalloc(sizeof(*p));
    if (!p)
        panic("no memory for a port");
    waitqueue_init(&p->wait);
    p->in = in;
    p->out = out;
    in->user = out->user = p;
    in->changed = out->changed = port_changed;
    return p;
}

/* Keyboard and screen are looked for one by one: a machine may have only one of the two ports, and
 * the UART stands in for the other. The size of the window is init's to set. What was typed before
 * anybody listened is pulled now, or nothing would ever say that it is there. */
void
tty_init(void)
{
    struct chardev *d, *in = &uart, *out = &uart;
    list_for_each (d, &chardevs, link) {
        in = strcmp(d->name, "postern.tty.in") == 0 ? d : in;
        out = strcmp(d->name, "postern.tty.out") == 0 ? d : out;
    }
    ldisc_init(&tty.ldisc, echo);
    console = port_join(in, out);
    pull();
}
