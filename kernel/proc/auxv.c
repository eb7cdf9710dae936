/* auxv.c - the auxiliary vector: what the kernel tells a new program about itself and the machine.
 *
 * The entries, in the order, that Linux gives on riscv64 (getauxval(3), <linux/auxvec.h>). */

#include <asm/auxvec.h>
#include <linux/auxvec.h>
#include "dev/machine.h"
#include "lib/random.h"
#include "lib/string.h"
#include "mm/space.h"
#include "mm/usercopy.h"
#include "proc/args.h"
#include "proc/elf.h"
#include "proc/sigframe.h"

/* Newer than Debian 12's headers (Linux 6.3, include/uapi/linux/auxvec.h). */
#ifndef AT_RSEQ_FEATURE_SIZE
#define AT_RSEQ_FEATURE_SIZE 27
#define AT_RSEQ_ALIGN        28
#endif

#define CLOCK_TICKS_PER_SECOND 100 /* USER_HZ, the unit of times(2) */

/* AT_HWCAP: a bit per single-letter extension that programs may use and this kernel keeps across
 * switches. */
static u64
hwcap(void)
{
    u64 bits = 0;
    for (const char *p = machine.isa + 4; *p && *p != '_'; p++) /* past "rv64" */
        if (strchr("imafdc", *p))
            bits |= 1UL << (*p - 'a');
    return bits;
}

u32
auxv_fill(u64 *v, struct space *s, const struct arg_stack *a, const struct elf *program,
          const struct elf *interpreter, u64 random_at)
{
    u8 seed[16];
    random_bytes(seed, sizeof(seed));
    copy_to_space(s, random_at, seed, sizeof(seed));
    const u64 entries[][2] = {
        { AT_SYSINFO_EHDR, s->vdso_base },
        { AT_L1I_CACHESIZE, 0 },
        { AT_L1I_CACHEGEOMETRY, 0 },
        { AT_L1D_CACHESIZE, 0 },
        { AT_L1D_CACHEGEOMETRY, 0 },
        { AT_L2_CACHESIZE, 0 },
        { AT_L2_CACHEGEOMETRY, 0 },
        { AT_L3_CACHESIZE, 0 },
        { AT_L3_CACHEGEOMETRY, 0 },
        { AT_MINSIGSTKSZ, sizeof(struct signal_frame) },
        { AT_HWCAP, hwcap() },
        { AT_PAGESZ, PAGE_SIZE },
        { AT_CLKTCK, CLOCK_TICKS_PER_SECOND },
        { AT_PHDR, program->phdr_address },
        { AT_PHENT, sizeof(Elf64_Phdr) },
        { AT_PHNUM, program->header.e_phnum },
        { AT_BASE, interpreter ? interpreter->bias : 0 },
        { AT_FLAGS, 0 },
        { AT_ENTRY, elf_entry(program) },
        { AT_UID, 0 },
        { AT_EUID, 0 },
        { AT_GID, 0 },
        { AT_EGID, 0 },
        { AT_SECURE, 0 },
        { AT_RANDOM, random_at },
        { AT_RSEQ_FEATURE_SIZE, 28 },
        { AT_RSEQ_ALIGN, 32 },
        { AT_EXECFN, a->execfn },
        { AT_NULL, 0 },
    };
    _Static_assert(sizeof(entries) <= sizeof(s->auxv), "space.h keeps a copy");
    u32 n = 0;
    for (u32 i = 0; i < ARRAY_SIZE(entries); i++) {
        if (entries[i][0] == AT_SYSINFO_EHDR && !s->vdso_base)
            continue; /* vdso=0: absent, not zero: parsers crash on a null image */
        v[n++] = entries[i][0];
        v[n++] = entries[i][1];
    }
    return n;
}
