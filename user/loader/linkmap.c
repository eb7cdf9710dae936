/*
 * linkmap.c - the link map: every object of this process, in the order of symbol search.
 *
 * The program comes first, then the libraries breadth-first, as DT_NEEDED names them; then the
 * vDSO, which is there although no file is, and the loader, which defines nothing but wants to be
 * seen by debuggers. A debugger finds the list through the program's DT_DEBUG entry and through
 * the names _r_debug and _dl_debug_state (Sun's and glibc's <link.h>; gdb's solib-svr4.c).
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "loader.h"

#define MAX_OBJECTS 32
#define MAX_PATH    128

struct object *link_map;
static struct object objects[MAX_OBJECTS], *last;

/* Read by debuggers; the layout is theirs. */
static struct r_debug {
    int version;
    struct object *map;
    void (*stop)(void);
    enum { CONSISTENT, ADDING, DELETING } state;
    const void *loader;
} _r_debug;

/* A debugger stops here to read the list. Without the empty statement a compiler would see that
 * the function does nothing, and leave out the call. */
__attribute__((noinline)) static void
_dl_debug_state(void)
{
    __asm__ volatile("");
}

void
describe(struct object *object, const Elf64_Phdr *segments, int count)
{
    static const Elf64_Xword gnu_tags[] = { DT_GNU_HASH, DT_VERSYM, DT_VERDEF, DT_VERNEED };
    for (const Elf64_Phdr *segment = segments; segment < segments + count; segment++) {
        if (segment->p_type == PT_DYNAMIC)
            object->dynamic = (Elf64_Dyn *)(object->bias + segment->p_vaddr);
        if (segment->p_type == PT_GNU_RELRO) {
            object->relro = object->bias + segment->p_vaddr;
            object->relro_end = object->relro + segment->p_memsz;
        }
    }
    for (const Elf64_Dyn *entry = object->dynamic; entry && entry->d_tag; entry++) {
        Elf64_Xword tag = entry->d_tag;
        for (int i = GNU_HASH; i < ENTRIES; i++)
            if (tag == gnu_tags[i - GNU_HASH])
                tag = i;
        if (tag < ENTRIES)
            object->entry[tag] = entry->d_un.d_val;
    }
    if (!object->entry[DT_STRTAB] || !object->entry[DT_SYMTAB])
        fail(object->name, " has no table of symbols");
}

/* Appends an object to the link map. Neither string is copied. */
static struct object *
new_object(const char *name, const char *path)
{
    struct object *object = last ? last + 1 : objects;
    if (object == objects + MAX_OBJECTS)
        fail("needs too many libraries");
    object->name = name;
    object->path = path;
    object->previous = last;
    if (last)
        last->next = object;
    last = object;
    return object;
}

/* An object that the kernel mapped, by its ELF header. Its first segment starts at the header. */
static void
add_mapped(const char *name, const Elf64_Ehdr *header)
{
    const Elf64_Phdr *segments = (const void *)((const char *)header + header->e_phoff);
    const Elf64_Phdr *first = segments;
    while (first->p_type != PT_LOAD)
        first++;
    struct object *object = new_object(name, name);
    object->bias = (unsigned long)header - first->p_vaddr;
    describe(object, segments, header->e_phnum);
}

/* The kernel tells where the program headers are, and PT_PHDR where they were to be: that is the
 * bias. A program without PT_PHDR is one at a fixed address. */
static void
add_program(const Elf64_Phdr *segments, int count)
{
    struct object *program = new_object(program_name, "");
    for (const Elf64_Phdr *segment = segments; segment < segments + count; segment++)
        if (segment->p_type == PT_PHDR)
            program->bias = (unsigned long)segments - segment->p_vaddr;
    describe(program, segments, count);
    for (Elf64_Dyn *entry = program->dynamic; entry->d_tag != DT_NULL; entry++)
        if (entry->d_tag == DT_DEBUG)
            entry->d_un.d_ptr = (unsigned long)&_r_debug;
}

struct object *
find_object(const char *name)
{
    for (struct object *object = link_map; object; object = object->next)
        if (strcmp(object->name, name) == 0)
            return object;
    return NULL;
}

/* Opens a library in the folders where they are, or where a name with a slash says. `path`
 * becomes the file's name. Returns -1 when there is none. */
static int
open_library(char path[MAX_PATH], const char *name)
{
    static const char *const folders[] = { "/lib/", "/usr/lib/" };
    int fd = -1;
    if (strlen(name) + sizeof("/usr/lib/") > MAX_PATH)
        return -1;
    if (strchr(name, '/'))
        return open(strcpy(path, name), O_RDONLY | O_CLOEXEC);
    for (int i = 0; i < 2 && fd < 0; i++) {
        strcpy(strcpy(path, folders[i]) + strlen(folders[i]), name);
        fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    return fd;
}

/* Without a vDSO (vdso=0) the need for it counts as met: references may be weak. */
static void
need(const struct object *object, const char *name, bool tracing)
{
    static char paths[MAX_OBJECTS][MAX_PATH];
    if (find_object(name) || strcmp(name, VDSO_NAME) == 0)
        return;
    char *path = paths[last - objects];
    int fd = open_library(path, name);
    if (fd < 0 && tracing)
        return print(STDOUT_FILENO, "\t", name, " => not found\n", NULL);
    if (fd < 0)
        fail("cannot find library ", name, ", needed by ", object->name);
    map_library(new_object(name, path), fd);
    close(fd);
}

/* Objects are appended while the list is walked: that makes it breadth-first. */
const struct object *
build_link_map(const unsigned long *auxv, bool tracing)
{
    link_map = objects;
    add_program((const Elf64_Phdr *)auxv[AT_PHDR], auxv[AT_PHNUM]);
    for (struct object *object = link_map; object; object = object->next)
        for (const Elf64_Dyn *entry = object->dynamic; entry->d_tag != DT_NULL; entry++)
            if (entry->d_tag == DT_NEEDED)
                need(object, string(object, entry->d_un.d_val), tracing);
    if (auxv[AT_SYSINFO_EHDR])
        add_mapped(VDSO_NAME, (const Elf64_Ehdr *)auxv[AT_SYSINFO_EHDR]);
    add_mapped(LOADER_PATH, &__ehdr_start);
    _r_debug = (struct r_debug){ 1, link_map, _dl_debug_state, CONSISTENT, &__ehdr_start };
    _dl_debug_state();
    return last;
}

void
print_link_map(void)
{
    for (const struct object *object = link_map->next; object; object = object->next) {
        bool has_file = object->path != object->name;
        char digits[17] = { 0 };
        for (int i = 0; i < 16; i++)
            digits[i] = "0123456789abcdef"[object->bias >> (60 - 4 * i) & 15];
        print(STDOUT_FILENO, "\t", object->name, has_file ? " => " : "",
              has_file ? object->path : "", " (0x", digits, ")\n", NULL);
    }
}
