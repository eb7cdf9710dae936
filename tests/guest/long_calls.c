/* long_calls.c - calls that take long: others are served meanwhile, and a signal ends them soon.
 *
 * Runs on one hart with --icount, where a nanosecond of CLOCK_MONOTONIC is an instruction and the
 * same in each run: so a delay has a bound here that no slow machine can break. Bounds are what
 * Postern promises (a turn of Linux is longer), those of all other loops in docs/design.md; what is
 * left of a transfer is as on Linux. Source: signal(7), read(2), write(2). */

#include "fixture.h"
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>

#define MIB   (1UL << 20)
#define EARLY 3000000L  /* after so many instructions each call here is in its middle */
#define MOST  5000000L  /* and so many may pass until the signal that comes then is seen */
#define TURN  10000000L /* of a program, when another one wants the hart */

/* What child and parent tell each other. */
static struct {
    volatile int done;
    volatile long due, at, result; /* the signal; its handler; the call's */
} * shared;

static char *memory; /* 64 MiB, never touched before the call */

static void
prepare(void)
{
    shared = shared_page();
    memory = anonymous(64 * MIB / PAGE, RW);
}

/* SIGALRM comes in the middle of the call that follows. */
static void
arm(void)
{
    struct itimerval v = { .it_value = { 0, EARLY / 1000 } };
    shared->due = now_ns(CLOCK_MONOTONIC) + EARLY;
    OK(setitimer(ITIMER_REAL, &v, NULL));
}

/* Sleeps for a millisecond. When somebody else has the hart then, his turn may end first. */
static void
sleep_a_little(void)
{
    struct timespec t = { 0, 1000000 };
    long start = now_ns(CLOCK_MONOTONIC);
    OK(nanosleep(&t, NULL));
    long took = now_ns(CLOCK_MONOTONIC) - start, most = t.tv_nsec + TURN + MOST;
    if (took > most)
        FAIL("expected another process to run after %ld instructions at most, seen %ld", most,
             took);
}

/* A child that makes the call and is killed in its middle, unless it is to go on. */
static pid_t
start(long (*call)(void), bool killed)
{
    pid_t pid = OK(fork());
    if (pid == 0) {
        if (killed)
            arm();
        shared->result = call();
        shared->done = 1;
        _exit(0);
    }
    return pid;
}

/* Meanwhile this process has its turns, and so have `others`. */
static void
expect_end(pid_t pid, int others)
{
    int status;
    while (waitpid(pid, &status, WNOHANG) == 0)
        sleep_a_little();
    EQ(shared->done, 0);
    EQ(status, KILLED(SIGALRM));
    long took = now_ns(CLOCK_MONOTONIC) - shared->due, most = MOST + others * TURN;
    if (took > most)
        FAIL("expected death within %ld instructions of the signal, seen %ld", most, took);
}

static void
dies_in(long (*call)(void))
{
    prepare();
    expect_end(start(call, true), 0);
}

static void
on_alarm(int signal)
{
    shared->at = now_ns(CLOCK_MONOTONIC);
}

/* The call is cut short by a handler, which runs soon; what it has done until then counts. */
static void
is_cut_short(long (*call)(void), long least, long most)
{
    struct sigaction a = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };
    prepare();
    OK(sigaction(SIGALRM, &a, NULL));
    arm();
    long result = call();
    TRUE(shared->at != 0);
    long late = shared->at - shared->due;
    if (late > MOST)
        FAIL("expected a handler %ld instructions late at most, seen %ld", MOST, late);
    TRUE(result >= least && result < most);
}

/* --- bytes that cost nothing ------------------------------------------------------------------ */

static long
read_zeros(void)
{
    return read(open("/dev/zero", O_RDONLY), memory, 64 * MIB);
}

static long
read_random(void)
{
    return read(open("/dev/urandom", O_RDONLY), memory, 64 * MIB);
}

static long
get_random(void)
{
    return sys(SYS_getrandom, memory, 64 * MIB, 0);
}

/* Each element is done at once; all of them are not. */
static long
read_pieces(void)
{
    static struct iovec v[1024];
    for (int i = 0; i < 1024; i++)
        v[i] = (struct iovec){ memory + i * PAGE, 256 };
    return readv(open("/dev/urandom", O_RDONLY), v, 1024);
}

#define FILL       "the loop that fills the buffer looks for no signal"
#define WHERE_FILL "kernel/fs/dev.c:/^dev_fill/"

TEST(dies_in_read_of_zeros, FILL, WHERE_FILL)
{
    dies_in(read_zeros);
}

TEST(dies_in_read_of_random_bytes, FILL, WHERE_FILL)
{
    dies_in(read_random);
}

TEST(dies_in_getrandom, FILL, WHERE_FILL)
{
    dies_in(get_random);
}

TEST(dies_in_readv, "signals are looked at in each element, not between them",
     "kernel/syscall/file_io.c:/^transfer_vector/")
{
    dies_in(read_pieces);
}

/* Whole pages have come, and count: the call is not begun again, whatever SA_RESTART says. */
TEST(handler_cuts_read_of_zeros, FILL, WHERE_FILL)
{
    is_cut_short(read_zeros, PAGE, 64 * MIB);
    EQ(memory[0], 0);
}

TEST(handler_cuts_read_of_random_bytes, FILL, WHERE_FILL)
{
    is_cut_short(read_random, 256, 64 * MIB);
}

TEST(handler_cuts_getrandom, FILL, WHERE_FILL)
{
    is_cut_short(get_random, 256, 64 * MIB);
}

TEST(handler_cuts_readv, "signals are looked at in each element, not between them",
     "kernel/syscall/file_io.c:/^transfer_vector/")
{
    is_cut_short(read_pieces, 256, 1024 * 256);
}

/* --- files ------------------------------------------------------------------------------------ */

#define TURNS       "a long transfer looks at nothing between its pages"
#define WHERE_TURNS "kernel/fs/ramfs.c:/^in_turns/"

static int fd; /* of /tmp/long, shared by parent and child */

/* An empty file, or one of so many bytes, all of them a hole. */
static void
make_file(unsigned long size)
{
    unlink("/tmp/long");
    fd = OK(open("/tmp/long", O_RDWR | O_CREAT, 0600));
    OK(ftruncate(fd, (long)size));
}

static long
write_file(void)
{
    return write(fd, memory, 32 * MIB);
}

/* Bytes that do not lie alike in their pages are moved one by one. */
static long
write_crooked(void)
{
    return write(fd, memory + 1, 16 * MIB);
}

static long
read_file(void)
{
    return read(fd, memory, 64 * MIB);
}

static long
read_file_in_pieces(void)
{
    static struct iovec v[64];
    for (unsigned long i = 0; i < 64; i++)
        v[i] = (struct iovec){ memory + i * MIB, MIB };
    return readv(fd, v, 64);
}

/* What is written until then counts, for the size as for the offset. */
TEST(dies_in_write, TURNS, WHERE_TURNS)
{
    struct stat st;
    make_file(0);
    dies_in(write_file);
    OK(fstat(fd, &st));
    TRUE(st.st_size > 0 && st.st_size < (long)(32 * MIB) && st.st_size % PAGE == 0);
    EQ(lseek(fd, 0, SEEK_CUR), st.st_size);
}

TEST(dies_in_crooked_write, TURNS, WHERE_TURNS)
{
    make_file(0);
    dies_in(write_crooked);
}

TEST(dies_in_read, TURNS, WHERE_TURNS)
{
    make_file(64 * MIB);
    dies_in(read_file);
    long at = lseek(fd, 0, SEEK_CUR);
    TRUE(at > 0 && at < (long)(64 * MIB) && at % PAGE == 0);
}

TEST(dies_in_readv_of_a_file, TURNS, WHERE_TURNS)
{
    make_file(64 * MIB);
    dies_in(read_file_in_pieces);
}

/* A transfer that nobody is to see half done makes others wait: they sleep, and can be killed. The
 * reader has its turn before the second one dies and after that, before we hear of it. */
TEST(dies_waiting_for_a_file, "who waits for a file that is busy spins, or cannot be killed",
     "kernel/sched/schedule.c:/^mutex_lock/")
{
    make_file(64 * MIB);
    prepare();
    pid_t reader = start(read_file, false);
    sleep_a_little();
    expect_end(start(read_file, true), 2);
    EQ(STATUS(reader), 0);
}

/* signal(7): a handler does not cut short what is done to a file; programs rely on it. */
TEST(handler_waits_for_a_file, "a write to a file comes back short after a signal", WHERE_TURNS)
{
    struct sigaction a = { .sa_handler = on_alarm };
    prepare();
    make_file(0);
    OK(sigaction(SIGALRM, &a, NULL));
    arm();
    EQ(write(fd, memory, 32 * MIB), 32 * MIB);
    TRUE(shared->at != 0);
}

/* --- names, memory, programs ------------------------------------------------------------------ */

static long
walk_links(void)
{
    struct stat st;
    return stat("/tmp/links/0", &st);
}

/* Thirty-nine links, each with 2,000 components on the way to the next. */
TEST(dies_in_a_walk, "a walk along many links looks at nothing", "kernel/fs/path.c:/^follow/")
{
    char text[4096], name[32];
    mkdir("/tmp/links", 0700);
    OK(chdir("/tmp/links"));
    for (int i = 0; i < 2000; i++)
        memcpy(text + 2 * i, "./", 2);
    for (int i = 0; i < 39; i++) {
        snprintf(text + 4000, 8, "%d", i + 1);
        snprintf(name, sizeof(name), "%d", i);
        OK(symlink(text, name));
    }
    OK(close(OK(open("39", O_CREAT | O_WRONLY, 0600))));
    dies_in(walk_links);
}

static long
open_maps(void)
{
    return open("/proc/self/maps", O_RDONLY);
}

TEST(dies_in_maps, "all areas are printed with the space's lock held",
     "kernel/proc/report.c:/^print_maps/")
{
    char *many = anonymous(4000, RW);
    for (int i = 0; i < 4000; i += 2)
        OK(mprotect(many + i * PAGE, PAGE, PROT_READ));
    dies_in(open_maps);
}

static long
exec_much(void)
{
    static char word[100001], *argv[20];
    memset(word, 'a', sizeof(word) - 1);
    for (int i = 0; i < 19; i++)
        argv[i] = word;
    return execv("/proc/self/exe", argv);
}

TEST(dies_in_exec, "the copying of arguments looks at nothing", "kernel/proc/args.c:/^push_vector/")
{
    dies_in(exec_much);
}
