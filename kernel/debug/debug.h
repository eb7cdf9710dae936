/* debug.h - the hooks of DEBUG=1: where locks and frames tell the checks what happens to them.
 *
 * Without CONFIG_DEBUG every hook is an empty statement, so the code that calls them needs no
 * #ifdef and pays nothing. With it the calls go through one table, which the annex fills
 * (annex/checks): the core names none of its functions. A finding is a log line of level LOG_ERR;
 * then the kernel goes on. */
#pragma once

#include "lib/types.h"

struct spinlock;

struct debug_hooks {
    /* Called by lib/spinlock.c. */
    void (*lock_wanted)(struct spinlock *l);   /* before it spins: order */
    void (*lock_released)(struct spinlock *l); /* before it is free: foreign release */
    /* Where no lock may be held: on the way back to user space, and before copies that may wait. */
    void (*lock_none_held)(void);
    /* Called by mm/frame.c with the frame's kernel address. */
    void (*frame_freed)(void *page);     /* fills it with a pattern */
    void (*frame_allocated)(void *page); /* reports whoever wrote to it since */
};

#ifdef CONFIG_DEBUG

/* Defined above, in annex/checks: locks are taken before anybody could hand a table down. */
extern const struct debug_hooks debug_hooks;

#define debug_hook(name, ...) debug_hooks.name(__VA_ARGS__)

#else

#define debug_hook(name, ...) ((void)0)

#endif
