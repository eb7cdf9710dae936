/* hart.h - which hart is this, for code below the scheduler.
 *
 * In the kernel tp holds the current thread; its first word points at the hart that runs it, whose
 * first word is the hart's index. sched/thread.h owns both structs and asserts these two facts, so
 * that locks and interrupt controllers need nothing of the room above them. boot/entry.S sets tp
 * before the first line of C in the high half. */
#pragma once

#include "lib/types.h"

static inline void *
thread_pointer(void)
{
    void *tp;
    __asm__ volatile("mv %0, tp" : "=r"(tp));
    return tp;
}

/* The record of this hart: a name that no other hart shares. */
#define hart_self() (*(const void *const *)thread_pointer())

/* 0.. in the order of coming up; indexes machine.hart_ids and everything else per hart. */
#define hart_index() (*(const u32 *)hart_self())
