/* redirect.c - < > >> >| <> << <& >&: opening files on the descriptors of a command.
 *
 * A program gets them in the child that will become it. A builtin runs in the shell itself, so the
 * shell keeps copies of what it had, far up and closed on exec, and puts them back.
 * Follows POSIX.1-2017, "Shell Command Language", 2.7 Redirection. */

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "sh.h"

enum { NEW_FILE_MODE = 0666 };

/* `2>&1`, and `2>&-`, which closes. */
static bool
duplicate(int fd, const char *target)
{
    if (strcmp(target, "-") == 0) {
        close(fd);
        return true;
    }
    bool digit = isdigit(target[0]) && !target[1];
    if (digit && dup2(target[0] - '0', fd) >= 0)
        return true;
    return complain(false, "%s: not an open descriptor", target);
}

/* open gives the lowest free descriptor. When that is not the wanted one, it is moved there. */
static bool
open_on(int fd, const char *path, int flags)
{
    int opened = open(path, flags, NEW_FILE_MODE);
    if (opened < 0)
        return complain(false, "cannot open %s: %s", path, strerror(errno));
    if (opened != fd) {
        dup2(opened, fd);
        close(opened);
    }
    return true;
}

/* A here-document is a file whose name is taken away at once. In a pipe a long one would have to
 * wait for its reader, who has not even begun. */
static bool
open_text(int fd, const char *text)
{
    const char *path = join("/tmp/sh-", number_text(getpid()), "");
    size_t size = strlen(text);
    if (!open_on(fd, path, O_RDWR | O_CREAT | O_TRUNC))
        return false;
    unlink(path);
    if (write(fd, text, size) != (ssize_t)size)
        return complain(false, "cannot write a here-document: %s", strerror(errno));
    lseek(fd, 0, SEEK_SET);
    return true;
}

/* Keeps a copy of a descriptor above 9, or (copy -1) the note that it was closed. The newest stands
 * first in the list: undoing goes backwards. */
static void
save(int fd, struct saved_fd **saved)
{
    struct saved_fd *s = arena_alloc(sizeof(*s));
    s->fd = fd;
    s->copy = fcntl(fd, F_DUPFD_CLOEXEC, SHELL_FD);
    s->next = *saved;
    *saved = s;
}

static bool
apply(const struct redirect *r, const char *target)
{
    static const int flags[] = {
        [REDIRECT_READ] = O_RDONLY,
        [REDIRECT_WRITE] = O_WRONLY | O_CREAT | O_TRUNC,
        [REDIRECT_APPEND] = O_WRONLY | O_CREAT | O_APPEND,
        [REDIRECT_BOTH] = O_RDWR | O_CREAT,
    };
    if (r->kind == REDIRECT_DUPLICATE)
        return duplicate(r->fd, target);
    if (r->kind == REDIRECT_HERE || r->kind == REDIRECT_HERE_TABS)
        return open_text(r->fd, target);
    return open_on(r->fd, target, flags[r->kind]);
}

/* They are made from left to right: each sees what the one before has done. After a failure the
 * rest is left undone, and the command is not run. */
bool
redirect(const struct redirect *list, struct saved_fd **saved)
{
    for (const struct redirect *r = list; r; r = r->next) {
        const char *target = expand_text(r->target);
        if (shell.unwind != RUNNING)
            return false;
        if (saved)
            save(r->fd, saved);
        if (!apply(r, target))
            return false;
    }
    return true;
}

/* A descriptor that had been closed before is closed again. */
void
redirect_undo(struct saved_fd *saved)
{
    for (; saved; saved = saved->next) {
        if (saved->copy < 0) {
            close(saved->fd);
            continue;
        }
        dup2(saved->copy, saved->fd);
        close(saved->copy);
    }
}
