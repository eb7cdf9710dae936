/* stubs.c - what kernel files need of the rest of the kernel when they run on the host.
 *
 * The log goes to a buffer, a panic back to whoever called in, and locks are always free, for there
 * is one thread. test_kernel_units.py links it with the files under test into a shared library and
 * calls them by ctypes; the test_ functions are for it. */

#include "machine/machine.h"
#include "lib/print.h"
#include "lib/spinlock.h"
#include <setjmp.h>

char test_log[65536];
static size_t log_length;
static jmp_buf panicked;

int test_discover(const void *blob, u64 boot_hartid);
void test_describe(void);
void test_forget_log(void);

/* The kernel's own vsnprintf (kernel/lib/format.c) is under test here too. */
static void
append(const char *fmt, va_list ap)
{
    log_length += (size_t)vsnprintf(test_log + log_length, sizeof(test_log) - log_length, fmt, ap);
}

static void __attribute__((format(printf, 1, 2))) say(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    append(fmt, ap);
    va_end(ap);
}

void
test_forget_log(void)
{
    log_length = 0;
    test_log[0] = '\0';
}

void
printk(enum log_level level, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say("<%d>", level);
    append(fmt, ap);
    say("\n");
    va_end(ap);
}

void
panic(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say("panic: ");
    append(fmt, ap);
    say("\n");
    va_end(ap);
    longjmp(panicked, 1);
}

static void
finisher_found(void)
{
}

/* machine_discover from scratch; 1 if it panicked. */
int
test_discover(const void *blob, u64 boot_hartid)
{
    machine = (struct machine){ 0 };
    test_forget_log();
    if (setjmp(panicked))
        return 1;
    machine_discover(blob, 0x87e00000, boot_hartid, finisher_found);
    return 0;
}

static void
describe_ranges(const char *name, const struct range *r, u32 count)
{
    say("%s=", name);
    for (u32 i = 0; i < count; i++)
        say("%s%lx-%lx", i ? "," : "", r[i].start, r[i].end);
    say("\n");
}

/* Writes what was discovered to the log, one `name=value` a line. */
void
test_describe(void)
{
    struct machine *m = &machine;
    test_forget_log();
    say("harts=");
    for (u32 i = 0; i < m->hart_count; i++)
        say("%s%lu:%d", i ? "," : "", m->hart_ids[i], (int)m->plic_context[i]);
    say("\nisa=%s\nsstc=%d\ntimebase=%lu\n", m->isa, m->has_sstc, m->timebase_hz);
    describe_ranges("memory", m->memory, m->memory_count);
    describe_ranges("reserved", m->reserved, m->reserved_count);
    describe_ranges("initrd", &m->initrd, 1);
    describe_ranges("uart", &m->uart, 1);
    describe_ranges("plic", &m->plic, 1);
    describe_ranges("rtc", &m->rtc, 1);
    describe_ranges("finisher", &m->finisher, 1);
    say("bootargs=%s\nseed=%u\n", m->bootargs, m->rng_seed_length);
    say("uart_irq=%u\nuart_shift=%u\n", m->uart_irq, m->uart_reg_shift);
    say("plic_sources=%u\n", m->plic_sources);
    say("virtio=");
    for (u32 i = 0; i < m->virtio_count; i++)
        say("%s%lx:%u", i ? "," : "", m->virtio[i].start, m->virtio_irq[i]);
    say("\n");
}

struct spinlock *
spin_lock(struct spinlock *l)
{
    return l;
}

void
spin_unlock(struct spinlock *l)
{
}
