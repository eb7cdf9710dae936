/* story.c - the guest's part of `make demo`: does what the demo tells of, and prints what it saw.
 *
 *   story base    where this exec found the vDSO
 *   story read    the same; then it looks up __vdso_clock_gettime step by step, and reads the
 *                 clock many times by call and by vDSO, with a marker before and behind
 *
 * One fact a line, a word and its values, for tools/demo to judge and to lay out. Nothing is
 * printed between two markers. Follows: gABI chapter 5 (hash table), LSB (symbol versions). */

#include <elf.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <time.h>
#include <unistd.h>

#define SYMBOL    "__vdso_clock_gettime"
#define READS     1000
#define NS_PER_S  1000000000L
#define THOUSANDS 1000

typedef int clock_function(clockid_t clock, struct timespec *now);

/* The traps that the record must show: by their addresses tools/demo tells them from all others.
 * A marker is a call of a number that no kernel has. */
int by_call(clockid_t clock, struct timespec *now);
void marker(void);
extern const char by_call_ecall[], marker_ecall[];
__asm__("by_call:\n"
        "    li a7, 113\n" /* __NR_clock_gettime */
        "by_call_ecall:\n"
        "    ecall\n"
        "    ret\n"
        "marker:\n"
        "    li a7, 5000\n"
        "marker_ecall:\n"
        "    ecall\n"
        "    ret\n");
_Static_assert(__NR_clock_gettime == 113, "by_call has the number");

static struct timespec now;
/* The way that is measured. A program keeps such a pointer in memory and loads it for each call. */
static clock_function *read_clock;

/* --- the look-up -------------------------------------------------------------------------- */

/* The table that the image's dynamic section names by `tag`. The image is linked to begin at 0, so
 * what it calls an address is a distance from its base. */
static const void *
table(unsigned long base, long tag)
{
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)base;
    const Elf64_Phdr *segment = (const Elf64_Phdr *)(base + header->e_phoff);
    while (segment->p_type != PT_DYNAMIC)
        segment++;
    const Elf64_Dyn *entry = (const Elf64_Dyn *)(base + segment->p_vaddr);
    while (entry->d_tag != tag && entry->d_tag != DT_NULL)
        entry++;
    return (const void *)(base + entry->d_un.d_ptr);
}

static Elf64_Word
hash_of(const char *name)
{
    Elf64_Word h = 0;
    for (; *name; name++) {
        h = (h << 4) + (unsigned char)*name;
        h = (h ^ (h >> 24 & 0xf0)) & 0x0fffffff;
    }
    return h;
}

/* The name of the version that the image defines under this number. */
static const char *
version_name(unsigned long base, unsigned number)
{
    const char *record = table(base, DT_VERDEF);
    while (((const Elf64_Verdef *)record)->vd_ndx != number)
        record += ((const Elf64_Verdef *)record)->vd_next;
    const char *first = record + ((const Elf64_Verdef *)record)->vd_aux;
    return (const char *)table(base, DT_STRTAB) + ((const Elf64_Verdaux *)first)->vda_name;
}

/* DT_HASH: two counts, then for each bucket its first symbol, then for each symbol the next one. */
static clock_function *
look_up(unsigned long base)
{
    const Elf64_Word *hash = table(base, DT_HASH);
    const Elf64_Word *bucket = hash + 2;
    const Elf64_Word *next = bucket + hash[0];
    const Elf64_Sym *symbols = table(base, DT_SYMTAB);
    const char *strings = table(base, DT_STRTAB);
    const Elf64_Half *versions = table(base, DT_VERSYM);
    Elf64_Word h = hash_of(SYMBOL);
    Elf64_Word i = bucket[h % hash[0]];
    printf("hash 0x%x %u %u %u\n", h, hash[0], h % hash[0], i);
    for (; i != STN_UNDEF; i = next[i]) {
        printf("chain %u %s\n", i, strings + symbols[i].st_name);
        if (strcmp(strings + symbols[i].st_name, SYMBOL) == 0)
            break;
    }
    printf("version %u %s\n", versions[i], version_name(base, versions[i]));
    printf("symbol 0x%lx\n", (unsigned long)symbols[i].st_value);
    return (clock_function *)(base + symbols[i].st_value);
}

/* --- the reads ---------------------------------------------------------------------------- */

static long
ns_between(struct timespec start, struct timespec end)
{
    return (end.tv_sec - start.tv_sec) * NS_PER_S + end.tv_nsec - start.tv_nsec;
}

/* Nanoseconds that READS rounds of an empty loop take. */
static long
empty_loop_ns(void)
{
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (int i = 0; i < READS; i++)
        __asm__ volatile("");
    clock_gettime(CLOCK_MONOTONIC, &end);
    return ns_between(start, end);
}

/* Nanoseconds that READS rounds with one read each take. */
static long
read_loop_ns(void)
{
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (int i = 0; i < READS; i++)
        read_clock(CLOCK_MONOTONIC, &now);
    clock_gettime(CLOCK_MONOTONIC, &end);
    return ns_between(start, end);
}

/* How many thousandths of a nanosecond one read takes. The empty loop and a read come first: their
 * page faults bring in the pages, outside of the markers. */
static long
measured_read(clock_function *read, struct timespec *last)
{
    long empty_ns = empty_loop_ns();
    read_clock = read;
    read_clock(CLOCK_MONOTONIC, &now);
    marker();
    long ns = read_loop_ns();
    marker();
    *last = now;
    return (ns - empty_ns) * THOUSANDS / READS;
}

static void
read_both_ways(clock_function *by_vdso)
{
    struct timespec called, read;
    long call_cost = measured_read(by_call, &called);
    long vdso_cost = measured_read(by_vdso, &read);
    printf("reads %d\nmarker %p\necall %p\n", READS, (const void *)marker_ecall,
           (const void *)by_call_ecall);
    printf("call %ld.%09ld %ld\n", (long)called.tv_sec, (long)called.tv_nsec, call_cost);
    printf("vdso %ld.%09ld %ld\n", (long)read.tv_sec, (long)read.tv_nsec, vdso_cost);
}

int
main(int argc, char **argv)
{
    unsigned long base = getauxval(AT_SYSINFO_EHDR);
    printf("base 0x%lx\n", base);
    if (base != 0 && argc > 1 && strcmp(argv[1], "read") == 0)
        read_both_ways(look_up(base));
    return fflush(stdout) == 0 ? 0 : 1;
}
