/* pipeline.c - commands that are joined by pipes: a | b, and $(...), whose reader is the shell.
 *
 * Each stage is a child of the shell. Follows POSIX.1-2017, "Shell Command Language", 2.9.2
 * Pipelines and 2.6.3 Command Substitution. */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "sh.h"

/* The shell's pipes live above the descriptors that scripts name: a script may have closed 0. */
static bool
make_pipe(int ends[2])
{
    if (pipe2(ends, O_CLOEXEC) != 0)
        return complain(false, "cannot make a pipe: %s", strerror(errno));
    for (int i = 0; i < 2; i++) {
        int low = ends[i];
        ends[i] = fcntl(low, F_DUPFD_CLOEXEC, SHELL_FD);
        close(low);
    }
    return true;
}

/* In a new child: runs the tree with its input from `in` and its output into out[1]; where these
 * are -1, input and output stay as they are. out[0] is closed because a writer is only told that
 * nobody reads when no reader is left at all. */
_Noreturn static void
become_stage(const struct node *tree, int in, const int out[2])
{
    close(out[0]);
    dup2(in, STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    close(in);
    close(out[1]);
    run_and_exit(tree);
}

/* Starts a stage that reads from *in; *in becomes what the next stage reads from. Returns the
 * child, or -1 after a message. */
static pid_t
start_stage(const struct node *stage, int *in, pid_t group)
{
    int out[2] = { -1, -1 };
    pid_t pid = -1;
    if (!stage->next || make_pipe(out))
        pid = fork_shell(group, true);
    if (pid == 0)
        become_stage(stage, *in, out);
    close(*in);
    close(out[1]);
    *in = out[0];
    return pid;
}

/* All stages are waited for, so that none outlives the pipeline unseen. */
int
run_pipeline(const struct node *stages)
{
    int in = -1, count = 0, started = 0, status = 0;
    for (const struct node *stage = stages; stage; stage = stage->next)
        count++;
    pid_t *pids = arena_alloc(count * sizeof(*pids));
    for (const struct node *stage = stages; stage; stage = stage->next) {
        pid_t pid = start_stage(stage, &in, started > 0 ? pids[0] : GROUP_NEW);
        pids[started++] = pid;
        if (pid < 0)
            break;
    }
    close(in);
    for (int i = 0; i < started; i++)
        status = wait_for(pids[i]);
    own_terminal();
    return status;
}

/* Reads up to the end, without zeros: no word can hold one. */
static void
read_all(int fd, struct text *all)
{
    char block[512];
    for (;;) {
        ssize_t size = read(fd, block, sizeof(block));
        if (size < 0 && errno == EINTR)
            continue;
        if (size <= 0)
            return;
        for (ssize_t i = 0; i < size; i++)
            if (block[i])
                text_add(all, block[i]);
    }
}

/* The child stays in the shell's group: ctrl-c then ends both, and with them the whole command. */
char *
capture_output(const struct node *tree)
{
    struct text all = { 0 };
    int ends[2];
    if (!tree || !make_pipe(ends))
        return "";
    pid_t pid = fork_shell(GROUP_SHELL, false);
    if (pid == 0)
        become_stage(tree, -1, ends);
    close(ends[1]);
    read_all(ends[0], &all);
    close(ends[0]);
    while (all.length > 0 && all.data[all.length - 1] == '\n')
        all.length--;
    shell.substitution_status = wait_for(pid);
    return text_take(&all);
}
