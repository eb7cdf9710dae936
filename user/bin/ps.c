/* ps.c - the processes: number, parent, state, command.
 *
 * They come from /proc/N/stat and /proc/N/cmdline (proc(5)). States are Linux's letters: R runs or
 * could, S waits, T stopped, Z ended and not yet waited for. A process without a command line is
 * shown by its name, in brackets. A process that ends while ps looks is left out. */

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Reads the beginning of /proc/PID/NAME as a text. Returns its length, or -1. */
static ssize_t
read_file(const char *pid, const char *name, char *to, size_t size)
{
    char path[300];
    snprintf(path, sizeof(path), "/proc/%s/%s", pid, name);
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return -1;
    ssize_t length = read(fd, to, size - 1);
    close(fd);
    if (length >= 0)
        to[length] = '\0';
    return length;
}

/* In the file each argument has a zero at its end. */
static void
print_command(const char *pid, const char *name)
{
    char line[256];
    ssize_t length = read_file(pid, "cmdline", line, sizeof(line));
    if (length <= 0) {
        printf("[%s]\n", name);
        return;
    }
    if (!line[length - 1]) /* no zero stands there when the line was too long for us */
        length--;
    for (ssize_t i = 0; i < length; i++)
        if (!isprint(line[i])) /* a zero, or the beginning of a sequence for the terminal */
            line[i] = ' ';
    printf("%s\n", line);
}

/* The file stat is `PID (NAME) STATE PPID ...`. NAME may hold blanks and parentheses: only the last
 * parenthesis ends it. */
static void
print_process(const char *pid)
{
    char stat[512];
    if (read_file(pid, "stat", stat, sizeof(stat)) <= 0)
        return;
    char *name = strchr(stat, '(');
    char *end = strrchr(stat, ')');
    if (!name || !end || !end[1] || !end[2])
        return;
    *end = '\0';
    printf("%5s %5ld %c    ", pid, strtol(end + 3, NULL, 10), end[2]);
    print_command(pid, name + 1);
}

/* Compares numbers: readdir gives /proc in any order. */
static int
compare(const void *a, const void *b)
{
    long left = *(const long *)a;
    long right = *(const long *)b;
    return (left > right) - (left < right);
}

struct pids {
    long *list;
    size_t count, room;
};

/* Adds a number. 0, or -1 without memory. */
static int
add(struct pids *pids, long pid)
{
    if (pids->count == pids->room) {
        pids->room = 2 * pids->room + 64;
        pids->list = realloc(pids->list, pids->room * sizeof(*pids->list));
        if (!pids->list)
            return -1;
    }
    pids->list[pids->count++] = pid;
    return 0;
}

/* Collects the numbers of the processes, which are names of folders in /proc. 0 or -1. */
static int
find_processes(struct pids *pids)
{
    DIR *folder = opendir("/proc");
    if (!folder)
        return -1;
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        if (!isdigit(entry->d_name[0]))
            continue;
        if (add(pids, strtol(entry->d_name, NULL, 10)) != 0)
            return -1;
    }
    closedir(folder);
    return 0;
}

/* The list is a picture taken over some time: a process may be gone when its turn comes, and is
 * left out then. Arguments are ignored, for the fingers that type `ps aux`. */
int
main(void)
{
    struct pids pids = { 0 };
    if (find_processes(&pids) != 0) {
        fprintf(stderr, "ps: /proc: %s\n", strerror(errno));
        return 1;
    }
    qsort(pids.list, pids.count, sizeof(*pids.list), compare);
    printf("  PID  PPID STAT CMD\n");
    for (size_t i = 0; i < pids.count; i++) {
        char pid[24];
        snprintf(pid, sizeof(pid), "%ld", pids.list[i]);
        print_process(pid);
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
