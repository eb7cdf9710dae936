/* elf_taken.c - execve of unusual ELF files that Linux takes: odd segments, places and paths.
 *
 * Linkers, packers and people who write headers by hand make such files. What must be refused is
 * elf.c's. Source: System V ABI, "Program Loading"; Linux 6.12, fs/binfmt_elf.c as seen through
 * execve(2); RISC-V ELF psABI. */

#include "elf_image.h"

/* ld leaves the offset of a segment that has no bytes in the file as it comes: nothing is read from
 * there. A segment without memory is nothing at all, wherever it stands. .bss may begin in the
 * middle of a page, and before the code. */
TEST(segment_without_bytes, "p_offset or p_vaddr is looked at though it means nothing",
     "kernel/proc/elf.c:/^segment_is_sound/, kernel/proc/elf.c:/^place/")
{
#define BSS(n)                                                                                     \
    SECOND, image.p[n].p_filesz = 0, image.p[n].p_memsz = 3 * PAGE,                                \
            image.p[n].p_flags = PF_R | PF_W, image.p[n].p_vaddr += 64 * PAGE
    make_valid();
    GIVES(RUNS, BSS(1), image.p[1].p_offset = 0x123);
    GIVES(RUNS, BSS(1), image.p[1].p_vaddr += 0x456);
    GIVES(RUNS, BSS(1), image.p[1].p_offset = 1 << 30);
    GIVES(RUNS, BSS(1), image.p[1].p_offset = -5UL);
    GIVES(RUNS, BSS(0), image.p[0].p_offset = 0x123);
    GIVES(RUNS, BSS(1), image.p[1].p_flags = PF_R, image.p[1].p_offset = 0x123);
    GIVES(RUNS, BSS(1), image.p[1].p_flags = 0, image.p[1].p_offset = 0x123);
    GIVES(RUNS, PIE, BSS(1), image.p[1].p_offset = 0x123);
#define EMPTY(n) BSS(n), image.p[n].p_memsz = 0
    GIVES(RUNS, EMPTY(1));
    GIVES(RUNS, EMPTY(1), image.p[1].p_offset = 0x123);
    GIVES(RUNS, EMPTY(1), image.p[1].p_vaddr = 0x123);
    GIVES(RUNS, EMPTY(0), image.p[0].p_vaddr = 0);
    GIVES(RUNS, EMPTY(1), image.p[1].p_vaddr = 0x3fff000000);
    GIVES(DIES, EMPTY(1), image.p[1].p_vaddr = KERNEL_HALF);
}

/* The System V ABI wants segments in order of their addresses, and Linux does not look. They may
 * lie far apart, share a page of the file, or end in it. */
TEST(unusual_segments, "segments in another order, far apart or of odd sizes are refused",
     "kernel/proc/elf.c:/^map_segment/")
{
#define TAIL                                                                                       \
    SECOND, image.p[1].p_vaddr += PAGE, image.p[1].p_offset += PAGE, image.p[1].p_filesz = 100,    \
                                                                     image.p[1].p_memsz = 3 * PAGE
    make_valid();
    GIVES(RUNS, SECOND, image.p[0].p_vaddr += 64 * PAGE);
    GIVES(RUNS, SECOND, image.p[1].p_vaddr = 0x2000000000);
    GIVES(RUNS, SECOND, image.p[0].p_vaddr = 0x2000000000);
    GIVES(RUNS, TAIL);
    GIVES(RUNS, TAIL, image.p[1].p_flags = PF_R);
    GIVES(RUNS, image.p[0].p_filesz -= 100);
    GIVES(RUNS, image.p[0].p_filesz -= 100, image.p[0].p_flags = PF_R | PF_W | PF_X);
}

/* Fields that only linkers and debuggers read may hold anything. */
TEST(what_is_not_read, "a field that means nothing here is checked",
     "kernel/proc/elf.c:/^elf_load/")
{
#define OTHER(type) SECOND, image.p[1].p_type = (type), image.p[1].p_filesz = -1UL
    make_valid();
    GIVES(RUNS, image.p[0].p_paddr = -1UL);
    GIVES(RUNS, image.e.e_shoff = -1UL, image.e.e_shnum = 9, image.e.e_ehsize = 1);
    GIVES(RUNS, image.e.e_ident[EI_DATA] = ELFDATA2MSB);
    GIVES(RUNS, image.e.e_ident[EI_VERSION] = 0);
    GIVES(RUNS, OTHER(PT_NOTE));
    GIVES(RUNS, OTHER(PT_TLS));
    GIVES(RUNS, OTHER(PT_PHDR));
    GIVES(RUNS, OTHER(PT_DYNAMIC));
    GIVES(RUNS, OTHER(PT_GNU_RELRO));
    GIVES(RUNS, OTHER(PT_GNU_STACK), image.p[1].p_memsz = -1UL);
    GIVES(RUNS, OTHER(PT_LOPROC + 3));
}

/* This many headers, the segment's last. They take all of what follows the name. */
static void
headers(int n)
{
    Elf64_Phdr *p = (Elf64_Phdr *)image.rest;
    memset(p, 0, (unsigned long)n * sizeof(*p));
    p[n - 1] = image.p[0];
    image.e.e_phoff = offsetof(struct image, rest);
    image.e.e_phnum = n;
}

/* 73 of 56 bytes are a page's worth, which is Linux' limit as well (ELF_MIN_ALIGN). */
TEST(many_headers, "a table of nearly a page is refused, or a longer one read",
     "kernel/proc/elf.c:/^elf_load/")
{
    make_valid();
    GIVES(RUNS, headers(73));
    GIVES(-ENOEXEC, headers(74));
}

/* An embedder links its program where nothing else is: into the last GiB of user space, say. The
 * heap wants to stand above it, and finds no room there. */
TEST(at_the_end_of_user_space, "a program whose heap finds no room above it is refused",
     "kernel/proc/exec.c:/^draw_places/, kernel/mm/place.c:/^space_random_place/")
{
#define AT(addr)                                                                                   \
    image.p[0].p_vaddr = (addr), image.e.e_entry = (addr) + offsetof(struct image, code)
    make_valid();
    GIVES(RUNS, AT(USER_END - (1UL << 30)));
    GIVES(RUNS, AT(USER_END - (1UL << 29)));
    GIVES(RUNS, AT(USER_END - (1UL << 24)));
    GIVES(RUNS, AT(USER_END - 4 * PAGE));
    GIVES(RUNS, AT(USER_END / 3 * 2 & -PAGE));
}

/* Is the image at a multiple of 2 MiB? auipc a0, 0; addi a0, a0, -232 (the code's offset);
 * slli a0, a0, 64-21; snez a0, a0; addi a0, a0, 7; li a7, 94 (exit_group); ecall */
static const uint32_t aligned[] = { 0x00000517, 0xf1850513, 0x02b51513, 0x00a03533,
                                    0x00750513, 0x05e00893, 0x00000073 };

/* The largest p_align of all segments counts. One chance in 512 each that a wrong place is right;
 * and an alignment of half of user space leaves two places, of all of it none but the link
 * address. */
TEST(alignment_is_kept, "ET_DYN is not placed at a multiple of p_align",
     "kernel/proc/elf.c:/^place/")
{
#define ALIGNED PIE, memcpy(image.code, aligned, sizeof(aligned))
    make_valid();
    for (int i = 0; i < 4; i++) {
        GIVES(RUNS, ALIGNED, image.p[0].p_align = 1 << 21);
        GIVES(RUNS, ALIGNED, image.p[0].p_align = 1 << 30);
        GIVES(RUNS, ALIGNED, SECOND, image.p[1].p_vaddr += 1 << 24, image.p[1].p_align = 1 << 21);
    }
    GIVES(RUNS, ALIGNED, image.p[0].p_align = 1UL << 37);
    GIVES(RUNS, PIE, image.p[0].p_align = 1UL << 38);
    GIVES(RUNS, image.e.e_type = ET_DYN);
    GIVES(RUNS, image.e.e_type = ET_DYN, AT(0x3fff000000));
}

/* Writes `c.jr ra` below sp and calls it: lui t0, 8; addi t0, t0, 0x82; addi a1, sp, -16;
 * sw t0, (a1); fence.i; jalr a1. What follows is `code`. */
static const uint32_t on_stack[] = { 0x000082b7, 0x0822829b, 0xff010593,
                                     0x0055a023, 0x0000100f, 0x000580e7 };

/* A compiler that builds trampolines on the stack (gcc, for nested functions) asks for X there. Who
 * does not ask does not get it. The last such header counts. */
TEST(executable_stack, "PT_GNU_STACK is not looked at", "kernel/proc/exec.c:/^draw_places/")
{
#define ON_STACK(flags)                                                                            \
    image.e.e_phnum = 2, image.p[1] = (Elf64_Phdr){ .p_type = PT_GNU_STACK, .p_flags = (flags) },  \
    memcpy(image.code, on_stack, sizeof(on_stack)),                                                \
    memcpy(image.code + sizeof(on_stack) / 4, code, sizeof(code))
    make_valid();
    GIVES(SIGSEGV, ON_STACK(0));
    GIVES(SIGSEGV, ON_STACK(PF_R | PF_W));
    GIVES(SIGSEGV, ON_STACK(PF_X), image.p[1].p_type = PT_NULL);
    GIVES(RUNS, ON_STACK(PF_R | PF_W | PF_X));
    GIVES(RUNS, ON_STACK(PF_X));
#define TWICE image.e.e_phnum = 3, image.p[2] = image.p[1]
    GIVES(SIGSEGV, ON_STACK(PF_X), TWICE, image.p[2].p_flags = 0);
    GIVES(RUNS, ON_STACK(0), TWICE, image.p[2].p_flags = PF_X);
}

/* A PT_INTERP of n bytes: slashes, and at the end the name. */
static void
long_interp(const char *name, unsigned long n)
{
    interp("", n);
    image.p[0].p_offset = offsetof(struct image, rest);
    memset(image.rest, '/', n);
    strcpy(image.rest + n - strlen(name) - 1, name);
}

/* A small program as interpreter, and a program whose own entry leads nowhere. The path may take a
 * page (PATH_MAX); its first NUL ends it; the first PT_INTERP counts, what is wrong with a second
 * does not. The interpreter may have a fixed place, too, and then takes it from the program. */
TEST(interpreter_runs, "a long path, a relative one or a fixed place is refused",
     "kernel/proc/elf.c:/^find_interpreter/")
{
#define INTERP(...) interp(__VA_ARGS__), image.e.e_entry = 0
#define LONG(n)     long_interp("/tmp/interp", n), image.e.e_entry = 0
    make_valid();
    PIE;
    EQ(run(), RUNS);
    OK(rename(PATH, "/tmp/interp"));
    GIVES(RUNS, INTERP("/tmp/interp", 12));
    GIVES(RUNS, INTERP("/tmp/interp", 12), PIE);
    GIVES(RUNS, INTERP("/tmp/interp", 20), strcpy(image.interp + 13, "xyz"));
    GIVES(-ENOEXEC, INTERP("/tmp/interp", 20), image.interp[19] = 1);
    GIVES(-EACCES, INTERP("", 5));
    GIVES(RUNS, INTERP("/tmp/interp", 12), image.e.e_phnum = 3, image.p[2] = image.p[1],
          image.p[1] = image.p[0], image.p[1].p_filesz = 0, image.p[1].p_offset = -1UL);
    GIVES(RUNS, LONG(2049));
    GIVES(RUNS, LONG(4096));
    GIVES(-ENOEXEC, LONG(4097));
    OK(chdir("/tmp"));
    GIVES(RUNS, INTERP("interp", 7));
    AT(0x3000000);
    EQ(run(), RUNS);
    AT(0x3000000);
    int fd = OK(open("/tmp/interp", O_WRONLY | O_TRUNC));
    EQ(write(fd, &image, sizeof(image)), sizeof(image));
    close(fd);
    make_valid();
    GIVES(RUNS, INTERP("/tmp/interp", 12));
    GIVES(RUNS, INTERP("/tmp/interp", 12), image.p[1].p_vaddr = 0x3000000);
}
