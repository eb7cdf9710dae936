/* messages.c - errors and signals in words. The words are Linux's, because people search for them.
 *
 * Each list is one string of texts in the order of their numbers, a zero byte behind each: a table
 * of pointers would cost the loader a relocation for every text at every start of a program. */

#include <string.h>

static const char errors[] =
    "Success\0Operation not permitted\0No such file or directory\0No such process\0"
    "Interrupted system call\0Input/output error\0No such device or address\0"
    "Argument list too long\0Exec format error\0Bad file descriptor\0No child processes\0"
    "Resource temporarily unavailable\0Cannot allocate memory\0Permission denied\0Bad address\0"
    "Block device required\0Device or resource busy\0File exists\0Invalid cross-device link\0"
    "No such device\0Not a directory\0Is a directory\0Invalid argument\0"
    "Too many open files in system\0Too many open files\0Inappropriate ioctl for device\0"
    "Text file busy\0File too large\0No space left on device\0Illegal seek\0"
    "Read-only file system\0Too many links\0Broken pipe\0Numerical argument out of domain\0"
    "Numerical result out of range\0Resource deadlock avoided\0File name too long\0"
    "No locks available\0Function not implemented\0Directory not empty\0"
    "Too many levels of symbolic links";

static const char signals[] =
    "Unknown signal\0Hangup\0Interrupt\0Quit\0Illegal instruction\0Trace/breakpoint trap\0Aborted\0"
    "Bus error\0Floating point exception\0Killed\0User defined signal 1\0Segmentation fault\0"
    "User defined signal 2\0Broken pipe\0Alarm clock\0Terminated\0Stack fault\0Child exited\0"
    "Continued\0Stopped (signal)\0Stopped\0Stopped (tty input)\0Stopped (tty output)\0"
    "Urgent I/O condition\0CPU time limit exceeded\0File size limit exceeded\0"
    "Virtual timer expired\0Profiling timer expired\0Window changed\0I/O possible\0"
    "Power failure\0Bad system call";

/* Text number `number` of the list [text, end); `other` when the list has no such, be it negative
 * or too large. */
static char *
pick(const char *text, const char *end, int number, const char *other)
{
    for (; text < end && number != 0; number--)
        text += strlen(text) + 1;
    return (char *)(text < end ? text : other);
}

char *
strerror(int error)
{
    return pick(errors, errors + sizeof(errors), error, "Unknown error");
}

char *
strsignal(int signal)
{
    return pick(signals, signals + sizeof(signals), signal, "Unknown signal");
}
