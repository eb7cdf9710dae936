/* log_host.c - kernel/lib/print.c on the host: what the log says goes to a buffer.
 *
 * stubs.c stands in for the whole log; here the real one is under test, so only what it calls is
 * played. test_kernel_units.py reads test_log by ctypes. */

#include "lib/print.h"
#include "lib/spinlock.h"
#include "riscv/sbi.h"

char test_log[4096];
static size_t length;

void test_forget_log(void);

void
test_forget_log(void)
{
    length = 0;
    test_log[0] = '\0';
}

void
sbi_putchar(char c)
{
    test_log[length++] = c;
    test_log[length] = '\0';
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
