/* start.c - what a program finds at its first instruction: registers, stack, auxiliary vector.
 *
 * start_asm.S is the entry and keeps the registers; sp leads to argc. The stack's form is that of
 * the System V ABI; the vector's entries are those of Linux 6.12 on riscv64. */
#include "areas.h"
#include <elf.h>
#include <sys/auxv.h>

/* x0..x31, fcsr, f0..f31 as the kernel set them. */
extern unsigned long start_registers[65];
extern char **environ;

/* auxvec.h's own numbers, where this libc has no names for them yet. */
#define AUX_RSEQ_FEATURE_SIZE 27
#define AUX_RSEQ_ALIGN        28

static long *
first_sp(void)
{
    return (long *)start_registers[2];
}

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

TEST(a0_is_zero, "a0 holds argc: glibc registers it with atexit and calls it", "kernel/proc (exec)")
{
    EQ(start_registers[10], 0);
}

TEST(no_kernel_address_in_registers, "the trap frame is not cleared", "kernel/proc (exec)")
{
    for (int i = 1; i < 32; i++)
        if (start_registers[i] >= 0xffffffc000000000 && start_registers[i] < -4096UL)
            FAIL("expected no kernel address in x%d, seen 0x%lx", i, start_registers[i]);
}

TEST(fp_is_zero, "fp registers of another program", "kernel/proc (exec)")
{
    for (int i = 32; i < 65; i++)
        EQ(start_registers[i], 0);
}

TEST(argv_and_envp_on_the_stack, "the vectors are not where the ABI puts them",
     "kernel/proc (stack)")
{
    long *sp = first_sp();
    char **argv = (char **)(sp + 1);
    TRUE(sp[0] >= 1);
    EQ(strcmp(argv[0], check_self), 0);
    EQ(argv[sp[0]], 0);
    TRUE(argv + sp[0] + 1 == environ);
}

TEST(sp_is_aligned, "sp is 8 modulo 16 for every second argc", "kernel/proc (stack)")
{
    char *argv[] = { check_self, "@aligned", NULL, NULL, NULL, NULL, NULL };
    EQ(start_registers[2] % 16, 0);
    for (int n = 2; n < 6; n++) {
        argv[n] = "abcdefg" + n;
        EQ(IN_CHILD(execve(check_self, argv, NULL)), 0);
        EQ(IN_CHILD(execve(check_self, argv, argv + 1)), 0);
    }
}

TEST(auxv_is_whole, "an entry of Linux's list is missing, or there is one more",
     "kernel/proc (stack), linux/auxvec.h")
{
    static const unsigned long types[] = { 33, 40, 41, 42, 43, 44, 45, 46, 47, 51, 16, 6,  17,
                                           3,  4,  5,  7,  8,  9,  11, 12, 13, 14, 23, 25, 31 };
    unsigned long value;
    int seen = 0;
    for (unsigned i = 0; i < sizeof types / sizeof *types; i++)
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

TEST(auxv_constants, "a value is not Linux's", "kernel/proc (stack)")
{
    EQ(aux(AT_PAGESZ), 4096);
    EQ(aux(AT_HWCAP) & 0x112d, 0x112d);
    EQ(aux(AT_HWCAP) & ~((1UL << 26) - 1), 0);
    EQ(aux(AT_CLKTCK), 100);
    EQ(aux(AT_FLAGS), 0);
    EQ(aux(AT_UID), 0);
    EQ(aux(AT_EUID), 0);
    EQ(aux(AT_GID), 0);
    EQ(aux(AT_EGID), 0);
    EQ(aux(AT_SECURE), 0);
    EQ(aux(51 /* AT_MINSIGSTKSZ */), 0x440);
    EQ(aux(AT_PHENT), sizeof(Elf64_Phdr));
}

TEST(auxv_of_this_program, "PHDR, PHNUM or ENTRY are the file's offsets", "kernel/proc (elf)")
{
    extern const Elf64_Ehdr __ehdr_start;
    extern char start_first[];
    EQ(aux(AT_PHDR), (uintptr_t)&__ehdr_start + __ehdr_start.e_phoff);
    EQ(aux(AT_PHNUM), __ehdr_start.e_phnum);
    EQ(aux(AT_ENTRY), (uintptr_t)start_first);
    EQ(aux(AT_BASE), 0);
}

TEST(execfn_is_the_path, "EXECFN is argv[0], or a kernel pointer", "kernel/proc (stack)")
{
    EQ(strcmp((char *)aux(AT_EXECFN), check_self), 0);
    EQ(IN_CHILD(execl(check_self, "another", "@execfn", check_self, NULL)), 0);
}

TEST(execfn_of_a_script, "EXECFN is the interpreter, not the script", "kernel/proc (exec)")
{
    char text[300];
    unlink("/tmp/start.sh");
    int fd = OK(open("/tmp/start.sh", O_WRONLY | O_CREAT | O_TRUNC, 0755));
    EQ(write(fd, text, snprintf(text, sizeof text, "#!%s @execfn\n", check_self)), strlen(text));
    close(fd);
    /* argv: interpreter, @execfn, script. */
    EQ(IN_CHILD(execl("/tmp/start.sh", "x", NULL)), 0);
}

TEST(random_is_random, "AT_RANDOM points at nothing, or always the same 16 bytes",
     "kernel/proc (stack)")
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

TEST(sysinfo_ehdr_is_the_vdso, "the address is not the image's, or maps has no [vdso]",
     "kernel/vdso, kernel/proc (stack)")
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

TEST(strings_are_in_order, "ps and setproctitle expect argv, envp and the path in a row",
     "kernel/proc (stack)")
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

TEST(proc_self_auxv, "the file is not the vector on the stack", "kernel/proc (/proc files)")
{
    char text[2000];
    int fd = OK(open("/proc/self/auxv", O_RDONLY)), words = 2;
    for (Elf64_auxv_t *a = auxv(); a->a_type != AT_NULL; a++)
        words += 2;
    EQ(read(fd, text, sizeof text), words * 8);
    EQ(memcmp(text, auxv(), words * 8), 0);
}

TEST(fds_at_the_start, "other files than 0, 1 and 2 are open", "kernel/boot, user/bin/init")
{
    for (int fd = 0; fd < 3; fd++)
        TRUE(fcntl(fd, F_GETFD) != -1);
    for (int fd = 3; fd < 20; fd++)
        FAILS(fcntl(fd, F_GETFD), EBADF);
}

TEST(signals_at_the_start, "init leaves signals blocked or ignored", "user/bin/init")
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
