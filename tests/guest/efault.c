/* efault.c - every pointer argument of every call, given addresses that the caller may not use.
 *
 * Kinds: NULL, one below the end of user space, not canonical, the kernel's half, PROT_NONE,
 * just unmapped; for results also a read-only page, and an object whose second half is not
 * mapped. The wanted answer is EFAULT each time, and the kernel lives: one unchecked pointer is
 * a way to read or write all of it. (The vDSO answers a bad pointer by SIGSEGV, because nobody
 * checks it there.) Pages that come only when they are touched are in cow.c. Source: the manual
 * pages' EFAULT. */

#include "fixture.h"
#include <linux/futex.h>
#include <poll.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/times.h>
#include <sys/uio.h>

/* Stands in a call's arguments for the address under test. */
#define BAD 0x0bad0bad0badL

struct call {
    const char *name;
    long number, args[6];
};

/* Pages to point at: one without access, one only readable, the start of one that is missing,
 * before which memory ends. */
static char *none, *readonly, *edge;

static void
make_pages(void)
{
    char *p = mmap(NULL, 8 * PAGE, RW, ANON, -1, 0);
    TRUE(p != MAP_FAILED);
    none = p;
    OK(mprotect(none, PAGE, PROT_NONE));
    readonly = p + 2 * PAGE;
    readonly[0] = 0;
    OK(mprotect(readonly, PAGE, PROT_READ));
    edge = p + 5 * PAGE;
    OK(munmap(edge, PAGE));
}

/* Makes the call with `address` in each place of BAD. A success is told as such: the kernel has
 * read or written there. */
static void
refuse(const struct call *c, const char *kind, unsigned long address)
{
    long a[6];
    for (int i = 0; i < 6; i++)
        a[i] = c->args[i] == BAD ? (long)address : c->args[i];
    long r = sys(c->number, a[0], a[1], a[2], a[3], a[4], a[5]);
    if (r != -EFAULT)
        FAIL("expected EFAULT of %s for %s pointer 0x%lx, seen %ld (errno %s)", c->name, kind,
             address, r, r < 0 ? strerrorname_np(-r) : "none");
}

/* Addresses that are neither readable nor writable. Each catches another wrong check: a signed
 * comparison lets those with the sign bit through, a walk that forgets the U bit the kernel's
 * own, one that takes the low 39 bits those that are not canonical. */
static void
refuse_unreadable(const struct call *c)
{
    refuse(c, "the kernel's", 0xffffffff80200000UL);
    refuse(c, "the direct map's", KERNEL_ADDRESS);
    refuse(c, "the kernel's", 0xffffffc080200000UL);
    refuse(c, "the top", 0xffffffffffffffffUL);
    refuse(c, "the first non-canonical", USER_END);
    refuse(c, "a non-canonical", 0x7000000000000000UL);
    refuse(c, "the sign bit's", 0x8000000000000000UL);
    refuse(c, "a PROT_NONE", (unsigned long)none);
    refuse(c, "an unmapped", (unsigned long)edge);
    refuse(c, "a low", 8);
}

/* Arguments that the kernel reads. */
static void
refuse_input(const struct call *calls, int count)
{
    make_pages();
    for (int i = 0; i < count; i++) {
        refuse_unreadable(&calls[i]);
        refuse(&calls[i], "a NULL", 0);
    }
}

/* Arguments that the kernel writes: they must be writable, to their last byte. */
static void
refuse_output(const struct call *calls, int count)
{
    make_pages();
    for (int i = 0; i < count; i++) {
        refuse_unreadable(&calls[i]);
        refuse(&calls[i], "a read-only", (unsigned long)readonly);
        refuse(&calls[i], "a half mapped", (unsigned long)edge - 4);
    }
}

/* A list of struct call, all of which must refuse what cannot be read; OUTPUT: what cannot be
 * written. */
#define INPUT(...)                                                                                 \
    do {                                                                                           \
        struct call calls_[] = { __VA_ARGS__ };                                                    \
        refuse_input(calls_, sizeof(calls_) / sizeof(*calls_));                                    \
    } while (0)
#define OUTPUT(...)                                                                                \
    do {                                                                                           \
        struct call calls_[] = { __VA_ARGS__ };                                                    \
        refuse_output(calls_, sizeof(calls_) / sizeof(*calls_));                                   \
    } while (0)

/* A pipe with 100 bytes in it, and room. */
static int fds[2];

static void
make_pipe(void)
{
    char bytes[100] = { 0 };
    OK(pipe(fds));
    EQ(write(fds[1], bytes, sizeof(bytes)), 100);
}

/* The file must still be empty at the end: bytes that could not be read must not count as
 * written. */
TEST(write_buffer, "the range is dereferenced in the kernel",
     "kernel/mm/usercopy.c:/^partly_from_space/")
{
    make_pipe();
    int file = OK(open("/tmp/efault", O_RDWR | O_CREAT | O_TRUNC, 0600));
    INPUT({ "write(pipe)", SYS_write, { fds[1], BAD, 16 } },
          { "write(file)", SYS_write, { file, BAD, 16 } },
          { "pwrite64", SYS_pwrite64, { file, BAD, 16, 0 } },
          { "writev's array", SYS_writev, { fds[1], BAD, 1 } });
    EQ(lseek(file, 0, SEEK_END), 0);
}

/* The kernel's own mapping of the frame is writable, so the user's rights must be looked at.
 * Half mapped is left out: read(2) may give the bytes that had room. */
TEST(read_buffer, "a read-only page is written through the kernel's own mapping",
     "kernel/mm/usercopy.c:/^partly_to_space/")
{
    make_pipe();
    int file = OK(open("/tmp/efault", O_RDWR | O_CREAT | O_TRUNC, 0600));
    int zero = OK(open("/dev/zero", O_RDONLY));
    EQ(write(file, "0123456789abcdef", 16), 16);
    OK(lseek(file, 0, SEEK_SET));
    make_pages();
    struct call calls[] = { { "read(pipe)", SYS_read, { fds[0], BAD, 16 } },
                            { "read(file)", SYS_read, { file, BAD, 16 } },
                            { "read(zero)", SYS_read, { zero, BAD, 16 } },
                            { "pread64", SYS_pread64, { file, BAD, 16, 0 } } };
    for (int i = 0; i < 4; i++) {
        refuse_unreadable(&calls[i]);
        refuse(&calls[i], "a read-only", (unsigned long)readonly);
        refuse(&calls[i], "a NULL", 0);
    }
    EQ(readonly[0], 0);
}

/* The array itself is good here; what it points at is not. */
TEST(iovec_parts, "only the first part's pointer is checked",
     "kernel/syscall/file_io.c:/^transfer_vector/")
{
    make_pipe();
    make_pages();
    struct iovec in[1] = { { none, 8 } }, kernel[1] = { { (void *)KERNEL_ADDRESS, 8 } };
    ERR(sys(SYS_readv, fds[0], in, 1), EFAULT);
    ERR(sys(SYS_writev, fds[1], in, 1), EFAULT);
    ERR(sys(SYS_readv, fds[0], kernel, 1), EFAULT);
    ERR(sys(SYS_writev, fds[1], kernel, 1), EFAULT);
}

/* write(2) may write less than asked. What it says it wrote must be what is in the file. */
TEST(half_mapped_buffer, "bytes behind the mapped half are taken from somewhere",
     "kernel/mm/usercopy.c:/^partly_from_space/")
{
    make_pages();
    int file = OK(open("/tmp/efault", O_RDWR | O_CREAT | O_TRUNC, 0600));
    /* Linux may write the part that is there; never more, and never say more. */
    long n = sys(SYS_write, file, edge - 4096, 8192);
    TRUE(n == -EFAULT || (n > 0 && n <= 4096));
    EQ(lseek(file, 0, SEEK_END), n < 0 ? 0 : n);
    EQ(pwrite(file, readonly, 200, 0), 200);
    long m = sys(SYS_pread64, file, edge - 100, 200, 0);
    TRUE(m == -EFAULT || (m >= 0 && m <= 100));
}

/* Each of these calls reads a name from the program, before it looks at anything else. */
TEST(paths, "a path is read without a check", "kernel/mm/usercopy.c:/^string_from_user/")
{
    char text[64];
    INPUT({ "openat", SYS_openat, { AT_FDCWD, BAD, O_RDONLY, 0 } },
          { "newfstatat", SYS_newfstatat, { AT_FDCWD, BAD, (long)text, 0 } },
          { "faccessat", SYS_faccessat, { AT_FDCWD, BAD, 0 } },
          { "unlinkat", SYS_unlinkat, { AT_FDCWD, BAD, 0 } },
          { "mkdirat", SYS_mkdirat, { AT_FDCWD, BAD, 0700 } },
          { "symlinkat target", SYS_symlinkat, { BAD, AT_FDCWD, (long)"/tmp/x" } },
          { "symlinkat name", SYS_symlinkat, { (long)"x", AT_FDCWD, BAD } },
          { "readlinkat", SYS_readlinkat, { AT_FDCWD, BAD, (long)text, 64 } },
          { "renameat2 old", SYS_renameat2, { AT_FDCWD, BAD, AT_FDCWD, (long)"/tmp/y", 0 } },
          { "chdir", SYS_chdir, { BAD } }, { "execve", SYS_execve, { BAD, 0, 0 } });
}

/* The name is whole, but a copy by words or by a fixed length would cross into the missing page.
 * Then the same one byte further on, where the NUL has no room. */
TEST(path_at_the_edge, "a name that ends with its page is read past its end",
     "kernel/mm/usercopy.c:/^string_from_user/")
{
    make_pages();
    memcpy(edge - 5, "/tmp", 5);
    EQ(sys(SYS_faccessat, AT_FDCWD, edge - 5, 0), 0);
    memcpy(edge - 4, "/tmp", 4);
    ERR(sys(SYS_faccessat, AT_FDCWD, edge - 4, 0), EFAULT);
}

/* NULL is left out: Linux takes it for an empty vector, execve(2), NOTES. */
TEST(execve_vectors, "argv and envp are followed without a check", "kernel/proc/args.c")
{
    char *args[] = { "x", NULL, NULL };
    static const unsigned long bad[] = { 1, USER_END, KERNEL_ADDRESS };
    for (int i = 0; i < 3; i++) {
        ERR(sys(SYS_execve, check_self, bad[i], 0), EFAULT);
        ERR(sys(SYS_execve, check_self, args, bad[i]), EFAULT);
        args[1] = (char *)bad[i];
        ERR(sys(SYS_execve, check_self, args, 0), EFAULT);
        args[1] = NULL;
    }
}

/* At edge - 4 there is room for the first bytes of the struct alone. */
TEST(stat_buffers, "the struct is written in place, or only its first page is checked",
     "kernel/syscall/file_stat.c")
{
    int fd = OK(open("/dev/null", O_RDONLY));
    OUTPUT({ "fstat", SYS_fstat, { fd, BAD } },
           { "newfstatat", SYS_newfstatat, { AT_FDCWD, (long)"/tmp", BAD, 0 } },
           { "statx", SYS_statx, { AT_FDCWD, (long)"/tmp", 0, STATX_BASIC_STATS, BAD } });
}

/* getdents64 alone may write to what is half mapped: entries that have room. */
TEST(names_back, "getcwd, readlinkat or getdents64 write through a bad pointer",
     "kernel/syscall/file_name.c, kernel/fs/tree.c:/^dir_read/")
{
    int dir = OK(open("/dev", O_RDONLY | O_DIRECTORY));
    unlink("/tmp/efault.link");
    OK(symlink("some/long/target", "/tmp/efault.link"));
    OK(chdir("/dev"));
    OUTPUT({ "getcwd", SYS_getcwd, { BAD, 100 } },
           { "readlinkat", SYS_readlinkat, { AT_FDCWD, (long)"/tmp/efault.link", BAD, 100 } },
           { "uname", SYS_uname, { BAD } });
    make_pages();
    struct call c = { "getdents64", SYS_getdents64, { dir, BAD, 4096 } };
    refuse_unreadable(&c);
    refuse(&c, "a read-only", (unsigned long)readonly);
}

/* The lowest free number is the same before and after, so nothing was left open. */
TEST(pipe_fds, "pipe2 leaves two open files behind when it fails",
     "kernel/syscall/file_fd.c:/^sys_pipe2/")
{
    int before = OK(dup(0));
    OUTPUT({ "pipe2", SYS_pipe2, { BAD, 0 } });
    close(before);
    EQ(dup(0), before);
}

/* times, and getcpu with one pointer of two, take NULL for `do not care`; so 8 stands for a bad
 * pointer there. */
TEST(time_out, "a clock writes through a bad pointer", "kernel/syscall/time.c")
{
    OUTPUT({ "clock_gettime realtime", SYS_clock_gettime, { CLOCK_REALTIME, BAD } },
           { "clock_gettime monotonic", SYS_clock_gettime, { CLOCK_MONOTONIC, BAD } },
           { "clock_gettime cpu", SYS_clock_gettime, { CLOCK_PROCESS_CPUTIME_ID, BAD } },
           { "clock_getres", SYS_clock_getres, { CLOCK_REALTIME, BAD } },
           { "gettimeofday", SYS_gettimeofday, { BAD, 0 } },
           { "gettimeofday zone", SYS_gettimeofday, { 0, BAD } },
           { "getrusage", SYS_getrusage, { 0, BAD } },
           { "getitimer", SYS_getitimer, { ITIMER_REAL, BAD } });
    ERR(sys(SYS_getcpu, 8, 0, 0), EFAULT);
    ERR(sys(SYS_getcpu, 0, 8, 0), EFAULT);
    ERR(sys(SYS_clock_gettime, CLOCK_REALTIME, 0), EFAULT);
}

/* The time-out is read before the wait begins: afterwards it would be too late to refuse it. */
TEST(time_in, "a time is read without a check", "kernel/syscall/time.c:/^time_from_user/")
{
    INPUT({ "nanosleep", SYS_nanosleep, { BAD, 0 } },
          { "clock_nanosleep", SYS_clock_nanosleep, { CLOCK_MONOTONIC, 0, BAD, 0 } },
          { "clock_settime", SYS_clock_settime, { CLOCK_REALTIME, BAD } });
    ERR(sys(SYS_setitimer, ITIMER_REAL, 8, 0), EFAULT);
    ERR(sys(SYS_ppoll, 0, 0, 8, 0, 8), EFAULT);
}

/* NULL asks without setting, so only what cannot be read is tried for these three. */
TEST(signal_structs, "a mask or an action is read or written without a check",
     "kernel/syscall/signal.c")
{
    INPUT({ "rt_sigsuspend", SYS_rt_sigsuspend, { BAD, 8 } });
    make_pages();
    struct call in[] = {
        { "rt_sigaction new", SYS_rt_sigaction, { SIGUSR1, BAD, 0, 8 } },
        { "rt_sigprocmask set", SYS_rt_sigprocmask, { SIG_BLOCK, BAD, 0, 8 } },
        { "sigaltstack new", SYS_sigaltstack, { BAD, 0 } },
    };
    for (int i = 0; i < 3; i++)
        refuse_unreadable(&in[i]);
    OUTPUT({ "rt_sigaction old", SYS_rt_sigaction, { SIGUSR1, 0, BAD, 8 } },
           { "rt_sigprocmask old", SYS_rt_sigprocmask, { SIG_BLOCK, 0, BAD, 8 } },
           { "rt_sigpending", SYS_rt_sigpending, { BAD, 8 } },
           { "sigaltstack old", SYS_sigaltstack, { 0, BAD } });
}

/* Linux takes the child and then fails to store its status, wait4 and waitid alike: so each call
 * here needs a new child. */
TEST(wait_results, "the zombie is lost when its status cannot be written",
     "kernel/syscall/process.c:/^sys_wait4/")
{
    make_pages();
    static const unsigned long bad[] = { 8, USER_END, KERNEL_ADDRESS };
    for (int i = 0; i < 3; i++) {
        if (fork() == 0)
            _exit(3);
        ERR(sys(SYS_wait4, -1, bad[i], 0, 0), EFAULT);
        if (fork() == 0)
            _exit(3);
        ERR(sys(SYS_waitid, P_ALL, 0, bad[i], WEXITED, 0), EFAULT);
    }
    if (fork() == 0)
        _exit(3);
    ERR(sys(SYS_wait4, -1, readonly, 0, 0), EFAULT);
}

/* The array is read first and written at the end: the second half puts it into a page that
 * allows only reading. */
TEST(poll_array, "the array is read or written without a check",
     "kernel/annex/events/poll.c:/^ppoll/")
{
    INPUT({ "ppoll", SYS_ppoll, { BAD, 1, 0, 0, 8 } });
    struct pollfd *p = (struct pollfd *)readonly;
    struct timespec now = { 0, 0 };
    OK(mprotect(readonly, PAGE, RW));
    OK(pipe(fds));
    p->fd = fds[1];
    p->events = POLLOUT;
    OK(mprotect(readonly, PAGE, PROT_READ));
    ERR(sys(SYS_ppoll, p, 1, &now, 0, 8), EFAULT);
}

/* For a private futex the address alone could name the word, without a look at the memory. The
 * kernel must look all the same. */
TEST(futex_words, "a futex on a bad address waits for ever", "kernel/proc/futex.c:/^key_of/")
{
    static const unsigned long bad[] = { USER_END, KERNEL_ADDRESS, 0x1000 };
    make_pages();
    for (int i = 0; i < 3; i++)
        for (int flag = 0; flag <= FUTEX_PRIVATE_FLAG; flag += FUTEX_PRIVATE_FLAG)
            ERR(sys(SYS_futex, bad[i], FUTEX_WAIT | flag, 0, 0), EFAULT);
    ERR(sys(SYS_futex, none, FUTEX_WAIT, 0, 0), EFAULT);
    ERR(sys(SYS_futex, none, FUTEX_WAIT_PRIVATE, 0, 0), EFAULT);
    int word = 0;
    ERR(sys(SYS_futex, &word, FUTEX_WAIT, 0, 8), EFAULT); /* the timeout */
}

/* A half mapped buffer may get some of its bytes: getrandom(2) may give less than asked. */
TEST(getrandom_buffer, "random bytes are written through a bad pointer",
     "kernel/syscall/system.c:/^sys_getrandom/")
{
    make_pages();
    struct call c = { "getrandom", SYS_getrandom, { BAD, 16, 0 } };
    refuse_unreadable(&c);
    refuse(&c, "a read-only", (unsigned long)readonly);
    refuse(&c, "a NULL", 0);
}

/* Calls with a small struct of their own: each must check its pointer by itself. */
TEST(small_structs, "prlimit64 or the calls for affinity skip the check", "kernel/syscall/system.c")
{
    OUTPUT({ "prlimit64 old", SYS_prlimit64, { 0, 3, 0, BAD } },
           { "sched_getaffinity", SYS_sched_getaffinity, { 0, 64, BAD } });
    INPUT({ "sched_setaffinity", SYS_sched_setaffinity, { 0, 8, BAD } });
}

/* The store is made in the child, on Linux: nobody is left whom an error could be told. */
TEST(clone_tids, "fork writes its tid through a bad pointer and crashes",
     "kernel/proc/process.c:/^process_clone/")
{
    make_pages();
    /* Linux ignores the failed store for CHILD_SETTID, and makes the child. */
    long pid = sys(SYS_clone, SIGCHLD | CLONE_CHILD_SETTID, 0, 0, 0, none);
    if (pid == 0)
        sys(SYS_exit_group, 5);
    TRUE(pid > 0);
    EQ(STATUS(pid), EXITED(5));
}
