/* sched.h - giving up the hart, and which harts a process may use. */
#ifndef POSTERN_SCHED_H
#define POSTERN_SCHED_H

#include <sys/types.h>
#include <linux/sched.h>

int sched_yield(void);

#endif
