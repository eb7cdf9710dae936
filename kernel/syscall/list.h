/* list.h - the system calls there are: for each NAME, sys_NAME() answers number __NR_NAME.
 *
 * Lists of names only, expanded with an X of one's own: syscall.h makes declarations of them,
 * table.c the table. A name that stands here without its function does not link; a number that is
 * not here gets -ENOSYS. Names and numbers are those of <asm/unistd.h>. */
#pragma once

/* Kept as lists; the formatter would indent each name below the one before it. */
/* clang-format off */
#define SYSCALLS_FILE(X)                                                                           \
    X(openat) X(close) X(read) X(write) X(readv) X(writev) X(pread64) X(pwrite64) X(lseek)         \
    X(getdents64) X(fstat) X(newfstatat) X(statx) X(readlinkat) X(faccessat) X(faccessat2)         \
    X(mkdirat) X(unlinkat) X(symlinkat) X(linkat) X(renameat2) X(fchmodat) X(fchmod)               \
    X(fchownat) X(fchown) X(utimensat) X(ftruncate) X(truncate) X(chdir) X(fchdir) X(getcwd)       \
    X(umask) X(dup) X(dup3) X(fcntl) X(ioctl) X(pipe2) X(ppoll) X(pselect6) X(sendfile)            \
    X(fsync) X(fadvise64) X(statfs) X(mknodat)

#define SYSCALLS_MEMORY(X) X(brk) X(mmap) X(munmap) X(mprotect) X(madvise) X(mremap) X(msync)

#define SYSCALLS_PROCESS(X)                                                                        \
    X(clone) X(execve) X(exit) X(exit_group) X(wait4) X(waitid) X(getpid) X(getppid) X(gettid)     \
    X(getuid) X(geteuid) X(getgid) X(getegid) X(getpgid) X(setpgid) X(getsid) X(setsid)            \
    X(set_tid_address) X(set_robust_list) X(sched_yield)                                           \
    X(sched_setaffinity) X(sched_getaffinity) X(getcpu) X(prlimit64) X(getrlimit) X(setrlimit)     \
    X(getrusage) X(times) X(prctl) X(uname) X(sysinfo) X(getrandom) X(reboot) X(getgroups)         \
    X(riscv_flush_icache)

#define SYSCALLS_SIGNAL(X)                                                                         \
    X(rt_sigaction) X(rt_sigprocmask) X(rt_sigpending) X(rt_sigsuspend) X(rt_sigreturn)            \
    X(rt_sigtimedwait) X(rt_sigqueueinfo) X(sigaltstack) X(kill) X(tkill)     \
    X(tgkill) X(setitimer) X(getitimer) X(restart_syscall)

#define SYSCALLS_TIME(X)                                                                           \
    X(clock_gettime) X(clock_settime) X(clock_getres) X(clock_nanosleep) X(nanosleep)              \
    X(gettimeofday) X(settimeofday)

#define SYSCALLS_FUTEX(X) X(futex)

#define SYSCALLS(X)                                                                                \
    SYSCALLS_FILE(X) SYSCALLS_MEMORY(X) SYSCALLS_PROCESS(X) SYSCALLS_SIGNAL(X) SYSCALLS_TIME(X)    \
    SYSCALLS_FUTEX(X)
/* clang-format on */
