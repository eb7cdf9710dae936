/* space.c - the life of an address space: made, forked, entered by a hart, ended. See space.h.
 *
 * Not here: what is in it (map.c, area.c) and how its pages come (fault.c). */

#include "mm/space.h"
#include <asm/errno.h>
#include "lib/print.h"
#include "mm/area.h"
#include "mm/frame.h"
#include "mm/kmalloc.h"
#include "mm/pagetable.h"
#include "riscv/csr.h"
#include "riscv/hart.h"
#include "riscv/sbi.h"

static struct space *active[MAX_HARTS]; /* each written by its own hart only */

struct space *
space_create(void)
{
    struct space *s = kzalloc(sizeof(*s));
    if (!s)
        return NULL;
    s->root = pt_create();
    if (!s->root) {
        kfree(s);
        return NULL;
    }
    spin_init(&s->lock, "space");
    list_init(&s->areas);
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
    if (__atomic_fetch_sub(&s->users, 1, __ATOMIC_ACQ_REL) > 1)
        return;
    BUG_ON(s->active_harts);
    area_unmap(s, 0, USER_END); /* no border inside an area: needs no memory, cannot fail */
    frame_put(s->root);
    kfree(s);
}

/* --- fork ------------------------------------------------------------------------------------ */

struct forking {
    struct space *child;
    bool keep_write; /* shared area: both go on writing to the same frame */
    bool failed;
    pte_t *last; /* the child's entry of last_va: its neighbours need no walk */
    u64 last_va;
};

static pte_t *
child_entry(struct forking *f, u64 va)
{
    if (f->last && va >> LEVEL_SHIFT(1) == f->last_va >> LEVEL_SHIFT(1))
        f->last += (va - f->last_va) >> PAGE_SHIFT;
    else
        f->last = pt_walk(f->child->root, va, true);
    f->last_va = va;
    return f->last;
}

/* Private pages lose W on both sides; who writes first copies (fault.c). */
static void
share_page(pte_t *e, u64 va, void *arg)
{
    struct forking *f = arg;
    pte_t *to = f->failed ? NULL : child_entry(f, va);
    if (!to) {
        f->failed = true;
        return;
    }
    if (!f->keep_write && *e & PTE_W)
        *e &= ~(PTE_W | PTE_D);
    *to = *e;
    frame_get(pte_pa(*e));
    f->child->resident_pages++;
}

static bool
fork_area(struct space *from, struct space *to, struct area *a)
{
    struct area *copy = area_clone(a, a->start, a->end);
    if (!copy)
        return false;
    list_add_tail(&to->areas, &copy->link);
    to->area_count++;
    to->mapped_pages += (a->end - a->start) >> PAGE_SHIFT;
    struct forking f = { .child = to, .keep_write = a->flags & AREA_SHARED };
    pt_for_each(from->root, a->start, a->end, share_page, &f);
    return !f.failed;
}

static void
copy_figures(struct space *to, const struct space *from)
{
    to->brk_start = from->brk_start;
    to->brk = from->brk;
    to->mmap_top = from->mmap_top;
    to->stack_limit = from->stack_limit;
    to->stack_start = from->stack_start;
    to->arg_start = from->arg_start;
    to->arg_end = from->arg_end;
    to->env_start = from->env_start;
    to->env_end = from->env_end;
    to->vdso_base = from->vdso_base;
    to->sigreturn = from->sigreturn;
    for (u32 i = 0; i < ARRAY_SIZE(to->auxv); i++)
        to->auxv[i] = from->auxv[i];
}

struct space *
space_fork(struct space *from)
{
    struct space *to = space_create();
    if (!to)
        return NULL;
    bool ok = true;
    spin_lock(&from->lock);
    copy_figures(to, from);
    struct area *a;
    list_for_each (a, &from->areas, link)
        if (!(a->flags & AREA_NOFORK) && !(ok = fork_area(from, to, a)))
            break;
    /* The parent's harts may remember W. */
    space_flush(from, 0, USER_END);
    spin_unlock(&from->lock);
    if (ok)
        return to;
    space_put(to);
    return NULL;
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
    u64 mask = __atomic_load_n(&s->active_harts, __ATOMIC_SEQ_CST);
    if (mask)
        tlb_flush(mask, va, size);
}

void
space_for_each(struct space *s, void (*visit)(struct area *, void *), void *arg)
{
    struct area *a;
    spin_lock(&s->lock);
    list_for_each (a, &s->areas, link)
        visit(a, arg);
    spin_unlock(&s->lock);
}
