/* debug.h - the hooks of DEBUG=1: checks of locks and of free memory.
 *
 * Without CONFIG_DEBUG every hook is an empty statement, so the code that calls them needs no
 * #ifdef and pays nothing. A finding is a log line of level LOG_ERR; then the kernel goes on. The
 * undefined behaviour sanitizer (debug/checks/ubsan.c) needs no hook: the compiler calls it. */
#pragma once

#include "lib/types.h"

struct spinlock;

/* --- locks (debug/checks/locks.c), called by spinlock.c -------------------------------------- */
void debug_lock_wanted(struct spinlock *l);   /* before it spins: order */
void debug_lock_released(struct spinlock *l); /* before it is free: foreign release */
/* On the way back to user space, where no lock may be held. */
void debug_lock_none_held(void);

/* --- frames (debug/checks/poison.c), called by mm/frame.c with the frame's kernel address ----- */
void debug_frame_freed(void *page);     /* fills it with a pattern */
void debug_frame_allocated(void *page); /* reports whoever wrote to it since */

#ifndef CONFIG_DEBUG

#define debug_lock_wanted(l)        ((void)(l))
#define debug_lock_released(l)      ((void)(l))
#define debug_lock_none_held()      ((void)0)
#define debug_frame_freed(page)     ((void)(page))
#define debug_frame_allocated(page) ((void)(page))

#endif
