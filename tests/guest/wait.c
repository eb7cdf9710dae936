/* wait.c - wait4 and waitid: whose ends are told, how, when, and to whom orphans go.
 *
 * Stops are in stop.c, threads in thread.c, restarting in restart.c. Source: wait(2), wait4(2),
 * waitid's struct in sigaction(2). */

#include "peer.h"
#include <sys/resource.h>
#include <time.h>

/* A child that ends with `status` at once. */
static pid_t
child(int status)
{
    pid_t pid = OK(fork());
    if (pid == 0)
        _exit(status);
    return pid;
}

/* wait(2): an exit status stands in bits 8 to 15 of the word, and exit(3) passes only the low
 * byte. */
TEST(exit_status_is_8_bits, "the status is not shifted, or more than 8 bits pass",
     "kernel/syscall/process.c:/^sys_exit_group/")
{
    int status;
    static const int codes[] = { 0, 1, 42, 255 };
    for (int i = 0; i < 4; i++) {
        pid_t pid = child(codes[i]);
        EQ(wait4(pid, &status, 0, NULL), pid);
        EQ(status, codes[i] << 8);
    }
    /* Only the low byte arrives: 263 is 7, -1 is 255 (exit(3)). */
    child(256 + 7);
    wait(&status);
    EQ(status, 7 << 8);
    child(-1);
    wait(&status);
    EQ(status, 0xff00);
}

/* Shells tell 128 + n by this difference. 33 is glibc's own and 64 the last: 7 bits have room for
 * it. */
TEST(signal_status, "a death by signal looks like an exit",
     "kernel/proc/deliver.c:/^signal_deliver/")
{
    static const int signals[] = { SIGKILL, SIGTERM, SIGUSR1, SIGALRM, SIGPIPE, SIGHUP, 33, 64 };
    int status;
    for (int i = 0; i < 8; i++) {
        pid_t pid = sleeping_child();
        OK(kill(pid, signals[i]));
        EQ(waitpid(pid, &status, 0), pid);
        EQ(status, signals[i]);
    }
}

/* A reaping loop ends by this errno; init, oneself, a stranger and a group of nobody are no
 * children. */
TEST(no_children_is_echild, "wait hangs or gives 0", "kernel/proc/wait.c:/^look/")
{
    FAILS(wait(NULL), ECHILD);
    FAILS(waitpid(-1, NULL, WNOHANG), ECHILD);
    FAILS(waitpid(1, NULL, 0), ECHILD);
    FAILS(waitpid(getpid(), NULL, 0), ECHILD);
    FAILS(waitpid(NOBODY, NULL, 0), ECHILD);
    FAILS(waitpid(-NOBODY, NULL, 0), ECHILD);
    FAILS(waitpid(-NOBODY, NULL, WNOHANG), ECHILD);
}

/* waitid wants at least one kind of change (WEXITED...); the raw call shows what the kernel checks
 * and what glibc. */
TEST(bad_options, "unknown bits are taken", "kernel/syscall/process.c:/^sys_waitid/")
{
    FAILS(waitpid(-1, NULL, 0x100), EINVAL);
    siginfo_t info;
    ERR(sys(SYS_waitid, P_ALL, 0, &info, 0, 0), EINVAL);
    ERR(sys(SYS_waitid, P_ALL, 0, &info, 0x100 | WEXITED, 0), EINVAL);
    ERR(sys(SYS_waitid, 77, 0, &info, WEXITED, 0), EINVAL);
    ERR(sys(SYS_waitid, P_PID, 0, &info, WEXITED, 0), EINVAL);
    /* INT_MIN has no positive: Linux says ESRCH. */
    FAILS(waitpid(0x80000000, NULL, 0), ESRCH);
}

/* An event loop looks without waiting: 0 is "alive" and leaves status alone. */
TEST(wnohang, "WNOHANG waits, or gives -1 while a child lives",
     "kernel/proc/wait.c:/^process_wait/")
{
    int status = 77;
    pid_t pid = sleeping_child();
    EQ(waitpid(pid, &status, WNOHANG), 0);
    EQ(status, 77);
    EQ(waitpid(-1, &status, WNOHANG), 0);
    kill(pid, SIGKILL);
    EQ(waitpid(pid, &status, 0), pid);
    EQ(status, SIGKILL);
}

/* The number stays taken until somebody waits, so a kill after the end hits nobody else. In another
 * order than they ended. */
TEST(zombie_waits_for_its_parent, "a child that nobody waits for disappears",
     "kernel/proc/wait.c:/^look/")
{
    pid_t a = child(1), b = child(2), c = child(3);
    siginfo_t info;
    int status;
    /* All three have ended when this has seen them, and it takes none. */
    EQ(waitid(P_PID, a, &info, WEXITED | WNOWAIT), 0);
    EQ(waitid(P_PID, b, &info, WEXITED | WNOWAIT), 0);
    EQ(waitid(P_PID, c, &info, WEXITED | WNOWAIT), 0);
    /* A zombie still can be sent signals. */
    EQ(kill(a, 0), 0);
    EQ(kill(a, SIGTERM), 0);
    EQ(waitpid(c, &status, 0), c);
    EQ(status, EXITED(3));
    EQ(waitpid(a, &status, 0), a);
    EQ(status, EXITED(1));
    EQ(wait(&status), b);
    EQ(status, EXITED(2));
    /* Waited for: the number is free. */
    FAILS(kill(b, 0), ESRCH);
    FAILS(waitpid(b, NULL, 0), ECHILD);
}

/* Twenty children that have ended, or are about to. Each must be told exactly once, in any
 * order. */
TEST(wait_for_any_takes_each_once, "one end is reported twice or never",
     "kernel/proc/wait.c:/^look/")
{
    enum { N = 20 };
    int seen[N] = { 0 }, status;
    for (int i = 0; i < N; i++)
        child(i);
    for (int i = 0; i < N; i++) {
        OK(wait(&status));
        seen[WEXITSTATUS(status)]++;
    }
    for (int i = 0; i < N; i++)
        EQ(seen[i], 1);
    FAILS(wait(NULL), ECHILD);
}

/* system(3)'s callers and most daemons do not want to know. */
TEST(null_status_is_fine, "a NULL status is EFAULT", "kernel/syscall/process.c:/^sys_wait4/")
{
    pid_t pid = child(3);
    EQ(waitpid(pid, NULL, 0), pid);
}

/* time(1) prints it. Filled with ones before, and the child did next to nothing. */
TEST(rusage_is_filled, "wait4 leaves the struct as it was",
     "kernel/syscall/process.c:/^rusage_to_user/")
{
    struct rusage r;
    memset(&r, 0xff, sizeof(r));
    pid_t pid = child(0);
    EQ(wait4(pid, NULL, 0, &r), pid);
    TRUE(r.ru_utime.tv_sec >= 0 && r.ru_utime.tv_sec < 100);
    TRUE(r.ru_stime.tv_usec >= 0 && r.ru_stime.tv_usec < 1000000);
}

/* waitid(2) tells in siginfo what wait4 tells by its result and its status word. Filled with ones
 * before, so that a field which is not written shows. */
TEST(waitid_fills_siginfo, "the fields of siginfo are at other offsets or empty",
     "kernel/proc/wait.c:/^wait_info/")
{
    siginfo_t info;
    pid_t pid = child(42);
    memset(&info, 0xff, sizeof(info));
    EQ(waitid(P_PID, pid, &info, WEXITED), 0);
    EQ(info.si_signo, SIGCHLD);
    EQ(info.si_errno, 0);
    EQ(info.si_code, CLD_EXITED);
    EQ(info.si_pid, pid);
    EQ(info.si_uid, 0);
    EQ(info.si_status, 42);
    /* The same fields for a death by signal. */
    pid = sleeping_child();
    kill(pid, SIGKILL);
    EQ(waitid(P_ALL, 0, &info, WEXITED), 0);
    EQ(info.si_code, CLD_KILLED);
    EQ(info.si_status, SIGKILL);
    EQ(info.si_pid, pid);
}

/* Go's os.Process.Wait looks first without reaping, so that the pid stays valid for a kill from
 * another goroutine. */
TEST(waitid_wnowait_leaves_the_zombie, "WNOWAIT reaps (Go 1.19 waits twice)",
     "kernel/proc/wait.c:/^look/")
{
    siginfo_t info;
    pid_t pid = child(9);
    EQ(waitid(P_PID, pid, &info, WEXITED | WNOWAIT), 0);
    EQ(info.si_status, 9);
    EQ(waitid(P_PID, pid, &info, WEXITED | WNOWAIT), 0);
    int status;
    EQ(waitpid(pid, &status, 0), pid);
    EQ(status, EXITED(9));
}

/* wait(2): the only way to tell "nothing yet" from a change. info may be NULL for the raw call. */
TEST(waitid_wnohang_clears_pid, "si_pid keeps an old value when nothing has ended",
     "kernel/syscall/process.c:/^sys_waitid/")
{
    siginfo_t info;
    pid_t pid = sleeping_child();
    memset(&info, 0xff, sizeof(info));
    EQ(waitid(P_PID, pid, &info, WEXITED | WNOHANG), 0);
    EQ(info.si_pid, 0);
    EQ(info.si_signo, 0);
    kill(pid, SIGKILL);
    /* Waits for the end, and reaps without telling. */
    EQ(sys(SYS_waitid, P_PID, pid, 0, WEXITED, 0), 0);
    ERR(sys(SYS_waitid, P_PID, pid, 0, WEXITED, 0), ECHILD);
}

/* The grandchild waits until it sees another parent; the check itself must not inherit it. */
TEST(orphans_go_to_init, "an orphan's parent is gone or is the grandparent",
     "kernel/proc/exit.c:/^end_process/")
{
    int fds[2], ppid;
    OK(pipe(fds));
    pid_t middle = OK(fork());
    if (middle == 0) {
        pid_t me = getpid();
        if (OK(fork()) == 0) {
            while (getppid() == me)
                sys(SYS_sched_yield);
            ppid = getppid();
            _exit(write(fds[1], &ppid, sizeof(ppid)) != sizeof(ppid));
        }
        _exit(0);
    }
    ENDS(middle, 0);
    EQ(read(fds[0], &ppid, sizeof(ppid)), sizeof(ppid));
    EQ(ppid, 1);
    /* The orphan has not become the grandparent's child. */
    FAILS(wait(NULL), ECHILD);
}

/* A machine whose init does not wait fills with zombies. The pipe's end tells that the orphan has
 * closed its files, its number's end that it was reaped. */
TEST(init_reaps_orphans, "a zombie orphan stays for ever",
     "user/bin/init.c, kernel/proc/exit.c:/^end_process/")
{
    int fds[2];
    pid_t orphan;
    char byte;
    OK(pipe(fds));
    EQ(IN_CHILD(orphan = OK(fork()); if (orphan == 0) _exit(0);
                _exit(write(fds[1], &orphan, sizeof(orphan)) != sizeof(orphan))),
       0);
    EQ(read(fds[0], &orphan, sizeof(orphan)), sizeof(orphan));
    close(fds[1]);
    /* The orphan's writing end went with it. */
    EQ(read(fds[0], &byte, 1), 0);
    while (kill(orphan, 0) == 0)
        sys(SYS_sched_yield);
    EQ(errno, ESRCH);
}

/* If the grandchild were reported, the status would be 5 and not 6. */
TEST(grandchildren_are_not_ours, "wait reports a grandchild", "kernel/proc/wait.c:/^look/")
{
    int status;
    pid_t pid = OK(fork());
    if (pid == 0) {
        child(5);
        wait(NULL);
        _exit(6);
    }
    EQ(wait(&status), pid);
    EQ(status, EXITED(6));
    FAILS(wait(&status), ECHILD);
}

/* wait(2), NOTES: SIGCHLD set to SIG_IGN means that no zombies are wanted. The default action
 * ignores it too and does not mean that. */
TEST(ignored_sigchld_reaps, "with SIGCHLD ignored zombies stay", "kernel/proc/exit.c:/^report_end/")
{
    signal(SIGCHLD, SIG_IGN);
    child(1);
    child(2);
    /* Waits until all have gone, then says that there is none. */
    FAILS(wait(NULL), ECHILD);
}

/* wait(2), NOTES: SA_NOCLDWAIT asks for the same as ignoring SIGCHLD, but the signal still
 * comes. */
TEST(nocldwait_reaps, "SA_NOCLDWAIT is not looked at", "kernel/proc/exit.c:/^report_end/")
{
    struct sigaction action = { .sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT };
    OK(sigaction(SIGCHLD, &action, NULL));
    child(1);
    FAILS(wait(NULL), ECHILD);
}

/* Shells wait for a job by its group. Both sides call setpgid, because neither knows who is
 * first. */
TEST(process_group_selects, "wait4(0) and wait4(-pgid) take any child",
     "kernel/proc/wait.c:/^look/")
{
    int status;
    pid_t own = child(1), other = OK(fork());
    if (other == 0) {
        setpgid(0, 0);
        _exit(2);
    }
    setpgid(other, other);
    EQ(waitpid(-other, &status, 0), other);
    EQ(status, EXITED(2));
    EQ(waitpid(0, &status, 0), own);
    FAILS(waitpid(0, &status, 0), ECHILD);
}

static void
nothing(int signal)
{
}

/* signal(7): wait is among the calls that a handler interrupts. */
TEST(wait_is_interrupted, "wait goes on after a handler without SA_RESTART",
     "kernel/proc/wait.c:/^process_wait/")
{
    struct sigaction action = { .sa_handler = nothing };
    OK(sigaction(SIGUSR1, &action, NULL));
    pid_t pid = peer_nags(SIGUSR1, 10);
    /* The child that is waited for is the one that sends, so it does not end. */
    FAILS(waitpid(pid, NULL, 0), EINTR);
    KILL_PEER(pid);
}
