/* true.c - does nothing, successfully. Its arguments mean nothing, as POSIX has it.
 *
 * The smallest program of the tree: what remains when it runs is the cost of starting and ending a
 * process, which is why the benchmarks like it. */

int
main(void)
{
    return 0;
}
