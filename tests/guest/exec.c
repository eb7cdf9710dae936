/* exec.c - execve: what comes over to the new program, what is reset, what is refused.
 *
 * Most checks exec this very program in one of its roles, which compares there. Malformed ELF
 * files are in elf.c, the first stack byte by byte in start.c, threads and hostile arguments in
 * attack_exec.c. Source: execve(2), signal(7), path_resolution(7). */

#include "fixture.h"
#include <sys/stat.h>

/* This program as one of its roles, in a child. */
#define RUN(...) exec_child(check_self, (char *[]){ check_self, __VA_ARGS__, NULL }, NULL)

/* This file, with nothing but a name. */
static int
run(const char *path)
{
    return exec_child(path, (char *[]){ "x", NULL }, NULL);
}

/* A file of this text. */
static int
run_text(const char *text)
{
    script("/tmp/text", text);
    return run("/tmp/text");
}

#define LONG_ARGUMENT 20000 /* several pages */
#define NO_ARGV       51    /* the status of role() when there is nothing to read */
#define PRIME         251   /* for a count in an exit status of 8 bits, and no round number of it */

static bool
all_x(const char *s, size_t n)
{
    return strlen(s) == n && strspn(s, "x") == n;
}

static int
role_args(int argc, char **argv)
{
    extern char **environ;
    static const char *want[] = { "", "a b", "q'\"\\", "line\nline", "\001\377" };
    for (int i = 0; i < 5; i++)
        if (strcmp(argv[2 + i], want[i]) != 0)
            return 10 + i;
    if (argc != 8 || !all_x(argv[7], LONG_ARGUMENT) || argv[8])
        return 20;
    if (!environ[0] || strcmp(environ[0], "A=1") || !environ[1] || strcmp(environ[1], "") ||
        !environ[2] || strcmp(environ[2], "no equals") || environ[3])
        return 30;
    return 0;
}

/* An empty word, blanks, quotes and bytes that are no UTF-8 must arrive as they are; an
 * environment may hold words without `=`, and empty ones. `find -print0 | xargs -0` counts on
 * it. */
TEST(arguments_byte_for_byte, "empty or long arguments are lost, or the environment",
     "kernel/proc/args.c")
{
    char *big = malloc(LONG_ARGUMENT + 1);
    memset(big, 'x', LONG_ARGUMENT);
    big[LONG_ARGUMENT] = 0;
    char *argv[] = {
        check_self, "@args", "", "a b", "q'\"\\", "line\nline", "\001\377", big, NULL
    };
    char *envp[] = { "A=1", "", "no equals", NULL };
    EQ(exec_child(check_self, argv, envp), 0);
}

/* pkexec read argv[1] of such a call, which was its environment (CVE-2021-4034). Since 5.18
 * Linux puts an empty argv[0] there. */
TEST(no_arguments_at_all, "argc 0 crashes: Linux makes it one empty argument", "kernel/proc/args.c")
{
    char *none[] = { NULL };
    EQ(exec_child(check_self, none, none), EXITED(NO_ARGV));
    EQ(exec_child(check_self, NULL, NULL), EXITED(NO_ARGV));
}

/* 40 KB of pointers and 45 KB of strings: `rm *` in a large folder. */
TEST(many_arguments, "argv has a small fixed size", "kernel/proc/args.c")
{
    enum { N = 5000 };
    static char *argv[N + 3];
    argv[0] = check_self;
    argv[1] = "@count";
    for (int i = 0; i < N; i++)
        argv[2 + i] = "argument";
    EQ(exec_child(check_self, argv, NULL), EXITED((N + 2) % PRIME));
}

/* A string has at most 128 KiB with its NUL, all of it a quarter of the 8 MiB that RLIMIT_STACK
 * has: execve(2), "Limits on size of arguments and environment". xargs cuts its lines by that.
 * Eight strings fit, 58 do not, and the environment counts with argv. */
TEST(too_much_is_e2big, "too long arguments are cut, or kill", "kernel/proc/args.c")
{
    enum { ONE = 131072 };
    static char one[ONE + 1];
    static char *argv[64];
    memset(one, 'x', ONE);
    EQ(RUN("@exit0", one), -E2BIG);
    one[ONE - 1] = 0;
    EQ(RUN("@exit0", one), 0);
    argv[0] = check_self;
    argv[1] = "@exit0";
    for (int i = 2; i < 10; i++)
        argv[i] = one;
    EQ(exec_child(check_self, argv, NULL), 0);
    for (int i = 2; i < 60; i++)
        argv[i] = one;
    EQ(exec_child(check_self, argv, NULL), -E2BIG);
    EQ(exec_child(check_self, (char *[]){ check_self, "@exit0", NULL }, argv), -E2BIG);
}

/* A shell looks through PATH: it goes on after ENOENT and ENOTDIR, and tells EACCES. */
TEST(path_errors, "the errno is always ENOENT",
     "kernel/fs/path.c:/^walk_path/, kernel/proc/exec.c:/^find_program/")
{
    static char name[300], path[5000];
    memset(name, 'n', 290);
    memset(path, '/', 4500);
    EQ(run("/no/such"), -ENOENT);
    EQ(run(""), -ENOENT);
    EQ(run(name), -ENAMETOOLONG);
    EQ(run(path), -ENAMETOOLONG);
    script("/tmp/plain", "text\n");
    EQ(run("/tmp/plain/x"), -ENOTDIR);
    EQ(run("/tmp"), -EACCES);
    OK(chmod("/tmp/plain", 0644));
    EQ(run("/tmp/plain"), -EACCES);
    EQ(run("/dev/null"), -EACCES);
    unlink("/tmp/loop");
    OK(symlink("/tmp/loop", "/tmp/loop"));
    EQ(run("/tmp/loop"), -ELOOP);
}

/* execvp(3) and shells then start /bin/sh with the file. Four bytes of magic without a header
 * behind are no program either. */
TEST(no_program_is_enoexec, "a text or an empty file kills the caller",
     "kernel/proc/exec.c:/^find_program/, kernel/proc/elf.c:/^elf_load/")
{
    EQ(run_text("echo hello\n"), -ENOEXEC);
    EQ(run_text(""), -ENOEXEC);
    EQ(run_text("#"), -ENOEXEC);
    EQ(run_text("\177ELF"), -ENOEXEC);
}

/* How busybox is installed: argv[0], not the file, tells what it is to be. */
TEST(link_to_a_program, "a symbolic link is not followed", "kernel/fs/path.c:/^follow/")
{
    unlink("/tmp/link");
    OK(symlink(check_self, "/tmp/link"));
    EQ(exec_child("/tmp/link", (char *[]){ "name", "@exit0", NULL }, NULL), 0);
    OK(chdir("/tmp"));
    EQ(exec_child("link", (char *[]){ "name", "@exit0", NULL }, NULL), 0);
    EQ(exec_child("./link", (char *[]){ "name", "@exit0", NULL }, NULL), 0);
}

/* Writes "#!" before, and a NUL-free text after, this program's path. */
static void
script_self(const char *path, const char *between, const char *after)
{
    char text[600];
    snprintf(text, sizeof(text), "#!%s%s%s", between, check_self, after);
    script(path, text);
}

static int
role_shebang(int argc, char **argv)
{
    /* interpreter, the rest of the line as one word, the script's path, its arguments */
    if (argc != 5 || strcmp(argv[1], "@shebang one  two") || strcmp(argv[2], "/tmp/script") ||
        strcmp(argv[3], "arg1") || strcmp(argv[4], "arg 2"))
        return 1;
    return 0;
}

/* execve(2), "Interpreter scripts": everything behind the interpreter is one argument, inner
 * blanks and all; argv[0] gives way to the script's path. Blanks round it do not count, nor a
 * missing end of line. */
TEST(shebang_line, "the words after #! are split, or argv[0] stays",
     "kernel/proc/exec.c:/^find_program/")
{
    char *argv[] = { "gone", "arg1", "arg 2", NULL };
    script_self("/tmp/script", "", " @shebang one  two\nrest\n");
    EQ(exec_child("/tmp/script", argv, NULL), 0);
    script_self("/tmp/script", " \t ", " \t @shebang one  two  \t\n");
    EQ(exec_child("/tmp/script", argv, NULL), 0);
    script_self("/tmp/script", "", " @shebang one  two");
    EQ(exec_child("/tmp/script", argv, NULL), 0);
}

/* The errno is that of the interpreter. A line of more than 255 bytes without an end may hold a
 * part of a path: BINPRM_BUF_SIZE of <linux/binfmts.h>. */
TEST(shebang_refusals, "a missing interpreter is no error, or the wrong one",
     "kernel/proc/exec.c:/^find_program/")
{
    EQ(run_text("#!/no/such/interpreter\n"), -ENOENT);
    EQ(run_text("#!/tmp\n"), -EACCES);
    EQ(run_text("#!\n"), -ENOEXEC);
    EQ(run_text("#!   \n"), -ENOEXEC);
    char text[400] = "#!/";
    memset(text + 3, 'l', 300);
    EQ(run_text(text), -ENOEXEC);
}

/* Scripts of scripts are allowed since 2.6.28, and counted, or the last one would go on for
 * ever. */
TEST(shebang_nested, "a script as interpreter is refused, or loops for ever",
     "kernel/proc/exec.c:/^find_program/")
{
    script_self("/tmp/s1", "", " @exit0\n");
    script("/tmp/s2", "#!/tmp/s1\n");
    script("/tmp/s3", "#!/tmp/s2\n");
    EQ(run("/tmp/s3"), 0);
    script("/tmp/s4", "#!/tmp/s4\n");
    EQ(run("/tmp/s4"), -ELOOP);
}

/* The fds 20 and 21, the latter close-on-exec. */
static int
role_fds(void)
{
    if (fcntl(21, F_GETFD) != -1 || errno != EBADF)
        return 1;
    return lseek(20, 0, SEEK_CUR) == 7 && fcntl(20, F_GETFD) == 0 ? 0 : 2;
}

/* 20 and 21 share an open file: the flag is of the descriptor, the offset of the file. */
TEST(close_on_exec, "FD_CLOEXEC is not looked at, or all are closed",
     "kernel/fs/owner.c:/^files_copy/")
{
    int fd = OK(open("/tmp/exec", O_RDWR | O_CREAT | O_TRUNC, 0600));
    EQ(write(fd, "0123456", 7), 7);
    OK(dup2(fd, 20));
    OK(dup3(fd, 21, O_CLOEXEC));
    EQ(RUN("@fds"), 0);
    /* A failed exec closes nothing. */
    EQ(IN_CHILD(ERR(sys(SYS_execve, "/no/such", NULL, NULL), ENOENT);
                EQ(fcntl(21, F_GETFD), FD_CLOEXEC)),
       0);
}

/* A handler of the old program. Its address means something else after exec, or nothing. */
static void
handler(int signal)
{
}

static int
role_signals(void)
{
    struct sigaction a;
    sigset_t set;
    stack_t ss;
    sigaction(SIGUSR1, NULL, &a);
    if (a.sa_handler != SIG_DFL || a.sa_flags)
        return 1;
    sigaction(SIGUSR2, NULL, &a);
    if (a.sa_handler != SIG_IGN)
        return 2;
    sigprocmask(0, NULL, &set);
    if (!sigismember(&set, SIGTERM) || sigismember(&set, SIGUSR1))
        return 3;
    sigpending(&set);
    if (!sigismember(&set, SIGTERM))
        return 4;
    sigaltstack(NULL, &ss);
    return ss.ss_flags == SS_DISABLE && alarm(0) > 0 ? 0 : 5;
}

/* Ignored stays ignored (nohup relies on it), caught becomes default, mask, pending signals and
 * the timer stay, the alternate stack goes with the memory that it was in: execve(2), signal(7). */
TEST(signals_over_exec, "handlers point into the old program, or the mask is lost",
     "kernel/proc/exec.c:/^enter/, kernel/proc/signal.c:/^signals_reset/")
{
    sigset_t set;
    stack_t ss = { .ss_sp = malloc(65536), .ss_size = 65536 };
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGUSR1, handler);
    signal(SIGUSR2, SIG_IGN);
    OK(sigaltstack(&ss, NULL));
    /* The child raises its own SIGTERM: what is pending is not inherited by fork. */
    EQ(IN_CHILD(raise(SIGTERM); alarm(50); execl(check_self, check_self, "@signals", NULL)), 0);
}

/* A shell waits for the pid that it forked; umask and directory are set in the child, before
 * exec. */
TEST(identity_over_exec, "exec changes the pid, the directory or the umask",
     "kernel/proc/exec.c:/^enter/")
{
    char pid[20];
    OK(chdir("/tmp"));
    umask(031);
    EQ(IN_CHILD(snprintf(pid, sizeof(pid), "%d", getpid());
                execl(check_self, check_self, "@identity", pid, NULL)),
       0);
}

static int
role_identity(char **argv)
{
    char text[100];
    if (atoi(argv[2]) != getpid())
        return 1;
    if (!getcwd(text, sizeof(text)) || strcmp(text, "/tmp"))
        return 2;
    return umask(0) == 031 ? 0 : 3;
}

/* execvp(3) tries each folder of PATH by a failed exec; 20 times, as a leak would grow. */
TEST(failed_exec_changes_nothing, "memory or handlers are gone when the errno comes",
     "kernel/proc/exec.c:/^process_exec/")
{
    char *heap = malloc(100000), *argv[] = { "x", NULL };
    memset(heap, 3, 100000);
    signal(SIGUSR1, handler);
    script("/tmp/text", "\177ELF but no more");
    for (int i = 0; i < 20; i++) {
        ERR(sys(SYS_execve, "/tmp/text", argv, NULL), ENOEXEC);
        ERR(sys(SYS_execve, "/no/such", argv, NULL), ENOENT);
    }
    EQ(heap[99999], 3);
    raise(SIGUSR1);
}

/* 60 programs in one process: what one forgets to give back is there 60 times. */
TEST(exec_chain, "each exec leaks, or the hundredth fails", "kernel/proc/exec.c:/^process_exec/")
{
    EQ(RUN("@chain", "60"), 0);
}

/* busybox' shell runs its applets so. The link leads to the file itself, whatever its text says. */
TEST(proc_self_exe_can_run, "execve of /proc/self/exe does not follow (busybox)",
     "kernel/proc/report.c:/^print_exe/")
{
    EQ(exec_child("/proc/self/exe", (char *[]){ "other", "@exit0", NULL }, NULL), 0);
}

/* open(2) and execve(2), ETXTBSY: pages of a program are shared with its file, so a write would
 * change what runs. Of a script the interpreter runs, but who writes it is not done yet. */
TEST(busy_text, "a program that runs can be written, or one being written can be run",
     "kernel/fs/open.c:/^vfs_open/")
{
    char *argv[] = { "x", "@exit0", NULL };
    FAILS(open(check_self, O_WRONLY), ETXTBSY);
    script_self("/tmp/script", "", " @exit0\n");
    int fd = OK(open("/tmp/script", O_WRONLY));
    EQ(exec_child("/tmp/script", argv, NULL), -ETXTBSY);
    close(fd);
    EQ(exec_child("/tmp/script", argv, NULL), 0);
}

/* What the exec'd program does: it looks at what has come over, and says so by its status, for
 * check.h has no shared report there. 0 is good. */
int
role(int argc, char **argv)
{
    char text[20];
    if (argc < 2)
        return argc == 1 && argv[0][0] == 0 ? NO_ARGV : 52;
    if (strcmp(argv[1], "@args") == 0)
        return role_args(argc, argv);
    if (strncmp(argv[1], "@shebang", 8) == 0)
        return role_shebang(argc, argv);
    if (strcmp(argv[1], "@fds") == 0)
        return role_fds();
    if (strcmp(argv[1], "@signals") == 0)
        return role_signals();
    if (strcmp(argv[1], "@identity") == 0)
        return role_identity(argv);
    if (strcmp(argv[1], "@count") == 0)
        return argc % PRIME;
    if (strcmp(argv[1], "@chain") == 0 && atoi(argv[2]) > 0) {
        snprintf(text, sizeof(text), "%d", atoi(argv[2]) - 1);
        execl(argv[0], argv[0], "@chain", text, NULL);
        return 9;
    }
    return 0;
}
