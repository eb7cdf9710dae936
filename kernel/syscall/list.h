/* list.h - the system calls there are: for each NAME, sys_NAME() answers number __NR_NAME.
 *
 * Lists of names only, expanded with an X of one's own: syscall.h makes declarations of them,
 * table.c the table. A name that stands here without its function does not link; a number that is
 * not here gets -ENOSYS. Names and numbers are those of <asm/unistd.h>; at the end is the place for
 * calls of one's own. */
#pragma once

/* Kept as lists; the formatter would indent each name below the one before it. */
/* clang-format off */
#define SYSCALLS(X)                                                                                \
    X(openat) X(close) X(read) X(write) X(readv) X(writev) X(pread64) X(pwrite64) X(lseek)         \
    X(getdents64) X(fstat) X(newfstatat) X(statx) X(readlinkat) X(faccessat) X(faccessat2)         \
    X(mkdirat) X(unlinkat) X(symlinkat) X(linkat) X(renameat2) X(fchmodat) X(fchmod)               \
    X(fchownat) X(fchown) X(utimensat) X(ftruncate) X(truncate) X(chdir) X(fchdir) X(getcwd)       \
    X(umask) X(dup) X(dup3) X(fcntl) X(ioctl) X(pipe2) X(fsync)               \
    X(brk) X(mmap) X(munmap) X(mprotect) X(madvise) X(msync)                             \
    X(clone) X(execve) X(exit) X(exit_group) X(wait4) X(waitid) X(getpid) X(getppid) X(gettid)     \
    X(getpgid) X(setpgid) X(getsid) X(setsid) X(set_tid_address) X(set_robust_list)                \
    X(sched_yield) X(sched_setaffinity) X(sched_getaffinity) X(getcpu) X(prlimit64) X(personality) \
    X(getrusage) X(prctl) X(uname) X(getrandom) X(riscv_flush_icache)          \
    X(rt_sigaction) X(rt_sigprocmask) X(rt_sigpending) X(rt_sigsuspend) X(rt_sigreturn)            \
    X(rt_sigtimedwait) X(rt_sigqueueinfo) X(sigaltstack) X(kill) X(tkill)     \
    X(tgkill) X(setitimer) X(getitimer) X(restart_syscall)                                         \
    X(clock_gettime) X(clock_settime) X(clock_getres) X(clock_nanosleep) X(nanosleep)              \
    X(gettimeofday) X(settimeofday) X(futex)

/* Their answer is 0, and there is no function for each. */
#define SYSCALLS_ZERO(X) X(getuid) X(geteuid) X(getgid) X(getegid) X(getgroups)

/* Calls of one's own, which Linux does not have: X(NAME, NUMBER). docs/change.md shows one.
 *
 * Linux will not give these numbers to a call on riscv64: since 403 a new call gets the same number
 * on every machine, and x86-64 must leave out 512 to 547, where its x32 has calls of an older kind
 * (arch/x86/entry/syscalls/syscall_64.tbl of Linux). */
#define OWN_FIRST 512
#define OWN_LAST  547
#define SYSCALLS_OWN(X)
/* clang-format on */
