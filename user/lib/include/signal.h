/* signal.h - signals; numbers, sigset_t and siginfo_t are the kernel's.
 *
 * Linux on RISC-V has no sa_restorer: a handler returns into the vDSO's __vdso_rt_sigreturn, so
 * our struct sigaction is the kernel's. Only its first member gains its second POSIX name. */
#pragma once

#include <sys/types.h>
#define sigaction kernel_sigaction
#include <asm/signal.h>
#undef sigaction
#include <asm/siginfo.h>

typedef int sig_atomic_t;
typedef void (*sighandler_t)(int);

struct sigaction {
    union {
        sighandler_t sa_handler;
        void (*sa_sigaction)(int, siginfo_t *, void *);
    };
    unsigned long sa_flags;
    sigset_t sa_mask;
};
_Static_assert(sizeof(struct sigaction) == sizeof(struct kernel_sigaction), "riscv64 ABI");

/* kill: 0 sends nothing but tells whether it could; a negative pid is a group. */
int kill(pid_t pid, int signal);
sighandler_t signal(int signal, sighandler_t handler);
int sigaction(int signal, const struct sigaction *restrict action, struct sigaction *restrict old);
