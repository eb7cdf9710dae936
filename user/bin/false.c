/* false.c - does nothing, unsuccessfully: status 1. Its arguments mean nothing, as POSIX has it.
 *
 * Tests use it to see a status that is not 0 travel from a process to whoever waits for it. */

int
main(void)
{
    return 1;
}
