/* grep.h - what the two files of grep share: main.c reads lines, match.c compares them.
 *
 * A pattern is a basic regular expression, or with -F a plain text. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct pattern {
    const char *text;
    bool plain;       /* -F */
    bool ignore_case; /* -i */
};

/* What the pattern has that is not known here, in words; NULL: it can be used. */
const char *pattern_fault(const struct pattern *pattern);
/* Whether the line, which may have zeros in it, holds what the pattern describes. */
bool pattern_matches(const struct pattern *pattern, const char *line, size_t length);
