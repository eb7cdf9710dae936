/* syscalls.S - the C library's door to the kernel: one line a call.
 *
 * C passes arguments in a0..a5, where the kernel wants them. So a call is three steps: its number
 * into a7, `ecall`, and errno when the answer is negative. Linux's riscv64 table has only the
 * newest form of each call. Where POSIX's form is older, the line adds what the kernel wants
 * besides:
 *
 *   SYSCALL      name, number [, register, value]    one more argument, a constant
 *   PATH_SYSCALL name, number [, register, value]    the same after a folder, the working directory
 *
 * Calls that need more than this are made in C (process.c, clock.c ...). The loader uses this file
 * too. Source: Linux, Documentation/riscv and syscalls(2); numbers from <asm/unistd.h>. */

#include <asm/unistd.h>

/* From <linux/fcntl.h>, which an assembler cannot read. */
#define AT_FDCWD            -100
#define AT_SYMLINK_NOFOLLOW 0x100

#define SIGSET_BYTES 8 /* the kernel asks how large the caller thinks that a sigset_t is */

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

    .macro CALL number, register, value
    .ifnb \register
    li      \register, \value
    .endif
    li      a7, \number
    ecall
    bltz    a0, check           /* no call here has a negative success */
    ret
    .endm

    .macro SYSCALL name, number, register, value
    FUNCTION \name
    CALL    \number, \register, \value
    END \name
    .endm

    .macro PATH_SYSCALL name, number, register, value
    FUNCTION \name
    mv      a3, a2
    mv      a2, a1
    mv      a1, a0
    li      a0, AT_FDCWD
    CALL    \number, \register, \value
    END \name
    .endm

/* Files */
PATH_SYSCALL access, __NR_faccessat
PATH_SYSCALL lstat, __NR_newfstatat, a3, AT_SYMLINK_NOFOLLOW
PATH_SYSCALL mkdir, __NR_mkdirat
PATH_SYSCALL open, __NR_openat
PATH_SYSCALL readlink, __NR_readlinkat
PATH_SYSCALL stat, __NR_newfstatat, a3, 0
PATH_SYSCALL unlink, __NR_unlinkat, a2, 0
SYSCALL chdir, __NR_chdir
SYSCALL close, __NR_close
SYSCALL dup3, __NR_dup3
SYSCALL fcntl, __NR_fcntl
SYSCALL ioctl, __NR_ioctl
SYSCALL lseek, __NR_lseek
SYSCALL pipe, __NR_pipe2, a1, 0
SYSCALL pipe2, __NR_pipe2
SYSCALL pread, __NR_pread64
SYSCALL read, __NR_read
SYSCALL umask, __NR_umask
SYSCALL write, __NR_write

/* Memory */
SYSCALL mmap, __NR_mmap
SYSCALL mprotect, __NR_mprotect

/* Processes */
SYSCALL _exit, __NR_exit_group
SYSCALL execve, __NR_execve
SYSCALL getpid, __NR_getpid
SYSCALL getppid, __NR_getppid
SYSCALL setpgid, __NR_setpgid
SYSCALL setsid, __NR_setsid
SYSCALL waitpid, __NR_wait4, a3, 0

/* Signals and time */
SYSCALL clock_settime, __NR_clock_settime
SYSCALL kill, __NR_kill
SYSCALL nanosleep, __NR_nanosleep
SYSCALL sigaction, __NR_rt_sigaction, a3, SIGSET_BYTES

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

/* A plain variable: see <errno.h>. */
    .bss
    .globl errno
    .type errno, @object
    .size errno, 4
    .balign 4
errno:
    .zero 4

    .section .note.GNU-stack, "", @progbits
