/* libs.h - what the small libraries of the loader's tests offer.
 *
 *   program -> libone.so -> libthree.so -> libtwo.so
 *   program -> libtwo.so */
#pragma once

extern int one_value;
extern char one_zeros[100000];
extern int *const one_pointer;    /* &two_numbers[2]: a relocation with an addend, in RELRO */
const char *one_asks_whose(void); /* calls whose */
int *one_value_of_library(void);
int one_sum(void); /* calls three_sum */

extern int two_numbers[4];
const char *whose(void); /* "library", unless the program defines its own */
int two_gone(void);

int three_sum(void);

int answer(void); /* version.c: the number of its version */
