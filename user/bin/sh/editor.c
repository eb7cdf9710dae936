/* editor.c - reads a line from a terminal, key by key, and draws it while it changes.
 *
 * The keys are those of emacs and of every shell since: arrows, home, end, delete, ctrl-a b e f k l
 * n p u w. The terminal is in raw mode only while a line is being typed, so that commands find it
 * as they expect it. A line longer than the screen is wide moves sideways, and never wraps.
 * It draws on standard error: the prompt is not output, and `sh >file` still shows it.
 * Sequences are those of ECMA-48, as VT100 and all of its followers send and obey them. */

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

/* The line being typed. Its text has no zero at the end until it is complete. */
struct editor {
    const char *prompt;
    char text[LINE_SIZE];
    size_t length, cursor;
    size_t left;           /* the first byte that is on the screen */
    int back;              /* how far back in history, 0: the new line ... */
    char draft[LINE_SIZE]; /* ... which waits here meanwhile */
};

/* --- history ---------------------------------------------------------------------------------- */

enum { HISTORY = 100 };

static char *history[HISTORY]; /* the oldest first */
static int history_count;

/* The line `back` steps ago, 1 being the newest; NULL when there is none. */
static const char *
history_get(int back)
{
    return back >= 1 && back <= history_count ? history[history_count - back] : NULL;
}

/* Empty lines and repetitions would only be in the way. */
static void
history_add(const char *line)
{
    if (!line[0] || (history_count > 0 && strcmp(history_get(1), line) == 0))
        return;
    if (history_count == HISTORY) {
        free(history[0]);
        memmove(history, history + 1, --history_count * sizeof(*history));
    }
    history[history_count++] = copy_string(line);
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
    if (letter)
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

/* Draws the line anew and puts the cursor where it belongs. The width is asked for at each key,
 * because a window may change its size at any time; the last column would wrap. */
static void
draw(struct editor *e)
{
    struct winsize size;
    bool known = ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    size_t width = known ? size.ws_col : DEFAULT_COLUMNS;
    size_t used = columns(e->prompt, strlen(e->prompt)) + 1;
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

/* Where the keys move the cursor to, or delete up to. Half a character is no place. */
static size_t
line_start(const struct editor *e)
{
    return 0;
}

static size_t
line_end(const struct editor *e)
{
    return e->length;
}

static size_t
before(const struct editor *e)
{
    size_t place = e->cursor;
    while (place > 0 && continues_character(e->text[--place]))
        continue;
    return place;
}

static size_t
after(const struct editor *e)
{
    size_t place = e->cursor + (e->cursor < e->length);
    while (place < e->length && continues_character(e->text[place]))
        place++;
    return place;
}

/* Blanks behind a word go with it. */
static size_t
word_before(const struct editor *e)
{
    size_t place = e->cursor;
    while (place > 0 && e->text[place - 1] == ' ')
        place--;
    while (place > 0 && e->text[place - 1] != ' ')
        place--;
    return place;
}

static const struct {
    int key;
    size_t (*place)(const struct editor *e);
    bool deletes;
} movements[] = {
    { CONTROL('a'), line_start, false }, { CONTROL('b'), before, false },
    { CONTROL('d'), after, true },       { CONTROL('e'), line_end, false },
    { CONTROL('f'), after, false },      { CONTROL('h'), before, true },
    { CONTROL('k'), line_end, true },    { CONTROL('u'), line_start, true },
    { CONTROL('w'), word_before, true }, { BACKSPACE, before, true },
    { KEY_DELETE, after, true },
};

/* Moves the cursor, or deletes what is between it and the place: what is behind moves up. */
static void
move(struct editor *e, size_t place, bool deletes)
{
    size_t from = place < e->cursor ? place : e->cursor;
    size_t to = place < e->cursor ? e->cursor : place;
    e->cursor = deletes ? from : place;
    if (deletes) {
        memmove(e->text + from, e->text + to, e->length - to);
        e->length -= to - from;
    }
}

/* The further bytes of a character in UTF-8 are taken at once: half a character cannot be drawn. A
 * byte that cannot follow is dropped. */
static void
insert(struct editor *e, int c)
{
    int more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : c >= 0xc0;
    do {
        if (e->length + 1 >= LINE_SIZE) { /* one is for the zero at the end */
            fputc('\a', stderr);
            return;
        }
        memmove(e->text + e->cursor + 1, e->text + e->cursor, e->length - e->cursor);
        e->text[e->cursor++] = (char)c;
        e->length++;
    } while (more-- > 0 && continues_character((char)(c = read_byte())));
}

/* Moves through history: +1 is older, -1 newer. History lines came from here: they fit. */
static void
walk_history(struct editor *e, int step)
{
    int back = e->back + step;
    const char *line = back == 0 ? e->draft : history_get(back);
    if (!line)
        return;
    if (e->back == 0) {
        memcpy(e->draft, e->text, e->length);
        e->draft[e->length] = '\0';
    }
    e->back = back;
    e->length = e->cursor = strlen(line);
    memcpy(e->text, line, e->length);
}

/* Everything that a key does to the line. Keys that mean nothing are dropped. */
static void
edit(struct editor *e, int key)
{
    for (unsigned i = 0; i < sizeof(movements) / sizeof(movements[0]); i++)
        if (key == movements[i].key)
            return move(e, movements[i].place(e), movements[i].deletes);
    if (key == CONTROL('l'))
        fputs("\033[H\033[2J", stderr);
    else if (key == CONTROL('n') || key == CONTROL('p'))
        walk_history(e, key == CONTROL('p') ? 1 : -1);
    else if (key >= ' ' && key < KEY_DELETE)
        insert(e, key);
}

/* Works on the line until it is complete. False at ctrl-c, and at ctrl-d on an empty line. */
static bool
edit_until_complete(struct editor *e)
{
    int key;
    draw(e);
    while ((key = read_key()) != '\r' && key != '\n') {
        if (key == CONTROL('c')) {
            fputs("^C", stderr);
            interrupted = 1;
            return false;
        }
        if (key == KEY_END_OF_FILE || (key == CONTROL('d') && e->length == 0)) {
            fputc('\n', stderr);
            return false;
        }
        edit(e, key);
        draw(e);
    }
    e->cursor = e->length;
    draw(e);
    fputc('\n', stderr);
    return true;
}

/* A terminal that cannot be put into raw mode is none any more: that is the end of the input. Its
 * modes are put back on every way out, or commands would find a terminal that echoes nothing. */
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
