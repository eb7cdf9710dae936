/* syscall.h - one table from number to function.
 *
 * Each function takes the six argument registers as they are and returns a value or negative errno.
 * It checks and converts arguments (an `int` argument is the low 32 bits, whatever the upper ones
 * hold) and calls the room that does the work. Numbers: <asm/unistd.h> of the cross headers. */
#pragma once

#include "lib/types.h"
#include "mm/usercopy.h"

typedef s64 (*syscall_fn)(const u64 *arg);

/* Declares all functions. The table in table.c is made from the same lists. */
#include "syscall/list.h"

#define DECLARE(name) s64 sys_##name(const u64 *arg);
#define DECLARE_OWN(name, number)                                                                  \
    DECLARE(name)                                                                                  \
    _Static_assert(number >= OWN_FIRST && number <= OWN_LAST, #name ": see OWN_FIRST in list.h");
SYSCALLS(DECLARE)
SYSCALLS_OWN(DECLARE_OWN)

/* Called by trap/ for every ecall of user space. */
struct trapframe;
void syscall_dispatch(struct trapframe *f);

/* Reads a struct timespec of the user, with a unit of 1000 ns a struct timeval, as nanoseconds: 292
 * years at most, which no clock comes to. 0, -EFAULT, or -EINVAL for what is no time. (time.c) */
int time_from_user(u64 *ns, u64 addr, u64 unit_ns);
/* Reads a struct timespec that is a time from now and gives that deadline, in ticks of rdtime.
 * Address 0: NEVER. Errors as above. (time.c) */
int deadline_from_user(u64 addr, u64 *deadline);

/* Writes an answer of n bytes that the caller may not want: address 0 says so. 0 or -EFAULT. */
static inline int
answer_to_user(u64 addr, const void *answer, u64 n)
{
    return addr ? copy_to_user(addr, answer, n) : 0;
}

/* Writes a struct rusage that knows only the time used (timebase ticks), unless addr is 0. 0 or
 * -EFAULT. */
int rusage_to_user(u64 addr, u64 ticks);
