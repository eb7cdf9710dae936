/* kernel_stubs.c - what kernel files need of the rest of the kernel when they run on the host.
 *
 * The log goes to a buffer, a panic back to whoever called in. Used by test_kernel_units.py, which
 * links it with the files under test into a shared library. */

#include "dev/device.h"
#include "dev/machine.h"
#include "lib/print.h"
#include "lib/spinlock.h"
#include <setjmp.h>
#include <string.h>

char test_log[65536];
static jmp_buf panicked;

int test_discover(const void *blob, u64 boot_hartid);

static void
append(const char *prefix, const char *fmt, va_list ap)
{
    size_t have = strlen(test_log);
    have += (size_t)snprintf(test_log + have, sizeof(test_log) - have, "%s", prefix);
    have += (size_t)vsnprintf(test_log + have, sizeof(test_log) - have, fmt, ap);
    snprintf(test_log + have, sizeof(test_log) - have, "\n");
}

void
printk(enum log_level level, const char *fmt, ...)
{
    char prefix[] = { '<', (char)('0' + level), '>', '\0' };
    va_list ap;
    va_start(ap, fmt);
    append(prefix, fmt, ap);
    va_end(ap);
}

void
panic(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    append("panic: ", fmt, ap);
    va_end(ap);
    longjmp(panicked, 1);
}

/* machine_discover from scratch; 1 if it panicked. */
int
test_discover(const void *blob, u64 boot_hartid)
{
    memset(&machine, 0, sizeof(machine));
    memset(test_log, 0, sizeof(test_log));
    if (setjmp(panicked))
        return 1;
    machine_discover(blob, 0x87e00000, boot_hartid);
    return 0;
}

void
finisher_init(void)
{
}

void
spin_lock(struct spinlock *l)
{
}

void
spin_unlock(struct spinlock *l)
{
}
