/* fault.c - a page comes into being: zero pages, file pages, copy-on-write, a growing stack.
 *
 * The one path for every page of user space, whether the program touched it (trap/) or the kernel
 * did on its behalf (usercopy.c). See space.h for the errors.
 * Source: Privileged Architecture, "Sv39"; Linux man-pages mmap(2) for what must fault. */

#include <asm/errno.h>
#include "lib/string.h"
#include "mm/area.h"
#include "mm/frame.h"
#include "riscv/hart.h"

/* The area of addr; a stack is extended downwards to it first, if there is room. Below a stack a
 * gap stays, but for what nobody can touch anyway: a PROT_NONE area may be the program's own
 * guard. */
static struct area *
find_or_grow(struct space *s, u64 addr)
{
    struct area *a = area_at_or_above(s, addr);
    if (a->start <= addr)
        return a;
    u64 start = ALIGN_DOWN(addr, PAGE_SIZE);
    struct area *below = area_before(a);
    if (!(a->flags & AREA_STACK) || start < LOWEST || a->end - start > s->stack_limit ||
        (below->flags & AREA_PROT && below->end + STACK_GAP > start))
        return NULL;
    s->mapped_pages += (a->start - start) >> PAGE_SHIFT;
    a->offset_pages -= (a->start - start) >> PAGE_SHIFT;
    a->start = start;
    return a;
}

/* Shows a frame at the entry. Code is fenced first: another hart may run into the page as soon as
 * the entry is there, and must not find what it once fetched from this frame. */
static void
show(struct space *s, pte_t *e, u64 pa, u64 rights)
{
    if (rights & PTE_X)
        space_code_changed(s);
    pte_set(e, pte_leaf(pa, rights));
}

/* Nothing is mapped at `va` yet. A private area shows the object's own page until it is written:
 * without W, so that the write faults. */
static int
first_touch(struct space *s, struct area *a, pte_t *e, u64 va)
{
    u64 pa;
    u64 rights = pte_rights(a->flags);
    if (a->pager) {
        u64 index = a->offset_pages + ((va - a->start) >> PAGE_SHIFT);
        int err = a->pager->page(a->object, index, &pa);
        if (err)
            return err;
        if (!(a->flags & AREA_SHARED))
            rights &= ~PTE_W;
    } else {
        pa = frame_alloc_zero();
        if (!pa)
            return -ENOMEM;
    }
    show(s, e, pa, rights);
    s->resident_pages++;
    return 0;
}

/* A write to a page that is mapped without W though its area allows it: shared by fork, or a
 * file's. The last owner of an anonymous page need not copy. */
static int
copy_on_write(struct space *s, struct area *a, pte_t *e, u64 va)
{
    u64 old = pte_pa(*e);
    u32 refs = __atomic_load_n(&frame_record(old)->refs, __ATOMIC_ACQUIRE);
    if (a->flags & AREA_SHARED || refs == 1) {
        *e = pte_leaf(old, pte_rights(a->flags));
        tlb_flush(1UL << hart_index(), va, PAGE_SIZE);
        return 0;
    }
    u64 copy = frame_alloc();
    if (!copy)
        return -ENOMEM;
    memcpy(frame_direct(copy), frame_address(old), PAGE_SIZE);
    show(s, e, copy, pte_rights(a->flags));
    /* Every hart must see the copy before the old frame may go. */
    space_flush(s, va, PAGE_SIZE);
    frame_put(old);
    return 0;
}

int
space_fault_locked(struct space *s, u64 addr, u32 access)
{
    u64 va = ALIGN_DOWN(addr, PAGE_SIZE);
    struct area *a = in_user_half(addr, 1) ? find_or_grow(s, addr) : NULL;
    if (!a)
        return -EFAULT;
    if (!(pte_rights(a->flags) & access << 1))
        return -EACCES;
    pte_t *e = pt_entry(s->root, va, 0, true);
    if (!e)
        return -ENOMEM;
    bool fresh = !(*e & PTE_V);
    int err = fresh ? first_touch(s, a, e, va) : 0;
    if (err)
        return err;
    if (access == AREA_WRITE && !(*e & PTE_W))
        return copy_on_write(s, a, e, va);
    if (!fresh) /* another thread was faster, or this hart remembers an older entry */
        tlb_flush(1UL << hart_index(), va, PAGE_SIZE);
    return 0;
}

int
space_fault(struct space *s, u64 addr, u32 access)
{
    spin_guard(&s->lock);
    return space_fault_locked(s, addr, access);
}
