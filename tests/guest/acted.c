/* acted.c - a call has acted and finds that its answer's address is bad: EFAULT, and it stays done.
 *
 * A program may rely on either half: the signal is taken, the child is reaped, the limit is set.
 * Not here: that every bad pointer is refused (efault.c). Source: Linux, which does just that. */

#include "fixture.h"
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/time.h>

#define BAD 8UL

TEST(sigaction_is_set, "the old action is written before the new one is set",
     "kernel/syscall/signal.c:/^sys_rt_sigaction/")
{
    struct {
        unsigned long handler, flags, mask;
    } wanted = { 0x1234, 0, 0 }, now;
    ERR(sys(SYS_rt_sigaction, SIGUSR1, &wanted, BAD, 8), EFAULT);
    EQ(sys(SYS_rt_sigaction, SIGUSR1, NULL, &now, 8), 0);
    EQ(now.handler, 0x1234);
}

TEST(sigprocmask_is_set, "the old mask is written before the new one is set",
     "kernel/syscall/signal.c:/^sys_rt_sigprocmask/")
{
    unsigned long wanted = 1UL << (SIGUSR1 - 1), now;
    ERR(sys(SYS_rt_sigprocmask, SIG_SETMASK, &wanted, BAD, 8), EFAULT);
    EQ(sys(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &now, 8), 0);
    EQ(now, wanted);
}

TEST(sigaltstack_is_set, "the old stack is written before the new one is set",
     "kernel/syscall/signal.c:/^sys_sigaltstack/")
{
    static char stack[16384];
    stack_t wanted = { .ss_sp = stack, .ss_size = sizeof(stack) }, now;
    ERR(sys(SYS_sigaltstack, &wanted, BAD), EFAULT);
    EQ(sys(SYS_sigaltstack, NULL, &now), 0);
    EQ(now.ss_sp, stack);
}

TEST(setitimer_is_set, "the old time is written before the new one is set",
     "kernel/syscall/signal.c:/^sys_setitimer/")
{
    struct itimerval wanted = { .it_value = { 10000, 0 } }, now;
    ERR(sys(SYS_setitimer, ITIMER_REAL, &wanted, BAD), EFAULT);
    EQ(sys(SYS_getitimer, ITIMER_REAL, &now), 0);
    TRUE(now.it_value.tv_sec > 5000);
}

TEST(prlimit_is_set, "the old limit is written before the new one is set",
     "kernel/syscall/system.c:/^sys_prlimit64/")
{
    struct rlimit wanted = { 11, 100 }, now;
    ERR(sys(SYS_prlimit64, 0, RLIMIT_CORE, &wanted, BAD), EFAULT);
    EQ(sys(SYS_prlimit64, 0, RLIMIT_CORE, NULL, &now), 0);
    EQ(now.rlim_cur, 11);
}

TEST(sigtimedwait_has_taken, "a signal that could not be told is pending again",
     "kernel/syscall/signal.c:/^sys_rt_sigtimedwait/")
{
    unsigned long set = 1UL << (SIGUSR2 - 1);
    struct timespec none = { 0, 0 };
    EQ(sys(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, 8), 0);
    OK(kill(getpid(), SIGUSR2));
    ERR(sys(SYS_rt_sigtimedwait, &set, NULL, BAD, 8), EFAULT); /* this pointer is read first */
    ERR(sys(SYS_rt_sigtimedwait, &set, BAD, &none, 8), EFAULT);
    ERR(sys(SYS_rt_sigtimedwait, &set, NULL, &none, 8), EAGAIN);
}

TEST(wait4_has_reaped, "a child whose status could not be told is a zombie still",
     "kernel/syscall/process.c:/^sys_wait4/")
{
    pid_t child = zombie();
    ERR(sys(SYS_wait4, child, BAD, 0, 0), EFAULT);
    ERR(sys(SYS_wait4, child, 0, 0, 0), ECHILD);
    int status = 0;
    child = zombie();
    ERR(sys(SYS_wait4, child, &status, 0, BAD), EFAULT);
    EQ(status, EXITED(3));
    ERR(sys(SYS_wait4, child, 0, 0, 0), ECHILD);
}

TEST(waitid_has_reaped, "the siginfo is written before the rusage",
     "kernel/syscall/process.c:/^sys_waitid/")
{
    siginfo_t info = { 0 };
    pid_t child = zombie();
    ERR(sys(SYS_waitid, P_PID, child, BAD, WEXITED, 0), EFAULT);
    ERR(sys(SYS_wait4, child, 0, 0, 0), ECHILD);
    child = zombie();
    ERR(sys(SYS_waitid, P_PID, child, &info, WEXITED, BAD), EFAULT);
    EQ(info.si_pid, 0);
    ERR(sys(SYS_wait4, child, 0, 0, 0), ECHILD);
}

TEST(pipe2_leaves_no_descriptors, "two descriptors that nobody knows stay open",
     "kernel/syscall/file_fd.c:/^sys_pipe2/")
{
    int next = OK(dup(0));
    close(next);
    ERR(sys(SYS_pipe2, BAD, 0), EFAULT);
    EQ(dup(0), next);
}

TEST(pipe_keeps_its_bytes, "bytes that could not be delivered are gone",
     "kernel/fs/pipe.c:/^ring_take/")
{
    int fds[2], left;
    OK(pipe(fds));
    EQ(write(fds[1], "abcdefgh", 8), 8);
    ERR(sys(SYS_read, fds[0], BAD, 8), EFAULT);
    OK(ioctl(fds[0], FIONREAD, &left));
    EQ(left, 8);
}

TEST(file_position_stays, "the position moves over bytes that could not be delivered",
     "kernel/fs/ramfs.c:/^in_turns/")
{
    int fd = OK(open(check_self, O_RDONLY));
    EQ(lseek(fd, 100, SEEK_SET), 100);
    ERR(sys(SYS_read, fd, BAD, 50), EFAULT);
    EQ(lseek(fd, 0, SEEK_CUR), 100);
    fd = OK(open("/", O_RDONLY | O_DIRECTORY));
    ERR(sys(SYS_getdents64, fd, BAD, 1000), EFAULT);
    EQ(lseek(fd, 0, SEEK_CUR), 0);
}

TEST(clone_makes_the_child, "a bad address for its number counts as a failure",
     "kernel/proc/process.c:/^process_clone/")
{
    long pid = sys(SYS_clone, SIGCHLD | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID, 0, BAD, 0, BAD);
    if (pid == 0)
        sys(SYS_exit_group, 4);
    TRUE(pid > 0);
    EQ(STATUS(pid), EXITED(4));
}
