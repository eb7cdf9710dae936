/* print.c - the kernel log: one call, one whole line on the console. See print.h.
 *
 * The line is formatted straight into the console under the log's lock, so two harts never mix
 * within a line and no length is too long. Control characters inside the text become `?`: what a
 * program chose (a name, a path) can then never look like a line of its own, level included. */

#include "lib/print.h"
#include "lib/format.h"
#include "lib/spinlock.h"
#include "riscv/sbi.h"

enum log_level log_threshold = LOG_INFO;
void (*log_putc)(char c) = sbi_putchar;
u64 (*log_clock_us)(void);

static struct spinlock log_lock = SPINLOCK_INIT("log");
static bool lock_broken; /* set once, by a panic, when no other hart runs any more */

/* Bytes above 0x7f pass: names may be UTF-8. */
static void
put_in_log(struct sink *s, char c)
{
    log_putc((u8)c < ' ' || c == 0x7f ? '?' : c);
}

static void __attribute__((format(printf, 2, 3)))
put_formatted(struct sink *s, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    format(s, fmt, ap);
    va_end(ap);
}

void
vprintk(enum log_level level, const char *fmt, va_list ap)
{
    if (level > log_threshold)
        return;
    /* Asked before the lock is taken: the clock may have locks of its own. */
    u64 us = log_clock_us ? log_clock_us() : 0;
    bool locked = !lock_broken; /* a panic may break it while this line is being written */
    if (locked)
        spin_lock(&log_lock);
    struct sink s = { put_in_log, 0 };
    put_formatted(&s, "<%d>[%5lu.%06lu] ", level, us / 1000000, us % 1000000);
    format(&s, fmt, ap);
    log_putc('\n');
    if (locked && !lock_broken)
        spin_unlock(&log_lock);
}

void
printk(enum log_level level, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vprintk(level, fmt, ap);
    va_end(ap);
}

void
log_break_lock(void)
{
    lock_broken = true;
}
