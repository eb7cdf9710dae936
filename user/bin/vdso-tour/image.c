/* image.c - reads the vDSO as the ELF shared object that it is.
 *
 * The image is linked to begin at address 0, so what its tables call addresses are distances from
 * `base`. Nothing here knows that it looks at a vDSO: the ELF specification (gABI) and, for symbol
 * versions, the GNU extension described in the Linux Standard Base are all that is used. */

#include <elf.h>
#include <stdio.h>
#include <string.h>
#include "tour.h"

enum { VERSION_MASK = 0x7fff }; /* the top bit of a versym entry says "hidden" */

/* The first program header of a type, NULL when there is none. */
static const Elf64_Phdr *
find_header(unsigned long base, unsigned type)
{
    const Elf64_Ehdr *elf = (const Elf64_Ehdr *)base;
    const Elf64_Phdr *header = (const Elf64_Phdr *)(base + elf->e_phoff);
    for (unsigned i = 0; i < elf->e_phnum; i++)
        if (header[i].p_type == type)
            return &header[i];
    return NULL;
}

/* What the dynamic section says about `tag`, as an address here; 0 when it says nothing. */
static unsigned long
dynamic_address(unsigned long base, long tag)
{
    const Elf64_Phdr *header = find_header(base, PT_DYNAMIC);
    if (!header)
        return 0;
    for (const Elf64_Dyn *d = (const Elf64_Dyn *)(base + header->p_vaddr); d->d_tag != DT_NULL; d++)
        if (d->d_tag == tag)
            return base + d->d_un.d_ptr;
    return 0;
}

/* Names are offsets into one table of texts. */
static const char *
string_at(unsigned long base, unsigned long offset)
{
    return (const char *)(dynamic_address(base, DT_STRTAB) + offset);
}

/* A note is a header, a name and a content, both padded to four bytes. The build-id tells which
 * build this is: a debugger finds the file with the symbols by it. */
static void
show_build_id(unsigned long base)
{
    const Elf64_Phdr *header = find_header(base, PT_NOTE);
    if (!header)
        return;
    unsigned long at = base + header->p_vaddr;
    unsigned long end = at + header->p_memsz;
    while (at + sizeof(Elf64_Nhdr) <= end) {
        const Elf64_Nhdr *note = (const Elf64_Nhdr *)at;
        const char *name = (const char *)(note + 1);
        const unsigned char *content = (const unsigned char *)name + ((note->n_namesz + 3) & ~3u);
        if (note->n_type == NT_GNU_BUILD_ID && strcmp(name, ELF_NOTE_GNU) == 0)
            for (unsigned i = 0; i < note->n_descsz; i++)
                printf("%02x", content[i]);
        at = (unsigned long)content + ((note->n_descsz + 3) & ~3u);
    }
}

static void
show_segment(const char *type, const Elf64_Phdr *header)
{
    printf("%s 0x%lx-0x%lx", type, header->p_vaddr, header->p_vaddr + header->p_memsz);
}

/* What a loader would look at: one segment for everything, readable and executable, never
 * writable. */
void
show_headers(unsigned long base)
{
    const Elf64_Ehdr *elf = (const Elf64_Ehdr *)base;
    const Elf64_Phdr *load = find_header(base, PT_LOAD);
    const Elf64_Phdr *dynamic = find_header(base, PT_DYNAMIC);
    const unsigned long soname = dynamic_address(base, DT_SONAME); /* base plus its offset */
    printf("ELF     type %d (DYN is %d), machine %d (RISC-V is %d), soname %s\n", elf->e_type,
           ET_DYN, elf->e_machine, EM_RISCV, soname != 0 ? string_at(base, soname - base) : "none");
    printf("        build-id ");
    show_build_id(base);
    if (load && dynamic) {
        printf("\n        ");
        show_segment("PT_LOAD", load);
        printf(" %c%c%c, ", load->p_flags & PF_R ? 'r' : '-', load->p_flags & PF_W ? 'w' : '-',
               load->p_flags & PF_X ? 'x' : '-');
        show_segment("PT_DYNAMIC", dynamic);
    }
    printf("\n");
}

/* The name of the version that symbol number `index` belongs to. */
static const char *
version_name(unsigned long base, unsigned index)
{
    const Elf64_Half *versions = (const Elf64_Half *)dynamic_address(base, DT_VERSYM);
    const Elf64_Verdef *v = (const Elf64_Verdef *)dynamic_address(base, DT_VERDEF);
    while (versions && v) {
        if (v->vd_ndx == (versions[index] & VERSION_MASK)) {
            const Elf64_Verdaux *name = (const Elf64_Verdaux *)((const char *)v + v->vd_aux);
            return string_at(base, name->vda_name);
        }
        if (v->vd_next == 0)
            break;
        v = (const Elf64_Verdef *)((const char *)v + v->vd_next);
    }
    return "no version";
}

/* The symbol table has no length of its own: the old hash table has one chain entry a symbol. */
static unsigned
symbol_count(unsigned long base)
{
    const Elf64_Word *hash = (const Elf64_Word *)dynamic_address(base, DT_HASH);
    return hash ? hash[1] : 0;
}

/* Symbol number `index` if it is a function that others may call, else NULL. */
static const Elf64_Sym *
exported_function(unsigned long base, unsigned index)
{
    const Elf64_Sym *symbol = (const Elf64_Sym *)dynamic_address(base, DT_SYMTAB) + index;
    if (symbol->st_shndx == SHN_UNDEF || ELF64_ST_TYPE(symbol->st_info) != STT_FUNC)
        return NULL;
    return symbol;
}

/* Shows all functions, in the order of the table. */
void
show_symbols(unsigned long base)
{
    for (unsigned i = 0; i < symbol_count(base); i++) {
        const Elf64_Sym *symbol = exported_function(base, i);
        if (symbol)
            printf("symbol  0x%lx  %4ld bytes  %-24s %s\n", base + symbol->st_value,
                   (long)symbol->st_size, string_at(base, symbol->st_name), version_name(base, i));
    }
}

/* A C library does this at its start. It compares the version too, and may use a hash table. */
void *
find_symbol(unsigned long base, const char *name)
{
    for (unsigned i = 0; i < symbol_count(base); i++) {
        const Elf64_Sym *symbol = exported_function(base, i);
        if (symbol && strcmp(string_at(base, symbol->st_name), name) == 0)
            return (void *)(base + symbol->st_value);
    }
    return NULL;
}
