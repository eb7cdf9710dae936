/* panic.c - the end of the kernel: cause, registers, backtrace, power-off. See panic.h.
 *
 * Works with whatever is left. The first hart that panics has the floor; the others stop. It
 * trusts nothing more than needed, in the order of that need: the cause is out before a thread or
 * a stack is looked at. A panic inside of the panic ends at once.
 * The names of functions come from a table that tools/mksyms reads off a first link, which has an
 * empty one; the second link puts it behind all code, so no function moves (kernel.mk).
 * Source of the frame layout: RISC-V ELF psABI, "Frame Pointer Convention"; of the causes:
 * Privileged Architecture, table of scause values. */

#include "debug/panic.h"
#include "lib/print.h"
#include "machine/machine.h"
#include "riscv/csr.h"
#include "riscv/hart.h"
#include "riscv/sbi.h"
#include "riscv/trapframe.h"

/* A frame larger than that, and it is no chain but rubble. More callers than that, and it is a
 * recursion that has eaten its stack. */
#define MAX_FRAME_SIZE 8192UL
#define MAX_FRAMES     64

/* Sorted; the last entry stands for the end of the text. All offsets in bytes. */
struct symbol {
    u32 offset; /* from image_start */
    u32 name;   /* from symbol_names */
};
extern const struct symbol symbol_table[], symbol_table_end[]; /* linker/kernel.lds */
extern const char symbol_names[], image_start[];

u64 panic_owner;
const char *panic_promise;
void (*panic_describe)(char *text, size_t size);
void (*panic_power_off)(int status);

static noreturn void
end_machine(void)
{
    if (panic_power_off)
        panic_power_off(PANIC_STATUS);
    sbi_shutdown();
    panic_stop_hart();
}

/* --- who may speak --------------------------------------------------------------------------- */

void
panic_stop_hart(void)
{
    csr_write(sie, 0); /* wfi returns for pending interrupts that are enabled: none is */
    for (;;)
        wait_for_interrupt();
}

/* The report itself went wrong: the stack or the console is not what it was. What is out must be
 * enough; the status is what counts now. */
static noreturn void
panic_again(void)
{
    static const char *again = "\n<0>[    0.000000] panic inside the panic\n";
    while (*again) /* each character once: the console itself may be what fails */
        log_putc(*again++);
    end_machine();
}

/* Returns on the first hart that panics, and there only once. Stops the others: one that holds the
 * log should finish its line; one that answers to nothing any more must not keep us, so after 10 ms
 * the log is ours. */
static void
take_the_floor(void)
{
    u64 me = (u64)thread_pointer() | 1; /* only compared: tp may point anywhere, and be 0 */
    u64 owner = 0;
    csr_clear(sstatus, SSTATUS_SIE);
    __atomic_compare_exchange_n(&panic_owner, &owner, me, false, __ATOMIC_ACQ_REL,
                                __ATOMIC_ACQUIRE);
    if (owner == me)
        panic_again();
    if (owner != 0)
        panic_stop_hart();
    for (u32 i = 0; i < machine.hart_count; i++) /* this hart too: its interrupts are off */
        sbi_send_ipi(1UL << machine.hart_ids[i]);
    u64 start = rdtime();
    while (rdtime() - start < machine.timebase_hz / 100)
        ;
    log_lock_broken = true;
}

/* --- what there is to say -------------------------------------------------------------------- */

/* The function that an address is in, or NULL. */
static const struct symbol *
function_at(u64 address)
{
    const struct symbol *s = symbol_table;
    while (s < symbol_table_end && (u64)image_start + s->offset <= address)
        s++;
    return s == symbol_table || s == symbol_table_end ? NULL : s - 1;
}

/* Prints one line; nothing, and false, for what is no code. `back` is 1 for a return address: when
 * the call was the last instruction of its function, it already points into the next one. */
static bool
print_place(u64 pc, u64 back)
{
    const struct symbol *s = function_at(pc - back);
    if (s)
        printk(LOG_EMERG, "  %016lx %s+0x%lx", pc, symbol_names + s->name,
               pc - (u64)image_start - s->offset);
    return s;
}

/* The callers of a function whose frame pointer is `fp`. The words below it are the return address
 * and the caller's frame pointer; callers' frames lie above; entry code ends the chain with 0.
 * gcc's functions that call nothing save only the latter, one word higher; then the return address
 * is still in the register `ra`, which only an interrupted function can tell us (else 0). */
static void
print_callers(u64 fp, u64 ra)
{
    for (u32 i = 0; i < MAX_FRAMES && fp && fp % 16 == 0; i++) {
        const u64 *top = (const u64 *)fp;
        bool leaf = ra && !function_at(top[-1] - 1);
        u64 caller = leaf ? ra : top[-1];
        u64 up = leaf ? top[-1] : top[-2];
        if (!print_place(caller, 1) || up <= fp || up - fp > MAX_FRAME_SIZE)
            return;
        fp = up;
        ra = 0; /* only the first of them was interrupted */
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

/* `f` is what was interrupted, or NULL; `fp` where the chain of callers begins. */
static noreturn void
report(const char *text, const struct trapframe *f, u64 fp)
{
    char who[64] = "";
    take_the_floor();
    printk(LOG_EMERG, "panic: %s", text);
    if (panic_describe) /* now tp is needed, and may be what is broken */
        panic_describe(who, sizeof(who));
    printk(LOG_EMERG, "on hart %u (id %lu)%s%s", hart_index(), machine.hart_ids[hart_index()],
           who[0] ? ", " : "", who);
    if (f)
        print_registers(f);
    printk(LOG_EMERG, "backtrace:");
    if (f && !print_place(f->pc, 0)) /* called through a bad pointer: just before `ra` */
        print_place(f->ra, 1);
    print_callers(fp, f ? f->ra : 0);
    end_machine();
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
    report(text, NULL, (u64)__builtin_frame_address(0));
}

void
panic_trap(const struct trapframe *f, u64 scause, u64 stval, const char *hint)
{
    static const char *const names[16] = {
        [0 ... 1] = "instruction access fault",
        [2] = "illegal instruction",
        [3] = "breakpoint",
        [4 ... 5] = "load access fault (is there what the device tree promises?)",
        [6 ... 7] = "store access fault (is there what the device tree promises?)",
        [12] = "instruction page fault",
        [13] = "load page fault",
        [15] = "store page fault",
    };
    const char *name = scause < ARRAY_SIZE(names) ? names[scause] : NULL;
    char text[256];
    snprintf(text, sizeof(text), "%s%s in the kernel: scause 0x%lx, stval 0x%lx, pc 0x%lx", hint,
             name ?: "unknown cause", scause, stval, f->pc);
    if (panic_promise)
        snprintf(text, sizeof(text), "the device tree promises %s, but there is none (scause %lu)",
                 panic_promise, scause);
    report(text, f, f->s0);
}
