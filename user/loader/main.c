/* main.c - the loader's work from first to last, on one screen.
 *
 * Linux starts an interpreter with the program mapped and the auxiliary vector on the stack. What
 * is left to do: find the libraries, bind every symbol, run the libraries' constructors. Binding
 * is eager: there is no code for later, and RELRO covers all tables. */

#include <string.h>
#include "loader.h"

void _start(void) __attribute__((visibility("hidden")));
unsigned long link_program(long *stack);

/* The highest entry that the loader reads is AT_SYSINFO_EHDR, 33. */
#define AUXV_SIZE (AT_SYSINFO_EHDR + 1)

typedef void constructor(int argc, char **argv, char **envp);

/* The variable's value, "" when it is not set. */
static const char *
environment(char **envp, const char *name)
{
    size_t length = strlen(name);
    for (; *envp; envp++)
        if (strncmp(*envp, name, length) == 0 && (*envp)[length] == '=')
            return *envp + length + 1;
    return "";
}

/* The kernel's auxiliary vector is a list in any order. This makes it an array, indexed by type. */
static void
read_auxv(unsigned long *auxv, char **envp)
{
    while (*envp)
        envp++;
    for (const Elf64_auxv_t *at = (const Elf64_auxv_t *)(envp + 1); at->a_type != AT_NULL; at++)
        if (at->a_type < AUXV_SIZE)
            auxv[at->a_type] = at->a_un.a_val;
}

/* Runs an object's constructors. They may use the libraries that it needs, so theirs run first. */
static void
initialize(struct object *object, long *stack)
{
    char **argv = (char **)stack + 1;
    if (!object || object->initialized)
        return;
    object->initialized = true;
    for (const Elf64_Dyn *entry = object->dynamic; entry->d_tag != DT_NULL; entry++)
        if (entry->d_tag == DT_NEEDED)
            initialize(find_object(string(object, entry->d_un.d_val)), stack);
    if (object == link_map)
        return; /* the program's own are run by its crt0, as in a static program */
    constructor *const *functions = table(object, DT_INIT_ARRAY);
    for (size_t i = 0; i < object->entry[DT_INIT_ARRAYSZ] / sizeof(*functions); i++)
        functions[i](stack[0], argv, argv + stack[0] + 1);
}

/* Called by start.S with the initial stack; returns the program's entry. */
unsigned long
link_program(long *stack)
{
    unsigned long auxv[AUXV_SIZE] = { 0 };
    char **argv = (char **)stack + 1;
    char **envp = argv + stack[0] + 1;
    bool tracing = *environment(envp, "LD_TRACE_LOADED_OBJECTS");
    read_auxv(auxv, envp);
    program_name = stack[0] > 0 ? argv[0] : "?";
    if (auxv[AT_ENTRY] == (unsigned long)_start)
        fail("is no program: the kernel starts it to load one");
    const struct object *last = build_link_map(auxv, tracing);
    if (tracing) {
        print_link_map();
        _exit(0);
    }
    for (const struct object *object = link_map; object; object = object->next)
        check_versions(object);
    /* The libraries come before the program: what it copies out of one (R_RISCV_COPY) may be a
     * pointer, which must have its value by then. */
    for (const struct object *object = last; object; object = object->previous)
        relocate(object);
    initialize(link_map, stack);
    return auxv[AT_ENTRY];
}
