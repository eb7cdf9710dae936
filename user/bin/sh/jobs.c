/* jobs.c - commands in the background: `&` and wait.
 *
 * Job control (fg, bg, ctrl-z) is not here. A command in the background reads from /dev/null, so
 * that it takes no line of the script and no key of the person away, and it does not hear ctrl-c:
 * on a terminal because of its own process group, elsewhere because it ignores it.
 * Follows POSIX.1-2017, "Shell Command Language", 2.9.3.1 Asynchronous Lists, and "wait". */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "sh.h"

enum { STILL_RUNNING = -1 };

/* What is known of a command that runs or ran in the background and was not waited for. */
struct job {
    struct job *next;
    pid_t pid;
    int status;
};

static struct job *jobs; /* the newest first: numbers come again */

/* Waits for the job, or (WNOHANG) only looks. Returns its status as far as it is known. */
static int
update(struct job *job, int options)
{
    int status;
    pid_t pid = 0;
    while (job->status == STILL_RUNNING && (pid = waitpid(job->pid, &status, options)) != 0) {
        if (pid > 0)
            job->status = decode_status(status);
        else if (errno != EINTR)
            job->status = STATUS_NOT_FOUND;
        else if (interrupted)
            return STATUS_SIGNAL + SIGINT;
    }
    return job->status;
}

/* They are the parent's children, which can wait for them; this process cannot. */
void
forget_background(void)
{
    jobs = NULL;
}

/* The whole tree runs in a child, which a simple command replaces: $! is then the program
 * itself, and `kill $!` ends what was started. */
void
run_background(const struct node *tree)
{
    bool own_group = shell.owns_terminal;
    pid_t pid = fork_shell(GROUP_NEW, false);
    if (pid == 0) {
        if (!own_group) {
            signal(SIGINT, SIG_IGN);
            signal(SIGQUIT, SIG_IGN);
        }
        close(STDIN_FILENO);
        open("/dev/null", O_RDONLY); /* the lowest free descriptor: 0 */
        run_and_exit(tree);
    }
    if (pid < 0)
        return;
    struct job *job = malloc(sizeof(*job));
    if (!job)
        out_of_memory();
    for (struct job *old = jobs; old; old = old->next)
        update(old, WNOHANG); /* or a script that never waits would fill the process table */
    *job = (struct job){ .next = jobs, .pid = pid, .status = STILL_RUNNING };
    jobs = job;
    shell.last_background = pid;
    if (shell.interactive)
        fprintf(stderr, "[%d]\n", pid);
}

/* A job is forgotten once its status has been told, as POSIX allows. After ctrl-c it stays in the
 * list: somebody may wait for it again. */
int
wait_background(pid_t pid)
{
    struct job **link = &jobs;
    while (*link) {
        struct job *job = *link;
        if (pid != 0 && job->pid != pid) {
            link = &job->next;
            continue;
        }
        int status = update(job, 0);
        if (job->status == STILL_RUNNING)
            return status; /* ctrl-c */
        *link = job->next;
        free(job);
        if (pid != 0)
            return status;
    }
    return pid != 0 ? STATUS_NOT_FOUND : 0;
}
