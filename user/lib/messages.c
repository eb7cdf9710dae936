/*
 * messages.c - errors and signals in words. The words are Linux's, because people search for them.
 *
 * Each table holds what our kernel and programs really produce; the rest has one text for all.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define PICK(table, number, other)                                                              \
    ((size_t)(number) < sizeof(table) / sizeof(*table) && table[number] ? (char *)table[number] \
                                                                        : other)

char *
strerror(int error)
{
    static const char *const texts[] = {
        [0] = "Success",
        [EPERM] = "Operation not permitted",
        [ENOENT] = "No such file or directory",
        [ESRCH] = "No such process",
        [EINTR] = "Interrupted system call",
        [EIO] = "Input/output error",
        [E2BIG] = "Argument list too long",
        [ENOEXEC] = "Exec format error",
        [EBADF] = "Bad file descriptor",
        [ECHILD] = "No child processes",
        [EAGAIN] = "Resource temporarily unavailable",
        [ENOMEM] = "Cannot allocate memory",
        [EACCES] = "Permission denied",
        [EFAULT] = "Bad address",
        [EEXIST] = "File exists",
        [ENOTDIR] = "Not a directory",
        [EISDIR] = "Is a directory",
        [EINVAL] = "Invalid argument",
        [EMFILE] = "Too many open files",
        [ENOTTY] = "Inappropriate ioctl for device",
        [ENOSPC] = "No space left on device",
        [ESPIPE] = "Illegal seek",
        [EROFS] = "Read-only file system",
        [EPIPE] = "Broken pipe",
        [ERANGE] = "Numerical result out of range",
        [ENAMETOOLONG] = "File name too long",
        [ENOSYS] = "Function not implemented",
        [ENOTEMPTY] = "Directory not empty",
        [ELOOP] = "Too many levels of symbolic links",
        [ETIMEDOUT] = "Connection timed out",
    };
    return PICK(texts, error, "Unknown error");
}

char *
strsignal(int signal)
{
    static const char *const texts[] = {
        [SIGHUP] = "Hangup",
        [SIGINT] = "Interrupt",
        [SIGQUIT] = "Quit",
        [SIGILL] = "Illegal instruction",
        [SIGTRAP] = "Trace/breakpoint trap",
        [SIGABRT] = "Aborted",
        [SIGBUS] = "Bus error",
        [SIGFPE] = "Floating point exception",
        [SIGKILL] = "Killed",
        [SIGUSR1] = "User defined signal 1",
        [SIGSEGV] = "Segmentation fault",
        [SIGUSR2] = "User defined signal 2",
        [SIGPIPE] = "Broken pipe",
        [SIGALRM] = "Alarm clock",
        [SIGTERM] = "Terminated",
    };
    return PICK(texts, signal, "Unknown signal");
}

void
perror(const char *what)
{
    fprintf(stderr, "%s%s%s\n", what ? what : "", what && *what ? ": " : "", strerror(errno));
}
