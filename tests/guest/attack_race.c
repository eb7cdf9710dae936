/* attack_race.c - ends and stops that meet: what one thread does while another goes.
 *
 * Each of them once broke something that no promise of a call tells of. Floods and frames of
 * signals are in attack_signal.c. */

#include "attack.h"
#include <pthread.h>

static volatile int ending, all_have_ended;

static void *
send_to_who_ends(void *unused)
{
    while (!all_have_ended)
        for (int signo = 40; signo < 64; signo++)
            sys(SYS_tgkill, getpid(), ending, signo);
    return NULL;
}

static void *
be_who_ends(void *unused)
{
    ending = sys(SYS_gettid);
    for (int i = 0; i < 20; i++)
        sys(SYS_getppid);
    return NULL;
}

static void
flood_the_ending(void)
{
    int status = IN_CHILD({
        pthread_t sender[2], thread;
        sigset_t all;
        sigfillset(&all);
        sigprocmask(SIG_BLOCK, &all, NULL);
        for (int i = 0; i < 2; i++)
            EQ(pthread_create(&sender[i], NULL, send_to_who_ends, NULL), 0);
        for (int i = 0; i < 300; i++) {
            EQ(pthread_create(&thread, NULL, be_who_ends, NULL), 0);
            pthread_join(thread, NULL);
        }
        all_have_ended = 1;
    });
    EQ(status, 0);
}

/* Two threads send queued signals to a third one that is just ending. A signal that comes after the
 * task has given up its queue is memory that nobody would ever free. */
TEST(floods_of_the_ending, "a task that goes can be sent what nobody gives back",
     "kernel/proc/exit.c:/^task_exit/")
{
    gives_back(flood_the_ending);
}

/* Makes a chain of processes: each is the child of the one before, and has asked that its end be
 * told by SIGCONT. All of them stop, the last one first. */
static void
be_a_chain(int length, int *last)
{
    pid_t child = 0;
    while (length-- && child == 0)
        child = sys(SYS_clone, SIGCONT, 0, 0, 0, 0);
    if (child > 0)
        waitpid(child, NULL, WUNTRACED | __WALL);
    else
        *last = getpid();
    raise(SIGSTOP);
    sleep_for_ever(NULL);
}

/* A stopped process that is continued tells its parent. If that were told by the signal which the
 * parent chose for ends, here SIGCONT, it would continue the parent, which tells its own parent,
 * and so up the chain: 150 calls deep on a kernel stack. */
TEST(continue_does_not_climb, "one SIGCONT continues all ancestors, by a recursion of the kernel",
     "kernel/proc/wait.c:/^process_notify_parent/")
{
    int status, *last = shared_page();
    pid_t first = OK(fork());
    if (first == 0) {
        setpgid(0, 0);
        be_a_chain(150, last);
    }
    EQ(waitpid(first, &status, WUNTRACED), first);
    TRUE(WIFSTOPPED(status));
    OK(kill(*last, SIGCONT));
    pause_ms(5);
    EQ(waitpid(first, &status, WCONTINUED | WNOHANG), 0);
    OK(kill(-first, SIGKILL));
    EQ(STATUS(first), KILLED(SIGKILL));
}

/* Every second time with all signals blocked around the call, as newer C libraries do. */
static void *
fork_many(void *unused)
{
    sigset_t all, before;
    sigfillset(&all);
    for (int i = 0; i < 200; i++) {
        if (i % 2)
            sigprocmask(SIG_BLOCK, &all, &before);
        pid_t child = fork();
        if (i % 2)
            sigprocmask(SIG_SETMASK, &before, NULL);
        if (child == 0)
            sleep_for_ever(NULL);
    }
    return sleep_for_ever(NULL);
}

/* The child that a thread makes must not escape a signal that is on its way to the group. On one
 * hart the thread that spins could take the signal, but does not run at that moment; meanwhile the
 * other one forks and forks. */
TEST(forks_do_not_escape, "the child of a thread that was not chosen is no target any more",
     "kernel/proc/process.c:/^process_clone/")
{
    for (int round = 0; round < 6; round++) {
        pid_t first = OK(fork());
        if (first == 0) {
            pthread_t thread;
            run_on(0);
            setpgid(0, 0);
            pthread_create(&thread, NULL, fork_many, NULL);
            for (;;)
                ;
        }
        setpgid(first, first);
        pause_ms(15);
        OK(kill(-first, SIGTERM));
        EQ(STATUS(first), KILLED(SIGTERM));
        int tries = 0;
        while (kill(-first, 0) == 0 && tries++ < 500)
            pause_ms(2);
        kill(-first, SIGKILL);
        TRUE(tries < 500);
    }
}
