/* space.c - the life of an address space: made, forked, entered by a hart, ended. See space.h.
 *
 * Not here: what is in it (map.c, area.c) and how its pages come (fault.c). */

#include "mm/space.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/area.h"
#include "mm/frame.h"
#include "mm/kmalloc.h"
#include "riscv/csr.h"
#include "riscv/hart.h"
#include "riscv/sbi.h"

static struct space *active[MAX_HARTS]; /* each written by its own hart only */

struct space *
space_create(void)
{
    struct space *s = kzalloc(sizeof(*s));
    if (!s || !(s->root = frame_alloc())) {
        kfree(s);
        return NULL;
    }
    memcpy(frame_direct(s->root), frame_direct(kernel_root), PAGE_SIZE); /* no user half there */
    spin_init(&s->lock, "space");
    list_init(&s->border.link);
    s->border.start = USER_END;
    s->users = 1;
    return s;
}

struct space *
space_get(struct space *s)
{
    __atomic_fetch_add(&s->users, 1, __ATOMIC_RELAXED);
    return s;
}

void
space_put(struct space *s)
{
    if (!s || __atomic_fetch_sub(&s->users, 1, __ATOMIC_ACQ_REL) > 1)
        return;
    BUG_ON(s->active_harts);
    area_unmap(s, 0, USER_END); /* no border inside an area: needs no memory, cannot fail */
    frame_put(s->root);
    kfree(s);
}

struct space *
space_fork(struct space *from)
{
    struct space *to = space_create();
    if (!to)
        return NULL;
    struct area *a;
    spin_guard(&from->lock);
    *(struct space_figures *)to = *(struct space_figures *)from;
    for_each_area (a, from) {
        struct area *copy = area_clone(to, a, a->start, a->end);
        if (copy)
            list_add_tail(&to->border.link, &copy->link);
        /* Private pages lose W on both sides; who writes first copies (fault.c). */
        u64 taken = a->flags & AREA_SHARED ? 0 : PTE_W | PTE_D;
        if (!copy || !area_share(from, a->start, a->end, to, a->start, taken)) {
            space_put(to); /* and a hart that remembers W of a page may write: it is the parent's */
            return NULL;
        }
    }
    space_flush(from, 0, USER_END); /* the parent's harts may remember W */
    return to;
}

/* --- harts ----------------------------------------------------------------------------------- */

void
space_code_changed(struct space *s)
{
    /* The new bytes before the look at who runs here: a hart that comes later fences by itself. */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    __asm__ volatile("fence.i" ::: "memory");
    u64 others = s->active_harts & ~(1UL << hart_index());
    if (others)
        sbi_remote_fence_i(hart_mask_ids(others));
}

struct space *
space_current(void)
{
    return active[hart_index()];
}

void
space_activate(struct space *s)
{
    u32 self = hart_index();
    struct space *old = active[self];
    if (old == s)
        return;
    if (s)
        __atomic_fetch_or(&s->active_harts, 1UL << self, __ATOMIC_SEQ_CST);
    active[self] = s;
    csr_write(satp, SATP_SV39 | (s ? s->root : kernel_root) >> PAGE_SHIFT);
    /* No ASIDs: forget the old space's translations, and its code in the fetch path. */
    __asm__ volatile("sfence.vma\n\tfence.i" ::: "memory");
    /* Last: whoever sees the bit gone may free the root that satp held until now. */
    if (old)
        __atomic_fetch_and(&old->active_harts, ~(1UL << self), __ATOMIC_SEQ_CST);
}

void
space_flush(struct space *s, u64 va, u64 size)
{
    /* The changed entries before the look at who runs here: a hart that sets its bit after our look
     * walks the table after it too, and finds the new entries. */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    tlb_flush(__atomic_load_n(&s->active_harts, __ATOMIC_SEQ_CST), va, size);
}
