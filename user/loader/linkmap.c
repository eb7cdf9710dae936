/* linkmap.c - the link map: every object of this process, in the order of symbol search.
 *
 * The program comes first, then the libraries breadth-first, as DT_NEEDED names them. Then comes
 * the vDSO, which has no file, and last the loader itself: it defines nothing, but debuggers want
 * to see it. A debugger finds the list through the program's DT_DEBUG entry and through the names
 * _r_debug and _dl_debug_state (Sun's and glibc's <link.h>; gdb's solib-svr4.c). */

#include <fcntl.h>
#include <string.h>
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

/* Adds an object that the kernel has mapped, the vDSO or the loader. Both are linked to begin at 0,
 * so the bias is where their ELF header lies. */
static void
add_mapped(const char *name, const Elf64_Ehdr *header)
{
    struct object *object = new_object(name, name);
    object->bias = (unsigned long)header;
    describe(object, (const void *)((const char *)header + header->e_phoff), header->e_phnum);
}

/* The kernel tells where the program headers are, and PT_PHDR where the linker put them: the
 * difference is the bias. A program without PT_PHDR is one at a fixed address. */
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

/* Opens folder + name; `path` becomes that text. Returns -1 when there is no such file. */
static int
open_in(char path[MAX_PATH], const char *folder, const char *name)
{
    strcpy(path, folder);
    strcpy(path + strlen(folder), name);
    return open(path, O_RDONLY | O_CLOEXEC);
}

/* Opens a library. A name with a slash is a path; any other is looked for in the two folders. */
static int
open_library(char path[MAX_PATH], const char *name)
{
    if (strlen(name) + sizeof("/usr/lib/") > MAX_PATH)
        return -1;
    if (strchr(name, '/'))
        return open_in(path, "", name);
    int fd = open_in(path, "/lib/", name);
    if (fd < 0)
        fd = open_in(path, "/usr/lib/", name);
    return fd;
}

/* Loads the library of this name if it is not in the link map yet. The vDSO is never loaded, for it
 * has no file; when the kernel gave none (vdso=0), weak references to it become 0. */
static void
need(const struct object *object, const char *name, bool tracing)
{
    static char paths[MAX_OBJECTS][MAX_PATH];
    if (find_object(name) || strcmp(name, VDSO_NAME) == 0)
        return;
    char *path = paths[last - objects];
    int fd = open_library(path, name);
    if (fd >= 0) {
        map_library(new_object(name, path), fd);
        close(fd);
    } else if (tracing) {
        print(STDOUT_FILENO, "\t", name, " => not found\n", NULL);
    } else {
        fail("cannot find library ", name, ", needed by ", object->name);
    }
}

/* need() appends to the list that this loop walks: so the search order is breadth-first. */
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
        char digits[17] = { 0 };
        for (int i = 0; i < 16; i++)
            digits[i] = "0123456789abcdef"[object->bias >> (60 - 4 * i) & 15];
        print(STDOUT_FILENO, "\t", object->name, NULL);
        if (object->path != object->name) /* else the kernel mapped it, and there is no file */
            print(STDOUT_FILENO, " => ", object->path, NULL);
        print(STDOUT_FILENO, " (0x", digits, ")\n", NULL);
    }
}
