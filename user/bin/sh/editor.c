/*
 * editor.c - reads a line from a terminal, key by key, and draws it while it changes.
 *
 * The keys are those of emacs and of every shell since: arrows, home, end, delete, ctrl-a b e f k l
 * n p u w. The terminal is in raw mode only while a line is being typed, so that commands find it
 * as they expect it. A line longer than the screen is wide moves sideways, and never wraps.
 * Sequences are those of ECMA-48, as VT100 and all of its followers send and obey them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include "sh.h"

#define CONTROL(letter) ((letter)&0x1f)

enum { LINE_SIZE = 4096, DEFAULT_COLUMNS = 80, ESCAPE = 27, BACKSPACE = 127 };

/* Keys beyond the bytes. The other ones that a terminal sends as sequences have a control letter
 * of the same meaning; delete has not, because ctrl-d also ends the input. */
enum { KEY_END_OF_FILE = -1, KEY_DELETE = 256, KEY_UNKNOWN };

struct editor {
    const char *prompt;
    char text[LINE_SIZE];
    size_t length, cursor;
    size_t left;           /* the first byte that is on the screen */
    int back;              /* how far back in history, 0: the new line ... */
    char draft[LINE_SIZE]; /* ... which waits here meanwhile */
};

static void
put(const char *s)
{
    fputs(s, stderr); /* the prompt is not output: `sh >file` on a terminal still shows it */
}

/* --- history ---------------------------------------------------------------------------------- */

enum { HISTORY = 100 };

static char *history[HISTORY]; /* a ring: line number n is at n % HISTORY */
static int history_count;

/* The line `back` steps ago, 1 being the newest; NULL when there is none. */
static const char *
history_get(int back)
{
    bool there = back >= 1 && back <= HISTORY && back <= history_count;

    return there ? history[(history_count - back) % HISTORY] : NULL;
}

/* Empty lines and repetitions would only be in the way. */
static void
history_add(const char *line)
{
    const char *newest = history_get(1);
    int slot = history_count % HISTORY;

    if (line[0] == '\0' || (newest != NULL && strcmp(newest, line) == 0))
        return;
    free(history[slot]);
    history[slot] = copy_string(line);
    history_count++;
}

/* --- keys ------------------------------------------------------------------------------------- */

/* Waits for a key. A signal does not end it: in raw mode the keys that send some are plain
 * bytes. */
static int
read_byte(void)
{
    unsigned char c;

    return read(STDIN_FILENO, &c, 1) == 1 ? c : KEY_END_OF_FILE;
}

/* ESC [ letter, ESC O letter, or ESC [ digits ~, as the control letter that means the same. */
static int
read_sequence(void)
{
    static const char letters[] = "ABCDHF"; /* up, down, right, left, home, end */
    static const char same_as_letter[] = "pnfbae";
    static const char same_as_number[] = " a  e  ae"; /* 1 and 7 home, 4 and 8 end */
    int c = read_byte();
    int number = 0;

    if (c != '[' && c != 'O')
        return KEY_UNKNOWN;
    while ((c = read_byte()) >= '0' && c <= ';')
        number = c == ';' ? number : (number * 10 + c - '0') % 1000;
    const char *letter = c > 0 ? strchr(letters, c) : NULL;
    if (letter != NULL)
        return CONTROL(same_as_letter[letter - letters]);
    if (c == '~' && number == 3)
        return KEY_DELETE;
    if (c == '~' && number < 9 && number > 0 && same_as_number[number] != ' ')
        return CONTROL(same_as_number[number]);
    return KEY_UNKNOWN;
}

/* A lone escape waits for the next key, and takes it away: telling the two apart needs a clock. */
static int
read_key(void)
{
    int c = read_byte();

    return c == ESCAPE ? read_sequence() : c;
}

/* --- the screen ------------------------------------------------------------------------------- */

/* The further bytes of a character in UTF-8 take no column and are never apart from the first. */
static bool
continues_character(char c)
{
    return (c & 0xc0) == 0x80;
}

/* Counts characters. Those that take two columns, as Chinese does, are drawn right but counted
 * short. */
static size_t
columns(const char *text, size_t length)
{
    size_t count = 0;

    for (size_t i = 0; i < length; i++)
        count += !continues_character(text[i]);
    return count;
}

/* Asked anew at each key, because a window may change its size at any time. */
static size_t
screen_columns(void)
{
    struct winsize size;

    if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return DEFAULT_COLUMNS;
    return size.ws_col;
}

/* Draws the line anew and puts the cursor where it belongs. */
static void
draw(struct editor *e)
{
    size_t used = columns(e->prompt, strlen(e->prompt)) + 1; /* the last column would wrap */
    size_t width = screen_columns();
    size_t room = width > used ? width - used : 1;
    size_t shown = 0;

    if (e->cursor < e->left)
        e->left = e->cursor;
    while (columns(e->text + e->left, e->cursor - e->left) > room)
        e->left++;
    while (e->left + shown < e->length && columns(e->text + e->left, shown + 1) <= room)
        shown++;
    fprintf(stderr, "\r\033[K%s%.*s", e->prompt, (int)shown, e->text + e->left);
    size_t behind = columns(e->text + e->cursor, e->left + shown - e->cursor);
    if (behind > 0)
        fprintf(stderr, "\033[%dD", (int)behind);
}

/* --- editing ---------------------------------------------------------------------------------- */

/* Where the character before `at` begins. */
static size_t
before(const struct editor *e, size_t at)
{
    while (at > 0 && continues_character(e->text[--at]))
        continue;
    return at;
}

/* Where the character after the one at `at` begins. */
static size_t
after(const struct editor *e, size_t at)
{
    if (at < e->length)
        at++;
    while (at < e->length && continues_character(e->text[at]))
        at++;
    return at;
}

/* Where the word before the cursor begins: ctrl-w takes blanks behind it, too. */
static size_t
word_before(const struct editor *e)
{
    size_t at = e->cursor;

    while (at > 0 && e->text[at - 1] == ' ')
        at--;
    while (at > 0 && e->text[at - 1] != ' ')
        at--;
    return at;
}

/* What is behind moves up; the cursor stands where the gap was. */
static void
delete_range(struct editor *e, size_t from, size_t to)
{
    memmove(e->text + from, e->text + to, e->length - to);
    e->length -= to - from;
    e->cursor = from;
}

static void
insert(struct editor *e, char c)
{
    if (e->length + 1 >= LINE_SIZE) { /* one is for the zero at the end */
        put("\a");
        return;
    }
    memmove(e->text + e->cursor + 1, e->text + e->cursor, e->length - e->cursor);
    e->text[e->cursor++] = c;
    e->length++;
}

/* Takes the further bytes of a character in UTF-8 at once: half a character cannot be drawn. */
static void
insert_character(struct editor *e, int first)
{
    int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc0;

    insert(e, (char)first);
    while (more-- > 0)
        insert(e, (char)read_byte());
}

/* Takes a line of history for the one that is typed. History lines came from here: they fit. */
static void
replace(struct editor *e, const char *text)
{
    e->length = strnlen(text, LINE_SIZE - 1);
    memcpy(e->text, text, e->length);
    e->cursor = e->length;
}

/* Moves through history: +1 is older, -1 newer. */
static void
walk_history(struct editor *e, int step)
{
    int back = e->back + step;
    const char *line = back == 0 ? e->draft : history_get(back);

    if (back < 0 || line == NULL)
        return;
    if (e->back == 0) {
        memcpy(e->draft, e->text, e->length);
        e->draft[e->length] = '\0';
    }
    e->back = back;
    replace(e, line);
}

/* Everything that a key does to the line. Keys that mean nothing are dropped. */
static void
edit(struct editor *e, int key)
{
    switch (key) {
    case CONTROL('a'):
        e->cursor = 0;
        break;
    case CONTROL('b'):
        e->cursor = before(e, e->cursor);
        break;
    case CONTROL('d'):
    case KEY_DELETE:
        delete_range(e, e->cursor, after(e, e->cursor));
        break;
    case CONTROL('e'):
        e->cursor = e->length;
        break;
    case CONTROL('f'):
        e->cursor = after(e, e->cursor);
        break;
    case CONTROL('h'):
    case BACKSPACE:
        delete_range(e, before(e, e->cursor), e->cursor);
        break;
    case CONTROL('k'):
        e->length = e->cursor;
        break;
    case CONTROL('l'):
        put("\033[H\033[2J");
        break;
    case CONTROL('n'):
        walk_history(e, -1);
        break;
    case CONTROL('p'):
        walk_history(e, 1);
        break;
    case CONTROL('u'):
        delete_range(e, 0, e->cursor);
        break;
    case CONTROL('w'):
        delete_range(e, word_before(e), e->cursor);
        break;
    default:
        if (key >= ' ' && key < KEY_DELETE)
            insert_character(e, key);
    }
}

/* Works on the line until it is complete. False at ctrl-c, and at ctrl-d on an empty line. */
static bool
edit_until_complete(struct editor *e)
{
    int key;

    draw(e);
    while ((key = read_key()) != '\r' && key != '\n') {
        if (key == CONTROL('c')) {
            put("^C");
            interrupted = 1;
            return false;
        }
        if (key == KEY_END_OF_FILE || (key == CONTROL('d') && e->length == 0)) {
            put("\n");
            return false;
        }
        edit(e, key);
        draw(e);
    }
    e->cursor = e->length;
    draw(e);
    put("\n");
    return true;
}

const char *
edit_line(const char *prompt)
{
    static struct editor e; /* too large for a stack that recursion may have used up */
    struct termios normal, raw;

    if (tcgetattr(STDIN_FILENO, &normal) != 0)
        return NULL;
    raw = normal;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    e.prompt = prompt;
    e.length = e.cursor = e.left = 0;
    e.back = 0;
    tcsetattr(STDIN_FILENO, TCSADRAIN, &raw); /* not TCSAFLUSH: what was typed ahead counts */
    bool complete = edit_until_complete(&e);
    tcsetattr(STDIN_FILENO, TCSADRAIN, &normal);
    if (!complete)
        return NULL;
    e.text[e.length] = '\0';
    history_add(e.text);
    return e.text;
}
