/* call-through-plt.c - a call of an export of the image itself.
 *
 * Without -Bsymbolic it goes through the table by which another object could replace it.
 * A broken vDSO image on purpose: see museum.py. Added to the real sources, never run. */

int __vdso_clock_getres(long id, void *resolution);
int twice(void);

int
twice(void)
{
    return __vdso_clock_getres(0, (void *)0) + __vdso_clock_getres(1, (void *)0);
}
