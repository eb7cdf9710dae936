/* shootdown.c - mappings change while other harts use them: the old page is gone at once.
 *
 * One thread changes, others touch without pause. After the call has returned, `done` says so;
 * whoever then still gets through the old translation has a stale TLB. QEMU caches translations as
 * hardware does, so a forgotten flush does show. Source: munmap(2), mprotect(2), and the privileged
 * ISA manual on sfence.vma: it reaches its own hart only. */

#include "peer.h"
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>

#define USERS  3
#define ROUNDS 10
/* Not the first word of the page: a list of free frames may have its links there. */
#define SPOT 100

static char *volatile page;
static volatile int round_now, done, running, stale, wrong;
static __thread sigjmp_buf back;

static void
fault(int signal)
{
    siglongjmp(back, 1);
}

/* Each use reads `done` first: what is allowed after it was set is a stale translation. */
struct use {
    void (*touch)(volatile char *at, int finished);
};

static void
only_read(volatile char *at, int finished)
{
    char value = *at;
    stale += finished;
    wrong += value != 7 && value != 0;
}

static void
only_write(volatile char *at, int finished)
{
    *at = 7;
    stale += finished;
}

/* A reader must see the new page's 3 after the change, and never the old 7. */
static void
new_contents(volatile char *at, int finished)
{
    char value = *at;
    stale += finished && value != 3;
    wrong += value != 7 && value != 3;
}

/* The page reads as 0 after MADV_DONTNEED. */
static void
becomes_zero(volatile char *at, int finished)
{
    char value = *at;
    stale += finished && value != 0;
    wrong += value != 7 && value != 0;
}

/* Touches the page of this round until it faults, or the next round begins. */
static void *
user(void *arg)
{
    const struct use *use = arg;
    for (volatile int r = 1; r <= ROUNDS; r++) {
        while (round_now < r)
            sched_yield();
        __atomic_fetch_add(&running, 1, __ATOMIC_SEQ_CST);
        if (sigsetjmp(back, 1) == 0)
            for (int after = 0; after < 20 && round_now == r;) {
                int finished = __atomic_load_n(&done, __ATOMIC_SEQ_CST);
                use->touch(page, finished);
                after += finished;
            }
        __atomic_fetch_sub(&running, 1, __ATOMIC_SEQ_CST);
    }
    return NULL;
}

/* Runs `change` against USERS threads, again and again on fresh pages. */
static void
storm(void (*touch)(volatile char *, int), void (*change)(char *))
{
    struct use use = { touch };
    pthread_t t[USERS];
    signal(SIGSEGV, fault);
    for (int i = 0; i < USERS; i++)
        EQ(pthread_create(&t[i], NULL, user, &use), 0);
    for (int r = 1; r <= ROUNDS; r++) {
        char *p = mmap(NULL, PAGE, RW, ANON, -1, 0);
        TRUE(p != MAP_FAILED);
        p[SPOT] = 7;
        page = p + SPOT;
        done = 0;
        __atomic_store_n(&round_now, r, __ATOMIC_SEQ_CST);
        while (running < USERS)
            sched_yield();
        change(p);
        __atomic_store_n(&done, 1, __ATOMIC_SEQ_CST);
        while (running > 0)
            sched_yield();
        OK(munmap(p, PAGE));
    }
    for (int i = 0; i < USERS; i++)
        EQ(pthread_join(t[i], NULL), 0);
    EQ(stale, 0);
    EQ(wrong, 0);
}

static void
unmap(char *p)
{
    OK(munmap(p, PAGE));
}

static void
protect_none(char *p)
{
    OK(mprotect(p, PAGE, PROT_NONE));
}

static void
protect_read(char *p)
{
    OK(mprotect(p, PAGE, PROT_READ));
}

static void
map_over(char *p)
{
    char *q = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    q[SPOT] = 3;
    /* The page with the 3 takes the old one's place in one step. */
    EQ(mremap(q, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, p), p);
}

static void
drop(char *p)
{
    OK(madvise(p, PAGE, MADV_DONTNEED));
}

/* The frame is free when munmap returns, and soon somebody else's: a stale read leaks, a stale
 * write destroys. */
TEST(munmap_reaches_all_harts, "munmap returns before the other harts' TLBs are flushed",
     "kernel/mm/area.c:/^area_unmap/, kernel/mm/active.c:/^space_flush/")
{
    storm(only_read, unmap);
}

/* Garbage collectors stop their threads this way, by a page that they take away. */
TEST(mprotect_none_reaches_all_harts, "mprotect flushes only its own hart",
     "kernel/mm/map.c:/^space_protect/, kernel/mm/active.c:/^space_flush/")
{
    storm(only_read, protect_none);
}

/* Only the right shrinks, the frame stays: a flush that is made only when a page goes away misses
 * it. */
TEST(write_right_goes_everywhere, "a hart writes on into a read-only page",
     "kernel/mm/map.c:/^space_protect/, kernel/mm/active.c:/^space_flush/")
{
    storm(only_write, protect_read);
}

/* The area stays as it is, so only the flush tells the others that another frame is there now. */
TEST(dropped_page_is_gone, "MADV_DONTNEED leaves the old page in a TLB",
     "kernel/mm/map.c:/^space_advise/, kernel/mm/active.c:/^space_flush/")
{
    storm(becomes_zero, drop);
}

/* There is no moment without a page here: no reader faults, and each must change over to the new
 * page. */
TEST(replaced_page_is_gone, "mremap over a page leaves the old one in a TLB",
     "kernel/annex/remap/remap.c:/^move_area/, kernel/mm/active.c:/^space_flush/")
{
    char *p = mmap(NULL, PAGE, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    /* mremap may be missing; then there is nothing to be stale. */
    if (sys(SYS_mremap, p, PAGE, PAGE, MREMAP_MAYMOVE) == -ENOSYS)
        return;
    storm(new_contents, map_over);
}

static volatile long *counter;
static volatile int stop;

static void *
count(void *arg)
{
    while (!stop)
        ++*counter;
    return NULL;
}

/* Copy on write: the parent's other thread writes without a break. As long as its hart remembers
 * the right to write, it writes into the page that the child takes for its own. */
TEST(fork_takes_a_snapshot, "another thread writes on into pages shared with the child",
     "kernel/mm/space.c:/^space_fork/")
{
    pthread_t t;
    counter = mmap(NULL, PAGE, RW, ANON, -1, 0);
    EQ(pthread_create(&t, NULL, count, NULL), 0);
    for (int i = 0; i < 40; i++) {
        /* The thread is in the middle of its loop, its translation fresh. */
        while (*counter % 64 == 0)
            ;
        pid_t pid = OK(fork());
        if (pid == 0) {
            long first = *counter;
            for (int k = 0; k < 20; k++) {
                sys(SYS_sched_yield);
                if (*counter != first)
                    _exit(1);
            }
            _exit(0);
        }
        ENDS(pid, 0);
    }
    stop = 1;
    pthread_join(t, NULL);
}

/* Takes frames and fills them with a pattern that nobody else writes. */
static void
reuse_frames(void)
{
    for (;;) {
        char *p = mmap(NULL, 16 * PAGE, RW, ANON, -1, 0);
        memset(p, 0x5a, 16 * PAGE);
        munmap(p, 16 * PAGE);
    }
}

/* The other process takes each frame as soon as it is free and fills it: 0x5a is a value that only
 * a stale translation can show (`wrong`). */
TEST(freed_frames_are_not_seen, "a frame is reused before all TLBs have forgotten it",
     "kernel/mm/area.c, kernel/mm/active.c:/^space_flush/")
{
    pid_t pid = OK(fork());
    if (pid == 0)
        reuse_frames();
    storm(only_read, unmap);
    KILL_PEER(pid);
}

static void *
touch_all(void *arg)
{
    char *base = arg;
    for (int round = 0; round < 30; round++)
        for (int i = 0; i < 256; i++)
            base[i * PAGE + round]++;
    return NULL;
}

/* Two harts find the same page missing in the same moment: one of them must notice, with the lock
 * held, that there is a page by now. */
TEST(faults_on_one_area_at_once, "two harts map two frames for one page",
     "kernel/mm/fault.c:/^space_fault_locked/")
{
    for (int n = 0; n < 10; n++) {
        char *base = mmap(NULL, 256 * PAGE, RW, ANON, -1, 0);
        pthread_t t[2];
        /* Same pages, other bytes: a page mapped twice loses what one of them wrote. */
        for (long i = 0; i < 2; i++)
            EQ(pthread_create(&t[i], NULL, touch_all, base + i * 100), 0);
        for (int i = 0; i < 2; i++)
            EQ(pthread_join(t[i], NULL), 0);
        for (int i = 0; i < 256; i++)
            for (int k = 0; k < 2; k++)
                for (int round = 0; round < 30; round++)
                    EQ(base[i * PAGE + k * 100 + round], 1);
        OK(munmap(base, 256 * PAGE));
    }
}
