/* space.h - an address space: a page table and the list of areas that say what may be in it.
 *
 * An area is a range with one set of rights and one source of pages. Pages come on the first touch
 * (space_fault); fork shares them copy-on-write. Everything - heap, stack, files, vDSO, PROT_NONE
 * reservations - is an area in this one list and comes through this one fault path.
 * Not here: ELF (proc/), files (fs/), the vDSO's place (vdso/): those rooms hand in a pager.
 *
 * Locks: `lock` guards areas and page table. Functions take it themselves unless said otherwise.
 * Source of the semantics: Linux man-pages mmap(2), mprotect(2), brk(2). */
#pragma once

#include "lib/list.h"
#include "lib/spinlock.h"
#include "mm/layout.h"

struct area;

/* Where the pages of an area come from; NULL means anonymous memory (zeros). */
struct pager {
    /* Stores in *pa the frame of the object's page `index`, with a reference for the caller.
     * 0, -EIO beyond the end of the object (SIGBUS), -ENOMEM. Called with the space's lock held. */
    int (*page)(void *object, u64 index, u64 *pa);
    void (*get)(const struct area *a); /* one more refers to its object; may be NULL, like put */
    void (*put)(const struct area *a);
    /* What /proc/PID/maps prints for it: a name, and a number that is never another's, by which
     * futexes know it, too. Both may be NULL for what is not shared. */
    void (*describe)(void *object, char *name, size_t size);
    u64 (*number)(void *object);
};

#define AREA_READ    1u /* equal to PROT_READ, PROT_WRITE, PROT_EXEC */
#define AREA_WRITE   2u
#define AREA_EXEC    4u
#define AREA_PROT    7u
#define AREA_SHARED  8u  /* writes go to the object and are seen by all */
#define AREA_STACK   16u /* grows down to its limit on a fault just below */
#define AREA_SPECIAL 32u /* vDSO and vvar: not split by mremap, never written through */
/* What /proc/PID/maps prints for `flags & (AREA_PROT | AREA_SHARED)`, as in "r-xp". */
extern const char area_rights[16][5];
/* mprotect may not add these rights: W to a file that was opened read-only, W and X to vvar. */
#define AREA_NEVER(prot) ((prot) << 6)
/* Mapped from a descriptor for writing, which may be closed since. The area counts as one who
 * writes the file, be it read-only, for it may become writable: nobody may run the file. */
#define AREA_WRITER 512u

struct area {
    struct list link; /* in the space's ring, ordered by address */
    u64 start, end;   /* page aligned, end not included */
    u32 flags;        /* AREA_... */
    const struct pager *pager;
    void *object;
    u64 offset_pages; /* page of the object at `start` */
    const char *name; /* "[heap]", "[stack]", "[vdso]" ... or NULL */
};

/* What fork copies as it is: what exec found out, and the size. */
struct space_figures {
    u64 brk_start, brk;
    u64 mmap_top;    /* mmap places areas below it, downwards */
    u64 stack_limit; /* bytes that the stack may grow to (RLIMIT_STACK) */
    bool unrandom;   /* personality(ADDR_NO_RANDOMIZE): every place is the highest there is */
    u64 stack_start; /* sp at entry, for /proc/PID/stat */
    u64 arg_start, arg_end, env_start, env_end;
    u64 vdso_base, sigreturn; /* user addresses; sigreturn = __vdso_rt_sigreturn here */
    u64 auxv[64];     /* as the program got it, for /proc/PID/auxv; pairs, AT_NULL ends it */
    u64 mapped_pages; /* sum of all areas */
};

struct space {
    struct space_figures; /* first: space_fork copies it (-fms-extensions) */
    struct spinlock lock;
    u64 number; /* never used twice, as its address is */
    u32 refs;   /* threads' processes that share it (vfork), atomically counted */
    u32 area_count;
    struct area border; /* the ring of areas begins and ends here (area.h) */
    u64 root;           /* frame of the root page table */
    u64 active_harts;   /* harts whose satp is this space; atomic bits */
    u64 resident_pages; /* entries in the page table */
};

#define for_each_area(a, s) list_for_each (a, &(s)->border.link, link)
#define area_next(a)        list_entry((a)->link.next, struct area, link)
/* The first area that ends above addr, or the border, which begins at USER_END. Call with the lock
 * held. */
struct area *area_at_or_above(struct space *s, u64 addr);

/* A new empty space with one user, or NULL without memory. The kernel half is in place. */
struct space *space_create(void);
/* A copy for fork: private areas copy-on-write, shared ones shared. NULL without memory. */
struct space *space_fork(struct space *from);
#define space_get(s) ref_get(s) /* counts one more user; returns s */
/* Drops a user; the last one frees all areas, page tables and frames. Never the current space of
 * a hart: the scheduler moves to the kernel's root first. NULL allowed. */
void space_put(struct space *s);

/* Flags of space_map beside AREA_*. */
#define MAP_AT_FIXED     0x10000u /* exactly at `addr`, replacing what is there */
#define MAP_AT_NOREPLACE 0x20000u /* exactly at `addr`, -EEXIST if something is there */

/* Adds an area of `length` bytes, not 0, rounded up to pages. `addr` is a hint unless MAP_AT_*. The
 * pager's get() is called once for each area made. Returns the address or -ENOMEM, -EINVAL, -EPERM
 * (below what may be mapped), -EEXIST. Nothing of the old mapping is lost on an error. */
s64 space_map(struct space *s, u64 addr, u64 length, u32 flags, const struct pager *pager,
              void *object, u64 offset_pages, const char *name);

/* munmap: splits areas as needed. 0, -EINVAL or -ENOMEM. */
int space_unmap(struct space *s, u64 addr, u64 length);
/* mprotect. 0, -EINVAL, -ENOMEM when a page of the range has no area, -EACCES. */
int space_protect(struct space *s, u64 addr, u64 length, u64 prot);
/* madvise and msync: 0, -EINVAL, -ENOMEM when a page of the range has no area. With `discard`
 * (MADV_DONTNEED) gives the pages back; private ones read as fresh afterwards. vvar's are not the
 * program's to give: -EINVAL. */
int space_advise(struct space *s, u64 addr, u64 length, bool discard);
/* Pages of `object` from number `first` on are gone (a file was cut): takes them out of all areas
 * that show it, private copies too. Whoever touches one now asks the pager and gets its error. */
void space_forget(struct space *s, const void *object, u64 first);
/* brk(2): returns the new break, or the old one when it cannot be moved there. */
u64 space_brk(struct space *s, u64 brk);

/* What stays free when places are found: behind the heap's start (and, when that is drawn, below
 * the mmap base), and below the stack's limit (as Linux's stack_guard_gap; the stack does not grow
 * nearer to the area below it either). */
#define HEAP_ROOM (1UL << 30)
#define STACK_GAP (256 * PAGE_SIZE)

/* A page-aligned random address for `length` bytes with nothing mapped there nor in the page
 * before and behind: uniform over the upper third of user space, from `low` on if that is higher.
 * Where there is no room, anywhere; 0 when there is none at all. */
u64 space_random_place(struct space *s, u64 low, u64 length);

/* The area that holds addr, or NULL. Call with the lock held. */
struct area *space_find(struct space *s, u64 addr);

/* A program touched `addr`. `access` is AREA_READ, AREA_WRITE or AREA_EXEC. 0 if the page is there
 * now and the access may be tried again; -EFAULT no area (SEGV_MAPERR), -EACCES not allowed
 * (SEGV_ACCERR), -EIO beyond the file's end (SIGBUS), -ENOMEM. */
int space_fault(struct space *s, u64 addr, u32 access);
/* As space_fault; the caller holds the lock (usercopy). */
int space_fault_locked(struct space *s, u64 addr, u32 access);

/* Handed down by kernel/proc: there was no memory for a page that must come. It sees to it that
 * some comes back, and lets others run. False: the current task is to end, and may not wait. */
extern bool (*space_make_memory)(void);

/* Makes this hart translate by `s` (NULL: the kernel alone). Scheduler and exec only. */
void space_activate(struct space *s);
/* The space by which this hart translates: the current thread's, NULL in a kernel thread. */
struct space *space_current(void);

/* Instructions in user memory have changed: fence.i on this hart and on those that run threads
 * of it (unprivileged ISA, Zifencei). A hart that comes later fences in space_activate. */
void space_code_changed(struct space *s);
