/* stop.c - stopping and continuing: SIGSTOP, SIGTSTP, SIGCONT, and what the parent is told.
 *
 * Source: signal(7), wait(2). */
#include "peer.h"
#include <time.h>

/* A child that counts in shared memory until it is killed. */
static volatile long *counter;

static pid_t
runner(void)
{
    counter = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t pid = OK(fork());
    if (pid == 0)
        for (;;)
            ++*counter;
    while (*counter == 0)
        ;
    return pid;
}

static void
end(pid_t pid)
{
    KILL_PEER(pid);
}

static void
pause_ms(long ms)
{
    struct timespec t = { 0, ms * 1000000 };
    while (nanosleep(&t, &t) == -1)
        ;
}

TEST(stop_and_continue, "the process runs on, or the parent is not told",
     "kernel/proc (signal, wait)")
{
    int status;
    pid_t pid = runner();
    OK(kill(pid, SIGSTOP));
    EQ(waitpid(pid, &status, WUNTRACED), pid);
    EQ(status, 0x137f);
    TRUE(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
    long before = *counter;
    pause_ms(50);
    EQ(*counter, before);
    /* Told once. */
    EQ(waitpid(pid, &status, WUNTRACED | WNOHANG), 0);
    OK(kill(pid, SIGCONT));
    EQ(waitpid(pid, &status, WCONTINUED), pid);
    EQ(status, 0xffff);
    while (*counter == before)
        ;
    end(pid);
}

TEST(stop_is_hidden_without_wuntraced, "plain wait reports a stop", "kernel/proc (wait)")
{
    int status;
    pid_t pid = runner();
    OK(kill(pid, SIGSTOP));
    pause_ms(20);
    EQ(waitpid(pid, &status, WNOHANG), 0);
    EQ(waitpid(pid, &status, WUNTRACED), pid);
    end(pid);
}

TEST(stopped_process_can_be_killed, "SIGKILL waits for SIGCONT", "kernel/proc (signal)")
{
    int status;
    pid_t pid = runner();
    OK(kill(pid, SIGSTOP));
    EQ(waitpid(pid, &status, WUNTRACED), pid);
    end(pid);
}

TEST(other_signals_wait, "a stopped process runs its handler", "kernel/proc (signal)")
{
    int status;
    pid_t pid = runner();
    OK(kill(pid, SIGSTOP));
    EQ(waitpid(pid, &status, WUNTRACED), pid);
    OK(kill(pid, SIGTERM));
    pause_ms(20);
    EQ(waitpid(pid, &status, WNOHANG), 0);
    OK(kill(pid, SIGCONT));
    ENDS(pid, KILLED(SIGTERM));
}

static volatile int count, last;
static siginfo_t info;

static void
handler(int signal, siginfo_t *i, void *context)
{
    count++;
    last = signal;
    info = *i;
}

static void
set(int signal, int flags)
{
    struct sigaction a = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags };
    OK(sigaction(signal, &a, NULL));
}

TEST(tstp_stops_unless_caught, "SIGTSTP, TTIN or TTOU end the process", "kernel/proc (signal)")
{
    static const int signals[] = { SIGTSTP, SIGTTIN, SIGTTOU };
    int status;
    for (int i = 0; i < 3; i++) {
        pid_t pid = runner();
        OK(kill(pid, signals[i]));
        EQ(waitpid(pid, &status, WUNTRACED), pid);
        EQ(status, signals[i] << 8 | 0x7f);
        end(pid);
    }
    set(SIGTSTP, 0);
    raise(SIGTSTP);
    EQ(count, 1);
}

TEST(orphaned_group_is_not_stopped, "SIGTSTP stops a group that nobody can continue",
     "kernel/proc (signal)")
{
    /* The child's parent, ended, leaves a group without a tie to its session. */
    int fds[2];
    char byte;
    OK(pipe(fds));
    EQ(IN_CHILD(if (fork() == 0) {
           close(fds[0]);
           while (getppid() != 1)
               sys(SYS_sched_yield);
           setsid();
           raise(SIGTSTP);
           _exit(write(fds[1], "x", 1) != 1);
       }),
       0);
    close(fds[1]);
    EQ(read(fds[0], &byte, 1), 1);
}

TEST(cont_of_a_running_process, "SIGCONT ends or stops it", "kernel/proc (signal)")
{
    int status;
    pid_t pid = runner();
    OK(kill(pid, SIGCONT));
    pause_ms(10);
    EQ(waitpid(pid, &status, WNOHANG | WUNTRACED | WCONTINUED), 0);
    end(pid);
    set(SIGCONT, 0);
    raise(SIGCONT);
    EQ(count, 1);
}

TEST(stop_and_cont_cancel, "a pending SIGCONT survives SIGSTOP", "kernel/proc (signal)")
{
    sigset_t s, pending;
    sigemptyset(&s);
    sigaddset(&s, SIGCONT);
    sigaddset(&s, SIGTSTP);
    OK(sigprocmask(SIG_BLOCK, &s, NULL));
    raise(SIGTSTP);
    raise(SIGCONT);
    OK(sigpending(&pending));
    EQ(sigismember(&pending, SIGTSTP), 0);
    EQ(sigismember(&pending, SIGCONT), 1);
    raise(SIGTSTP);
    OK(sigpending(&pending));
    EQ(sigismember(&pending, SIGCONT), 0);
}

TEST(sigchld_for_stops, "the parent gets no SIGCHLD for a stop, or gets it with NOCLDSTOP",
     "kernel/proc (signal)")
{
    int status;
    set(SIGCHLD, SA_RESTART);
    pid_t pid = runner();
    OK(kill(pid, SIGSTOP));
    EQ(waitpid(pid, &status, WUNTRACED), pid);
    /* The signal may come just after wait has returned. */
    while (count == 0)
        sys(SYS_sched_yield);
    EQ(info.si_code, CLD_STOPPED);
    EQ(info.si_status, SIGSTOP);
    EQ(info.si_pid, pid);
    set(SIGCHLD, SA_NOCLDSTOP | SA_RESTART);
    count = 0;
    OK(kill(pid, SIGCONT));
    EQ(waitpid(pid, &status, WCONTINUED), pid);
    OK(kill(pid, SIGSTOP));
    EQ(waitpid(pid, &status, WUNTRACED), pid);
    pause_ms(20);
    EQ(count, 0);
    end(pid);
    while (count == 0)
        sys(SYS_sched_yield);
    EQ(info.si_code, CLD_KILLED);
}

TEST(waitid_tells_stops, "WSTOPPED and WCONTINUED of waitid", "kernel/proc (wait)")
{
    siginfo_t i;
    pid_t pid = runner();
    OK(kill(pid, SIGSTOP));
    EQ(waitid(P_PID, pid, &i, WSTOPPED), 0);
    EQ(i.si_code, CLD_STOPPED);
    EQ(i.si_status, SIGSTOP);
    OK(kill(pid, SIGCONT));
    EQ(waitid(P_PID, pid, &i, WCONTINUED), 0);
    EQ(i.si_code, CLD_CONTINUED);
    EQ(i.si_status, SIGCONT);
    end(pid);
}

TEST(sleep_goes_on_after_a_stop, "nanosleep gives EINTR after SIGSTOP and SIGCONT",
     "kernel/proc (signal): restart_syscall")
{
    pid_t pid = OK(fork());
    struct timespec t = { 0, 100000000 };
    int status;
    if (pid == 0)
        _exit(nanosleep(&t, NULL) == 0 ? 0 : errno);
    pause_ms(20);
    OK(kill(pid, SIGSTOP));
    EQ(waitpid(pid, &status, WUNTRACED), pid);
    OK(kill(pid, SIGCONT));
    ENDS(pid, 0);
}

TEST(read_goes_on_after_a_stop, "a blocked read gives EINTR after a stop", "kernel/proc (signal)")
{
    int fds[2], status;
    char byte;
    OK(pipe(fds));
    pid_t pid = OK(fork());
    if (pid == 0)
        _exit(read(fds[0], &byte, 1) == 1 ? 0 : errno);
    pause_ms(20);
    OK(kill(pid, SIGSTOP));
    EQ(waitpid(pid, &status, WUNTRACED), pid);
    OK(kill(pid, SIGCONT));
    pause_ms(20);
    EQ(write(fds[1], "x", 1), 1);
    ENDS(pid, 0);
}
