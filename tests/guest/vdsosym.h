/* vdsosym.h - finds a function in the vDSO of this process, for checks that call it directly.
 *
 * By the dynamic symbol table and DT_HASH, as Linux's parse_vdso.c does; versions are not looked at
 * (tests/host/test_vdso_image.py does that). The image is linked at 0, so what it calls an address
 * is a distance from its base. NULL without a vDSO or such a symbol. Also used by tests/clients and
 * tests/bench. */
#pragma once
#include <elf.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>

static inline void *
vdso_symbol(const char *name)
{
    const char *base = (const char *)getauxval(AT_SYSINFO_EHDR);
    const Elf64_Ehdr *e = (const Elf64_Ehdr *)base;
    const Elf64_Sym *symbols = NULL;
    const char *strings = NULL;
    const uint32_t *hash = NULL;
    if (!base)
        return NULL;
    const Elf64_Phdr *p = (const Elf64_Phdr *)(base + e->e_phoff);
    while (p->p_type != PT_DYNAMIC)
        p++;
    for (const Elf64_Dyn *d = (const Elf64_Dyn *)(base + p->p_offset); d->d_tag != DT_NULL; d++) {
        if (d->d_tag == DT_SYMTAB)
            symbols = (const Elf64_Sym *)(base + d->d_un.d_ptr);
        if (d->d_tag == DT_STRTAB)
            strings = base + d->d_un.d_ptr;
        if (d->d_tag == DT_HASH)
            hash = (const uint32_t *)(base + d->d_un.d_ptr);
    }
    for (uint32_t i = 1; i < hash[1]; i++)
        if (strcmp(strings + symbols[i].st_name, name) == 0)
            return (void *)(base + symbols[i].st_value);
    return NULL;
}
