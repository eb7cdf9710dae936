/* nomem.c - a call has an answer, or bytes, for a page that there is no memory for.
 *
 * It waits for memory, which comes when the largest process ends (scarce.h). It must not be made
 * again, for it has acted. Not here: calls that may answer ENOMEM (oom.c), bad pointers (efault.c,
 * acted.c), signals and threads (nomem_tasks.c). Source: the manual pages of the calls. */

#include "scarce.h"
#include <linux/futex.h>
#include <sys/resource.h>
#include <sys/time.h>

/* --- answers: the call has acted when it writes them ------------------------------------------ */

struct action {
    unsigned long handler, flags, mask;
};

TEST(sigaction_old, "the call is made twice, and tells the new action as the old one",
     "kernel/mm/usercopy.c:/^copy_to_user/")
{
    struct action wanted = { 0x1234, 0, 0 };
    begin();
    struct action *old = (void *)anonymous(1, RW);
    use_up_memory();
    EQ(sys(SYS_rt_sigaction, SIGUSR1, &wanted, old, 8), 0);
    EQ(old->handler, 0);
    filler_was_killed();
}

TEST(sigprocmask_old, "the call is made twice, and tells the new mask as the old one",
     "kernel/mm/usercopy.c:/^copy_to_user/")
{
    unsigned long wanted = 1UL << (SIGUSR1 - 1);
    begin();
    unsigned long *old = (void *)anonymous(1, RW);
    use_up_memory();
    EQ(sys(SYS_rt_sigprocmask, SIG_BLOCK, &wanted, old, 8), 0);
    EQ(*old, 0);
    filler_was_killed();
}

TEST(sigaltstack_old, "the call is made twice, and tells the new stack as the old one",
     "kernel/mm/usercopy.c:/^copy_to_user/")
{
    static char stack[16384];
    stack_t wanted = { .ss_sp = stack, .ss_size = sizeof(stack) };
    begin();
    stack_t *old = (void *)anonymous(1, RW);
    use_up_memory();
    EQ(sys(SYS_sigaltstack, &wanted, old), 0);
    EQ(old->ss_sp, 0);
    EQ(old->ss_flags, SS_DISABLE);
    filler_was_killed();
}

TEST(setitimer_old, "the call is made twice, and tells the new time as the old one",
     "kernel/mm/usercopy.c:/^copy_to_user/")
{
    struct itimerval wanted = { .it_value = { 10000, 0 } }; /* the frame's own alarm is nearer */
    begin();
    struct itimerval *old = (void *)anonymous(1, RW);
    use_up_memory();
    EQ(sys(SYS_setitimer, ITIMER_REAL, &wanted, old), 0);
    TRUE(old->it_value.tv_sec < 1000);
    filler_was_killed();
}

TEST(prlimit_old, "the call is made twice, and tells the new limit as the old one",
     "kernel/syscall/system.c:/^sys_prlimit64/")
{
    struct rlimit was, wanted = { 11, 12 };
    OK(getrlimit(RLIMIT_CPU, &was));
    begin();
    struct rlimit *old = (void *)anonymous(1, RW);
    use_up_memory();
    EQ(sys(SYS_prlimit64, 0, RLIMIT_CPU, &wanted, old), 0);
    EQ(old->rlim_cur, was.rlim_cur);
    EQ(old->rlim_max, was.rlim_max);
    filler_was_killed();
}

TEST(sigtimedwait_keeps_the_signal, "the signal was taken by the first of two calls",
     "kernel/mm/usercopy.c:/^copy_to_user/")
{
    unsigned long set = 1UL << (SIGUSR2 - 1);
    struct timespec none = { 0, 0 };
    EQ(sys(SYS_rt_sigprocmask, SIG_BLOCK, &set, NULL, 8), 0);
    begin();
    siginfo_t *info = (void *)anonymous(1, RW);
    OK(kill(getpid(), SIGUSR2));
    use_up_memory();
    EQ(sys(SYS_rt_sigtimedwait, &set, info, &none, 8), SIGUSR2);
    EQ(info->si_pid, getpid());
    filler_was_killed();
}

TEST(wait4_keeps_the_child, "the child was reaped by the first of two calls",
     "kernel/mm/usercopy.c:/^copy_to_user/")
{
    pid_t child = zombie();
    begin();
    int *status = (void *)anonymous(1, RW);
    struct rusage *used = (void *)anonymous(1, RW);
    used->ru_maxrss = 1; /* the field stands behind the times, and is written as 0 */
    use_up_memory();
    EQ(sys(SYS_wait4, child, status, 0, used), child);
    EQ(*status, EXITED(3));
    EQ(used->ru_maxrss, 0);
    filler_was_killed();
}

TEST(waitid_keeps_the_child, "the child was reaped by the first of two calls",
     "kernel/mm/usercopy.c:/^copy_to_user/")
{
    pid_t child = zombie();
    begin();
    siginfo_t *info = (void *)anonymous(1, RW);
    struct rusage *used = (void *)anonymous(1, RW); /* what the child leaves may be a page */
    use_up_memory();
    EQ(sys(SYS_waitid, P_PID, child, info, WEXITED, used), 0);
    EQ(info->si_pid, child);
    EQ(info->si_status, 3);
    filler_was_killed();
}

/* --- transfers: what has passed counts, and the rest comes ------------------------------------ */

/* Three pages, of which the second needs memory. Before `begin`. */
static char *
broken_buffer(void)
{
    char *p = anonymous(3, RW);
    hole = p + PAGE;
    return p;
}

TEST(file_read_goes_on, "a read stops short at a page without memory",
     "kernel/fs/ramfs.c:/^in_turns/")
{
    static char bytes[3 * PAGE];
    memset(bytes, 7, sizeof(bytes));
    int fd = OK(open("/tmp/nomem.in", O_RDWR | O_CREAT | O_TRUNC, 0600));
    unlink("/tmp/nomem.in");
    EQ(write(fd, bytes, sizeof(bytes)), sizeof(bytes));
    char *p = broken_buffer();
    begin();
    use_up_memory();
    EQ(pread(fd, p, sizeof(bytes), 0), sizeof(bytes));
    EQ(memcmp(p, bytes, sizeof(bytes)), 0);
    filler_was_killed();
}

TEST(pipe_read_loses_nothing, "bytes that had no place are gone", "kernel/fs/pipe.c:/^pipe_read/")
{
    int fds[2];
    make_pipe(fds);
    EQ(write(fds[1], "abcdefgh", 8), 8);
    begin();
    char *p = anonymous(1, RW);
    use_up_memory();
    EQ(read(fds[0], p, 8), 8);
    EQ(memcmp(p, "abcdefgh", 8), 0);
    filler_was_killed();
}

TEST(pipe_write_goes_on, "a write stops short at a page without memory",
     "kernel/fs/pipe.c:/^pipe_write/")
{
    static char bytes[3 * PAGE];
    int fds[2];
    OK(pipe(fds)); /* and let it have its pages */
    EQ(write(fds[1], bytes, sizeof(bytes)), sizeof(bytes));
    EQ(read(fds[0], bytes, sizeof(bytes)), sizeof(bytes));
    char *p = broken_buffer();
    begin();
    use_up_memory();
    EQ(write(fds[1], p, sizeof(bytes)), sizeof(bytes));
    filler_was_killed();
}

TEST(zeros_go_on, "a read of /dev/zero stops short at a page without memory",
     "kernel/fs/dev.c:/^mem_read/")
{
    int fd = OK(open("/dev/zero", O_RDONLY));
    char *p = broken_buffer();
    begin();
    use_up_memory();
    EQ(read(fd, p, 3 * PAGE), 3 * PAGE);
    EQ(p[2 * PAGE], 0);
    filler_was_killed();
}

TEST(futex_word, "a word whose page is not there yet is taken for a bad address",
     "kernel/proc/futex.c:/^futex_wait/")
{
    struct timespec none = { 0, 0 };
    begin();
    char *p = anonymous(1, RW);
    use_up_memory();
    EQ(sys(SYS_futex, p, FUTEX_WAIT, 0, &none), -ETIMEDOUT);
    filler_was_killed();
}
