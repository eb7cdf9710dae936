/* memset.c - an assignment of zeros, for which gcc and clang call memset.
 *
 * Neither -ffreestanding nor -fno-builtin keeps them from it.
 * A broken vDSO image on purpose: see museum.py. Added to the real sources, never run. */

struct room {
    unsigned char bytes[4096];
};
void clear(struct room *r);

void
clear(struct room *r)
{
    *r = (struct room){ 0 };
}
