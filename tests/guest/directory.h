/* directory.h - a directory of a check's own, and small files in it.
 *
 * Used by dirs.c, getdents.c and open.c. What is left in /tmp goes with the machine. */
#pragma once
#include "check.h"
#include <sys/stat.h>

/* A fresh directory of this check's own becomes the working directory, so that names may be
 * short and checks do not meet; the pid is for a second run on the same /tmp. */
static inline void
enter(const char *name)
{
    char path[100];
    snprintf(path, sizeof(path), "/tmp/dirs.%s.%d", name, getpid());
    OK(mkdir(path, 0755));
    OK(chdir(path));
}

/* The file NAME has this text and no more. */
static inline void
put(const char *name, const char *text)
{
    int fd = OK(open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644));
    EQ(write(fd, text, strlen(text)), strlen(text));
    OK(close(fd));
}

/* Which of the files that share a name over time this one is. */
static inline char
first_byte(const char *name)
{
    char byte = 0;
    int fd = OK(open(name, O_RDONLY));
    EQ(read(fd, &byte, 1), 1);
    close(fd);
    return byte;
}
