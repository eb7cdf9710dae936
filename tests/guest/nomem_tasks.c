/* nomem_tasks.c - a signal, a new task or the end of one needs a page, and there is no memory.
 *
 * Nobody is killed or forgotten for that but the process that has taken all of it (scarce.h). Not
 * here: calls with an answer (nomem.c). Source: sigaction(2), set_tid_address(2),
 * get_robust_list(2), clone(2), execve(2). */

#include "scarce.h"
#include <linux/futex.h>
#include <sched.h>

/* --- signals ---------------------------------------------------------------------------------- */

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

/* --- the end of a thread ---------------------------------------------------------------------- */

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

/* --- with memory for nearly all of it: a page more each time, until it works ------------------ */

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
