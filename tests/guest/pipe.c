/* pipe.c - pipes: order, capacity, ends, atomic writes, SIGPIPE, waiting and waking.
 *
 * poll on pipes is in poll.c, calls that begin again in restart.c. On 4 harts two ends of a pipe
 * really run at once, which is where a lost wake-up shows. Source: pipe(7), write(2). */

#include "peer.h"
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <time.h>

/* pipe(7): 16 pages since Linux 2.6.11. Programs write as much before they read, and hang on
 * less. */
#define CAPACITY 65536

/* fds[0] reads what fds[1] writes. */
static int fds[2];

static void
nonblocking(int fd)
{
    OK(fcntl(fd, F_SETFL, O_NONBLOCK));
}

/* A stream: what was written in two pieces is read as one, and the other way round (pipe(7)). */
TEST(bytes_in_order, "a read takes bytes twice, or a write border shows", "kernel/fs/pipe.c")
{
    char text[10];
    OK(pipe(fds));
    EQ(write(fds[1], "abc", 3), 3);
    EQ(write(fds[1], "defg", 4), 4);
    EQ(read(fds[0], text, 2), 2);
    EQ(memcmp(text, "ab", 2), 0);
    EQ(read(fds[0], text, 10), 5);
    EQ(memcmp(text, "cdefg", 5), 0);
}

/* Room for one page comes back when a page has been read, not when the pipe is empty. */
TEST(capacity_is_64_kib, "the pipe holds less than Linux's 65,536 bytes",
     "kernel/fs/pipe.c:/^#define PIPE_PAGES/")
{
    static char block[4096];
    int total = 0;
    long n;
    OK(pipe(fds));
    nonblocking(fds[1]);
    while ((n = write(fds[1], block, sizeof(block))) > 0)
        total += n;
    EQ(errno, EAGAIN);
    EQ(total, CAPACITY);
    /* One page read makes room for one page and no byte more. */
    EQ(read(fds[0], block, 4096), 4096);
    EQ(write(fds[1], block, 4096), 4096);
    FAILS(write(fds[1], block, 1), EAGAIN);
}

/* pipe(7): a write of more than PIPE_BUF bytes that may not wait takes what fits and tells how
 * much. */
TEST(nonblocking_partial_write, "a large write to a nearly full pipe is all or nothing",
     "kernel/fs/pipe.c")
{
    static char block[100000];
    OK(pipe(fds));
    nonblocking(fds[1]);
    EQ(write(fds[1], block, sizeof(block)), CAPACITY);
    /* Room for two pages, so that the next write has to wrap round in the ring. */
    EQ(read(fds[0], block, 8192), 8192);
    /* Larger than PIPE_BUF: what fits is taken. */
    EQ(write(fds[1], block, 20000), 8192);
}

/* PIPE_BUF is 4,096: so much or less goes in whole or not at all (pipe(7)). There is room for 100
 * bytes, and none of them may be used. */
TEST(atomic_up_to_pipe_buf, "a write of PIPE_BUF or less is split", "kernel/fs/pipe.c")
{
    static char block[CAPACITY];
    OK(pipe(fds));
    nonblocking(fds[1]);
    EQ(write(fds[1], block, CAPACITY - 100), CAPACITY - 100);
    FAILS(write(fds[1], block, 4096), EAGAIN);
    /* Nothing of the refused write may have come through. */
    nonblocking(fds[0]);
    long n, left = 0;
    while ((n = read(fds[0], block, sizeof(block))) > 0)
        left += n;
    EQ(left, CAPACITY - 100);
}

/* End of file is a state, not an event: it can be read as often as one likes. */
TEST(end_of_file, "the reader waits for ever when the last writer goes", "kernel/fs/pipe.c")
{
    char byte;
    OK(pipe(fds));
    EQ(write(fds[1], "x", 1), 1);
    OK(close(fds[1]));
    EQ(read(fds[0], &byte, 1), 1);
    EQ(read(fds[0], &byte, 1), 0);
    EQ(read(fds[0], &byte, 1), 0);
}

/* The child closes its own writing end first, or it would wait for itself: the oldest bug with
 * pipes. */
TEST(end_wakes_a_sleeping_reader, "close does not wake", "kernel/fs/pipe.c:/^pipe_release/")
{
    char byte;
    OK(pipe(fds));
    pid_t pid = OK(fork());
    if (pid == 0) {
        close(fds[1]);
        _exit(read(fds[0], &byte, 1));
    }
    /* Long enough for the child to be asleep in read on any machine that is not overloaded. */
    let_pass_ms(20);
    close(fds[1]);
    ENDS(pid, 0);
}

/* `yes | head` ends by this signal. A write of nothing is no write and gives no EPIPE. */
TEST(no_reader_is_epipe, "the write works, or hangs",
     "kernel/fs/pipe.c, kernel/syscall/file.c:/^transfer_result/")
{
    OK(pipe(fds));
    close(fds[0]);
    signal(SIGPIPE, SIG_IGN);
    FAILS(write(fds[1], "x", 1), EPIPE);
    /* The default kills before write can return. */
    signal(SIGPIPE, SIG_DFL);
    EQ(IN_CHILD(if (write(fds[1], "x", 1)) _exit(9)), KILLED(SIGPIPE));
    EQ(write(fds[1], "x", 0), 0);
}

static volatile int caught;

static void
note(int signal)
{
    caught = signal;
}

/* Servers catch or ignore it and look at the errno. */
TEST(sigpipe_can_be_caught, "SIGPIPE kills although a handler is there",
     "kernel/syscall/file.c:/^transfer_result/")
{
    OK(pipe(fds));
    close(fds[0]);
    signal(SIGPIPE, note);
    FAILS(write(fds[1], "x", 1), EPIPE);
    EQ(caught, SIGPIPE);
}

/* The writer has put 64 KiB into the pipe and sleeps. Nobody will ever make room, so it must wake,
 * and it tells first what it had written. */
TEST(reader_goes_while_writer_sleeps, "a sleeping writer is not woken",
     "kernel/fs/pipe.c:/^pipe_release/")
{
    static char block[200000];
    OK(pipe(fds));
    pid_t pid = OK(fork());
    if (pid == 0) {
        close(fds[0]);
        signal(SIGPIPE, SIG_IGN);
        /* What went into the pipe counts; only then EPIPE. */
        EQ(write(fds[1], block, sizeof(block)), CAPACITY);
        FAILS(write(fds[1], block, 1), EPIPE);
        _exit(0);
    }
    let_pass_ms(30);
    close(fds[0]);
    ENDS(pid, 0);
}

/* write(2) may return less, pipes do not: programs that never look at the result work on Linux.
 * Reads of a size that divides nothing make the border of the ring move through all places. */
TEST(blocking_write_is_whole, "a large write returns early", "kernel/fs/pipe.c")
{
    static char out[300000], in[300000];
    OK(pipe(fds));
    for (unsigned i = 0; i < sizeof(out); i++)
        /* No period of a page or of the reads' 7,777: a piece at a wrong place shows. */
        out[i] = i * 13 + i / 256;
    pid_t pid = OK(fork());
    if (pid == 0) {
        EQ(write(fds[1], out, sizeof(out)), sizeof(out));
        _exit(0);
    }
    unsigned long got = 0;
    while (got < sizeof(in)) {
        long n = OK(read(fds[0], in + got, 7777));
        TRUE(n > 0);
        got += n;
    }
    EQ(memcmp(in, out, sizeof(in)), 0);
    ENDS(pid, 0);
}

/* pipe(7), PIPE_BUF: logs of several processes rely on it. A line of one letter tells a mixture at
 * once. */
TEST(writers_do_not_mix, "two writes of PIPE_BUF or less are mixed", "kernel/fs/pipe.c")
{
    enum { WRITERS = 4, LINES = 200, SIZE = 256 };
    char line[SIZE];
    OK(pipe(fds));
    for (int w = 0; w < WRITERS; w++)
        if (OK(fork()) == 0) {
            memset(line, 'a' + w, SIZE);
            for (int i = 0; i < LINES; i++)
                EQ(write(fds[1], line, SIZE), SIZE);
            _exit(0);
        }
    close(fds[1]);
    for (int i = 0; i < WRITERS * LINES; i++) {
        /* A read may end in the middle of a line; only the order of bytes is promised. */
        for (long got = 0; got < SIZE;) {
            long n = OK(read(fds[0], line + got, SIZE - got));
            TRUE(n > 0);
            got += n;
        }
        for (int k = 1; k < SIZE; k++)
            EQ(line[k], line[0]);
    }
    /* And no byte more than was written. */
    EQ(read(fds[0], line, 1), 0);
}

/* All readers are woken by one byte; all but one must sleep again without having taken anything.
 * The sum is right only when each byte was taken exactly once. */
TEST(many_readers_one_byte_each, "a byte is given to two readers, or lost", "kernel/fs/pipe.c")
{
    enum { READERS = 6, BYTES = 600 };
    pid_t pids[READERS];
    int back[2], sum = 0, total = 0;
    char byte;
    OK(pipe(fds));
    OK(pipe(back));
    for (int r = 0; r < READERS; r++) {
        pids[r] = OK(fork());
        if (pids[r] == 0) {
            close(fds[1]);
            /* Ends when the last writer has gone, which wakes all readers at once. */
            while (read(fds[0], &byte, 1) == 1)
                sum++;
            _exit(write(back[1], &sum, sizeof(sum)) != sizeof(sum));
        }
    }
    for (int i = 0; i < BYTES; i++)
        EQ(write(fds[1], "x", 1), 1);
    close(fds[1]);
    for (int r = 0; r < READERS; r++) {
        EQ(read(back[0], &sum, sizeof(sum)), sizeof(sum));
        total += sum;
        ENDS(pids[r], 0);
    }
    EQ(total, BYTES);
}

/* Each side sleeps and wakes 3,000 times, so the window between looking and sleeping is met on any
 * machine with two harts. A wake-up lost there is no wrong result but a hang. */
TEST(ping_pong, "a wake-up is lost once in a thousand", "kernel/sched/schedule.c:/^wake_all/")
{
    int to[2], from[2];
    char byte;
    OK(pipe(to));
    OK(pipe(from));
    pid_t pid = OK(fork());
    if (pid == 0) {
        close(to[1]);
        while (read(to[0], &byte, 1) == 1)
            EQ(write(from[1], &byte, 1), 1);
        _exit(0);
    }
    for (int i = 0; i < 3000; i++) {
        char c = i;
        EQ(write(to[1], &c, 1), 1);
        EQ(read(from[0], &byte, 1), 1);
        EQ(byte, c);
    }
    close(to[1]);
    ENDS(pid, 0);
}

/* An empty pipe with a writer is EAGAIN; 0 would be end of file. */
TEST(nonblocking_read, "an empty pipe blocks, or gives 0", "kernel/fs/pipe.c")
{
    char byte;
    OK(pipe(fds));
    nonblocking(fds[0]);
    FAILS(read(fds[0], &byte, 1), EAGAIN);
    EQ(read(fds[0], &byte, 0), 0);
    EQ(write(fds[1], "x", 1), 1);
    EQ(read(fds[0], &byte, 1), 1);
    FAILS(read(fds[0], &byte, 1), EAGAIN);
}

/* pipe(7), I/O on pipes: ioctl FIONREAD gives the number of unread bytes. Event loops size their
 * buffers by it. */
TEST(bytes_waiting, "FIONREAD is unknown", "kernel/fs/pipe.c:/^pipe_ioctl/")
{
    int n = -1;
    OK(pipe(fds));
    EQ(write(fds[1], "12345", 5), 5);
    OK(ioctl(fds[0], FIONREAD, &n));
    EQ(n, 5);
}

/* signal(7): without SA_RESTART a slow call ends with EINTR. The pipe is empty for the read and
 * full for the second write, so that both sleep. */
TEST(read_is_interrupted, "a signal does not end the wait of a reader or writer",
     "kernel/syscall/file.c:/^transfer_result/, kernel/proc/deliver.c:/^restart_call/")
{
    struct sigaction action = { .sa_handler = note };
    char byte;
    static char block[CAPACITY];
    OK(pipe(fds));
    OK(sigaction(SIGUSR1, &action, NULL));
    pid_t pid = peer_nags(SIGUSR1, 10);
    FAILS(read(fds[0], &byte, 1), EINTR);
    /* Not interrupted, though signals come: it never sleeps. */
    EQ(write(fds[1], block, sizeof(block)), sizeof(block));
    FAILS(write(fds[1], block, 10), EINTR);
    KILL_PEER(pid);
}

/* signal(7): once bytes have moved the call succeeds with their number, or the caller would send
 * them again. EINTR only if the signal came before the first byte. */
TEST(interrupted_large_write_counts, "a write that has moved bytes gives EINTR", "kernel/fs/pipe.c")
{
    struct sigaction action = { .sa_handler = note };
    static char block[100000];
    OK(pipe(fds));
    OK(sigaction(SIGUSR1, &action, NULL));
    pid_t pid = peer_nags(SIGUSR1, 10);
    /* Nobody reads: it must sleep when the pipe is full, in the middle of its work. */
    long n = write(fds[1], block, sizeof(block));
    TRUE(n == CAPACITY || (n == -1 && errno == EINTR));
    KILL_PEER(pid);
}
