/* exec.h - what the steps of exec hand to one another. For exec.c, elf.c and args.c alone.
 *
 * The steps work on a space that no hart runs yet. Errors are Linux's (fs/binfmt_elf.c as seen
 * through execve(2)). */
#pragma once

#include <elf.h>
#include "proc/process.h"

#define SCRIPT_LINE  256 /* BINPRM_BUF_SIZE: what is looked at of a script's first line */
#define SCRIPT_DEPTH 5

/* A program or an interpreter, as it lies in the new space. */
struct elf {
    Elf64_Ehdr header;
    u64 bias, entry;  /* bias: what was added to its addresses */
    u64 end;          /* first address behind its last segment */
    u64 phdr_address; /* user address of the program headers, 0 if not mapped */
    u32 stack_exec;   /* AREA_EXEC if it wants to run code on its stack (PT_GNU_STACK), or 0 */
};

/* All that exec collects on its way. What is in it at the end goes with it: after a failure that is
 * the new program, after the exchange what was left of the old one. */
struct exec {
    const char *path;
    u64 argv, envp;             /* user addresses of the vectors, 0: none */
    struct file *file, *loader; /* of the program and its interpreter, NULL: a static program */
    /* Its own, filled at the exchange: what close-on-exec closes stays open for who shared them. */
    struct files *files;
    struct space *space;
    struct elf program, interpreter;
    u64 stack_end;
    /* What stands in argv before the user's strings: words[first] and up. */
    const char *words[2 * SCRIPT_DEPTH + 1];
    u32 first;
    char lines[SCRIPT_DEPTH + 1][SCRIPT_LINE]; /* first ones, of the scripts; they hold the words */
};

/* Reads and checks the headers of `f` and maps its PT_LOADs, ET_DYN at a random place of its own.
 * -EINVAL: impossible segments; -ENOMEM; not a program for us: -ENOEXEC. Stores the path of its
 * interpreter, if it has one, in PATH_LIMIT bytes. `interpreter_path` NULL: it is one itself, and
 * if it is broken the answer is -ELIBBAD, or -EIO without room for a header. */
int elf_load(struct elf *e, struct file *f, struct space *s, char *interpreter_path);

/* Fills the stack below x->stack_end with strings, auxiliary vector and pointers, when all else is
 * in its place; sets space->stack_start. 0, -E2BIG, -EFAULT, -ENOMEM. */
int args_build(struct exec *x);
