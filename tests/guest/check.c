/* check.c - runs the checks of one guest test program and prints their verdicts.
 *
 * Linked into every program of tests/guest. Not a test itself, but trusted by all: it uses no
 * more of the kernel than fork, wait, one shared page, setpgid, alarm, kill and write. A check
 * is a child process; the frame waits for it, and takes what it left in the shared report. A
 * check that does not end is killed by its own alarm: the one place where time decides, and only
 * about a hang. */

#include "check.h"

#define HANG_SECONDS 100 /* many times what the longest check takes on a slow, busy host */

struct check_report *check_report;
char *check_self;

/* The linker makes both symbols for a section whose name is a C identifier. */
extern const struct check_test *const __start_checks[], *const __stop_checks[];

__attribute__((weak)) int
role(int argc, char **argv)
{
    return 99;
}

/* The first failure is the one that explains the others; later ones are often of threads that it
 * has left alone. */
void
check_fail(const char *file, int line, const char *format, ...)
{
    va_list ap;
    if (check_report && !__atomic_exchange_n(&check_report->taken, 1, __ATOMIC_SEQ_CST)) {
        char what[600];
        va_start(ap, format);
        vsnprintf(what, sizeof(what), format, ap);
        va_end(ap);
        snprintf(check_report->text, sizeof(check_report->text), "%s (%s:%d)", what, file, line);
    }
    /* The raw call: no handler of atexit, and all threads end. */
    sys(SYS_exit_group, 1);
    __builtin_unreachable();
}

/* Gives the name, EAGAIN and not 11, because manual pages speak so. */
static const char *
error_name(int err)
{
    const char *name = strerrorname_np(err);
    return name ? name : "an unknown errno";
}

void
check_eq(const char *file, int line, const char *what, long seen, long wanted)
{
    if (seen == wanted)
        return;
    if (seen == -1)
        check_fail(file, line, "expected %s (%ld = 0x%lx), seen -1 (errno %d %s)", what, wanted,
                   wanted, errno, error_name(errno));
    check_fail(file, line, "expected %s (%ld = 0x%lx), seen %ld = 0x%lx", what, wanted, wanted,
               seen, seen);
}

long
check_ok(const char *file, int line, const char *what, long seen)
{
    if (seen == -1)
        check_fail(file, line, "expected %s to work, seen errno %d %s", what, errno,
                   error_name(errno));
    return seen;
}

void
check_err(const char *file, int line, const char *what, long seen, int err, int wanted)
{
    if (seen != -1)
        check_fail(file, line, "expected %s to give %s, seen %ld = 0x%lx", what, error_name(wanted),
                   seen, seen);
    if (err != wanted)
        check_fail(file, line, "expected %s to give %s, seen %s", what, error_name(wanted),
                   error_name(err));
}

int
check_wait(const char *file, int line, pid_t pid)
{
    int status = -1;
    pid_t got;
    do /* the check may have handlers */
        got = waitpid(pid, &status, 0);
    while (got == -1 && errno == EINTR);
    if (got != pid)
        check_fail(file, line, "expected wait4 to give child %d, seen %d (errno %s)", pid, got,
                   error_name(errno));
    return status;
}

/* The child's half: a group of its own, so that kill(0, ...) in a check hits only the check, and
 * so that the frame can end what the check has started. SIGUSR1 is as every program finds it. */
static void
run_body(const struct check_test *test)
{
    signal(SIGUSR1, SIG_DFL);
    setpgid(0, 0);
    alarm(HANG_SECONDS);
    test->body();
    /* No stdio output of a check is lost, and none is printed twice. */
    _exit(0);
}

/* Says what the frame knows when the check itself has said nothing. */
static void
describe_end(int status, char *text, size_t size)
{
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        snprintf(text, size, "expected the check to end, seen it hang for %d s", HANG_SECONDS);
    else if (WIFSIGNALED(status))
        snprintf(text, size, "expected the check to end, seen it killed by signal %d (%s)",
                 WTERMSIG(status), strsignal(WTERMSIG(status)));
    else
        snprintf(text, size, "expected status 0, seen %d", WEXITSTATUS(status));
}

/* Writes the verdict, and returns whether it is good: then `failure` is NULL. It is one line in one
 * write, so that nothing comes in between: a check may have left a process that prints. */
static bool
tell(const struct check_test *test, const char *failure)
{
    char line[1500];
    int n;
    if (failure)
        n = snprintf(line, sizeof(line), "not ok %s: %s, usual cause: %s, see %s\n", test->name,
                     failure, test->cause, test->see);
    else
        n = snprintf(line, sizeof(line), "ok %s\n", test->name);
    return write(1, line, n) == n && !failure;
}

/* Runs one check in a process of its own and tells its verdict. What the check itself has said
 * comes before what its end says. */
static bool
run_check(const struct check_test *test)
{
    char end[1000];
    int status = -1;
    memset(check_report, 0, sizeof(*check_report));
    pid_t pid = fork();
    if (pid == 0)
        run_body(test);
    if (pid < 0) {
        snprintf(end, sizeof(end), "expected fork to work, seen %s", error_name(errno));
        return tell(test, end);
    }
    while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
        ;
    /* What the check left running must not disturb the next one. */
    kill(-pid, SIGKILL);
    if (check_report->taken)
        return tell(test, check_report->text);
    if (status == 0)
        return tell(test, NULL);
    describe_end(status, end, sizeof(end));
    return tell(test, end);
}

static bool
wanted(const char *name, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return true;
    return argc < 2;
}

int
main(int argc, char **argv)
{
    int failed = 0;
    check_self = argv[0];
    /* A check that execs this program without a name means role() too. */
    if (argc < 1 || !argv[0][0] || (argc > 1 && argv[1][0] == '@'))
        return role(argc, argv);
    /* kill(-1, SIGUSR1) of a check also reaches the frame. */
    signal(SIGUSR1, SIG_IGN);
    check_report = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (check_report == MAP_FAILED) {
        printf("not ok frame: expected shared memory, seen %s\n", error_name(errno));
        return 1;
    }
    /* The checks run in the order of the file, which -fno-toplevel-reorder keeps. */
    for (const struct check_test *const *t = __start_checks; t < __stop_checks; t++)
        if (wanted((*t)->name, argc, argv))
            failed += !run_check(*t);
    return failed != 0;
}
