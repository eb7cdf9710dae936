/* dirent.h - reading a folder, entry by entry, over getdents64.
 *
 * The entries are the kernel's own, "." and ".." among them, in the order of its file system. */
#pragma once

#include <sys/types.h>

struct dirent { /* Linux's struct linux_dirent64 */
    ino_t d_ino;
    off_t d_off;
    unsigned short d_reclen;
    unsigned char d_type;
    char d_name[256];
};

typedef struct DIR DIR;

/* NULL with errno set when there is no such folder. What it returns is closedir's to free. */
DIR *opendir(const char *path);
/* NULL at the end, and with errno set on an error. The entry lives until the next call. */
struct dirent *readdir(DIR *folder);
int closedir(DIR *folder);
