/* relocate.c - the words of an object that depend on addresses get their values.
 *
 * RISC-V's linkers leave few kinds to a loader: base plus offset, address of a symbol, the same in
 * a table of calls, and the copy of a library's variable into a program that is not PIE. A symbol
 * is the first definition in the order of the link map. Source: RISC-V ELF psABI, relocations. */

#include <string.h>
#include <sys/mman.h>
#include "loader.h"

/* What a reference is bound to. All zeros when nobody defines the symbol and the reference is
 * weak. */
struct definition {
    unsigned long address;
    size_t size;
};

/* Looks for the object's symbol `number` in the link map, from `home` on. */
static struct definition
resolve(const struct object *object, unsigned int number, const struct object *home)
{
    const Elf64_Sym *symbol = (const Elf64_Sym *)table(object, DT_SYMTAB) + number;
    const Elf64_Versym *versions = table(object, VERSYM);
    const char *name = string(object, symbol->st_name);
    struct wanted wanted = { .name = name, .hash = gnu_hash(name) };
    if (versions)
        wanted.version = version_name(object, versions[number]);
    for (; home; home = home->next) {
        const Elf64_Sym *found = lookup(home, &wanted);
        if (found)
            return (struct definition){ home->bias + found->st_value, found->st_size };
    }
    bool weak = ELF64_ST_BIND(symbol->st_info) == STB_WEAK;
    if (!weak && wanted.version)
        fail("cannot find symbol ", name, ", version ", wanted.version, ", needed by ",
             object->name);
    if (!weak)
        fail("cannot find symbol ", name, ", needed by ", object->name);
    return (struct definition){ 0 };
}

static void
apply(const struct object *object, const Elf64_Rela *rela)
{
    unsigned long *place = (unsigned long *)(object->bias + rela->r_offset);
    unsigned int number = ELF64_R_SYM(rela->r_info);
    struct definition original;
    switch (ELF64_R_TYPE(rela->r_info)) {
    case R_RISCV_NONE:
        break;
    case R_RISCV_RELATIVE:
        *place = object->bias + rela->r_addend;
        break;
    case R_RISCV_64:
    case R_RISCV_JUMP_SLOT:
        *place = resolve(object, number, link_map).address + rela->r_addend;
        break;
    case R_RISCV_COPY: /* only a program has them: the original is in an object behind it */
        original = resolve(object, number, link_map->next);
        memcpy(place, (const void *)original.address, original.size);
        break;
    default:
        fail(object->path, " has a relocation that this loader does not know");
    }
}

static void
apply_all(const struct object *object, int table_tag, int size_tag)
{
    const Elf64_Rela *rela = table(object, table_tag);
    for (size_t i = 0; i < object->entry[size_tag] / sizeof(*rela); i++)
        apply(object, &rela[i]);
}

/* The vDSO has no relocations, and the loader's own give the same values when they are done
 * again. */
void
relocate(const struct object *object)
{
    apply_all(object, DT_RELA, DT_RELASZ);
    apply_all(object, DT_JMPREL, DT_PLTRELSZ);
    size_t size = object->relro_end - object->relro;
    if (size && mprotect((void *)object->relro, size, PROT_READ) < 0)
        fail("cannot protect ", object->name);
}
