/* vdso.c - finds the kernel's functions in the vDSO, by name and version. Five minutes to read.
 *
 * The kernel maps a small shared object into every process and passes the address of its ELF
 * header as AT_SYSINFO_EHDR. Nobody relocates or loads it; all that is left to do is to find
 * symbols in its dynamic symbol table, as a linker would: the name alone is not enough, because
 * a version says which promise the function keeps.
 *
 * A dynamic program's loader could bind these as weak references, but a static program has no
 * loader. One look-up that serves both is less to read than two. The table is walked, not
 * hashed: it has about ten symbols, and this happens once.
 *
 * Follows: System V gABI chapter 5 (dynamic section, hash table), LSB (symbol versions). */

#include <elf.h>
#include <string.h>
#include "libc.h"
#include "vdso.h"

#define LINUX   "LINUX_4.15" /* Linux's names on riscv64 */
#define POSTERN "POSTERN_1"  /* names that Linux does not have; absent on Linux */

struct vdso_functions vdso;

struct image {
    unsigned long bias; /* address in memory minus address in the file's own terms */
    const char *strings;
    const Elf64_Sym *symbols;
    const Elf32_Word *hash;     /* hash[1] is the number of symbols */
    const Elf64_Versym *versym; /* for each symbol the number of its version */
    const Elf64_Verdef *verdef; /* the names of those numbers */
};

/* Step 1: the program headers say where the dynamic section is, and give the bias. */
static const Elf64_Dyn *
find_dynamic(struct image *image, const Elf64_Ehdr *header)
{
    const Elf64_Phdr *segment = (const void *)((const char *)header + header->e_phoff);
    const Elf64_Dyn *dynamic = NULL;
    for (int i = 0; i < header->e_phnum; i++, segment++) {
        if (segment->p_type == PT_LOAD)
            image->bias = (unsigned long)header + segment->p_offset - segment->p_vaddr;
        if (segment->p_type == PT_DYNAMIC)
            dynamic = (const void *)((const char *)header + segment->p_offset);
    }
    return dynamic;
}

/* Step 2: the dynamic section says where the tables are. Nobody has relocated it: add the bias. */
static int
read_dynamic(struct image *image, const Elf64_Dyn *entry)
{
    for (; entry && entry->d_tag != DT_NULL; entry++) {
        const void *table = (const void *)(image->bias + entry->d_un.d_ptr);
        if (entry->d_tag == DT_STRTAB)
            image->strings = table;
        else if (entry->d_tag == DT_SYMTAB)
            image->symbols = table;
        else if (entry->d_tag == DT_HASH)
            image->hash = table;
        else if (entry->d_tag == DT_VERSYM)
            image->versym = table;
        else if (entry->d_tag == DT_VERDEF)
            image->verdef = table;
    }
    return image->strings && image->symbols && image->hash && image->versym && image->verdef;
}

/* Step 3: does version number `index` have this name? */
static int
version_is(const struct image *image, Elf64_Versym index, const char *name)
{
    const Elf64_Verdef *version = image->verdef;
    for (;;) {
        const Elf64_Verdaux *names = (const void *)((const char *)version + version->vd_aux);
        if (version->vd_ndx == (index & 0x7fff)) /* bit 15: not the default version */
            return strcmp(image->strings + names->vda_name, name) == 0;
        if (!version->vd_next)
            return 0;
        version = (const void *)((const char *)version + version->vd_next);
    }
}

/* Step 4: the defined function of this name and version, or NULL. */
static void *
find_function(const struct image *image, const char *name, const char *version)
{
    for (Elf32_Word i = 0; i < image->hash[1]; i++) {
        const Elf64_Sym *symbol = &image->symbols[i];
        if (ELF64_ST_TYPE(symbol->st_info) == STT_FUNC && symbol->st_shndx != SHN_UNDEF &&
            strcmp(image->strings + symbol->st_name, name) == 0 &&
            version_is(image, image->versym[i], version))
            return (void *)(image->bias + symbol->st_value);
    }
    return NULL;
}

/* Step 5: each pointer gets its function, or stays NULL. Called once by __libc_start. */
void
bind_vdso(unsigned long header)
{
    struct image image = { 0 };
    if (!header)
        return;
    const Elf64_Dyn *dynamic = find_dynamic(&image, (const Elf64_Ehdr *)header);
    if (!read_dynamic(&image, dynamic))
        return;
    vdso.clock_gettime = find_function(&image, "__vdso_clock_gettime", LINUX);
    vdso.clock_getres = find_function(&image, "__vdso_clock_getres", LINUX);
    vdso.gettimeofday = find_function(&image, "__vdso_gettimeofday", LINUX);
    vdso.time = find_function(&image, "__vdso_time", POSTERN);
}
