/* args.c - the strings of argv and envp move from the old program's memory to the new one's stack.
 *
 * Source: System V ABI, "Process Initialization"; limits as execve(2). */

#include "proc/args.h"
#include <asm/errno.h>
#include "lib/random.h"
#include "lib/string.h"
#include "mm/kmalloc.h"
#include "mm/space.h"
#include "mm/usercopy.h"
#include "sched/thread.h"

#define STRING_LIMIT 131072UL /* MAX_ARG_STRLEN: 32 pages */
#define PIECE        128UL

static int
reserve(struct arg_stack *a, u64 bytes)
{
    u64 pointers = (a->argc + a->envc) * sizeof(u64); /* they count, too */
    if (bytes > a->sp || a->top - (a->sp - bytes) + pointers > a->limit)
        return -E2BIG;
    a->sp -= bytes;
    return 0;
}

int
arg_push(struct arg_stack *a, const char *text)
{
    u64 n = strlen(text) + 1;
    int err = reserve(a, n);
    if (err)
        return err;
    return copy_to_space(a->space, a->sp, text, n) ? -ENOMEM : 0;
}

/* Length of the string at user address `src` of space `s`, NUL included; -E2BIG when it is longer
 * than allowed, -EFAULT when unreadable. */
static s64
measure(struct space *s, u64 src)
{
    char piece[PIECE];
    for (u64 done = 0; done < STRING_LIMIT;) {
        u64 n = PIECE - (src + done) % PIECE;
        if (copy_from_space(s, piece, src + done, n))
            return -EFAULT;
        u64 used = strnlen(piece, n);
        done += used;
        if (used < n)
            return done < STRING_LIMIT ? (s64)done + 1 : -E2BIG;
    }
    return -E2BIG;
}

static int
push_user(struct arg_stack *a, u64 src)
{
    s64 n = measure(current()->space, src);
    if (n < 0)
        return (int)n;
    int err = reserve(a, n);
    char piece[PIECE];
    for (u64 done = 0; done < (u64)n && !err;) {
        u64 chunk = MIN((u64)n - done, PIECE - (src + done) % PIECE);
        if (copy_from_user(piece, src + done, chunk))
            return -EFAULT;
        /* Another thread may be writing there: the string ends where it was measured to end. */
        if (done + chunk == (u64)n)
            piece[chunk - 1] = 0;
        if (copy_to_space(a->space, a->sp + done, piece, chunk))
            return -ENOMEM;
        done += chunk;
    }
    return err;
}

static s64
count_vector(u64 vector, u64 most)
{
    for (u64 n = 0; n < most; n++) {
        u64 pointer;
        if (copy_from_user(&pointer, vector + n * sizeof(u64), sizeof(pointer)))
            return -EFAULT;
        if (!pointer)
            return (s64)n;
    }
    return -E2BIG;
}

int
arg_push_vector(struct arg_stack *a, u64 vector, u64 *count)
{
    s64 n = vector ? count_vector(vector, a->limit / sizeof(u64)) : 0;
    if (n < 0)
        return (int)n;
    *count = (u64)n;
    while (n-- > 0) {
        u64 pointer;
        if (copy_from_user(&pointer, vector + (u64)n * sizeof(u64), sizeof(pointer)))
            return -EFAULT;
        int err = push_user(a, pointer);
        if (err)
            return err;
    }
    return 0;
}

int
arg_drop_first(struct arg_stack *a)
{
    s64 n = measure(a->space, a->sp);
    if (n < 0)
        return (int)n;
    a->sp += (u64)n;
    return 0;
}

/* The addresses of `count` strings that lie one behind the other from *at upwards, and a NULL. */
static int
write_vector(struct arg_stack *a, u64 *at, u64 count, u64 where)
{
    for (u64 i = 0; i < count; i++) {
        if (copy_to_space(a->space, where + i * sizeof(u64), at, sizeof(u64)))
            return -ENOMEM;
        s64 n = measure(a->space, *at);
        if (n < 0)
            return (int)n;
        *at += (u64)n;
    }
    u64 null = 0;
    return copy_to_space(a->space, where + count * sizeof(u64), &null, sizeof(null)) ? -ENOMEM : 0;
}

int
arg_finish(struct arg_stack *a, const struct elf *program, const struct elf *interpreter)
{
    struct space *s = a->space;
    /* Below the strings a random step of 16 bytes: the lowest bits of sp are drawn too. */
    u64 strings = a->sp, random_at = ALIGN_DOWN(strings, 16) - 16 - (random_below(512) << 4);
    u32 words = auxv_fill(s->auxv, s, a, program, interpreter, random_at);
    u64 vectors = (1 + a->argc + 1 + a->envc + 1 + words) * sizeof(u64);
    u64 sp = ALIGN_DOWN(random_at - vectors, 16); /* psABI: sp is 16-byte aligned at entry */
    u64 argv = sp + sizeof(u64), envp = argv + (a->argc + 1) * sizeof(u64);
    u64 auxv = envp + (a->envc + 1) * sizeof(u64), at = strings;
    s->arg_start = at;
    if (copy_to_space(s, sp, &a->argc, sizeof(u64)) || write_vector(a, &at, a->argc, argv))
        return -ENOMEM;
    s->arg_end = s->env_start = at;
    if (write_vector(a, &at, a->envc, envp) || copy_to_space(s, auxv, s->auxv, words * sizeof(u64)))
        return -ENOMEM;
    s->env_end = at;
    a->sp = s->stack_start = sp;
    return 0;
}
