/* image.c - the vDSO image at boot: is it there, is it the one this kernel was built with?
 *
 * The image stays where the linker put it, in read-only memory that the direct map leaves out, so
 * the kernel cannot write to it either. What the kernel must know of its inside (where the signal
 * return is) was read off at build time (vdso-image.h): the build-id says that this still holds. */

#include "vdso/image.h"
#include <elf.h>
#include "dev/machine.h"
#include "lib/print.h"
#include "lib/string.h"
#include "vdso-image.h"
#include "vdso/vdso.h"

extern const u8 vdso_image_start[], vdso_image_end[];

static bool enabled;

static bool
lies_outside(u64 offset, u64 bytes, u64 size)
{
    return offset > size || bytes > size - offset;
}

static void
check_header(const Elf64_Ehdr *header, u64 size)
{
    if (size < sizeof(*header) || memcmp(header->e_ident, ELFMAG, SELFMAG))
        panic("vDSO image: no ELF header at 0x%lx", (u64)header);
    if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_machine != EM_RISCV ||
        header->e_type != ET_DYN)
        panic("vDSO image: not a 64-bit RISC-V shared object");
    if (lies_outside(header->e_phoff, header->e_phnum * sizeof(Elf64_Phdr), size) ||
        lies_outside(header->e_shoff, header->e_shnum * sizeof(Elf64_Shdr), size))
        panic("vDSO image: its headers lie outside its %lu bytes", size);
}

void
vdso_init(void)
{
    static const u8 build_id[VDSO_BUILD_ID_SIZE] = VDSO_BUILD_ID;
    u64 size = vdso_image_pages() << PAGE_SHIFT;
    check_header((const Elf64_Ehdr *)vdso_image_start, size);
    if (memcmp(vdso_image_start + VDSO_BUILD_ID_OFFSET, build_id, sizeof(build_id)))
        panic("vDSO image: its build-id is not the one that this kernel was built with");
    const char *word = cmdline_get("vdso");
    enabled = !word || strcmp(word, "0");
    pr_info("vDSO: %lu page%s, %s", vdso_image_pages(), vdso_image_pages() == 1 ? "" : "s",
            enabled ? "on" : "off");
}

bool
vdso_enabled(void)
{
    return enabled;
}

u64
vdso_image_pages(void)
{
    return (u64)(vdso_image_end - vdso_image_start) >> PAGE_SHIFT;
}

const void *
vdso_image_page(u64 index)
{
    return vdso_image_start + (index << PAGE_SHIFT);
}

u64
vdso_sigreturn_offset(void)
{
    return VDSO_RT_SIGRETURN;
}
