/*
 * jobs.c - commands in the background: `&` and wait.
 *
 * Job control (fg, bg, ctrl-z) is not here. A command in the background reads from /dev/null, so
 * that it takes no line of the script and no key of the person away, and without a terminal of its
 * own it does not hear ctrl-c. Follows POSIX.1-2017, 2.9.3.1 Asynchronous Lists, and "wait".
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "sh.h"

struct job {
    struct job *next;
    pid_t pid;
    int status; /* -1: still running */
};

static struct job *jobs;

/* Waits for the job unless `options` is WNOHANG. False when ctrl-c ended the waiting. */
static bool
update(struct job *job, int options)
{
    int status;

    while (job->status < 0) {
        pid_t pid = waitpid(job->pid, &status, options);
        if (pid == 0)
            break;
        if (pid < 0 && errno == EINTR && interrupted)
            return false;
        if (pid < 0 && errno != EINTR)
            job->status = STATUS_NOT_FOUND;
        else if (pid > 0)
            job->status = WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_SIGNAL + WTERMSIG(status);
    }
    return true;
}

static void
add_job(pid_t pid)
{
    struct job *job = malloc(sizeof *job);

    if (job == NULL)
        out_of_memory();
    for (struct job *old = jobs; old != NULL; old = old->next)
        update(old, WNOHANG); /* or a script that never waits would fill the process table */
    *job = (struct job){ .next = jobs, .pid = pid, .status = -1 };
    jobs = job;
}

void
forget_background(void)
{
    while (jobs != NULL) {
        struct job *job = jobs;
        jobs = job->next;
        free(job);
    }
}

void
run_background(const struct node *tree)
{
    bool controlled = shell.owns_terminal;
    pid_t pid = fork_shell(GROUP_NEW, false);

    if (pid == 0) {
        if (!controlled) {
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

int
wait_background(pid_t pid)
{
    for (struct job **link = &jobs; *link != NULL; link = &(*link)->next) {
        struct job *job = *link;
        if (job->pid != pid)
            continue;
        if (!update(job, 0))
            return STATUS_SIGNAL + SIGINT;
        int status = job->status;
        *link = job->next;
        free(job);
        return status;
    }
    return STATUS_NOT_FOUND;
}

int
wait_background_all(void)
{
    for (struct job *job = jobs; job != NULL; job = job->next)
        if (!update(job, 0))
            return STATUS_SIGNAL + SIGINT;
    forget_background();
    return 0;
}
