/* init - the first process: runs one command as its only child, then says how that ended.
 *
 * Not a service manager. The kernel starts it with no open file; tools/run and tools/image leave
 * word for it in files (tools/lib/guest.py): /run/argv, /run/term and /run/winsize. The command's
 * descriptors 0 to 2 are the machine's clean byte ports, or the console as a controlling terminal
 * when there are none. When the command ends, how it did goes to the port postern.status, which
 * knows more than an exit status can tell; init's own status is the shell's, and the kernel powers
 * off with it. Follows POSIX.1-2017, "Exit Status for Commands". */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PORT_IN     "/dev/virtio-ports/postern.in"
#define PORT_OUT    "/dev/virtio-ports/postern.out"
#define PORT_STATUS "/dev/virtio-ports/postern.status"
#define CONSOLE     "/dev/console"

enum { NOT_EXECUTABLE = 126, NOT_FOUND = 127, SIGNALLED = 128 };

static char *default_argv[] = { "/bin/sh", NULL };
static char term[64] = "TERM=linux";
static char *environment[] = { "PATH=/bin:/usr/bin", "HOME=/root", term, NULL };

/* Reads up to size-1 bytes of a file and ends them with a NUL. The count, 0 when there is none. */
static size_t
slurp(const char *path, char *to, size_t size)
{
    size_t have = 0;
    ssize_t n = 1;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && have < size - 1 && n > 0) {
        n = read(fd, to + have, size - 1 - have);
        have += n > 0 ? (size_t)n : 0;
    }
    if (fd >= 0)
        close(fd);
    to[have] = '\0';
    return have;
}

/* The words of /run/argv, each ended by a NUL there; a shell when there is no such file. */
static char **
command_words(void)
{
    struct stat file;
    size_t count = 0, next = 0;
    if (stat("/run/argv", &file) != 0 || file.st_size == 0)
        return default_argv;
    char *words = malloc((size_t)file.st_size + 1);
    if (!words)
        return default_argv;
    size_t size = slurp("/run/argv", words, (size_t)file.st_size + 1);
    for (size_t i = 0; i < size; i++)
        count += !words[i];
    char **argv = calloc(count + 1, sizeof(*argv));
    for (size_t i = 0; argv && i < count; i++) {
        argv[i] = words + next;
        next += strlen(argv[i]) + 1;
    }
    return argv && count > 0 ? argv : default_argv;
}

/* Makes `path` the descriptor `fd`, in the place of what was there. 0 or -1. */
static int
open_as(const char *path, int flags, int fd)
{
    int got = open(path, flags);
    if (got < 0 || got == fd)
        return got < 0 ? -1 : 0;
    int result = dup2(got, fd);
    close(got);
    return result < 0 ? -1 : 0;
}

/* Nothing of init's own may land on 0 to 2, where the child puts the command's. */
static void
fill_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        open_as("/dev/null", O_RDWR, fd);
}

/* The console becomes this session's terminal, as large as /run/winsize says: "ROWS COLUMNS". */
static int
open_console(void)
{
    char text[16], *end;
    struct winsize size = { 0 };
    if (open_as(CONSOLE, O_RDWR, STDIN_FILENO) != 0)
        return -1;
    ioctl(STDIN_FILENO, TIOCSCTTY, 0);
    if (slurp("/run/winsize", text, sizeof(text)) > 0) {
        size.ws_row = (unsigned short)strtol(text, &end, 10);
        size.ws_col = (unsigned short)strtol(end, NULL, 10);
        ioctl(STDIN_FILENO, TIOCSWINSZ, &size);
    }
    return dup2(STDIN_FILENO, STDOUT_FILENO) < 0 ? -1 : 0;
}

/* An input that had ended before the machine started has no port at all. */
static int
open_ports(void)
{
    if (open_as(PORT_OUT, O_WRONLY, STDOUT_FILENO) != 0)
        return -1;
    if (open_as(PORT_IN, O_RDONLY, STDIN_FILENO) == 0)
        return 0;
    return open_as("/dev/null", O_RDONLY, STDIN_FILENO);
}

/* In the child: a session of its own, three descriptors, the command. Only a failure comes back,
 * as an errno through `report`, which a successful exec closes. */
_Noreturn static void
become(char **argv, int report)
{
    int error = 0;
    setsid();
    if (access(PORT_OUT, W_OK) == 0 ? open_ports() : open_console())
        error = errno;
    if (error == 0 && dup2(STDOUT_FILENO, STDERR_FILENO) < 0)
        error = errno;
    if (error == 0) {
        environ = environment;
        execvp(argv[0], argv);
        error = errno;
    }
    write(report, &error, sizeof(error));
    _exit(error == ENOENT ? NOT_FOUND : NOT_EXECUTABLE);
}

/* Starts the command. Returns 0, or why it could not be started; then *child has ended already. */
static int
start(char **argv, pid_t *child)
{
    int report[2], error = 0;
    if (pipe2(report, O_CLOEXEC) != 0 || (*child = fork()) < 0)
        return errno;
    if (*child == 0)
        become(argv, report[1]);
    close(report[1]);
    if (read(report[0], &error, sizeof(error)) != sizeof(error))
        error = 0;
    close(report[0]);
    return error;
}

/* Waits for the command and buries every orphan on the way. The command's wait status. */
static int
reap_until(pid_t command)
{
    int status = 0;
    pid_t ended;
    do
        ended = waitpid(-1, &status, 0);
    while (ended != command && (ended > 0 || errno == EINTR));
    return status;
}

/* Says it in words to tools/run, or, where nobody has that port, on the console. */
static void
tell(const char *name, const char *word, int number, int error)
{
    char line[256];
    int fd = open(PORT_STATUS, O_WRONLY | O_CLOEXEC);
    if (fd >= 0)
        snprintf(line, sizeof(line), "%s %d\n", word, number);
    else if (error != 0 && (fd = open(CONSOLE, O_WRONLY | O_CLOEXEC)) >= 0)
        snprintf(line, sizeof(line), "init: %.200s: %s\n", name, strerror(error));
    if (fd >= 0)
        write(fd, line, strlen(line));
}

/* The answer goes to the port before init ends, because with init the kernel powers off. */
int
main(void)
{
    char **argv = command_words();
    char value[sizeof(term) - sizeof("TERM=")];
    pid_t command = -1;
    umask(022);
    fill_standard_descriptors();
    if (slurp("/run/term", value, sizeof(value)) > 0)
        snprintf(term, sizeof(term), "TERM=%s", value);
    int error = start(argv, &command);
    if (error == ENOENT) {
        tell(argv[0], "notfound", 0, error);
        return NOT_FOUND;
    }
    if (error != 0) {
        tell(argv[0], "noexec", error, error);
        return NOT_EXECUTABLE;
    }
    int status = reap_until(command);
    if (WIFSIGNALED(status)) {
        tell(argv[0], "signal", WTERMSIG(status), 0);
        return SIGNALLED + WTERMSIG(status);
    }
    tell(argv[0], "exit", WEXITSTATUS(status), 0);
    return WEXITSTATUS(status);
}
