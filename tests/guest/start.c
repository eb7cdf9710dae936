/* start.c - what a program finds at its first instruction: registers, stack, auxiliary vector.
 *
 * start_asm.S is the entry and keeps the registers; sp leads to argc. Random places are aslr.c's,
 * the vDSO behind AT_SYSINFO_EHDR vdso.c's, refusals of exec exec.c's and elf.c's. Source: System V
 * ABI, "Process Initialization", and RISC-V psABI for the stack; getauxval(3) and Linux 6.12's
 * ELF_HWCAP, ARCH_DLINFO and create_elf_tables for the vector. */

#include "areas.h"
#include <elf.h>
#include <sys/auxv.h>

/* x0..x31, fcsr, f0..f31 as the kernel set them; FCSR is the index of what follows x31. */
#define FCSR 32
extern unsigned long start_registers[65];
extern char **environ;

/* auxvec.h's own numbers, where this libc has no names for them yet. */
#define AUX_RSEQ_FEATURE_SIZE 27
#define AUX_RSEQ_ALIGN        28

/* AT_HWCAP has a bit for each letter of the ISA, A the lowest. */
#define LETTER(c) (1UL << ((c) - 'A'))
static const unsigned long IMAFDC =
    LETTER('I') | LETTER('M') | LETTER('A') | LETTER('F') | LETTER('D') | LETTER('C');

/* siginfo and ucontext: the room that sigframe.c looks at byte by byte. */
#define SIGNAL_FRAME 1088

static long *
first_sp(void)
{
    return (long *)start_registers[2];
}

/* Where the vector begins: behind argc, argv, its NULL, envp and its NULL. */
static Elf64_auxv_t *
auxv(void)
{
    long *p = first_sp() + 1 + first_sp()[0] + 1;
    while (*p)
        p++;
    return (Elf64_auxv_t *)(p + 1);
}

/* How often the type stands in the vector; its value through *value. */
static int
aux_find(unsigned long type, unsigned long *value)
{
    int n = 0;
    for (Elf64_auxv_t *a = auxv(); a->a_type != AT_NULL; a++)
        if (a->a_type == type) {
            *value = a->a_un.a_val;
            n++;
        }
    return n;
}

static unsigned long
aux(unsigned long type)
{
    unsigned long value = 0;
    if (aux_find(type, &value) != 1)
        FAIL("expected one entry of type %lu in the auxv, seen %d", type, aux_find(type, &value));
    return value;
}

/* The psABI leaves a0 for a function that _start hands on to atexit; a dynamic loader puts its own
 * there, a kernel has none. */
TEST(a0_is_zero, "a0 holds argc: glibc registers it with atexit and calls it",
     "kernel/proc/exec.c:/^enter/")
{
    EQ(start_registers[10], 0);
}

/* The registers of a new program are what the trap frame holds: zeros, or what the last trap left
 * there. A pointer among them undoes the kernel's address randomization. */
TEST(no_kernel_address_in_registers, "the trap frame is not cleared", "kernel/proc/exec.c:/^enter/")
{
    for (int i = 1; i < 32; i++)
        if (start_registers[i] >= 0xffffffc000000000 && start_registers[i] < -4096UL)
            FAIL("expected no kernel address in x%d, seen 0x%lx", i, start_registers[i]);
}

/* A new program finds zeros in the f registers and in fcsr. What the old program or another process
 * had in them is a secret, and its rounding mode would change this program's arithmetic. */
TEST(fp_is_zero, "fp registers of another program", "kernel/sched/fp.c:/^fp_clear/")
{
    for (int i = FCSR; i < 65; i++)
        EQ(start_registers[i], 0);
}

/* libc has nothing else: it computes environ from argc (musl and glibc alike). */
TEST(argv_and_envp_on_the_stack, "the vectors are not where the ABI puts them",
     "kernel/proc/args.c:/^args_build/")
{
    long *sp = first_sp();
    char **argv = (char **)(sp + 1);
    TRUE(sp[0] >= 1);
    EQ(strcmp(argv[0], check_self), 0);
    EQ(argv[sp[0]], 0);
    TRUE(argv + sp[0] + 1 == environ);
}

/* The psABI wants 16 at entry. argc, the vectors and the auxv are words, so the kernel has to pad
 * according to their number: each count is tried, with the strings' lengths changing too. */
TEST(sp_is_aligned, "sp is 8 modulo 16 for every second argc", "kernel/proc/args.c:/^args_build/")
{
    char *argv[] = { check_self, "@aligned", NULL, NULL, NULL, NULL, NULL };
    EQ(start_registers[2] % 16, 0);
    for (int n = 2; n < 6; n++) {
        argv[n] = "abcdefg" + n;
        EQ(IN_CHILD(execve(check_self, argv, NULL)), 0);
        EQ(IN_CHILD(execve(check_self, argv, argv + 1)), 0);
    }
}

/* The entries stand in the order in which Linux writes them, the architecture's first. There is no
 * entry twice and none that is unknown, because tools print the vector (LD_SHOW_AUXV) and sandboxes
 * copy it. */
TEST(auxv_is_whole, "an entry of Linux's list is missing, or there is one more",
     "kernel/proc/args.c:/^auxv_fill/")
{
    static const unsigned long types[] = { AT_SYSINFO_EHDR,
                                           AT_L1I_CACHESIZE,
                                           AT_L1I_CACHEGEOMETRY,
                                           AT_L1D_CACHESIZE,
                                           AT_L1D_CACHEGEOMETRY,
                                           AT_L2_CACHESIZE,
                                           AT_L2_CACHEGEOMETRY,
                                           AT_L3_CACHESIZE,
                                           AT_L3_CACHEGEOMETRY,
                                           AT_MINSIGSTKSZ,
                                           AT_HWCAP,
                                           AT_PAGESZ,
                                           AT_CLKTCK,
                                           AT_PHDR,
                                           AT_PHENT,
                                           AT_PHNUM,
                                           AT_BASE,
                                           AT_FLAGS,
                                           AT_ENTRY,
                                           AT_UID,
                                           AT_EUID,
                                           AT_GID,
                                           AT_EGID,
                                           AT_SECURE,
                                           AT_RANDOM,
                                           AT_EXECFN };
    unsigned long value;
    int seen = 0;
    for (unsigned i = 0; i < sizeof(types) / sizeof(*types); i++)
        aux(types[i]);
    for (Elf64_auxv_t *a = auxv(); a->a_type != AT_NULL; a++)
        seen++;
    /* The two about rseq come together or, where rseq is missing, not at all. */
    int rseq = aux_find(AUX_RSEQ_FEATURE_SIZE, &value);
    EQ(aux_find(AUX_RSEQ_ALIGN, &value), rseq);
    EQ(seen, 26 + 2 * rseq);
    /* The path's entry comes behind the random bytes' and before those of rseq. */
    Elf64_auxv_t *a = auxv();
    while (a->a_type != AT_RANDOM)
        a++;
    EQ(a[1].a_type, AT_EXECFN);
}

/* glibc multiplies by CLKTCK, sizes alternate stacks by MINSIGSTKSZ, and distrusts LD_PRELOAD when
 * SECURE is set. */
TEST(auxv_constants, "a value is not Linux's", "kernel/proc/args.c:/^auxv_fill/")
{
    EQ(aux(AT_PAGESZ), 4096);
    EQ(aux(AT_HWCAP) & IMAFDC, IMAFDC);
    EQ(aux(AT_HWCAP) & ~((1UL << 26) - 1), 0);
    EQ(aux(AT_CLKTCK), 100);
    EQ(aux(AT_FLAGS), 0);
    EQ(aux(AT_UID), 0);
    EQ(aux(AT_EUID), 0);
    EQ(aux(AT_GID), 0);
    EQ(aux(AT_EGID), 0);
    EQ(aux(AT_SECURE), 0);
    EQ(aux(AT_MINSIGSTKSZ), SIGNAL_FRAME);
    EQ(aux(AT_PHENT), sizeof(Elf64_Phdr));
}

/* Addresses in memory: glibc finds its TLS and relocates itself by PHDR. BASE is 0 because this
 * program is static and has no interpreter. */
TEST(auxv_of_this_program, "PHDR, PHNUM or ENTRY are the file's offsets",
     "kernel/proc/elf.c:/^map_segment/, kernel/proc/args.c:/^auxv_fill/")
{
    extern const Elf64_Ehdr __ehdr_start;
    extern char start_first[];
    EQ(aux(AT_PHDR), (uintptr_t)&__ehdr_start + __ehdr_start.e_phoff);
    EQ(aux(AT_PHNUM), __ehdr_start.e_phnum);
    EQ(aux(AT_ENTRY), (uintptr_t)start_first);
    EQ(aux(AT_BASE), 0);
}

/* What execve was given, whatever argv[0] says; musl names the program by it when argv is empty. */
TEST(execfn_is_the_path, "EXECFN is argv[0], or a kernel pointer",
     "kernel/proc/args.c:/^auxv_fill/")
{
    EQ(strcmp((char *)aux(AT_EXECFN), check_self), 0);
    EQ(IN_CHILD(execl(check_self, "another", "@execfn", check_self, NULL)), 0);
}

/* create_elf_tables writes bprm->filename, which is still the script's name when the interpreter
 * starts. */
TEST(execfn_of_a_script, "EXECFN is the interpreter, not the script",
     "kernel/proc/exec.c:/^find_program/, kernel/proc/args.c:/^auxv_fill/")
{
    char text[300];
    unlink("/tmp/start.sh");
    int fd = OK(open("/tmp/start.sh", O_WRONLY | O_CREAT | O_TRUNC, 0755));
    EQ(write(fd, text, snprintf(text, sizeof(text), "#!%s @execfn\n", check_self)), strlen(text));
    close(fd);
    /* argv: interpreter, @execfn, script. */
    EQ(IN_CHILD(execl("/tmp/start.sh", "x", NULL)), 0);
}

/* glibc makes its stack protector and pointer guard out of these 16 bytes, before it can call
 * getrandom. Half of them zero is a kernel that filled in too little. */
TEST(random_is_random, "AT_RANDOM points at nothing, or always the same 16 bytes",
     "kernel/proc/args.c:/^args_build/")
{
    unsigned char *bytes = (unsigned char *)aux(AT_RANDOM), seen[3][16];
    int fds[2], zeros = 0;
    for (int i = 0; i < 16; i++)
        zeros += bytes[i] == 0;
    TRUE(zeros < 8);
    areas_read();
    TRUE(area_at(bytes) == area_named("[stack]"));
    OK(pipe(fds));
    for (int i = 0; i < 3; i++) {
        EQ(IN_CHILD(dup2(fds[1], 1); execl(check_self, check_self, "@random", NULL)), 0);
        EQ(read(fds[0], seen[i], 16), 16);
    }
    TRUE(memcmp(seen[0], seen[1], 16) && memcmp(seen[1], seen[2], 16));
}

/* gdb and perf look for the name, libc for the address: both must tell of one place, with its data
 * directly below it. */
TEST(sysinfo_ehdr_is_the_vdso, "the address is not the image's, or maps has no [vdso]",
     "kernel/vdso/image.c:/^vdso_map/, kernel/proc/args.c:/^auxv_fill/")
{
    unsigned long at = aux(AT_SYSINFO_EHDR);
    EQ(at % PAGE, 0);
    EQ(memcmp((void *)at, ELFMAG, 4), 0);
    areas_read();
    const struct area *vdso = area_named("[vdso]"), *vvar = area_named("[vvar]");
    TRUE(vdso && vvar);
    EQ(vdso->start, at);
    EQ(strcmp(vdso->prot, "r-xp"), 0);
    EQ(strcmp(vvar->prot, "r--p"), 0);
    EQ(vvar->end, vdso->start);
}

/* setproctitle writes over argv as far as the strings reach without a gap. The eight bytes are
 * Linux's end marker. */
TEST(strings_are_in_order, "ps and setproctitle expect argv, envp and the path in a row",
     "kernel/proc/args.c")
{
    long *sp = first_sp();
    char **argv = (char **)(sp + 1), *at = argv[0];
    for (int i = 0; i < sp[0]; at += strlen(argv[i++]) + 1)
        TRUE(at == argv[i]);
    for (char **e = argv + sp[0] + 1; *e; at += strlen(*e++) + 1)
        TRUE(at == *e);
    TRUE(at == (char *)aux(AT_EXECFN));
    /* Eight zero bytes end the stack. */
    areas_read();
    char *end = (char *)area_named("[stack]")->end;
    TRUE(at + strlen(at) + 1 + 8 == end);
    EQ(*(long *)(end - 8), 0);
}

/* Go reads it where the kernel did not start it (c-shared), gdb to find a running program's
 * place. */
TEST(proc_self_auxv, "the file is not the vector on the stack",
     "kernel/proc/report.c:/^print_auxv/")
{
    char text[2000];
    int fd = OK(open("/proc/self/auxv", O_RDONLY)), words = 2;
    for (Elf64_auxv_t *a = auxv(); a->a_type != AT_NULL; a++)
        words += 2;
    EQ(read(fd, text, sizeof(text)), words * 8);
    EQ(memcmp(text, auxv(), words * 8), 0);
}

/* Up to 20 is enough: a descriptor that init or the frame leaves open is one of the lowest. */
TEST(fds_at_the_start, "other files than 0, 1 and 2 are open",
     "user/bin/init.c, kernel/proc/process.c:/^process_start_init/")
{
    for (int fd = 0; fd < 3; fd++)
        TRUE(fcntl(fd, F_GETFD) != -1);
    for (int fd = 3; fd < 20; fd++)
        FAILS(fcntl(fd, F_GETFD), EBADF);
}

/* Ignored and blocked signals survive exec (execve(2)), so a careless parent is seen by all its
 * children. 32 and 33 are glibc's own; it does not tell of them. */
TEST(signals_at_the_start, "init leaves signals blocked or ignored", "user/bin/init.c")
{
    sigset_t now;
    struct sigaction a;
    sigprocmask(0, NULL, &now);
    for (int s = 1; s < 65; s++) {
        if (s == 32 || s == 33)
            continue;
        EQ(sigismember(&now, s), 0);
        OK(sigaction(s, NULL, &a));
        /* The frame ignores SIGUSR1 itself and resets it. */
        TRUE(a.sa_handler == SIG_DFL);
    }
}

int
role(int argc, char **argv)
{
    if (strcmp(argv[1], "@aligned") == 0)
        return start_registers[2] % 16 != 0 || start_registers[10] != 0;
    if (strcmp(argv[1], "@execfn") == 0)
        return strcmp((char *)getauxval(AT_EXECFN), argv[2]) != 0;
    return write(1, (void *)getauxval(AT_RANDOM), 16) != 16;
}
