/* attack_exec.c - execve under attack: spoilt ELF files by seed, hostile arguments, racing
 * threads.
 *
 * The known defects of ELF files, one by one with their errnos, are in elf.c; what exec keeps and
 * resets in exec.c. Here any outcome is right but a hang, a dead kernel, or lost memory, for exec
 * is where a kernel reads most of what a stranger has written. Source: execve(2), clone(2),
 * elf(5). */

#include "attack.h"
#include <elf.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <sys/stat.h>

#define BASE   0x10000UL
#define PATH   "/tmp/spoilt"
#define INTERP "/tmp/interp"

/* --- spoilt files ----------------------------------------------------------------------------- */

struct image {
    Elf64_Ehdr e;
    Elf64_Phdr p[4];
    uint32_t code[4];
    char interp[16];
    char rest[2 * PAGE];
};

/* A program of two segments, the second with .bss behind it, whose three instructions end it with
 * status 7. The last header is nobody's until spoil() makes it a PT_INTERP: the image itself
 * serves as the interpreter, too. */
static void
make_valid(struct image *m, int type)
{
    /* li a0, 7; li a7, 94 (exit_group); ecall */
    static const uint32_t code[] = { 0x00700513, 0x05e00893, 0x00000073 };
    uint64_t base = type == ET_EXEC ? BASE : 0;
    memset(m, 0, sizeof(*m));
    m->e = (Elf64_Ehdr){ .e_type = type, .e_machine = EM_RISCV, .e_version = 1, .e_phnum = 4 };
    memcpy(m->e.e_ident, ELFMAG "\2\1\1", 7); /* 64 bits, little-endian, version 1 */
    m->e.e_entry = base + offsetof(struct image, code);
    m->e.e_phoff = offsetof(struct image, p);
    m->e.e_ehsize = sizeof(m->e);
    m->e.e_phentsize = sizeof(m->p[0]);
    m->p[0] = (Elf64_Phdr){ PT_LOAD, PF_R | PF_X, 0, base, base, PAGE, PAGE, PAGE };
    m->p[1] = (Elf64_Phdr){ PT_LOAD, PF_R | PF_W, PAGE, base + PAGE, 0, 100, 3 * PAGE, PAGE };
    m->p[2] = (Elf64_Phdr){ PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 0, 0, 16 };
    m->p[3] = (Elf64_Phdr){ PT_NULL, PF_R, offsetof(struct image, interp), 0, 0, 12, 12, 1 };
    memcpy(m->code, code, sizeof(code));
    strcpy(m->interp, INTERP);
}

static void
store(const char *path, const void *bytes, size_t size)
{
    unlink(path);
    int fd = OK(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0755));
    EQ(write(fd, bytes, size), size);
    OK(fchmod(fd, 0755));
    close(fd);
}

/* Gives a word as it may come from a spoilt file: a number at which a comparison may err, the old
 * word with one bit changed, or off by one byte or page. */
static uint64_t
spoilt(uint64_t word)
{
    static const uint64_t edges[] = { 0,          1,          3,        0xfff,    0x1000,
                                      0x7fffffff, ~0UL,       ~0xfffUL, USER_END, USER_END - PAGE,
                                      1UL << 63,  KERNEL_HALF };
    if (draw() % 3 == 0)
        return edges[draw() % 12];
    if (draw() % 2)
        return word ^ 1UL << draw() % 64;
    return word + (draw() % 2 ? PAGE : -1UL);
}

/* Changes up to three words of the headers. A header of pure chance would fail the first check of
 * the kernel and never see the others. */
static void
spoil(struct image *m)
{
    uint64_t *word = (uint64_t *)m, words = offsetof(struct image, rest) / 8;
    if (draw() % 3 == 0)
        m->p[3].p_type = PT_INTERP;
    for (uint64_t n = draw() % 3; n < 3; n++) {
        uint64_t at = draw() % words;
        if (at != 0) /* a wrong magic number would be too easy */
            word[at] = spoilt(word[at]);
    }
}

/* Every fourth time the interpreter is the spoilt one, and every fifth file is cut somewhere. */
static void
spoilt_programs(void)
{
    static struct image m;
    for (uint64_t i = 1; i <= 100; i++) {
        seed = SPREAD(i);
        make_valid(&m, draw() % 2 ? ET_EXEC : ET_DYN);
        store(INTERP, &m, sizeof(m));
        spoil(&m);
        store(i % 4 ? PATH : INTERP, &m, draw() % 5 ? sizeof(m) : draw() % sizeof(m));
        pid_t pid = OK(fork());
        if (pid == 0)
            _exit(execl(PATH, "x", NULL));
        end_of(pid);
    }
    unlink(PATH);
    unlink(INTERP);
}

/* A program that a stranger has written may hold any number in any field. First the unspoilt file
 * must run: if it did not, all the refusals afterwards would mean nothing. */
TEST(spoilt_files, "a number of the file is believed", "kernel/proc/elf.c:/^elf_load/")
{
    static struct image m;
    make_valid(&m, ET_EXEC);
    store(PATH, &m, sizeof(m));
    EQ(IN_CHILD(execl(PATH, "x", NULL)), EXITED(7));
    gives_back(spoilt_programs);
}

/* --- arguments -------------------------------------------------------------------------------- */

/* The kernel follows each vector and each string through copy_from_user, and its faults come at
 * different depths: at the vector's first word, at its next page, at a string's start, at a
 * string's next page. */
TEST(vectors_that_are_none, "argv is read where nothing is", "kernel/proc/args.c")
{
    char *map = mmap(NULL, 2 * PAGE, RW, ANON, -1, 0), **last = (char **)(map + PAGE) - 2;
    static const unsigned long at[] = { 1, 8, USER_END, KERNEL_HALF, ~7UL };
    OK(munmap(map + PAGE, PAGE));
    for (int i = 0; i < 5; i++) {
        char *argv[] = { check_self, (char *)at[i], NULL };
        ERR(sys(SYS_execve, check_self, at[i], 0), EFAULT);
        ERR(sys(SYS_execve, check_self, 0, at[i]), EFAULT);
        ERR(sys(SYS_execve, check_self, argv, 0), EFAULT);
    }
    last[0] = last[1] = check_self; /* no NULL before the end */
    ERR(sys(SYS_execve, check_self, last, 0), EFAULT);
    last[1] = NULL;
    memset(map, 'x', PAGE - 16);
    last[0] = (char *)last - 5; /* no NUL before the next page */
    memset(last + 1, 'x', 8);
    char *argv[] = { check_self, (char *)last - 5, NULL };
    memset(last, 'x', 8);
    ERR(sys(SYS_execve, check_self, argv, 0), EFAULT);
}

static void
too_many(void)
{
    enum { N = 2000000 };
    static char string[100000];
    char **argv = mmap(NULL, (N + 1) * sizeof(*argv), RW, ANON, -1, 0);
    memset(string, 'x', sizeof(string) - 1);
    for (int i = 0; i < N; i++)
        argv[i] = string;
    ERR(sys(SYS_execve, check_self, argv, 0), E2BIG);
    argv[100] = NULL;
    ERR(sys(SYS_execve, check_self, argv, argv), E2BIG);
    munmap(argv, (N + 1) * sizeof(*argv));
}

/* Asks for 2 million times the same 100 kB. The kernel must refuse while it counts: if it copied
 * first, it would need 200 GB on a machine of some hundred MB. */
TEST(gigabytes_of_arguments, "what is too much is copied first", "kernel/proc/args.c")
{
    gives_back(too_many);
}

static char shared_text[3000], *shared_argv[40];

/* Strings grow and shrink while they are counted and copied. */
static void *
scribble(void *unused)
{
    seed = 99;
    for (;;) {
        shared_text[draw() % sizeof(shared_text)] = draw() % 40 ? 'x' : 0;
        shared_argv[2 + draw() % 37] = draw() % 4 ? shared_text + draw() % 3000 : (char *)draw();
    }
    return NULL;
}

static void
changing_arguments(void)
{
    for (int i = 0; i < 40; i++) {
        pid_t pid = OK(fork());
        if (pid == 0) {
            pthread_t thread;
            memset(shared_text, 'x', sizeof(shared_text) - 1);
            for (int k = 0; k < 39; k++)
                shared_argv[k] = k == 1 ? "@zero" : shared_text;
            pthread_create(&thread, NULL, scribble, NULL);
            for (int tries = 0; tries < 20; tries++)
                execve(check_self, shared_argv, shared_argv + 2);
            _exit(1);
        }
        end_of(pid);
    }
}

/* This was the oldest hole of execve: the kernel measures a string, another thread writes into it,
 * and the copy runs over its room. Here the strings and the vector change all the time. No order is
 * forced, so 800 tries must do. */
TEST(arguments_that_change, "a string is measured once and copied with another length",
     "kernel/proc/args.c:/^push_user_string/")
{
    gives_back(changing_arguments);
}

/* --- threads ---------------------------------------------------------------------------------- */

static void *
exec_self(void *unused)
{
    execl(check_self, check_self, "@zero", NULL);
    return NULL;
}

static void *
make_threads(void *unused)
{
    for (;;) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, exec_self, NULL) == 0)
            pthread_detach(thread);
    }
    return NULL;
}

static void *
end_all(void *unused)
{
    sys(SYS_exit_group, 0);
    return NULL;
}

/* Three threads that call exec meet the end of the main one. Every fourth time a kill comes on top,
 * and must end whoever has won by then. */
static void
races(void)
{
    for (int i = 0; i < 60; i++) {
        pid_t pid = OK(fork());
        if (pid == 0) {
            pthread_t thread[3];
            pthread_create(&thread[0], NULL, exec_self, NULL);
            pthread_create(&thread[1], NULL, i % 3 == 0 ? make_threads : exec_self, NULL);
            pthread_create(&thread[2], NULL, i % 3 == 1 ? end_all : exec_self, NULL);
            sys(SYS_exit, 0); /* of this thread alone: the leader ends first */
        }
        if (i % 4 == 3)
            kill(pid, SIGKILL);
        int status = STATUS(pid);
        TRUE(status == 0 || (i % 4 == 3 && status == SIGKILL));
    }
}

/* exec ends all other threads, and each of them may be ending the others for an exec of its own.
 * Linux lets one win (execve(2), "all threads other than the calling thread are destroyed");
 * threads are also born meanwhile, or end the process. */
TEST(threads_that_all_exec, "two threads wait for each other's end, or both go on",
     "kernel/proc/exit.c:/^process_become_single/")
{
    gives_back(races);
}

static void *
wait_in_vfork(void *unused)
{
    if (vfork() == 0)
        for (;;)
            sys(SYS_ppoll, 0, 0, 0, 0, 0);
    return NULL;
}

/* A thread in vfork waits for its child and takes no signal meanwhile. The exec of its neighbour
 * must still end it, although the child goes on for ever. */
TEST(exec_beside_a_vfork, "the thread that waits for its vfork child never ends",
     "kernel/proc/process.c:/^vfork_is_over/")
{
    int status = IN_CHILD({
        pthread_t thread;
        pthread_create(&thread, NULL, wait_in_vfork, NULL);
        pause_ms(20);
        exec_self(NULL);
    });
    EQ(status, 0);
}

/* --- what is shared until exec ---------------------------------------------------------------- */

int
role(int argc, char **argv)
{
    return 0;
}

/* clone(2) without a stack of its own: as fork. */
static pid_t
share(unsigned long flags, void *child_tid)
{
    return (pid_t)OK(sys(SYS_clone, flags, 0, 0, 0, child_tid));
}

/* execve(2): the table of descriptors is unshared first. Else close-on-exec would close the files
 * of the maker, who has not exec'd anything. */
TEST(shared_descriptors_stay, "close-on-exec closes the descriptors of others, too",
     "kernel/proc/exec.c:/^enter/, kernel/fs/owner.c:/^files_copy/")
{
    int fd = OK(open("/dev/null", O_RDONLY | O_CLOEXEC));
    pid_t pid = share(CLONE_FILES | SIGCHLD, NULL);
    if (pid == 0)
        exec_self(NULL);
    EQ(STATUS(pid), 0);
    EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
}

/* To those who share the memory an exec is an end like any other. The kernel must clear the word
 * while it can still reach it, and may not write to its address in the new program (Linux
 * kernel/fork.c, mm_release). */
TEST(exec_clears_the_tid, "CLEARTID is forgotten at exec",
     "kernel/proc/exit.c:/^task_leave_memory/")
{
    static volatile int tid = 77;
    pid_t pid = share(CLONE_VM | CLONE_VFORK | CLONE_CHILD_CLEARTID | SIGCHLD, (void *)&tid);
    if (pid == 0) {
        char *argv[] = { check_self, "@zero", NULL };
        sys(SYS_execve, check_self, argv, 0);
        sys(SYS_exit, 1);
    }
    EQ(tid, 0);
    EQ(STATUS(pid), 0);
}

/* execve(2): the termination signal is SIGCHLD again. A child that was made without one would be
 * invisible to plain wait for ever. */
TEST(exec_resets_the_exit_signal, "a program ends with a signal that its maker's maker wanted",
     "kernel/proc/exec.c:/^enter/")
{
    pid_t pid = share(0, NULL);
    if (pid == 0)
        exec_self(NULL);
    pause_ms(50);
    EQ(STATUS(pid), 0); /* without __WALL */
}
