/* signals.c - signals as ordinary programs use them: a handler, SIGCHLD, an alarm, a fault.
 *
 * A client: it knows nothing of Postern. Each line of its output is one thing that worked; it ends
 * by abort(), so that the status is a signal's too. What each promise is in detail:
 * tests/guest/sigaction.c and sigframe.c. */

#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t alarms, children;
static volatile double interrupted = 1.5;
static sigjmp_buf recover;

static void
on_alarm(int number)
{
    /* Uses floating point, which must not change what it interrupts. */
    interrupted = interrupted * 2 - 1.5;
    alarms += number == SIGALRM;
}

static void
on_child(int number, siginfo_t *info, void *context)
{
    children += info->si_code == CLD_EXITED && info->si_status == 5;
}

static void
on_fault(int number, siginfo_t *info, void *context)
{
    siglongjmp(recover, info->si_addr == (void *)16 ? 1 : 2);
}

static void
install(int number, void (*handler)(int, siginfo_t *, void *))
{
    struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };
    sigemptyset(&action.sa_mask);
    if (sigaction(number, &action, NULL)) {
        perror("sigaction");
        exit(1);
    }
}

/* Computes until the alarm comes. The handler computes as well: fp registers that are saved too
 * late or loaded too early change the sum. */
static void
wait_for_alarm(void)
{
    double work = 0, expected = 0;
    signal(SIGALRM, on_alarm);
    alarm(1);
    while (!alarms) {
        work = 0.5;
        for (int i = 0; i < 1000; i++)
            work = work * 0.99 + 0.25;
        if (expected == 0)
            expected = work;
        if (work != expected) {
            printf("floating point was changed by a handler\n");
            exit(1);
        }
    }
    printf("alarm\n");
}

int
main(void)
{
    sigset_t child, old;
    wait_for_alarm();
    install(SIGCHLD, on_child);
    /* Blocked until sigsuspend: a child that ends in between would otherwise be slept over. */
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, &old);
    if (fork() == 0)
        _exit(5);
    while (!children)
        sigsuspend(&old);
    wait(NULL);
    printf("child\n");
    install(SIGSEGV, on_fault);
    if (sigsetjmp(recover, 1) == 0)
        /* The handler leaves by siglongjmp, 1 when si_addr was right. */
        *(volatile int *)16 = 1;
    else
        printf("fault\n");
    fflush(stdout);
    abort();
}
