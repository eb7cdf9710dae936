/* fs_host.c - what files of kernel/fs need when they run on the host, and a way to call them.
 *
 * Frames are pages of one array, named by their offset; adopted ones are counted, so that a test
 * sees a leak. Terminal output goes to a buffer. test_kernel_fs.py links it with the files under
 * test and kernel/lib/string.c into a shared library and calls them by ctypes; the test_ functions
 * are for it. Not here: locks and sleeping, which these files leave to their callers. */

#include "fs/cpio.h"
#include "annex/terminal/ldisc.h"
#include "fs/pages.h"
#include "lib/string.h"
#include "mm/frame.h"

#define FRAMES 4096u

u8 test_memory[FRAMES * PAGE_SIZE] __attribute__((aligned(4096)));
u32 test_refs[FRAMES];
/* Frames below it are the "initrd": they belong to files, nobody allocates them. */
static u32 first_free;

void test_reset(u32 initrd_frames);
u32 test_frames_in_use(void);
char *test_screen(void);
struct ldisc *test_terminal(u32 lflag_off);
int test_cpio(const char *data, u64 size, struct cpio_entry *entries, u32 limit, u64 *at);

void
test_reset(u32 initrd_frames)
{
    memset(test_refs, 0, sizeof(test_refs));
    first_free = initrd_frames;
    for (u32 i = 1; i < FRAMES; i++)
        if (i >= initrd_frames)
            memset(test_memory + i * PAGE_SIZE, 0xee, PAGE_SIZE);
}

u32
test_frames_in_use(void)
{
    u32 n = 0;
    for (u32 i = 0; i < FRAMES; i++)
        n += test_refs[i] > 0;
    return n;
}

u64
frame_alloc(void)
{
    for (u32 i = first_free > 0 ? first_free : 1; i < FRAMES; i++)
        if (test_refs[i] == 0) {
            test_refs[i] = 1;
            return i * PAGE_SIZE;
        }
    return 0;
}

u64
frame_alloc_zero(void)
{
    u64 pa = frame_alloc();
    if (pa)
        memset(test_memory + pa, 0, PAGE_SIZE);
    return pa;
}

void
frame_get(u64 pa)
{
    test_refs[pa / PAGE_SIZE]++;
}

void
frame_put(u64 pa)
{
    if (pa)
        test_refs[pa / PAGE_SIZE]--;
}

void *
frame_address(u64 pa)
{
    return test_memory + pa;
}

u64
frame_of(const void *p)
{
    return (u64)((const u8 *)p - test_memory);
}

/* --- the line discipline ---------------------------------------------------------------------- */
static char screen[65536];
static size_t shown;
static struct ldisc terminal;

/* What the terminal would show. */
static void
echo(const char *text, size_t n)
{
    memcpy(screen + shown, text, n);
    screen[shown += n] = '\0';
}

char *
test_screen(void)
{
    shown = 0;
    return screen;
}

struct ldisc *
test_terminal(u32 lflag_off)
{
    struct termios t;
    ldisc_init(&terminal, echo);
    t = terminal.termios;
    t.c_lflag &= ~lflag_off;
    ldisc_set(&terminal, &t);
    screen[shown = 0] = '\0';
    return &terminal;
}

/* All entries of an archive, at most `limit`; the last answer of the parser, and where it was. */
int
test_cpio(const char *data, u64 size, struct cpio_entry *entries, u32 limit, u64 *at)
{
    struct cpio c = { .data = data, .size = size };
    int more = 1;
    u32 n = 0;
    while (n < limit && (more = cpio_next(&c, &entries[n])) > 0)
        n++;
    *at = c.at;
    return more < 0 ? more : (int)n;
}
