/* sbi.c - calls into the firmware. See sbi.h, where each is a line.
 *
 * A call is `ecall` with the extension in a7, the function in a6 and arguments from a0 on; a0 comes
 * back as the error, 0 or negative. Only a0 and a1 change.
 * Source: RISC-V SBI Specification 1.0, chapters 3 "Binary Encoding" to 10. */

#include "riscv/sbi.h"

/* The registers are named to the compiler, so it sets them itself and saves no others. Memory is
 * clobbered: the firmware may read what an argument points at, and a fence must stay a fence. */
long
sbi_call(u64 extension, u64 function, u64 arg0, u64 arg1, u64 arg2, u64 arg3)
{
    register u64 a0 __asm__("a0") = arg0;
    register u64 a1 __asm__("a1") = arg1; /* comes back as a value that none of our calls has */
    register u64 a2 __asm__("a2") = arg2;
    register u64 a3 __asm__("a3") = arg3;
    register u64 a6 __asm__("a6") = function;
    register u64 a7 __asm__("a7") = extension;
    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a3), "r"(a6), "r"(a7) : "memory");
    return (long)a0;
}

void
sbi_putchar(char c)
{
    sbi_call(SBI_LEGACY_PUTCHAR, 0, (u8)c, 0, 0, 0);
}
