/* print.c - the kernel log: one call, one whole line on the console. See print.h.
 *
 * Lines are made and written under the log's lock, so two harts never mix within one. Control
 * characters inside the text become `?`: what a program chose (a name, a path) can then never look
 * like a line of its own, level included. A newline at the end of a message is not needed and does
 * not show: each message is a line. */

#include "lib/print.h"
#include "lib/spinlock.h"
#include "riscv/csr.h"
#include "riscv/sbi.h"

enum log_level log_threshold = LOG_INFO;
void (*log_putc)(char c) = sbi_putchar;
u64 (*log_ticks_to_ns)(u64 ticks);
bool log_lock_broken;

static void
put_line(const char *line)
{
    for (const char *c = line; *c; c++) {
        if (c[0] == '\n' && c[1] == '\0')
            break;
        bool is_control = (u8)*c < ' ' || *c == 0x7f; /* bytes above pass: names may be UTF-8 */
        log_putc(is_control ? '?' : *c);
    }
    log_putc('\n');
}

void
printk(enum log_level level, const char *fmt, ...)
{
    static struct spinlock lock = SPINLOCK_INIT("log");
    static char line[1024]; /* under the lock; more than that is cut off */
    if (level > log_threshold)
        return;
    u64 us = log_ticks_to_ns ? log_ticks_to_ns(rdtime()) / 1000 : 0;
    bool locked = !log_lock_broken; /* a panic may break it while this line is being written */
    if (locked)
        spin_lock(&lock);
    int n = snprintf(line, sizeof(line), "<%d>[%5lu.%06lu] ", level, us / 1000000, us % 1000000);
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line + n, sizeof(line) - (size_t)n, fmt, ap);
    va_end(ap);
    put_line(line);
    if (locked && !log_lock_broken)
        spin_unlock(&lock);
}
