/* syscall.c - what every system call has in common: numbers, plain results, odd arguments.
 *
 * The calls that are too small for a program of their own are here as well. The bad pointers have
 * one (efault.c), and so have the registers (regs.c). Source: Linux's asm-generic/unistd.h, the
 * manual page of each call, and what Linux 6.12 answers on riscv64. */

#include "fixture.h"
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <termios.h>

/* Where no descriptor is open. */
#define CLOSED_FD 77

/* ENOSYS is how libc learns that a call is not there and falls back. 244 to 259 belong to each
 * architecture; the others lie beyond any table, are negative, or look valid in 32 bits. */
TEST(unknown_number_is_enosys, "the table is indexed before the number is checked",
     "kernel/syscall/table.c:/^syscall_dispatch/")
{
    static const long numbers[] = {
        245,      1000, 4096,  1L << 20,          0x7fffffff,      0x80000000L,
        1L << 62, -2,   -4096, (long)(1UL << 63), 244 + (1L << 32)
    };
    for (unsigned i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
        if (sys(numbers[i]) != -ENOSYS)
            FAIL("expected ENOSYS for number %ld, seen %ld", numbers[i], sys(numbers[i]));
}

/* On Linux for riscv64 the number is all of a7: with bit 32 set it is another number, and
 * there is no such call. */
TEST(number_is_a_whole_register, "the number is cut to 32 bits: 1<<32 | getppid works",
     "kernel/syscall/table.c:/^syscall_dispatch/")
{
    ERR(sys((1L << 32) | SYS_getppid), ENOSYS);
}

/* There is one user, and programs that refuse to run as somebody else ask all four. */
TEST(ids_of_root, "credentials are not 0", "kernel/syscall/table.c:/^answer_zero/")
{
    EQ(sys(SYS_getuid), 0);
    EQ(sys(SYS_geteuid), 0);
    EQ(sys(SYS_getgid), 0);
    EQ(sys(SYS_getegid), 0);
    EQ(sys(SYS_getgroups, 0, 0), 0);
}

/* getpid(2), gettid(2): equal in a process' first thread. 1 is init. */
TEST(pid_tid_ppid, "getpid gives the thread's number, or getppid the wrong parent",
     "kernel/syscall/process.c:/^sys_getpid/")
{
    pid_t me = sys(SYS_getpid);
    EQ(sys(SYS_gettid), me);
    TRUE(me > 1);
    EQ(IN_CHILD(EQ(sys(SYS_getppid), me); TRUE(sys(SYS_getpid) > 1); TRUE(sys(SYS_getpid) != me)),
       0);
}

/* glibc takes its own tid from this result at start (set_tid_address(2)). */
TEST(set_tid_address_gives_tid, "it returns 0 instead of the caller's tid",
     "kernel/syscall/process.c:/^sys_set_tid_address/")
{
    int word;
    EQ(sys(SYS_set_tid_address, &word), sys(SYS_gettid));
}

/* 24 is the size of struct robust_list_head: the length is there so that the struct may grow. */
TEST(set_robust_list_checks_length, "the length is not compared with 24",
     "kernel/syscall/process.c:/^sys_set_robust_list/")
{
    long head[3] = { (long)head, 0, 0 };
    long r = sys(SYS_set_robust_list, head, 24);
    /* It may be missing as a whole: then libc does without. */
    if (r != -ENOSYS) {
        EQ(r, 0);
        ERR(sys(SYS_set_robust_list, head, 23), EINVAL);
    }
}

/* glibc tries it for each thread and falls back to clone on ENOSYS alone: any other error is
 * pthread_create's. */
TEST(clone3_is_absent_or_right, "it answers EINVAL or EPERM: only ENOSYS lets glibc fall back",
     "kernel/syscall/list.h")
{
    struct {
        uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
    } args = { .exit_signal = SIGCHLD };
    long r = sys(SYS_clone3, &args, sizeof(args));
    if (r == -ENOSYS)
        return;
    if (r == 0)
        _exit(7);
    int status = 0;
    EQ(waitpid(r, &status, 0), r);
    EQ(status, EXITED(7));
    ERR(sys(SYS_clone3, &args, 8), EINVAL);
}

/* sched_yield(2) always succeeds, also with nobody else to run. */
TEST(sched_yield_is_zero, "sched_yield returns something",
     "kernel/syscall/system.c:/^sys_sched_yield/")
{
    for (int i = 0; i < 100; i++)
        EQ(sys(SYS_sched_yield), 0);
}

/* sched_setaffinity(2), "C library/kernel differences": the raw call gives the number of bytes that
 * it has written; glibc clears the rest. */
TEST(sched_getaffinity_gives_bytes, "the mask's size in bytes is not returned",
     "kernel/syscall/system.c:/^sys_sched_getaffinity/")
{
    unsigned long mask[128] = { 0 };
    long n = sys(SYS_sched_getaffinity, 0, sizeof(mask), mask);
    TRUE(n >= 8 && n % 8 == 0);
    TRUE(mask[0] & 1);
    /* A size that is no multiple of 8, or that the mask does not fit in. */
    ERR(sys(SYS_sched_getaffinity, 0, 9, mask), EINVAL);
    ERR(sys(SYS_sched_getaffinity, 0, 0, mask), EINVAL);
    ERR(sys(SYS_sched_getaffinity, NOBODY, sizeof(mask), mask), ESRCH);
}

/* make -j, Go and OpenMP start as many threads. glibc reads /sys or /proc/stat or asks for the
 * mask; whatever there is must tell the same. */
TEST(processors_online, "sysconf finds no number: it reads /sys, /proc/stat or the mask",
     "kernel/syscall/system.c:/^sys_sched_getaffinity/")
{
    unsigned long mask[16] = { 0 };
    OK(syscall(SYS_sched_getaffinity, 0, sizeof(mask), mask));
    EQ(sysconf(_SC_NPROCESSORS_ONLN), __builtin_popcountl(mask[0]));
    EQ(sysconf(_SC_PAGESIZE), 4096);
    EQ(sysconf(_SC_CLK_TCK), 100);
    TRUE(sysconf(_SC_OPEN_MAX) >= 256);
}

/* sched_setaffinity(2): a thread on a CPU that it may not use is moved. The very next getcpu is
 * asked. */
TEST(sched_setaffinity_moves_the_thread, "the thread stays where it was until its next switch",
     "kernel/sched/schedule.c:/^thread_set_affinity/")
{
    unsigned long all[128] = { 0 };
    OK(syscall(SYS_sched_getaffinity, 0, sizeof(all), all));
    for (unsigned hart = 0; hart < 8; hart++) {
        unsigned long mask = 1UL << hart;
        unsigned cpu = 99;
        if (!(all[0] & mask))
            continue;
        EQ(sys(SYS_sched_setaffinity, 0, 8, &mask), 0);
        for (int i = 0; i < 20; i++) {
            EQ(sys(SYS_getcpu, &cpu, 0, 0), 0);
            EQ(cpu, hart);
            sched_yield();
        }
        unsigned long now[128] = { 0 };
        OK(syscall(SYS_sched_getaffinity, 0, sizeof(now), now));
        EQ(now[0], mask);
    }
}

/* sched_setaffinity(2), EINVAL: the mask has no hart that is there. Taken, it would leave the
 * thread nowhere to run. */
TEST(sched_setaffinity_refuses, "an empty mask leaves the thread nowhere to run",
     "kernel/syscall/system.c:/^sys_sched_setaffinity/")
{
    unsigned long none = 0, far = 1UL << 63, one = 1;
    ERR(sys(SYS_sched_setaffinity, 0, 8, &none), EINVAL);
    ERR(sys(SYS_sched_setaffinity, 0, 8, &far), EINVAL);
    ERR(sys(SYS_sched_setaffinity, NOBODY, 8, &one), ESRCH);
}

/* taskset(1) sets its own mask and execs. */
TEST(affinity_is_inherited, "fork gives the child a mask of all harts",
     "kernel/proc/process.c:/^task_copy/")
{
    unsigned long all[128] = { 0 }, now[128] = { 0 }, mask;
    OK(syscall(SYS_sched_getaffinity, 0, sizeof(all), all));
    mask = all[0] & -all[0];
    EQ(sys(SYS_sched_setaffinity, 0, 8, &mask), 0);
    EQ(IN_CHILD(OK(syscall(SYS_sched_getaffinity, 0, sizeof(now), now)); EQ(now[0], mask)), 0);
}

/* The way round the vDSO (vdso.c has the other). Both pointers may be NULL. */
TEST(getcpu_plain_call, "the call exists only in the vDSO", "kernel/syscall/system.c:/^sys_getcpu/")
{
    unsigned cpu = 99, node = 99;
    EQ(sys(SYS_getcpu, &cpu, &node, 0), 0);
    TRUE(cpu < 8);
    EQ(node, 0);
    EQ(sys(SYS_getcpu, 0, 0, 0), 0);
}

/* Two unequal requests out of 2^512: equal means that nothing was drawn. GRND_RANDOM and
 * GRND_INSECURE exclude each other (getrandom(2)). */
TEST(getrandom_fills, "the buffer is left as it was, or the same bytes come twice",
     "kernel/lib/random.c:/^random_bytes/")
{
    unsigned char a[64] = { 0 }, b[64] = { 0 };
    EQ(sys(SYS_getrandom, a, sizeof(a), 0), 64);
    EQ(sys(SYS_getrandom, b, sizeof(b), GRND_NONBLOCK), 64);
    TRUE(memcmp(a, b, sizeof(a)) != 0);
    EQ(sys(SYS_getrandom, a, 0, 0), 0);
    EQ(sys(SYS_getrandom, a, sizeof(a), GRND_RANDOM), 64);
    ERR(sys(SYS_getrandom, a, sizeof(a), 0x80), EINVAL);
    ERR(sys(SYS_getrandom, a, sizeof(a), GRND_RANDOM | GRND_INSECURE), EINVAL);
    EQ(sys(SYS_getrandom, a, sizeof(a), 1UL << 32), 64); /* flags are 32 bits */
}

/* 100,000 bytes are about 391 of each value with a deviation of 20: 200 and 600 are nine deviations
 * away, so never chance. */
TEST(getrandom_large, "a large request is cut to one block",
     "kernel/syscall/system.c:/^sys_getrandom/")
{
    static unsigned char big[100000];
    EQ(sys(SYS_getrandom, big, sizeof(big), 0), sizeof(big));
    int counts[256] = { 0 };
    for (unsigned i = 0; i < sizeof(big); i++)
        counts[big[i]]++;
    for (int i = 0; i < 256; i++)
        TRUE(counts[i] > 200 && counts[i] < 600);
}

/* glibc sizes the stacks of threads by RLIMIT_STACK. */
TEST(prlimit_reads_limits, "the struct is left untouched, or the stack's limit is not 8 MiB",
     "kernel/syscall/system.c:/^sys_prlimit64/, kernel/proc/process.c:/^process_start_init/")
{
    struct rlimit r = { 1, 1 };
    EQ(sys(SYS_prlimit64, 0, RLIMIT_STACK, 0, &r), 0);
    EQ(r.rlim_cur, 8 << 20);
    EQ(sys(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, &r), 0);
    TRUE(r.rlim_cur >= 256);
    ERR(sys(SYS_prlimit64, 0, 99, 0, &r), EINVAL);
    ERR(sys(SYS_prlimit64, NOBODY, RLIMIT_STACK, 0, &r), ESRCH);
}

/* struct utsname on the kernel's side is six times 65 bytes; configure scripts read machine. */
TEST(uname_machine, "the fields are not 65 bytes each", "kernel/syscall/system.c:/^sys_uname/")
{
    struct utsname u;
    memset(&u, 0xff, sizeof(u));
    EQ(sys(SYS_uname, &u), 0);
    TRUE(strcmp(u.machine, "riscv64") == 0);
    TRUE(memchr(u.sysname, 0, 65) && memchr(u.release, 0, 65) && memchr(u.version, 0, 65));
}

/* umask(2) uses the nine permission bits alone and gives the old mask back. */
TEST(umask_returns_the_old_one, "umask keeps more than 0777, or returns the new one",
     "kernel/syscall/file_name.c:/^sys_umask/")
{
    mode_t old = umask(0777);
    EQ(umask(01234567), 0777);
    EQ(umask(old), 01234567 & 0777);
}

/* Whether the descriptor is open and open for that is asked before the length. */
TEST(write_count_and_zero, "a length of 0 is an error, or a closed fd is not",
     "kernel/fs/file.c:/^check_transfer/")
{
    int fds[2];
    OK(pipe(fds));
    EQ(sys(SYS_write, fds[1], "abc", 3), 3);
    EQ(sys(SYS_write, fds[1], "abc", 0), 0);
    ERR(sys(SYS_write, fds[0], "abc", 3), EBADF);
    ERR(sys(SYS_read, fds[1], fds, 3), EBADF);
    ERR(sys(SYS_write, CLOSED_FD, "abc", 3), EBADF);
    ERR(sys(SYS_write, -1, "abc", 3), EBADF);
    ERR(sys(SYS_write, 1L << 20, "abc", 0), EBADF);
}

/* write(2) moves at most 0x7ffff000 bytes. A length is no error in itself: the range that it makes
 * is. */
TEST(write_huge_length_is_cut, "a length with the top bit set overflows",
     "kernel/fs/file.c:/^check_transfer/")
{
    int fd = OK(open("/dev/null", O_WRONLY));
    /* Not EINVAL: the pointer check comes first, and no such range fits below the limit. */
    ERR(sys(SYS_write, fd, "abc", -1L), EFAULT);
    ERR(sys(SYS_write, fd, "abc", 1L << 62), EFAULT);
}

/* The register's upper half is undefined for an unsigned int that C code passes on. */
TEST(fd_argument_is_32_bits, "the fd is compared as 64 bits", "kernel/syscall/file.c:/^file_of/")
{
    int fds[2];
    OK(pipe(fds));
    /* Linux declares it unsigned int: what stands above is ignored. */
    EQ(sys(SYS_write, fds[1] | 1L << 32, "x", 1), 1);
}

/* readv(2): as one read or write of all parts in order; a part of length 0 may have any pointer. */
TEST(readv_writev_order, "the parts are not in order, or a short part ends the call",
     "kernel/syscall/file_io.c:/^transfer_vector/")
{
    int fds[2];
    char a[2], b[3], c[10];
    OK(pipe(fds));
    struct iovec out[4] = { { "ab", 2 }, { "", 0 }, { NULL, 0 }, { "cdefg", 5 } };
    EQ(sys(SYS_writev, fds[1], out, 4), 7);
    struct iovec in[3] = { { a, 2 }, { b, 3 }, { c, 10 } };
    EQ(sys(SYS_readv, fds[0], in, 3), 7);
    TRUE(memcmp(a, "ab", 2) == 0 && memcmp(b, "cde", 3) == 0 && memcmp(c, "fg", 2) == 0);
}

/* UIO_MAXIOV is 1,024. All lengths are looked at before the first byte moves: the second part's
 * mistake must not let the first one through. */
TEST(writev_refuses, "a count of 1025 or a negative length is taken",
     "kernel/syscall/file_io.c:/^transfer_vector/")
{
    int fds[2];
    OK(pipe(fds));
    struct iovec one = { "ab", 2 }, negative[2] = { { "ab", 2 }, { "ab", -1L } };
    EQ(sys(SYS_writev, fds[1], &one, 0), 0);
    EQ(sys(SYS_writev, fds[1], &one, 1UL << 32), 0); /* the count is 32 bits */
    ERR(sys(SYS_writev, fds[1], &one, 1025), EINVAL);
    ERR(sys(SYS_writev, fds[1], &one, -1L), EINVAL);
    ERR(sys(SYS_writev, fds[1], negative, 2), EINVAL);
    ERR(sys(SYS_writev, fds[1], NULL, 1), EFAULT);
    ERR(sys(SYS_writev, CLOSED_FD, &one, 1), EBADF);
    /* Nothing of the refused calls came through. */
    OK(fcntl(fds[0], F_SETFL, O_NONBLOCK));
    char byte;
    ERR(sys(SYS_read, fds[0], &byte, 1), EAGAIN);
}

/* The largest array that is allowed: kernels keep a short one on their stack. */
TEST(writev_of_1024_parts, "the array of parts is cut at a smaller limit",
     "kernel/syscall/file_io.c:/^transfer_vector/")
{
    int fds[2];
    static struct iovec parts[1024];
    char back[1025];
    OK(pipe(fds));
    for (int i = 0; i < 1024; i++)
        parts[i] = (struct iovec){ "x", 1 };
    EQ(sys(SYS_writev, fds[1], parts, 1024), 1024);
    EQ(sys(SYS_read, fds[0], back, sizeof(back)), 1024);
}

/* isatty(3) is TCGETS and looks for ENOTTY; stdio decides by it how to buffer. */
TEST(ioctl_is_enotty, "an unknown request is EINVAL: libc takes the pipe for a terminal",
     "kernel/syscall/file_fd.c:/^sys_ioctl/")
{
    int fds[2];
    struct termios t;
    struct winsize w;
    OK(pipe(fds));
    ERR(sys(SYS_ioctl, fds[0], TCGETS, &t), ENOTTY);
    ERR(sys(SYS_ioctl, fds[1], TIOCGWINSZ, &w), ENOTTY);
    int fd = OK(open("/dev/null", O_RDONLY));
    ERR(sys(SYS_ioctl, fd, TCGETS, &t), ENOTTY);
    ERR(sys(SYS_ioctl, CLOSED_FD, TCGETS, &t), EBADF);
}

/* Privileged ISA manual, "CSR Address Mapping Conventions": bits 9 and 8 of the number are the
 * lowest mode that may touch it. */
TEST(csr_of_the_kernel_is_illegal, "a supervisor register can be read by a program",
     "kernel/trap/trap.c:/^exception/")
{
    EQ(IN_CHILD(__asm__ volatile("csrr t0, sstatus" ::: "t0")), KILLED(SIGILL));
    EQ(IN_CHILD(__asm__ volatile("csrr t0, satp" ::: "t0")), KILLED(SIGILL));
    EQ(IN_CHILD(__asm__ volatile("sret")), KILLED(SIGILL));
    EQ(IN_CHILD(__asm__ volatile("sfence.vma")), KILLED(SIGILL));
    EQ(IN_CHILD(__asm__ volatile("csrw stvec, zero")), KILLED(SIGILL));
}

/* The vDSO reads time by this instruction; the kernel must have set scounteren on every hart, and
 * programs that count cycles by themselves live on it as well. */
TEST(rdtime_is_allowed, "scounteren.TM is clear", "kernel/trap/trap.c:/^trap_init_hart/")
{
    unsigned long a, b;
    __asm__ volatile("rdtime %0" : "=r"(a));
    for (volatile int i = 0; i < 10000; i++)
        ;
    __asm__ volatile("rdtime %0" : "=r"(b));
    TRUE(b > a);
}
