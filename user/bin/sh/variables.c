/*
 * variables.c - the shell's variables, and the environment made of those that are exported.
 *
 * A list is enough: a script has a few dozen. `export NAME` may come before NAME has a value, so an
 * entry without a value is one that is not set but will be exported.
 */
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

static struct variable *
find(const char *name)
{
    struct variable *v = first;

    while (v != NULL && strcmp(v->name, name) != 0)
        v = v->next;
    return v;
}

static struct variable *
find_or_add(const char *name)
{
    struct variable *v = find(name);

    if (v != NULL)
        return v;
    v = calloc(1, sizeof *v + strlen(name) + 1);
    if (v == NULL)
        out_of_memory();
    strcpy(v->name, name);
    v->next = first;
    first = v;
    return v;
}

const char *
variable_get(const char *name)
{
    struct variable *v = find(name);

    return v != NULL ? v->value : NULL;
}

void
variable_set(const char *name, const char *value)
{
    struct variable *v = find_or_add(name);
    char *copy = copy_string(value); /* before the free: value may be part of the old one */

    free(v->value);
    v->value = copy;
}

void
variable_unset(const char *name)
{
    for (struct variable **link = &first; *link != NULL; link = &(*link)->next) {
        struct variable *v = *link;
        if (strcmp(v->name, name) == 0) {
            *link = v->next;
            free(v->value);
            free(v);
            return;
        }
    }
}

void
variable_export(const char *name, bool exported)
{
    find_or_add(name)->exported = exported;
}

bool
variable_is_exported(const char *name)
{
    struct variable *v = find(name);

    return v != NULL && v->exported;
}

/* The caller's environment becomes exported variables; an entry that is no NAME=VALUE is dropped. */
void
variables_from_environment(void)
{
    for (char **entry = environ; *entry != NULL; entry++) {
        size_t length = assignment_name(*entry);
        if (length > 0) {
            char *name = arena_copy(*entry, length);
            variable_set(name, *entry + length + 1);
            variable_export(name, true);
        }
    }
}

/* As commands that the shell could read back: a quote inside the value needs three more. */
void
variables_print_exported(void)
{
    for (struct variable *v = first; v != NULL; v = v->next) {
        if (!v->exported || v->value == NULL)
            continue;
        printf("export %s='", v->name);
        for (const char *s = v->value; *s != '\0'; s++)
            fputs(*s == '\'' ? "'\\''" : (char[]){ *s, '\0' }, stdout);
        puts("'");
    }
}

char **
variables_environment(void)
{
    size_t count = 0;

    for (struct variable *v = first; v != NULL; v = v->next)
        count++;
    char **environment = arena_alloc((count + 1) * sizeof *environment);
    size_t used = 0;
    for (struct variable *v = first; v != NULL; v = v->next) {
        if (!v->exported || v->value == NULL)
            continue;
        struct text entry = { 0 };
        text_append(&entry, v->name);
        text_add(&entry, '=');
        text_append(&entry, v->value);
        environment[used++] = text_take(&entry);
    }
    return environment;
}
