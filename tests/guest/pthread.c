/* pthread.c - threads as glibc makes them: create, join, TLS, locks, sharing.
 *
 * How threads end is in threadend.c; the raw calls below are in thread.c and futex.c. glibc keeps
 * all locks in user memory and calls the kernel only to sleep and to wake, so what fails here is
 * mostly clone, futex, or the switch of registers. Source: pthreads(7), nptl(7), clone(2). */

#include "threads.h"
#include <sched.h>
#include <semaphore.h>
#include <sys/stat.h>

#define THREADS 16

/* join waits for CLEARTID's futex wake at the thread's very end (set_tid_address(2)): when it is
 * missing, join sleeps for ever; when it comes early, the stack is reused while it is in use. */
TEST(create_and_join, "a thread's result is lost, or join waits for ever",
     "kernel/proc/exit.c:/^task_leave_memory/")
{
    pthread_t t[THREADS];
    /* The later rounds run on the stacks of the earlier ones, which glibc keeps. */
    for (int round = 0; round < 5; round++) {
        for (long i = 0; i < THREADS; i++)
            start(&t[i], add_one, (void *)i);
        for (long i = 0; i < THREADS; i++)
            EQ(join(t[i]), i + 1);
    }
}

static __thread long mine = 5;
static __thread char large[10000];

/* Writes values that tell the thread, lets others run, and finds them again. */
static void *
use_tls(void *arg)
{
    long seed = (long)arg;
    EQ(mine, 5);
    EQ(large[9999], 0);
    for (int i = 0; i < 200; i++) {
        mine = seed * 1000 + i;
        large[9999] = seed;
        errno = seed;
        if (i % 20 == 0)
            sched_yield();
        EQ(mine, seed * 1000 + i);
        EQ(large[9999], (char)seed);
        EQ(errno, seed);
    }
    return NULL;
}

/* tp points at the thread's block, errno included. More threads than harts, and yields, so that
 * each one resumes on other harts than it began on. The large array makes a block of several
 * pages. */
TEST(tls_is_each_threads_own, "tp is not switched with the thread",
     "kernel/trap/entry.S, kernel/proc/process.c:/^task_copy/")
{
    pthread_t t[THREADS];
    for (long i = 0; i < THREADS; i++)
        start(&t[i], use_tls, (void *)i);
    for (int i = 0; i < THREADS; i++)
        join(t[i]);
    EQ(mine, 5);
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static long counter;

static void *
count_up(void *arg)
{
    for (int i = 0; i < 5000; i++) {
        pthread_mutex_lock(&lock);
        counter++;
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

/* More threads than harts: a holder is preempted now and then, and the others really sleep. */
TEST(mutex_excludes, "a futex wake is lost, or two threads hold the lock", "kernel/proc/futex.c")
{
    pthread_t t[8];
    for (int i = 0; i < 8; i++)
        start(&t[i], count_up, NULL);
    for (int i = 0; i < 8; i++)
        join(t[i]);
    EQ(counter, 8 * 5000);
}

static void *
atomic_up(void *arg)
{
    for (int i = 0; i < 100000; i++)
        __atomic_fetch_add(&counter, 1, __ATOMIC_RELAXED);
    return NULL;
}

/* More threads than harts, so that turns end between lr and sc as well. A hart's reservation must
 * not outlive the turn (ISA manual, "A" extension); here the sc in every spin_lock of the switch
 * takes it away. */
TEST(atomics_across_harts, "lr/sc or amo lose an update: a reservation survives a switch",
     "kernel/sched/schedule.c:/^schedule/")
{
    pthread_t t[6];
    for (int i = 0; i < 6; i++)
        start(&t[i], atomic_up, NULL);
    for (int i = 0; i < 6; i++)
        join(t[i]);
    EQ(counter, 6 * 100000);
}

/* Whose turn it is, modulo 4. */
static int turn;

/* All four are woken at each step (broadcast), and three must go back to sleep. */
static void *
take_turns(void *arg)
{
    int me = (long)arg;
    for (int i = 0; i < 200; i++) {
        pthread_mutex_lock(&lock);
        while (turn % 4 != me)
            pthread_cond_wait(&cond, &lock);
        turn++;
        pthread_cond_broadcast(&cond);
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

/* Four threads that may go on only in turn: one wake-up that is lost and all sleep for ever. */
TEST(condition_variables, "a signal between unlock and wait is lost",
     "kernel/proc/futex.c:/^futex_wait/")
{
    pthread_t t[4];
    for (long i = 0; i < 4; i++)
        start(&t[i], take_turns, (void *)i);
    for (int i = 0; i < 4; i++)
        join(t[i]);
    EQ(turn, 800);
}

/* 30 ms from now as an absolute CLOCK_REALTIME, which is what these three take; the later two find
 * it past. */
TEST(timed_waits, "a timed wait never ends, or ends early",
     "kernel/proc/futex.c:/^futex_wait/, kernel/time/clock.c:/^clock_deadline_ticks/")
{
    struct timespec t, now;
    clock_gettime(CLOCK_REALTIME, &t);
    t.tv_nsec += 30000000;
    t.tv_sec += t.tv_nsec / 1000000000;
    t.tv_nsec %= 1000000000;
    pthread_mutex_lock(&lock);
    EQ(pthread_cond_timedwait(&cond, &lock, &t), ETIMEDOUT);
    /* A time-out is early or it is not; how late it may be nobody promises. */
    clock_gettime(CLOCK_REALTIME, &now);
    TRUE(now.tv_sec > t.tv_sec || (now.tv_sec == t.tv_sec && now.tv_nsec >= t.tv_nsec));
    EQ(pthread_mutex_timedlock(&lock, &t), ETIMEDOUT);
    sem_t sem;
    sem_init(&sem, 0, 0);
    FAILS(sem_timedwait(&sem, &t), ETIMEDOUT);
}

static pthread_barrier_t barrier;

/* How often this thread was the one that barrier_wait tells of: in each round it is exactly one. */
static void *
meet(void *arg)
{
    long leaders = 0;
    for (int i = 0; i < 50; i++)
        leaders += pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD;
    return (void *)leaders;
}

/* Each round all but one sleep, and one call must wake exactly those five. */
TEST(barriers, "one of many waiters is not woken", "kernel/proc/futex.c:/^futex_requeue/")
{
    pthread_t t[6];
    long leaders = 0;
    pthread_barrier_init(&barrier, NULL, 6);
    for (int i = 0; i < 6; i++)
        start(&t[i], meet, NULL);
    for (int i = 0; i < 6; i++)
        leaders += join(t[i]);
    EQ(leaders, 50);
}

static void *
tell_ids(void *arg)
{
    pid_t *ids = arg;
    ids[0] = sys(SYS_getpid);
    ids[1] = sys(SYS_gettid);
    ids[2] = sys(SYS_getppid);
    return NULL;
}

/* One pid, many tids (clone(2), CLONE_THREAD); the parent is the process', not the maker thread. */
TEST(thread_ids, "a thread has a pid of its own", "kernel/syscall/process.c:/^sys_getpid/")
{
    pid_t ids[3];
    pthread_t t;
    start(&t, tell_ids, ids);
    join(t);
    EQ(ids[0], getpid());
    TRUE(ids[1] != getpid() && ids[1] > 1);
    EQ(ids[2], getppid());
}

static void *
change_process(void *arg)
{
    umask(011);
    OK(chdir("/tmp"));
    OK(dup2(0, 40));
    return mmap(NULL, PAGE, RW, ANON, -1, 0);
}

/* clone(2): CLONE_FS, CLONE_FILES and CLONE_VM, one check each. */
TEST(threads_share_the_process, "files, directory or memory are copies",
     "kernel/proc/process.c:/^process_clone/")
{
    pthread_t t;
    char text[20];
    start(&t, change_process, NULL);
    char *p = (char *)join(t);
    p[0] = 1;
    EQ(fcntl(40, F_GETFD), 0);
    TRUE(getcwd(text, sizeof(text)) && strcmp(text, "/tmp") == 0);
    EQ(umask(0), 011);
}

static void *
fork_and_wait(void *arg)
{
    /* The child has this thread alone, and it is the child's first one. */
    pid_t pid = fork();
    if (pid == 0)
        _exit(sys(SYS_gettid) == sys(SYS_getpid) ? 0 : 1);
    return (void *)(long)check_wait(__FILE__, __LINE__, pid);
}

/* fork(2): the child has one thread, which is its leader, whoever called. Four at once from one
 * process: spaces are copied while others change them. */
TEST(fork_of_a_thread, "the child gets all threads", "kernel/proc/process.c:/^process_clone/")
{
    pthread_t t[4];
    for (int i = 0; i < 4; i++)
        start(&t[i], fork_and_wait, NULL);
    for (int i = 0; i < 4; i++)
        EQ(join(t[i]), 0);
}

static void *
wait_for(void *arg)
{
    return (void *)(long)check_wait(__FILE__, __LINE__, *(pid_t *)arg);
}

/* wait(2): the threads of a process wait for each other's children. */
TEST(any_thread_may_wait, "a child belongs to the thread that made it",
     "kernel/proc/wait.c:/^look/")
{
    pthread_t t;
    pid_t pid = OK(fork());
    if (pid == 0)
        _exit(3);
    start(&t, wait_for, &pid);
    EQ(join(t), EXITED(3));
}

/* Threads are made and end by hundreds in a server. The second round must find kernel stacks and
 * numbers given back. */
TEST(hundred_threads, "threads, stacks or tids run out",
     "kernel/proc/process.c:/^publish/, kernel/mm/stack.c:/^kernel_stack_alloc/")
{
    static pthread_t t[100];
    for (int round = 0; round < 2; round++) {
        for (long i = 0; i < 100; i++)
            start(&t[i], add_one, (void *)i);
        for (long i = 0; i < 100; i++)
            EQ(join(t[i]), i + 1);
    }
}

/* Nobody joins: the thread unmaps its own stack or glibc reuses it as soon as CLEARTID has written
 * 0. The kernel may touch nothing of it afterwards. */
TEST(detached_threads, "a detached thread's stack is used while it is on it",
     "kernel/proc/exit.c:/^task_leave_memory/")
{
    pthread_attr_t attr;
    pthread_t t;
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    for (int i = 0; i < 100; i++)
        EQ(pthread_create(&t, &attr, atomic_up, NULL), 0);
    /* counter is the sum of what all have done; only this tells their end. */
    while (__atomic_load_n(&counter, __ATOMIC_SEQ_CST) < 100 * 100000L)
        sched_yield();
}

/* The same sum 40 times, long enough for several ticks each; the first one is the model. */
static void *
compute(void *arg)
{
    double x = (long)arg, first = 0;
    for (int round = 0; round < 40; round++) {
        double a = x, b = 1 / x;
        for (int i = 0; i < 20000; i++) {
            a = a * 0.9999 + b;
            b = b * 0.5 + 0.25 * x;
        }
        if (round == 0)
            first = a + b;
        if (a + b != first)
            return (void *)1;
    }
    return NULL;
}

/* fp registers are saved only when dirty and loaded when needed (kernel/sched/fp.c); with threads
 * of one process a mistake in that bookkeeping shows no page fault, only wrong sums. */
TEST(fp_state_of_threads, "fp registers of one thread show in another",
     "kernel/sched/fp.c:/^fp_switch/")
{
    pthread_t t[6];
    for (long i = 0; i < 6; i++)
        start(&t[i], compute, (void *)(i + 1));
    for (long i = 0; i < 6; i++)
        EQ(join(t[i]), 0);
}
