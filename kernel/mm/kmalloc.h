/* kmalloc.h - kernel objects smaller than a page.
 *
 * Power-of-two classes from 32 to 2048 bytes cut from frames; above that one whole frame, and never
 * more than PAGE_SIZE: a kernel without larger contiguous objects cannot fail by fragmentation.
 * Zeroed always, so no old data leaks. Lock inside, never sleeps. */
#pragma once

#include "lib/types.h"

void kfree(void *p); /* NULL allowed */

/* `struct x *p scoped_kfree = kzalloc(sizeof(*p));` is freed when its block ends. Code that gives
 * the object to somebody else sets the variable to NULL. */
static inline void
kfree_scope(void *variable)
{
    kfree(*(void **)variable);
}
#define scoped_kfree at_scope_end(kfree_scope)

/* `size` bytes (1..PAGE_SIZE) of zeros, aligned to the class, or NULL when memory is exhausted. */
void *kzalloc(size_t size) __attribute__((malloc, alloc_size(1)));
