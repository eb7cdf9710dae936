/* vvar-not-hidden.c - the data page by a symbol that another object might replace.
 *
 * So the compiler reads its address from the global offset table, which nobody fills in.
 * A broken vDSO image on purpose: see museum.py. Added to the real sources, never run. */

extern const volatile unsigned long vvar __attribute__((visibility("default")));
unsigned long peek(void);

unsigned long
peek(void)
{
    return vvar;
}
