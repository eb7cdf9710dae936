/* surprise-export.c - a name that no list of promises has.
 *
 * Whoever finds it will rely on it.
 * A broken vDSO image on purpose: see museum.py. Added to the real sources, never run. */

__attribute__((visibility("default"))) int __vdso_surprise(void);

int
__vdso_surprise(void)
{
    return 0;
}
