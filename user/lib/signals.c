/*
 * signals.c - handlers, masks and sets of signals. The kernel wants the size of its sigset_t (8)
 * with each call. Signal n is bit n - 1 of the set.
 */
#include <errno.h>
#include <signal.h>
#include <unistd.h>

int
sigaction(int signal, const struct sigaction *restrict new, struct sigaction *restrict old)
{
    return syscall(__NR_rt_sigaction, signal, new, old, sizeof(sigset_t));
}

/* As in BSD: the handler stays, and calls that it interrupts go on. */
sighandler_t
signal(int signal, sighandler_t handler)
{
    struct sigaction new = { .sa_handler = handler, .sa_flags = SA_RESTART }, old;
    return sigaction(signal, &new, &old) < 0 ? SIG_ERR : old.sa_handler;
}

int
raise(int signal)
{
    return kill(getpid(), signal);
}

int
sigprocmask(int how, const sigset_t *restrict set, sigset_t *restrict old)
{
    return syscall(__NR_rt_sigprocmask, how, set, old, sizeof(sigset_t));
}

int
sigpending(sigset_t *set)
{
    return syscall(__NR_rt_sigpending, set, sizeof(*set));
}

int
sigsuspend(const sigset_t *mask)
{
    return syscall(__NR_rt_sigsuspend, mask, sizeof(*mask));
}

int
sigemptyset(sigset_t *set)
{
    set->sig[0] = 0;
    return 0;
}

int
sigfillset(sigset_t *set)
{
    set->sig[0] = -1;
    return 0;
}

static int
change(sigset_t *set, int signal, int member)
{
    if (signal < 1 || signal > _NSIG) {
        errno = EINVAL;
        return -1;
    }
    unsigned long bit = 1UL << (signal - 1);
    set->sig[0] = member ? set->sig[0] | bit : set->sig[0] & ~bit;
    return 0;
}

int
sigaddset(sigset_t *set, int signal)
{
    return change(set, signal, 1);
}

int
sigdelset(sigset_t *set, int signal)
{
    return change(set, signal, 0);
}

int
sigismember(const sigset_t *set, int signal)
{
    return signal >= 1 && signal <= _NSIG && (set->sig[0] >> (signal - 1) & 1);
}
