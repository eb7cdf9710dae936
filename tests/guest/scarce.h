/* scarce.h - a machine without a free page, at the moment when a check wants it.
 *
 * A child, the filler, takes all memory there is. It is the largest process, so it is the one that
 * is killed when a page must be had. The check itself has made sure before that it needs no page
 * but the one in question:
 *
 *     begin();                 notes what is mapped
 *     p = anonymous(1, RW);    mapped later: the page in question
 *     use_up_memory();
 *     ... the call that wants p ...
 *     filler_was_killed();     so memory has really been short
 *
 * Meant for a small machine (tests/host/test_storms.py). */
#pragma once
#include "fixture.h"

#define HOARD                                                                                      \
    400 /* pages of the filler's own: so it is the largest, and can give single ones back */

static int to_filler[2], from_filler[2];
static pid_t filler;
static char areas[8000]; /* /proc/self/maps as it was before the pages in question were mapped */
static char *hole;       /* a page in the middle of one that is not to be touched */

/* A pipe whose page is there already: bytes pass without memory. */
static inline void
make_pipe(int *fds)
{
    char byte = 0;
    OK(pipe(fds));
    EQ(write(fds[1], &byte, 1), 1);
    EQ(read(fds[0], &byte, 1), 1);
}

static inline char
ask(int in, int out, char what)
{
    if (write(out, &what, 1) != 1 || read(in, &what, 1) != 1)
        _exit(9);
    return what;
}

/* Files and pipes take memory without a fault; at last the kernel's small objects are used up. */
static inline void
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
static inline void
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
static inline void
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
static inline void
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
static inline void
filler_was_killed(void)
{
    EQ(STATUS(filler), KILLED(SIGKILL));
}
