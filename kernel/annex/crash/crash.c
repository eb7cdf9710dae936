/* crash.c - a process that ends by a fault of its own says what it tried, and where.
 *
 *   crash: sh[2]: SIGSEGV: store to 0x0: nothing is mapped there; pc 0x2b3f01c6a4 = /bin/sh+0x6a4
 *
 * One line in the kernel log; tools/run adds function and line to its places. Not told: a fault
 * that has a handler, and a signal that somebody has sent. The kernel word crash=0 silences all of
 * it.
 * Source of the causes: Privileged Architecture, table of scause values; of the codes:
 * sigaction(2), "The si_code field". */

#include <asm/siginfo.h>
#include <asm/unistd.h>
#include "annex/crash/place.h"
#include "lib/print.h"
#include "lib/string.h"
#include "machine/machine.h"
#include "mm/area.h"
#include "proc/annex.h"
#include "proc/process.h"
#include "proc/sigframe.h"

#define MOST_A_SECOND 10

static bool silent;

static void
start(void)
{
    const char *word = cmdline_get("crash");
    silent = word && !strcmp(word, "0");
}

/* A program that is started again and again must not fill the log: at most so many within any
 * second. Who is left out is counted. */
static bool
may_tell(void)
{
    static struct spinlock lock = SPINLOCK_INIT("crash");
    static u64 told_ticks[MOST_A_SECOND]; /* when the last ones were told, 0 for never */
    static u32 oldest, left_out;
    u64 now = rdtime();
    spin_guard(&lock);
    if (told_ticks[oldest] && now - told_ticks[oldest] < machine.timebase_hz) {
        if (left_out++ == 0)
            pr_warn("crash: %u within a second: the next ones are not told", MOST_A_SECOND);
        return false;
    }
    told_ticks[oldest] = now;
    oldest = (oldest + 1) % MOST_A_SECOND;
    if (left_out)
        pr_warn("crash: %u more were not told", left_out);
    left_out = 0;
    return true;
}

/* Has a stack overflowed to addr, in the gap between two areas? It lies below the stack and not far
 * from where the stack ends or, if that has left its area in one large step, from sp. */
static bool
is_below_stack(const struct area *above, u64 addr, u64 sp)
{
    bool sp_is_below = sp < above->start && sp >= area_before(above)->end;
    u64 lowest = sp_is_below ? sp : above->start;
    return above->flags & AREA_STACK && addr + STACK_GAP >= lowest;
}

/* Why the access could not be, NULL if it can by now: another thread may have mapped the page. */
static const char *
why_not(struct space *s, u64 addr, u32 access, u64 sp)
{
    static const char *const lacks[] = { [AREA_READ] = "a page without R",
                                         [AREA_WRITE] = "a page without W",
                                         [AREA_EXEC] = "a page without X" };
    if (!in_user_half(addr, 1))
        return "not an address of a program";
    spin_guard(&s->lock);
    struct area *a = area_at_or_above(s, addr);
    if (addr < a->start)
        return is_below_stack(a, addr, sp) ? "stack overflow" : "nothing is mapped there";
    if (pte_rights(a->flags) & access << 1)
        return NULL;
    /* Threads have a page without rights below their stack; a frame may have reached over it. */
    bool is_guard = !(a->flags & AREA_PROT) && sp >= a->start && sp < a->end + PAGE_SIZE;
    return is_guard ? "stack overflow into a guard page" : lacks[access];
}

/* Is it rt_sigreturn that found no frame to return by? One that does has no cause afterwards. */
static bool
is_bad_return(const struct sig_info *info, const struct trapframe *f)
{
    return info->code == SI_KERNEL && f->cause == CAUSE_ECALL_USER && f->a7 == __NR_rt_sigreturn;
}

/* A handler was to run, and its frame could not be stored: below sp or, if there is room, on an
 * alternate stack. */
static void
describe_push(const struct trapframe *f, char *text, size_t size)
{
    struct space *s = current()->space;
    u64 at = f->sp - sizeof(struct signal_frame);
    const char *why = why_not(s, at, AREA_WRITE, f->sp) ?: why_not(s, f->sp - 1, AREA_WRITE, f->sp);
    snprintf(text, size, "no room for a signal's frame at 0x%lx: %s", at, why ?: "alternate stack");
}

/* What the program did, for each cause of a trap. An atomic instruction counts as a store. */
static const struct {
    const char *tried;
    u32 access;
} accesses[16] = {
    [0 ... 1] = { "fetch from", AREA_EXEC }, [4 ... 5] = { "load from", AREA_READ },
    [6 ... 7] = { "store to", AREA_WRITE },  [12] = { "fetch from", AREA_EXEC },
    [13] = { "load from", AREA_READ },       [15] = { "store to", AREA_WRITE },
};

static void
describe_access(const struct sig_info *info, const struct trapframe *f, char *text, size_t size)
{
    const char *why = info->code == BUS_ADRALN ? "not aligned" : "behind the end of the file";
    if (info->signo == SIGSEGV)
        why = why_not(current()->space, info->addr, accesses[f->cause].access, f->sp);
    snprintf(text, size, "%s 0x%lx: %s", accesses[f->cause].tried, info->addr, why ?: "refused");
}

static void
describe_fault(const struct sig_info *info, const struct trapframe *f, char *text, size_t size)
{
    if (is_bad_return(info, f))
        snprintf(text, size, "return from a handler with a bad signal frame at 0x%lx", f->sp);
    else if (info->code == SI_KERNEL)
        describe_push(f, text, size);
    else if (info->signo == SIGTRAP)
        snprintf(text, size, "breakpoint");
    else if (info->signo == SIGILL) /* a hart may leave stval at 0 instead of telling the bits */
        snprintf(text, size, "illegal instruction 0x%04lx", csr_read(stval));
    else
        describe_access(info, f, text, size);
}

static void
crash(const struct sig_info *info)
{
    static const char *const names[] = {
        [SIGILL] = "SIGILL", [SIGTRAP] = "SIGTRAP", [SIGBUS] = "SIGBUS", [SIGSEGV] = "SIGSEGV"
    };
    const struct trapframe *f = current()->frame;
    struct space *s = current()->space;
    struct task *t = current_task();
    char what[160], pc[600], ra[600] = "", thread[24] = "";
    if (silent || !may_tell())
        return;
    describe_fault(info, f, what, sizeof(what));
    /* That of the ecall stands behind it. */
    describe_place(s, is_bad_return(info, f) ? f->pc - 4 : f->pc, pc, sizeof(pc));
    if (info->signo == SIGSEGV && info->addr == f->pc) /* called through a bad pointer, from here */
        describe_place(s, f->ra, ra, sizeof(ra));
    if (t->tid != t->process->pid)
        snprintf(thread, sizeof(thread), " thread %d", t->tid);
    pr_warn("crash: %s[%d]%s: %s: %s; pc %s%s%s", t->process->name, t->process->pid, thread,
            names[info->signo], what, pc, *ra ? "; ra " : "", ra);
}

static const struct annex annex ANNEX = { .start = start, .crash = crash };
