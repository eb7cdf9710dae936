/* panic.c - the end of the kernel: cause, registers, backtrace, power-off. See panic.h.
 *
 * Works with whatever is left. The first hart that panics has the floor; the others stop. It
 * trusts nothing more than needed, in the order of that need: the cause is out before a thread or
 * a stack is looked at. A panic inside of the panic ends at once.
 * Source of the frame layout: RISC-V ELF psABI, "Frame Pointer Convention"; of the causes:
 * Privileged Architecture, table of scause values. */

#include "debug/panic.h"
#include "debug/symbols.h"
#include "dev/device.h"
#include "dev/machine.h"
#include "lib/print.h"
#include "lib/string.h"
#include "riscv/csr.h"
#include "riscv/hart.h"
#include "riscv/sbi.h"
#include "riscv/trapframe.h"

#define PANIC_STATUS 125 /* what tools/run calls a panic */
/* More callers than that, or a frame larger than that, and it is no chain but rubble. */
#define MAX_FRAMES     1024
#define MAX_FRAME_SIZE 8192UL

/* The flag, and who sees it: trap/trap.c when an IPI comes, and every loop that waits. */
u32 panic_flag;
void (*panic_describe)(char *text, size_t size);

static u32 stopped_harts;

/* --- who may speak --------------------------------------------------------------------------- */

void
panic_stop_hart(void)
{
    __atomic_fetch_add(&stopped_harts, 1, __ATOMIC_RELAXED);
    csr_write(sie, 0); /* wfi returns for pending interrupts that are enabled: none is */
    for (;;)
        wait_for_interrupt();
}

/* Stops the others. One that holds the log should finish its line; one that answers to nothing any
 * more must not keep us: after 10 ms the log is ours in any case. */
static void
silence_others(void)
{
    u64 all = 0, start = rdtime();
    for (u32 i = 0; i < machine.hart_count; i++)
        all |= 1UL << machine.hart_ids[i];
    sbi_send_ipi(all); /* to this hart too: its interrupts are off */
    while (__atomic_load_n(&stopped_harts, __ATOMIC_RELAXED) + 1 < machine.hart_count &&
           rdtime() - start < machine.timebase_hz / 100)
        ;
    log_lock_broken = true;
}

/* The report itself went wrong, on the same hart: the stack or the console is not what it was. What
 * is out must be enough; the status is what counts now. */
static noreturn void
panic_again(void)
{
    static const char text[] = "\n<0>[    0.000000] panic inside the panic\n";
    static bool said;
    const char *c = said ? "" : text; /* the console itself may be what fails */
    said = true;
    while (*c)
        log_putc(*c++);
    power_off(PANIC_STATUS);
}

/* Returns on the first hart that panics, and there only once. */
static void
take_the_floor(void)
{
    static u64 owner;
    u64 nobody = 0, me;
    __asm__ volatile("mv %0, tp" : "=r"(me)); /* only compared: it may point anywhere */
    me |= 1;
    csr_clear(sstatus, SSTATUS_SIE);
    if (!__atomic_compare_exchange_n(&owner, &nobody, me, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE)) {
        if (nobody == me)
            panic_again();
        panic_stop_hart();
    }
    __atomic_store_n(&panic_flag, 1, __ATOMIC_RELEASE);
    silence_others();
}

/* --- what there is to say -------------------------------------------------------------------- */

/* `back` is 1 for a return address: when the call was the last instruction of its function, it
 * already points into the next one. */
static void
print_place(u64 pc, u64 back)
{
    u64 offset = 0;
    const char *name = symbol_find(pc - back, &offset);
    printk(LOG_EMERG, name ? "  %016lx %s+0x%lx" : "  %016lx", pc, name, offset + back);
}

/* A return address points behind its call, hence the 1; see print_place. */
static bool
is_code(u64 address)
{
    u64 offset;
    return symbol_find(address - 1, &offset) != NULL;
}

/* One step up the chain: the words below the frame pointer are the return address and the caller's
 * frame pointer. gcc's functions that call nothing save only the latter, one word higher; then the
 * return address is still in the register `ra`, which only an interrupted function can tell us. */
static bool
step(u64 *pc, u64 *fp, u64 ra)
{
    const u64 *top = (const u64 *)*fp;
    u64 from = *fp;
    bool leaf = ra && !is_code(top[-1]);
    *pc = leaf ? ra : top[-1];
    *fp = leaf ? top[-1] : top[-2];
    /* The stack grows down, so callers' frames lie above; entry code ends the chain with 0. */
    return is_code(*pc) && *fp % 16 == 0 && *fp > from && *fp - from < MAX_FRAME_SIZE;
}

/* The callers of a function whose frame pointer is `fp`. A place that repeats, as in a
 * recursion that has eaten its stack, takes one line, so that how it began is seen too. */
static void
print_callers(u64 fp, u64 ra)
{
    u64 pc = 0, last = 0;
    u32 repeats = 0;
    bool more = fp != 0 && fp % 16 == 0;
    for (u32 i = 0; more && i < MAX_FRAMES; i++, last = pc) {
        more = step(&pc, &fp, i == 0 ? ra : 0);
        if (pc == last) {
            repeats++;
            continue;
        }
        if (repeats)
            printk(LOG_EMERG, "  ... %u times more", repeats);
        repeats = 0;
        if (is_code(pc))
            print_place(pc, 1);
    }
}

static void
print_registers(const struct trapframe *f)
{
    static const char names[32][4] = {
        "pc", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0",
        "a1", "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
        "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
    };
    const u64 *x = (const u64 *)f; /* word i is register xi, word 0 the pc */
    for (u32 i = 0; i < 32; i += 4)
        printk(LOG_EMERG, "  %3s %016lx %3s %016lx %3s %016lx %3s %016lx", names[i], x[i],
               names[i + 1], x[i + 1], names[i + 2], x[i + 2], names[i + 3], x[i + 3]);
    printk(LOG_EMERG, "  sstatus %016lx", f->status);
}

/* Last but for the stack: tp may be what is broken. */
static void
print_who(void)
{
    char text[64] = "";
    if (panic_describe)
        panic_describe(text, sizeof(text));
    printk(LOG_EMERG, "on hart %u (id %lu)%s%s", hart_index(), machine.hart_ids[hart_index()],
           text[0] ? ", " : "", text);
}

/* --- the two ways in ------------------------------------------------------------------------- */

void
panic(const char *fmt, ...)
{
    char text[256]; /* made first: if that faults, the trap is what gets reported */
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    take_the_floor();
    printk(LOG_EMERG, "panic: %s", text);
    print_who();
    printk(LOG_EMERG, "backtrace:");
    print_callers((u64)__builtin_frame_address(0), 0);
    power_off(PANIC_STATUS);
}

static const char *
cause_name(u64 scause)
{
    static const char *const names[] = {
        "instruction address misaligned",
        "instruction access fault",
        "illegal instruction",
        "breakpoint",
        "load address misaligned",
        "load access fault",
        "store address misaligned",
        "store access fault",
        [12] = "instruction page fault",
        [13] = "load page fault",
        [15] = "store page fault",
    };
    if (scause & SCAUSE_INTERRUPT)
        return "interrupt in the kernel";
    return scause < ARRAY_SIZE(names) && names[scause] ? names[scause] : "unknown cause";
}

void
panic_trap(const struct trapframe *f, u64 scause, u64 stval)
{
    take_the_floor();
    printk(LOG_EMERG, "panic: %s in the kernel: scause 0x%lx, stval 0x%lx, pc 0x%lx",
           cause_name(scause), scause, stval, f->pc);
    print_who();
    print_registers(f);
    printk(LOG_EMERG, "backtrace:");
    print_place(f->pc, 0);
    if (!is_code(f->pc)) /* called through a bad pointer: the call was just before `ra` */
        print_place(f->ra, 1);
    print_callers(f->s0, f->ra);
    power_off(PANIC_STATUS);
}
