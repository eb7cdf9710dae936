/* editor.h - what the files of the line editor share: keys, and the lines typed before.
 *
 * The rest of the shell knows edit_line alone (sh.h). */
#pragma once

#include "sh.h"

#define CONTROL(letter) ((letter)&0x1f)

enum { BACKSPACE = 127 };

/* The keys that a terminal sends as sequences. Most mean the same as a control letter. Delete does
 * not, because ctrl-d also ends the input: its number lies beyond the bytes. */
enum {
    KEY_HOME = CONTROL('a'),
    KEY_LEFT = CONTROL('b'),
    KEY_END = CONTROL('e'),
    KEY_RIGHT = CONTROL('f'),
    KEY_DOWN = CONTROL('n'),
    KEY_UP = CONTROL('p'),
    KEY_DELETE = 256,
    KEY_UNKNOWN,
    KEY_END_OF_FILE = -1,
};

/* keys.c: waits for a byte; KEY_END_OF_FILE when the terminal is gone. */
int read_byte(void);
/* The next key: a byte, or one of KEY_*. */
int read_key(void);

/* editor.c: the further bytes of a character in UTF-8 take no column and are never apart from the
 * first. */
bool continues_character(char c);

/* complete.c: what a tab adds to a line that ends at the cursor, in the arena; "": nothing. Then it
 * lists the candidates if it shall, on a screen so wide. */
const char *complete(const char *line, bool list, size_t screen);

/* history.c: the line `back` steps ago, 1 being the newest; NULL when there is none. */
const char *history_get(int back);
/* Keeps a copy of the line. */
void history_add(const char *line);
