/* exec.c - a process becomes another program.
 *
 * The new space is built whole - program, interpreter, vDSO, stack - before anything of the old one
 * is given up, so every error returns to a program that lives on. Not here: how a file is mapped
 * (elf.c) and what stands on the stack (args.c). Source: execve(2). */

#include <asm/signal.h>
#include <linux/fcntl.h>
#include <linux/personality.h>
#include "fs/path.h"
#include "lib/string.h"
#include "mm/kmalloc.h"
#include "proc/exec.h"
#include "sched/fp.h"
#include "vdso/vdso.h"

#define STACK_FIRST (128UL << 10) /* mapped from the start, and the least that its limit can be */
#define STACK_MOST  (16UL << 30)  /* however high its limit: the others must have room */

/* --- the file: a program, or a script that names one ----------------------------------------- */

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Splits "#! interpreter [argument]" in place, and puts both in front of the other words. The
 * argument is the whole rest of the line, blanks inside included (execve(2)). 0, or -ENOEXEC. */
static int
parse_script(struct exec *x, char *line)
{
    char *newline = strchr(line, '\n');
    char *end = newline ?: line + strlen(line);
    while (is_blank(end[-1])) /* the '!' ends it */
        end--;
    *end = 0;
    char *interpreter = line + 2;
    while (is_blank(*interpreter))
        interpreter++;
    char *argument = interpreter;
    while (*argument && !is_blank(*argument))
        argument++;
    if (argument == interpreter)
        return -ENOEXEC; /* without a name it is no script */
    if (!newline && argument == line + SCRIPT_LINE - 1)
        return -ENOEXEC; /* the name may go on behind what was read: half a path must not be run */
    while (is_blank(*argument))
        *argument++ = 0;
    if (*argument)
        x->words[--x->first] = argument;
    x->words[--x->first] = interpreter;
    return 0;
}

/* Opens the program at x->path. While it is a script, its interpreter takes its place, and argv
 * becomes { interpreter, [argument], script, argv[1]... }. The interpreter may be a script itself:
 * its path, the first word, then stands where the script's stood. */
static int
find_program(struct exec *x)
{
    const char *path = x->path;
    x->first = ARRAY_SIZE(x->words);
    for (int depth = 0;; depth++) {
        file_put(x->file);
        x->file = NULL;
        int err = vfs_open(AT_FDCWD, kernel_path(path), OPEN_EXECUTE, 0, &x->file);
        if (err)
            return err;
        char *line = x->lines[depth];
        file_read_kernel(x->file, line, SCRIPT_LINE - 1, 0); /* zeros follow what there is */
        if (line[0] != '#' || line[1] != '!')
            return 0;
        if (depth == SCRIPT_DEPTH)
            return -ELOOP;
        if (!depth)
            x->words[--x->first] = path;
        err = parse_script(x, line);
        if (err)
            return err;
        path = x->words[x->first];
    }
}

/* --- the new space --------------------------------------------------------------------------- */

/* The program and, if it names one, its interpreter. */
static int
load(struct exec *x)
{
    char *interpreter scoped_kfree = kzalloc(PATH_LIMIT);
    x->space = space_create();
    if (!x->space || !interpreter)
        return -ENOMEM;
    x->space->unrandom = current_task()->personality & ADDR_NO_RANDOMIZE;
    int err = elf_load(&x->program, x->file, x->space, interpreter);
    if (err || !*interpreter)
        return err;
    err = vfs_open(AT_FDCWD, kernel_path(interpreter), OPEN_EXECUTE, 0, &x->loader);
    return err ?: elf_load(&x->interpreter, x->loader, x->space, NULL);
}

/* Stack, heap and mmap base, each drawn by itself: who learns one of them knows nothing of the
 * others. A program at fixed addresses expects its heap above itself; at the end of user space it
 * gets one all the same. */
static int
draw_places(struct exec *x)
{
    const u32 flags =
        AREA_READ | AREA_WRITE | x->program.stack_exec | AREA_STACK | MAP_AT_NOREPLACE;
    struct space *s = x->space;
    u64 limit = current_process()->rlimit[RLIMIT_STACK].rlim_cur;
    s->stack_limit = MAX(MIN(limit, STACK_MOST), STACK_FIRST);
    u64 kept = s->stack_limit + STACK_GAP;
    u64 stack = space_random_place(s, 0, kept);
    if (!stack)
        return -ENOMEM;
    x->stack_end = stack + kept;
    u64 first = x->stack_end - STACK_FIRST;
    if (space_map(s, first, STACK_FIRST, flags, NULL, NULL, 0, "[stack]") < 0)
        return -ENOMEM;
    u64 heap_low = x->program.header.e_type == ET_EXEC ? x->program.end : 0;
    s->brk_start = s->brk = space_random_place(s, heap_low, HEAP_ROOM);
    s->mmap_top = space_random_place(s, 0, HEAP_ROOM) + HEAP_ROOM;
    return s->brk ? 0 : -ENOMEM;
}

/* --- the exchange ---------------------------------------------------------------------------- */

/* Both are needed afterwards: one is the new program's, the other is given back. */
#define EXCHANGE(a, b)                                                                             \
    do {                                                                                           \
        __typeof__(a) old = a;                                                                     \
        a = b;                                                                                     \
        b = old;                                                                                   \
    } while (0)

/* No way back from here, and nothing that can fail. What the process had is x's afterwards, and
 * goes with it, outside of the lock. */
static void
enter(struct exec *x)
{
    struct process *p = current_process();
    struct thread *t = current();
    const char *name = x->path;
    for (const char *c = name; *c; c++)
        if (*c == '/')
            name = c + 1;
    if (p->space) /* while its locks and words are still there */
        task_leave_memory(current_task());
    files_copy(x->files, p->files, true); /* now that no other thread opens or closes one */
    spin_lock(&process_lock);             /* under it /proc takes its references */
    EXCHANGE(p->space, x->space);
    EXCHANGE(p->exe, x->file);
    EXCHANGE(p->files, x->files);
    t->space = p->space;
    p->did_exec = true;
    p->exit_signal = SIGCHLD;
    strlcpy(p->name, name, sizeof(p->name));
    strlcpy(t->name, name, sizeof(t->name));
    if (p->vfork_task) /* the parent has its memory to itself again */
        wake_all(&p->parent->events);
    p->vfork_task = NULL;
    spin_unlock(&process_lock);
    space_activate(p->space);
    signals_reset(&p->sig);
    current_task()->sig.alt = (struct sig_stack){ 0 };
    current_task()->personality &= ~(u32)PER_MASK; /* the bits stay, the system is Linux */
    /* All registers are 0, a0 too, for libc registers it with atexit (psABI: rtld_fini). */
    memset(t->frame, 0, sizeof(*t->frame));
    t->frame->pc = x->loader ? x->interpreter.entry : x->program.entry;
    t->frame->sp = p->space->stack_start;
    t->frame->status = SSTATUS_SPIE;
    fp_clear();
}

s64
process_exec(const char *path, u64 argv, u64 envp)
{
    struct exec *x scoped_kfree = kzalloc(sizeof(*x));
    _Static_assert(sizeof(*x) <= PAGE_SIZE, "kzalloc gives no more");
    if (!x)
        return -ENOMEM;
    x->path = path;
    x->argv = argv;
    x->envp = envp;
    x->files = files_create();
    int err = x->files ? find_program(x) : -ENOMEM;
    err = err ?: load(x);
    err = err ?: vdso_map(x->space);
    err = err ?: draw_places(x);
    err = err ?: args_build(x);
    err = err ?: process_become_single(); /* last of all: every refusal comes while all are there */
    if (!err)
        enter(x);
    space_put(x->space);
    file_put(x->file);
    file_put(x->loader);
    files_put(x->files);
    return err;
}
