/*
 * relocate.c - the words of an object that depend on addresses get their values.
 *
 * RISC-V's linkers leave few kinds to a loader: base plus offset, address of a symbol, the same in
 * a table of calls, and the copy of a library's variable into a program that is not PIE. A symbol
 * is the first definition in the order of the link map. Source: RISC-V ELF psABI, relocations.
 */
#include <string.h>
#include <sys/mman.h>
#include "loader.h"

/* The definition of the object's symbol number `number`, searched from *home on; *home becomes the
 * object that defines it. NULL when nobody does and the reference is weak. */
static const Elf64_Sym *
resolve(const struct object *object, unsigned int number, const struct object **home)
{
    const Elf64_Sym *symbol = (const Elf64_Sym *)table(object, DT_SYMTAB) + number;
    const Elf64_Versym *versions = table(object, VERSYM);
    const char *name = string(object, symbol->st_name);
    struct wanted wanted = { name, NULL, gnu_hash(name) };

    if (versions)
        wanted.version = version_name(object, versions[number]);
    for (; *home; *home = (*home)->next) {
        const Elf64_Sym *found = lookup(*home, &wanted);
        if (found)
            return found;
    }
    if (ELF64_ST_BIND(symbol->st_info) != STB_WEAK)
        fail("cannot find symbol ", name, wanted.version ? ", version " : "",
             wanted.version ? wanted.version : "", ", needed by ", object->name);
    return NULL;
}

static void
apply(const struct object *object, const Elf64_Rela *rela)
{
    unsigned long *place = (unsigned long *)(object->bias + rela->r_offset);
    int type = ELF64_R_TYPE(rela->r_info);
    if (type == R_RISCV_RELATIVE)
        *place = object->bias + rela->r_addend;
    if (type == R_RISCV_RELATIVE || type == R_RISCV_NONE)
        return;
    if (type != R_RISCV_64 && type != R_RISCV_JUMP_SLOT && type != R_RISCV_COPY)
        fail(object->path, " has a relocation that this loader does not know");
    /* The original of a copy is anywhere but in the program itself. */
    const struct object *home = type == R_RISCV_COPY ? link_map->next : link_map;
    const Elf64_Sym *found = resolve(object, ELF64_R_SYM(rela->r_info), &home);
    unsigned long value = found ? home->bias + found->st_value : 0;
    if (type == R_RISCV_COPY)
        memcpy(place, (const void *)value, found ? found->st_size : 0);
    else
        *place = value + rela->r_addend;
}

static void
apply_all(const struct object *object, int table_tag, int size_tag)
{
    const Elf64_Rela *rela = table(object, table_tag);
    for (size_t i = 0; i < object->entry[size_tag] / sizeof(*rela); i++)
        apply(object, &rela[i]);
}

/* The vDSO has no relocations, and the loader's own are the same when they are done again. The
 * last page of RELRO may hold other data too, so it stays writable when it is not whole. */
void
relocate(const struct object *object)
{
    apply_all(object, DT_RELA, DT_RELASZ);
    apply_all(object, DT_JMPREL, DT_PLTRELSZ);
    unsigned long start = object->relro & -4096UL, end = object->relro_end & -4096UL;
    if (end > start && mprotect((void *)start, end - start, PROT_READ) < 0)
        fail("cannot protect ", object->name);
}
