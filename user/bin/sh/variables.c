/* variables.c - the shell's variables, and the environment made of those that are exported.
 *
 * A list is enough: a script has a few dozen. `export NAME` may come before NAME has a value, so an
 * entry without a value is one that is not set but will be exported. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "sh.h"

struct variable {
    struct variable *next;
    char *value; /* NULL: not set */
    bool exported;
    char name[];
};

static struct variable *first;

/* The link that leads to the variable, or the last link when there is none. */
static struct variable **
find(const char *name)
{
    struct variable **link = &first;
    while (*link && strcmp((*link)->name, name) != 0)
        link = &(*link)->next;
    return link;
}

/* The variable; when there is none, a new one without a value. */
static struct variable *
find_or_add(const char *name)
{
    struct variable **link = find(name);
    struct variable *v = *link;
    if (v)
        return v;
    v = calloc(1, sizeof(*v) + strlen(name) + 1);
    if (!v)
        out_of_memory();
    strcpy(v->name, name);
    *link = v;
    return v;
}

/* A variable that is exported but has no value counts as not set. */
const char *
variable_get(const char *name)
{
    struct variable *v = *find(name);
    return v ? v->value : NULL;
}

/* An exported variable stays exported, and programs started from now on see the new value. */
void
variable_set(const char *name, const char *value)
{
    struct variable *v = find_or_add(name);
    char *copy = copy_string(value); /* before the free: value may be part of the old one */
    free(v->value);
    v->value = copy;
}

/* The name is copied because the text is mostly an argument, which others may still read. */
char *
variable_assign(const char *text)
{
    size_t length = assignment_name(text);
    char *name = arena_copy(text, length);
    variable_set(name, text + length + 1);
    return name;
}

/* The mark that it is exported goes too: it is as if the variable had never been. */
void
variable_unset(const char *name)
{
    struct variable **link = find(name);
    struct variable *v = *link;
    if (!v)
        return;
    *link = v->next;
    free(v->value);
    free(v);
}

/* It need not be set yet: scripts say `export A` and later A=1. */
void
variable_export(const char *name)
{
    find_or_add(name)->exported = true;
}

/* The caller's environment becomes exported variables; an entry that is no NAME=VALUE is lost. */
void
variables_from_environment(void)
{
    for (char **entry = environ; *entry; entry++) {
        if (assignment_name(*entry) > 0)
            variable_export(variable_assign(*entry));
    }
}

/* Prints commands that the shell can read back. A quote inside a value is written outside of the
 * quotes: '\'' */
void
variables_print_exported(void)
{
    for (struct variable *v = first; v; v = v->next) {
        if (!v->exported || !v->value)
            continue;
        printf("export %s='", v->name);
        for (const char *s = v->value; *s; s++) {
            if (*s == '\'')
                fputs("'\\''", stdout);
            else
                putchar(*s);
        }
        puts("'");
    }
}

/* The list is made anew for each program: nothing in it can be out of date. */
char **
variables_environment(void)
{
    struct list entries = { 0 };
    for (struct variable *v = first; v; v = v->next) {
        if (v->exported && v->value)
            list_add(&entries, join(v->name, "=", v->value));
    }
    return list_take(&entries);
}
