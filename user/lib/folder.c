/* folder.c - opendir, readdir, closedir: one buffer of entries at a time from getdents64.
 *
 * The kernel's entries are handed out where they lie. Source: getdents64(2). */

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

struct DIR {
    int fd;
    long next, end; /* offsets of unread entries in the buffer, bytes */
    char buffer[2048] __attribute__((aligned(8)));
};

DIR *
opendir(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    DIR *folder = calloc(1, sizeof(*folder));
    if (!folder) {
        close(fd);
        return NULL;
    }
    folder->fd = fd;
    return folder;
}

/* The entry stays in the buffer, and is lost when the buffer is filled again. */
struct dirent *
readdir(DIR *folder)
{
    if (folder->next == folder->end) {
        folder->next = folder->end = 0;
        long size = syscall(__NR_getdents64, folder->fd, folder->buffer, sizeof(folder->buffer));
        if (size <= 0)
            return NULL;
        folder->end = size;
    }
    struct dirent *entry = (struct dirent *)(folder->buffer + folder->next);
    folder->next += entry->d_reclen;
    return entry;
}

int
closedir(DIR *folder)
{
    int fd = folder->fd;
    free(folder);
    return close(fd);
}
