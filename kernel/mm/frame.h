/* frame.h - physical page frames with reference counts.
 *
 * A frame is named by its physical address `pa` (page aligned; 0 is "none"). It is free when
 * nobody references it. Who stores a `pa` owns one reference: a page table entry, a ramfs page, a
 * pipe. Not here: who maps it where (space.h). Lock: one spin lock inside, taken last. */
#pragma once

#include "lib/types.h"
#include "mm/layout.h"

/* Takes over all RAM of the machine that nobody uses yet: not the firmware's, not the kernel's,
 * not the initrd's. Boot hart, once. */
void frame_init(void);

/* A frame with one reference, contents undefined; 0 when memory is exhausted. */
u64 frame_alloc(void);
/* The same, filled with zeros. */
u64 frame_alloc_zero(void);

/* One more reference; the first for a frame of the initrd, whose pages files keep in place. */
void frame_get(u64 pa);
/* Drops a reference; the last one frees the frame. pa 0 is allowed and ignored. */
void frame_put(u64 pa);

/* What is known of a frame. Whoever holds a reference may read `refs`, and may keep a number in
 * `tag` (kmalloc keeps the size class there). */
struct frame {
    u32 refs;
    u32 tag; /* of a free frame: the number of the next one + 1, 0 at the end */
};
struct frame *frame_record(u64 pa);

/* Physical address of the kernel's first byte. The first page table is built from it, so it is set
 * before everything else (boot/tables.c). */
extern u64 image_load_address;

/* How many frames are free at this moment: no lock is taken, another hart may take one at once. */
u64 frames_free(void);
/* How many frames of RAM the machine has, those in use from the start among them. Constant. */
u64 frames_total(void);

/* Where the kernel sees the frame: the direct map, or the image for what lies in the kernel's own
 * text and read-only data (the vDSO image), which are holes of the direct map. */
void *frame_address(u64 pa);

/* As frame_address, for a frame that came from frame_alloc: those are all in the direct map. */
#define frame_direct(pa) ((void *)(DIRECT_BASE + (pa)))

/* The frame that the kernel sees at `kva`, an address in the direct map or the kernel's image. */
u64 frame_of(const void *kva);
