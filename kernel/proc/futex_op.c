/* futex_op.c - the little machine of FUTEX_WAKE_OP: an operation and a comparison in one u32.
 *
 * Bits 31-28 the operation, 27-24 the comparison, 23-12 and 11-0 their signed arguments.
 * Source: futex(2), FUTEX_WAKE_OP; <linux/futex.h>. */

#include <linux/futex.h>
#include "lib/errno.h"
#include "mm/usercopy.h"
#include "proc/futex.h"

/* What the operation makes of `old`. */
static int
coded_operation(u32 code, u32 old, u32 *new)
{
    u32 op = code >> 28 & 7, arg = (u32)((s32)(code << 8) >> 20);
    if (code >> 28 & FUTEX_OP_OPARG_SHIFT)
        arg = 1U << (arg & 31);
    switch (op) {
    case FUTEX_OP_SET:
        *new = arg;
        return 0;
    case FUTEX_OP_ADD:
        *new = old + arg;
        return 0;
    case FUTEX_OP_OR:
        *new = old | arg;
        return 0;
    case FUTEX_OP_ANDN:
        *new = old & ~arg;
        return 0;
    case FUTEX_OP_XOR:
        *new = old ^ arg;
        return 0;
    default:
        return -ENOSYS;
    }
}

static int
coded_comparison(u32 code, s32 old)
{
    s32 arg = (s32)(code << 20) >> 20;
    switch (code >> 24 & 15) {
    case FUTEX_OP_CMP_EQ:
        return old == arg;
    case FUTEX_OP_CMP_NE:
        return old != arg;
    case FUTEX_OP_CMP_LT:
        return old < arg;
    case FUTEX_OP_CMP_LE:
        return old <= arg;
    case FUTEX_OP_CMP_GT:
        return old > arg;
    case FUTEX_OP_CMP_GE:
        return old >= arg;
    default:
        return -ENOSYS;
    }
}

int
futex_operate(u64 addr, u32 code)
{
    u32 old, seen, new;
    int err = addr % sizeof(u32) ? -EINVAL : user_load_u32(addr, &old);
    do {
        if (!err)
            err = coded_operation(code, old, &new);
        seen = old;
        if (!err)
            err = user_cas_u32(addr, &old, new);
    } while (!err && seen != old);
    return err ? err : coded_comparison(code, (s32)seen);
}
