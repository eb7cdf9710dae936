/* keys.c - from the bytes of a terminal to keys.
 *
 * A key that is no character comes as a sequence: an ESC, and bytes that name the key.
 * Source: ECMA-48, as VT100 and its followers send it. */

#include <unistd.h>
#include "editor.h"

enum { ESCAPE = 27 };

/* Waits for a byte. No signal ends that wait: in raw mode ctrl-c and the like are plain bytes. */
int
read_byte(void)
{
    unsigned char c;
    return read(STDIN_FILENO, &c, 1) == 1 ? c : KEY_END_OF_FILE;
}

/* The key of ESC [ number ~. */
static int
key_of_number(int number)
{
    switch (number) {
    case 1:
    case 7:
        return KEY_HOME;
    case 3:
        return KEY_DELETE;
    case 4:
    case 8:
        return KEY_END;
    default:
        return KEY_UNKNOWN;
    }
}

/* The key of ESC [ letter and ESC O letter. */
static int
key_of_letter(int letter)
{
    switch (letter) {
    case 'A':
        return KEY_UP;
    case 'B':
        return KEY_DOWN;
    case 'C':
        return KEY_RIGHT;
    case 'D':
        return KEY_LEFT;
    case 'H':
        return KEY_HOME;
    case 'F':
        return KEY_END;
    default:
        return KEY_UNKNOWN;
    }
}

/* Reads what follows an ESC. A `;` separates numbers, and shift and the like come as a second one:
 * it is read into the same number, which then means nothing. */
static int
read_sequence(void)
{
    int c = read_byte();
    if (c != '[' && c != 'O')
        return KEY_UNKNOWN;
    int number = 0;
    c = read_byte();
    for (; c >= '0' && c <= ';'; c = read_byte())
        if (c != ';')
            number = (number * 10 + c - '0') % 1000;
    return c == '~' ? key_of_number(number) : key_of_letter(c);
}

/* After a lone escape the next key is taken for its sequence: only a clock could tell the two
 * apart. */
int
read_key(void)
{
    int c = read_byte();
    return c == ESCAPE ? read_sequence() : c;
}
