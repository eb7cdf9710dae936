/* bases.h - where the parts of one process lie.
 *
 * What aslr_pie.c writes and aslr.c reads, as raw bytes through a pipe; tests/host/test_aslr.py
 * reads the same order as text. Both include nothing else of each other, for aslr_pie.c has no
 * libc. */
#pragma once

enum { BASE_PROGRAM, BASE_INTERP, BASE_HEAP, BASE_MMAP, BASE_VDSO, BASE_STACK, BASE_COUNT };

struct bases {
    unsigned long at[BASE_COUNT];
};
