/* map.c - a library's file becomes memory, as its program headers say.
 *
 * First the whole span is reserved in one piece, because the linker has fixed the distances between
 * segments. Then each PT_LOAD is mapped over its part. What lies between stays inaccessible.
 * describe also serves objects that the kernel has mapped. Follows: gABI chapter 5, program
 * loading; Linux's fs/binfmt_elf.c does the same for programs. */

#include <string.h>
#include <sys/mman.h>
#include "loader.h"

#define PAGE         4096UL
#define PAGE_DOWN(a) ((a) & -PAGE)
#define PAGE_UP(a)   PAGE_DOWN((a) + PAGE - 1)

/* Copies the values of the dynamic section to their places in the object. */
static void
read_dynamic(struct object *object)
{
    static const Elf64_Xword gnu_tags[] = { DT_GNU_HASH, DT_VERSYM, DT_VERDEF, DT_VERNEED };
    for (const Elf64_Dyn *entry = object->dynamic; entry && entry->d_tag; entry++) {
        Elf64_Xword tag = entry->d_tag;
        for (int i = GNU_HASH; i < ENTRIES; i++)
            if (tag == gnu_tags[i - GNU_HASH])
                object->entry[i] = entry->d_un.d_val;
        if (tag < GNU_HASH) /* newer ones must not land in the places of GNU's */
            object->entry[tag] = entry->d_un.d_val;
    }
    if (!object->entry[DT_STRTAB] || !object->entry[DT_SYMTAB])
        fail(object->name, " has no table of symbols");
}

/* The last page of RELRO may hold other data too, so it stays writable when it is not whole. */
void
describe(struct object *object, const Elf64_Phdr *segments, int count)
{
    for (const Elf64_Phdr *segment = segments; segment < segments + count; segment++) {
        unsigned long start = object->bias + segment->p_vaddr;
        if (segment->p_type == PT_DYNAMIC)
            object->dynamic = (Elf64_Dyn *)start;
        if (segment->p_type == PT_GNU_RELRO) {
            object->relro = PAGE_DOWN(start);
            object->relro_end = PAGE_DOWN(start + segment->p_memsz);
        }
    }
    read_dynamic(object);
}

/* Whether these `size` bytes are the beginning of a library for this machine, with all program
 * headers in them. */
static bool
is_library(const Elf64_Ehdr *header, ssize_t size)
{
    return size >= (ssize_t)sizeof(*header) && memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 &&
           header->e_ident[EI_CLASS] == ELFCLASS64 && header->e_machine == EM_RISCV &&
           header->e_type == ET_DYN && header->e_phoff < (size_t)size &&
           header->e_phnum <= (size - header->e_phoff) / sizeof(Elf64_Phdr);
}

/* Whether the segment can be mapped. A page that the file does not have would end in SIGBUS. An end
 * that wraps round, or lies below the file's part, would map over other memory of the process. */
static bool
is_sound(const Elf64_Phdr *segment, Elf64_Off file_size)
{
    if (segment->p_offset > file_size || segment->p_filesz > file_size - segment->p_offset)
        return false;
    if (segment->p_memsz < segment->p_filesz || segment->p_vaddr > -segment->p_memsz - 1)
        return false;
    return (segment->p_vaddr - segment->p_offset) % PAGE == 0;
}

/* Maps over the reservation: the file from `offset` on, or zeroed memory when fd is negative. */
static void
must_map(const struct object *object, unsigned long at, size_t size, int prot, int fd, off_t offset)
{
    int flags = MAP_PRIVATE | MAP_FIXED | (fd < 0 ? MAP_ANONYMOUS : 0);
    if (size && mmap((void *)at, size, prot, flags, fd, offset) == MAP_FAILED)
        fail("cannot map ", object->path);
}

/* Behind the file's part comes .bss: the rest of the file's last page is cleared, and further pages
 * are fresh ones. */
static void
map_segment(const struct object *object, const Elf64_Phdr *segment, int fd)
{
    unsigned long start = object->bias + segment->p_vaddr;
    unsigned long file_end = start + segment->p_filesz;
    unsigned long end = start + segment->p_memsz;
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

/* Reserves the whole span that the segments ask for, and so decides the object's bias. */
static void
reserve(struct object *object, const Elf64_Phdr *segments, int count, Elf64_Off file_size)
{
    unsigned long low = -1UL, high = 0, dynamic = -1UL;
    for (const Elf64_Phdr *each = segments; each < segments + count; each++) {
        unsigned long end = each->p_vaddr + each->p_memsz;
        if (each->p_type == PT_DYNAMIC)
            dynamic = each->p_vaddr;
        if (each->p_type != PT_LOAD)
            continue;
        if (!is_sound(each, file_size))
            fail(object->path, " is cut short or damaged");
        if (each->p_vaddr < low)
            low = PAGE_DOWN(each->p_vaddr);
        if (end > high)
            high = end;
    }
    if (dynamic < low || dynamic >= high)
        fail(object->path, " has no dynamic section");
    void *base = mmap(NULL, PAGE_UP(high) - low, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED)
        fail("cannot map ", object->path);
    object->bias = (unsigned long)base - low;
}

/* One read gets the header and the program headers, because linkers put them side by side. */
void
map_library(struct object *object, int fd)
{
    _Alignas(Elf64_Ehdr) char start[2048];
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)start;
    ssize_t size = read(fd, start, sizeof(start));
    if (!is_library(header, size))
        fail(object->path, " is not a library for this machine");
    const Elf64_Phdr *segments = (const Elf64_Phdr *)(start + header->e_phoff);
    reserve(object, segments, header->e_phnum, lseek(fd, 0, SEEK_END));
    for (int i = 0; i < header->e_phnum; i++)
        if (segments[i].p_type == PT_LOAD)
            map_segment(object, &segments[i], fd);
    describe(object, segments, header->e_phnum);
}
