/* table-of-pointers.c - constant, and yet not the same in every process: it holds addresses.
 *
 * One compiler turns a switch into such a table where the other does not.
 * A broken vDSO image on purpose: see museum.py. Added to the real sources, never run. */

extern const char *const clock_names[];
const char *const clock_names[] = { "realtime", "monotonic" };
