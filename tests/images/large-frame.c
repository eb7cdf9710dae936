/* large-frame.c - half a KiB of stack.
 *
 * Go calls on what is left of a goroutine's stack, which may be less.
 * A broken vDSO image on purpose: see museum.py. Added to the real sources, never run. */

unsigned char spread(unsigned long n);

unsigned char
spread(unsigned long n)
{
    volatile unsigned char room[512];
    for (unsigned long i = 0; i < sizeof(room); i++)
        room[i] = (unsigned char)(n >> (i & 7));
    return room[n & 511];
}
