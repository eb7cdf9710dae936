/* version.c - libversion.so with answer@V_1 and the default answer@@V_2.
 *
 * The old library, built with -DOLD, has V_1 only. A program that was linked against the old one
 * must get V_1 from the new one too. */

#include "libs.h"

#ifdef OLD
int
answer(void)
{
    return 1;
}
#else
int answer_1(void);
int answer_2(void);
__asm__(".symver answer_1, answer@V_1");
__asm__(".symver answer_2, answer@@V_2");

int
answer_1(void)
{
    return 1;
}

int
answer_2(void)
{
    return 2;
}
#endif
