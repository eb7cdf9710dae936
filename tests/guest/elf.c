/* elf.c - execve of malformed ELF files: each is refused or dies, the caller lives on.
 *
 * A small valid program is written with one field spoilt. The wanted errnos are those of Linux
 * 6.12. Some defects Linux finds when it has given the old program up, and then it kills. To
 * refuse them earlier is as good, so those rows take either. Several defects at once are
 * attack_exec.c's, what a good file becomes is start.c's. Source: System V ABI, "Object Files"
 * and "Program Loading"; RISC-V ELF psABI; elf(5), execve(2). */

#include "fixture.h"
#include <elf.h>
#include <stddef.h>
#include <sys/stat.h>

#define BASE 0x10000UL
#define PATH "/tmp/elf"

/* li a0, 7; li a7, 94 (exit_group); ecall */
static const uint32_t code[] = { 0x00700513, 0x05e00893, 0x00000073 };

/* The whole file: a header, room for three program headers, code, an interpreter's name. */
struct image {
    Elf64_Ehdr e; /* 64 bytes, and 56 a program header: the code starts at 232 */
    Elf64_Phdr p[3];
    uint32_t code[10];
    char interp[32];
    char rest[PAGE + 64]; /* a table of headers, or a path, that is a little longer than a page */
};

static struct image image;

/* One segment that is the whole file: the headers are mapped with the code, as linkers like to
 * do. */
static void
make_valid(void)
{
    memset(&image, 0, sizeof(image));
    memcpy(image.e.e_ident, ELFMAG "\2\1\1", 7); /* 64 bits, little-endian, version 1 */
    image.e.e_type = ET_EXEC;
    image.e.e_machine = EM_RISCV;
    image.e.e_version = 1;
    image.e.e_entry = BASE + offsetof(struct image, code);
    image.e.e_phoff = offsetof(struct image, p);
    image.e.e_ehsize = sizeof(image.e);
    image.e.e_phentsize = sizeof(image.p[0]);
    image.e.e_phnum = 1;
    image.p[0] = (Elf64_Phdr){ .p_type = PT_LOAD,
                               .p_flags = PF_R | PF_X,
                               .p_vaddr = BASE,
                               .p_filesz = sizeof(image),
                               .p_memsz = sizeof(image),
                               .p_align = PAGE };
    memcpy(image.code, code, sizeof(code));
}

/* When not 0, the file is cut to this size. */
static unsigned long cut;

/* Writes the image and runs it: -errno, or the wait status. Leaves a valid image behind. */
static int
run(void)
{
    unlink(PATH);
    int fd = OK(open(PATH, O_WRONLY | O_CREAT | O_TRUNC, 0755));
    unsigned long size = cut ? cut : sizeof(image);
    EQ(write(fd, &image, size), size);
    OK(fchmod(fd, 0755));
    close(fd);
    int result = exec_child(PATH, (char *[]){ PATH, NULL }, NULL);
    make_valid();
    cut = 0;
    return result;
}

static const char *
result_name(int result)
{
    if (result < 0)
        return strerrorname_np(-result);
    return result & 127 ? strsignal(result & 127) : "a run to its end";
}

#define RUNS EXITED(7)

/* The result of a program that is killed by SIGSEGV or SIGKILL, as under Linux, or refused earlier.
 * The number itself is neither a status nor an errno. */
#define DIES 100000

/* Compares what has become of the image with `wanted`, and makes it valid for the next row. */
static void
gives(int line, const char *change, int wanted)
{
    int r = run();
    bool died = r == SIGSEGV || r == SIGKILL || r == -ENOEXEC || r == -EINVAL || r == -ENOMEM ||
                r == -EPERM;
    if (wanted == DIES ? !died : r != wanted)
        check_fail(__FILE__, line, "expected %s after `%s`, seen %s (%d)",
                   wanted == DIES ? "death or refusal" : result_name(wanted), change,
                   result_name(r), r);
}

/* One spoilt field and what comes of it; its own text is the failure's. */
#define GIVES(result, ...)                                                                         \
    do {                                                                                           \
        __VA_ARGS__;                                                                               \
        gives(__LINE__, #__VA_ARGS__, result);                                                     \
    } while (0)

/* If this fails, every refusal below means nothing. */
TEST(valid_runs, "the smallest static program does not start", "kernel/proc/elf.c:/^elf_load/")
{
    make_valid();
    EQ(run(), RUNS);
}

/* The first 16 bytes of a file say what it is (e_ident). Only some of them are looked at, on Linux
 * too. */
TEST(identification, "magic or class is not checked", "kernel/proc/elf.c:/^elf_load/")
{
    make_valid();
    GIVES(-ENOEXEC, image.e.e_ident[0] = 0);
    GIVES(-ENOEXEC, image.e.e_ident[3] = 'f');
    GIVES(-ENOEXEC, image.e.e_ident[EI_CLASS] = ELFCLASS32);
    GIVES(-ENOEXEC, image.e.e_ident[EI_CLASS] = 0);
    /* What Linux does not look at, and programs therefore get wrong: OSABI 9 is FreeBSD's. */
    GIVES(RUNS, image.e.e_ident[EI_OSABI] = 9);
    GIVES(RUNS, image.e.e_version = 0);
    GIVES(RUNS, image.e.e_flags = 0xffffffff);
}

/* Shells try to run what execve refuses with ENOEXEC as a script, so it must be this errno. */
TEST(type_and_machine, "an object file or another machine's program is started",
     "kernel/proc/elf.c:/^elf_load/")
{
    make_valid();
    GIVES(-ENOEXEC, image.e.e_type = ET_REL);
    GIVES(-ENOEXEC, image.e.e_type = ET_CORE);
    GIVES(-ENOEXEC, image.e.e_type = ET_NONE);
    GIVES(-ENOEXEC, image.e.e_type = 0xfff0);
    GIVES(-ENOEXEC, image.e.e_machine = EM_X86_64);
    GIVES(-ENOEXEC, image.e.e_machine = 0);
}

/* A page's worth of headers is the limit, as on Linux (many_headers). Offsets near
 * 2^64 and 2^63 wrap or become negative when a size is added. At offset 0 the header itself is
 * the table: its first type is the magic number, so there is no segment. */
TEST(program_header_table, "the table's size or place overflows", "kernel/proc/elf.c:/^elf_load/")
{
    make_valid();
    GIVES(-ENOEXEC, image.e.e_phentsize = 55);
    GIVES(-ENOEXEC, image.e.e_phentsize = 0);
    GIVES(-ENOEXEC, image.e.e_phentsize = 64);
    GIVES(-ENOEXEC, image.e.e_phnum = 0);
    GIVES(-ENOEXEC, image.e.e_phnum = 1170);
    GIVES(-ENOEXEC, image.e.e_phnum = 1171);
    GIVES(-ENOEXEC, image.e.e_phnum = 0xffff);
    GIVES(-ENOEXEC, image.e.e_phoff = sizeof(image));
    GIVES(-ENOEXEC, image.e.e_phoff = sizeof(image) - 20);
    GIVES(-ENOEXEC, image.e.e_phoff = 1UL << 62);
    GIVES(-ENOEXEC, image.e.e_phoff = -1UL);
    GIVES(DIES, image.e.e_phoff = 0);
}

/* One byte less than a header, exactly a header, a header and a part of the table: 64 + 56 =
 * 120. */
TEST(cut_files, "a short file is read past its end", "kernel/proc/elf.c:/^elf_load/")
{
    make_valid();
    static const int sizes[] = { 1, 4, 16, 63, 64, 100, 119 };
    for (int i = 0; i < 7; i++)
        GIVES(-ENOEXEC, cut = sizes[i]);
    /* The headers are whole, the code is missing: zeros up to the page's end, which are no
     * instruction (ISA manual, "Base Instruction-Length Encoding"). */
    GIVES(SIGILL, cut = 120);
    GIVES(SIGILL, cut = 240);
}

/* The entry is not checked against the segments, on Linux neither: the first instruction fetch
 * faults. In the kernel's half it must be the user's fault, not a jump. */
TEST(entry_point, "a wild entry kills the kernel instead of the program",
     "kernel/trap/trap.c:/^exception/")
{
    make_valid();
    GIVES(DIES, image.e.e_entry = 0);
    GIVES(DIES, image.e.e_entry = BASE + 0x100000);
    GIVES(DIES, image.e.e_entry = USER_END);
    GIVES(DIES, image.e.e_entry = 0xffffffff80200000);
    GIVES(DIES, image.e.e_entry = -1UL);
}

/* File bytes beyond p_memsz would be written behind the segment. Sums of address and size wrap;
 * 2^39 is twice the user's half. At last .bss of four pages, which is good. */
TEST(segment_sizes, "filesz > memsz, or sizes that overflow, are mapped",
     "kernel/proc/elf.c:/^place/")
{
    make_valid();
    GIVES(DIES, image.p[0].p_filesz = image.p[0].p_memsz + 1);
    GIVES(DIES, image.p[0].p_filesz = -1UL);
    GIVES(DIES, image.p[0].p_memsz = -1UL);
    GIVES(DIES, image.p[0].p_memsz = 1UL << 39);
    GIVES(DIES, image.p[0].p_memsz = 0);
    GIVES(DIES, image.p[0].p_filesz = image.p[0].p_memsz = 0);
    GIVES(RUNS, image.p[0].p_memsz += 4 * PAGE);
}

/* The last user page and the first that is none; page 0, which is never mapped so that NULL
 * faults. p_vaddr and p_offset must be equal modulo the page, for pages are mapped as they are. */
TEST(segment_addresses, "a segment reaches the kernel or page 0", "kernel/proc/elf.c:/^place/")
{
    make_valid();
    GIVES(DIES, image.p[0].p_vaddr = 0);
    GIVES(DIES, image.p[0].p_vaddr = USER_END - PAGE);
    GIVES(DIES, image.p[0].p_vaddr = USER_END);
    GIVES(DIES, image.p[0].p_vaddr = 0xffffffff80200000);
    GIVES(DIES, image.p[0].p_vaddr = KERNEL_HALF);
    GIVES(DIES, image.p[0].p_vaddr = -PAGE);
    GIVES(DIES, image.p[0].p_vaddr = BASE + 8);
    GIVES(DIES, image.p[0].p_offset = 8);
    GIVES(DIES, image.p[0].p_offset = -PAGE);
}

/* In the first row the second segment lies over the first one, which Linux allows. A check of only
 * the first segment, or of the sum of all, would miss the other rows. */
TEST(second_segment, "only the first segment is checked", "kernel/proc/elf.c:/^place/")
{
#define SECOND image.e.e_phnum = 2, image.p[1] = image.p[0]
    make_valid();
    GIVES(RUNS, SECOND);
    GIVES(RUNS, SECOND, image.p[1].p_vaddr += 16 * PAGE);
    GIVES(DIES, SECOND, image.p[1].p_vaddr = KERNEL_HALF);
    GIVES(DIES, SECOND, image.p[1].p_vaddr = USER_END - PAGE);
    GIVES(DIES, SECOND, image.p[1].p_filesz = image.p[1].p_memsz + 1);
}

/* mmap(2), SIGBUS: such pages can be mapped and not touched. */
TEST(segment_beyond_the_file, "pages past the file's end hold something",
     "kernel/mm/fault.c:/^first_touch/")
{
    make_valid();
    GIVES(SIGBUS, image.p[0].p_offset = 4 * PAGE);
    GIVES(SIGBUS, image.p[0].p_offset = 1UL << 40);
}

/* The code must be executable, to be run; that it is readable then, too, is the kernel's choice
 * (PF_X alone runs). The last row is writable and executable: Linux does not forbid it. */
TEST(segment_rights, "p_flags are not honoured", "kernel/proc/elf.c:/^map_segment/")
{
    make_valid();
    GIVES(DIES, image.p[0].p_flags = 0);
    GIVES(DIES, image.p[0].p_flags = PF_R);
    GIVES(RUNS, image.p[0].p_flags = PF_X);
    GIVES(RUNS, image.p[0].p_flags = PF_R | PF_W | PF_X);
}

/* A file without PT_LOAD has no place for an entry point, and nothing to run there. */
TEST(no_load_segment, "a program without segments starts somewhere", "kernel/proc/elf.c:/^place/")
{
    make_valid();
    GIVES(DIES, image.p[0].p_type = PT_NULL);
    GIVES(DIES, image.p[0].p_type = PT_NOTE);
}

/* p_align 0 and 1 mean none (System V ABI, "Program Header"); others are for ET_DYN to obey. */
TEST(alignment_is_a_hint, "an odd p_align is refused or divides by zero",
     "kernel/proc/elf.c:/^place/")
{
    make_valid();
    GIVES(RUNS, image.p[0].p_align = 0);
    GIVES(RUNS, image.p[0].p_align = 3);
    GIVES(RUNS, image.p[0].p_align = 1);
    GIVES(RUNS, image.p[0].p_align = 1UL << 63);
}

/* Puts a PT_INTERP of this name and size before the segment. */
static void
interp(const char *name, unsigned long size)
{
    image.e.e_phnum = 2;
    image.p[1] = image.p[0];
    strcpy(image.interp, name);
    image.p[0] = (Elf64_Phdr){ .p_type = PT_INTERP,
                               .p_offset = offsetof(struct image, interp),
                               .p_filesz = size,
                               .p_memsz = size };
}

/* 9 bytes with the NUL. Without that NUL, empty, or longer than any path: no program. Beyond the
 * file's end: EIO, and an offset that is negative EINVAL, as the read says. */
TEST(interpreter_name, "the name is not checked for its NUL or its size",
     "kernel/proc/elf.c:/^find_interpreter/")
{
    make_valid();
    GIVES(-ENOENT, interp("/no/such", 9));
    GIVES(-ENOEXEC, interp("/no/such", 8));
    GIVES(-ENOEXEC, interp("/no/such", 1));
    GIVES(-ENOEXEC, interp("/no/such", 0));
    GIVES(-ENOEXEC, interp("/no/such", 5000));
    GIVES(-ENOEXEC, interp("/no/such", -1UL));
    GIVES(-EIO, interp("/no/such", 9), image.p[0].p_offset = 1 << 20);
    GIVES(-EINVAL, interp("/no/such", 9), image.p[0].p_offset = -1UL);
}

/* No regular file, still open for writing, too short for a header, no ELF, no right to be run.
 * ELIBBAD tells a broken loader from a broken program. */
TEST(interpreter_file, "a directory or a text is taken for an interpreter",
     "kernel/proc/exec.c:/^process_exec/, kernel/proc/elf.c:/^elf_load/")
{
    make_valid();
    GIVES(-EACCES, interp("/tmp", 5));
    GIVES(-EACCES, interp("/dev/null", 10));
    unlink("/tmp/interp");
    int fd = OK(open("/tmp/interp", O_WRONLY | O_CREAT | O_TRUNC, 0755));
    GIVES(-ETXTBSY, interp("/tmp/interp", 12));
    OK(fchmod(fd, 0755));
    close(fd);
    GIVES(-EIO, interp("/tmp/interp", 12));
    fd = OK(open("/tmp/interp", O_WRONLY));
    static char text[200] = "no ELF file at all";
    EQ(write(fd, text, sizeof(text)), sizeof(text));
    close(fd);
    GIVES(-ELIBBAD, interp("/tmp/interp", 12));
    OK(chmod("/tmp/interp", 0644));
    GIVES(-EACCES, interp("/tmp/interp", 12));
}

/* The program's addresses are offsets then. Alignment of 2 MiB is what linkers ask for huge
 * pages; an absurd one must not shift it out of its range. 2^38 bytes is all of user space: no
 * place is left for it. */
TEST(position_independent, "ET_DYN is mapped at its link address, or wraps",
     "kernel/proc/elf.c:/^place/")
{
#define PIE image.e.e_type = ET_DYN, image.p[0].p_vaddr = 0, image.e.e_entry -= BASE
    make_valid();
    GIVES(RUNS, PIE);
    GIVES(RUNS, PIE, image.p[0].p_align = 1 << 21);
    GIVES(RUNS, PIE, image.p[0].p_align = 3);
    GIVES(DIES, image.e.e_type = ET_DYN, image.p[0].p_vaddr = USER_END);
    GIVES(DIES, PIE, image.p[0].p_memsz = USER_END);
    GIVES(DIES, PIE, image.p[0].p_memsz = -1UL);
}

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

/* Any end will do, if the caller lives: three bytes behind the magic number, of a fixed seed
 * (Knuth's MMIX generator), so the same 300 headers each time. 172 more bytes are the header and
 * two entries. */
TEST(random_bytes, "some header kills the kernel", "kernel/proc/elf.c:/^elf_load/")
{
    unsigned long seed = 12345;
    make_valid();
    for (int i = 0; i < 300; i++) {
        for (int k = 0; k < 3; k++) {
            seed = seed * 6364136223846793005UL + 1442695040888963407UL;
            ((unsigned char *)&image)[4 + (seed >> 33) % 172] = seed >> 56;
        }
        run();
    }
}
