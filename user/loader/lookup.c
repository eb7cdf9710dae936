/* lookup.c - a symbol by name and version: what dynamic linking comes down to. A five-minute read.
 *
 * An object's dynamic symbols are an array. Beside it lies a hash table of their names, in the old
 * form (DT_HASH), GNU's (DT_GNU_HASH) or both, and an array with the number of each symbol's
 * version (DT_VERSYM). Those numbers mean something inside the object only: the lists DT_VERDEF
 * (what it defines) and DT_VERNEED (what it needs of others) give them names. Follows: gABI chapter
 * 5, hash table; LSB, symbol versioning; GNU hash after binutils' elflink.c. */

#include <string.h>
#include "loader.h"

#define HIDDEN_VERSION 0x8000 /* of a Versym: only for those who ask for this very version */
#define UNNAMED        2      /* numbers below are "local" and "global": no version */

#define ANY (~0u) /* stands for every number of a version */

/* The record `offset` bytes behind this one; NULL for the offset 0, which ends a list. */
static const void *
step(const void *record, Elf64_Word offset)
{
    return offset ? (const char *)record + offset : NULL;
}

/* The name of the first version that the object defines under this number (or ANY) and this name
 * (or NULL: any name). NULL when there is none. */
static const char *
defined_version(const struct object *object, unsigned int index, const char *wanted)
{
    const Elf64_Verdef *each = table(object, VERDEF);
    for (; each; each = step(each, each->vd_next)) {
        const Elf64_Verdaux *record = step(each, each->vd_aux);
        const char *name = string(object, record->vda_name);
        bool has_number = index == ANY || each->vd_ndx == index;
        bool has_name = !wanted || strcmp(name, wanted) == 0;
        if (has_number && has_name)
            return name;
    }
    return NULL;
}

/* The name of the version that the object needs under this number. The list has one record for each
 * library, and each of those a list of its own with one record for each version. */
static const char *
needed_version(const struct object *object, unsigned int index)
{
    const Elf64_Verneed *file = table(object, VERNEED);
    for (; file; file = step(file, file->vn_next)) {
        const Elf64_Vernaux *each = step(file, file->vn_aux);
        while (each && each->vna_other != index)
            each = step(each, each->vna_next);
        if (each)
            return string(object, each->vna_name);
    }
    return NULL;
}

const char *
version_name(const struct object *object, unsigned int index)
{
    index &= ~HIDDEN_VERSION;
    if (index < UNNAMED)
        return NULL;
    const char *needed = needed_version(object, index);
    return needed ? needed : defined_version(object, index, NULL);
}

/* Who asks without a version gets the default one; an object without versions serves all. */
static bool
version_matches(const struct object *object, unsigned int number, const char *version)
{
    const Elf64_Versym *versions = table(object, VERSYM);
    if (!versions)
        return true;
    if (!version)
        return !(versions[number] & HIDDEN_VERSION);
    return defined_version(object, versions[number] & ~HIDDEN_VERSION, version);
}

/* The symbol of this number, if it is defined here, seen from outside, and the wanted one. */
static const Elf64_Sym *
match(const struct object *object, unsigned int number, const struct wanted *wanted)
{
    const Elf64_Sym *symbol = (const Elf64_Sym *)table(object, DT_SYMTAB) + number;
    if (symbol->st_shndx == SHN_UNDEF || ELF64_ST_BIND(symbol->st_info) == STB_LOCAL ||
        strcmp(string(object, symbol->st_name), wanted->name) != 0 ||
        !version_matches(object, number, wanted->version))
        return NULL;
    return symbol;
}

static Elf32_Word
sysv_hash(const char *name)
{
    Elf32_Word h = 0;
    for (; *name; name++) {
        h = (h << 4) + (unsigned char)*name;
        h = (h ^ (h >> 24 & 0xf0)) & 0x0fffffff;
    }
    return h;
}

/* DT_HASH: two counts, then for each bucket its first symbol, then for each symbol the next one. */
static const Elf64_Sym *
lookup_old(const struct object *object, const Elf32_Word *hash, const struct wanted *wanted)
{
    Elf32_Word buckets = hash[0];
    const Elf32_Word *bucket = hash + 2;
    const Elf32_Word *next = bucket + buckets;
    for (Elf32_Word i = bucket[sysv_hash(wanted->name) % buckets]; i != STN_UNDEF; i = next[i]) {
        const Elf64_Sym *symbol = match(object, i, wanted);
        if (symbol)
            return symbol;
    }
    return NULL;
}

Elf32_Word
gnu_hash(const char *name)
{
    Elf32_Word h = 5381;
    for (; *name; name++)
        h = h * 33 + (unsigned char)*name;
    return h;
}

/* DT_GNU_HASH: four counts, a Bloom filter (which only saves time: it is skipped here), for each
 * bucket its first symbol, and for each hashed symbol its hash, whose lowest bit ends the bucket.
 * The symbols of a bucket stand side by side. */
static const Elf64_Sym *
lookup_gnu(const struct object *object, const Elf32_Word *hash, const struct wanted *wanted)
{
    Elf32_Word buckets = hash[0];
    Elf32_Word first = hash[1]; /* symbols before it are not defined here, and not in the table */
    const Elf32_Word *bucket = hash + 4 + 2 * hash[2]; /* hash[2]: 64-bit words of the filter */
    const Elf32_Word *hashes = bucket + buckets;
    Elf32_Word i = bucket[wanted->hash % buckets];
    if (i == STN_UNDEF)
        return NULL;
    for (;; i++) {
        const Elf64_Sym *symbol = NULL;
        if ((hashes[i - first] | 1) == (wanted->hash | 1))
            symbol = match(object, i, wanted);
        if (symbol || hashes[i - first] & 1)
            return symbol;
    }
}

const Elf64_Sym *
lookup(const struct object *object, const struct wanted *wanted)
{
    const Elf32_Word *gnu = table(object, GNU_HASH), *old = table(object, DT_HASH);
    if (gnu)
        return lookup_gnu(object, gnu, wanted);
    return old ? lookup_old(object, old, wanted) : NULL;
}

/* main.c calls it before any symbol is looked for: so the message names the version that an old
 * library has not, and not just the first symbol that it has not. Versions that only weak
 * references need may be missing. */
void
check_versions(const struct object *object)
{
    const Elf64_Verneed *file = table(object, VERNEED);
    for (; file; file = step(file, file->vn_next)) {
        const struct object *library = find_object(string(object, file->vn_file));
        const Elf64_Vernaux *each = step(file, file->vn_aux);
        for (; library && each; each = step(each, each->vna_next)) {
            const char *version = string(object, each->vna_name);
            bool weak = each->vna_flags & VER_FLG_WEAK;
            if (!weak && !defined_version(library, ANY, version))
                fail("cannot find version ", version, " of library ", library->name, ", needed by ",
                     object->name);
        }
    }
}
