/* loader.h - what the files of the dynamic loader share: the link map and the steps of its work.
 *
 * The loader has no C library: nobody has started one yet. It links three files of user/lib that
 * need no start: memory.c, string.c and syscalls.S. It allocates nothing; its tables are arrays.
 * Terms are those of the System V gABI, chapter 5; symbol versions follow the LSB. */
#pragma once

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

/* No name leaves the loader. Without this, code would find even its own data through a table that
 * is wrong until self.c has mended it; -fvisibility=hidden does not cover declarations. */
#pragma GCC visibility push(hidden)

extern const Elf64_Ehdr __ehdr_start; /* the loader's own header; the linker makes the name */

#define LOADER_PATH "/lib/ld-postern.so.1"
#define VDSO_NAME   "linux-vdso.so.1"

/* Places for the entries of a dynamic section. The gABI's tags are small numbers and are their own
 * places; the four of GNU that the loader needs are huge, and follow. */
enum { GNU_HASH = DT_NUM, VERSYM, VERDEF, VERNEED, ENTRIES };

/* One object of the link map: the program, a library, the vDSO or the loader. */
struct object {
    /* The first five members are what a debugger reads (struct link_map of <link.h>). */
    unsigned long bias; /* address in memory minus address in the file */
    const char *path;   /* "" for the program */
    Elf64_Dyn *dynamic;
    struct object *next, *previous;

    const char *name;               /* as DT_NEEDED asked for it; argv[0] of the program */
    unsigned long entry[ENTRIES];   /* values of the dynamic section, 0 when absent */
    unsigned long relro, relro_end; /* the pages that become read-only after relocation */
    bool initialized;
};
_Static_assert(offsetof(struct object, previous) == 32, "debuggers rely on this order");

/* The object's table whose address the dynamic section gives under `tag`; NULL: there is none. */
static inline const void *
table(const struct object *object, int tag)
{
    return object->entry[tag] ? (const void *)(object->bias + object->entry[tag]) : NULL;
}

/* The string at an offset of the object's string table. */
static inline const char *
string(const struct object *object, unsigned long offset)
{
    return (const char *)table(object, DT_STRTAB) + offset;
}

/* linkmap.c: the list of objects, in the order in which symbols are searched. */
extern struct object *link_map;
/* Builds the whole list from what the kernel told; maps the libraries. Returns its last object.
 * Ends with 127 when a library is missing; when `tracing`, it prints that and goes on. */
const struct object *build_link_map(const unsigned long *auxv, bool tracing);
/* The object that was loaded under this DT_NEEDED name, or NULL. */
struct object *find_object(const char *name);
/* Prints the list as ldd shows it. */
void print_link_map(void);

/* map.c: fills in what program headers and dynamic section say. The bias must be known. */
void describe(struct object *object, const Elf64_Phdr *segments, int count);
/* Maps a library by its program headers and describes it. The file stays the caller's. Ends with
 * 127 when it is no library for this machine. */
void map_library(struct object *object, int fd);

/* lookup.c: symbols by name and version. */
struct wanted {
    const char *name;
    const char *version; /* NULL: any default version will do */
    Elf32_Word hash;     /* gnu_hash of the name, made once for all objects */
};
Elf32_Word gnu_hash(const char *name);
/* The definition in this object, or NULL. */
const Elf64_Sym *lookup(const struct object *object, const struct wanted *wanted);
/* The name of version number `index` of the object's symbols, or NULL for those without one. */
const char *version_name(const struct object *object, unsigned int index);
/* Ends with 127 when a version that the object needs is defined by no object. */
void check_versions(const struct object *object);

/* relocate.c: applies all relocations of an object, then makes its RELRO part read-only. */
void relocate(const struct object *object);

/* message.c: prints all strings up to a NULL in one call of write. */
void print(int fd, ...) __attribute__((sentinel));
extern const char *program_name;
/* Prints strings on standard error with the program's name in front; ends with 127. */
#define fail(...)                                                                                  \
    (print(STDERR_FILENO, "ld-postern: ", program_name, ": ", __VA_ARGS__, "\n", NULL), _exit(127))

#pragma GCC visibility pop
