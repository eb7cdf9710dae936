/* variable-of-zero.c - a variable without a place in the file.
 *
 * Nobody adds the zeros of a .bss behind the image.
 * A broken vDSO image on purpose: see museum.py. Added to the real sources, never run. */

unsigned long next(void);
static volatile unsigned long counter;

unsigned long
next(void)
{
    return counter++;
}
