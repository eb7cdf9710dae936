/* ps - the processes: number, parent, state, command, from /proc/N/stat and /proc/N/cmdline.
 *
 * States are Linux's letters: R runs or could, S waits, T stopped, Z ended and not yet waited for.
 * A process without a command line is shown by its name, in brackets. See proc(5). A process that
 * ends while ps looks is left out. */

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

/* The arguments stand in the file each with a zero at its end. */
static void
print_command(const char *pid, const char *name)
{
    char line[256];
    ssize_t length = read_file(pid, "cmdline", line, sizeof(line));
    if (length <= 0) {
        printf("[%s]\n", name);
        return;
    }
    if (!line[length - 1]) /* else the line was too long for us */
        length--;
    for (ssize_t i = 0; i < length; i++)
        if (!isprint(line[i])) /* nor may an argument send the terminal a sequence */
            line[i] = ' ';
    printf("%s\n", line);
}

/* stat is `PID (NAME) STATE PPID ...`, and NAME may hold blanks and parentheses: the last one ends
 * it. */
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

/* By number: readdir gives /proc in any order. */
static int
compare(const void *a, const void *b)
{
    long left = *(const long *)a, right = *(const long *)b;
    return (left > right) - (left < right);
}

/* Collects the numbers of the processes; *pids is allocated. Returns how many, or -1. */
static long
find_processes(long **pids)
{
    DIR *folder = opendir("/proc");
    struct dirent *entry;
    long count = 0, room = 0;
    *pids = NULL;
    if (!folder)
        return -1;
    while ((entry = readdir(folder)) != NULL) {
        if (!isdigit(entry->d_name[0]))
            continue;
        if (count == room) {
            room = 2 * room + 64;
            *pids = realloc(*pids, (size_t)room * sizeof(**pids));
            if (!*pids)
                return -1;
        }
        (*pids)[count++] = strtol(entry->d_name, NULL, 10);
    }
    closedir(folder);
    return count;
}

/* The list is a picture taken over some time: a process may be gone when its turn comes, and is
 * left out then. Arguments are ignored, for the fingers that type `ps aux`. */
int
main(void)
{
    long *pids;
    long count = find_processes(&pids);
    if (count < 0) {
        fprintf(stderr, "ps: /proc: %s\n", strerror(errno));
        return 1;
    }
    qsort(pids, (size_t)count, sizeof(*pids), compare);
    printf("  PID  PPID STAT CMD\n");
    for (long i = 0; i < count; i++) {
        char pid[24];
        snprintf(pid, sizeof(pid), "%ld", pids[i]);
        print_process(pid);
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
