/* fault.c - a page comes into being: zero pages, file pages, copy-on-write, a growing stack.
 *
 * The one path for every page of user space, whether the program touched it (trap/) or the kernel
 * did on its behalf (usercopy.c). See space.h for the errors.
 * Source: Privileged Architecture, "Sv39"; Linux man-pages mmap(2) for what must fault. */

#include <asm/errno.h>
#include "lib/string.h"
#include "mm/area.h"
#include "mm/frame.h"
#include "mm/pagetable.h"
#include "riscv/hart.h"

void (*space_out_of_memory)(void);

/* The area of addr; a stack is extended downwards to it first, if there is room. */
static struct area *
find_or_grow(struct space *s, u64 addr)
{
    struct area *a = area_at_or_above(s, addr);
    if (!a || a->start <= addr)
        return a;
    u64 start = ALIGN_DOWN(addr, PAGE_SIZE);
    if (!(a->flags & AREA_STACK) || a->end - start > s->stack_limit || start < LOWEST)
        return NULL;
    if (a->link.prev != &s->areas) {
        struct area *below = list_entry(a->link.prev, struct area, link);
        if (below->flags & AREA_PROT && below->end + STACK_GAP > start)
            return NULL;
    }
    s->mapped_pages += (a->start - start) >> PAGE_SHIFT;
    a->offset_pages -= (a->start - start) >> PAGE_SHIFT;
    a->start = start;
    return a;
}

/* RISC-V has no write-only pages: W without R is reserved, so PROT_WRITE means both. */
static u64
rights_of(const struct area *a)
{
    u64 rights = PTE_U;
    if (a->flags & (AREA_READ | AREA_WRITE))
        rights |= PTE_R;
    if (a->flags & AREA_WRITE)
        rights |= PTE_W;
    if (a->flags & AREA_EXEC)
        rights |= PTE_X;
    return rights;
}

static bool
allowed(const struct area *a, u32 access)
{
    if (access == AREA_READ)
        return a->flags & (AREA_READ | AREA_WRITE);
    return a->flags & access;
}

/* A private copy of frame `from`; 0 without memory. */
static u64
copy_frame(u64 from)
{
    u64 pa = frame_alloc();
    if (pa)
        memcpy(frame_direct(pa), frame_address(from), PAGE_SIZE);
    return pa;
}

/* Nothing is mapped at `va` yet. */
static int
first_touch(struct space *s, struct area *a, pte_t *e, u64 va, u32 access)
{
    u64 pa, rights = rights_of(a);
    if (a->pager) {
        u64 index = a->offset_pages + ((va - a->start) >> PAGE_SHIFT);
        int err = a->pager->page(a->object, index, &pa);
        if (err)
            return err;
        if (!(a->flags & AREA_SHARED)) {
            if (access == AREA_WRITE) {
                u64 copy = copy_frame(pa);
                frame_put(pa);
                pa = copy;
            } else {
                rights &= ~PTE_W; /* the object's own page: copied when written */
            }
        }
    } else {
        pa = frame_alloc_zero();
    }
    if (!pa)
        return -ENOMEM;
    pte_set(e, pte_leaf(pa, rights));
    s->resident_pages++;
    if (rights & PTE_X)
        space_code_changed(s);
    return 0;
}

/* A write to a page that is mapped without W though its area allows it: shared by fork, or a
 * file's. The last owner of an anonymous page need not copy. */
static int
copy_on_write(struct space *s, struct area *a, pte_t *e, u64 va)
{
    u64 old = pte_pa(*e);
    if (!(a->flags & AREA_SHARED) && frame_refs(old) > 1) {
        u64 pa = copy_frame(old);
        if (!pa)
            return -ENOMEM;
        pte_set(e, pte_leaf(pa, rights_of(a)));
        /* Every hart must see the copy before the old frame may go. */
        space_flush(s, va, PAGE_SIZE);
        frame_put(old);
        if (a->flags & AREA_EXEC)
            space_code_changed(s);
        return 0;
    }
    *e = pte_leaf(old, rights_of(a));
    tlb_flush(1UL << hart_index(), va, PAGE_SIZE);
    return 0;
}

static int
make_present(struct space *s, u64 addr, u32 access)
{
    if (addr >= USER_END)
        return -EFAULT;
    struct area *a = find_or_grow(s, addr);
    if (!a)
        return -EFAULT;
    if (!allowed(a, access))
        return -EACCES;
    u64 va = ALIGN_DOWN(addr, PAGE_SIZE);
    pte_t *e = pt_walk(s->root, va, true);
    if (!e)
        return -ENOMEM;
    if (!(*e & PTE_V))
        return first_touch(s, a, e, va, access);
    if (access == AREA_WRITE && !(*e & PTE_W))
        return copy_on_write(s, a, e, va);
    /* Another thread was faster, or this hart remembers an older entry. */
    tlb_flush(1UL << hart_index(), va, PAGE_SIZE);
    return 0;
}

int
space_fault_locked(struct space *s, u64 addr, u32 access)
{
    int err = make_present(s, addr, access);
    /* Of another space - exec builds one - the caller takes care itself. */
    if (err == -ENOMEM && s == space_current())
        space_out_of_memory();
    return err;
}

int
space_fault(struct space *s, u64 addr, u32 access)
{
    spin_lock(&s->lock);
    int err = space_fault_locked(s, addr, access);
    spin_unlock(&s->lock);
    return err;
}

u64
space_lookup(struct space *s, u64 addr, u32 access)
{
    if (addr >= USER_END)
        return 0;
    pte_t *e = pt_walk(s->root, addr, false);
    u64 need = PTE_V | (access == AREA_WRITE ? PTE_W : access == AREA_READ ? PTE_R : PTE_X);
    return e && (*e & need) == need ? pte_pa(*e) : 0;
}
