/* print.h - formatted text: into buffers and into the kernel log.
 *
 * A log line goes to the UART as `<L>[ssssss.uuuuuu] text\n`, L its syslog level; tools/run reads
 * the level off and shows warnings. Lines above the level of the word `loglevel=` are dropped.
 * printk takes one lock and never sleeps; it may be called with any other lock held. */
#pragma once

#include "lib/types.h"
#include <stdarg.h>

/* Those of syslog's levels that are used, by their numbers. LOG_EMERG is a panic's; tools/run shows
 * up to LOG_WARN. */
enum log_level { LOG_EMERG, LOG_ERR = 3, LOG_WARN, LOG_INFO = 6 };

/* Formats %d %u %x %c %s %% with flags `0` (up to a width of 32), `-`, width and `l`, `z`.
 * Always NUL-terminates when size > 0; returns the length the whole text would have had. */
int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap);
int snprintf(char *buf, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

void printk(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Lines with a level number above this one are dropped. Set once from the command line. */
extern enum log_level log_threshold;

/* Where characters go (handed down by kernel/dev: first the firmware, then the UART), and how long
 * a number of ticks is (handed down by kernel/time; nothing at first). */
extern void (*log_putc)(char c);
extern u64 (*log_ticks_to_ns)(u64 ticks);

/* Set once, by a panic: from now on the lock of the log is ignored, as its holder may never run. */
extern bool log_lock_broken;

#define pr_err(...)  printk(LOG_ERR, __VA_ARGS__)
#define pr_warn(...) printk(LOG_WARN, __VA_ARGS__)
#define pr_info(...) printk(LOG_INFO, __VA_ARGS__)

/* The kernel cannot go on. Prints cause, registers and backtrace, halts the other harts, powers
 * the machine off with status 125. Lives in kernel/debug/panic.c. */
noreturn void panic(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#define BUG_ON(cond)                                                                               \
    (unlikely(cond) ? panic("BUG: %s at %s:%d", #cond, __FILE__, __LINE__) : (void)0)
