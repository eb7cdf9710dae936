/* function.c - functions: commands that a script has given a name.
 *
 * A function is the tree of its body, kept for good in the arena. Calling it means to run the tree
 * with other $1 ...; variables are the shell's own, there are no local ones.
 * Follows POSIX.1-2017, "Shell Command Language", 2.9.5 Function Definition Command. */

#include <stdlib.h>
#include <string.h>
#include "sh.h"

struct function {
    struct function *next;
    const struct node *body; /* NULL: forgotten */
    char name[];
};

static struct function *first;

static struct function *
find(const char *name)
{
    struct function *f = first;
    while (f && strcmp(f->name, name) != 0)
        f = f->next;
    return f;
}

/* A second definition takes the place of the first: the old body may just be running, and stays in
 * the arena too. */
int
define_function(const struct node *n)
{
    struct function *f = find(n->name);
    if (!f) {
        f = calloc(1, sizeof(*f) + strlen(n->name) + 1);
        if (!f)
            out_of_memory();
        strcpy(f->name, n->name);
        f->next = first;
        first = f;
    }
    f->body = n->body;
    arena_keep();
    return 0;
}

const struct node *
find_function(const char *name)
{
    struct function *f = find(name);
    return f ? f->body : NULL;
}

void
forget_function(const char *name)
{
    struct function *f = find(name);
    if (f)
        f->body = NULL;
}

static int
count_words(char **words)
{
    int count = 0;
    while (words[count])
        count++;
    return count;
}

/* They live in one block, because a command's own memory ends with it. */
void
set_arguments(char **words)
{
    int count = count_words(words);
    size_t size = (count + 1) * sizeof(*words);
    for (int i = 0; i < count; i++)
        size += strlen(words[i]) + 1;
    char **list = malloc(size);
    if (!list)
        out_of_memory();
    char *to = (char *)(list + count + 1);
    for (int i = 0; i < count; i++) {
        list[i] = strcpy(to, words[i]);
        to += strlen(to) + 1;
    }
    list[count] = NULL;
    free(shell.set_arguments);
    shell.set_arguments = list;
    shell.arguments = list;
    shell.argument_count = count;
}

/* `break` in a function does not leave the caller's loop; `return` leaves no more than the call. */
int
call_function(const struct node *body, char **arguments)
{
    struct shell outer = shell;
    shell.arguments = arguments + 1;
    shell.argument_count = count_words(arguments + 1);
    shell.set_arguments = NULL;
    shell.loop_depth = 0;
    shell.call_depth++;
    int status = run(body);
    free(shell.set_arguments);
    shell.set_arguments = outer.set_arguments;
    shell.arguments = outer.arguments;
    shell.argument_count = outer.argument_count;
    shell.loop_depth = outer.loop_depth;
    shell.call_depth--;
    if (shell.unwind == RETURNING)
        shell.unwind = RUNNING;
    return status;
}
