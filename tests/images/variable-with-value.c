/* variable-with-value.c - a variable in a page that all processes share read-only.
 *
 * The first write is a fault in a program that did nothing wrong.
 * A broken vDSO image on purpose: see museum.py. Added to the real sources, never run. */

unsigned long next(void);
static volatile unsigned long counter = 1;

unsigned long
next(void)
{
    return counter++;
}
