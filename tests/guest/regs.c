/* regs.c - no register changes behind a program's back: calls, preemption, faults, fork, exec,
 * signals.
 *
 * The rule of the riscv64 Linux ABI: a system call keeps every register but a0, fp registers and
 * fcsr included. Compilers count on it: an inline ecall names memory as its only clobber, so values
 * live in t registers across it. regs_asm.S loads and stores the registers; this file says what
 * must come back. The frame of a signal is in sigframe.c. Source: syscall(2), psABI. */

#include "peer.h"
#include <time.h>

/* libc has run little, but f24..f27 (fs8..fs11) and fcsr it has not touched. */
static bool
fp_is_zero(void)
{
    uint64_t f[4], csr;
    __asm__ volatile("fsd fs8, 0(%1)\n\tfsd fs9, 8(%1)\n\tfsd fs10, 16(%1)\n\tfsd fs11, 24(%1)\n\t"
                     "frcsr %0"
                     : "=&r"(csr)
                     : "r"(f)
                     : "memory");
    return !(f[0] | f[1] | f[2] | f[3] | csr);
}

/* First of all: later ones have had their numbers in the registers of each hart. */
TEST(fp_is_zero_on_each_hart, "what the firmware left in a hart's registers passes for zeros",
     "kernel/boot/harts.c, kernel/sched/fp.c")
{
    for (int hart = 0; hart < 8; hart++)
        if (run_on(hart))
            TRUE(fp_is_zero());
}

/* The registers in the order in which regs_asm.S stores them. */
struct state {
    uint64_t x[32], f[32], fcsr;
};
void regs_ecall(const struct state *in, struct state *out);
void regs_spin(const struct state *in, struct state *out);

/* A pattern that tells the register and the seed. */
static void
fill(struct state *s, uint64_t seed)
{
    for (int i = 0; i < 32; i++) {
        s->x[i] = seed * 0x0101010101010101UL + i;
        /* Any bits survive fld and fsd, NaNs too. */
        s->f[i] = seed * 0x1111111111111111UL + 0x100 + i;
    }
    s->fcsr = seed & 0x1f;
}

/* Compares all but x0, sp and the one register that may change. */
static void
compare(const struct state *in, const struct state *out, int may_change)
{
    for (int i = 1; i < 32; i++)
        if (i != 2 && i != may_change && in->x[i] != out->x[i])
            FAIL("expected x%d to stay 0x%lx, seen 0x%lx", i, in->x[i], out->x[i]);
    for (int i = 0; i < 32; i++)
        if (in->f[i] != out->f[i])
            FAIL("expected f%d to stay 0x%lx, seen 0x%lx", i, in->f[i], out->f[i]);
    EQ(out->fcsr, in->fcsr);
}

/* One call with patterns in every register that is no argument; gives its a0. */
static long
call(uint64_t seed, long number, long a0, long a1, long a2, long a3)
{
    struct state in, out;
    fill(&in, seed);
    in.x[10] = a0;
    in.x[11] = a1;
    in.x[12] = a2;
    in.x[13] = a3;
    in.x[17] = number;
    regs_ecall(&in, &out);
    compare(&in, &out, 10);
    return out.x[10];
}

/* Calls that do next to nothing, so that all of the damage is the gate's own. */
TEST(call_keeps_registers, "the fast path saves too little, or a0 is not the only result",
     "kernel/trap/entry.S")
{
    EQ(call(0x5a, SYS_getpid, 1, 2, 3, 4), getpid());
    EQ(call(0x33, SYS_getppid, 1, 2, 3, 4), getppid());
}

/* No such number, a refusal at once, and one that comes out of a fault in the kernel's copy. */
TEST(failing_call_keeps_registers, "the error path does not restore all", "kernel/trap/entry.S")
{
    EQ(call(0x7b, 5000, 1, 2, 3, 4), -ENOSYS);
    EQ(call(0x17, SYS_close, -1, 2, 3, 4), -EBADF);
    EQ(call(0x2c, SYS_clock_gettime, 0, 8, 3, 4), -EFAULT);
}

/* The thread leaves its hart inside the call, and another one runs there meanwhile. */
TEST(sleeping_call_keeps_registers, "the switch saves only what C must keep",
     "kernel/sched/switch.S, kernel/trap/entry.S")
{
    struct timespec t = { 0, 20000000 };
    EQ(call(0x66, SYS_nanosleep, (long)&t, 0, 3, 4), 0);
    EQ(call(0x67, SYS_sched_yield, 1, 2, 3, 4), 0);
    pid_t pid = fork();
    if (pid == 0) {
        nanosleep(&t, NULL);
        _exit(0);
    }
    EQ(call(0x68, SYS_wait4, pid, 0, 0, 0), pid);
}

/* The copies are the one place where a kernel likes to use wide or fp registers. */
TEST(io_calls_keep_registers, "a copy to or from the user uses a register it does not restore",
     "kernel/trap/entry.S, kernel/mm/usercopy.c")
{
    int fds[2];
    char text[16];
    OK(pipe(fds));
    EQ(call(0x41, SYS_write, fds[1], (long)"0123456789abcdef", 16, 4), 16);
    EQ(call(0x42, SYS_read, fds[0], (long)text, 16, 4), 16);
}

/* Spins long enough for several ticks, with a pattern of its own. The loop makes no call, so the
 * timer is all that can come in between. */
static void
spin(uint64_t seed, uint64_t rounds)
{
    struct state in, out;
    fill(&in, seed);
    in.x[31] = rounds;
    regs_spin(&in, &out);
    compare(&in, &out, 31);
}

/* A trap may come between any two instructions, so here even the registers count that a call may
 * spoil; x31 alone is the loop's. */
TEST(preemption_keeps_registers, "the timer's path saves less than all, or fp state leaks",
     "kernel/trap/entry.S, kernel/sched/fp.c:/^fp_switch/")
{
    /* More processes than harts, so that they replace each other. */
    pid_t pids[6];
    for (int i = 0; i < 6; i++) {
        pids[i] = OK(fork());
        if (pids[i] == 0) {
            for (int k = 0; k < 4; k++)
                spin(0x11 * (i + 1) + k, 5000000);
            _exit(0);
        }
    }
    for (int i = 0; i < 6; i++)
        ENDS(pids[i], 0);
}

/* regs_ecall stores its result into fresh pages, so pages of zeros come in by faults while the
 * patterns of the call before are still in the registers. */
TEST(page_faults_keep_registers, "the fault path restores less than all", "kernel/trap/entry.S")
{
    char *p = mmap(NULL, 64 * PAGE, RW, ANON, -1, 0);
    TRUE(p != MAP_FAILED);
    for (int i = 0; i < 32; i++) {
        struct state in, *out = (struct state *)(p + 2 * i * PAGE + PAGE - 100);
        fill(&in, i);
        in.x[17] = SYS_getpid;
        regs_ecall(&in, out);
        compare(&in, out, 10);
    }
}

/* fork(2) duplicates the process; the registers may still be on the hart and not saved yet when the
 * child's copy is made (kernel/sched/fp.c). */
TEST(fp_is_copied_by_fork, "the child starts with zeroed or foreign fp registers",
     "kernel/proc/process.c:/^task_copy/")
{
    struct state in, out;
    /* clone(SIGCHLD) as the call in the middle: both sides compare. */
    fill(&in, 0x29);
    in.x[10] = SIGCHLD;
    for (int i = 11; i < 15; i++)
        in.x[i] = 0;
    in.x[17] = SYS_clone;
    regs_ecall(&in, &out);
    compare(&in, &out, 10);
    if (out.x[10] == 0)
        _exit(9);
    ENDS(out.x[10], EXITED(9));
}

/* Three with another pattern each: one that gets a neighbour's registers, or its own of before the
 * last yield, tells so. */
TEST(fp_does_not_leak_between_processes, "fp registers are saved lazily and given to another",
     "kernel/sched/fp.c:/^fp_switch/")
{
    struct state in, out;
    pid_t pids[3];
    for (int i = 0; i < 3; i++) {
        pids[i] = OK(fork());
        if (pids[i] != 0)
            continue;
        for (int k = 0; k < 300; k++) {
            fill(&in, 0x10 + i);
            in.x[10] = 0;
            in.x[17] = SYS_sched_yield;
            regs_ecall(&in, &out);
            compare(&in, &out, 10);
        }
        _exit(0);
    }
    for (int i = 0; i < 3; i++)
        ENDS(pids[i], 0);
}

/* Started by exec, so all are zero and none was ever used. @fp tells so, @watch looks on until it
 * is killed, @die leaves something in them and ends before its turn does. */
int
role(int argc, char **argv)
{
    if (strcmp(argv[1], "@die") == 0) {
        __asm__ volatile("fmv.d.x fs8, %0\n\tfmv.d.x fs11, %0" : : "r"(0x5ec2e7) : "fs8", "fs11");
        sys(SYS_exit_group, 0);
    }
    while (fp_is_zero() && strcmp(argv[1], "@watch") == 0)
        sys(SYS_sched_yield);
    return !fp_is_zero();
}

/* A child fills its f registers and ends before they are saved anywhere. The kernel must not take
 * what is left in the hart for the zeros of a thread that has never used them. Both run on one
 * hart. */
TEST(fp_dies_with_its_thread, "registers that were changed and never saved pass for zeros",
     "kernel/proc/exit.c:/^task_exit/, kernel/sched/fp.c:/^fp_clear/")
{
    struct state in, out;
    TRUE(run_on(0));
    for (int i = 0; i < 20; i++) {
        IN_CHILD(fill(&in, 0x1d); in.x[10] = 0; in.x[17] = SYS_exit_group; regs_ecall(&in, &out));
        TRUE(fp_is_zero());
    }
}

/* What the old program had in them is nobody's business, and a rounding mode or flag left in fcsr
 * would change the new one's arithmetic. */
TEST(fp_is_zeroed_by_exec, "the old program's fp registers are seen by the new one",
     "kernel/sched/fp.c:/^fp_clear/")
{
    char *args[] = { check_self, "@fp", NULL };
    struct state in, out;
    EQ(IN_CHILD(fill(&in, 0x1b); in.x[10] = (long)check_self; in.x[11] = (long)args; in.x[12] = 0;
                in.x[17] = SYS_execve; regs_ecall(&in, &out)),
       0);
}

static pid_t
run(const char *what)
{
    pid_t pid = OK(fork());
    if (pid == 0)
        execl(check_self, check_self, what, NULL);
    return pid;
}

/* Who never used the fp registers has nothing to be loaded, and may be given the hart as it is:
 * then the last values of one that ended must be gone. On one hart, where each follows the
 * other. */
TEST(fp_of_the_dead_is_not_seen, "an exit leaves its fp registers to whoever runs next",
     "kernel/proc/exit.c:/^task_exit/, kernel/sched/fp.c:/^fp_clear/")
{
    TRUE(run_on(0));
    pid_t watch = run("@watch");
    for (int i = 0; i < 30; i++)
        ENDS(run("@die"), 0);
    KILL_PEER(watch);
}

static volatile int count;
static volatile double spoilt = 1;

static void
count_up(int signal)
{
    count++;
    spoilt = spoilt * 0.5 + signal;
}

/* A handler may begin between any two instructions, with any register in use, and the frame goes
 * below the stack pointer: riscv's ABI has no red zone. */
TEST(many_signals_to_a_busy_process, "a frame is put on the stack that the code is using",
     "kernel/proc/sigframe.c:/^frame_push/")
{
    pid_t me = getpid(), pid;
    signal(SIGUSR1, count_up);
    signal(SIGUSR2, count_up);
    pid = OK(fork());
    while (pid == 0) {
        kill(me, SIGUSR1);
        kill(me, SIGUSR2);
        sys(SYS_sched_yield);
    }
    /* Much state in registers and on the stack, checked round after round. */
    while (count < 300) {
        unsigned long a = 1, b = 2, c = 3, sum = 0;
        double d = 0.5;
        for (int i = 0; i < 5000; i++) {
            a = a * 6364136223846793005UL + 1;
            b ^= a >> 13;
            c += b;
            d = d * 0.5 + 0.25;
            sum += a + b + c;
        }
        EQ(d * 1000, 500);
        static unsigned long wanted;
        if (!wanted)
            wanted = sum;
        EQ(sum, wanted);
    }
    KILL_PEER(pid);
}
