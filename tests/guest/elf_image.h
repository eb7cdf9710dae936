/* elf_image.h - the smallest program as a file in memory, to be spoilt, written and run.
 *
 * For elf.c, which is about what is refused, and elf_taken.c, about what is not. A row changes a
 * field or two of the image and says what becomes of it; afterwards the image is valid again. */
#pragma once

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
static inline void
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
static inline int
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

static inline const char *
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
static inline void
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

/* A second segment, over the first; and the program as ET_DYN, whose addresses are offsets. */
#define SECOND image.e.e_phnum = 2, image.p[1] = image.p[0]
#define PIE    image.e.e_type = ET_DYN, image.p[0].p_vaddr = 0, image.e.e_entry -= BASE

/* Puts a PT_INTERP of this name and size before the segment. */
static inline void
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
