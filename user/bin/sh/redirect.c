/*
 * redirect.c - < > >> <> <& >& and here-documents: opening files on the descriptors of a command.
 *
 * A program gets them in the child that will become it. A builtin runs in the shell itself, so the
 * shell keeps copies of what it had, far up and closed on exec, and puts them back.
 * Follows POSIX.1-2017, "Shell Command Language", 2.7 Redirection.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "sh.h"

enum { NEW_FILE_MODE = 0666, DOCUMENT_MODE = 0600 };

static int
open_file(const char *path, int flags)
{
    int fd = open(path, flags, NEW_FILE_MODE);

    if (fd < 0)
        complain("cannot open %s: %s", path, strerror(errno));
    return fd;
}

static bool
write_all(int fd, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t done = write(fd, text, length);
        if (done < 0 && errno != EINTR)
            return false;
        if (done > 0) {
            text += done;
            length -= (size_t)done;
        }
    }
    return true;
}

/* A here-document is a file without a name: a pipe could not hold one of any length. */
static int
open_document(const char *text)
{
    char path[40];

    snprintf(path, sizeof path, "/tmp/.sh-document-%d", (int)getpid());
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL, DOCUMENT_MODE);
    unlink(path);
    if (fd < 0 || !write_all(fd, text, strlen(text)) || lseek(fd, 0, SEEK_SET) != 0) {
        complain("here-document: %s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    return fd;
}

/* Opens what the redirection names: a new descriptor, or -1 after a message. */
static int
open_target(enum redirect_kind kind, const char *target)
{
    switch (kind) {
    case REDIRECT_READ:
        return open_file(target, O_RDONLY);
    case REDIRECT_WRITE:
        return open_file(target, O_WRONLY | O_CREAT | O_TRUNC);
    case REDIRECT_APPEND:
        return open_file(target, O_WRONLY | O_CREAT | O_APPEND);
    case REDIRECT_READ_WRITE:
        return open_file(target, O_RDWR | O_CREAT);
    default:
        return open_document(target);
    }
}

static void
save(int fd, struct saved_fd **saved)
{
    struct saved_fd *s = arena_alloc(sizeof *s);

    s->fd = fd;
    s->copy = fcntl(fd, F_DUPFD_CLOEXEC, SHELL_FD);
    s->next = *saved; /* the newest first: undoing goes backwards */
    *saved = s;
}

static bool
duplicate(int fd, const char *target)
{
    if (strcmp(target, "-") == 0) {
        close(fd);
        return true;
    }
    if (!isdigit(target[0]) || target[1] != '\0' || dup2(target[0] - '0', fd) < 0) {
        complain("%s: not an open descriptor", target);
        return false;
    }
    return true;
}

static bool
redirect_one(const struct redirect *r, const char *target)
{
    if (r->kind == REDIRECT_DUPLICATE)
        return duplicate(r->fd, target);

    int fd = open_target(r->kind, target);
    if (fd < 0)
        return false;
    if (fd != r->fd) {
        dup2(fd, r->fd);
        close(fd);
    }
    return true;
}

bool
redirect(const struct redirect *list, struct saved_fd **saved)
{
    for (const struct redirect *r = list; r != NULL; r = r->next) {
        const char *target = expand_text(r->target);
        if (shell.unwind != RUNNING)
            return false;
        if (saved != NULL)
            save(r->fd, saved);
        if (!redirect_one(r, target))
            return false;
    }
    return true;
}

void
redirect_undo(struct saved_fd *saved)
{
    for (; saved != NULL; saved = saved->next) {
        if (saved->copy >= 0) {
            dup2(saved->copy, saved->fd);
            close(saved->copy);
        } else {
            close(saved->fd);
        }
    }
}
