/* args.c - argv, envp and the auxiliary vector on the new program's stack.
 *
 *     sp -> argc, argv[0].., NULL, envp[0].., NULL, auxv | random gap, 16 random bytes |
 *           strings of argv, of envp, the path | 8 zero bytes | end of the stack
 *
 * Source: System V ABI, "Process Initialization"; limits as execve(2); entries of the vector, and
 * their order, as on Linux riscv64 (getauxval(3)). */

#include "machine/machine.h"
#include "lib/random.h"
#include "lib/string.h"
#include "mm/usercopy.h"
#include "proc/exec.h"
#include "proc/sigframe.h"

#define AT_RSEQ_FEATURE_SIZE 27 /* newer than Debian 12's headers (Linux 6.3) */
#define AT_RSEQ_ALIGN        28

#define STRING_LIMIT 131072UL /* MAX_ARG_STRLEN: 32 pages */
#define PIECE        128UL    /* strings are copied by, through the kernel's stack */
#define WORD         sizeof(u64)

/* Of arguments and environment, a quarter of the stack's limit, but never more than three quarters
 * of the usual 8 MiB, and always the 32 pages that old programs count on (Linux, fs/exec.c). They
 * are copied before the old program is given up. */
#define ARGUMENTS_MOST  (6UL << 20)
#define ARGUMENTS_LEAST (128UL << 10)

/* Strings and pointers on their way. All of them go twice: the first time nothing is written, but
 * afterwards it is known how much there is, and so where each has its place. */
struct pushing {
    struct space *to;    /* NULL: the first time */
    u64 pointer, string; /* user addresses of the next ones */
    u64 left;            /* so many bytes may still come */
    u64 argc;
};

/* Pushes bytes to *where, which moves on. 0, -E2BIG or -ENOMEM. */
static int
push(struct pushing *p, u64 *where, const void *bytes, u64 n)
{
    if (n > p->left)
        return -E2BIG;
    if (p->to && copy_to_space(p->to, *where, bytes, n))
        return -ENOMEM;
    *where += n;
    p->left -= n;
    return 0;
}

/* A string of the old program. Its end is found in the kernel's copy, piece by piece: what another
 * thread writes into it meanwhile changes what comes over, but not where it may go. */
static int
push_user_string(struct pushing *p, u64 src)
{
    char piece[PIECE];
    u64 n, used, start = p->string;
    do {
        n = PIECE - src % PIECE; /* never over the end of a page */
        if (copy_from_user(piece, src, n))
            return -EFAULT;
        used = MIN(strnlen(piece, n) + 1, n);
        int err = push(p, &p->string, piece, used);
        if (err || p->string - start > STRING_LIMIT)
            return err ?: -E2BIG;
        src += n;
    } while (piece[used - 1]);
    return 0;
}

/* The strings of a user vector (0: none) with their pointers, and a NULL behind these. */
static int
push_vector(struct pushing *p, u64 vector)
{
    int err = 0;
    for (u64 string; vector && !err; vector += WORD) {
        if (copy_from_user(&string, vector, WORD))
            return -EFAULT;
        if (!string)
            break;
        err = push(p, &p->pointer, &p->string, WORD) ?: push_user_string(p, string);
    }
    p->pointer += WORD; /* the stack is zeros */
    return err;
}

/* Everything in its order, which ps and setproctitle(3) rely on: argv's strings (a script's words
 * first), those of envp, the path; pointers to all but the path. */
static int
push_all(struct exec *x, struct pushing *p)
{
    struct space *s = x->space;
    u64 pointers = p->pointer;
    int err = 0;
    s->arg_start = p->string;
    for (u32 i = x->first; i < ARRAY_SIZE(x->words); i++)
        err = err ?: push(p, &p->pointer, &p->string, WORD)
                  ?: push(p, &p->string, x->words[i], strlen(x->words[i]) + 1);
    err = err ?: push_vector(p, x->argv);
    p->argc = (p->pointer - pointers) / WORD - 1;
    s->arg_end = s->env_start = p->string;
    err = err ?: push_vector(p, x->envp);
    s->env_end = p->string;
    return err ?: push(p, &p->string, x->path, strlen(x->path) + 1);
}

/* AT_HWCAP: a bit per single-letter extension that programs may use and this kernel keeps across
 * switches. */
static u64
hwcap(void)
{
    u64 bits = 0;
    for (const char *p = machine.isa + 4; *p && *p != '_'; p++) /* past "rv64" */
        if (strchr("imafdc", *p))
            bits |= 1UL << (*p - 'a');
    return bits;
}

/* Into space->auxv, where /proc/PID/auxv finds it. */
static void
auxv_fill(const struct exec *x, u64 random_at)
{
    struct space *s = x->space;
    /* What belongs together stands on one line; the formatter would give each entry one. */
    /* clang-format off */
    const u64 entries[][2] = {
        { AT_SYSINFO_EHDR, s->vdso_base },
        { AT_L1I_CACHESIZE, 0 }, { AT_L1I_CACHEGEOMETRY, 0 },
        { AT_L1D_CACHESIZE, 0 }, { AT_L1D_CACHEGEOMETRY, 0 },
        { AT_L2_CACHESIZE, 0 }, { AT_L2_CACHEGEOMETRY, 0 },
        { AT_L3_CACHESIZE, 0 }, { AT_L3_CACHEGEOMETRY, 0 },
        { AT_MINSIGSTKSZ, sizeof(struct signal_frame) },
        { AT_HWCAP, hwcap() }, { AT_PAGESZ, PAGE_SIZE },
        { AT_CLKTCK, 100 }, /* USER_HZ, the unit of times(2) */
        { AT_PHDR, x->program.phdr_address }, { AT_PHENT, sizeof(Elf64_Phdr) },
        { AT_PHNUM, x->program.header.e_phnum },
        { AT_BASE, x->interpreter.bias }, { AT_FLAGS, 0 }, { AT_ENTRY, x->program.entry },
        { AT_UID, 0 }, { AT_EUID, 0 }, { AT_GID, 0 }, { AT_EGID, 0 }, { AT_SECURE, 0 },
        { AT_RANDOM, random_at },
        { AT_EXECFN, s->env_end },
        { AT_RSEQ_FEATURE_SIZE, 28 }, { AT_RSEQ_ALIGN, 32 }, { AT_NULL, 0 },
    };
    /* clang-format on */
    _Static_assert(sizeof(entries) <= sizeof(s->auxv), "space.h keeps a copy");
    /* vdso=0: the first is absent, not zero: parsers crash on a null image. */
    u32 skipped = s->vdso_base ? 0 : 1;
    memcpy(s->auxv, entries + skipped, sizeof(entries) - skipped * sizeof(entries[0]));
}

int
args_build(struct exec *x)
{
    struct space *s = x->space;
    bool is_script = x->first < ARRAY_SIZE(x->words);
    u64 argv0 = 0, most = MAX(MIN(s->stack_limit / 4, ARGUMENTS_MOST), ARGUMENTS_LEAST);
    if (x->argv && copy_from_user(&argv0, x->argv, WORD))
        return -EFAULT;
    /* A script's path stands for argv[0]. Where there is none, an empty one is made, for programs
     * rely on it (Linux since 5.18); init gets its path. */
    if (is_script && argv0)
        x->argv += WORD;
    else if (!is_script && !argv0)
        x->words[--x->first] = current()->space ? "" : x->path;

    struct pushing p = { .left = most };
    int err = push_all(x, &p);
    if (err)
        return err;
    /* Below the strings a random step of 16 bytes: the lowest bits of sp are drawn too. psABI: sp
     * is 16-byte aligned at entry. */
    u64 used = most - p.left, strings = x->stack_end - WORD - p.string;
    u64 random_at = ALIGN_DOWN(strings, 16) - 16 - (random_below(512) << 4);
    u64 sp = ALIGN_DOWN(random_at - sizeof(s->auxv) - p.pointer - WORD, 16);
    p = (struct pushing){ s, sp + WORD, strings, used, 0 };
    err = push_all(x, &p);
    if (err || p.left) /* not the same as before: another thread is writing there */
        return err == -ENOMEM ? err : -EFAULT;

    u8 seed[16];
    random_bytes(seed, sizeof(seed));
    auxv_fill(x, random_at);
    s->stack_start = sp;
    return copy_to_space(s, sp, &p.argc, WORD) || copy_to_space(s, random_at, seed, 16) ||
                   copy_to_space(s, p.pointer, s->auxv, sizeof(s->auxv))
               ? -ENOMEM
               : 0;
}
