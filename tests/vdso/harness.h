/* harness.h - what the files of the harness share: the mapped image and three ways to enter it.
 *
 * What the harness is for, and its commands: harness.c. */
#pragma once

#include "vvar.h"

#define PAGE 4096UL

extern unsigned char *image; /* where it is mapped; vvar is the page below */
extern unsigned long image_size;

/* Calls function(a0, a1) with sp = stack_top and returns its a0. */
long call_on_stack(const void *function, unsigned long a0, unsigned long a1, void *stack_top);

/* Runs a "signal handler" that returns to image + offset, and walks out of it by the image's
 * unwinding table. Prints a line for each frame up to the interrupted one. */
void unwind_through(unsigned long offset);

/* For unwind.c: jumps to handler with sp = frame and ra = return_address. */
_Noreturn void enter_handler(void (*handler)(void), void *frame, const void *return_address);
