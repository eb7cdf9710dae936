/* redirect.c - < > >> <& >&: opening files on the descriptors of a command.
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
    bool digit = isdigit(target[0]) && !target[1];
    if (strcmp(target, "-") == 0) {
        close(fd);
        return true;
    }
    return (digit && dup2(target[0] - '0', fd) >= 0) ||
           complain(false, "%s: not an open descriptor", target);
}

/* open gives the lowest free descriptor, which is the wanted one only by luck. */
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

/* From left to right, each seeing what the one before has done. After a failure the rest is left
 * undone, and with it the command. */
bool
redirect(const struct redirect *list, struct saved_fd **saved)
{
    static const int flags[] = {
        [REDIRECT_READ] = O_RDONLY,
        [REDIRECT_WRITE] = O_WRONLY | O_CREAT | O_TRUNC,
        [REDIRECT_APPEND] = O_WRONLY | O_CREAT | O_APPEND,
    };
    bool good = true;
    for (const struct redirect *r = list; r && good; r = r->next) {
        const char *target = expand_text(r->target);
        if (shell.unwind != RUNNING)
            return false;
        if (saved) { /* a copy above 9, or the note that it was closed */
            struct saved_fd *s = arena_alloc(sizeof(*s));
            *s = (struct saved_fd){ r->fd, fcntl(r->fd, F_DUPFD_CLOEXEC, SHELL_FD), *saved };
            *saved = s; /* the newest first: undoing goes backwards */
        }
        good = r->kind == REDIRECT_DUPLICATE ? duplicate(r->fd, target)
                                             : open_on(r->fd, target, flags[r->kind]);
    }
    return good;
}

/* What had been closed before is closed again. */
void
redirect_undo(struct saved_fd *saved)
{
    for (; saved; saved = saved->next) {
        if (saved->copy >= 0)
            dup2(saved->copy, saved->fd);
        close(saved->copy >= 0 ? saved->copy : saved->fd);
    }
}
