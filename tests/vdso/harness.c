/* harness.c - calls the functions of a vDSO image over a vvar page of our own making.
 *
 * No kernel of ours is needed: the program maps the image behind a page that it fills itself,
 * and runs under qemu-riscv64 (user mode) or on any riscv64 Linux. It judges nothing but torn
 * reads; tests/host/test_vdso_code.py sends commands on standard input and compares the answers
 * with big integers. Every call runs on a stack of 512 bytes above an unmapped page, as on what is
 * left of a goroutine's.
 *
 *   line ID MULT OFFSET SEC LIMIT RESOLUTION   fills a line
 *   near ID MULT NS SEC                        the same; the clock is at NS now. Answers its offset
 *   call OFFSET A0 A1          `buf` for A0 or A1 is a buffer. Answers rdtime, rdtime, a0, buffer
 *   raw NUMBER A0 A1           the system call itself. Answers as `call`
 *   race OFFSET ID ROUNDS      calls beside so many updates at least. Answers torn, backward
 *   late OFFSET ID             calls during an update that ends later. Answers as `call`
 *   unwind OFFSET              leaves a handler over a hand-made signal frame; see unwind.c */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

unsigned char *image;
unsigned long image_size;
static struct vvar *vvar;
static char *small_stack_top;
static unsigned long buffer[4];

/* Full fences: the reads beside the call must stay on their sides of it, in QEMU and on
 * hardware. */
static unsigned long
read_ticks(void)
{
    unsigned long t;
    __asm__ volatile("fence iorw,iorw; rdtime %0; fence iorw,iorw" : "=r"(t)::"memory");
    return t;
}

static void
die(const char *what)
{
    perror(what);
    exit(2);
}

/* Maps the vvar page and behind it the image, as a kernel lays them out. The page stays writable
 * for us. */
static void
map_image(const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY);
    if (fd < 0 || fstat(fd, &st) < 0)
        die(path);
    image_size = ((unsigned long)st.st_size + PAGE - 1) / PAGE * PAGE;
    unsigned char *at =
        mmap(NULL, PAGE + image_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED || read(fd, at + PAGE, (size_t)st.st_size) != st.st_size)
        die("mapping the image");
    close(fd);
    vvar = (struct vvar *)at;
    image = at + PAGE;
    if (mprotect(image, image_size, PROT_READ | PROT_EXEC) < 0)
        die("mprotect");
}

/* Go guarantees 512 bytes and no more to a function that it did not compile. One byte too deep is a
 * fault, and the harness' death is the test's failure. */
static void
make_small_stack(void)
{
    char *at = mmap(NULL, 2 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED || mprotect(at + PAGE, PAGE, PROT_READ | PROT_WRITE) < 0)
        die("small stack");
    small_stack_top = at + PAGE + 512;
}

static long
call(unsigned long offset, unsigned long a0, unsigned long a1)
{
    return call_on_stack(image + offset, a0, a1, small_stack_top);
}

/* --- commands: each has read its name already ------------------------------------------------ */

/* The next word of the command as a number of either sign, or `buf`. */
static unsigned long
argument(void)
{
    char word[32];
    if (scanf("%31s", word) != 1)
        exit(2);
    if (!strcmp(word, "buf"))
        return (unsigned long)buffer;
    return word[0] == '-' ? (unsigned long)strtol(word, NULL, 0) : strtoul(word, NULL, 0);
}

static struct vvar_clock *
line_argument(void)
{
    return &vvar->clock[argument() % VVAR_CLOCKS];
}

static void
do_line(void)
{
    struct vvar_clock *c = line_argument();
    c->mult = argument();
    c->offset_ns = argument();
    c->sec = (int64_t)argument();
    c->limit_ns = argument();
    c->resolution_ns = argument();
}

/* The offset is computed from rdtime here and not by the test, whose writing of the line takes
 * longer than the limits it wants to meet. */
static void
do_near(void)
{
    struct vvar_clock *c = line_argument();
    c->mult = argument();
    unsigned long ns = argument();
    c->offset_ns = ns - vvar_scale(read_ticks(), c->mult);
    c->sec = (int64_t)argument();
    c->limit_ns = VVAR_SECOND_NS;
    printf("%lu\n", c->offset_ns);
}

/* The result of a call between two readings of the time, and the buffer after it. */
static void
answer(unsigned long before, long result, unsigned long after)
{
    printf("%lu %lu %ld %lu %lu %lu %lu\n", before, after, result, buffer[0], buffer[1], buffer[2],
           buffer[3]);
}

static void
answer_call(unsigned long offset, unsigned long a0, unsigned long a1)
{
    memset(buffer, 0xaa, sizeof(buffer));
    unsigned long before = read_ticks();
    long result = call(offset, a0, a1);
    answer(before, result, read_ticks());
}

static void
do_call(void)
{
    unsigned long offset = argument();
    unsigned long a0 = argument();
    unsigned long a1 = argument();
    answer_call(offset, a0, a1);
}

/* The kernel's own answer, for comparison with what the slow path brings back. */
static void
do_raw(void)
{
    unsigned long number = argument();
    unsigned long a0 = argument();
    unsigned long a1 = argument();
    memset(buffer, 0xaa, sizeof(buffer));
    long result = syscall((long)number, a0, a1);
    answer(0, result < 0 ? -errno : result, 0);
}

static struct vvar_clock *shared;
static volatile int stop;

/* Publishes lines whose parts belong together: second k, nanosecond k; the multiplier is 0, so that
 * time stands still. The order is the writer's of kernel/vdso/vvar.c: begin, data, end, with the
 * same fences. */
static void *
update_for_ever(void *unused)
{
    for (unsigned long k = 1; !stop; k++) {
        *(volatile unsigned long *)&shared->begin = k;
        __asm__ volatile("fence w,iw" ::: "memory");
        shared->sec = (int64_t)k;
        shared->offset_ns = k % VVAR_SECOND_NS;
        __asm__ volatile("fence w,w" ::: "memory");
        *(volatile unsigned long *)&shared->end = k;
    }
    return unused;
}

/* Counts torn reads and steps back. It goes on until as many updates as reads were made, so that a
 * machine that runs the two threads by turns cannot pass by never overlapping. */
static void
do_race(void)
{
    pthread_t writer;
    unsigned long offset = argument();
    unsigned long id = argument();
    unsigned long rounds = argument();
    unsigned long torn = 0, back = 0, last = 0;
    shared = &vvar->clock[id];
    *shared = (struct vvar_clock){ .limit_ns = VVAR_SECOND_NS };
    stop = 0;
    if (pthread_create(&writer, NULL, update_for_ever, NULL))
        die("pthread_create");
    for (unsigned long i = 0; i < rounds || last < rounds; i++) {
        call(offset, id, (unsigned long)buffer);
        torn += buffer[0] % VVAR_SECOND_NS != buffer[1];
        back += buffer[0] < last;
        last = buffer[0];
    }
    stop = 1;
    pthread_join(writer, NULL);
    printf("%lu %lu\n", torn, back);
}

static void *
close_later(void *arg)
{
    struct vvar_clock *c = arg;
    usleep(20000);
    c->sec++;
    __atomic_store_n(&c->end, c->begin, __ATOMIC_RELEASE);
    return NULL;
}

/* Leaves an update open for 20 ms: the reader has to wait for it, not to give the old or half-new
 * time. */
static void
do_late(void)
{
    pthread_t closer;
    unsigned long offset = argument();
    unsigned long id = argument();
    vvar->clock[id].begin++;
    if (pthread_create(&closer, NULL, close_later, &vvar->clock[id]))
        die("pthread_create");
    answer_call(offset, id, (unsigned long)buffer);
    pthread_join(closer, NULL);
}

int
main(int argc, char **argv)
{
    char word[16];
    if (argc != 2)
        return 2;
    map_image(argv[1]);
    make_small_stack();
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (scanf("%15s", word) == 1) {
        if (!strcmp(word, "line"))
            do_line();
        else if (!strcmp(word, "near"))
            do_near();
        else if (!strcmp(word, "call"))
            do_call();
        else if (!strcmp(word, "raw"))
            do_raw();
        else if (!strcmp(word, "race"))
            do_race();
        else if (!strcmp(word, "late"))
            do_late();
        else if (!strcmp(word, "unwind"))
            unwind_through(argument());
        else
            return 2;
    }
    return 0;
}
