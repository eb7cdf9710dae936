/* exec.c - execve: what comes over to the new program, what is reset, what is refused.
 *
 * Malformed ELF files are in elf.c, the first stack in start.c. Source: execve(2). */
#include "fixture.h"
#include <sys/stat.h>

/* This program as one of its roles, in a child. */
#define RUN(...) exec_child(check_self, (char *[]){ check_self, __VA_ARGS__, NULL }, NULL)

/* Writes an executable file. */
static void
script(const char *path, const char *text)
{
    unlink(path);
    int fd = OK(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0755));
    EQ(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    OK(chmod(path, 0755));
}

#define LONG_ARGUMENT 20000

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

TEST(arguments_byte_for_byte, "empty or long arguments are lost, or the environment",
     "kernel/proc (stack)")
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

TEST(no_arguments_at_all, "argc 0 crashes: Linux makes it one empty argument", "kernel/proc (exec)")
{
    char *none[] = { NULL };
    EQ(exec_child(check_self, none, none), EXITED(51));
    EQ(exec_child(check_self, NULL, NULL), EXITED(51));
}

TEST(many_arguments, "argv has a small fixed size", "kernel/proc (exec)")
{
    enum { N = 5000 };
    static char *argv[N + 3];
    argv[0] = check_self;
    argv[1] = "@count";
    for (int i = 0; i < N; i++)
        argv[2 + i] = "argument";
    EQ(exec_child(check_self, argv, NULL), EXITED((N + 2) % 251));
}

TEST(too_much_is_e2big, "too long arguments are cut, or kill", "kernel/proc (exec)")
{
    /* One string of 128 KiB, and more than a quarter of the stack's limit in all. */
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

TEST(path_errors, "the errno is always ENOENT", "kernel/fs (path), kernel/proc (exec)")
{
    char *argv[] = { "x", NULL };
    static char name[300], path[5000];
    memset(name, 'n', 290);
    memset(path, '/', 4500);
    EQ(exec_child("/no/such", argv, NULL), -ENOENT);
    EQ(exec_child("", argv, NULL), -ENOENT);
    EQ(exec_child(name, argv, NULL), -ENAMETOOLONG);
    EQ(exec_child(path, argv, NULL), -ENAMETOOLONG);
    script("/tmp/plain", "text\n");
    EQ(exec_child("/tmp/plain/x", argv, NULL), -ENOTDIR);
    EQ(exec_child("/tmp", argv, NULL), -EACCES);
    OK(chmod("/tmp/plain", 0644));
    EQ(exec_child("/tmp/plain", argv, NULL), -EACCES);
    EQ(exec_child("/dev/null", argv, NULL), -EACCES);
    unlink("/tmp/loop");
    OK(symlink("/tmp/loop", "/tmp/loop"));
    EQ(exec_child("/tmp/loop", argv, NULL), -ELOOP);
}

TEST(no_program_is_enoexec, "a text or an empty file kills the caller", "kernel/proc (exec)")
{
    char *argv[] = { "x", NULL };
    script("/tmp/text", "echo hello\n");
    EQ(exec_child("/tmp/text", argv, NULL), -ENOEXEC);
    script("/tmp/text", "");
    EQ(exec_child("/tmp/text", argv, NULL), -ENOEXEC);
    script("/tmp/text", "#");
    EQ(exec_child("/tmp/text", argv, NULL), -ENOEXEC);
    script("/tmp/text", "\177ELF");
    EQ(exec_child("/tmp/text", argv, NULL), -ENOEXEC);
}

TEST(link_to_a_program, "a symbolic link is not followed", "kernel/fs (path)")
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
    snprintf(text, sizeof text, "#!%s%s%s", between, check_self, after);
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

TEST(shebang_line, "the words after #! are split, or argv[0] stays", "kernel/proc (exec)")
{
    char *argv[] = { "gone", "arg1", "arg 2", NULL };
    script_self("/tmp/script", "", " @shebang one  two\nrest\n");
    EQ(exec_child("/tmp/script", argv, NULL), 0);
    script_self("/tmp/script", " \t ", " \t @shebang one  two  \t\n");
    EQ(exec_child("/tmp/script", argv, NULL), 0);
    script_self("/tmp/script", "", " @shebang one  two");
    EQ(exec_child("/tmp/script", argv, NULL), 0);
}

TEST(shebang_refusals, "a missing interpreter is no error, or the wrong one", "kernel/proc (exec)")
{
    char *argv[] = { "x", NULL };
    script("/tmp/script", "#!/no/such/interpreter\n");
    EQ(exec_child("/tmp/script", argv, NULL), -ENOENT);
    script("/tmp/script", "#!/tmp\n");
    EQ(exec_child("/tmp/script", argv, NULL), -EACCES);
    script("/tmp/script", "#!\n");
    EQ(exec_child("/tmp/script", argv, NULL), -ENOEXEC);
    script("/tmp/script", "#!   \n");
    EQ(exec_child("/tmp/script", argv, NULL), -ENOEXEC);
    char text[400] = "#!/";
    memset(text + 3, 'l', 300);
    script("/tmp/script", text);
    EQ(exec_child("/tmp/script", argv, NULL), -ENOEXEC);
}

TEST(shebang_nested, "a script as interpreter is refused, or loops for ever", "kernel/proc (exec)")
{
    char *argv[] = { "x", NULL };
    script_self("/tmp/s1", "", " @exit0\n");
    script("/tmp/s2", "#!/tmp/s1\n");
    script("/tmp/s3", "#!/tmp/s2\n");
    EQ(exec_child("/tmp/s3", argv, NULL), 0);
    script("/tmp/s4", "#!/tmp/s4\n");
    EQ(exec_child("/tmp/s4", argv, NULL), -ELOOP);
}

/* The fds 20 and 21, the latter close-on-exec. */
static int
role_fds(void)
{
    if (fcntl(21, F_GETFD) != -1 || errno != EBADF)
        return 1;
    return lseek(20, 0, SEEK_CUR) == 7 && fcntl(20, F_GETFD) == 0 ? 0 : 2;
}

TEST(close_on_exec, "FD_CLOEXEC is not looked at, or all are closed", "kernel/fs (open files)")
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
    if (a.sa_handler != SIG_DFL || a.sa_flags & ~0x04000000)
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

TEST(signals_over_exec, "handlers point into the old program, or the mask is lost",
     "kernel/proc (exec, signal)")
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

TEST(identity_over_exec, "exec changes the pid, the directory or the umask", "kernel/proc (exec)")
{
    char pid[20];
    OK(chdir("/tmp"));
    umask(031);
    EQ(IN_CHILD(snprintf(pid, sizeof pid, "%d", getpid());
                execl(check_self, check_self, "@identity", pid, NULL)),
       0);
}

static int
role_identity(char **argv)
{
    char text[100];
    if (atoi(argv[2]) != getpid())
        return 1;
    if (!getcwd(text, sizeof text) || strcmp(text, "/tmp"))
        return 2;
    return umask(0) == 031 ? 0 : 3;
}

TEST(failed_exec_changes_nothing, "memory or handlers are gone when the errno comes",
     "kernel/proc (exec): check everything before the point of no return")
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

TEST(exec_chain, "each exec leaks, or the hundredth fails", "kernel/proc (exec)")
{
    EQ(RUN("@chain", "60"), 0);
}

TEST(proc_self_exe_can_run, "execve of /proc/self/exe does not follow (busybox)",
     "kernel/proc (/proc files)")
{
    EQ(exec_child("/proc/self/exe", (char *[]){ "other", "@exit0", NULL }, NULL), 0);
}

TEST(busy_text, "a program that runs can be written, or one being written can be run",
     "kernel/proc (exec), kernel/fs (ramfs)")
{
    char *argv[] = { "x", "@exit0", NULL };
    FAILS(open(check_self, O_WRONLY), ETXTBSY);
    script_self("/tmp/script", "", " @exit0\n");
    int fd = OK(open("/tmp/script", O_WRONLY));
    EQ(exec_child("/tmp/script", argv, NULL), -ETXTBSY);
    close(fd);
    EQ(exec_child("/tmp/script", argv, NULL), 0);
}

int
role(int argc, char **argv)
{
    char text[20];
    if (argc < 2)
        return argc == 1 && argv[0][0] == 0 ? 51 : 52;
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
        return argc % 251;
    if (strcmp(argv[1], "@chain") == 0 && atoi(argv[2]) > 0) {
        snprintf(text, sizeof text, "%d", atoi(argv[2]) - 1);
        execl(argv[0], argv[0], "@chain", text, NULL);
        return 9;
    }
    return 0;
}
