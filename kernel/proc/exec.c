/* exec.c - a process becomes another program.
 *
 * The new space is built whole - program, interpreter, vDSO, stack - before anything of the old one
 * is given up, so every error returns to a program that lives on. Source: execve(2). */

#include <asm/errno.h>
#include <asm/signal.h>
#include "fs/inode.h"
#include "lib/random.h"
#include "lib/string.h"
#include "mm/kmalloc.h"
#include "mm/usercopy.h"
#include "proc/args.h"
#include "proc/elf.h"
#include "proc/process.h"
#include "sched/fp.h"
#include "vdso/vdso.h"

#define SCRIPT_LINE  256 /* BINPRM_BUF_SIZE: what is looked at of a script's first line */
#define SCRIPT_DEPTH 5
#define HEAP_ROOM    (1UL << 30) /* kept free above the heap's start, when drawn */
#define MMAP_LOW     (64UL << 30)

/* Of arguments and environment, however large the stack may grow: three quarters of the usual 8 MiB
 * (Linux, fs/exec.c). They are copied before the old program is given up. */
#define ARGUMENTS_MOST (6UL << 20)

/* All that exec collects on its way. */
struct exec {
    struct file *file;
    struct space *space;
    struct files *files; /* its own: what close-on-exec closes stays open for who shared them */
    struct arg_stack args;
    struct elf program, interpreter;
    u64 entry;
    char script[SCRIPT_LINE];
};

/* --- the file: a program, or a script that names one ----------------------------------------- */

static struct file *
open_program(const char *path, int *err)
{
    struct file *f = vfs_open(path, 0, 0, err);
    if (f && (*err = vfs_may_execute(f)) != 0) {
        file_put(f);
        f = NULL;
    }
    return f;
}

/* Splits "#! interpreter [argument]" in place. 0, or -ENOEXEC. */
static int
parse_script(char *line, char **interpreter, char **argument)
{
    char *p = line + 2, *end = strchr(line, '\n');
    if (!end && strlen(line) == SCRIPT_LINE - 1 && !strchr(p + 1, ' ') && !strchr(p + 1, '\t'))
        return -ENOEXEC; /* the name itself may be cut */
    if (end)
        *end = 0;
    while (*p == ' ' || *p == '\t')
        p++;
    *interpreter = p;
    while (*p && *p != ' ' && *p != '\t')
        p++;
    *argument = NULL;
    if (*p) {
        *p++ = 0;
        while (*p == ' ' || *p == '\t')
            p++;
        for (end = p + strlen(p); end > p && (end[-1] == ' ' || end[-1] == '\t');)
            *--end = 0;
        *argument = *p ? p : NULL;
    }
    return **interpreter ? 0 : -ENOEXEC;
}

/* While the file is a script: its interpreter takes its place, and argv becomes
 * { interpreter, [argument], script, argv[1]... }. */
static int
resolve_script(struct exec *x, const char *path)
{
    char *interpreter, *argument, *name = kzalloc(PAGE_SIZE);
    int err = name ? 0 : -ENOMEM;
    if (name)
        strlcpy(name, path, PAGE_SIZE);
    for (int depth = 0; !err; depth++) {
        memset(x->script, 0, sizeof(x->script));
        file_read_kernel(x->file, x->script, sizeof(x->script) - 1, 0);
        if (x->script[0] != '#' || x->script[1] != '!')
            break;
        err = depth == SCRIPT_DEPTH ? -ELOOP : parse_script(x->script, &interpreter, &argument);
        if (!err && x->args.argc)
            err = arg_drop_first(&x->args);
        if (!err)
            err = arg_push(&x->args, name);
        if (!err && argument)
            err = arg_push(&x->args, argument);
        if (!err)
            err = arg_push(&x->args, interpreter);
        if (err)
            break;
        x->args.argc += (x->args.argc ? 1 : 2) + (argument ? 1 : 0);
        strlcpy(name, interpreter, PAGE_SIZE);
        struct file *f = open_program(name, &err);
        if (f) {
            file_put(x->file);
            x->file = f;
        }
    }
    kfree(name);
    return err;
}

/* --- the new space --------------------------------------------------------------------------- */

static int
make_stack(struct exec *x)
{
    struct space *s = x->space;
    u64 limit = current_process()->rlimit[RLIMIT_STACK].rlim_cur;
    limit = MAX(MIN(limit, USER_END / 8), 32 * PAGE_SIZE);
    s->stack_limit = limit;
    u64 place = space_random_place(s, MMAP_LOW, USER_END, limit);
    if (!place)
        return -ENOMEM;
    u64 end = place + limit, start = end - 32 * PAGE_SIZE;
    s64 at =
        space_map(s, start, end - start, AREA_READ | AREA_WRITE | AREA_STACK | MAP_AT_NOREPLACE,
                  NULL, NULL, 0, "[stack]");
    if (at < 0)
        return (int)at;
    x->args.space = s;
    x->args.top = x->args.sp = end;
    x->args.limit = MAX(MIN(limit / 4, ARGUMENTS_MOST), 32 * PAGE_SIZE);
    return 0;
}

static int
push_arguments(struct exec *x, const char *path, u64 argv, u64 envp)
{
    u64 null = 0;
    x->args.sp -= sizeof(u64);
    int err = copy_to_space(x->space, x->args.sp, &null, sizeof(null)) ? -ENOMEM : 0;
    if (!err)
        err = arg_push(&x->args, path);
    x->args.execfn = x->args.sp;
    if (!err)
        err = arg_push_vector(&x->args, envp, &x->args.envc);
    if (!err && argv != EXEC_NO_VECTORS)
        err = arg_push_vector(&x->args, argv, &x->args.argc);
    if (!err && !x->args.argc) { /* a program may rely on argv[0] (Linux since 5.18) */
        err = arg_push(&x->args, argv == EXEC_NO_VECTORS ? path : "");
        x->args.argc = 1;
    }
    return err;
}

static int
map_interpreter(struct exec *x)
{
    x->entry = elf_entry(&x->program);
    if (!x->program.interpreter)
        return 0;
    int err;
    struct file *f = open_program(x->program.interpreter, &err);
    if (!f)
        return err;
    err = elf_open(&x->interpreter, f);
    if (err == -ENOEXEC) /* of a file without room for a header Linux says something else */
        err = f->inode->size < sizeof(Elf64_Ehdr) ? -EIO : -ELIBBAD;
    if (!err)
        err = elf_map(&x->interpreter, x->space);
    if (!err)
        x->entry = elf_entry(&x->interpreter);
    elf_close(&x->interpreter);
    file_put(f);
    return err;
}

/* Heap and mmap base, each drawn by itself. */
static int
draw_places(struct exec *x)
{
    struct space *s = x->space;
    u64 heap = space_random_place(s, x->program.header.e_type == ET_EXEC ? x->program.end : 0,
                                  USER_END, HEAP_ROOM);
    if (!heap)
        return -ENOMEM;
    s->brk_start = s->brk = heap;
    s->mmap_top = MMAP_LOW + (random_below((USER_END - MMAP_LOW) >> PAGE_SHIFT) << PAGE_SHIFT);
    return 0;
}

static int
build(struct exec *x, const char *path, u64 argv, u64 envp)
{
    x->space = space_create();
    int err = x->space ? make_stack(x) : -ENOMEM;
    if (!err)
        err = push_arguments(x, path, argv, envp);
    if (!err)
        err = resolve_script(x, path);
    if (!err)
        err = elf_open(&x->program, x->file);
    if (!err)
        err = elf_map(&x->program, x->space);
    if (!err)
        err = map_interpreter(x);
    if (!err)
        err = vdso_map(x->space);
    if (!err)
        err = draw_places(x);
    if (!err)
        err = arg_finish(&x->args, &x->program, x->program.interpreter ? &x->interpreter : NULL);
    return err;
}

/* --- the exchange ---------------------------------------------------------------------------- */

/* No way back from here, and nothing that can fail. */
static void
enter(struct exec *x, const char *path)
{
    struct process *p = current_process();
    struct thread *t = current();
    struct space *old = p->space;
    struct file *old_exe = p->exe;
    struct files *old_files = p->files;
    if (old)
        task_leave_memory(current_task());
    const char *name = path;
    for (const char *c = path; *c; c++)
        name = *c == '/' ? c + 1 : name;
    file_get(x->file);
    spin_lock(&process_lock); /* under it /proc takes its references */
    p->space = t->space = x->space;
    p->exe = x->file;
    p->files = x->files;
    p->did_exec = true;
    p->exit_signal = SIGCHLD;
    strlcpy(p->name, name, sizeof(p->name));
    strlcpy(t->name, name, sizeof(t->name));
    spin_unlock(&process_lock);
    space_activate(x->space);
    if (old)
        space_put(old);
    file_put(old_exe);
    files_put(old_files);
    vfork_release(p);
    files_close_on_exec(p->files);
    signals_copy(&p->sig, &p->sig, true);
    current_task()->sig.alt = (struct sig_stack){ 0 };
    memset(t->frame, 0, sizeof(*t->frame));
    t->frame->pc = x->entry;
    t->frame->sp = x->args.sp;
    t->frame->status = SSTATUS_SPIE;
    fp_clear();
}

s64
process_exec(const char *path, u64 argv, u64 envp)
{
    struct exec *x = kzalloc(sizeof(*x));
    if (!x)
        return -ENOMEM;
    int err;
    x->file = open_program(path, &err);
    if (x->file)
        err = build(x, path, argv, envp);
    if (!err)
        err = process_become_single();
    if (!err && !(x->files = files_unshare(current_process()->files)))
        err = -ENOMEM;
    if (!err) {
        enter(x, path);
        x->space = NULL;
    }
    elf_close(&x->program);
    if (x->space)
        space_put(x->space);
    if (x->file)
        file_put(x->file);
    kfree(x);
    return err;
}
