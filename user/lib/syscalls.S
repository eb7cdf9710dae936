/*
 * syscalls.S - the system calls whose arguments in C are the kernel's own, one line each.
 *
 * Arguments already stand in a0..a5: a call is its number in a7, `ecall`, and errno when the
 * answer is negative. Calls that Linux's riscv64 table lacks (open, pipe, fork ...) are made of
 * others in files.c and process.c. Source: Linux, arch/riscv; numbers from <asm/unistd.h>.
 */
#include <asm/unistd.h>

    .text

    .macro FUNCTION name
    .globl \name
    .type \name, @function
\name:
    .cfi_startproc
    .endm

    .macro END name
    .cfi_endproc
    .size \name, . - \name
    .endm

    .macro SYSCALL name, number
    FUNCTION \name
    li      a7, \number
    ecall
    bltz    a0, check           /* no call here has a negative success */
    ret
    END \name
    .endm

SYSCALL chdir, __NR_chdir
SYSCALL clock_settime, __NR_clock_settime
SYSCALL close, __NR_close
SYSCALL dup, __NR_dup
SYSCALL dup3, __NR_dup3
SYSCALL execve, __NR_execve
SYSCALL _exit, __NR_exit_group
SYSCALL fcntl, __NR_fcntl
SYSCALL fstat, __NR_fstat
SYSCALL fstatat, __NR_newfstatat
SYSCALL ftruncate, __NR_ftruncate
SYSCALL getegid, __NR_getegid
SYSCALL geteuid, __NR_geteuid
SYSCALL getgid, __NR_getgid
SYSCALL getpgid, __NR_getpgid
SYSCALL getpid, __NR_getpid
SYSCALL getppid, __NR_getppid
SYSCALL getuid, __NR_getuid
SYSCALL ioctl, __NR_ioctl
SYSCALL kill, __NR_kill
SYSCALL lseek, __NR_lseek
SYSCALL mmap, __NR_mmap
SYSCALL mprotect, __NR_mprotect
SYSCALL munmap, __NR_munmap
SYSCALL nanosleep, __NR_nanosleep
SYSCALL openat, __NR_openat
SYSCALL pipe2, __NR_pipe2
SYSCALL pread, __NR_pread64
SYSCALL read, __NR_read
SYSCALL sched_yield, __NR_sched_yield
SYSCALL setitimer, __NR_setitimer
SYSCALL setpgid, __NR_setpgid
SYSCALL setsid, __NR_setsid
SYSCALL sigaltstack, __NR_sigaltstack
SYSCALL umask, __NR_umask
SYSCALL uname, __NR_uname
SYSCALL write, __NR_write

/* long syscall(long number, ...): any call; every argument moves down by one register. */
FUNCTION syscall
    mv      a7, a0
    mv      a0, a1
    mv      a1, a2
    mv      a2, a3
    mv      a3, a4
    mv      a4, a5
    mv      a5, a6
    ecall
    bltz    a0, check
    ret
END syscall

/* long check(long result): a negative answer is an errno, negated. */
    .hidden check
FUNCTION check
    bgez    a0, 1f
    la      t0, errno
    neg     a0, a0
    sw      a0, (t0)
    li      a0, -1
1:  ret
END check

    .section .note.GNU-stack, "", @progbits
