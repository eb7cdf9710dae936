/* sigframe.h - what a signal handler finds on its stack: Linux's riscv64 frame.
 *
 * siginfo_t, then ucontext_t, sp at the siginfo. The layout is ABI: handlers change the pc in it,
 * debuggers and unwinders read it, the vDSO's unwind information for rt_sigreturn counts its bytes.
 * Source: Linux arch/riscv/include/uapi/asm/{sigcontext,ucontext,ptrace}.h; sizes checked below. */
#pragma once

#include "proc/signal.h"

struct signal_frame {
    u8 info[128]; /* siginfo_t */
    u64 uc_flags;
    u64 uc_link;
    struct sig_stack uc_stack;
    u64 uc_sigmask;
    u8 sigmask_reserved[120 + 8]; /* 8 that align what follows to 16 */
    u64 regs[32];                 /* pc, x1..x31: struct user_regs_struct */
    u64 f[32]; /* struct __riscv_d_ext_state, in a union as large as the Q extension's */
    u32 fcsr;
    u8 fp_reserved[528 - 256 - 4 - 12];
    u32 extension[3]; /* reserved, and the head that ends the list of extensions: zero */
};
_Static_assert(offsetof(struct signal_frame, uc_flags) == 128, "ucontext follows siginfo");
_Static_assert(offsetof(struct signal_frame, uc_sigmask) == 128 + 40, "uc_sigmask");
_Static_assert(offsetof(struct signal_frame, regs) == 128 + 176, "uc_mcontext");
_Static_assert(offsetof(struct signal_frame, f) == 128 + 176 + 256, "sc_fpregs");
_Static_assert(sizeof(struct signal_frame) == 1088, "AT_MINSIGSTKSZ on Linux: 0x440");
