/* sigfault.c - faults as signals: number, si_code, si_addr, and the pc in the frame.
 *
 * Runtimes turn these into exceptions of their language: Go and Java make a nil dereference out of
 * SIGSEGV with a small si_addr. Frame and registers are in sigframe.c, which access is allowed in
 * mmap.c. Source: sigaction(2) on si_code, privileged ISA manual on scause and stval, and Linux
 * 6.12 on riscv64. */

#include "check.h"
#include <setjmp.h>
#include <ucontext.h>

static sigjmp_buf back;
static struct {
    int signal, code;
    uintptr_t address, pc;
    int count;
} volatile seen;

static void
handler(int signal, siginfo_t *info, void *context)
{
    seen.signal = signal;
    seen.code = info->si_code;
    seen.address = (uintptr_t)info->si_addr;
    seen.pc = ((ucontext_t *)context)->uc_mcontext.__gregs[0];
    seen.count++;
    siglongjmp(back, 1);
}

/* One handler for all the faults, and nothing seen yet. */
static void
arm(void)
{
    static const int signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE };
    struct sigaction a = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };
    for (int i = 0; i < 5; i++)
        OK(sigaction(signals[i], &a, NULL));
    memset((void *)&seen, 0, sizeof(seen));
}

/* Runs the statement, which faults; then compares signal, code and address. */
#define FAULT(statement, wanted_signal, wanted_code, wanted_address)                               \
    do {                                                                                           \
        arm();                                                                                     \
        if (sigsetjmp(back, 1) == 0) {                                                             \
            statement;                                                                             \
        }                                                                                          \
        EQ(seen.signal, wanted_signal);                                                            \
        EQ(seen.code, wanted_code);                                                                \
        EQ(seen.address, (uintptr_t)(wanted_address));                                             \
    } while (0)

/* si_addr is the byte, not its page; a handler that maps on demand needs no more. */
TEST(unmapped, "si_code is not MAPERR, or si_addr is the page",
     "kernel/trap/trap.c:/^exception/, kernel/mm/fault.c:/^space_fault/")
{
    FAULT(*(volatile char *)0, SIGSEGV, SEGV_MAPERR, 0);
    FAULT(*(volatile int *)0x1004 = 1, SIGSEGV, SEGV_MAPERR, 0x1004);
    FAULT((void)*(volatile long *)0x3fffffff08, SIGSEGV, SEGV_MAPERR, 0x3fffffff08);
}

/* The same answer whether there is something of the kernel's or not: the difference would tell an
 * attacker where the kernel lies. The last address is no canonical one of Sv39 at all. */
TEST(kernel_half, "an address of the kernel gives other codes than an unmapped one",
     "kernel/trap/trap.c:/^exception/, kernel/mm/fault.c:/^space_fault/")
{
    FAULT((void)*(volatile char *)0xffffffff80200010, SIGSEGV, SEGV_MAPERR, 0xffffffff80200010);
    FAULT(*(volatile char *)0xffffffd600000000 = 1, SIGSEGV, SEGV_MAPERR, 0xffffffd600000000);
    FAULT((void)*(volatile char *)0x4000000000, SIGSEGV, SEGV_MAPERR, 0x4000000000);
    FAULT((void)*(volatile char *)0x8000000000000001, SIGSEGV, SEGV_MAPERR, 0x8000000000000001);
}

/* SEGV_ACCERR says that the address is mapped but not for this kind of access: reading, writing or
 * running. The kernel must know which of the three it was. */
TEST(access_rights, "a wrong access to a mapping is MAPERR", "kernel/mm/fault.c:/^space_fault/")
{
    char *p = mmap(NULL, 3 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    FAULT(p[5] = 1, SIGSEGV, SEGV_ACCERR, p + 5);
    OK(mprotect(p, PAGE, PROT_NONE));
    FAULT((void)*(volatile char *)(p + 7), SIGSEGV, SEGV_ACCERR, p + 7);
    FAULT(((void (*)(void))(p + PAGE))(), SIGSEGV, SEGV_ACCERR, p + PAGE);
    EQ(seen.pc, (uintptr_t)(p + PAGE));
}

/* A jump faults at its target, so pc and si_addr are equal; where it came from is in ra. */
TEST(jump_into_nowhere, "the pc in the frame is the jump's, or si_addr is 0",
     "kernel/trap/trap.c:/^exception/")
{
    FAULT(((void (*)(void))0x2000)(), SIGSEGV, SEGV_MAPERR, 0x2000);
    EQ(seen.pc, 0x2000);
    FAULT(((void (*)(void))0xffffffff80200000)(), SIGSEGV, SEGV_MAPERR, 0xffffffff80200000);
    EQ(seen.pc, 0xffffffff80200000);
}

extern char at_illegal[], at_break[], at_store[];

/* A word of 0 is defined to be illegal (ISA manual, "Base Instruction-Length Encoding").
 * Emulators of missing instructions read it at the pc and step over it themselves. */
TEST(illegal_instruction, "the pc is behind the instruction, or si_addr is not the pc",
     "kernel/trap/trap.c:/^exception/")
{
    FAULT(__asm__ volatile(".global at_illegal\nat_illegal: .word 0"), SIGILL, ILL_ILLOPC,
          at_illegal);
    EQ(seen.pc, (uintptr_t)at_illegal);
    FAULT(__asm__ volatile("csrr t0, sstatus" ::: "t0"), SIGILL, ILL_ILLOPC, seen.pc);
}

/* gdb writes these two over the program and expects the pc on them. .option: the assembler would
 * make the short form of both. */
TEST(breakpoint, "ebreak is skipped, or is SIGILL", "kernel/trap/trap.c:/^exception/")
{
    FAULT(__asm__ volatile(".option push\n.option norvc\n.global at_break\nat_break: ebreak\n"
                           ".option pop"),
          SIGTRAP, TRAP_BRKPT, at_break);
    EQ(seen.pc, (uintptr_t)at_break);
    FAULT(__asm__ volatile("c.ebreak"), SIGTRAP, TRAP_BRKPT, seen.pc);
}

/* SIGBUS with ADRERR: mmap(2) on a page that is wholly beyond the end. */
TEST(beyond_a_file, "SIGBUS has another code",
     "kernel/fs/ramfs.c:/^map_page/, kernel/trap/trap.c:/^exception/")
{
    int fd = OK(open("/tmp/fault", O_RDWR | O_CREAT | O_TRUNC, 0600));
    char *p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
    FAULT((void)*(volatile char *)(p + 9), SIGBUS, BUS_ADRERR, p + 9);
}

/* The handler of a just-in-time compiler looks the pc up in its table of code. */
TEST(pc_of_a_fault, "the pc in the frame is not the faulting instruction",
     "kernel/trap/entry.S, kernel/proc/sigframe.c:/^frame_push/")
{
    FAULT(__asm__ volatile("li t0, 24\n.global at_store\nat_store: sd zero, 0(t0)" ::
                               : "t0", "memory"),
          SIGSEGV, SEGV_MAPERR, 24);
    EQ(seen.pc, (uintptr_t)at_store);
}

/* A misaligned load over the border of two pages, of which the second is missing. The machine may
 * tell its first byte or the first byte of the missing page. */
TEST(across_two_pages, "si_addr of an access over a border is its start",
     "kernel/trap/trap.c:/^trap_user/")
{
    char *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    OK(munmap(p + PAGE, PAGE));
    p[0] = 1;
    arm();
    if (sigsetjmp(back, 1) == 0)
        __asm__ volatile("ld t0, 0(%0)" : : "r"(p + PAGE - 4) : "t0");
    EQ(seen.signal, SIGSEGV);
    EQ(seen.code, SEGV_MAPERR);
    TRUE(seen.address == (uintptr_t)p + PAGE - 4 || seen.address == (uintptr_t)p + PAGE);
}

/* Linux promises it to user space; what the machine cannot do its firmware does. The bytes 3 to 10
 * of the two words. */
TEST(misaligned_access_works, "a misaligned load is SIGBUS",
     "kernel/trap/trap.c:/^exception/ and the firmware")
{
    unsigned long words[2] = { 0x1122334455667788, 0x99aabbccddeeff00 }, value;
    __asm__ volatile("ld %0, 3(%1)" : "=r"(value) : "r"(words), "m"(words));
    EQ(value, 0xeeff001122334455);
}

/* Signals of faults end the process when there is no handler, and the parent learns which it
 * was. */
TEST(default_is_death, "a fault without a handler ends with another status",
     "kernel/proc/deliver.c:/^signal_deliver/")
{
    EQ(IN_CHILD(*(volatile char *)0 = 1), KILLED(SIGSEGV));
    EQ(IN_CHILD(__asm__ volatile(".word 0")), KILLED(SIGILL));
    EQ(IN_CHILD(__asm__ volatile("ebreak")), KILLED(SIGTRAP));
}

/* Nothing else is possible: the instruction would fault again for ever (signal(2),
 * sigprocmask(2)). */
TEST(ignored_or_blocked_faults_kill, "an ignored fault loops for ever",
     "kernel/proc/signal.c:/^signal_fault/")
{
    sigset_t all;
    sigfillset(&all);
    EQ(IN_CHILD(signal(SIGSEGV, SIG_IGN); *(volatile char *)0 = 1), KILLED(SIGSEGV));
    EQ(IN_CHILD(signal(SIGILL, SIG_IGN); __asm__ volatile(".word 0")), KILLED(SIGILL));
    EQ(IN_CHILD(arm(); sigprocmask(SIG_BLOCK, &all, NULL); *(volatile char *)0 = 1),
       KILLED(SIGSEGV));
}

static void
faulting_handler(int signal)
{
    *(volatile char *)8 = 1;
}

/* Its own signal is blocked meanwhile, so this is the case above. */
TEST(fault_in_the_handler, "a fault inside its own handler loops",
     "kernel/proc/signal.c:/^signal_fault/")
{
    EQ(IN_CHILD(signal(SIGSEGV, faulting_handler); *(volatile char *)0 = 1), KILLED(SIGSEGV));
}

static void
returning_handler(int signal)
{
    if (++seen.count == 5)
        mprotect((void *)(seen.address & -PAGE), PAGE, PROT_READ | PROT_WRITE);
}

/* Write barriers of garbage collectors and user-space paging: the handler repairs, the instruction
 * is run again. Four times it faults as before, the fifth time it passes. */
TEST(returning_retries, "the instruction is skipped when the handler returns",
     "kernel/proc/sigframe.c:/^frame_pop/")
{
    volatile char *p = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    signal(SIGSEGV, returning_handler);
    seen.address = (uintptr_t)p;
    p[3] = 9;
    EQ(p[3], 9);
    EQ(seen.count, 5);
}

/* Each caught fault makes a siginfo and a frame, and both must be given back. */
TEST(thousand_faults, "each caught fault leaks", "kernel/proc/pending.c:/^pending_take/")
{
    for (volatile int i = 0; i < 1000; i++)
        FAULT(*(volatile char *)16 = 1, SIGSEGV, SEGV_MAPERR, 16);
}

/* EFAULT is all: the caller has a result to look at, a signal is for code that has none. */
TEST(copy_of_the_kernel_is_no_signal, "EFAULT of a call also sends SIGSEGV",
     "kernel/mm/usercopy.c:/^reach/")
{
    arm();
    ERR(sys(SYS_read, 0, 8, 0x3fffffffff), EFAULT);
    int fds[2];
    OK(pipe(fds));
    ERR(sys(SYS_write, fds[1], 8, 10), EFAULT);
    EQ(seen.count, 0);
}
