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
#include "fs/ramfs.h"
#include "fs/vfs.h"
#include "mm/frame.h"
#include "time/clock.h"
#include "time/timer.h"

struct tty console = { .lock = SPINLOCK_INIT("terminal") };

/* --- from the keyboard --------------------------------------------------------------------------- */
static void
send_group(int group, int signal)
{
    if (group > 0 && signal)
        process_view.signal_group(group, signal);
}

/* Through the line discipline. Lock held; returns the signals that the bytes stand for, as bits. */
static u32
input_locked(struct tty *t, const u8 *bytes, size_t n)
{
    u32 signals = 0;
    for (size_t i = 0; i < n; i++)
        signals |= 1u << ldisc_input(&t->ldisc, bytes[i]);
    return signals;
}

static void
tell(struct tty *t, u32 signals)
{
    static const int sent[] = { SIGINT, SIGQUIT, SIGTSTP };
    for (size_t i = 0; i < ARRAY_SIZE(sent); i++)
        if (signals >> sent[i] & 1)
            send_group(t->group, sent[i]);
    wake_all(&t->read_wait);
}

static void
uart_input(u8 byte)
{
    spin_lock(&console.lock);
    u32 signals = input_locked(&console, &byte, 1);
    spin_unlock(&console.lock);
    tell(&console, signals);
}

static void
hang_up(struct tty *t)
{
    spin_lock(&t->lock);
    bool first = !t->hung_up;
    int session = t->session, group = t->group;
    t->hung_up = true;
    spin_unlock(&t->lock);
    if (first) {
        send_group(session, SIGHUP);
        if (group != session)
            send_group(group, SIGHUP);
    }
    wake_all(&t->read_wait);
}

/* Takes from the port what the ring has room for; the rest waits there and the sender with it. The
 * lock is held from reading to storing, or two harts could swap what they took. */
static void
pull(struct tty *t)
{
    u8 bytes[64];
    s64 n;
    do {
        spin_lock(&t->lock);
        u32 room = MIN(ldisc_room(&t->ldisc), sizeof(bytes)), signals = 0;
        n = t->in && room > 0 ? t->in->read(t->in, bytes, room) : -EAGAIN;
        if (n > 0)
            signals = input_locked(t, bytes, (size_t)n);
        spin_unlock(&t->lock);
        if (n > 0)
            tell(t, signals);
    } while (n > 0);
    if (n == 0)
        hang_up(t);
}

static void
port_changed(struct chardev *d)
{
    if (d == console.in)
        pull(&console);
    else
        wake_all(&console.write_wait);
}

/* --- read ---------------------------------------------------------------------------------------- */
bool
tty_is_ours(struct tty *t)
{
    return t->session != 0 && t->session == process_view.current_session();
}

/* A background process may not read: it is stopped. */
static s64
check_foreground(struct tty *t)
{
    int group = process_view.current_pgrp();
    if (!tty_is_ours(t) || t->group == group)
        return 0;
    process_view.signal_group(group, SIGTTIN);
    return interrupted() ? -EINTR : -EIO; /* nobody stops who ignores the signal */
}

/* May a read of n bytes return now? */
static bool
may_read(struct tty *t, u64 n)
{
    spin_lock(&t->lock);
    const struct termios *s = &t->ldisc.termios;
    u64 least = s->c_lflag & ICANON ? 1 : MIN(n, s->c_cc[VMIN]);
    bool yes = t->hung_up || ldisc_available(&t->ldisc) >= least;
    spin_unlock(&t->lock);
    return yes;
}

/* How long a read without canonical mode waits for its first byte: VTIME tenths of a second, if
 * VMIN is 0. With VMIN above 0 it waits for those bytes, whatever VTIME says. */
static u64
read_deadline(const struct termios *s)
{
    if ((s->c_lflag & ICANON) || s->c_cc[VMIN] > 0)
        return ~0UL;
    return rdtime() + ns_to_ticks(s->c_cc[VTIME] * (NSEC_PER_SEC / 10));
}

static s64
wait_input(struct tty *t, u64 n)
{
    struct waiter w;
    s64 err = 0;
    u64 deadline = read_deadline(&t->ldisc.termios);
    bool timed = deadline != ~0UL;
    wait_enter(&w, &t->read_wait);
    while (wait_prepare(), !err && (timed ? !ldisc_available(&t->ldisc) : !may_read(t, n))) {
        if (timed && rdtime() >= deadline)
            break;
        err = interrupted() ? -EINTR : schedule_until(deadline);
    }
    wait_leave(&w);
    return err;
}

/* What there is, through a page. -EAGAIN if another reader was faster. */
static s64
take(struct tty *t, struct buffer b, u64 n)
{
    u64 frame = frame_alloc();
    if (!frame)
        return -ENOMEM;
    char *page = frame_address(frame);
    spin_lock(&t->lock);
    bool lines = t->ldisc.termios.c_lflag & ICANON;
    s64 got = -EAGAIN;
    if (ldisc_available(&t->ldisc) > 0 || t->hung_up || !lines)
        got = ldisc_read(&t->ldisc, page, (u32)MIN(n, PAGE_SIZE));
    spin_unlock(&t->lock);
    if (got > 0 && buffer_put(b, 0, page, (u64)got) < (u64)got)
        got = -EFAULT;
    frame_put(frame);
    pull(t); /* there is room again */
    return got;
}

static s64
tty_read(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    struct tty *t = &console;
    bool waits = !(f->flags & O_NONBLOCK);
    s64 got;
    do {
        s64 err = check_foreground(t);
        if (err || n == 0)
            return err;
        if (!waits && !may_read(t, 1))
            return -EAGAIN;
        if (waits && (err = wait_input(t, n)))
            return err;
        got = take(t, b, n);
    } while (got == -EAGAIN && waits);
    return got;
}

/* --- write --------------------------------------------------------------------------------------- */
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

static s64
tty_write(struct file *f, struct buffer b, u64 n, u64 *pos)
{
    struct tty *t = &console;
    char in[128], out[2 * sizeof(in)];
    u64 done = 0;
    s64 err = 0;
    while (done < n && !err) {
        if ((f->flags & O_NONBLOCK) && !writable(t)) {
            err = -EAGAIN;
            break;
        }
        size_t want = MIN(n - done, sizeof(in));
        size_t got = buffer_get(b, done, in, want);
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
    return (may_read(t, 1) ? POLLIN : 0) | (writable(t) ? POLLOUT : 0) | (t->hung_up ? POLLHUP : 0);
}

/* --- the inodes ---------------------------------------------------------------------------------- */
static const struct file_ops tty_ops = {
    .read = tty_read,
    .write = tty_write,
    .ioctl = tty_ioctl,
    .poll = tty_poll,
};

static int
open_current(struct inode *i, struct file *f)
{
    return tty_is_ours(&console) ? 0 : -ENXIO;
}

const struct inode_ops console_inode = { .file_ops = &tty_ops };
const struct inode_ops current_tty_inode = { .file_ops = &tty_ops, .open = open_current };

/* Two numbers, "ROWS COLUMNS", which tools/run puts there. */
static void
read_size(struct winsize *size)
{
    char text[16] = "";
    u16 value[2] = { 24, 80 };
    int err;
    struct file *f = vfs_open("/run/winsize", O_RDONLY, 0, &err);
    if (f) {
        s64 n = file_read_kernel(f, text, sizeof(text) - 1, 0);
        const char *p = text;
        for (int i = 0; i < 2 && n > 0 && *p >= '0' && *p <= '9'; i++, p++)
            for (value[i] = 0; *p >= '0' && *p <= '9'; p++)
                value[i] = (u16)(value[i] * 10 + (*p - '0'));
        file_put(f);
    }
    *size = (struct winsize){ .ws_row = value[0], .ws_col = value[1] };
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
