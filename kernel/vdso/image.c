/* image.c - the vDSO image: checked at boot, shown to every process beside the clocks' page.
 *
 *      base - 4096   [vvar]   r--   the clocks, written by the kernel behind every program's back
 *      base          [vdso]   r-x   the image, whole
 *
 * The image stays where the linker put it, in read-only memory that the direct map leaves out, so
 * the kernel cannot write to it either. What the kernel must know of its inside (where the signal
 * return is) was read off at build time (vdso-image.h): the build-id says that this still holds.
 *
 * All processes see the same frames, each at a base of its own: drawn from the upper third of user
 * space, by itself, so that who learns it learns nothing about stack, heap or libraries. One
 * unmapped page stays free on both sides. Both areas are private: a debugger may get its own
 * writable copy of the code by mprotect, never the frame that others execute. */

#include <asm/errno.h>
#include <elf.h>
#include "machine/machine.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/frame.h"
#include "mm/space.h"
#include "vdso-image.h"
#include "vdso/vdso.h"

extern const u8 vdso_image_start[], vdso_image_end[];

#define IMAGE_SIZE ((u64)(vdso_image_end - vdso_image_start))

static bool enabled;

/* Do `count` headers of this size at this offset lie within the image? */
static bool
is_inside(u64 offset, u64 count, u64 size)
{
    return offset <= IMAGE_SIZE && offset + count * size <= IMAGE_SIZE;
}

static void
check_image(void)
{
    static const u8 build_id[VDSO_BUILD_ID_SIZE] = VDSO_BUILD_ID;
    const Elf64_Ehdr *h = (const Elf64_Ehdr *)vdso_image_start;
    if (IMAGE_SIZE < sizeof(*h) || memcmp(h->e_ident, ELFMAG, SELFMAG))
        panic("vDSO image: no ELF header at 0x%lx", (u64)h);
    if (h->e_ident[EI_CLASS] != ELFCLASS64 || h->e_machine != EM_RISCV || h->e_type != ET_DYN)
        panic("vDSO image: not a 64-bit RISC-V shared object");
    if (!is_inside(h->e_phoff, h->e_phnum, sizeof(Elf64_Phdr)) ||
        !is_inside(h->e_shoff, h->e_shnum, sizeof(Elf64_Shdr)))
        panic("vDSO image: its headers lie outside its %lu bytes", IMAGE_SIZE);
    if (memcmp(vdso_image_start + VDSO_BUILD_ID_OFFSET, build_id, sizeof(build_id)))
        panic("vDSO image: its build-id is not the one that this kernel was built with");
}

void
vdso_init(void)
{
    const char *word = cmdline_get("vdso");
    u64 pages = IMAGE_SIZE / PAGE_SIZE;
    check_image();
    enabled = !word || strcmp(word, "0");
    pr_info("vDSO: %lu page%s, %s", pages, pages == 1 ? "" : "s", enabled ? "on" : "off");
}

/* Both areas show one object: page 0 of it is vvar, the image follows. */
#define VVAR_PAGE   0
#define IMAGE_PAGES 1

/* The pages live as long as the kernel, so areas need not be counted. */
static int
page(void *object, u64 index, u64 *pa)
{
    if (index == VVAR_PAGE) {
        *pa = frame_of(vvar_page());
    } else {
        u64 offset = (index - IMAGE_PAGES) * PAGE_SIZE;
        if (offset >= IMAGE_SIZE)
            return -EIO;
        *pa = frame_of(vdso_image_start + offset);
    }
    frame_get(*pa);
    return 0;
}

static const struct pager pager = { .page = page };

/* All processes run and read the same frames. Whoever changes the flags below and lets a program
 * write to them must hear of it at the first exec, by what /proc/PID/maps would print. */
static void
check_rights(struct space *s, u64 start, u32 wanted)
{
    spin_guard(&s->lock);
    const struct area *a = space_find(s, start);
    u32 rights = a->flags & (AREA_PROT | AREA_SHARED);
    if (rights != wanted)
        panic("vDSO: %s is %s in a process, only %s may be: kernel/vdso/image.c:/^map_image/",
              a->name, area_rights[rights], area_rights[wanted]);
}

/* riscv has no SA_RESTORER: a signal handler returns into the image, even when programs are not to
 * find it (vdso=0). */
static int
map_image(struct space *s, u64 base)
{
    const u32 flags = AREA_READ | AREA_EXEC | AREA_SPECIAL | MAP_AT_NOREPLACE;
    const char *name = enabled ? "[vdso]" : "[sigpage]";
    s64 at = space_map(s, base, IMAGE_SIZE, flags, &pager, NULL, IMAGE_PAGES, name);
    if (at < 0)
        return -ENOMEM;
    check_rights(s, base, AREA_READ | AREA_EXEC);
    s->sigreturn = base + VDSO_RT_SIGRETURN;
    return 0;
}

static int
map_vvar(struct space *s, u64 place)
{
    const u32 never = AREA_NEVER(AREA_WRITE | AREA_EXEC);
    const u32 flags = AREA_READ | never | AREA_SPECIAL | MAP_AT_NOREPLACE;
    s64 at = space_map(s, place, PAGE_SIZE, flags, &pager, NULL, VVAR_PAGE, "[vvar]");
    if (at < 0)
        return -ENOMEM;
    check_rights(s, place, AREA_READ);
    return 0;
}

int
vdso_map(struct space *s)
{
    u64 vvar = space_random_place(s, 0, PAGE_SIZE + IMAGE_SIZE);
    if (!vvar)
        return -ENOMEM;
    u64 base = vvar + PAGE_SIZE;
    int err = map_image(s, base);
    if (err || !enabled)
        return err;
    s->vdso_base = base;
    return map_vvar(s, vvar);
}
