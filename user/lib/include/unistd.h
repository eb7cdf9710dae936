/* unistd.h - processes, files and the system call itself, as POSIX and Linux's manual describe.
 *
 * Each function returns -1 with errno set when the kernel refuses. */
#pragma once

#include <sys/types.h>
#include <asm/unistd.h>

#define STDIN_FILENO  0
#define STDOUT_FILENO 1
#define STDERR_FILENO 2

#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2

#define X_OK 1
#define W_OK 2
#define R_OK 4

extern char **environ; /* NAME=VALUE strings, NULL at the end; see getenv of <stdlib.h> */

/* Any system call, by its number of <asm/unistd.h>; for those that have no function here. */
long syscall(long number, ...);

/* Files. Sizes in bytes; fewer than asked for is no error, 0 from read is the end. */
ssize_t read(int fd, void *to, size_t size);
ssize_t write(int fd, const void *from, size_t size);
ssize_t pread(int fd, void *to, size_t size, off_t at);
int close(int fd);
off_t lseek(int fd, off_t offset, int whence);
int dup2(int from, int to);
int dup3(int from, int to, int flags);
int pipe(int fds[2]);
int pipe2(int fds[2], int flags);
int isatty(int fd);
int access(const char *path, int mode);
int unlink(const char *path);
ssize_t readlink(const char *restrict path, char *restrict to, size_t size);
int chdir(const char *path);
char *getcwd(char *to, size_t size); /* to must not be NULL */

/* Processes. exec returns only when it fails; execvp looks through PATH. */
pid_t fork(void);
int execve(const char *path, char *const argv[], char *const envp[]);
int execvp(const char *name, char *const argv[]);
_Noreturn void _exit(int status);
pid_t getpid(void);
pid_t getppid(void);
int setpgid(pid_t pid, pid_t group);
pid_t setsid(void);
pid_t tcgetpgrp(int fd);
int tcsetpgrp(int fd, pid_t group);
