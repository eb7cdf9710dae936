/* attack_fuzz.c - system calls with random arguments of the right kind, all numbers, by seed.
 *
 * Children make the calls, for what they do to themselves ends with them; a supervisor counts,
 * and kills a child that sleeps or has stopped. Left out: reboot, and signals to others. What a
 * call answers is not looked at: afterwards the kernel lives, and has its memory. A fuzzer in the
 * way of Trinity: pure chance ends at the first check of a descriptor, so the kinds are known and
 * the values are those at which such checks err. `attack_fuzz @from SEED` makes the calls of
 * other seeds; what it finds belongs, as a check with a name, into the program of its call. */

#include "attack.h"
#include <dirent.h>
#include <sys/stat.h>
#include <sys/time.h>

#define NUMBERS    460 /* beyond the last one of Linux 6.12 */
#define CHILDREN   120
#define CALLS      260 /* of a child that lives to its end */
#define ARENA      0x20000000UL
#define ARENA_SIZE (8 * PAGE)
#define HOME       "/tmp/fuzz"

/* What each argument of a call is: f descriptor, p path, b address, n count of bytes, s signal,
 * q process, o offset, m mode bits, x anything. */
struct signature {
    int number;
    const char *kinds;
};

static const struct signature signatures[] = {
    { SYS_openat, "fpmm" },
    { SYS_close, "f" },
    { SYS_read, "fbn" },
    { SYS_write, "fbn" },
    { SYS_readv, "fbm" },
    { SYS_writev, "fbm" },
    { SYS_pread64, "fbno" },
    { SYS_pwrite64, "fbno" },
    { SYS_lseek, "fom" },
    { SYS_getdents64, "fbn" },
    { SYS_fstat, "fb" },
    { SYS_newfstatat, "fpbm" },
    { SYS_statx, "fpmmb" },
    { SYS_readlinkat, "fpbn" },
    { SYS_faccessat, "fpm" },
    { SYS_mkdirat, "fpm" },
    { SYS_unlinkat, "fpm" },
    { SYS_symlinkat, "pfp" },
    { SYS_linkat, "fpfpm" },
    { SYS_renameat2, "fpfpm" },
    { SYS_fchmodat, "fpm" },
    { SYS_fchownat, "fpqqm" },
    { SYS_utimensat, "fpbm" },
    { SYS_ftruncate, "fo" },
    { SYS_truncate, "po" },
    { SYS_getcwd, "bn" },
    { SYS_dup3, "ffm" },
    { SYS_fcntl, "fmb" },
    { SYS_ioctl, "fxb" },
    { SYS_pipe2, "bm" },
    { SYS_ppoll, "bmbbn" },
    { SYS_pselect6, "mbbbbb" },
    { SYS_brk, "b" },
    { SYS_mmap, "bnmmfo" },
    { SYS_munmap, "bn" },
    { SYS_mprotect, "bnm" },
    { SYS_madvise, "bnm" },
    { SYS_mremap, "bnnmb" },
    { SYS_msync, "bnm" },
    { SYS_execve, "pbb" },
    { SYS_wait4, "qbmb" },
    { SYS_waitid, "mqbmb" },
    { SYS_getpgid, "q" },
    { SYS_setpgid, "qq" },
    { SYS_set_robust_list, "bn" },
    { SYS_prlimit64, "qmbb" },
    { SYS_getrandom, "bnm" },
    { SYS_prctl, "mbbbb" },
    { SYS_rt_sigaction, "sbbn" },
    { SYS_rt_sigprocmask, "mbbn" },
    { SYS_rt_sigtimedwait, "bbbn" },
    { SYS_rt_sigqueueinfo, "qsb" },
    { SYS_rt_tgsigqueueinfo, "qqsb" },
    { SYS_sigaltstack, "bb" },
    { SYS_kill, "qs" },
    { SYS_tkill, "qs" },
    { SYS_tgkill, "qqs" },
    { SYS_setitimer, "mbb" },
    { SYS_clock_gettime, "mb" },
    { SYS_clock_nanosleep, "mmbb" },
    { SYS_nanosleep, "bb" },
    { SYS_futex, "bmmbbm" },
    { SYS_clone, "mbbbb" },
    { SYS_sched_setaffinity, "qnb" },
    { SYS_rt_sigsuspend, "bn" },
    { SYS_chdir, "p" },
};

/* Calls that would end the machine, change its time for all, or reach beyond the child. */
static const int left_out[] = { SYS_reboot,
                                SYS_exit,
                                SYS_exit_group,
                                SYS_kexec_load,
                                SYS_clock_settime,
                                SYS_settimeofday,
                                SYS_rt_sigreturn,
                                SYS_ptrace,
                                SYS_chroot,
                                SYS_unshare,
                                SYS_setns,
                                SYS_pivot_root,
                                SYS_mount,
                                SYS_umount2,
                                SYS_vhangup,
                                SYS_init_module,
                                SYS_finit_module,
                                SYS_delete_module,
                                SYS_process_vm_writev,
                                SYS_swapoff,
                                SYS_swapon,
                                SYS_kexec_file_load };

/* Shared with the supervisor: how many calls have been made. */
static volatile long *progress;

/* Numbers at which comparisons err. */
static uint64_t
edge(void)
{
    static const uint64_t edges[] = { 0,         1,         2,          7,         8,          16,
                                      4095,      4096,      4097,       1UL << 31, 0x7fffffff, ~0UL,
                                      ~0UL >> 1, 1UL << 63, 0xffffffff, USER_END,  65536 };
    return draw() % 3 ? edges[draw() % (sizeof(edges) / sizeof(*edges))] : draw() >> draw() % 64;
}

static uint64_t
address(void)
{
    switch (draw() % 10) {
    case 0:
        return edge();
    case 1:
        return ARENA + ARENA_SIZE - draw() % 32; /* the page behind is unmapped */
    case 2:
        return KERNEL_HALF + (draw() & 0xfffffff8); /* the kernel's half */
    case 3:
        return 0;
    default:
        return ARENA + (draw() % ARENA_SIZE & ~7UL);
    }
}

static uint64_t
path(void)
{
    static const char *const names[] = { "a",
                                         "b",
                                         "a/b",
                                         "b/a",
                                         "c",
                                         ".",
                                         "",
                                         "a/../b",
                                         "l",
                                         "/proc/self/maps",
                                         "/proc/self/fd/3",
                                         "/proc/self/stat",
                                         "/dev/zero",
                                         "/no/such",
                                         "l/l/l" };
    return draw() % 12 ? (uint64_t)names[draw() % (sizeof(names) / sizeof(*names))] : address();
}

static uint64_t
argument(char kind)
{
    switch (kind) {
    case 'f':
        if (draw() % 8)
            return draw() % 16;
        return draw() % 2 ? (uint64_t)AT_FDCWD : edge();
    case 'p':
        return path();
    case 'b':
        return address();
    case 'n':
        return draw() % 4 ? draw() % 9000 : edge();
    case 's':
        return draw() % 4 ? draw() % 66 : edge();
    case 'q': /* only itself, or nobody: the others live on */
        return draw() % 2 ? (uint64_t)sys(SYS_getpid) : 1000000 + draw() % 1000;
    case 'o':
        return draw() % 2 ? draw() % 70000 : edge();
    case 'm':
        return draw() % 2 ? draw() % 32 : 1UL << draw() % 32 | 1UL << draw() % 32;
    default:
        return draw() % 2 ? address() : edge();
    }
}

static bool
is_left_out(int number)
{
    for (size_t i = 0; i < sizeof(left_out) / sizeof(*left_out); i++)
        if (left_out[i] == number)
            return true;
    return false;
}

/* A field of a struct: a small number, an edge, or now and then an address again, so that vectors
 * lead somewhere. */
static uint64_t
field(void)
{
    if (draw() % 3 == 0)
        return address();
    return draw() % 2 ? draw() % 16 : edge();
}

/* Makes anew what pointers point at, whatever the calls have done to it. Twice its size is
 * unmapped, because a call may have made it grow. */
static void
fill_arena(void)
{
    uint64_t *word = (uint64_t *)ARENA;
    sys(SYS_munmap, ARENA, 2 * ARENA_SIZE);
    if ((uint64_t)sys(SYS_mmap, ARENA, ARENA_SIZE, RW, ANON | MAP_FIXED, -1, 0) != ARENA)
        sys(SYS_exit_group, 0);
    for (size_t i = 0; i < ARENA_SIZE / 8; i++)
        word[i] = field();
}

/* Makes one call. Two of three are of the table; the others have any number, and arguments of any
 * kind. */
static void
one_call(void)
{
    const struct signature *typed =
        &signatures[draw() % (sizeof(signatures) / sizeof(*signatures))];
    int number = draw() % 3 ? typed->number : (int)(draw() % NUMBERS);
    const char *kinds = number == typed->number ? typed->kinds : "xxxxxx";
    uint64_t arg[6] = { 0 };
    if (is_left_out(number))
        return;
    for (int i = 0; i < 6; i++)
        arg[i] = argument(*kinds ? *kinds++ : 'x');
    /* The kinds of this call are not known, and its first argument may be a pid: no small number
     * may name another process. */
    if (number != typed->number && arg[0] < 100000)
        arg[0] = 0;
    if (number == SYS_clone && draw() % 4)
        arg[0] &= ~(uint64_t)0x100; /* CLONE_VM: both would run on this stack */
    if (sys(number, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]) == 0 && number == SYS_clone)
        sys(SYS_exit_group, 0);
}

static void
on_signal(int signo)
{
}

/* Catches most signals, which would end the child too soon. The signals of faults keep their
 * default, because the fault would come again after the handler, for ever. */
static void
set_signals(void)
{
    sigset_t none;
    struct sigaction action = { .sa_handler = on_signal };
    sigemptyset(&none);
    for (int signo = 1; signo <= 64; signo++)
        if (signo != SIGSEGV && signo != SIGBUS && signo != SIGILL)
            sys(SYS_rt_sigaction, signo, &action, 0, 8);
    sys(SYS_rt_sigprocmask, SIG_SETMASK, &none, 0, 8);
}

/* A child: its calls, interrupted every few milliseconds so that none sleeps for ever. The arena,
 * handlers and timer are set up again and again, as the calls undo all of them. */
static void
make_calls(uint64_t from)
{
    struct itimerval often = { { 0, 5000 }, { 0, 5000 } };
    seed = SPREAD(from) | 1;
    for (int fd = 0; fd < 3; fd++) { /* nothing may reach the report */
        close(fd);
        open("/dev/null", O_RDWR);
    }
    pipe((int[2]){ -1, -1 });
    sys(SYS_setsid);
    chdir(HOME);
    for (int i = 0; i < CALLS; i++) {
        if (i % 16 == 0) {
            fill_arena();
            set_signals();
            setitimer(ITIMER_REAL, &often, NULL);
        }
        one_call();
        (*progress)++;
    }
    sys(SYS_exit_group, 0);
}

/* Waits for the child; kills it when it has made no call for 50 ms: it may have blocked the alarm
 * and sleep, have stopped itself, or be another program by now. */
static void
supervise(pid_t pid)
{
    long last = -1;
    for (int idle = 0; waitpid(pid, NULL, WNOHANG) == 0; idle = *progress == last ? idle + 1 : 0) {
        last = *progress;
        if (idle == 10)
            kill(pid, SIGKILL);
        pause_ms(5);
    }
}

/* Does what rm -r does. What it cannot remove shows as lost memory. */
static void
remove_all(const char *directory)
{
    char name[600];
    struct dirent *e;
    DIR *d = opendir(directory);
    chmod(directory, 0700);
    while (d && (e = readdir(d))) {
        snprintf(name, sizeof(name), "%s/%s", directory, e->d_name);
        if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..") && unlink(name))
            remove_all(name);
    }
    if (d)
        closedir(d);
    rmdir(directory);
}

static uint64_t first_seed = 1;

static void
storm(void)
{
    for (uint64_t child = 1; child <= CHILDREN; child++) {
        if (child % 10 == 1)
            OK(mkdir(HOME, 0777));
        pid_t pid = OK(fork());
        if (pid == 0)
            make_calls(first_seed + child);
        supervise(pid);
        if (child % 10 == 0)
            remove_all(HOME);
    }
    while (waitpid(-1, NULL, __WALL) > 0) /* made by clone, with any exit signal */
        ;
}

int
role(int argc, char **argv)
{
    progress = shared_page();
    first_seed = argc > 2 ? strtoul(argv[2], NULL, 0) : 1;
    storm();
    printf("%ld calls\n", *progress);
    return 0;
}

/* Two storms of 120 times 260 calls, less what children miss who end early. Below 20,000
 * something ends them all, and nothing is tested any more. */
TEST(random_calls, "a call believes its arguments, or keeps what a killed process had",
     "kernel/syscall/table.c:/^syscall_dispatch/; the storm alone: attack_fuzz @from 1")
{
    progress = shared_page();
    gives_back(storm);
    TRUE(*progress > 20000);
}
