/* cow.c - fork's memory: private pages are copied when written, shared ones never are.
 *
 * Pages are written in two ways: by stores, which fault, and by system calls, which go past the
 * user's page table. A kernel that forgets the latter lets a child's read() change its parent. Both
 * directions are tried, because the parent's own entries lose their right to write, too. What fork
 * does to all else is in fork.c, files mapped private in filemap.c. Source: fork(2), mmap(2). */

#include "probe.h"
#include "fixture.h"

/* Anonymous memory of so many pages; flags: MAP_PRIVATE or MAP_SHARED. */
static char *
map(unsigned long pages, int flags)
{
    char *p = mmap(NULL, pages * PAGE, RW, flags | MAP_ANONYMOUS, -1, 0);
    TRUE(p != MAP_FAILED);
    return p;
}

static int in_data = 5, in_bss;

/* Data of a file, .bss, stack, heap and a mapping are areas of different kinds; the second page
 * of `area` comes into being in the child only. */
TEST(child_writes_are_its_own, "the page table of the child maps the parent's pages writable",
     "kernel/mm/space.c:/^space_fork/")
{
    int on_stack = 5;
    char *heap = malloc(100), *area = map(3, MAP_PRIVATE);
    heap[0] = area[0] = 5;
    EQ(IN_CHILD(EQ(in_data, 5); EQ(on_stack, 5); EQ(heap[0], 5); EQ(area[0], 5);
                in_data = in_bss = on_stack = heap[0] = area[0] = area[PAGE] = 6; EQ(in_data, 6)),
       0);
    EQ(in_data, 5);
    EQ(in_bss, 0);
    EQ(on_stack, 5);
    EQ(heap[0], 5);
    EQ(area[0], 5);
    EQ(area[PAGE], 0);
}

/* The parent writes at once after fork: the pages were just in this hart's TLB as writable, and
 * a kernel that changes the entries without a flush lets it write into what the child now has as
 * well. */
TEST(parent_writes_are_its_own, "the parent keeps its writable ptes after fork (stale TLB too)",
     "kernel/mm/space.c:/^space_fork/")
{
    int go[2];
    char *area = map(64, MAP_PRIVATE), byte;
    memset(area, 1, 64 * PAGE);
    OK(pipe(go));
    pid_t pid = OK(fork());
    if (pid == 0) {
        EQ(read(go[0], &byte, 1), 1);
        for (int i = 0; i < 64; i++)
            EQ(area[i * PAGE], 1);
        _exit(0);
    }
    memset(area, 2, 64 * PAGE);
    EQ(write(go[1], "x", 1), 1);
    EQ(STATUS(pid), 0);
    EQ(area[5 * PAGE], 2);
}

/* Page 1 is touched first by the child, page 2 by the parent after the first fork, page 3 by
 * nobody before. */
TEST(shared_pages_stay_shared, "MAP_SHARED is copied on write", "kernel/mm/space.c:/^space_fork/")
{
    char *p = map(4, MAP_SHARED);
    p[0] = 1;
    EQ(IN_CHILD(EQ(p[0], 1); p[0] = 2; p[PAGE] = 3), 0);
    EQ(p[0], 2);
    EQ(p[PAGE], 3);
    p[2 * PAGE] = 4;
    EQ(IN_CHILD(EQ(p[2 * PAGE], 4); EQ(p[3 * PAGE], 0)), 0);
}

/* No page is there yet when fork copies the table: both must find the same one later, so it
 * belongs to the object and not to a process. */
TEST(shared_page_first_touched_after_fork, "each process gets its own zero page",
     "kernel/mm/fault.c:/^first_touch/, kernel/fs/ramfs.c:/^map_page/")
{
    volatile char *p = map(1, MAP_SHARED);
    int fds[2];
    char byte;
    OK(pipe(fds));
    pid_t pid = OK(fork());
    if (pid == 0) {
        EQ(read(fds[0], &byte, 1), 1);
        EQ(p[10], 77);
        p[11] = 78;
        _exit(0);
    }
    EQ(p[10], 0);
    p[10] = 77;
    EQ(write(fds[1], "x", 1), 1);
    EQ(STATUS(pid), 0);
    EQ(p[11], 78);
}

/* Each generation writes page 0, so its count goes up and down several times; page 1 is left by
 * the middle one, page 7 by all. */
TEST(three_generations, "the reference count of a page is wrong after two forks",
     "kernel/mm/frame.c:/^frame_put/")
{
    char *p = map(8, MAP_PRIVATE);
    memset(p, 1, 8 * PAGE);
    EQ(IN_CHILD(p[0] = 2; EQ(IN_CHILD(p[0] = 3; p[PAGE] = 3;
                                      EQ(IN_CHILD(EQ(p[0], 3); p[0] = 4; p[PAGE] = 4), 0);
                                      EQ(p[0], 3); EQ(p[PAGE], 3)),
                             0);
                EQ(p[0], 2); EQ(p[PAGE], 1)),
       0);
    EQ(p[0], 1);
    EQ(p[7 * PAGE], 1);
}

/* The grandchild: reads its pages when the process in the middle has gone, with its memory. */
static void
outlive(char *p, int *go, int *done)
{
    char byte;
    close(go[1]);
    EQ(read(go[0], &byte, 1), 0);
    for (int i = 0; i < 16; i++)
        EQ(p[i * PAGE + 50], 9);
    memset(p, 8, 16 * PAGE);
    EQ(write(done[1], "k", 1), 1);
    _exit(0);
}

/* The grandchild goes on when both others have closed their ends of `go`, the process in the
 * middle by ending: all its references have been given back then. */
TEST(parent_ends_first, "the last owner's pages are freed with the parent",
     "kernel/mm/frame.c:/^frame_put/")
{
    char *p = map(16, MAP_PRIVATE), byte;
    int done[2], go[2];
    memset(p, 9, 16 * PAGE);
    OK(pipe(done));
    OK(pipe(go));
    EQ(IN_CHILD(if (OK(fork()) == 0) outlive(p, go, done)), 0);
    close(go[1]);
    close(done[1]);
    EQ(read(done[0], &byte, 1), 1);
    EQ(p[0], 9);
}

/* A pipe, a clock and random bytes: the kernel writes each of them in another way. */
TEST(call_writes_into_shared_frame, "read() goes through the kernel's mapping to both processes",
     "kernel/mm/usercopy.c:/^partly_to_space/")
{
    int fds[2];
    char *p = map(2, MAP_PRIVATE);
    memset(p, 1, 2 * PAGE);
    OK(pipe(fds));
    EQ(IN_CHILD(EQ(write(fds[1], "xyz", 3), 3); EQ(read(fds[0], p + 10, 3), 3); EQ(p[10], 'x');
                EQ(p[9], 1); EQ(p[13], 1)),
       0);
    EQ(p[10], 1);
    EQ(IN_CHILD(EQ(sys(SYS_clock_gettime, CLOCK_MONOTONIC, p), 0)), 0);
    EQ(p[0], 1);
    EQ(IN_CHILD(EQ(sys(SYS_getrandom, p, 100, 0), 100)), 0);
    EQ(p[50], 1);
    EQ(p[99], 1);
}

/* A page that was only read may be one zero page for all (on Linux it is): a kernel that writes
 * into it because it is mapped puts its bytes into everybody's zeros. */
TEST(call_writes_into_untouched_page, "a page that was never touched, or only read, is refused",
     "kernel/mm/usercopy.c:/^partly_to_space/")
{
    int fds[2];
    char *p = map(4, MAP_PRIVATE), *q = map(1, MAP_PRIVATE);
    OK(pipe(fds));
    EQ(p[PAGE], 0);
    EQ(write(fds[1], "abcdef", 6), 6);
    EQ(read(fds[0], p, 3), 3);
    EQ(read(fds[0], p + PAGE, 3), 3);
    EQ(p[0], 'a');
    EQ(p[PAGE + 2], 'f');
    /* The zero page itself was not written. */
    EQ(q[0], 0);
    EQ(q[2], 0);
}

/* 100 bytes before a border and three pages long: four pages are written, the first and last in
 * part, and each must be copied by itself. */
TEST(call_copies_over_page_borders, "only the first page of a range is made writable",
     "kernel/mm/usercopy.c:/^partly_to_space/")
{
    int fds[2];
    char *p = map(8, MAP_PRIVATE);
    static char text[3 * PAGE];
    memset(p, 1, 8 * PAGE);
    memset(text, 2, sizeof(text));
    OK(pipe(fds));
    EQ(IN_CHILD(EQ(write(fds[1], text, sizeof(text)), sizeof(text));
                EQ(read(fds[0], p + PAGE - 100, sizeof(text)), sizeof(text)); EQ(p[PAGE - 101], 1);
                EQ(p[PAGE - 100], 2); EQ(p[4 * PAGE - 101], 2); EQ(p[4 * PAGE - 100], 1)),
       0);
    for (int i = 0; i < 8; i++)
        EQ(p[i * PAGE], 1);
}

/* mprotect after fork must not give back the right to write, only to ask for a copy: both have
 * the page still. */
TEST(protection_survives_fork, "copy-on-write makes a read-only page writable",
     "kernel/mm/fault.c:/^space_fault_locked/")
{
    char *p = map(3, MAP_PRIVATE);
    memset(p, 1, 3 * PAGE);
    OK(mprotect(p, PAGE, PROT_READ));
    OK(mprotect(p + PAGE, PAGE, PROT_NONE));
    EQ(IN_CHILD(FAULTS(probe_write(p), SIGSEGV, SEGV_ACCERR, p);
                FAULTS(probe_read(p + PAGE), SIGSEGV, SEGV_ACCERR, p + PAGE);
                OK(mprotect(p, 2 * PAGE, RW)); EQ(p[PAGE], 1); p[0] = 5; p[PAGE] = 5),
       0);
    OK(mprotect(p, 2 * PAGE, RW));
    EQ(p[0], 1);
    EQ(p[PAGE], 1);
    p[0] = 6;
    EQ(p[0], 6);
}

/* If the child's munmap freed pages that the parent still has, the 64 new pages would get them, and
 * fill them with 0xee. */
TEST(unmap_in_child_only, "munmap of the child frees the parent's pages",
     "kernel/mm/frame.c:/^frame_put/")
{
    char *p = map(8, MAP_PRIVATE), *s = map(8, MAP_SHARED);
    memset(p, 1, 8 * PAGE);
    memset(s, 2, 8 * PAGE);
    EQ(IN_CHILD(OK(munmap(p, 8 * PAGE)); OK(munmap(s, 8 * PAGE)); char *q = map(64, MAP_PRIVATE);
                memset(q, 0xee, 64 * PAGE)),
       0);
    for (int i = 0; i < 8; i++) {
        EQ(p[i * PAGE], 1);
        EQ(s[i * PAGE], 2);
    }
}

/* malloc gives memory back by this call. madvise(2): the next touch of private memory finds zeros -
 * in the process that called, and in no other. */
TEST(dontneed_in_child_only, "MADV_DONTNEED of the child zeroes the parent's page",
     "kernel/mm/map.c:/^space_advise/")
{
    char *p = map(2, MAP_PRIVATE);
    memset(p, 1, 2 * PAGE);
    EQ(IN_CHILD(OK(madvise(p, PAGE, MADV_DONTNEED)); EQ(p[0], 0); EQ(p[PAGE], 1)), 0);
    EQ(p[0], 1);
}

/* A child that finds these pages as its parent left them, writes them and finds what it wrote. */
static void
fill_pages(char *p, unsigned long pages, char value)
{
    for (unsigned long i = 0; i < pages; i++) {
        EQ(p[i * PAGE], 1);
        memset(p + i * PAGE, value, PAGE);
    }
    for (unsigned long i = 0; i < pages * PAGE; i++)
        EQ(p[i], value);
    _exit(0);
}

/* Nine processes fault on the same 32 pages, on several harts. Who copies and who may keep the
 * last reference is decided by a count that others change meanwhile. */
TEST(many_children_write_at_once, "two harts copy the same page and lose a count",
     "kernel/mm/fault.c:/^copy_on_write/")
{
    enum { CHILDREN = 8, PAGES = 32 };
    char *p = map(PAGES, MAP_PRIVATE);
    pid_t pids[CHILDREN];
    memset(p, 1, PAGES * PAGE);
    for (int c = 0; c < CHILDREN; c++) {
        pids[c] = OK(fork());
        if (pids[c] == 0)
            fill_pages(p, PAGES, c + 10);
    }
    for (int i = 0; i < PAGES; i++)
        p[i * PAGE + 1] = 2;
    for (int c = 0; c < CHILDREN; c++)
        EQ(STATUS(pids[c]), 0);
    for (int i = 0; i < PAGES; i++)
        TRUE(p[i * PAGE] == 1 && p[i * PAGE + 1] == 2);
}
