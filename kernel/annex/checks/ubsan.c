/* ubsan.c - reports of the undefined behaviour sanitizer (DEBUG=1).
 *
 * With -fsanitize=undefined the compiler puts a test before everything that C leaves undefined, and
 * a call of one of these 16 functions behind it, with a record that begins with the place in the
 * source, and up to two operands as they are in registers. A report is one log line; each place
 * reports once; then the kernel goes on with what the machine does. The names are the ABI of gcc
 * and clang; what the records say of types is left to the reader of the source line.
 * Source: LLVM compiler-rt/lib/ubsan/ubsan_handlers.h. */

#include "lib/print.h"

struct place {
    const char *file;
    u32 line, column; /* column ~0: has reported */
};

static void
report(struct place *p, const char *fmt, u64 a, u64 b)
{
    char text[100];
    u32 column = __atomic_exchange_n(&p->column, ~0u, __ATOMIC_RELAXED);
    snprintf(text, sizeof(text), fmt, a, b);
    if (column != ~0u)
        pr_err("undefined behaviour: %s at %s:%u:%u", text, p->file, p->line, column);
}

/* There is no code to go on with. */
static noreturn void
die(struct place *p, const char *what, u64 a, u64 b)
{
    panic("%s at %s:%u:%u", what, p->file, p->line, p->column);
}

/* Only the compiler calls these, so no header declares them. Some have fewer operands than two;
 * then their text does not show the others. */
#define HANDLER(name, say, text)                                                                   \
    void __ubsan_handle_##name(struct place *p, u64 a, u64 b);                                     \
    void __ubsan_handle_##name(struct place *p, u64 a, u64 b)                                      \
    {                                                                                              \
        say(p, text, a, b);                                                                        \
    }

HANDLER(add_overflow, report, "0x%lx + 0x%lx overflows")
HANDLER(sub_overflow, report, "0x%lx - 0x%lx overflows")
HANDLER(mul_overflow, report, "0x%lx * 0x%lx overflows")
HANDLER(divrem_overflow, report, "0x%lx / 0x%lx overflows")
HANDLER(negate_overflow, report, "-0x%lx overflows")
HANDLER(shift_out_of_bounds, report, "shift of 0x%lx by 0x%lx")
HANDLER(out_of_bounds, report, "index 0x%lx outside of its array")
/* An address that the type cannot have, or an object too small for it. Null pointers are left out
 * (kernel.mk): page 0 is never mapped, and the fault says more. */
HANDLER(type_mismatch_v1, report, "misaligned or too small an object at 0x%lx")
HANDLER(pointer_overflow, report, "pointer 0x%lx moved to 0x%lx")
/* A bool that is neither 0 nor 1, or an enum outside of its range: memory that nobody set. */
HANDLER(load_invalid_value, report, "value 0x%lx is none of its type")
HANDLER(vla_bound_not_positive, report, "array of 0x%lx elements")
HANDLER(nonnull_arg, report, "null for an argument that may not be null")
HANDLER(nonnull_return_v1, report, "null returned where it may not be, as declared")
HANDLER(invalid_builtin, report, "count of leading or trailing zeros of 0")
HANDLER(builtin_unreachable, die, "reached what cannot be reached")
HANDLER(missing_return, die, "end of a function that returns a value")
