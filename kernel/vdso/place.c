/* place.c - where a process finds vvar and vDSO: a fresh random page, the same frames for all.
 *
 *      base - 4096   [vvar]   r--   the clocks, written by the kernel behind every program's back
 *      base          [vdso]   r-x   the image, whole
 *
 * The base is drawn from the whole user half, by itself: who learns it learns nothing about stack,
 * heap or libraries. One unmapped page stays free on both sides. Both areas are private: a debugger
 * may get its own writable copy of the code by mprotect, never the frame that others execute. */

#include <asm/errno.h>
#include "mm/frame.h"
#include "mm/space.h"
#include "vdso/image.h"
#include "vdso/vdso.h"

static int
give(const void *page, u64 *pa)
{
    *pa = frame_of(page);
    frame_get(*pa);
    return 0;
}

static int
image_page(void *object, u64 index, u64 *pa)
{
    return index < vdso_image_pages() ? give(vdso_image_page(index), pa) : -EIO;
}

static int
vvar_data_page(void *object, u64 index, u64 *pa)
{
    return index == 0 ? give(vvar_page(), pa) : -EIO;
}

/* The pages live as long as the kernel: areas need not be counted. */
static void
count_nothing(void *object)
{
}

static const struct pager image_pager = { image_page, count_nothing, count_nothing, NULL };
static const struct pager vvar_pager = { vvar_data_page, count_nothing, count_nothing, NULL };

/* The image alone: riscv has no SA_RESTORER, so a signal handler must return into it even when
 * programs are not to find it (vdso=0). */
static int
map_image(struct space *s, u64 base, const char *name)
{
    s64 at = space_map(s, base, vdso_image_pages() << PAGE_SHIFT,
                       AREA_READ | AREA_EXEC | AREA_SPECIAL | MAP_AT_NOREPLACE, &image_pager, NULL,
                       0, name);
    if (at < 0)
        return -ENOMEM;
    s->sigreturn = base + vdso_sigreturn_offset();
    return 0;
}

int
vdso_map(struct space *s)
{
    u64 vvar = space_random_place(s, 0, USER_END, PAGE_SIZE + (vdso_image_pages() << PAGE_SHIFT));
    u64 base = vvar + PAGE_SIZE;
    if (!vvar)
        return -ENOMEM;
    if (!vdso_enabled())
        return map_image(s, base, "[sigpage]");
    if (map_image(s, base, "[vdso]") ||
        space_map(s, vvar, PAGE_SIZE, AREA_READ | AREA_SPECIAL | AREA_NOWRITE | MAP_AT_NOREPLACE,
                  &vvar_pager, NULL, 0, "[vvar]") < 0)
        return -ENOMEM;
    s->vdso_base = base;
    return 0;
}
