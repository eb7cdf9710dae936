/* library.c - what the C library's own code (formats, numbers, dates, heap, environment) answers.
 *
 * Prints; test_loader.py compares with what C says, line by line. The library is user/lib, linked
 * dynamically here, so the loader's work is checked along the way. Source: C11, printf(3),
 * strtol(3), strftime(3), malloc(3), setenv(3). */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* Flags, width and precision in those combinations that programs of this tree print; the longest
 * numbers; and the length that snprintf would have needed. */
static void
formats(void)
{
    printf("[%5d|%-5d|%05d|%x|%.3s|%*d|%-*d|%c|%%|%p|%#6x|%04o]\n", 42, 42, -42, 255, "abcdef", 6,
           7, 6, 7, 'x', (void *)0x1234, 255, 18);
    printf("[%ld|%lu|%lx|%zu|%lld|%u|%.5d|%8.3x|%-6s|%6.2s]\n", LONG_MIN, ULONG_MAX, ULONG_MAX,
           (size_t)5, -7LL, UINT_MAX, 42, 10, "ab", "xyz");
    char cut[6];
    const char *volatile text = "too long"; /* the compiler would warn of what is tested here */
    int length = snprintf(cut, sizeof(cut), "%s", text);
    printf("[%s|%d]\n", cut, length);
}

/* Where the number ends, which base its prefix means, and the clamp with ERANGE at both ends. "0x"
 * alone is a 0 with an x behind it. */
static void
numbers(void)
{
    static const char *const texts[] = {
        "-42x", " 0x1fg", "0x", "077", "", "9223372036854775808", "-9223372036854775808"
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        char *end;
        errno = 0;
        long value = strtol(texts[i], &end, 0);
        printf("%ld [%s] %d\n", value, end, errno);
    }
}

/* The beginning; a second before it; leap day of 2000, which the rule of 100 and 400 years makes
 * one; the last second of a leap day; 2100, which has none; and the first day of the year 1. */
static void
dates(void)
{
    static const time_t days[] = { 0, -1, 951782400, 1709251199, 4107542400, -62135596800 };
    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
        struct tm date;
        char text[64];
        strftime(text, sizeof(text), "%F %T %a %e %b %j %Z %%", gmtime_r(&days[i], &date));
        puts(text);
    }
}

/* Fills blocks of many sizes with their number and gives them back out of order. */
static void
heap(void)
{
    unsigned char *blocks[500];
    int good = 0;
    for (int i = 0; i < 500; i++)
        blocks[i] = memset(malloc(i * 13), i, i * 13);
    for (int i = 499; i >= 0; i--) {
        blocks[i] = realloc(blocks[i], i * 26 + 1);
        good += (size_t)blocks[i] % 16 == 0 && (i == 0 || blocks[i][i * 13 - 1] == (i & 255));
    }
    for (int i = 0; i < 500; i += 2)
        free(blocks[i]);
    void *volatile huge = malloc((size_t)1 << 50); /* a compiler may not leave it out */
    printf("blocks %d, huge %d %s\n", good, huge ? 1 : 0, strerror(errno));
}

/* The third argument of setenv says whether an older value is replaced. */
static void
environment(void)
{
    setenv("NEW", "1", 0);
    setenv("NEW", "2", 0);
    setenv("OTHER", "3", 1);
    setenv("OTHER", "4", 1);
    printf("NEW %s OTHER %s NONE %d\n", getenv("NEW"), getenv("OTHER"), getenv("NONE") ? 1 : 0);
}

/* Every way to read the clock, and the errno of a clock that is none, by vDSO or by call. */
static void
clocks(void)
{
    struct timespec a, b, resolution;
    struct timeval c;
    int results = clock_gettime(CLOCK_REALTIME, &a) | gettimeofday(&c, NULL) |
                  clock_gettime(CLOCK_MONOTONIC, &b) | clock_getres(CLOCK_MONOTONIC, &resolution);
    printf("clocks %d, one time: %d\n", results,
           c.tv_sec - a.tv_sec <= 1 && time(NULL) - a.tv_sec <= 1 && time(NULL) >= a.tv_sec - 1);
    printf("no clock: %d", clock_gettime(99, &a));
    printf(" %s\n", strerror(errno));
}

/* How many of `most` blocks of the smallest size malloc gives. */
static int
count_blocks(void *blocks[], int most)
{
    int count = 0;
    while (count < most && (blocks[count] = malloc(1)))
        count++;
    return count;
}

/* The page behind the heap is taken, and all that the heap has but for ten small blocks: each
 * setenv fails, because the list cannot grow, and must give back what it has taken by then. */
static void
environment_without_memory(void)
{
    enum { PAGE = 4096, KEPT = 10, TRIES = 2 * KEPT };
    void *blocks[KEPT];
    int failed = 0;
    count_blocks(blocks, KEPT);
    unsigned long end = (syscall(__NR_brk, 0) + PAGE - 1) & -PAGE;
    mmap((void *)end, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    for (size_t size = 1 << 20; size > 0; size /= 2)
        for (void *volatile block = malloc(size); block;)
            block = malloc(size);
    for (int i = 0; i < KEPT; i++)
        free(blocks[i]);
    for (int i = 0; i < TRIES; i++)
        failed += setenv("TRIED", "", 1) != 0;
    printf("failed %d, left %d\n", failed, count_blocks(blocks, KEPT));
}

int
main(void)
{
    formats();
    numbers();
    dates();
    heap();
    environment();
    clocks();
    environment_without_memory();
    return 0;
}
