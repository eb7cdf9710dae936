/*
 * jobs.c - commands in the background: `&` and wait.
 *
 * Job control (fg, bg, ctrl-z) is not here. A command in the background reads from /dev/null, so
 * that it takes no line of the script and no key of the person away, and it does not hear ctrl-c:
 * on a terminal because of its own process group, elsewhere because it ignores it.
 * Follows POSIX.1-2017, "Shell Command Language", 2.9.3.1 Asynchronous Lists, and "wait".
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "sh.h"

enum { STILL_RUNNING = -1 };

struct job {
    struct job *next;
    pid_t pid;
    int status;
};

static struct job *jobs;

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

static void
add_job(pid_t pid)
{
    struct job *job = malloc(sizeof *job);

    if (job == NULL)
        out_of_memory();
    for (struct job *old = jobs; old != NULL; old = old->next)
        update(old, WNOHANG); /* or a script that never waits would fill the process table */
    *job = (struct job){ .next = jobs, .pid = pid, .status = STILL_RUNNING };
    jobs = job;
}

/* Called once the status has been told: POSIX lets a shell forget it then. */
static void
remove_job(struct job **link)
{
    struct job *job = *link;

    *link = job->next;
    free(job);
}

/* For a subshell, whose parent has these children and can wait for them; it cannot. */
void
forget_background(void)
{
    while (jobs != NULL)
        remove_job(&jobs);
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
    add_job(pid);
    shell.last_background = pid;
    if (shell.interactive)
        fprintf(stderr, "[%d]\n", pid);
}

/* After ctrl-c the job stays in the list: somebody may wait for it again. */
int
wait_background(pid_t pid)
{
    struct job **link = &jobs;

    while (*link != NULL && (*link)->pid != pid)
        link = &(*link)->next;
    if (*link == NULL)
        return STATUS_NOT_FOUND;
    int status = update(*link, 0);
    if ((*link)->status != STILL_RUNNING)
        remove_job(link);
    return status;
}

int
wait_background_all(void)
{
    while (jobs != NULL) {
        int status = update(jobs, 0);
        if (jobs->status == STILL_RUNNING)
            return status; /* ctrl-c */
        remove_job(&jobs);
    }
    return 0;
}
