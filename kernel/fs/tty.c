/* tty.c - byte devices as files, the terminal among them: reading, writing, waiting.
 *
 * Devices give and take kernel memory only and never wait, so a page stands between them and the
 * program, and its thread waits here. What comes from the terminal's keyboard is taken at once, in
 * the interrupt, and waits in the ring of the line discipline: ^C must work when nobody reads.
 * ioctl is in ttyctl.c. Source: termios(3), tty(4). */
#include "fs/tty.h"
#include <asm/errno.h>
#include <asm/signal.h>
#include <linux/fcntl.h>
#include "dev/chardev.h"
#include "fs/poll.h"
#include "fs/vfs.h"
#include "lib/string.h"
#include "mm/kmalloc.h"
#include "time/clock.h"
#include "time/timer.h"

struct tty console = { .lock = SPINLOCK_INIT("terminal"), .port.tty = &console };

/* --- from the devices ------------------------------------------------------------------------ */
/* Takes from the keyboard what the ring has room for; the rest waits there and the sender with it.
 * The lock is held from reading to storing, or two harts could swap what they took. Signals are
 * sent without it, for they need the process tree's, which comes first. After the end of input
 * reads give end of file. No SIGHUP: it would overtake what the programs still have to do. */
static void
pull(struct tty *t)
{
    u8 bytes[64];
    s64 n;
    do {
        u32 signals = 0; /* as bits */
        spin_lock(&t->lock);
        u32 room = MIN(ldisc_room(&t->ldisc), sizeof(bytes));
        n = room > 0 && !t->hung_up ? t->port.in->read(t->port.in, bytes, room) : -EAGAIN;
        for (s64 i = 0; i < n; i++)
            signals |= 1u << ldisc_input(&t->ldisc, bytes[i]);
        t->hung_up |= n == 0;
        spin_unlock(&t->lock);
        for (int signo = 1; signo < 32; signo++)
            if ((signals >> signo & 1) && t->group > 0)
                process_view.signal_group(t->group, signo);
    } while (n > 0);
}

void
port_changed(struct chardev *d)
{
    struct port *p = d->user;
    if (p->tty)
        pull(p->tty);
    wake_all(&p->wait);
}

/* --- read ------------------------------------------------------------------------------------ */
/* A background process may not read: it is stopped. If it may, *deadline is when the read gives up:
 * with VMIN 0 after VTIME tenths of a second. With VMIN above 0 VTIME is not looked at. */
static s64
begin_read(struct tty *t, u64 *deadline)
{
    const struct termios *s = &t->ldisc.termios;
    int group = fs_current()->pgrp;
    if (tty_is_ours(t) && t->group != group) {
        process_view.signal_group(group, SIGTTIN);
        return interrupted() ? -EINTR : -EIO; /* nobody stops who ignores the signal */
    }
    if (!(s->c_lflag & ICANON) && s->c_cc[VMIN] == 0)
        *deadline = rdtime() + ns_to_ticks(s->c_cc[VTIME] * (NSEC_PER_SEC / 10));
    return 0;
}

/* From the terminal a line, or VMIN bytes (one of them for who does not wait), or what there is at
 * the deadline. 0 at the end of input, -EAGAIN when there is not enough: another reader may have
 * been faster, and that must not look like the end. */
static s64
take(struct port *p, char *page, u64 n, bool wait, u64 deadline)
{
    struct tty *t = p->tty;
    if (!t)
        return p->in->read(p->in, page, n);
    spin_guard(&t->lock);
    const struct termios *s = &t->ldisc.termios;
    bool one = !wait || (s->c_lflag & ICANON) || s->c_cc[VMIN] == 0;
    u64 least = one ? 1 : MIN(n, s->c_cc[VMIN]);
    if (ldisc_available(&t->ldisc) < least && !t->hung_up && rdtime() < deadline)
        return -EAGAIN;
    return ldisc_read(&t->ldisc, page, (u32)n);
}

/* A count, 0 at the end of input. Through a page: the terminal's lock may not be held by who waits,
 * nor the bytes be lost to another reader. */
static s64
port_read(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    struct port *p = f->inode->data;
    struct waiter w;
    bool wait = !(f->flags & O_NONBLOCK);
    u64 deadline = ~0UL;
    s64 got, err = n && p->tty ? begin_read(p->tty, &deadline) : 0;
    char *page = err || !n ? NULL : page_alloc();
    if (!page)
        return err || !n ? err : -ENOMEM;
    n = MIN(n, PAGE_SIZE);
    wait_enter(&w, &p->wait);
    while (wait_prepare(), (got = take(p, page, n, wait, deadline)) == -EAGAIN && wait && !err)
        err = schedule_until(deadline);
    wait_leave(&w);
    if (got > 0 && buffer_put(b, 0, page, (u64)got) < (u64)got)
        got = -EFAULT;
    page_free(page);
    if (p->tty)
        port_changed(p->in); /* there is room again */
    return got == -EAGAIN && err ? err : got;
}

/* --- write ----------------------------------------------------------------------------------- */
/* A slow device makes the program wait, not the bytes disappear. What it did not take is fetched
 * once more: simpler than keeping it. */
static s64
port_write(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    struct port *p = f->inode->data;
    char *page = page_alloc(), *out = page;
    u64 done = 0, piece = p->tty ? PAGE_SIZE / 4 : PAGE_SIZE; /* its translation may be twice it */
    s64 err = page ? 0 : -ENOMEM;
    while (done < n && !err) {
        size_t got = buffer_get(b, done, page, MIN(n - done, piece)), size = got;
        if (p->tty)
            size = ldisc_output(&p->tty->ldisc, page, got, out = page + piece);
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
    console.port.out->write(console.port.out, text, n);
}

/* --- the inodes ------------------------------------------------------------------------------ */
static u32
port_poll(struct file *f, struct waiter *w)
{
    struct port *p = f->inode->data;
    poll_wait(w, &p->wait);
    u32 bits = p->out->poll(p->out);
    if (!p->tty)
        return bits;
    spin_guard(&p->tty->lock);
    u32 hang_up = p->tty->hung_up ? POLLIN | POLLHUP : 0;
    return (bits & POLLOUT) | (ldisc_available(&p->tty->ldisc) ? POLLIN : 0) | hang_up;
}

/* /dev/tty is the terminal of the session, for who has one. */
static int
open_current(struct inode *i, struct file *f)
{
    return tty_is_ours(&console) ? 0 : -ENXIO;
}

static const struct file_ops port_ops = {
    .read = port_read, .write = port_write, .ioctl = tty_ioctl, .poll = port_poll
};
const struct inode_ops port_inode_ops = { .file_ops = &port_ops };
const struct inode_ops current_tty_ops = { .file_ops = &port_ops, .open = open_current };

static void
port_init(struct port *p, struct chardev *in, struct chardev *out)
{
    waitqueue_init(&p->wait);
    p->in = in;
    p->out = out;
    in->user = out->user = p;
    in->changed = out->changed = port_changed;
}

struct inode *
port_inode(struct chardev *d, u32 rdev)
{
    struct port *p = kzalloc(sizeof(*p));
    if (!p)
        return NULL;
    port_init(p, d, d);
    return device_inode(&port_inode_ops, 0600, rdev, p);
}

static struct chardev *
device_or_uart(const char *name)
{
    struct chardev *d;
    list_for_each (d, &chardevs, link)
        if (strcmp(d->name, name) == 0)
            return d;
    return &uart;
}

/* Only init knows the size of the window, and sets it (TIOCSWINSZ). */
void
tty_init(void)
{
    ldisc_init(&console.ldisc, echo);
    console.size = (struct winsize){ .ws_row = 24, .ws_col = 80 };
    port_init(&console.port, device_or_uart("postern.tty.in"), device_or_uart("postern.tty.out"));
    pull(&console);
}
