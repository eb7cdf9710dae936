/*
 * stream.h - what a FILE is, for the files of the library that read, write and format.
 *
 * One buffer serves one direction: bytes [next, end) are unread input, bytes [0, next) unwritten
 * output (then end is 0). Source: ISO C, 7.21, as far as stdio.h promises it.
 */
#ifndef POSTERN_STREAM_H
#define POSTERN_STREAM_H

#include <stdio.h>
#include "libc.h"

enum flush { WHEN_FULL, AT_NEWLINE, AT_CALL_END };

struct FILE {
    int fd;
    enum flush flush;
    int at_end, failed;
    size_t next, end;
    FILE *following; /* the list of open streams, for fflush(NULL) */
    char buffer[BUFSIZ];
};

/* Appends a byte; writes the buffer out when the stream's rule asks for it. */
HIDDEN void stream_put(FILE *file, char c);

/* To be called when a printing function ends: an unbuffered stream is written out now. Returns
 * EOF when a write has failed, else 0. */
HIDDEN int stream_done(FILE *file);

#endif
