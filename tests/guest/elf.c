/* elf.c - execve of malformed ELF files: each is refused or dies, the caller lives on.
 *
 * A small valid program is written with one field spoilt. The wanted errnos are those of Linux
 * 6.12. Some defects Linux finds when it has given the old program up, and then it kills. To
 * refuse them earlier is as good, so those rows take either. Several defects at once are
 * attack_exec.c's, what is unusual and taken is elf_taken.c's, what a good file becomes is
 * start.c's. Source: System V ABI, "Object Files" and "Program Loading"; RISC-V ELF psABI; elf(5),
 * execve(2). */

#include "elf_image.h"

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
    make_valid();
    GIVES(RUNS, PIE);
    GIVES(RUNS, PIE, image.p[0].p_align = 1 << 21);
    GIVES(RUNS, PIE, image.p[0].p_align = 3);
    GIVES(DIES, image.e.e_type = ET_DYN, image.p[0].p_vaddr = USER_END);
    GIVES(DIES, PIE, image.p[0].p_memsz = USER_END);
    GIVES(DIES, PIE, image.p[0].p_memsz = -1UL);
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
