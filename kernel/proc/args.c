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
#define PIECE        128UL    /* of a string that is copied at once, through the kernel's stack */
#define WORD         sizeof(u64)

/* Arguments and environment may take a quarter of the stack's limit, but never more than three
 * quarters of the usual 8 MiB, and always the 32 pages that old programs count on (Linux,
 * fs/exec.c). They are copied before the old program is given up. */
#define ARGUMENTS_MOST  (6UL << 20)
#define ARGUMENTS_LEAST (128UL << 10)

/* The same walk goes twice over all strings and pointers. To MEASURE, it only counts: afterwards
 * it is known how much there is, and so where each part has its place. Then it goes to WRITE. */
enum pass { MEASURE, WRITE };

struct walk {
    enum pass pass;
    int err;     /* the first one; nothing is pushed after it */
    u64 pointer; /* user address of the next pointer; while we measure, both count from 0 */
    u64 string;  /* user address of the next string */
    u64 left;    /* so many bytes may still come */
    u64 argc;
};

/* Pushes bytes to *where, which moves on. A string goes to w->string, and before it its address,
 * which w->string still holds, to w->pointer. Errors are -E2BIG and -ENOMEM. */
static void
push(struct exec *x, struct walk *w, u64 *where, const void *bytes, u64 n)
{
    if (w->err)
        return;
    if (n > w->left)
        w->err = -E2BIG;
    else if (w->pass == WRITE && copy_to_space(x->space, *where, bytes, n))
        w->err = -ENOMEM;
    *where += n;
    w->left -= n;
}

/* A string of the old program. Its end is found in the kernel's copy, piece by piece: what another
 * thread writes into it meanwhile changes what comes over, but not where it may go. */
static void
push_user_string(struct exec *x, struct walk *w, u64 src)
{
    char piece[PIECE];
    u64 n, used, start = w->string;
    do {
        n = PIECE - src % PIECE; /* never over the end of a page */
        if (!w->err && copy_from_user(piece, src, n))
            w->err = -EFAULT;
        if (w->err)
            return;
        used = MIN(strnlen(piece, n) + 1, n);
        push(x, w, &w->string, piece, used);
        if (!w->err && w->string - start > STRING_LIMIT)
            w->err = -E2BIG;
        src += n;
    } while (piece[used - 1]);
}

/* The strings of a user vector (0: none) with their pointers, and a NULL behind these. */
static void
push_vector(struct exec *x, struct walk *w, u64 vector)
{
    while (vector && !w->err) {
        u64 string = 0;
        if (copy_from_user(&string, vector, WORD))
            w->err = -EFAULT;
        if (!string)
            break;
        push(x, w, &w->pointer, &w->string, WORD);
        push_user_string(x, w, string);
        vector += WORD;
        if (preemption_point())
            w->err = -EINTR;
    }
    w->pointer += WORD; /* the stack is zeros */
}

/* Everything in its order, which ps and setproctitle(3) rely on: argv's strings (a script's words
 * first), those of envp, the path; pointers to all but the path. The addresses that the space keeps
 * are those of the last walk. */
static int
push_all(struct exec *x, struct walk *w)
{
    struct space *s = x->space;
    u64 argv = w->pointer;
    s->arg_start = w->string;
    for (u32 i = x->first; i < ARRAY_SIZE(x->words); i++) {
        push(x, w, &w->pointer, &w->string, WORD);
        push(x, w, &w->string, x->words[i], strlen(x->words[i]) + 1);
    }
    push_vector(x, w, x->argv);
    w->argc = (w->pointer - argv) / WORD - 1; /* the NULL does not count */
    s->arg_end = s->env_start = w->string;
    push_vector(x, w, x->envp);
    s->env_end = w->string;
    push(x, w, &w->string, x->path, strlen(x->path) + 1);
    return w->err;
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

/* Fills space->auxv, where /proc/PID/auxv finds it. */
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

/* A script's path stands for argv[0]. A program without argv[0] gets an empty one, for programs
 * rely on it (Linux since 5.18); init gets its path. */
static int
settle_first_word(struct exec *x)
{
    bool is_script = x->first < ARRAY_SIZE(x->words);
    u64 argv0 = 0;
    if (x->argv && copy_from_user(&argv0, x->argv, WORD))
        return -EFAULT;
    if (is_script && argv0)
        x->argv += WORD;
    if (!is_script && !argv0)
        x->words[--x->first] = current()->space ? "" : x->path;
    return 0;
}

int
args_build(struct exec *x)
{
    struct space *s = x->space;
    u64 most = MAX(MIN(s->stack_limit / 4, ARGUMENTS_MOST), ARGUMENTS_LEAST);
    struct walk measured = { MEASURE, .left = most };
    int err = settle_first_word(x);
    err = err ?: push_all(x, &measured);
    if (err)
        return err;

    /* The stack is laid out from its end downwards. Below the strings stands a random step of 16
     * bytes: the lowest bits of sp are drawn too. psABI: sp is 16-byte aligned at entry. */
    u64 strings = x->stack_end - WORD - measured.string;
    u64 random_at = ALIGN_DOWN(strings, 16) - 16 - (s->unrandom ? 0 : random_below(512) << 4);
    u64 auxv = random_at - sizeof(s->auxv);
    u64 sp = ALIGN_DOWN(auxv - measured.pointer - WORD, 16);
    s->stack_start = sp;

    struct walk w = { WRITE, .pointer = sp + WORD, .string = strings,
                      .left = most - measured.left };
    err = push_all(x, &w);
    if (err == -ENOMEM)
        return err;
    if (err || w.left) /* not the same as before: another thread is writing there */
        return -EFAULT;

    /* What stands round the pointers and is known at last. */
    u8 seed[16];
    random_bytes(seed, sizeof(seed));
    auxv_fill(x, random_at);
    err = copy_to_space(s, sp, &w.argc, WORD);
    err = err ?: copy_to_space(s, random_at, seed, sizeof(seed));
    err = err ?: copy_to_space(s, w.pointer, s->auxv, sizeof(s->auxv));
    return err ? -ENOMEM : 0;
}
