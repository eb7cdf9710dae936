/* elf.c - checks and maps ELF files: programs and their interpreters. See exec.h.
 *
 * Total on hostile files: every number of the file is checked before it is used, sums included.
 * Source: System V ABI, "Program Loading and Dynamic Linking"; RISC-V ELF psABI. */

#include "fs/path.h"
#include "lib/string.h"
#include "mm/kmalloc.h"
#include "mm/usercopy.h"
#include "proc/exec.h"

/* Stores the path of the interpreter, with its NUL, if the program names one. The first PT_INTERP
 * counts. The errors are those that Linux gives for each defect. */
static int
find_interpreter(const Elf64_Ehdr *h, const Elf64_Phdr *p, struct file *f, char *path)
{
    const Elf64_Phdr *end = p + h->e_phnum;
    while (p < end && p->p_type != PT_INTERP)
        p++;
    if (p == end)
        return 0;
    if (p->p_filesz > PATH_LIMIT || p->p_filesz < 2)
        return -ENOEXEC;
    if ((s64)p->p_offset < 0)
        return -EINVAL;
    if (file_read_kernel(f, path, p->p_filesz, p->p_offset) != (s64)p->p_filesz)
        return -EIO;
    if (path[p->p_filesz - 1])
        return -ENOEXEC;
    return *path ? 0 : -EACCES; /* an empty path leads to a directory */
}

/* With sizes and addresses bounded by USER_END no sum in this file overflows. The offset of a
 * segment without bytes in the file means nothing. */
static bool
segment_is_sound(const Elf64_Phdr *p)
{
    return p->p_vaddr <= USER_END && p->p_memsz <= USER_END && p->p_filesz <= p->p_memsz &&
           p->p_offset + p->p_filesz >= p->p_offset &&
           (!p->p_filesz || (p->p_offset - p->p_vaddr) % PAGE_SIZE == 0);
}

/* Checks all PT_LOADs and finds where they go: bias, entry and end. They keep their distances, so
 * one free range is looked for that holds all of them. */
static int
place(struct elf *e, const Elf64_Phdr *phdrs, struct space *s)
{
    u64 low = ~0UL, high = 0, align = PAGE_SIZE;
    for (const Elf64_Phdr *p = phdrs; p < phdrs + e->header.e_phnum; p++) {
        if (p->p_type != PT_LOAD)
            continue;
        if (!segment_is_sound(p))
            return -EINVAL;
        if (p->p_memsz)
            low = MIN(low, ALIGN_DOWN(p->p_vaddr, PAGE_SIZE));
        high = MAX(high, ALIGN_UP(p->p_vaddr + p->p_memsz, PAGE_SIZE));
        /* A hint, as on Linux: an odd or absurd one is left aside. */
        if (p->p_align > align && !(p->p_align & (p->p_align - 1)) && p->p_align < USER_END)
            align = p->p_align;
    }
    if (high <= low)
        return -EINVAL;
    if (e->header.e_type == ET_DYN) {
        u64 at = space_random_place(s, 0, high - low + align);
        if (!at)
            return -ENOMEM;
        e->bias = ALIGN_UP(at, align) - low;
    }
    e->entry = e->header.e_entry + e->bias;
    e->end = high + e->bias;
    return 0;
}

/* Pages `start` to `end` show the file from the segment's offset on. What the last one holds beyond
 * the segment's part of the file belongs to .bss if that is writable, and must read as zeros. */
static int
map_file_pages(const Elf64_Phdr *p, struct file *f, struct space *s, u64 start, u64 end, u32 flags)
{
    static const char zeros[PAGE_SIZE];
    const struct pager *pager;
    void *object;
    int err = file_pager(f, &pager, &object);
    if (err)
        return err;
    s64 at =
        space_map(s, start, end - start, flags, pager, object, p->p_offset >> PAGE_SHIFT, NULL);
    if (at < 0)
        return (int)at;
    u64 file_end = start + p->p_offset % PAGE_SIZE + p->p_filesz;
    bool has_bss = p->p_flags & PF_W && p->p_memsz > p->p_filesz;
    if (has_bss && copy_to_space(s, file_end, zeros, end - file_end))
        return -ENOMEM;
    return 0;
}

/* A segment is pages of the file, and behind them pages of zeros. They meet at a page's end. */
static int
map_segment(struct elf *e, const Elf64_Phdr *p, struct file *f, struct space *s)
{
    u64 vaddr = p->p_vaddr + e->bias;
    u64 start = ALIGN_DOWN(vaddr, PAGE_SIZE);
    u64 end = ALIGN_UP(vaddr + p->p_memsz, PAGE_SIZE);
    u64 zeros_start = p->p_filesz ? ALIGN_UP(vaddr + p->p_filesz, PAGE_SIZE) : start;
    u32 flags = MAP_AT_FIXED;
    flags |= p->p_flags & PF_R ? AREA_READ : 0;
    flags |= p->p_flags & PF_W ? AREA_WRITE : 0;
    flags |= p->p_flags & PF_X ? AREA_EXEC : 0;
    s64 at = 0;
    if (zeros_start > start)
        at = map_file_pages(p, f, s, start, zeros_start, flags);
    if (at == 0 && end > zeros_start)
        at = space_map(s, zeros_start, end - zeros_start, flags, NULL, NULL, 0, NULL);
    /* Where the program finds its own headers (AT_PHDR), if this segment holds them. */
    u64 phdrs = e->header.e_phoff - p->p_offset;
    if (e->header.e_phoff >= p->p_offset && phdrs < p->p_filesz)
        e->phdr_address = vaddr + phdrs;
    return at < 0 ? (int)at : 0;
}

int
elf_load(struct elf *e, struct file *f, struct space *s, char *interpreter_path)
{
    Elf64_Ehdr *h = &e->header;
    int broken = interpreter_path ? -ENOEXEC : -ELIBBAD;
    if (file_read_kernel(f, h, sizeof(*h), 0) != sizeof(*h))
        return interpreter_path ? -ENOEXEC : -EIO;
    s64 bytes = h->e_phnum * sizeof(Elf64_Phdr);
    if (memcmp(h->e_ident, ELFMAG, SELFMAG) || h->e_ident[EI_CLASS] != ELFCLASS64 ||
        (h->e_type != ET_EXEC && h->e_type != ET_DYN) || h->e_machine != EM_RISCV ||
        h->e_phentsize != sizeof(Elf64_Phdr) || !bytes || bytes > (s64)PAGE_SIZE)
        return broken;
    Elf64_Phdr *phdrs scoped_kfree = kzalloc(bytes);
    if (!phdrs)
        return -ENOMEM;
    if (file_read_kernel(f, phdrs, bytes, h->e_phoff) != bytes)
        return broken;
    int err = interpreter_path ? find_interpreter(h, phdrs, f, interpreter_path) : 0;
    err = err ?: place(e, phdrs, s);
    /* Segments may overlap one another, as they do on Linux: the later one wins. */
    for (const Elf64_Phdr *p = phdrs; p < phdrs + h->e_phnum && !err; p++) {
        if (p->p_type == PT_LOAD && p->p_memsz)
            err = map_segment(e, p, f, s);
        if (p->p_type == PT_GNU_STACK)
            e->stack_exec = p->p_flags & PF_X ? AREA_EXEC : 0;
    }
    return err;
}
