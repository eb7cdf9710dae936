/* pagetable.c - walking Sv39 page tables, and those of user space. See pagetable.h.
 *
 * A table of the lower levels keeps no count of its entries: it goes with the last area that it
 * serves (area.c). The kernel's own half is built in kernelmap.c. */

#include "mm/pagetable.h"
#include "lib/string.h"
#include "mm/frame.h"

#define INDEX(va, level) ((va) >> LEVEL_SHIFT(level) & 511)
/* A non-leaf entry: V alone; A, D and U are reserved there. */
#define TABLE_ENTRY(pa) ((pa) >> PAGE_SHIFT << 10 | PTE_V)

static pte_t *
table(u64 pa)
{
    return frame_direct(pa);
}

pte_t *
pt_entry(u64 root, u64 va, int level, bool make)
{
    pte_t *t = table(root);
    for (int at = 2; at > level; at--) {
        pte_t *e = &t[INDEX(va, at)];
        if (!(*e & PTE_V)) {
            u64 pa = make ? frame_alloc_zero() : 0;
            if (!pa)
                return NULL;
            pte_set(e, TABLE_ENTRY(pa));
        }
        t = table(pte_pa(*e));
    }
    return &t[INDEX(va, level)];
}

/* The entry of the table that serves `va` at the level below `level`; NULL when there is none. */
static pte_t *
table_entry(u64 root, u64 va, int level)
{
    pte_t *e = pt_entry(root, va, level, false);
    return e && *e & PTE_V ? e : NULL;
}

/* The first address behind what the entry of `va` at `level` serves. */
static u64
behind(u64 va, int level)
{
    return ALIGN_DOWN(va, LEVEL_SIZE(level)) + LEVEL_SIZE(level);
}

void
pt_for_each(u64 root, u64 start, u64 end, pt_visit visit, void *arg)
{
    for (u64 va = start, next; va < end; va = next) {
        next = MIN(end, behind(va, 1));
        pte_t *e = table_entry(root, va, 1);
        if (!e) {
            next = table_entry(root, va, 2) ? next : behind(va, 2);
            continue;
        }
        for (e = &table(pte_pa(*e))[INDEX(va, 0)]; va < next; va += PAGE_SIZE, e++)
            if (*e & PTE_V)
                visit(e, va, arg);
    }
}

void
pt_for_each_unused(u64 root, u64 start, u64 end, u64 low, u64 high, pt_visit visit, void *arg)
{
    for (int level = 1; level <= 2; level++)
        for (u64 va = ALIGN_DOWN(start, LEVEL_SIZE(level)), next; va < end; va = next) {
            next = behind(va, table_entry(root, va, 2) ? level : 2);
            pte_t *e = va >= low && next <= high ? table_entry(root, va, level) : NULL;
            if (e)
                visit(e, va, arg);
        }
}

u64
pt_create(void)
{
    u64 root = frame_alloc();
    if (!root)
        return 0;
    memset(table(root), 0, PAGE_SIZE / 2);
    memcpy(table(root) + 256, table(kernel_root) + 256, PAGE_SIZE / 2);
    return root;
}
