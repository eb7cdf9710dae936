/* itimer.c - setitimer, getitimer and alarm.
 *
 * Only ITIMER_REAL is a must here; the two others may be refused. How often a timer may fire at
 * most is attack_signal.c's, the frame that it interrupts sigframe.c's. No check has an upper
 * bound for a delay: the machine may be slow. Source: setitimer(2), alarm(2). */

#include "fixture.h"
#include <sys/time.h>

static volatile int count, last;

static void
handler(int signal)
{
    count++;
    last = signal;
}

/* First and interval in microseconds, less than a second. */
static void
arm(long first_us, long interval_us)
{
    struct itimerval v = { { 0, interval_us }, { 0, first_us } };
    struct sigaction a = { .sa_handler = handler };
    OK(sigaction(SIGALRM, &a, NULL));
    OK(setitimer(ITIMER_REAL, &v, NULL));
}

/* setitimer(2): never early; with no interval it stops. 30 ms are time enough to be in pause():
 * a signal between the look and the call would be missed. */
TEST(fires_once, "the timer fires early, again, or never",
     "kernel/proc/signal.c:/^process_alarm/, kernel/time/timer.c:/^timer_interrupt/")
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

/* The old setting comes back when the timer is turned off, and afterwards no signal may be left
 * over. */
TEST(interval_repeats, "the interval is forgotten", "kernel/proc/signal.c:/^process_alarm/")
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

/* No system call is made: the signal must come with the timer's interrupt. */
TEST(interrupts_a_busy_loop, "the signal waits for the next call",
     "kernel/trap/trap.c:/^return_work/")
{
    arm(20000, 0);
    while (count == 0)
        ;
    EQ(last, SIGALRM);
}

/* The rest is 0 when the timer is off, and never 0 while it runs. The old setting comes back with
 * the new one. */
TEST(getitimer_tells_the_rest, "the rest grows, or is the interval",
     "kernel/syscall/signal.c:/^alarm_now/")
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

/* setitimer(2), EINVAL: microseconds are 0 to 999,999, no time is negative, and there are three
 * timers. */
TEST(refusals, "bad microseconds or timers are taken", "kernel/syscall/signal.c:/^sys_setitimer/")
{
    struct itimerval bad = { { 0, 0 }, { 0, 1000000 } }, negative = { { 0, 0 }, { -1, 0 } }, v;
    ERR(sys(SYS_setitimer, ITIMER_REAL, &bad, 0), EINVAL);
    ERR(sys(SYS_setitimer, ITIMER_REAL, &negative, 0), EINVAL);
    ERR(sys(SYS_setitimer, 3, &v, 0), EINVAL);
    ERR(sys(SYS_getitimer, 3, &v), EINVAL);
}

/* alarm(2): libc makes it of setitimer, and rounds the rest to seconds; 0 takes it off. */
TEST(alarm_counts_seconds, "alarm returns nothing, or a rest of 0",
     "kernel/syscall/signal.c:/^alarm_now/")
{
    alarm(0);
    EQ(alarm(100), 0);
    TRUE(alarm(200) >= 99);
    TRUE(alarm(0) >= 199);
    EQ(alarm(0), 0);
}

/* How alarm(2) ends a program that knows nothing of it, and check.c a check that hangs. */
TEST(default_kills, "SIGALRM without a handler does nothing",
     "kernel/proc/deliver.c:/^signal_deliver/")
{
    struct itimerval v = { { 0, 0 }, { 0, 10000 } };
    EQ(IN_CHILD(setitimer(ITIMER_REAL, &v, NULL); for (;;) pause()), KILLED(SIGALRM));
}

/* The kernel's timer points at the process. 50 end with a millisecond to go, and the pause is
 * for what might still fire. */
TEST(ended_process_leaves_no_timer, "a timer of a dead process fires",
     "kernel/proc/exit.c:/^end_process/")
{
    struct itimerval v = { { 0, 1000 }, { 0, 1000 } };
    for (int i = 0; i < 50; i++)
        EQ(IN_CHILD(signal(SIGALRM, SIG_IGN); setitimer(ITIMER_REAL, &v, NULL)), 0);
    EQ(usleep(20000), 0);
}

/* execve(2) keeps it, as it resets the handler: `alarm; exec` is a limit for any program. */
TEST(timer_over_exec_stays, "exec stops the timer", "kernel/proc/exec.c:/^enter/")
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

/* Postern refuses it: profilers by signal are nobody's need here. If it is there it must count. */
TEST(virtual_timer_counts_work, "ITIMER_VIRTUAL or PROF runs while sleeping",
     "kernel/syscall/signal.c:/^sys_setitimer/")
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
