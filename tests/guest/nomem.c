/* nomem.c - a call, a signal or the end of a thread needs a page, and there is no memory.
 *
 * Nothing of that may fail: it is waited for memory, which comes when the largest process ends. In
 * each check that is the filler, a child that has taken all memory there is. The check itself has
 * made sure before that it needs no page but the one in question. Meant for a small machine
 * (tests/host/test_storms.py). Not here: calls that may answer ENOMEM (oom.c), and bad pointers
 * (efault.c). Source: the manual pages of the calls. */

#include "fixture.h"
#include <linux/futex.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/time.h>

#define HOARD                                                                                      \
    400 /* pages of the filler's own: so it is the largest, and can give single ones back */

static int to_filler[2], from_filler[2];
static pid_t filler;
static char areas[8000]; /* /proc/self/maps as it was before the pages in question were mapped */
static char *hole;       /* a page in the middle of one that is not to be touched */

/* A pipe whose page is there already: bytes pass without memory. */
static void
make_pipe(int *fds)
{
    char byte = 0;
    OK(pipe(fds));
    EQ(write(fds[1], &byte, 1), 1);
    EQ(read(fds[0], &byte, 1), 1);
}

static char
ask(int in, int out, char what)
{
    if (write(out, &what, 1) != 1 || read(in, &what, 1) != 1)
        _exit(9);
    return what;
}

/* Files and pipes take memory without a fault; at last the kernel's small objects are used up. */
static void
take_all(void)
{
    static char block[65536];
    int fds[2], file = open("/tmp/nomem", O_RDWR | O_CREAT | O_TRUNC, 0600);
    unlink("/tmp/nomem");
    while (write(file, block, sizeof(block)) > 0)
        ;
    while (pipe2(fds, O_NONBLOCK) == 0)
        while (write(fds[1], block, PAGE) > 0)
            ;
    while (sigqueue(getpid(), SIGRTMIN, (union sigval){ 0 }) == 0)
        ;
}

/* Takes all memory when told to, and then gives a page back each time it is told to. */
static void
fill(void)
{
    sigset_t set;
    char byte, *own = anonymous(HOARD, RW);
    memset(own, 1, HOARD * PAGE);
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &set, NULL);
    if (read(to_filler[0], &byte, 1) != 1)
        _exit(9);
    take_all();
    for (int i = 0; i < HOARD; i++) {
        ask(to_filler[0], from_filler[1], 'r');
        madvise(own + i * PAGE, PAGE, MADV_DONTNEED);
    }
}

/* First of all: what is mapped from here on is not touched by use_up_memory. */
static void
begin(void)
{
    make_pipe(to_filler);
    make_pipe(from_filler);
    int fd = OK(open("/proc/self/maps", O_RDONLY));
    TRUE(read(fd, areas, sizeof(areas) - 1) > 0);
    close(fd);
}

/* Has all memory taken by a child. After the fork every page is shared, so those of ours that were
 * there at `begin` are written to before: they would need memory later. */
static void
use_up_memory(void)
{
    unsigned long start, end;
    char rights[5];
    filler = OK(fork());
    if (filler == 0) {
        fill();
        _exit(9);
    }
    for (char *line = areas; line && *line; line = strchr(line, '\n') + 1)
        if (sscanf(line, "%lx-%lx %4s", &start, &end, rights) == 3 && !strcmp(rights, "rw-p"))
            for (volatile char *at = (char *)start; at < (char *)end; at += PAGE)
                if (at != hole)
                    *at = *at;
    ask(from_filler[0], to_filler[1], 'f');
}

/* It was killed: memory has really been short. */
static void
filler_was_killed(void)
{
    EQ(STATUS(filler), KILLED(SIGKILL));
}

/* --- answers: the call has acted when it writes them ------------------------------------------ */

struct action {
    unsigned long handler, flags, mask;
};

TEST(sigaction_old, "the call is made twice, and tells the new action as the old one",
     "kernel/mm/usercopy.c:/^copy_to_user/")
{
    struct action new = { 0x1234, 0, 0 };
    begin();
    struct action *old = (void *)anonymous(1, RW);
    use_up_memory();
    EQ(sys(SYS_rt_sigaction, SIGUSR1, &new, old, 8), 0);
    EQ(old->handler, 0);
    filler_was_killed();
}

TEST(sigprocmask_old, "the call is made twice, and tells the new mask as the old one",
     "kernel/mm/usercopy.c:/^copy_to_user/")
{
    unsigned long new = 1UL << (SIGUSR1 - 1);
    begin();
    unsigned long *old = (void *)anonymous(1, RW);
    use_up_memory();
    EQ(sys(SYS_rt_sigprocmask, SIG_BLOCK, &new, old, 8), 0);
    EQ(*old, 0);
    filler_was_killed();
}

TEST(sigaltstack_old, "the call is made twice, and tells the new stack as the old one",
     "kernel/mm/usercopy.c:/^copy_to_user/")
{
    static char stack[16384];
    stack_t new = { .ss_sp = stack, .ss_size = sizeof(stack) };
    begin();
    stack_t *old = (void *)anonymous(1, RW);
    use_up_memory();
    EQ(sys(SYS_sigaltstack, &new, old), 0);
    EQ(old->ss_sp, 0);
    EQ(old->ss_flags, SS_DISABLE);
    filler_was_killed();
}

TEST(setitimer_old, "the call is made twice, and tells the new time as the old one",
     "kernel/mm/usercopy.c:/^copy_to_user/")
{
    struct itimerval new = { .it_value = { 10000, 0 } }; /* the frame's own alarm is nearer */
    begin();
    struct itimerval *old = (void *)anonymous(1, RW);
    use_up_memory();
    EQ(sys(SYS_setitimer, ITIMER_REAL, &new, old), 0);
    TRUE(old->it_value.tv_sec < 1000);
    filler_was_killed();
}

TEST(prlimit_old, "the call is made twice, and tells the new limit as the old one",
     "kernel/syscall/system.c:/^sys_prlimit64/")
{
    struct rlimit was, new = { 11, 12 };
    OK(getrlimit(RLIMIT_CPU, &was));
    begin();
    struct rlimit *old = (void *)anonymous(1, RW);
    use_up_memory();
    EQ(sys(SYS_prlimit64, 0, RLIMIT_CPU, &new, old), 0);
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

/* A child that has ended with status 3, and is a zombie already. */
static pid_t
zombie(void)
{
    siginfo_t info;
    pid_t pid = OK(fork());
    if (pid == 0)
        _exit(3);
    OK(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT));
    return pid;
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

/* --- transfers: what has passed counts, and the rest comes -------------------------------------- */

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

/* --- signals ------------------------------------------------------------------------------------ */

static volatile long handled_at, handled;

static void
on_signal(int signo, siginfo_t *info, void *context)
{
    handled_at = (long)info->si_addr;
    handled = signo;
    if (signo == SIGSEGV)
        *(long *)((char *)context + 176) += 4; /* pc in ucontext: behind the load */
}

/* A handler on a stack of its own, of which no page is there. */
static void
handler_on(int signo, char *stack, unsigned long size)
{
    stack_t alt = { .ss_sp = stack, .ss_size = size };
    struct sigaction a = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK };
    OK(sigaltstack(&alt, NULL));
    OK(sigaction(signo, &a, NULL));
}

TEST(handler_without_a_stack_page, "no memory for its frame counts as no stack: SIGSEGV",
     "kernel/proc/deliver.c:/^signal_deliver/")
{
    begin();
    handler_on(SIGUSR1, anonymous(8, RW), 8 * PAGE);
    use_up_memory();
    OK(kill(getpid(), SIGUSR1));
    EQ(handled, SIGUSR1);
    filler_was_killed();
}

TEST(a_fault_keeps_its_address, "what came with a signal was dropped for want of memory",
     "kernel/proc/pending.c:/^pending_add/")
{
    static char stack[8 * PAGE];
    begin();
    char *none = anonymous(1, PROT_NONE);
    handler_on(SIGSEGV, stack, sizeof(stack));
    use_up_memory();
    __asm__ volatile(".option push\n.option norvc\nlw zero, 0(%0)\n.option pop" ::"r"(none)
                     : "memory");
    EQ(handled, SIGSEGV);
    EQ(handled_at, none);
    kill(filler, SIGKILL);
    filler_was_killed();
}

/* --- the end of a thread ------------------------------------------------------------------------ */

/* What the thread leaves behind: on a page that it shares with the filler when it ends. */
struct words {
    struct robust_list_head head;
    struct robust_list lock_link;
    int lock, clear_tid;
};

static struct words *words;
static int go[2];

static int
thread(void *arg)
{
    char byte;
    sys(SYS_set_tid_address, &words->clear_tid);
    sys(SYS_set_robust_list, &words->head, sizeof(words->head));
    words->lock = (int)sys(SYS_gettid);
    words->clear_tid = 77;
    sys(SYS_read, go[0], &byte, 1);
    sys(SYS_exit, 0);
    return 0;
}

/* A thread without libc's help: nothing of it touches another page at its end. */
static long
start_thread(void)
{
    static char stack[4 * PAGE];
    const int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
    return OK(clone(thread, stack + sizeof(stack), flags, NULL));
}

static void
end_thread_without_memory(void)
{
    make_pipe(go);
    begin();
    words = (void *)anonymous(1, RW);
    words->lock_link.next = &words->head.list;
    words->head.list.next = &words->lock_link;
    words->head.futex_offset = (char *)&words->lock - (char *)&words->lock_link;
    long tid = start_thread();
    while (*(volatile int *)&words->clear_tid != 77)
        sched_yield();
    use_up_memory();
    EQ(write(go[1], "x", 1), 1);
    while (sys(SYS_tgkill, getpid(), tid, 0) != -ESRCH)
        sched_yield();
}

TEST(the_tid_is_cleared, "the word of pthread_join is skipped without memory",
     "kernel/proc/exit.c:/^task_leave_memory/")
{
    end_thread_without_memory();
    EQ(words->clear_tid, 0);
    filler_was_killed();
}

TEST(a_robust_lock_is_marked, "a lock of a dead thread is skipped without memory",
     "kernel/proc/futex.c:/^abandon/")
{
    end_thread_without_memory();
    TRUE(words->lock & FUTEX_OWNER_DIED);
    filler_was_killed();
}

/* --- with memory for nearly all of it: a page more each time, until it works ---------------------- */

int
role(int argc, char **argv)
{
    return 4;
}

/* exec needs memory many times; wherever there is none, it is refused and the threads are there. */
TEST(exec_refused_keeps_the_threads, "exec ends the other threads before its last allocation",
     "kernel/proc/exec.c:/^process_exec/")
{
    int status = IN_CHILD({
        char *argv[] = { check_self, (char *)"@four", NULL };
        make_pipe(go);
        words = (void *)anonymous(1, RW);
        long tid = start_thread();
        begin();
        use_up_memory();
        for (int i = 0; i < HOARD - 1; i++) {
            EQ(sys(SYS_execve, check_self, argv, NULL), -ENOMEM);
            EQ(sys(SYS_tgkill, getpid(), tid, 0), 0);
            ask(from_filler[0], to_filler[1], 'p');
        }
    });
    EQ(status, EXITED(4));
}

/* The child is there, and a page for the number is missing: it must not start without it. */
TEST(clone_stores_both_tids, "the number of a new task is stored only if there is memory",
     "kernel/proc/process.c:/^process_clone/")
{
    const long flags = SIGCHLD | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID;
    begin();
    int *in_parent = (void *)anonymous(1, RW), *in_child = (void *)anonymous(1, RW);
    use_up_memory();
    long pid = -ENOMEM;
    for (int i = 0; pid == -ENOMEM && i < HOARD - 1; i++) {
        pid = sys(SYS_clone, flags, 0, in_parent, 0, in_child);
        if (pid == -ENOMEM)
            ask(from_filler[0], to_filler[1], 'p');
    }
    if (pid == 0)
        sys(SYS_exit_group, *in_child == sys(SYS_getpid) ? 4 : 5);
    TRUE(pid > 0);
    EQ(STATUS(pid), EXITED(4));
    EQ(*in_parent, pid);
    filler_was_killed();
}
