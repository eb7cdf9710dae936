/* table.c - from the number in a7 to the function.
 *
 * Arguments in a0..a5, result in a0; every other register keeps its value (Linux riscv64 system
 * call convention, syscall(2)). Numbers: <asm/unistd.h>. The names stand in list.h. */

#include <asm/errno.h>
#include <asm/unistd.h>
#include "proc/annex.h"
#include "sched/thread.h"
#include "syscall/syscall.h"

/* Everybody is root and in no other group. */
static s64
answer_zero(const u64 *arg)
{
    return 0;
}

#define CALL(name)        [__NR_##name] = sys_##name,
#define ZERO(name)        [__NR_##name] = answer_zero,
#define OWN(name, number) [number] = sys_##name,
/* What fdatasync may leave out is nothing here. */
static const syscall_fn table[] = { [__NR_fdatasync] = sys_fsync,
                                    SYSCALLS(CALL) SYSCALLS_ZERO(ZERO) SYSCALLS_OWN(OWN) };

/* The numbers that only an annex has. */
static syscall_fn
call_of_annex(u64 number)
{
    for_each_annex (annex)
        for (const struct annex_call *c = annex->calls; c && c->call; c++)
            if (c->number == number)
                return c->call;
    return NULL;
}

void
syscall_dispatch(struct trapframe *f)
{
    u64 number = f->a7;
    f->pc += 4; /* past the ecall: it has no compressed form */
    f->orig_a0 = f->a0;
    syscall_fn fn = number < ARRAY_SIZE(table) ? table[number] : NULL;
    if (!fn)
        fn = call_of_annex(number);
    s64 result = fn ? fn(&f->a0) : -ENOSYS;
    /* A call that replaced the frame (execve, rt_sigreturn) returns what its a0 now holds. */
    f->a0 = (u64)result;
}
