/* busy.c - who runs a file and who writes it exclude each other: ETXTBSY.
 *
 * The plain cases are exec.c's (busy_text). Here are all ways to write, and all that makes a
 * writer: above all areas, which outlive the descriptor they were mapped from. Source: open(2),
 * truncate(2), execve(2), mmap(2). */

#include "fixture.h"
#include <sys/stat.h>

#define COPY "/tmp/copy"

static int
run(const char *path)
{
    return exec_child(path, (char *[]){ "x", "@exit0", NULL }, NULL);
}

/* A child that runs PATH as @sleep and has done so before this returns. */
static pid_t
running(const char *path)
{
    int fds[2];
    OK(pipe2(fds, O_CLOEXEC));
    pid_t pid = OK(fork());
    if (pid == 0) {
        execl(path, path, "@sleep", NULL);
        _exit(1);
    }
    close(fds[1]);
    EQ(read(fds[0], fds, 1), 0); /* its exec has closed the other end */
    close(fds[0]);
    return pid;
}

/* A copy of this program. */
static void
copy_self(const char *path)
{
    static char bytes[65536];
    long n;
    unlink(path);
    int from = OK(open(check_self, O_RDONLY)), to = OK(open(path, O_WRONLY | O_CREAT, 0755));
    while ((n = OK(read(from, bytes, sizeof(bytes)))) > 0)
        EQ(write(to, bytes, n), n);
    close(from);
    close(to);
    OK(chmod(path, 0755));
}

static void
end(pid_t pid)
{
    OK(kill(pid, SIGKILL));
    EQ(STATUS(pid), KILLED(SIGKILL));
}

/* Every way to write is closed while one process runs the file, whatever name is used, and opens
 * with the last one's end. Names are not contents. */
TEST(running_text_is_busy, "truncate, O_TRUNC or another name changes a running program",
     "kernel/fs/open.c:/^claim/, kernel/fs/ramfs.c:/^inode_truncate/")
{
    char exe[50];
    copy_self(COPY);
    pid_t one = running(COPY), two = running(COPY);
    snprintf(exe, sizeof(exe), "/proc/%d/exe", one);
    unlink("/tmp/other");
    OK(link(COPY, "/tmp/other"));
    FAILS(open(COPY, O_WRONLY), ETXTBSY);
    FAILS(open(COPY, O_RDONLY | O_TRUNC), ETXTBSY);
    FAILS(open(COPY, O_WRONLY | O_CREAT | O_TRUNC, 0755), ETXTBSY);
    FAILS(open("/tmp/other", O_RDWR), ETXTBSY);
    FAILS(open(exe, O_RDWR), ETXTBSY);
    FAILS(truncate(COPY, 10), ETXTBSY);
    FAILS(truncate(exe, 10), ETXTBSY);
    close(OK(open(COPY, O_RDONLY)));
    OK(rename("/tmp/other", "/tmp/third"));
    OK(unlink("/tmp/third"));
    end(one);
    FAILS(open(COPY, O_WRONLY), ETXTBSY);
    end(two);
    close(OK(open(COPY, O_WRONLY)));
}

/* Whoever runs a script does not hold it, nor an ELF interpreter: libraries are not guarded either,
 * and an installer must be able to write them. */
TEST(running_script_is_not_busy, "a script that runs cannot be written",
     "kernel/proc/exec.c:/^find_program/")
{
    copy_self(COPY);
    script("/tmp/script", "#!" COPY " @sleep\n");
    pid_t pid = running("/tmp/script");
    close(OK(open("/tmp/script", O_WRONLY)));
    FAILS(open(COPY, O_WRONLY), ETXTBSY);
    end(pid);
}

/* COPY, mapped from a descriptor of this mode that is closed again. */
static char *
mapped_copy(int mode, int prot, int flags, unsigned long pages)
{
    int fd = OK(open(COPY, mode));
    char *p = mmap(NULL, pages * PAGE, prot, flags, fd, 0);
    TRUE(p != MAP_FAILED);
    close(fd);
    return p;
}

/* What was mapped from a descriptor for writing is still written when that is closed: a program
 * would change under its own feet. As on Linux it is the descriptor's mode that counts, for by
 * mprotect the area may become writable. Each piece of the area counts, and each process with a
 * copy of it. */
TEST(mapped_for_writing_is_busy, "only descriptors count as writers, their areas do not",
     "kernel/fs/ramfs.c:/^map_get/")
{
    static const struct {
        int mode, prot, flags, wanted;
    } rows[] = {
        { O_RDWR, RW, MAP_SHARED, -ETXTBSY },        { O_RDWR, PROT_READ, MAP_SHARED, -ETXTBSY },
        { O_RDWR, PROT_NONE, MAP_SHARED, -ETXTBSY }, { O_RDWR, PROT_READ, MAP_PRIVATE, -ETXTBSY },
        { O_RDONLY, PROT_READ, MAP_SHARED, 0 },      { O_RDONLY, RW, MAP_PRIVATE, 0 },
    };
    copy_self(COPY);
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char *p = mapped_copy(rows[i].mode, rows[i].prot, rows[i].flags, 1);
        EQ(run(COPY), rows[i].wanted);
        OK(munmap(p, PAGE));
        EQ(run(COPY), 0);
    }
    char *p = mapped_copy(O_RDWR, RW, MAP_SHARED, 3);
    OK(munmap(p + PAGE, PAGE));
    EQ(run(COPY), -ETXTBSY);
    OK(munmap(p, PAGE));
    pid_t child = sleeping_child();
    OK(munmap(p + 2 * PAGE, PAGE));
    EQ(run(COPY), -ETXTBSY);
    end(child);
    EQ(run(COPY), 0);
}

/* A script is no different, and its interpreter. */
TEST(mapped_script_is_busy, "a script or an interpreter may be written while it is read",
     "kernel/fs/ramfs.c:/^map_get/")
{
    copy_self(COPY);
    script("/tmp/script", "#!" COPY " @exit0\n");
    EQ(run("/tmp/script"), 0);
    char *p = mapped_copy(O_RDWR, RW, MAP_SHARED, 1);
    EQ(run("/tmp/script"), -ETXTBSY);
    OK(munmap(p, PAGE));
    int fd = OK(open("/tmp/script", O_RDWR));
    p = mmap(NULL, PAGE, RW, MAP_SHARED, fd, 0);
    TRUE(p != MAP_FAILED);
    close(fd);
    EQ(run("/tmp/script"), -ETXTBSY);
    OK(munmap(p, PAGE));
    EQ(run("/tmp/script"), 0);
}

int
role(int argc, char **argv)
{
    if (strcmp(argv[1], "@sleep") == 0)
        pause();
    return 0;
}
