/* init.c - the first process: runs one command, then says how that ended.
 *
 * It is no service manager. The kernel starts it with no open file; tools/run and tools/image leave
 * word for it in files (tools/lib/guest.py): /run/argv, /run/term and /run/winsize. The command's
 * descriptors 0 to 2 are the machine's clean byte ports, or the console as a controlling terminal
 * when there are none. How the command ended goes to the port postern.status, because an exit
 * status cannot tell everything; init's own status is that of a shell, and the kernel powers off
 * with it. Follows POSIX.1-2017, "Exit Status for Commands". */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
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

/* A login shell: a `-` before its name, as Unix has always marked the first one of a session. */
static char *default_argv[] = { "-sh", NULL };
static char term[64] = "TERM=linux";
static char *environment[] = { "PATH=/bin:/usr/bin", "HOME=/root", term, NULL };

/* Reads up to size-1 bytes of a file and ends them with a NUL. Returns how many it read; 0 also
 * when there is no such file. */
static size_t
slurp(const char *path, char *to, size_t size)
{
    size_t have = 0;
    to[0] = '\0';
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    while (have < size - 1) {
        ssize_t n = read(fd, to + have, size - 1 - have);
        if (n <= 0)
            break;
        have += n;
    }
    close(fd);
    to[have] = '\0';
    return have;
}

/* The list of the words in [words, words + size), each of which ends with a NUL; the shell when
 * there are none. */
static char **
split_words(char *words, size_t size)
{
    size_t count = 0;
    for (size_t i = 0; i < size; i++)
        count += !words[i];
    char **argv = calloc(count + 1, sizeof(*argv));
    if (!argv || count == 0)
        return default_argv;
    for (size_t i = 0; i < count; i++) {
        argv[i] = words;
        words += strlen(words) + 1;
    }
    return argv;
}

/* The words of /run/argv; a shell when there is no such file. */
static char **
command_words(void)
{
    struct stat file;
    if (stat("/run/argv", &file) != 0 || file.st_size == 0)
        return default_argv;
    char *words = malloc(file.st_size + 1);
    if (!words)
        return default_argv;
    size_t size = slurp("/run/argv", words, file.st_size + 1);
    return split_words(words, size);
}

/* Makes `path` the descriptor `fd`, in the place of what was there. 0 or -1. */
static int
open_as(const char *path, int flags, int fd)
{
    int got = open(path, flags);
    if (got < 0)
        return -1;
    if (got == fd)
        return 0;
    int result = dup2(got, fd);
    close(got);
    return result < 0 ? -1 : 0;
}

/* Fills 0 to 2, so that no descriptor of init's own lands where the child puts the command's. */
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
        size.ws_row = strtol(text, &end, 10);
        size.ws_col = strtol(end, NULL, 10);
        ioctl(STDIN_FILENO, TIOCSWINSZ, &size);
    }
    return dup2(STDIN_FILENO, STDOUT_FILENO) < 0 ? -1 : 0;
}

/* Opens the clean byte ports. An input that had ended before the machine started has no port at
 * all; then /dev/null is the input. */
static int
open_ports(void)
{
    if (open_as(PORT_OUT, O_WRONLY, STDOUT_FILENO) != 0)
        return -1;
    if (open_as(PORT_IN, O_RDONLY, STDIN_FILENO) == 0)
        return 0;
    return open_as("/dev/null", O_RDONLY, STDIN_FILENO);
}

/* Opens the command's descriptors 0 to 2. 0 or -1. */
static int
open_descriptors(void)
{
    bool ports = access(PORT_OUT, W_OK) == 0;
    int result = ports ? open_ports() : open_console();
    if (result != 0)
        return -1;
    return dup2(STDOUT_FILENO, STDERR_FILENO) < 0 ? -1 : 0;
}

/* In the child: a session of its own, three descriptors, the command. Only a failure comes back,
 * as an errno through `report`, which a successful exec closes. */
_Noreturn static void
become(char **argv, int report)
{
    setsid();
    if (open_descriptors() == 0) {
        environ = environment;
        execvp(argv == default_argv ? "/bin/sh" : argv[0], argv);
    }
    int error = errno;
    write(report, &error, sizeof(error));
    _exit(error == ENOENT ? NOT_FOUND : NOT_EXECUTABLE);
}

/* Starts the command. Returns 0, or the errno that tells why it could not be started; then *child
 * has ended already. */
static int
start(char **argv, pid_t *child)
{
    int report[2];
    int error = 0;
    if (pipe2(report, O_CLOEXEC) != 0)
        return errno;
    *child = fork();
    if (*child < 0)
        return errno;
    if (*child == 0)
        become(argv, report[1]);
    close(report[1]);
    ssize_t size = read(report[0], &error, sizeof(error));
    close(report[0]);
    return size == sizeof(error) ? error : 0;
}

/* Waits for the command, and on the way for every orphan. Returns the command's wait status. */
static int
reap_until(pid_t command)
{
    int status = 0;
    for (;;) {
        pid_t ended = waitpid(-1, &status, 0);
        if (ended == command)
            return status;
        if (ended < 0 && errno != EINTR)
            return status;
    }
}

/* Writes a line to a device; false when the machine has no such device. */
static bool
say(const char *device, const char *line)
{
    int fd = open(device, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    write(fd, line, strlen(line));
    close(fd);
    return true;
}

/* Tells tools/run how the command ended; false when nobody listens at that port. */
static bool
tell(const char *word, int number)
{
    char line[32];
    snprintf(line, sizeof(line), "%s %d\n", word, number);
    return say(PORT_STATUS, line);
}

/* Tells that the command could not be started; where nobody listens, on the console. */
static void
tell_failure(const char *word, int number, const char *name, int error)
{
    char line[256];
    if (tell(word, number))
        return;
    snprintf(line, sizeof(line), "init: %.200s: %s\n", name, strerror(error));
    say(CONSOLE, line);
}

/* The end that `poweroff` asks for is an orderly one, whatever still runs. */
static void
on_poweroff(int signal)
{
    tell("exit", 0);
    _exit(0);
}

/* The answer goes to the port before init ends, because the kernel powers off when it does. */
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
    signal(SIGUSR2, on_poweroff); /* as busybox's init has it; exec gives the command the default */
    int error = start(argv, &command);
    if (error == ENOENT) {
        tell_failure("notfound", 0, argv[0], error);
        return NOT_FOUND;
    }
    if (error != 0) {
        tell_failure("noexec", error, argv[0], error);
        return NOT_EXECUTABLE;
    }
    int status = reap_until(command);
    if (WIFSIGNALED(status)) {
        tell("signal", WTERMSIG(status));
        return SIGNALLED + WTERMSIG(status);
    }
    tell("exit", WEXITSTATUS(status));
    return WEXITSTATUS(status);
}
