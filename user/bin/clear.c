/* clear.c - empties the screen.
 *
 *     clear
 *
 * It writes three control sequences: the cursor goes to the upper left corner, the screen is
 * erased, and what has scrolled off it too. Source: ECMA-48, and xterm for the last one. */

#include <stdio.h>

int
main(void)
{
    fputs("\033[H\033[2J\033[3J", stdout);
    return fflush(stdout) == 0 ? 0 : 1;
}
