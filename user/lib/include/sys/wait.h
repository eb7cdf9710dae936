/* sys/wait.h - waiting for a child, and how it ended.
 *
 * Low 7 bits of a status: the signal that killed it (0: it exited, 0x7f: it stopped); 0x80: with
 * a core; bits 8-15: what it gave to exit. Source: wait4(2). */
#pragma once

#include <sys/types.h>
#include <linux/wait.h>

#define WTERMSIG(status)    ((status)&0x7f)
#define WEXITSTATUS(status) (((status) >> 8) & 0xff)
#define WIFEXITED(status)   (WTERMSIG(status) == 0)
#define WIFSTOPPED(status)  (WTERMSIG(status) == 0x7f)
#define WIFSIGNALED(status) (!WIFEXITED(status) && !WIFSTOPPED(status))

pid_t waitpid(pid_t pid, int *status, int options);
