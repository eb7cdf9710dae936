/* self.c - the loader relocates itself, because nobody else does.
 *
 * The kernel put it at a random address, so every pointer in its data is still an offset. This
 * function runs before that is mended: it uses no pointer from memory, calls nothing, and finds its
 * two starting points, _DYNAMIC and __ehdr_start, relative to the pc. All names of the loader are
 * hidden, so the linker leaves one kind of relocation: add the base address. */

#include "loader.h"

extern const Elf64_Dyn _DYNAMIC[] __attribute__((visibility("hidden")));

void relocate_self(void);

void
relocate_self(void)
{
    unsigned long bias = (unsigned long)&__ehdr_start; /* because it is linked at 0 */
    const Elf64_Rela *rela = NULL;
    unsigned long size = 0;
    for (const Elf64_Dyn *entry = _DYNAMIC; entry->d_tag != DT_NULL; entry++) {
        if (entry->d_tag == DT_RELA)
            rela = (const Elf64_Rela *)(bias + entry->d_un.d_ptr);
        if (entry->d_tag == DT_RELASZ)
            size = entry->d_un.d_val;
    }
    for (unsigned long i = 0; i < size / sizeof(*rela); i++) {
        if (ELF64_R_TYPE(rela[i].r_info) != R_RISCV_RELATIVE)
            __builtin_trap();
        *(unsigned long *)(bias + rela[i].r_offset) = bias + rela[i].r_addend;
    }
}
