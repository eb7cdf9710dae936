/*
 * map.c - a library's file becomes memory, as its program headers say.
 *
 * First the whole span is reserved in one piece, for the distances between segments are fixed at
 * link time. Then each PT_LOAD is mapped over its part. What lies between stays inaccessible.
 * Follows: gABI chapter 5, program loading; Linux's fs/binfmt_elf.c does the same for programs.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "loader.h"

#define PAGE         4096UL
#define PAGE_DOWN(a) ((a) & -PAGE)
#define PAGE_UP(a)   PAGE_DOWN((a) + PAGE - 1)

/* True when header and program headers lie in the `size` bytes read and are ours. */
static bool
is_library(const Elf64_Ehdr *header, ssize_t size)
{
    return size >= (ssize_t)sizeof(*header) && memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 &&
           header->e_ident[EI_CLASS] == ELFCLASS64 && header->e_machine == EM_RISCV &&
           header->e_type == ET_DYN && header->e_phoff < (size_t)size &&
           header->e_phnum <= (size - header->e_phoff) / sizeof(Elf64_Phdr);
}

/* What is not in the file would end in SIGBUS, and what is not in the span that the headers ask for
 * would be mapped over other memory of the process. */
static bool
is_sound(const Elf64_Phdr *segment, Elf64_Off file_size)
{
    return segment->p_offset <= file_size && segment->p_filesz <= file_size - segment->p_offset &&
           segment->p_filesz <= segment->p_memsz && segment->p_vaddr <= -segment->p_memsz - 1 &&
           (segment->p_vaddr - segment->p_offset) % PAGE == 0;
}

/* Maps over the reservation: the file from `offset` on, or zeroed memory when fd is negative. */
static void
must_map(const struct object *object, unsigned long at, size_t size, int prot, int fd, off_t offset)
{
    int flags = MAP_PRIVATE | MAP_FIXED | (fd < 0 ? MAP_ANONYMOUS : 0);
    if (size && mmap((void *)at, size, prot, flags, fd, offset) == MAP_FAILED)
        fail("cannot map ", object->path);
}

/* The file's last page is cleared behind the file's part; whole pages of .bss are fresh ones. */
static void
map_segment(const struct object *object, const Elf64_Phdr *segment, int fd)
{
    unsigned long start = object->bias + segment->p_vaddr;
    unsigned long file_end = start + segment->p_filesz, end = start + segment->p_memsz;
    int prot = (segment->p_flags & PF_R ? PROT_READ : 0) |
               (segment->p_flags & PF_W ? PROT_WRITE : 0) |
               (segment->p_flags & PF_X ? PROT_EXEC : 0);
    must_map(object, PAGE_DOWN(start), PAGE_UP(file_end) - PAGE_DOWN(start), prot, fd,
             PAGE_DOWN(segment->p_offset));
    if (end <= file_end)
        return;
    memset((void *)file_end, 0, PAGE_UP(file_end) - file_end);
    if (end > PAGE_UP(file_end))
        must_map(object, PAGE_UP(file_end), PAGE_UP(end) - PAGE_UP(file_end), prot, -1, 0);
}

/* One read gets the header and the program headers, because linkers put them side by side. */
void
map_library(struct object *object, int fd)
{
    unsigned long low = -1UL, high = 0, dynamic = -1UL;
    _Alignas(Elf64_Ehdr) char start[2048];
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)start;
    if (!is_library(header, read(fd, start, sizeof(start))))
        fail(object->path, " is not a library for this machine");

    const Elf64_Phdr *segments = (const Elf64_Phdr *)(start + header->e_phoff);
    const Elf64_Phdr *end = segments + header->e_phnum;
    Elf64_Off file_size = lseek(fd, 0, SEEK_END);
    for (const Elf64_Phdr *each = segments; each < end; each++) {
        if (each->p_type == PT_DYNAMIC)
            dynamic = each->p_vaddr;
        if (each->p_type != PT_LOAD)
            continue;
        if (!is_sound(each, file_size))
            fail(object->path, " is cut short or damaged");
        low = each->p_vaddr < low ? PAGE_DOWN(each->p_vaddr) : low;
        high = each->p_vaddr + each->p_memsz > high ? each->p_vaddr + each->p_memsz : high;
    }
    if (dynamic < low || dynamic >= high)
        fail(object->path, " has no dynamic section");
    void *base = mmap(NULL, PAGE_UP(high) - low, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED)
        fail("cannot map ", object->path);
    object->bias = (unsigned long)base - low;
    for (const Elf64_Phdr *each = segments; each < end; each++)
        if (each->p_type == PT_LOAD)
            map_segment(object, each, fd);
    describe(object, segments, header->e_phnum);
}
