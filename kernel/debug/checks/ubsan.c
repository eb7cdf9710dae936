/* ubsan.c - reports of the undefined behaviour sanitizer (DEBUG=1).
 *
 * With -fsanitize=undefined the compiler puts a test before everything that C leaves undefined, and
 * a call of one of these 16 functions behind it. Each passes a record that begins with the place in
 * the source. A report is one log line; each place reports once; then the kernel goes on with what
 * the machine does. The names and records are the ABI of gcc and clang.
 * Source: LLVM compiler-rt/lib/ubsan/ubsan_handlers.h and ubsan_value.h. */

#include "lib/print.h"

struct place {
    const char *file;
    u32 line, column; /* column ~0: has reported */
};

struct type {
    u16 kind; /* 0: integer */
    u16 info; /* integers: bit 0 signed, the others log2 of the width in bits */
    char name[];
};

/* The record of a place where values of one or two types meet. What a shift shifts comes first,
 * then by how much; of an index the array comes first. */
struct typed_place {
    struct place place;
    const struct type *type, *second;
};

struct access_place {
    struct place place;
    const struct type *type;
    u8 log2_alignment, access;
};

/* Prints a report, unless this place has made one. */
static void __attribute__((format(printf, 2, 3))) report(struct place *p, const char *fmt, ...)
{
    char text[160];
    va_list ap;
    u32 column = __atomic_exchange_n(&p->column, ~0u, __ATOMIC_RELAXED);
    if (column == ~0u)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    pr_err("undefined behaviour: %s at %s:%u:%u", text, p->file, p->line, column);
}

/* A number of up to 64 bits, as the type understands it. Wider ones come by pointer: not here. */
struct number {
    char text[24];
};

static struct number
number(const struct type *t, u64 raw)
{
    struct number n = { "" };
    u32 unused = 64 - (1u << (t->info >> 1) & 127);
    if (t->kind != 0 || unused >= 64)
        snprintf(n.text, sizeof(n.text), "0x%lx", raw);
    else if (t->info & 1)
        snprintf(n.text, sizeof(n.text), "%ld", (s64)(raw << unused) >> unused);
    else
        snprintf(n.text, sizeof(n.text), "%lu", raw << unused >> unused);
    return n;
}

/* Operands come as they are in registers; the type says how to read them. */
static void
report_arithmetic(struct typed_place *p, u64 a, const char *operator, u64 b)
{
    report(&p->place, "%s %s %s overflows %s", number(p->type, a).text, operator,
           number(p->type, b).text, p->type->name);
}

/* Only the compiler calls these, so no header declares them. */
#define HANDLER(name, parameters, action)                                                          \
    void __ubsan_handle_##name parameters;                                                         \
    void __ubsan_handle_##name parameters                                                          \
    {                                                                                              \
        action;                                                                                    \
    }

HANDLER(add_overflow, (struct typed_place * p, u64 a, u64 b), report_arithmetic(p, a, "+", b))
HANDLER(sub_overflow, (struct typed_place * p, u64 a, u64 b), report_arithmetic(p, a, "-", b))
HANDLER(mul_overflow, (struct typed_place * p, u64 a, u64 b), report_arithmetic(p, a, "*", b))
HANDLER(divrem_overflow, (struct typed_place * p, u64 a, u64 b), report_arithmetic(p, a, "/", b))
HANDLER(negate_overflow, (struct typed_place * p, u64 a), report_arithmetic(p, 0, "-", a))

HANDLER(shift_out_of_bounds, (struct typed_place * p, u64 a, u64 b),
        report(&p->place, "shift of %s (%s) by %s", number(p->type, a).text, p->type->name,
               number(p->second, b).text))

HANDLER(out_of_bounds, (struct typed_place * p, u64 index),
        report(&p->place, "index %s into %s", number(p->second, index).text, p->type->name))

/* One test for three faults: a null pointer (not compiled in: page 0 is never mapped, and the fault
 * says more), an address that the type cannot have, an object too small for the type. */
HANDLER(type_mismatch_v1, (struct access_place * p, u64 pointer),
        report(&p->place, "%s access to %s at 0x%lx",
               pointer % (1UL << p->log2_alignment) ? "misaligned" : "too small an object for",
               p->type->name, pointer))

HANDLER(pointer_overflow, (struct place * p, u64 base, u64 result),
        report(p, "pointer 0x%lx moved to 0x%lx", base, result))

/* A bool that is neither 0 nor 1, or an enum outside of its range: memory that nobody set. */
HANDLER(load_invalid_value, (struct typed_place * p, u64 value),
        report(&p->place, "value %s is none of type %s", number(p->type, value).text,
               p->type->name))

HANDLER(vla_bound_not_positive, (struct typed_place * p, u64 bound),
        report(&p->place, "array of %s elements", number(p->type, bound).text))

HANDLER(nonnull_arg, (struct place * p), report(p, "null for an argument that may not be null"))
HANDLER(nonnull_return_v1, (struct place * declared, struct place *p),
        report(p, "null returned where it may not be"))

/* __builtin_clz and __builtin_ctz have no answer for 0; the instructions do, each its own. */
HANDLER(invalid_builtin, (struct place * p), report(p, "count of leading or trailing zeros of 0"))

/* Behind these two there is no code to go on with. */
HANDLER(builtin_unreachable, (struct place * p),
        panic("reached what cannot be reached at %s:%u:%u", p->file, p->line, p->column))
HANDLER(missing_return, (struct place * p),
        panic("end of a function that returns a value at %s:%u:%u", p->file, p->line, p->column))
