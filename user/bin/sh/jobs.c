/* jobs.c - the list of commands in the background, for `&` and wait.
 *
 * Job control (fg, bg, ctrl-z) is not here. A command in the background reads from /dev/null, so
 * that it takes no line of the script and no key of the person away. It does not hear ctrl-c: on a
 * terminal because of its own process group, elsewhere because it ignores it.
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

static struct job *jobs; /* the newest first: process numbers come again */

/* Waits for the job, or (WNOHANG) only looks. Returns its status as far as it is known. */
static int
update(struct job *job, int options)
{
    while (job->status == STILL_RUNNING) {
        int status;
        pid_t pid = waitpid(job->pid, &status, options);
        if (pid == 0) /* WNOHANG: it still runs */
            break;
        if (pid > 0 && options == 0) /* else nobody has asked */
            tell_signal(status);
        if (pid > 0)
            job->status = decode_status(status);
        else if (errno != EINTR)
            job->status = STATUS_NOT_FOUND;
        else if (interrupted)
            return STATUS_SIGNAL + SIGINT;
    }
    return job->status;
}

void
become_background(bool own_group)
{
    if (!own_group) {
        signal(SIGINT, SIG_IGN);
        signal(SIGQUIT, SIG_IGN);
    }
    close(STDIN_FILENO);
    open("/dev/null", O_RDONLY); /* the lowest free descriptor: 0 */
}

/* Looks at the older ones too, or a script that never waits would fill the process table. */
void
remember_background(pid_t pid)
{
    struct job *job = malloc(sizeof(*job));
    if (!job)
        out_of_memory();
    for (struct job *old = jobs; old; old = old->next)
        update(old, WNOHANG);
    *job = (struct job){ .next = jobs, .pid = pid, .status = STILL_RUNNING };
    jobs = job;
    shell.last_background = pid;
    if (shell.interactive)
        fprintf(stderr, "[%d]\n", pid);
}

void
forget_background(void)
{
    jobs = NULL;
}

/* A job is forgotten once its status has been told, as POSIX allows. After ctrl-c it stays in the
 * list: somebody may wait for it again. */
static int
finish(struct job **link)
{
    struct job *job = *link;
    int status = update(job, 0);
    if (job->status == STILL_RUNNING)
        return status;
    *link = job->next;
    free(job);
    return status;
}

int
wait_background(pid_t pid)
{
    struct job **link = &jobs;
    while (*link && (*link)->pid != pid)
        link = &(*link)->next;
    return *link ? finish(link) : STATUS_NOT_FOUND;
}

int
wait_all_background(void)
{
    while (jobs) {
        struct job *job = jobs;
        int status = finish(&jobs);
        if (jobs == job) /* ctrl-c */
            return status;
    }
    return 0;
}
