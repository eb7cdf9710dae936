/* vvar.h - the page that the kernel writes and every program reads: what both sides agree on.
 *
 * One page, mapped read-only directly below the vDSO image. It holds a line of 64 bytes for each
 * clock, indexed by Linux's clock id. The image (vdso/clock.c) and the kernel's own system calls
 * read a line through the functions below, so the two cannot disagree. The kernel's writer is in
 * kernel/vdso/vvar.c. Not here: what the clocks mean (kernel/time/).
 *
 * A line is a seqlock without a parity bit. The writer raises `begin`, changes the data, raises
 * `end`; the reader takes `end` first and `begin` last, and the two are equal only when no update
 * touched the line in between. `rdtime` needs fences of its own: a CSR read counts as device input
 * (ISA manual Volume I, "CSR Access Ordering"). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Clock ids 0 (CLOCK_REALTIME) to 11 (CLOCK_TAI). The line of an id that has no clock here stays
 * zero, and its limit_ns of 0 sends every reader to the system call. */
#define VVAR_CLOCKS 12

/* The time of a clock at `ticks` of rdtime is `sec` seconds and vvar_scale(ticks, mult) + offset_ns
 * nanoseconds.
 *
 * `mult` is nanoseconds per tick in 64.64 fixed point, scaled down by 2^shift so that it fits into
 * 64 bits; the ticks are shifted up by as much. The shift lives in the six lowest bits of `mult`:
 * RISC-V's `sll` looks at no other bits of its operand, so it costs neither a load nor a mask.
 * (Those bits disturb the rate by less than 2^-57.) A multiplier of 0 gives a coarse clock. */
struct vvar_clock {
    uint64_t end; /* number of the last finished update; read first, written last */
    uint64_t mult;
    uint64_t offset_ns; /* added modulo 2^64 */
    int64_t sec;
    uint64_t limit_ns;      /* 10^9, or 0 for an id that is not served; set once at boot */
    uint64_t resolution_ns; /* for clock_getres; set once at boot */
    uint64_t spare;
    uint64_t begin; /* number of the last update that began; read last, written first */
};

struct vvar {
    struct vvar_clock clock[VVAR_CLOCKS];
};

_Static_assert(sizeof(struct vvar_clock) == 64, "a line is one cache line");
_Static_assert(offsetof(struct vvar_clock, end) == 0, "end is the first word of its line");
_Static_assert(offsetof(struct vvar_clock, begin) == 56, "begin is the last word of its line");
_Static_assert(sizeof(struct vvar) <= 4096, "vvar is one page");

#define VVAR_SHIFT_MASK 63
#define VVAR_SECOND_NS  1000000000UL

struct vvar_time {
    int64_t sec;
    uint64_t ns;
};

static inline uint64_t
vvar_scale(uint64_t ticks, uint64_t mult)
{
    return (uint64_t)((unsigned __int128)(ticks << (mult & VVAR_SHIFT_MASK)) * mult >> 64);
}

/* Takes one look at a line. False when an update was under way: *now is torn then.
 * There is no loop here on purpose: a caller can leave by a tail jump and keep no registers.
 * `line` must be volatile: gcc and clang lift loads of a plain `const` object above the fences. */
static inline bool
vvar_look(const volatile struct vvar_clock *line, struct vvar_time *now)
{
    uint64_t end = line->end, ticks;
    __asm__ volatile("fence r,ir" ::: "memory");
    __asm__ volatile("rdtime %0" : "=r"(ticks));
    now->ns = vvar_scale(ticks, line->mult) + line->offset_ns;
    now->sec = line->sec;
    __asm__ volatile("fence ir,r" ::: "memory");
    return __builtin_expect(line->begin == end, 1);
}

/* Carries nanoseconds over into seconds when no tick has moved the second for a while.
 * "Negative" nanoseconds come from a hart whose time lags behind the one that began this second.
 * It stays at the start of the second: an unsigned carry would jump ahead by centuries. */
static inline void
vvar_carry(struct vvar_time *now)
{
    if ((int64_t)now->ns < 0)
        now->ns = 0;
    now->sec += (int64_t)(now->ns / VVAR_SECOND_NS);
    now->ns %= VVAR_SECOND_NS;
}

/* Reads a clock that is served (limit_ns is not 0), however long that takes. */
static inline struct vvar_time
vvar_read(const volatile struct vvar_clock *line)
{
    struct vvar_time now;
    while (!vvar_look(line, &now))
        ;
    vvar_carry(&now);
    return now;
}
