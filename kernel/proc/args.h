/* args.h - argv, envp and auxv on the new program's stack.
 *
 * Used by exec.c alone, on a space that no hart runs yet. Not here: what the auxiliary vector says
 * (auxv.c). Source: System V ABI, "Process Initialization"; execve(2) for the limits. */
#pragma once

#include "lib/types.h"

struct elf;
struct space;

/* A stack being filled from its top downwards, in a space that no hart runs yet. */
struct arg_stack {
    struct space *space;
    u64 top, sp; /* user addresses */
    u64 limit;   /* strings may take this many bytes; more is -E2BIG */
    u64 argc, envc;
    u64 execfn; /* address of the path */
};

/* Pushes one kernel string. 0, -E2BIG or -ENOMEM. */
int arg_push(struct arg_stack *a, const char *text);
/* Pushes the strings of the user vector (0: none) so that the first ends lowest; counts them. */
int arg_push_vector(struct arg_stack *a, u64 user_vector, u64 *count);
/* Takes back the lowest string. */
int arg_drop_first(struct arg_stack *a);

/* Pushes random bytes, auxv and the vectors; a->sp is then the program's first sp. `interpreter` is
 * NULL for a static program. */
int arg_finish(struct arg_stack *a, const struct elf *program, const struct elf *interpreter);

/* Fills v with the auxiliary vector and returns its words, AT_NULL included (auxv.c). */
u32 auxv_fill(u64 *v, struct space *s, const struct arg_stack *a, const struct elf *program,
              const struct elf *interpreter, u64 random_at);
