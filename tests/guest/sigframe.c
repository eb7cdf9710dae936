/* sigframe.c - the frame on the stack, byte by byte, and the way back through rt_sigreturn.
 *
 * The frame is an interface: gdb and libgcc's unwinder walk through it, Go and Java edit it, CRIU
 * builds one by hand. When a signal comes and what its handler may do is in sigaction.c. Layout of
 * Linux riscv64 (asm/ucontext.h, asm/sigcontext.h): siginfo 128 bytes, then ucontext of 960: flags
 * 0, link 8, stack 16, mask 40, mcontext 176 = pc, x1..x31, then f0..f31, fcsr, extension
 * headers. */

#include "areas.h"
#include <setjmp.h>
#include <sys/auxv.h>
#include <ucontext.h>

#define FRAME_SIZE 1088
#define UC         128
#define UC_STACK   16
#define UC_MASK    40
#define UC_PC      176
#define UC_F       (UC_PC + 256)
#define UC_FCSR    (UC_F + 256)

/* The fp state has 528 bytes, for whatever form of it. The last ones are a reserved word and the
 * first extension header. */
#define UC_RESERVED  (UC_F + 516)
#define UC_EXTENSION (UC_F + 520)

/* What the instruction of a system call looks like. */
#define ECALL 0x73

/* The kernel's own text. */
#define KERNEL_TEXT 0xffffffff80200000

/* What the handler was given, and the frame as it was then. */
static struct {
    unsigned long a0, a1, a2, ra, sp;
    unsigned char frame[FRAME_SIZE];
    int count;
} seen;

/* The word of the frame at this offset in its ucontext. */
static unsigned long
word(int offset)
{
    unsigned long v;
    memcpy(&v, seen.frame + UC + offset, 8);
    return v;
}

__attribute__((used)) static void
record(unsigned long *registers)
{
    memcpy(&seen, registers, 40);
    memcpy(seen.frame, (void *)seen.sp, FRAME_SIZE);
    seen.count++;
}

/* The handler in assembly: its first instruction sees what the kernel set. */
void raw_handler(void);
__asm__(".text\n.global raw_handler\nraw_handler:\n"
        "mv t0, sp\n addi sp, sp, -64\n sd a0, 0(sp)\n sd a1, 8(sp)\n sd a2, 16(sp)\n"
        "sd ra, 24(sp)\n sd t0, 32(sp)\n mv a0, sp\n sd ra, 48(sp)\n call record\n"
        "ld ra, 48(sp)\n addi sp, sp, 64\n ret\n");

/* Lets one SIGUSR1 be taken, after which `seen` tells of it. */
static void
take(int flags)
{
    struct sigaction a = { .sa_handler = (void (*)(int))raw_handler, .sa_flags = flags };
    memset(&seen, 0, sizeof(seen));
    OK(sigaction(SIGUSR1, &a, NULL));
    EQ(sys(SYS_kill, getpid(), SIGUSR1), 0);
    EQ(seen.count, 1);
}

/* Old handlers that are installed without SA_SIGINFO read them all the same; Linux sets the three
 * registers either way. The psABI wants sp aligned to 16 at a function's entry. */
TEST(arguments_of_a_handler, "a1 and a2 are set only with SA_SIGINFO",
     "kernel/proc/sigframe.c:/^frame_push/")
{
    for (int flags = 0; flags <= SA_SIGINFO; flags += SA_SIGINFO) {
        take(flags);
        EQ(seen.a0, SIGUSR1);
        EQ(seen.a1, seen.sp);
        EQ(seen.a2, seen.sp + UC);
        EQ(seen.sp % 16, 0);
    }
}

/* Unwinders know a signal frame by these two instructions at the return address when they have no
 * table; riscv has no SA_RESTORER that could bring them. */
TEST(return_address_is_in_the_vdso, "ra leads to code on the stack, or nowhere",
     "kernel/proc/sigframe.c:/^frame_push/, vdso/sigreturn.S")
{
    take(0);
    areas_read();
    const struct area *a = area_at((void *)seen.ra);
    TRUE(a);
    /* The kernel maps a page of its own for this when it was started with vdso=0. */
    TRUE(!strcmp(a->name, getauxval(AT_SYSINFO_EHDR) ? "[vdso]" : "[sigpage]"));
    /* li a7, 139; ecall */
    uint32_t code[2];
    memcpy(code, (void *)seen.ra, 8);
    EQ(code[0], 0x08b00893);
    EQ(code[1], ECALL);
}

/* si_signo, si_errno, si_code, a hole, then si_pid and si_uid (sigaction(2)). */
TEST(siginfo_in_the_frame, "siginfo is not the first 128 bytes",
     "kernel/proc/sigframe.c:/^frame_push/")
{
    take(SA_SIGINFO);
    int first[8];
    memcpy(first, seen.frame, sizeof(first));
    EQ(first[0], SIGUSR1);
    EQ(first[1], 0);
    EQ(first[2], SI_USER);
    EQ(first[4], getpid());
    EQ(first[5], 0);
}

/* glibc's ucontext_t keeps 128 bytes for the mask where the kernel uses 8, so that what follows
 * does not move. */
TEST(ucontext_head, "mask or stack lie at x86's offsets",
     "kernel/proc/sigframe.h:/^struct signal_frame/")
{
    sigset_t s;
    sigemptyset(&s);
    sigaddset(&s, SIGHUP);
    OK(sigprocmask(SIG_SETMASK, &s, NULL));
    take(0);
    EQ(word(0), 0);
    EQ(word(8), 0);
    /* The mask of before the handler. */
    EQ(word(UC_MASK), 1UL << (SIGHUP - 1));
    EQ(word(UC_STACK) | word(UC_STACK + 16), 0);
    EQ((int)word(UC_STACK + 8), SS_DISABLE);
}

/* The state of a vector unit would follow here. A reader that walks the headers stops at the END
 * header; rubbish in its place would send it anywhere. */
TEST(extension_header_ends_at_once, "bytes behind the fp state are not an END header",
     "kernel/proc/sigframe.h:/^struct signal_frame/")
{
    take(0);
    /* Reserved, then {magic 0, size 0}. */
    for (int i = 0; i < 12; i++)
        EQ(seen.frame[UC + UC_RESERVED + i], 0);
}

/* Loads patterns into s registers and f registers, sends a signal to itself, checks them after. */
static unsigned long
patterns(unsigned long pid)
{
    register unsigned long s2 __asm__("s2") = 0x1212121212121212;
    register unsigned long s11 __asm__("s11") = 0x1b1b1b1b1b1b1b1b;
    register unsigned long t6 __asm__("t6") = 0x3f3f3f3f3f3f3f3f;
    register unsigned long a0 __asm__("a0") = pid;
    register unsigned long a1 __asm__("a1") = SIGUSR1;
    register unsigned long a7 __asm__("a7") = SYS_kill;
    __asm__ volatile("fmv.d.x f1, s2\n fmv.d.x f31, s11\n fsflagsi 5\n ecall\n"
                     "fmv.x.d t5, f1\n xor t5, t5, s2\n fmv.x.d t4, f31\n xor t4, t4, s11\n"
                     "or t5, t5, t4\n frflags t4\n xori t4, t4, 5\n or a0, t5, t4"
                     : "+r"(a0), "+r"(s2), "+r"(s11), "+r"(t6)
                     : "r"(a1), "r"(a7)
                     : "t4", "t5", "f1", "f31", "memory");
    return a0 | (s2 ^ 0x1212121212121212) | (s11 ^ 0x1b1b1b1b1b1b1b1b) | (t6 ^ 0x3f3f3f3f3f3f3f3f);
}

/* Computes: uses what it may, f registers too. */
static void
computing_handler(int signal)
{
    volatile double x = signal;
    for (int i = 0; i < 100; i++)
        x = x * 1.25 + 1.0 / (i + 1);
    __asm__ volatile("fmv.d.x f1, zero\n fmv.d.x f31, zero\n fmv.d.x f10, zero\n fsflagsi 31\n"
                     "li t6, 0\n li t3, 0\n li a5, 0" ::
                         : "t3", "t6", "a5", "f1", "f31", "f10");
    seen.count++;
}

/* The handler is interrupted code's worst neighbour: it changes fp registers and flags on purpose.
 * 20 rounds, so that the fp state is now in the registers, now in memory. */
TEST(registers_survive_a_handler, "the handler changes what it interrupted",
     "kernel/proc/sigframe.c:/^frame_pop/")
{
    signal(SIGUSR1, computing_handler);
    for (int i = 0; i < 20; i++)
        EQ(patterns(getpid()), 0);
    EQ(seen.count, 20);
}

/* gdb prints them from here. The call is kill itself, so a7 holds its number and a0 its result
 * already; pc is past the ecall, because the call has happened. */
TEST(registers_are_in_the_frame, "x or f registers are at wrong offsets",
     "kernel/proc/sigframe.h:/^struct signal_frame/")
{
    struct sigaction a = { .sa_handler = (void (*)(int))raw_handler };
    OK(sigaction(SIGUSR1, &a, NULL));
    EQ(patterns(getpid()), 0);
    EQ(word(UC_PC + 8 * 18), 0x1212121212121212);
    EQ(word(UC_PC + 8 * 27), 0x1b1b1b1b1b1b1b1b);
    EQ(word(UC_PC + 8 * 31), 0x3f3f3f3f3f3f3f3f);
    EQ(word(UC_PC + 8 * 17), SYS_kill);
    EQ(word(UC_PC + 8 * 10), 0);
    EQ(word(UC_F + 8 * 1), 0x1212121212121212);
    EQ(word(UC_F + 8 * 31), 0x1b1b1b1b1b1b1b1b);
    EQ((uint32_t)word(UC_FCSR), 5);
    /* pc is behind the ecall; sp above the frame. */
    uint32_t before;
    memcpy(&before, (void *)(word(UC_PC) - 4), 4);
    EQ(before, ECALL);
    TRUE(word(UC_PC + 16) >= seen.sp + FRAME_SIZE);
}

static void
edit_handler(int signal, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;
    /* The skipped instruction is 4 bytes; a0 and f1 are the handler's. */
    uc->uc_mcontext.__gregs[0] += 4;
    uc->uc_mcontext.__gregs[10] = 77;
    uint64_t bits = 0x4045000000000000;
    memcpy((char *)context + UC_F + 8, &bits, 8);
    sigaddset(&uc->uc_sigmask, SIGUSR2);
}

/* Go turns a fault into a panic by a new pc; debuggers set any register. 0x4045000000000000 is
 * 42.0, told apart from every pattern of the other checks. */
TEST(edited_frame_is_loaded, "rt_sigreturn takes only part of the frame (Go rewrites pc)",
     "kernel/proc/sigframe.c:/^frame_pop/")
{
    struct sigaction a = { .sa_sigaction = edit_handler, .sa_flags = SA_SIGINFO };
    register unsigned long a0 __asm__("a0");
    unsigned long f1;
    sigset_t now;
    OK(sigaction(SIGILL, &a, NULL));
    __asm__ volatile("li a0, 1\n .word 0\n fmv.x.d %1, f1"
                     : "=&r"(a0), "=r"(f1)
                     :
                     : "f1", "memory");
    unsigned long result = a0;
    EQ(result, 77);
    EQ(f1, 0x4045000000000000);
    sigprocmask(0, NULL, &now);
    EQ(sigismember(&now, SIGUSR2), 1);
}

/* The frame is looked for at 0, at the end of all addresses, and across the end of the user half.
 * The kernel's answer to a frame that it cannot read is SIGSEGV (Linux's badframe). */
TEST(sigreturn_without_a_frame, "a frame at a bad place kills the kernel",
     "kernel/proc/sigframe.c:/^frame_pop/")
{
    EQ(IN_CHILD(__asm__ volatile("li sp, 0\n li a7, 139\n ecall")), KILLED(SIGSEGV));
    EQ(IN_CHILD(__asm__ volatile("li sp, -16\n li a7, 139\n ecall")), KILLED(SIGSEGV));
    EQ(IN_CHILD(__asm__ volatile("li sp, 0x4000000000 - 64\n li a7, 139\n ecall")),
       KILLED(SIGSEGV));
}

/* Returns through a frame filled with these bytes, with some words set. */
static void
return_through(unsigned char fill, unsigned long pc, unsigned long extension)
{
    static unsigned char frame[FRAME_SIZE + 64] __attribute__((aligned(16)));
    memset(frame, fill, sizeof(frame));
    memcpy(frame + UC + UC_PC, &pc, 8);
    /* The reserved word in front of the extension header is 0 always. */
    memset(frame + UC + UC_RESERVED, 0, 4);
    memcpy(frame + UC + UC_EXTENSION, &extension, 8);
    __asm__ volatile("mv sp, %0\n li a7, 139\n ecall\n unimp" : : "r"(frame) : "memory");
}

/* "Sigreturn-oriented programming": an attacker who can write a stack chooses every register. He
 * may have the program's; sstatus is not in the frame, and a pc of the kernel's is an ordinary
 * fault. */
TEST(hostile_frames, "a frame gives the kernel's pc, a bad status or a crash",
     "kernel/proc/sigframe.c:/^frame_pop/")
{
    EQ(IN_CHILD(return_through(0, 0, 0)), KILLED(SIGSEGV));
    EQ(IN_CHILD(return_through(0xff, KERNEL_TEXT, 0)), KILLED(SIGSEGV));
    EQ(IN_CHILD(return_through(0, KERNEL_TEXT, 0)), KILLED(SIGSEGV));
    EQ(IN_CHILD(return_through(0, 0x4000000000, 0)), KILLED(SIGSEGV));
    EQ(IN_CHILD(return_through(0xff, 8, 0)), KILLED(SIGSEGV));
    /* An extension header that is no END header. */
    EQ(IN_CHILD(return_through(0, 8, 0x1234567812345678)), KILLED(SIGSEGV));
}

/* All bits of the frame's mask are set, SIGKILL, SIGSTOP and SIGSEGV among them. Then the pc
 * faults: a blocked SIGSEGV must still end the process. */
TEST(hostile_mask, "KILL and STOP can be blocked through a frame",
     "kernel/proc/signal.c:/^signal_set_mask/")
{
    EQ(IN_CHILD(signal(SIGSEGV, computing_handler); return_through(0xff, 8, 0)), KILLED(SIGSEGV));
}

static void
nothing(int signal)
{
}

/* The SIGSEGV that tells of it has no room either, whatever its handler is: the default acts. The
 * reason for sigaltstack(2). */
TEST(no_room_for_a_frame, "a frame on a bad stack is written anyway, or loops",
     "kernel/proc/sigframe.c:/^frame_push/, kernel/proc/deliver.c:/^signal_deliver/")
{
    signal(SIGUSR1, nothing);
    signal(SIGSEGV, nothing);
    EQ(IN_CHILD(register unsigned long a0 __asm__("a0") = getpid();
                register unsigned long a1 __asm__("a1") = SIGUSR1;
                register unsigned long a7 __asm__("a7") = SYS_kill;
                __asm__ volatile("li sp, 64\n ecall"
                                 : "+r"(a0)
                                 : "r"(a1), "r"(a7)
                                 : "memory")),
       KILLED(SIGSEGV));
}

/* The kernel only sets the pc. The fault comes in user mode, where SIGSEGV has its default
 * action. */
TEST(handler_at_a_bad_address, "the kernel jumps there itself", "kernel/trap/trap.c:/^exception/")
{
    struct sigaction a = { .sa_handler = (void (*)(int))0x10 };
    EQ(IN_CHILD(sigaction(SIGUSR1, &a, NULL); raise(SIGUSR1)), KILLED(SIGSEGV));
    a.sa_handler = (void (*)(int))KERNEL_TEXT;
    EQ(IN_CHILD(sigaction(SIGUSR1, &a, NULL); raise(SIGUSR1)), KILLED(SIGSEGV));
}

static void
reentering_handler(int signal)
{
    if (seen.count++ < 200)
        raise(signal);
}

/* 200 KiB of frames: each below the last, and each the way back to the one before. */
TEST(two_hundred_frames, "nested frames overwrite each other",
     "kernel/proc/sigframe.c:/^frame_push/")
{
    struct sigaction a = { .sa_handler = reentering_handler, .sa_flags = SA_NODEFER };
    OK(sigaction(SIGUSR1, &a, NULL));
    EQ(patterns(getpid()), 0);
    EQ(seen.count, 201);
}
