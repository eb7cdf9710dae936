/* checks.h - the checks of DEBUG=1, one function for each hook of debug/debug.h.
 *
 * For this annex alone: the core reaches them through the table in hooks.c. */
#pragma once

#include "debug/debug.h"

/* locks.c */
void check_lock_wanted(struct spinlock *l);
void check_lock_released(struct spinlock *l);
void check_lock_none_held(void);

/* poison.c */
void check_frame_freed(void *page);
void check_frame_allocated(void *page);
