/* threadend.c - how threads end: cancelled, with their process, by a fault, by exec.
 *
 * Threads sleep, read, wait for a futex and spin meanwhile (crowd): none may stay behind. A thread
 * that does shows as a process that never becomes a zombie, so the check hangs. Source:
 * pthreads(7), pthread_cancel(3), exit_group(2), execve(2) on threads. */

#include "peer.h"
#include "threads.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;

/* The bodies of the crowd: a timer, a futex, a pipe, and no call at all. None ends by itself. */
static void *
sleep_for_ever(void *arg)
{
    struct timespec hour = { 3600, 0 };
    while (nanosleep(&hour, NULL) == 0)
        ;
    return NULL;
}

static void *
wait_for_ever(void *arg)
{
    pthread_mutex_lock(&lock);
    while (pthread_cond_wait(&cond, &lock) == 0)
        ;
    return NULL;
}

static void *
read_for_ever(void *arg)
{
    char byte;
    while (read(*(int *)arg, &byte, 1) >= 0)
        ;
    return NULL;
}

static void *
spin_for_ever(void *arg)
{
    static volatile int never;
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    while (!never)
        ;
    return NULL;
}

/* glibc sends signal 32; its handler unwinds the thread from wherever it is, so the frame's pc
 * counts. Three of the bodies sleep in a cancellation point each, the fourth is hit in mid-loop. */
TEST(cancellation, "signal 32 is not delivered, or its handler cannot change the pc",
     "kernel/proc/deliver.c:/^signal_deliver/, kernel/proc/sigframe.c:/^frame_pop/")
{
    pthread_t t;
    int fds[2];
    void *(*const bodies[])(void *) = { sleep_for_ever, read_for_ever, spin_for_ever,
                                        wait_for_ever };
    OK(pipe(fds));
    for (int i = 0; i < 4; i++) {
        struct timespec ms = { 0, 10000000 };
        start(&t, bodies[i], &fds[0]);
        nanosleep(&ms, NULL);
        EQ(pthread_cancel(t), 0);
        EQ(join(t), (long)PTHREAD_CANCELED);
    }
}

/* Threads in every kind of wait, and one in a loop. */
static void
crowd(int *fds)
{
    pthread_t t;
    start(&t, sleep_for_ever, NULL);
    start(&t, read_for_ever, &fds[0]);
    start(&t, spin_for_ever, NULL);
    start(&t, wait_for_ever, NULL);
    /* Asleep in its call, or well into its loop. */
    let_pass_ms(10);
}

static void *
exit_now(void *arg)
{
    exit(33);
}

/* Once from the first thread and once from another: the status is that of the call. */
TEST(exit_group_ends_all, "threads in futex, read or a loop keep the process alive",
     "kernel/proc/exit.c:/^process_exit_group/, kernel/proc/exit.c:/^hurry_others/")
{
    int fds[2];
    pthread_t t;
    OK(pipe(fds));
    EQ(IN_CHILD(crowd(fds); _exit(31)), EXITED(31));
    EQ(IN_CHILD(crowd(fds); start(&t, exit_now, NULL); pause()), EXITED(33));
}

/* signal(7): a fatal signal ends the process, whichever thread takes it. */
TEST(a_signal_kills_all, "only the hit thread ends", "kernel/proc/deliver.c:/^signal_deliver/")
{
    int fds[2];
    OK(pipe(fds));
    /* Sent to the process, then a fault, which belongs to the first thread. */
    EQ(IN_CHILD(crowd(fds); kill(getpid(), SIGTERM); pause()), KILLED(SIGTERM));
    EQ(IN_CHILD(crowd(fds); *(volatile int *)8 = 1), KILLED(SIGSEGV));
}

static void *
fault(void *arg)
{
    *(volatile int *)8 = 1;
    return NULL;
}

/* A fault is sent to the thread that made it, but its default action ends the whole process. */
TEST(fault_of_a_thread_kills_all, "a thread's fault ends only the thread",
     "kernel/proc/deliver.c:/^signal_deliver/")
{
    pthread_t t;
    EQ(IN_CHILD(start(&t, fault, NULL); pause()), KILLED(SIGSEGV));
}

static void *
exit_status_7(void *arg)
{
    let_pass_ms(30);
    _exit(7);
}

/* pthread_exit(3) in main: the process lives on under its number. The leader's record must outlive
 * the leader, or the parent would be told too early. */
TEST(main_thread_may_go_first, "the process ends with its first thread",
     "kernel/proc/exit.c:/^task_exit/")
{
    pthread_t t;
    /* The parent must wait for the second thread's 7, 30 ms later. */
    EQ(IN_CHILD(start(&t, exit_status_7, NULL); pthread_exit(NULL)), EXITED(7));
    /* And when all threads have gone by themselves, the status is the last one's: 0. */
    EQ(IN_CHILD(start(&t, add_one, NULL); pthread_exit(NULL)), 0);
}

int
role(int argc, char **argv)
{
    /* @alone: the only thread of its process, whose number is its pid. */
    return sys(SYS_gettid) == sys(SYS_getpid) && getpid() == atoi(argv[2]) ? 0 : 1;
}

static void *
exec_self(void *arg)
{
    char pid[20];
    snprintf(pid, sizeof(pid), "%d", getpid());
    execl(check_self, check_self, "@alone", pid, NULL);
    return NULL;
}

/* execve(2): all other threads are destroyed, and the caller takes the pid, whoever it was - the
 * third case even when the leader has ended already. */
TEST(exec_ends_all_others, "threads survive exec, or the pid is the thread's",
     "kernel/proc/exit.c:/^process_become_single/")
{
    int fds[2];
    pthread_t t;
    OK(pipe(fds));
    EQ(IN_CHILD(crowd(fds); exec_self(NULL)), 0);
    EQ(IN_CHILD(crowd(fds); start(&t, exec_self, NULL); pause()), 0);
    EQ(IN_CHILD(start(&t, exec_self, NULL); pthread_exit(NULL)), 0);
}

/* Never NULL, so never an end; the compiler cannot see that. */
static void *
overflow(void *arg)
{
    volatile char room[4000];
    room[0] = 1;
    return arg ? (char *)overflow(arg) + room[0] : NULL;
}

/* pthread_attr_setguardsize(3); the frames are smaller than the page, so that none steps over
 * it. */
TEST(thread_stack_has_a_guard, "the guard page is not PROT_NONE",
     "kernel/mm/fault.c:/^space_fault/")
{
    pthread_t t;
    EQ(IN_CHILD(start(&t, overflow, &t); join(t)), KILLED(SIGSEGV));
}
