/* storm_memory.c - many pipes, files and mappings, then all memory is given back.
 *
 * A page that is freed too late, twice or never shows nowhere else: the program that lost it works
 * on. Storms of processes and threads are in storm_process.c; how the memory is counted is told in
 * balance.h. Source: pipe(2), mmap(2), unlink(2). */

#include "balance.h"
#include <sys/stat.h>

/* Full pipes: the buffers are what could be lost. */
static void
pipes(void)
{
    static char block[65536];
    int fds[2];
    for (int i = 0; i < 60; i++) {
        OK(pipe(fds));
        OK(fcntl(fds[1], F_SETFL, O_NONBLOCK));
        while (write(fds[1], block, sizeof(block)) > 0)
            ;
        /* Full when it is closed; every second one by the end of a process. */
        if (i % 2)
            EQ(IN_CHILD(close(fds[0])), 0);
        close(fds[0]);
        close(fds[1]);
    }
}

/* A pipe has up to 16 pages; they go with its last end, read or not. */
TEST(pipe_storm, "a pipe's buffer stays when both ends are closed", "kernel/fs/pipe.c:/^pipe_free/")
{
    gives_back(pipes);
}

/* Everything is left open: the exit has to close it. */
static void
open_everything(void)
{
    int fds[2];
    if (OK(fork()) == 0) {
        for (int i = 0; i < 60; i++) {
            OK(pipe(fds));
            OK(open("/dev/null", O_RDONLY));
            OK(open("/proc/self/maps", O_RDONLY));
            OK(open("/tmp", O_RDONLY));
        }
        _exit(0);
    }
    OK(wait(NULL));
}

/* Most programs leave their files to the exit. It has to put every kind of them: pipes, devices,
 * texts of /proc, directories. */
TEST(open_files_at_exit, "files that a process leaves open leak", "kernel/fs/owner.c:/^files_put/")
{
    gives_back(open_everything);
}

/* 3,000 changes of 1 to 16 pages in a window of 256, drawn by a generator of our own (Knuth's MMIX
 * constants), so that each run is the same. Every kind falls on every other. */
static void
mappings(void)
{
    unsigned long seed = 99;
    char *base = mmap(NULL, 256 * PAGE, RW, ANON, -1, 0);
    for (int i = 0; i < 3000; i++) {
        seed = seed * 6364136223846793005UL + 1442695040888963407UL;
        unsigned long page = (seed >> 33) % 256, size = (seed >> 45) % 16 + 1;
        if (page + size > 256)
            size = 256 - page;
        char *p = base + page * PAGE;
        switch ((seed >> 55) % 5) {
        case 0:
            OK(munmap(p, size * PAGE));
            break;
        case 1:
            EQ(mmap(p, size * PAGE, RW, ANON | MAP_FIXED, -1, 0), p);
            memset(p, 1, size * PAGE);
            break;
        case 2:
            mprotect(p, size * PAGE, PROT_READ);
            break;
        case 3:
            EQ(mmap(p, size * PAGE, RW, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0), p);
            p[0] = 1;
            break;
        case 4:
            madvise(p, size * PAGE, MADV_DONTNEED);
            break;
        }
    }
    OK(munmap(base, 256 * PAGE));
}

static void
mappings_in_a_process(void)
{
    mappings();
    EQ(IN_CHILD(mappings()), 0);
}

/* Each change cuts areas, joins them or replaces pages, and any of these may forget a page or a
 * record. At the end first munmap and then the exit clean up what is left. */
TEST(mmap_storm, "a split, merged or replaced area loses pages", "kernel/mm/area.c:/^area_unmap/")
{
    gives_back(mappings_in_a_process);
}

static void
sparse(void)
{
    /* One page in each 2 MiB: a page table each. */
    char *p = mmap(NULL, 128UL << 20, RW, ANON | MAP_NORESERVE, -1, 0);
    for (unsigned long at = 0; at < 128UL << 20; at += 2 << 20)
        p[at] = 1;
    OK(munmap(p, 128UL << 20));
}

/* Once unmapped by hand and once left to the exit: two ways to free page tables. */
static void
sparse_in_a_process(void)
{
    EQ(IN_CHILD(sparse()), 0);
    EQ(IN_CHILD(char *p = mmap(NULL, 128UL << 20, RW, ANON | MAP_NORESERVE, -1, 0);
                for (int i = 0; i < 64; i++) p[(unsigned long)i << 21] = 1),
       0);
}

/* A table serves 2 MiB and keeps no count of its pages: it must go with the last area that it
 * serves. Here are 64 of them each time, 256 kB, which cannot be overlooked. */
TEST(page_tables_are_freed, "empty page tables stay with the process' end",
     "kernel/mm/area.c:/^area_unmap/")
{
    gives_back(sparse_in_a_process);
}

/* Each file goes in one of three ways: unlinked while it is open and mapped, cut short, or just
 * closed and unlinked. */
static void
files(void)
{
    static char block[20000];
    char name[40];
    OK(mkdir("/tmp/storm", 0700));
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof(name), "/tmp/storm/%d", i);
        int fd = OK(open(name, O_RDWR | O_CREAT, 0600));
        EQ(write(fd, block, sizeof(block)), sizeof(block));
        if (i % 3 == 0) {
            char *p = mmap(NULL, 4 * PAGE, RW, MAP_PRIVATE, fd, 0);
            p[0] = 1;
            OK(unlink(name));
            OK(munmap(p, 4 * PAGE));
        }
        if (i % 3 == 1)
            OK(ftruncate(fd, 10));
        close(fd);
        if (i % 3)
            OK(unlink(name));
    }
    OK(rmdir("/tmp/storm"));
}

/* The pages of a file live as long as a name, an open file or a mapping shows them. Whichever goes
 * last frees them. */
TEST(file_storm, "pages of removed files stay", "kernel/fs/inode.c:/^inode_put/")
{
    gives_back(files);
}
