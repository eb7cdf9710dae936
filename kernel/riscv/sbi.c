/* sbi.c - calls into the firmware. See sbi.h.
 *
 * A call is `ecall` with the extension in a7, the function in a6 and arguments from a0 on; a0 comes
 * back as the error, a1 as the value. Every other register survives.
 * Source: RISC-V SBI Specification 1.0, chapters 3 "Binary Encoding" to 10. */

#include "riscv/sbi.h"
#include "lib/print.h"

#define EXT_LEGACY_PUTCHAR  0x01
#define EXT_LEGACY_SHUTDOWN 0x08
#define EXT_BASE            0x10
#define EXT_TIMER           0x54494d45 /* "TIME" */
#define EXT_IPI             0x735049   /* "sPI" */
#define EXT_RFENCE          0x52464e43 /* "RFNC" */
#define EXT_HSM             0x48534d   /* "HSM" */
#define EXT_RESET           0x53525354 /* "SRST" */

#define BASE_PROBE        3
#define RFENCE_FENCE_I    0
#define RFENCE_SFENCE_VMA 1
#define HSM_START         0
#define HSM_STOP          1

#define RESET_SHUTDOWN    0
#define RESET_COLD_REBOOT 1

struct sbi_result {
    long error; /* 0 or negative, SBI's own numbers */
    u64 value;
};

/* The registers are named to the compiler, so it sets them itself and saves no others. Memory is
 * clobbered: the firmware may read what an argument points at, and a fence must stay a fence. */
static struct sbi_result
sbi_call(u64 extension, u64 function, u64 arg0, u64 arg1, u64 arg2, u64 arg3)
{
    register u64 a0 __asm__("a0") = arg0;
    register u64 a1 __asm__("a1") = arg1;
    register u64 a2 __asm__("a2") = arg2;
    register u64 a3 __asm__("a3") = arg3;
    register u64 a6 __asm__("a6") = function;
    register u64 a7 __asm__("a7") = extension;
    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a3), "r"(a6), "r"(a7) : "memory");
    return (struct sbi_result){ (long)a0, a1 };
}

void
sbi_init(void)
{
    static const struct {
        u64 id;
        const char *what;
    } wanted[] = {
        { EXT_TIMER, "TIME: no timer on harts without sstc" },
        { EXT_IPI, "IPI: harts cannot wake each other" },
        { EXT_RFENCE, "RFENCE: harts cannot flush each other's TLB" },
        { EXT_HSM, "HSM: only the boot hart runs" },
        { EXT_RESET, "SRST: power-off may hang" },
    };
    /* A probe answers 0 for "no". Calling what is not there only returns an error, so warning is
     * enough: a machine with one hart needs neither IPI nor RFENCE. */
    for (u32 i = 0; i < ARRAY_SIZE(wanted); i++)
        if (sbi_call(EXT_BASE, BASE_PROBE, wanted[i].id, 0, 0, 0).value == 0)
            pr_warn("firmware lacks SBI extension %s", wanted[i].what);
}

long
sbi_hart_start(u64 hartid, u64 entry, u64 opaque)
{
    return sbi_call(EXT_HSM, HSM_START, hartid, entry, opaque, 0).error;
}

void
sbi_hart_stop(void)
{
    sbi_call(EXT_HSM, HSM_STOP, 0, 0, 0, 0);
}

void
sbi_send_ipi(u64 hart_mask)
{
    sbi_call(EXT_IPI, 0, hart_mask, 0, 0, 0);
}

void
sbi_remote_sfence(u64 hart_mask, u64 va, u64 size)
{
    sbi_call(EXT_RFENCE, RFENCE_SFENCE_VMA, hart_mask, 0, va, size);
}

void
sbi_remote_fence_i(u64 hart_mask)
{
    sbi_call(EXT_RFENCE, RFENCE_FENCE_I, hart_mask, 0, 0, 0);
}

void
sbi_set_timer(u64 when)
{
    sbi_call(EXT_TIMER, 0, when, 0, 0, 0);
}

void
sbi_shutdown(void)
{
    /* Neither returns if it works; the second one is what firmware before SBI 0.3 knows. */
    sbi_call(EXT_RESET, 0, RESET_SHUTDOWN, 0, 0, 0);
    sbi_call(EXT_LEGACY_SHUTDOWN, 0, 0, 0, 0, 0);
}

void
sbi_reboot(void)
{
    sbi_call(EXT_RESET, 0, RESET_COLD_REBOOT, 0, 0, 0);
}

/* Called "legacy", but every OpenSBI has it, and its successor (DBCN) only from 1.3 on. */
void
sbi_putchar(char c)
{
    sbi_call(EXT_LEGACY_PUTCHAR, 0, (u8)c, 0, 0, 0);
}
