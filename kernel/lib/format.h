/* format.h - the formatter behind vsnprintf and printk.
 *
 * It hands out one character at a time, so that a log line needs no buffer and has no longest
 * length. Only lib/format.c and lib/print.c use it; everybody else includes lib/print.h. */
#pragma once

#include "lib/types.h"
#include <stdarg.h>

/* Takes the characters; the user's struct begins with it. */
struct sink {
    void (*put)(struct sink *s, char c);
    u32 count; /* characters put so far */
};

void format(struct sink *out, const char *fmt, va_list ap);
