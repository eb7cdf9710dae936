/* aslr_pie.c - writes its own places to standard output, as the struct of bases.h.
 *
 * Freestanding and position independent, and its own interpreter: it is linked twice, as aslr_ld
 * (no PT_INTERP) and as aslr_pie (PT_INTERP names aslr_ld), tests.mk says how. The kernel starts
 * aslr_ld, with AT_PHDR of aslr_pie and AT_BASE of itself; the main program itself never runs. A
 * libc would allocate and so move the places that are to be told.
 *
 * With an argument it writes as hexadecimal text, for people and for host tests. Source: System V
 * ABI, "Process Initialization"; getauxval(3) for the entries; brk(2), mmap(2). */

#include <elf.h>
#include <asm/unistd.h>
#include "bases.h"

/* Does what sys() of check.h does. No libc can be linked here, because nobody would relocate it. */
static long
call(long number, long a, long b, long c, long d, long e, long f)
{
    register long a0 __asm__("a0") = a;
    register long a1 __asm__("a1") = b;
    register long a2 __asm__("a2") = c;
    register long a3 __asm__("a3") = d;
    register long a4 __asm__("a4") = e;
    register long a5 __asm__("a5") = f;
    register long a7 __asm__("a7") = number;
    __asm__ volatile("ecall"
                     : "+r"(a0)
                     : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a7)
                     : "memory");
    return a0;
}

/* Makes the text by hand, for there is no printf either: 16 digits a place, in the order of the
 * enum. */
static void
write_text(const struct bases *b)
{
    char line[BASE_COUNT * 17];
    int n = 0;
    for (int i = 0; i < BASE_COUNT; i++) {
        for (int shift = 60; shift >= 0; shift -= 4)
            line[n++] = "0123456789abcdef"[b->at[i] >> shift & 15];
        line[n++] = i < BASE_COUNT - 1 ? ' ' : '\n';
    }
    call(__NR_write, 1, (long)line, n, 0, 0, 0);
}

/* The first stack of the System V ABI, "Process Initialization": argc, argv, NULL, envp, NULL,
 * auxv. A new mapping and the break tell where the next ones go. */
__attribute__((used)) static void
start(long *sp)
{
    struct bases b = { { 0 } };
    long *p = sp + 1 + sp[0] + 1;
    while (*p)
        p++;
    for (p++; p[0] != AT_NULL; p += 2) {
        if (p[0] == AT_PHDR)
            b.at[BASE_PROGRAM] = p[1] & -4096L;
        if (p[0] == AT_BASE)
            b.at[BASE_INTERP] = p[1];
        if (p[0] == AT_SYSINFO_EHDR)
            b.at[BASE_VDSO] = p[1];
    }
    b.at[BASE_HEAP] = call(__NR_brk, 0, 0, 0, 0, 0, 0);
    b.at[BASE_MMAP] = call(__NR_mmap, 0, 4096, 3, 0x22, -1, 0); /* read, write; private */
    b.at[BASE_STACK] = (unsigned long)sp;
    if (sp[0] > 1)
        write_text(&b);
    else
        call(__NR_write, 1, (long)&b, sizeof(b), 0, 0, 0);
    call(__NR_exit_group, 0, 0, 0, 0, 0, 0);
}

/* Needs no stack of its own: sp is the argument. */
__asm__(".globl _start\n_start: mv a0, sp\n j start\n");
