/* attack_proc.c - processes that fork, end, exec and are looked at, all at the same time.
 *
 * Races between the tree of processes and whoever walks it: a signal to a group, /proc, a wait.
 * The plain promises are in fork.c, wait.c and proc.c, races of threads in attack_exec.c and
 * threadend.c. Source: fork(2), wait(2), proc(5), prlimit(2). */

#include "balance.h"
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>

int
role(int argc, char **argv)
{
    return 0;
}

/* --- a group that multiplies ------------------------------------------------------------------ */

/* Shared: how many were born. */
static volatile int *born;

/* Every process forks as fast as it can, so at any moment some are half made. 400 bounds what a
 * failure leaves behind. */
static void
multiply(void)
{
    while (__atomic_add_fetch(born, 1, __ATOMIC_SEQ_CST) < 400)
        if (fork() < 0)
            break;
    for (;;)
        pause();
}

static void
bombs(void)
{
    for (int i = 0; i < 4; i++) {
        *born = 0;
        pid_t pid = OK(fork());
        if (pid == 0) {
            setpgid(0, 0);
            multiply();
        }
        while (*born < 40 * i + 4)
            sched_yield();
        OK(kill(-pid, SIGKILL)); /* one shot: nobody may be missed */
        EQ(STATUS(pid), SIGKILL);
        for (int tries = 0; kill(-pid, 0) == 0; tries++) {
            if (tries == 2000)
                FAIL("expected one SIGKILL to end the whole group, seen some live on");
            pause_ms(1);
        }
    }
}

/* A child that comes into the group after the walk of kill, from a parent that has not yet taken
 * the signal, would be missed: fork must take the signal first and begin again, as Linux does by
 * ERESTARTNOINTR. Four sizes, as the moment of the kill decides. */
TEST(one_kill_ends_a_bomb, "a child is born behind the back of a signal to its group",
     "kernel/proc/process.c:/^process_clone/")
{
    born = shared_page();
    gives_back(bombs);
}

/* --- looked at while they end ----------------------------------------------------------------- */

static volatile int watched;

/* Reads all of /proc/PID again and again. */
static void *
watch(void *unused)
{
    static const char *const names[] = { "maps", "stat",    "status", "cmdline",
                                         "auxv", "environ", "exe",    "comm" };
    char name[64], text[1000];
    for (int i = 0; watched != -1; i++) {
        snprintf(name, sizeof(name), "/proc/%d/%s", watched, names[i % 8]);
        if (i % 8 == 6) {
            readlink(name, text, sizeof(text));
            continue;
        }
        int fd = open(name, O_RDONLY);
        while (fd >= 0 && read(fd, text, sizeof(text)) > 0)
            ;
        close(fd);
    }
    return NULL;
}

static void
lives(void)
{
    pthread_t thread[2];
    watched = 0;
    for (int i = 0; i < 2; i++)
        EQ(pthread_create(&thread[i], NULL, watch, NULL), 0);
    for (int i = 0; i < 150; i++) {
        pid_t pid = OK(fork());
        if (pid == 0 && i % 2)
            execl(check_self, check_self, "@zero", NULL);
        if (pid == 0)
            _exit(0);
        watched = pid;
        EQ(STATUS(pid), 0);
    }
    watched = -1;
    for (int i = 0; i < 2; i++)
        pthread_join(thread[i], NULL);
}

/* Each name takes another reference: maps the space, exe the file, environ both space and pages.
 * exec exchanges them and exit drops them while two readers are in the middle. */
TEST(watched_ends, "/proc follows a pointer of a process that has just dropped it",
     "kernel/proc/exit.c:/^process_drop_resources/")
{
    gives_back(lives);
}

/* --- reports ---------------------------------------------------------------------------------- */

/* The stop has been reported with WNOWAIT, so it could be had once more. But then the process ends,
 * and the end takes its place: from then on there is no stop to wait for, and waitid says so by
 * ECHILD. */
TEST(killed_while_stopped, "a zombie is reported as stopped", "kernel/proc/wait.c:/^look/")
{
    siginfo_t info;
    pid_t pid = OK(fork());
    if (pid == 0) {
        raise(SIGSTOP);
        _exit(0);
    }
    memset(&info, 0, sizeof(info));
    OK(waitid(P_PID, pid, &info, WSTOPPED | WNOWAIT));
    EQ(info.si_code, CLD_STOPPED);
    OK(kill(pid, SIGKILL));
    OK(waitid(P_PID, pid, &info, WEXITED | WNOWAIT));
    EQ(info.si_code, CLD_KILLED);
    FAILS(waitid(P_PID, pid, &info, WSTOPPED | WCONTINUED | WNOHANG), ECHILD);
    EQ(STATUS(pid), SIGKILL);
}

static void *
last_words(void *unused)
{
    pause_ms(20);
    sys(SYS_exit, 9);
    return NULL;
}

/* The raw exit ends a thread, exit_group(2) the process (_exit(2), NOTES). Without the latter the
 * process ends with its last thread, whose status it has on Linux. */
TEST(last_thread_has_the_status, "the first thread's status is the process'",
     "kernel/proc/exit.c:/^task_exit/")
{
    int status = IN_CHILD({
        pthread_t thread;
        pthread_create(&thread, NULL, last_words, NULL);
        sys(SYS_exit, 3);
    });
    EQ(status, EXITED(9));
}

/* --- limits ----------------------------------------------------------------------------------- */

/* RLIMIT_CPU stands for all limits, because nothing else touches it. getrlimit(2) promises that a
 * child inherits them. The last call asks for a soft limit above the hard one. */
TEST(limits_are_kept, "a limit is not stored, or not inherited, or of others refused",
     "kernel/syscall/system.c:/^sys_prlimit64/")
{
    struct rlimit set = { 100, 200 }, now;
    OK(setrlimit(RLIMIT_CPU, &set));
    EQ(IN_CHILD({
           OK(getrlimit(RLIMIT_CPU, &now));
           EQ(now.rlim_cur, 100);
           EQ(now.rlim_max, 200);
       }),
       0);
    pid_t pid = sleeping_child();
    set.rlim_cur = 50;
    EQ(prlimit(pid, RLIMIT_CPU, &set, &now), 0);
    EQ(now.rlim_cur, 100);
    EQ(prlimit(pid, RLIMIT_CPU, NULL, &now), 0);
    EQ(now.rlim_cur, 50);
    kill(pid, SIGKILL);
    FAILS(prlimit(1000000, RLIMIT_CPU, NULL, &now), ESRCH);
    set.rlim_cur = 300;
    FAILS(setrlimit(RLIMIT_CPU, &set), EINVAL);
}
