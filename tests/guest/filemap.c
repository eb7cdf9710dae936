/* filemap.c - files mapped into memory: contents, ends, offsets, private writes, refusals.
 *
 * Every dynamic program depends on it, as ld.so maps libraries so: two checks do what it does
 * step by step. Anonymous memory is in mmap.c, copies after fork in cow.c. Source: mmap(2),
 * mprotect(2); where these leave a choice, Linux 6.12. */

#include "probe.h"
#include "areas.h"
#include "fixture.h"

/* A file in /tmp of `size` bytes; byte i is i / 16 + i. */
static int
make_file(unsigned long size)
{
    int fd = OK(open("/tmp/filemap", O_RDWR | O_CREAT | O_TRUNC, 0600));
    static char bytes[16 * PAGE];
    for (unsigned long i = 0; i < size; i++)
        bytes[i] = i / 16 + i;
    EQ(write(fd, bytes, size), size);
    return fd;
}

/* Differs between neighbours and between pages, so a wrong offset shows. */
static char
byte_at(unsigned long i)
{
    return i / 16 + i;
}

static char *
map(int fd, unsigned long length, int prot, int flags, unsigned long offset)
{
    char *p = mmap(NULL, length, prot, flags, fd, offset);
    if (p == MAP_FAILED)
        FAIL("expected mmap of a file to work, seen %s", strerrorname_np(errno));
    return p;
}

/* mmap(2): offset is in bytes, and the mapping begins with the byte of the file at that place. */
TEST(contents_and_offset, "the offset is not added, or is taken in pages",
     "kernel/fs/ramfs.c:/^map_page/")
{
    int fd = make_file(4 * PAGE);
    char *p = map(fd, 4 * PAGE, PROT_READ, MAP_PRIVATE, 0);
    char *q = map(fd, PAGE, PROT_READ, MAP_PRIVATE, 2 * PAGE);
    for (unsigned long i = 0; i < 4 * PAGE; i++)
        EQ(p[i], byte_at(i));
    for (unsigned long i = 0; i < PAGE; i++)
        EQ(q[i], byte_at(2 * PAGE + i));
}

/* mmap(2): the rest of the last page is zero. ld.so lets .bss begin there, and the rest of the
 * frame may once have been somebody else's. */
TEST(tail_of_last_page_is_zero, "bytes of another file show behind the end",
     "kernel/fs/ramfs.c:/^map_page/, kernel/fs/pages.c:/^pages_cut/")
{
    int fd = make_file(PAGE + 100);
    char *p = map(fd, 2 * PAGE, RW, MAP_PRIVATE, 0);
    EQ(p[PAGE + 99], byte_at(PAGE + 99));
    for (unsigned long i = PAGE + 100; i < 2 * PAGE; i++)
        EQ(p[i], 0);
}

/* The address is good and the file has nothing there; SIGBUS tells that from a bad pointer. The
 * byte is told, not the page. Databases catch it when somebody cuts their file. */
TEST(beyond_the_end_is_sigbus, "pages past the file's end read as zero or as SIGSEGV",
     "kernel/fs/ramfs.c:/^map_page/, kernel/trap/trap.c:/^exception/")
{
    int fd = make_file(100);
    char *p = map(fd, 3 * PAGE, RW, MAP_PRIVATE, 0);
    WORKS(probe_read(p + PAGE - 1));
    FAULTS(probe_read(p + PAGE + 7), SIGBUS, BUS_ADRERR, p + PAGE + 7);
    FAULTS(probe_write(p + 2 * PAGE), SIGBUS, BUS_ADRERR, p + 2 * PAGE);
}

/* A call must not raise the signal of its caller. The pipe is left as it was: the byte may not
 * get lost. */
TEST(call_with_page_beyond_the_end, "a system call's copy kills, or reads zeros",
     "kernel/mm/usercopy.c:/^reach/")
{
    int fd = make_file(100), fds[2];
    char *p = map(fd, 2 * PAGE, RW, MAP_PRIVATE, 0);
    OK(pipe(fds));
    ERR(sys(SYS_write, fds[1], p + PAGE, 10), EFAULT);
    EQ(write(fds[1], "x", 1), 1);
    ERR(sys(SYS_read, fds[0], p + PAGE, 1), EFAULT);
}

/* A debugger writes its breakpoints, and ld.so its relocations, into private mappings of a file
 * that all others map as well. */
TEST(private_writes_stay_private, "a write goes to the file's own page",
     "kernel/mm/fault.c:/^copy_on_write/")
{
    int fd = make_file(2 * PAGE);
    char *p = map(fd, 2 * PAGE, RW, MAP_PRIVATE, 0);
    char *q = map(fd, 2 * PAGE, PROT_READ, MAP_PRIVATE, 0);
    char back;
    p[5] = 99;
    EQ(p[5], 99);
    EQ(p[6], byte_at(6));
    EQ(q[5], byte_at(5));
    EQ(pread(fd, &back, 1, 5), 1);
    EQ(back, byte_at(5));
}

/* The page is there already and only its right is missing: another way through the fault than
 * the first touch. */
TEST(private_write_after_read, "the first write after a read fault has no right to copy",
     "kernel/mm/fault.c:/^copy_on_write/")
{
    int fd = make_file(PAGE);
    char *p = map(fd, PAGE, RW, MAP_PRIVATE, 0);
    EQ(p[1], byte_at(1));
    p[1] = 50;
    EQ(p[1], 50);
    EQ(p[2], byte_at(2));
}

/* mmap(2) leaves open whether a later write to the file shows here. On Linux a private page that
 * was not written is the file's own, so it does. */
TEST(file_write_shows_in_clean_private_page, "the mapping is a copy made at mmap",
     "kernel/fs/ramfs.c:/^map_page/")
{
    int fd = make_file(PAGE);
    char *p = map(fd, PAGE, PROT_READ, MAP_PRIVATE, 0);
    EQ(p[3], byte_at(3));
    EQ(pwrite(fd, "Z", 1, 3), 1);
    EQ(p[3], 'Z');
}

/* The file's own page is written, so everybody who maps it sees the write: here the child. */
TEST(shared_writes_reach_the_file, "MAP_SHARED of a file is private",
     "kernel/fs/ramfs.c:/^map_page/")
{
    int fd = make_file(PAGE);
    char *p = map(fd, PAGE, RW, MAP_SHARED, 0), back;
    p[7] = 'Q';
    EQ(pread(fd, &back, 1, 7), 1);
    EQ(back, 'Q');
    EQ(IN_CHILD(p[8] = 'R'), 0);
    EQ(p[8], 'R');
}

/* mmap(2), EACCES: every mapping reads, so the file must be open for reading; a shared writable
 * one must also be open for writing, and mprotect must not get round that. */
TEST(rights_of_the_open_file, "a write-only file can be mapped, or a read-only one shared rw",
     "kernel/syscall/memory.c:/^sys_mmap/")
{
    close(make_file(PAGE));
    int r = OK(open("/tmp/filemap", O_RDONLY)), w = OK(open("/tmp/filemap", O_WRONLY));
    FAILS(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, w, 0), EACCES);
    FAILS(mmap(NULL, PAGE, RW, MAP_SHARED, r, 0), EACCES);
    char *p = map(r, PAGE, RW, MAP_PRIVATE, 0);
    WORKS(probe_write(p));
    char *q = map(r, PAGE, PROT_READ, MAP_SHARED, 0);
    FAILS(mprotect(q, PAGE, RW), EACCES);
    FAILS(mprotect(q, PAGE, PROT_WRITE), EACCES);
    OK(mprotect(q, PAGE, PROT_READ | PROT_EXEC));
    OK(mprotect(q, PAGE, PROT_NONE));
    EQ(IN_CHILD(FAILS(mprotect(q, PAGE, RW), EACCES)), 0);
}

/* Shared pages of /dev/zero are memory without a file, and all the same no more than the descriptor
 * allows. */
TEST(rights_of_dev_zero, "shared zeros become writable by mprotect",
     "kernel/syscall/memory.c:/^map_file/")
{
    int r = OK(open("/dev/zero", O_RDONLY)), w = OK(open("/dev/zero", O_WRONLY));
    char *p = map(r, PAGE, PROT_READ, MAP_SHARED, 0);
    FAILS(mprotect(p, PAGE, RW), EACCES);
    FAILS(mmap(NULL, PAGE, RW, MAP_SHARED, r, 0), EACCES);
    FAILS(mmap(NULL, PAGE, PROT_NONE, MAP_SHARED, w, 0), EACCES);
    p = map(r, PAGE, PROT_READ, MAP_PRIVATE, 0);
    OK(mprotect(p, PAGE, RW));
}

/* ENODEV: the file has no pages. An offset must be a multiple of the page. */
TEST(what_cannot_be_mapped, "a pipe or a directory is mapped", "kernel/fs/ramfs.c:/^file_pager/")
{
    int fds[2], dir = OK(open("/tmp", O_RDONLY)), file = make_file(PAGE);
    OK(pipe(fds));
    FAILS(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fds[0], 0), ENODEV);
    FAILS(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, dir, 0), ENODEV);
    FAILS(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, file, 100), EINVAL);
    FAILS(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 77, 0), EBADF);
}

/* close(2) and unlink(2) are done at once by who loads a library or keeps a scratch file. */
TEST(mapping_outlives_close_and_unlink, "the pages go with the fd or the name",
     "kernel/fs/ramfs.c:/^map_get/")
{
    int fd = make_file(2 * PAGE);
    char *p = map(fd, 2 * PAGE, PROT_READ, MAP_PRIVATE, 0);
    close(fd);
    OK(unlink("/tmp/filemap"));
    /* New files may not be given the pages. */
    int other = OK(open("/tmp/filemap2", O_RDWR | O_CREAT | O_TRUNC, 0600));
    static char x[16 * PAGE];
    memset(x, 0xee, sizeof(x));
    EQ(write(other, x, sizeof(x)), sizeof(x));
    for (unsigned long i = 0; i < 2 * PAGE; i++)
        EQ(p[i], byte_at(i));
    OK(unlink("/tmp/filemap2"));
}

/* The page is mapped and was read. ftruncate must take it out of all page tables, or its next
 * owner is seen through it. The rest of page 0 must be cleared, too. */
TEST(truncated_file_is_sigbus, "pages of a shortened file stay readable, or are reused",
     "kernel/fs/ramfs.c:/^inode_truncate/, kernel/mm/map.c:/^space_forget/")
{
    int fd = make_file(3 * PAGE);
    char *p = map(fd, 3 * PAGE, PROT_READ, MAP_PRIVATE, 0);
    EQ(p[2 * PAGE], byte_at(2 * PAGE));
    OK(ftruncate(fd, 10));
    FAULTS(probe_read(p + 2 * PAGE), SIGBUS, BUS_ADRERR, p + 2 * PAGE);
    EQ(p[9], byte_at(9));
    EQ(p[10], 0);
}

/* First all of the library with the rights of its text, then data over a part of it, from
 * another offset as segments share a page of the file, then .bss. Two areas `rw-p`: one has a
 * file. */
TEST(library_as_ld_so_maps_it, "MAP_FIXED over a file mapping loses offsets",
     "kernel/mm/area.c:/^area_unmap/")
{
    int fd = make_file(6 * PAGE);
    char *p = map(fd, 8 * PAGE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_DENYWRITE, 0);
    EQ(mmap(p + 4 * PAGE, 2 * PAGE, RW, MAP_PRIVATE | MAP_FIXED | MAP_DENYWRITE, fd, 3 * PAGE),
       p + 4 * PAGE);
    EQ(mmap(p + 6 * PAGE, 2 * PAGE, RW, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0),
       p + 6 * PAGE);
    SHAPE(p, 8, "r-xp:4 rw-p:2 rw-p:2");
    EQ(p[3 * PAGE], byte_at(3 * PAGE));
    EQ(p[4 * PAGE], byte_at(3 * PAGE));
    EQ(p[6 * PAGE], 0);
    areas_read();
    EQ(area_at(p)->offset, 0);
    EQ(area_at(p + 4 * PAGE)->offset, 3 * PAGE);
    EQ(strcmp(area_at(p)->name, "/tmp/filemap"), 0);
    TRUE(area_at(p)->inode != 0);
    EQ(area_at(p + 6 * PAGE)->inode, 0);
}

/* What ld.so does with PT_GNU_RELRO. Each part of a split area must take its own offset along,
 * and only parts whose offsets follow each other may become one again. */
TEST(relro_split_and_merge, "a split area's second half starts at the first's offset",
     "kernel/mm/area.c:/^area_split/")
{
    int fd = make_file(6 * PAGE);
    char *p = map(fd, 6 * PAGE, RW, MAP_PRIVATE, 0);
    OK(mprotect(p + 2 * PAGE, PAGE, PROT_READ));
    SHAPE(p, 6, "rw-p:2 r--p:1 rw-p:3");
    EQ(area_at(p + 2 * PAGE)->offset, 2 * PAGE);
    EQ(area_at(p + 3 * PAGE)->offset, 3 * PAGE);
    EQ(p[4 * PAGE], byte_at(4 * PAGE));
    OK(mprotect(p + 2 * PAGE, PAGE, RW));
    SHAPE(p, 6, "rw-p:6");
    /* Touched or not, the pages are the file's. */
    EQ(p[5 * PAGE + 1], byte_at(5 * PAGE + 1));
}

/* The two areas have the same file and the same rights and lie side by side, but their offsets do
 * not follow each other: they must stay two. */
TEST(neighbours_of_other_offset_do_not_merge, "areas merge by address alone",
     "kernel/mm/area.c:/^area_merge/")
{
    int fd = make_file(6 * PAGE);
    char *p = map(fd, 3 * PAGE, PROT_READ, MAP_PRIVATE, 0);
    EQ(mmap(p + PAGE, PAGE, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 5 * PAGE), p + PAGE);
    EQ(p[PAGE], byte_at(5 * PAGE));
    EQ(p[2 * PAGE], byte_at(2 * PAGE));
    areas_read();
    EQ(area_at(p + PAGE)->offset, 5 * PAGE);
    EQ(area_at(p + 2 * PAGE)->offset, 2 * PAGE);
}

/* Page 0 is a private copy when fork comes, page 1 still the file's own. */
TEST(fork_shares_private_file_pages, "a private copy is shared with the child",
     "kernel/mm/space.c:/^space_fork/")
{
    int fd = make_file(2 * PAGE);
    char *p = map(fd, 2 * PAGE, RW, MAP_PRIVATE, 0);
    p[0] = 'a';
    EQ(IN_CHILD(EQ(p[0], 'a'); p[0] = 'b'; p[PAGE] = 'c'; EQ(p[PAGE + 1], byte_at(PAGE + 1))), 0);
    EQ(p[0], 'a');
    EQ(p[PAGE], byte_at(PAGE));
}

/* Old libraries have relocations in their text (DT_TEXTREL), just-in-time compilers patch code.
 * The write makes a copy, which must be seen as code (ISA manual, FENCE.I). The byte is the
 * same. */
TEST(text_textrel_rewrite, "text made writable is refused, or changes the program file",
     "kernel/mm/map.c:/^space_protect/, kernel/mm/active.c:/^space_code_changed/")
{
    char *text = (char *)((uintptr_t)&getpid & -PAGE), back;
    unsigned long at = (uintptr_t)&getpid & (PAGE - 1);
    char old = text[at];
    OK(mprotect(text, PAGE, RW | PROT_EXEC));
    text[at] = old;
    OK(mprotect(text, PAGE, PROT_READ | PROT_EXEC));
    EQ(getpid(), sys(SYS_getpid));
    EQ(read(OK(open(check_self, O_RDONLY)), &back, 1), 1);
    EQ(back, 0x7f);
}
