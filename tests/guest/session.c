/* session.c - process groups and sessions, without a terminal.
 *
 * What shells do with them on a terminal is in tests/host/test_run_terminal.py, kill of a group in
 * kill.c. Source: setpgid(2), setsid(2), credentials(7), prctl(2). */

#include "peer.h"
#include <sys/prctl.h>

int
role(int argc, char **argv)
{
    /* @wait: lives until its standard input ends. */
    char byte;
    return read(0, &byte, 1) == 0 ? 0 : 1;
}

/* A child that lives until the writing end of `fds` is closed, so that none outlives a check that
 * failed; after an exec when `exec` is set. */
static pid_t
waiter(int *fds, bool exec)
{
    char byte;
    pid_t pid = OK(fork());
    if (pid != 0)
        return pid;
    close(fds[1]);
    if (exec) {
        dup2(fds[0], 0);
        execl(check_self, check_self, "@wait", NULL);
    }
    _exit(read(fds[0], &byte, 1));
}

/* setpgid(2): a child of fork begins in the group and the session of its parent. */
TEST(group_is_inherited, "fork gives the child a group of its own",
     "kernel/proc/process.c:/^process_clone/")
{
    pid_t group = OK(getpgid(0)), session = OK(getsid(0));
    EQ(getpgid(getpid()), group);
    EQ(IN_CHILD(EQ(getpgid(0), group); EQ(getsid(0), session); EQ(getpgid(getppid()), group)), 0);
}

/* Job control: the shell puts each process of a pipeline into the group of the first, from its own
 * side, because it cannot know when the child has got so far. */
TEST(setpgid_makes_and_joins, "a group cannot be made for a child",
     "kernel/syscall/process.c:/^sys_setpgid/")
{
    int fds[2];
    OK(pipe(fds));
    pid_t a = waiter(fds, false), b = waiter(fds, false);
    OK(setpgid(a, 0));
    EQ(getpgid(a), a);
    OK(setpgid(b, a));
    EQ(getpgid(b), a);
    OK(setpgid(b, getpgid(0)));
    EQ(getpgid(b), getpgid(0));
    close(fds[1]);
    ENDS(a, 0);
    ENDS(b, 0);
}

/* setpgid(2), EACCES: after exec a program may rely on its group. EPERM is a group that does not
 * exist in this session. */
TEST(setpgid_refuses, "a stranger or a process after exec can be moved",
     "kernel/syscall/process.c:/^sys_setpgid/")
{
    int fds[2];
    OK(pipe(fds));
    FAILS(setpgid(NOBODY, 0), ESRCH);
    FAILS(setpgid(1, 0), ESRCH);
    FAILS(setpgid(0, -1), EINVAL);
    FAILS(setpgid(0, NOBODY), EPERM);
    pid_t pid = waiter(fds, true);
    /* Only once it has gone through exec is it out of our hands. */
    while (setpgid(pid, 0) == 0)
        sys(SYS_sched_yield);
    EQ(errno, EACCES);
    close(fds[1]);
    ENDS(pid, 0);
    FAILS(getpgid(NOBODY), ESRCH);
    FAILS(getsid(NOBODY), ESRCH);
}

static void
lead_a_session(void)
{
    pid_t me = getpid();
    EQ(setsid(), me);
    EQ(getsid(0), me);
    EQ(getpgid(0), me);
    FAILS(setsid(), EPERM);
    FAILS(setpgid(0, 0), EPERM);
    /* A child may leave the group, not the session. */
    EQ(IN_CHILD(EQ(getsid(0), me); OK(setpgid(0, 0)); EQ(getpgid(0), getpid()); EQ(getsid(0), me)),
       0);
}

/* A daemon forks before setsid for this reason: a group leader's number is its group's, and would
 * then be that of a group in two sessions. */
TEST(setsid_makes_a_session, "a group leader may leave its session",
     "kernel/syscall/process.c:/^sys_setsid/")
{
    /* The frame has made us the leader of a group. */
    EQ(getpgid(0), getpid());
    FAILS(setsid(), EPERM);
    EQ(IN_CHILD(lead_a_session()), 0);
}

/* A session is what a terminal belongs to; nobody may enter or be drawn out. */
TEST(other_sessions_group, "a process joins a group of another session",
     "kernel/syscall/process.c:/^sys_setpgid/")
{
    int fds[2], ready[2];
    char byte;
    OK(pipe(fds));
    OK(pipe(ready));
    pid_t pid = OK(fork());
    if (pid == 0) {
        close(fds[1]);
        setsid();
        EQ(write(ready[1], "x", 1), 1);
        _exit(read(fds[0], &byte, 1));
    }
    EQ(read(ready[0], &byte, 1), 1);
    EQ(IN_CHILD(FAILS(setpgid(0, pid), EPERM)), 0);
    FAILS(setpgid(pid, 0), EPERM);
    close(fds[1]);
    ENDS(pid, 0);
}

/* The number of the leader stays taken while anybody is in the group; kill(-group) reaches the
 * rest. */
TEST(a_group_lives_with_its_members, "a group ends with its leader",
     "kernel/proc/signal.c:/^signal_send_members/")
{
    int fds[2];
    OK(pipe(fds));
    pid_t leader = waiter(fds, false), member = waiter(fds, false);
    OK(setpgid(leader, leader));
    OK(setpgid(member, leader));
    KILL_PEER(leader);
    EQ(getpgid(member), leader);
    EQ(kill(-leader, SIGTERM), 0);
    ENDS(member, KILLED(SIGTERM));
}

/* prctl(2): 16 bytes with the NUL, longer ones are cut without an error. */
TEST(thread_name, "prctl's name is not cut at 15, or not in /proc/self/stat",
     "kernel/syscall/system.c:/^sys_prctl/")
{
    char name[32] = { 0 }, text[100] = { 0 };
    OK(prctl(PR_SET_NAME, "a name of more than 15"));
    OK(prctl(PR_GET_NAME, name));
    EQ(strcmp(name, "a name of more "), 0);
    EQ(read(OK(open("/proc/self/stat", O_RDONLY)), text, 99) > 20, 1);
    TRUE(strstr(text, "(a name of more )"));
    FAILS(prctl(9999, 0, 0, 0, 0), EINVAL);
}
