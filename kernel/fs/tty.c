/* tty.c - the terminal: between a keyboard, a screen and the programs that read and write.
 *
 * Bytes arrive in an interrupt, pass the line discipline and wait in its ring for read. Signals are
 * sent after the terminal's lock is given up, because they need the process tree's, which comes
 * first. ioctl is in ttyctl.c. Source: termios(3), tty_ioctl(4). */
#include "fs/tty.h"
#include <asm/errno.h>
#include <asm/signal.h>
#include <linux/fcntl.h>
#include "dev/chardev.h"
#include "dev/device.h"
#include "fs/poll.h"
#include "fs/vfs.h"
#include "time/clock.h"
#include "time/timer.h"

struct tty console = { .lock = SPINLOCK_INIT("terminal") };

/* --- from the keyboard ----------------------------------------------------------------------- */
/* Through the line discipline. Lock held; returns the signals that the bytes stand for, as bits. */
static u32
input_locked(struct tty *t, const u8 *bytes, s64 n)
{
    u32 signals = 0;
    for (s64 i = 0; i < n; i++)
        signals |= 1u << ldisc_input(&t->ldisc, bytes[i]);
    return signals;
}

/* Sends the signals to the foreground and lets readers look. */
static void
tell(struct tty *t, u32 signals)
{
    for (int signo = 1; signo < 32; signo++)
        if ((signals >> signo & 1) && t->group > 0)
            process_view.signal_group(t->group, signo);
    wake_all(&t->read_wait);
}

/* From the UART's interrupt. No thread of this hart holds the lock: the kernel is not
 * interrupted. */
static void
uart_input(u8 byte)
{
    spin_lock(&console.lock);
    u32 signals = input_locked(&console, &byte, 1);
    spin_unlock(&console.lock);
    tell(&console, signals);
}

/* Takes from the port what the ring has room for; the rest waits there and the sender with it. The
 * lock is held from reading to storing, or two harts could swap what they took. After the end of
 * input reads give end of file. No SIGHUP: it would overtake what the programs still have to do. */
static void
pull(struct tty *t)
{
    u8 bytes[64];
    s64 n = t->in ? 1 : -EAGAIN;
    while (n > 0) {
        spin_lock(&t->lock);
        u32 room = MIN(ldisc_room(&t->ldisc), sizeof(bytes)), signals;
        n = room > 0 && !t->hung_up ? t->in->read(t->in, bytes, room) : -EAGAIN;
        signals = input_locked(t, bytes, n);
        t->hung_up |= n == 0;
        spin_unlock(&t->lock);
        if (n >= 0)
            tell(t, signals);
    }
}

/* From the port's interrupt: input has come, or room for output. */
static void
port_changed(struct chardev *d)
{
    if (d == console.in)
        pull(&console);
    else
        wake_all(&console.write_wait);
}

/* --- read ------------------------------------------------------------------------------------ */
bool
tty_is_ours(struct tty *t)
{
    return t->session != 0 && t->session == fs_current()->session;
}

/* A background process may not read: it is stopped. */
static s64
check_foreground(struct tty *t)
{
    int group = fs_current()->pgrp;
    if (!tty_is_ours(t) || t->group == group)
        return 0;
    process_view.signal_group(group, SIGTTIN);
    return interrupted() ? -EINTR : -EIO; /* nobody stops who ignores the signal */
}

/* Are there `least` bytes, or a line, or will there never be any? */
static bool
has_input(struct tty *t, u64 least)
{
    spin_lock(&t->lock);
    if (t->ldisc.termios.c_lflag & ICANON)
        least = 1;
    bool yes = t->hung_up || ldisc_available(&t->ldisc) >= least;
    spin_unlock(&t->lock);
    return yes;
}

/* Waits for what a read of n bytes needs: a line, or VMIN bytes, or (VMIN 0) a first byte for VTIME
 * tenths of a second. With VMIN above 0 VTIME is not looked at. 0 or -EINTR. */
static s64
wait_input(struct tty *t, u64 n)
{
    const struct termios *s = &t->ldisc.termios;
    bool timed = !(s->c_lflag & ICANON) && s->c_cc[VMIN] == 0;
    u64 tenths = s->c_cc[VTIME] * (NSEC_PER_SEC / 10), least = timed ? 1 : MIN(n, s->c_cc[VMIN]);
    u64 deadline = timed ? rdtime() + ns_to_ticks(tenths) : ~0UL;
    struct waiter w;
    s64 err = 0;
    wait_enter(&w, &t->read_wait);
    while (wait_prepare(), !has_input(t, least) && rdtime() < deadline && !err)
        err = schedule_until(deadline);
    wait_leave(&w);
    return err;
}

/* Through a page: the lock may not be held by who waits, nor the bytes be lost to another
 * reader. */
static s64
tty_read(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    struct tty *t = &console;
    s64 got = -EAGAIN, err = n ? check_foreground(t) : 0;
    char *page = err || !n ? NULL : page_alloc();
    if (!page)
        return err || !n ? err : -ENOMEM;
    while (got == -EAGAIN && !err) {
        if (!(f->flags & O_NONBLOCK))
            err = wait_input(t, n);
        else if (!has_input(t, 1))
            err = -EAGAIN;
        spin_lock(&t->lock);
        bool lines = t->ldisc.termios.c_lflag & ICANON;
        /* Another reader may have been faster: that must not look like end of file. */
        if (!err && (!lines || t->hung_up || ldisc_available(&t->ldisc) > 0))
            got = ldisc_read(&t->ldisc, page, (u32)MIN(n, PAGE_SIZE));
        spin_unlock(&t->lock);
    }
    if (got > 0 && buffer_put(b, 0, page, (u64)got) < (u64)got)
        got = -EFAULT;
    page_free(page);
    pull(t); /* there is room again */
    return err ? err : got;
}

/* --- write ----------------------------------------------------------------------------------- */
/* As much as the screen takes now: a count, or negative errno. */
static s64
emit(struct tty *t, const char *text, size_t n)
{
    if (t->out)
        return t->out->write(t->out, text, n);
    for (size_t i = 0; i < n; i++)
        uart_putc(text[i]);
    return (s64)n;
}

/* What the screen has no room for is not echoed: an interrupt cannot wait. */
static void
echo(const char *text, size_t n)
{
    emit(&console, text, n);
}

static bool
writable(struct tty *t)
{
    return !t->out || (t->out->poll(t->out) & (CHARDEV_WRITABLE | CHARDEV_HUP));
}

/* A screen that is slow makes the program wait, not the bytes disappear. */
static s64
emit_all(struct tty *t, const char *text, size_t n)
{
    while (n > 0) {
        s64 put = emit(t, text, n);
        if (put == -EAGAIN)
            put = WAIT_EVENT(&t->write_wait, writable(t));
        if (put < 0)
            return put;
        text += put;
        n -= (size_t)put;
    }
    return 0;
}

/* In small pieces, so that what two programs write mixes at worst between them. */
static s64
tty_write(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    struct tty *t = &console;
    char in[128], out[2 * sizeof(in)];
    u64 done = 0;
    s64 err = 0;
    while (done < n && !err) {
        size_t want = MIN(n - done, sizeof(in)), got = buffer_get(b, done, in, want);
        if ((f->flags & O_NONBLOCK) && !writable(t))
            err = -EAGAIN;
        else
            err = emit_all(t, out, ldisc_output(&t->ldisc, in, got, out));
        if (!err)
            done += got;
        if (!err && got < want)
            err = -EFAULT;
        preemption_point();
    }
    return done ? (s64)done : err;
}

static u32
tty_poll(struct file *f, struct waiter *w)
{
    struct tty *t = &console;
    poll_wait(w, &t->read_wait);
    poll_wait(w ? w + 1 : NULL, &t->write_wait);
    return (has_input(t, 1) ? POLLIN : 0) | (writable(t) ? POLLOUT : 0) |
           (t->hung_up ? POLLHUP : 0);
}

/* --- the inodes ------------------------------------------------------------------------------ */
static const struct file_ops tty_ops = {
    .read = tty_read, .write = tty_write, .ioctl = tty_ioctl, .poll = tty_poll
};

/* /dev/tty is the terminal of the session, for who has one. */
static int
open_current(struct inode *i, struct file *f)
{
    return tty_is_ours(&console) ? 0 : -ENXIO;
}

const struct inode_ops console_inode = { .file_ops = &tty_ops };
const struct inode_ops current_tty_inode = { .file_ops = &tty_ops, .open = open_current };

/* Two numbers, "ROWS COLUMNS", which tools/run puts into /run/winsize. */
static void
read_size(struct winsize *size)
{
    char text[16] = "";
    u16 value[2] = { 0, 0 };
    int k = 0;
    struct file *f = NULL;
    if (vfs_open(AT_FDCWD, kernel_path("/run/winsize"), O_RDONLY, 0, &f) == 0)
        file_read_kernel(f, text, sizeof(text) - 1, 0);
    file_put(f);
    for (const char *p = text; *p && k < 2; p++)
        if (*p >= '0' && *p <= '9')
            value[k] = (u16)(value[k] * 10 + *p - '0');
        else
            k++;
    size->ws_row = value[0] ? value[0] : 24;
    size->ws_col = value[1] ? value[1] : 80;
}

void
tty_init(void)
{
    struct tty *t = &console;
    waitqueue_init(&t->read_wait);
    waitqueue_init(&t->write_wait);
    ldisc_init(&t->ldisc);
    t->ldisc.echo = echo;
    read_size(&t->size);
    t->in = chardev_find("postern.tty.in");
    t->out = chardev_find("postern.tty.out");
    if (t->in)
        t->in->changed = port_changed;
    else
        uart_receive = uart_input;
    if (t->out)
        t->out->changed = port_changed;
    pull(t);
}
