/* itimer.c - setitimer, getitimer and alarm.
 *
 * Source: setitimer(2). Only ITIMER_REAL is a must here; the two others may be refused. */
#include "fixture.h"
#include <sys/time.h>

static volatile int count, last;

static void
handler(int signal)
{
    count++;
    last = signal;
}

static void
arm(long first_us, long interval_us)
{
    struct itimerval v = { { 0, interval_us }, { 0, first_us } };
    struct sigaction a = { .sa_handler = handler };
    OK(sigaction(SIGALRM, &a, NULL));
    OK(setitimer(ITIMER_REAL, &v, NULL));
}

TEST(fires_once, "the timer fires early, again, or never", "kernel/time (timers)")
{
    long a = now_ns(CLOCK_MONOTONIC);
    arm(30000, 0);
    while (count == 0)
        pause();
    TRUE(now_ns(CLOCK_MONOTONIC) - a >= 30000000);
    EQ(last, SIGALRM);
    EQ(usleep(80000), 0);
    EQ(count, 1);
}

TEST(interval_repeats, "the interval is forgotten", "kernel/time (timers)")
{
    arm(10000, 10000);
    while (count < 5)
        pause();
    struct itimerval zero = { 0 }, old;
    OK(setitimer(ITIMER_REAL, &zero, &old));
    EQ(old.it_interval.tv_usec, 10000);
    int n = count;
    EQ(usleep(40000), 0);
    EQ(count, n);
}

TEST(interrupts_a_busy_loop, "the signal waits for the next call", "kernel/trap")
{
    arm(20000, 0);
    while (count == 0)
        ;
    EQ(last, SIGALRM);
}

TEST(getitimer_tells_the_rest, "the rest grows, or is the interval", "kernel/time")
{
    struct itimerval v;
    OK(getitimer(ITIMER_REAL, &v));
    struct itimerval set = { { 7, 5 }, { 1000, 0 } };
    OK(setitimer(ITIMER_REAL, &set, NULL));
    OK(getitimer(ITIMER_REAL, &v));
    EQ(v.it_interval.tv_sec, 7);
    EQ(v.it_interval.tv_usec, 5);
    TRUE(v.it_value.tv_sec == 999 || v.it_value.tv_sec == 1000);
    struct itimerval off = { 0 };
    OK(setitimer(ITIMER_REAL, &off, &v));
    TRUE(v.it_value.tv_sec >= 990);
    OK(getitimer(ITIMER_REAL, &v));
    EQ(v.it_value.tv_sec | v.it_value.tv_usec | v.it_interval.tv_sec, 0);
}

TEST(refusals, "bad microseconds or timers are taken", "kernel/syscall")
{
    struct itimerval bad = { { 0, 0 }, { 0, 1000000 } }, negative = { { 0, 0 }, { -1, 0 } }, v;
    ERR(sys(SYS_setitimer, ITIMER_REAL, &bad, 0), EINVAL);
    ERR(sys(SYS_setitimer, ITIMER_REAL, &negative, 0), EINVAL);
    ERR(sys(SYS_setitimer, 3, &v, 0), EINVAL);
    ERR(sys(SYS_getitimer, 3, &v), EINVAL);
}

TEST(alarm_counts_seconds, "alarm returns nothing, or a rest of 0", "kernel/time")
{
    alarm(0);
    EQ(alarm(100), 0);
    TRUE(alarm(200) >= 99);
    TRUE(alarm(0) >= 199);
    EQ(alarm(0), 0);
}

TEST(default_kills, "SIGALRM without a handler does nothing", "kernel/proc (signal)")
{
    struct itimerval v = { { 0, 0 }, { 0, 10000 } };
    EQ(IN_CHILD(setitimer(ITIMER_REAL, &v, NULL); for (;;) pause()), KILLED(SIGALRM));
}

TEST(ended_process_leaves_no_timer, "a timer of a dead process fires", "kernel/proc (exit)")
{
    struct itimerval v = { { 0, 1000 }, { 0, 1000 } };
    for (int i = 0; i < 50; i++)
        EQ(IN_CHILD(signal(SIGALRM, SIG_IGN); setitimer(ITIMER_REAL, &v, NULL)), 0);
    EQ(usleep(20000), 0);
}

TEST(timer_over_exec_stays, "exec stops the timer", "kernel/proc (exec)")
{
    struct itimerval v = { { 0, 0 }, { 0, 20000 } };
    EQ(IN_CHILD(setitimer(ITIMER_REAL, &v, NULL); execl(check_self, check_self, "@wait", NULL)),
       KILLED(SIGALRM));
}

int
role(int argc, char **argv)
{
    for (;;)
        pause();
}

TEST(virtual_timer_counts_work, "ITIMER_VIRTUAL or PROF runs while sleeping", "kernel/sched")
{
    struct itimerval v = { { 0, 0 }, { 0, 20000 } };
    struct sigaction a = { .sa_handler = handler };
    OK(sigaction(SIGVTALRM, &a, NULL));
    if (setitimer(ITIMER_VIRTUAL, &v, NULL) == -1) {
        TRUE(errno == EINVAL || errno == ENOSYS);
        return;
    }
    while (count == 0)
        ;
    EQ(last, SIGVTALRM);
}
