/* elf.c - checks and maps ELF files. See elf.h.
 *
 * Total on hostile files: every number of the file is checked before it is used, sums included. */

#include "proc/elf.h"
#include <asm/errno.h>
#include "lib/string.h"
#include "mm/kmalloc.h"
#include "mm/space.h"
#include "mm/usercopy.h"

#define PATH_LIMIT 4096

/* Random places are drawn from here up; below is left to fixed-address programs. */
#define PLACE_LOW 0x10000000UL

static int
check_header(const Elf64_Ehdr *h)
{
    if (memcmp(h->e_ident, ELFMAG, SELFMAG) || h->e_ident[EI_CLASS] != ELFCLASS64 ||
        (h->e_type != ET_EXEC && h->e_type != ET_DYN) || h->e_machine != EM_RISCV ||
        h->e_phentsize != sizeof(Elf64_Phdr) || !h->e_phnum || h->e_phnum > ELF_MAX_PHDRS)
        return -ENOEXEC;
    return 0;
}

static int
read_interpreter(struct elf *e, const Elf64_Phdr *p)
{
    if (e->interpreter)
        return 0; /* the first one counts */
    if (p->p_filesz > PATH_LIMIT || p->p_filesz < 2)
        return -ENOEXEC;
    if ((s64)p->p_offset < 0)
        return -EINVAL;
    e->interpreter = kzalloc(p->p_filesz);
    if (!e->interpreter)
        return -ENOMEM;
    if (file_read_kernel(e->file, e->interpreter, p->p_filesz, p->p_offset) != (s64)p->p_filesz)
        return -EIO;
    return e->interpreter[p->p_filesz - 1] ? -ENOEXEC : 0;
}

int
elf_open(struct elf *e, struct file *f)
{
    *e = (struct elf){ .file = f };
    if (file_read_kernel(f, &e->header, sizeof(e->header), 0) != sizeof(e->header))
        return -ENOEXEC;
    int err = check_header(&e->header);
    if (err)
        return err;
    s64 bytes = e->header.e_phnum * sizeof(Elf64_Phdr);
    e->phdrs = kzalloc(bytes);
    if (!e->phdrs)
        return -ENOMEM;
    if (file_read_kernel(f, e->phdrs, bytes, e->header.e_phoff) != bytes)
        return -ENOEXEC;
    for (int i = 0; i < e->header.e_phnum && !err; i++)
        if (e->phdrs[i].p_type == PT_INTERP)
            err = read_interpreter(e, &e->phdrs[i]);
    return err;
}

void
elf_close(struct elf *e)
{
    kfree(e->phdrs);
    kfree(e->interpreter);
}

/* --- mapping --------------------------------------------------------------------------------- */

/* Lowest and highest address of all PT_LOADs, and the strictest alignment. */
static int
extent(const struct elf *e, u64 *low, u64 *high, u64 *align)
{
    *low = ~0UL;
    *high = 0;
    *align = PAGE_SIZE;
    for (int i = 0; i < e->header.e_phnum; i++) {
        const Elf64_Phdr *p = &e->phdrs[i];
        if (p->p_type != PT_LOAD)
            continue;
        if (p->p_filesz > p->p_memsz || p->p_vaddr > USER_END || p->p_memsz > USER_END ||
            (p->p_offset - p->p_vaddr) % PAGE_SIZE || p->p_offset + p->p_filesz < p->p_offset)
            return -EINVAL;
        *low = MIN(*low, ALIGN_DOWN(p->p_vaddr, PAGE_SIZE));
        *high = MAX(*high, ALIGN_UP(p->p_vaddr + p->p_memsz, PAGE_SIZE));
        if (p->p_align > *align && !(p->p_align & (p->p_align - 1)) && p->p_align < USER_END)
            *align = p->p_align;
    }
    return *high <= *low ? -EINVAL : 0;
}

static u32
rights_of(const Elf64_Phdr *p)
{
    return (p->p_flags & PF_R ? AREA_READ : 0) | (p->p_flags & PF_W ? AREA_WRITE : 0) |
           (p->p_flags & PF_X ? AREA_EXEC : 0);
}

/* The file's part of a segment, page by page from the file. What the last page holds beyond it
 * belongs to .bss when the segment is writable, and must read as zeros. */
static int
map_file_part(struct elf *e, struct space *s, const Elf64_Phdr *p, u64 start)
{
    const struct pager *pager;
    void *object;
    u64 lead = p->p_vaddr % PAGE_SIZE;
    int err = file_pager(e->file, &pager, &object);
    if (err)
        return err;
    s64 at = space_map(s, start - lead, lead + p->p_filesz, rights_of(p) | MAP_AT_FIXED, pager,
                       object, (p->p_offset - lead) >> PAGE_SHIFT, NULL);
    if (at < 0)
        return (int)at;
    u64 end = start + p->p_filesz, page_end = ALIGN_UP(end, PAGE_SIZE);
    if (p->p_flags & PF_W && p->p_memsz > p->p_filesz && page_end > end) {
        static const char zeros[PAGE_SIZE];
        if (copy_to_space(s, end, zeros, page_end - end))
            return -ENOMEM;
    }
    return 0;
}

static int
map_segment(struct elf *e, struct space *s, const Elf64_Phdr *p)
{
    u64 start = p->p_vaddr + e->bias;
    int err = p->p_filesz ? map_file_part(e, s, p, start) : 0;
    if (err)
        return err;
    u64 zeros = ALIGN_UP(start + p->p_filesz, PAGE_SIZE);
    u64 end = ALIGN_UP(start + p->p_memsz, PAGE_SIZE);
    if (!p->p_filesz)
        zeros = ALIGN_DOWN(start, PAGE_SIZE);
    if (end > zeros) {
        s64 at = space_map(s, zeros, end - zeros, rights_of(p) | MAP_AT_FIXED, NULL, NULL, 0, NULL);
        if (at < 0)
            return (int)at;
    }
    if (e->header.e_phoff >= p->p_offset && e->header.e_phoff - p->p_offset < p->p_filesz)
        e->phdr_address = start + (e->header.e_phoff - p->p_offset);
    return 0;
}

int
elf_map(struct elf *e, struct space *s)
{
    u64 low, high, align;
    int err = extent(e, &low, &high, &align);
    if (err)
        return err;
    if (e->header.e_type == ET_DYN) {
        u64 place = space_random_place(s, PLACE_LOW, USER_END, high - low + align);
        if (!place)
            return -ENOMEM;
        e->bias = ALIGN_UP(place, align) - low;
    } else if (space_map(s, low, high - low, MAP_AT_NOREPLACE, NULL, NULL, 0, NULL) < 0 ||
               space_unmap(s, low, high - low)) {
        return -ENOMEM; /* page 0, the kernel's half, or what is mapped already */
    }
    /* Segments may overlap one another, as they do on Linux: the later one wins. */
    e->end = high + e->bias;
    for (int i = 0; i < e->header.e_phnum && !err; i++)
        if (e->phdrs[i].p_type == PT_LOAD && e->phdrs[i].p_memsz)
            err = map_segment(e, s, &e->phdrs[i]);
    return err;
}
