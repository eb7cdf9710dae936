/* check.h - the frame of every guest test: named checks, one verdict line each.
 *
 * A program holds checks written as
 *     TEST(name, "usual cause when it fails", "where to read") { EQ(close(3), 0); ... }
 * and no main(). Each check runs in a process of its own, so one that crashes or hangs costs only
 * itself. Standard output gets one line a check, which tests/host/guest.py turns into one verdict:
 *     ok NAME
 *     not ok NAME: expected E, seen S, usual cause: C, see W (FILE:LINE)
 * `PROG NAME...` runs only those; `PROG @ROLE ARG...` calls role(), for programs that exec
 * themselves. The checks say what Linux does on riscv64, and pass there too; where Postern promises
 * more, or less, a comment before the check says so. */
#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096UL

struct check_test {
    const char *name;
    void (*body)(void);
    const char *cause, *see;
};

/* Defines a check. WHY is the usual cause of its failure, said of the kernel under test ("the
 * mask is ignored"); WHERE is what to read then: a file of the kernel, or FILE:/^name/.
 * tests/host reads the names off the source, so TEST stands at the start of a line. Checks are
 * independent: each may be run alone. The frame finds them as an array of pointers in a section
 * of its own. */
#define TEST(id, why, where)                                                                       \
    static void id(void);                                                                          \
    static const struct check_test check_##id = { #id, id, why, where };                           \
    static const struct check_test *const check_at_##id __attribute__((section("checks"), used)) = \
        &check_##id;                                                                               \
    static void id(void)

/* What the checked process says about its first failure, in memory shared with the frame: this
 * also works in a signal handler, in a second thread and in a child. */
struct check_report {
    int taken; /* by an atomic exchange: two threads may fail at once */
    char text[1000];
};
extern struct check_report *check_report;

/* The path by which this program was started, for execve of itself. Tests add programs as
 * /t/NAME, so it is absolute and chdir does no harm. */
extern char *check_self;

/* A program with roles defines this; its result is the exit status. */
int role(int argc, char **argv);

/* Records the failure (the first one wins) and ends the calling process with status 1. */
void check_fail(const char *file, int line, const char *format, ...)
    __attribute__((noreturn, format(printf, 3, 4)));

/* The comparisons behind the macros below; `seen` also tells errno when it is -1. */
void check_eq(const char *file, int line, const char *what, long seen, long wanted);
long check_ok(const char *file, int line, const char *what, long seen);
void check_err(const char *file, int line, const char *what, long seen, int err, int wanted);

/* Waits for one child and returns its status; fails when there is none. */
int check_wait(const char *file, int line, pid_t pid);

/* The wait status of this child, once it has ended. Compare with EXITED or KILLED below. */
#define STATUS(pid) check_wait(__FILE__, __LINE__, pid)

#define FAIL(...) check_fail(__FILE__, __LINE__, __VA_ARGS__)

/* SEEN equals WANTED, both taken as long. */
#define EQ(seen, wanted)                                                                           \
    check_eq(__FILE__, __LINE__, #seen " == " #wanted, (long)(seen), (long)(wanted))

/* The condition holds. */
#define TRUE(cond)                                                                                 \
    do {                                                                                           \
        if (!(cond))                                                                               \
            FAIL("expected %s, seen the opposite", #cond);                                         \
    } while (0)

/* A call of libc that must not give -1; its value is the expression's. */
#define OK(call) check_ok(__FILE__, __LINE__, #call, (long)(call))

/* A call of libc that must give -1 and this errno. */
#define FAILS(call, wanted)                                                                        \
    do {                                                                                           \
        errno = 0;                                                                                 \
        long seen_ = (long)(call);                                                                 \
        check_err(__FILE__, __LINE__, #call, seen_, errno, wanted);                                \
    } while (0)

/* A raw call (sys() below), that must give this negative errno. */
#define ERR(call, wanted)                                                                          \
    do {                                                                                           \
        long seen_ = (long)(call);                                                                 \
        int err_ = seen_ < 0 && seen_ > -4096 ? -seen_ : 0;                                        \
        check_err(__FILE__, __LINE__, #call, err_ ? -1 : seen_, err_, wanted);                     \
    } while (0)

/* Runs the block in a child process and gives its wait status, 0 if the block ended. EQ and
 * friends work inside: a failure there is the check's. What the block changes is seen outside
 * only in memory that is shared, for the child has a copy of all else. */
#define IN_CHILD(...)                                                                              \
    ({                                                                                             \
        pid_t pid_ = fork();                                                                       \
        if (pid_ == 0) {                                                                           \
            __VA_ARGS__;                                                                           \
            _exit(0);                                                                              \
        }                                                                                          \
        check_wait(__FILE__, __LINE__, (pid_t)OK(pid_));                                           \
    })

#define EXITED(n)   ((n) << 8)
#define KILLED(sig) (sig)

/* One system call with nothing of libc round it: the result, or the negative errno. For what
 * libc refuses by itself, changes, or answers without the kernel. Missing arguments are 0, not
 * leftovers of a register. */
#define SYS7(n, a, b, c, d, e, f, ...)                                                             \
    check_sys((long)(n), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define sys(...) SYS7(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)

static inline long
check_sys(long n, long a, long b, long c, long d, long e, long f)
{
    register long a0 __asm__("a0") = a;
    register long a1 __asm__("a1") = b;
    register long a2 __asm__("a2") = c;
    register long a3 __asm__("a3") = d;
    register long a4 __asm__("a4") = e;
    register long a5 __asm__("a5") = f;
    register long a7 __asm__("a7") = n;
    __asm__ volatile("ecall"
                     : "+r"(a0)
                     : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a7)
                     : "memory");
    return a0;
}
