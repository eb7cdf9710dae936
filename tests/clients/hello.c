/* hello.c - the first program of every book, linked with the tool chain's own C library.
 *
 * A client: it knows nothing of Postern. It prints its arguments and one variable of its
 * environment, so that the whole way from execve to stdio is used. */

#include <stdio.h>
#include <stdlib.h>

int
main(int argc, char **argv)
{
    const char *home = getenv("HOME");
    printf("hello from %s\n", argv[0]);
    for (int i = 1; i < argc; i++)
        printf("argument %d: %s\n", i, argv[i]);
    printf("HOME=%s\n", home ? home : "(none)");
    fprintf(stderr, "and goodbye\n");
    return 3;
}
