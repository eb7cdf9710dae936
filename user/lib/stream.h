/* stream.h - what a FILE is, for the files of the library that write and format.
 *
 * There are two, for file descriptors 1 and 2. Bytes [0, next) of the buffer wait to be written. */
#pragma once

#include <stdio.h>
#include "libc.h"

struct FILE {
    int failed;
    size_t next;
    char buffer[BUFSIZ];
};

/* Appends a byte; a full buffer is written out. */
HIDDEN void stream_put(FILE *file, char c);

/* Each printing function calls it last. It writes out what must not wait: whole lines on a
 * terminal, everything on stderr. Returns 0, or EOF when a write has failed. */
HIDDEN int stream_done(FILE *file);
