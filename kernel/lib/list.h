/* list.h - circular doubly linked lists whose links live inside the elements.
 *
 * A list is a `struct list` head; an empty one points at itself. No allocation, no locking: the
 * owner of the list says which lock guards it. An unlinked element also points at itself, so
 * removing twice is harmless. */
#pragma once

#include "lib/types.h"

struct list {
    struct list *next, *prev;
};

#define LIST_INIT(name) ((struct list){ &(name), &(name) })

static inline void
list_init(struct list *l)
{
    l->next = l->prev = l;
}

static inline bool
list_empty(const struct list *l)
{
    return l->next == l;
}

/* Links `e` in front of `at`: with the head for `at`, at the end of the list. */
static inline void
list_add_before(struct list *at, struct list *e)
{
    e->prev = at->prev;
    e->next = at;
    at->prev->next = e;
    at->prev = e;
}

#define list_add_tail(head, e) list_add_before(head, e)
#define list_add_head(head, e) list_add_before((head)->next, e)

static inline void
list_remove(struct list *e)
{
    e->prev->next = e->next;
    e->next->prev = e->prev;
    list_init(e);
}

#define list_entry(p, type, member) container_of(p, type, member)

/* The element behind `at`: behind the head it is the first one. */
#define list_first(at, type, member) list_entry((at)->next, type, member)

#define list_for_each(var, head, member)                                                           \
    for (var = list_first(head, __typeof__(*var), member); &var->member != (head);                 \
         var = list_first(&var->member, __typeof__(*var), member))

/* As list_for_each, but the body may remove and free `var`. */
#define list_for_each_safe(var, tmp, head, member)                                                 \
    for (var = list_first(head, __typeof__(*var), member),                                         \
        tmp = list_first(&var->member, __typeof__(*var), member);                                  \
         &var->member != (head);                                                                   \
         var = tmp, tmp = list_first(&tmp->member, __typeof__(*var), member))
