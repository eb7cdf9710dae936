/* editor.c - reads a line from a terminal, key by key, and draws it while it changes.
 *
 * The keys are those of emacs and of every shell since: arrows, home, end, delete, tab, ctrl-a b e
 * f k l n p u w. The terminal is in raw mode only while a line is being typed, so that commands
 * find it as they expect it. A line longer than the screen is wide moves sideways, and never wraps.
 * It draws on standard error: the prompt is not output, and `sh >file` still shows it. keys.c reads
 * keys, complete.c knows names, history.c keeps lines. Source: ECMA-48, as VT100 and its followers
 * obey it. */

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include "editor.h"

enum { LINE_SIZE = 4096, DEFAULT_COLUMNS = 80 };

/* The line being typed. Its text has no zero at the end until it is complete. */
struct editor {
    const char *prompt;
    char text[LINE_SIZE];
    size_t length, cursor;
    size_t left;           /* the first byte that is on the screen */
    int last_key;          /* before the one that is being carried out */
    int back;              /* how far back in history, 0: the new line ... */
    char draft[LINE_SIZE]; /* ... which waits here meanwhile */
};

/* --- the screen ------------------------------------------------------------------------------- */

bool
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

/* The window is asked at each key, because it may change its size at any time. */
static size_t
screen_columns(void)
{
    struct winsize size;
    bool known = ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : DEFAULT_COLUMNS;
}

/* How many columns of a line the text may take behind the prompt. The last column stays free: it
 * would wrap. */
static size_t
text_columns(const char *prompt)
{
    size_t width = screen_columns();
    size_t used = columns(prompt, strlen(prompt)) + 1;
    return width > used ? width - used : 1;
}

/* Draws the line anew and puts the cursor where it belongs. */
static void
draw(struct editor *e)
{
    size_t room = text_columns(e->prompt);
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

/* The places that keys move the cursor to, or delete up to. A place is never inside of a
 * character. */
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
    if (place > 0)
        place--;
    while (place > 0 && continues_character(e->text[place]))
        place--;
    return place;
}

static size_t
after(const struct editor *e)
{
    size_t place = e->cursor;
    if (place < e->length)
        place++;
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

/* Deletes what is between the cursor and a place on either side of it. */
static void
delete_to(struct editor *e, size_t place)
{
    size_t from = place < e->cursor ? place : e->cursor;
    size_t to = place < e->cursor ? e->cursor : place;
    memmove(e->text + from, e->text + to, e->length - to);
    e->length -= to - from;
    e->cursor = from;
}

/* Inserts a byte. False, and a bell, when the line is full; one byte is for the zero at its end. */
static bool
insert_byte(struct editor *e, int c)
{
    if (e->length + 1 >= LINE_SIZE) {
        fputc('\a', stderr);
        return false;
    }
    memmove(e->text + e->cursor + 1, e->text + e->cursor, e->length - e->cursor);
    e->text[e->cursor++] = c;
    e->length++;
    return true;
}

/* How many bytes follow the first one of a character in UTF-8. */
static int
further_bytes(int first)
{
    if (first >= 0xf0)
        return 3;
    if (first >= 0xe0)
        return 2;
    return first >= 0xc0 ? 1 : 0;
}

/* Inserts a character with its further bytes at once: half a character cannot be drawn. A byte that
 * cannot follow is dropped. */
static void
insert(struct editor *e, int first)
{
    if (!insert_byte(e, first))
        return;
    for (int more = further_bytes(first); more > 0; more--) {
        int c = read_byte();
        if (!continues_character(c) || !insert_byte(e, c))
            return;
    }
}

/* The tab key. `again`: the key before was one too, so the person wants to see what there is. */
static void
complete_word(struct editor *e, bool again)
{
    struct arena_mark mark = arena_mark();
    const char *added = complete(arena_copy(e->text, e->cursor), again, screen_columns());
    if (!*added && !again)
        fputc('\a', stderr);
    while (*added && insert_byte(e, *added))
        added++;
    arena_release(mark);
}

/* Moves through history: step +1 is older, -1 newer. Lines of history fit, for they came from
 * here. */
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
    e->length = strlen(line);
    e->cursor = e->length;
    memcpy(e->text, line, e->length);
}

/* Carries out a key that moves the cursor or deletes; false when it is none. */
static bool
move(struct editor *e, int key)
{
    for (size_t i = 0; i < sizeof(movements) / sizeof(movements[0]); i++) {
        if (key != movements[i].key)
            continue;
        size_t place = movements[i].place(e);
        if (movements[i].deletes)
            delete_to(e, place);
        else
            e->cursor = place;
        return true;
    }
    return false;
}

/* Does to the line what a key means. Keys that mean nothing are dropped. */
static void
edit(struct editor *e, int key)
{
    if (move(e, key))
        return;
    if (key == CONTROL('l'))
        fputs("\033[H\033[2J", stderr);
    else if (key == '\t')
        complete_word(e, e->last_key == '\t');
    else if (key == KEY_UP)
        walk_history(e, 1);
    else if (key == KEY_DOWN)
        walk_history(e, -1);
    else if (key >= ' ' && key < KEY_DELETE)
        insert(e, key);
}

/* Works on the line until it is complete. Returns false at ctrl-c, and at ctrl-d on an empty
 * line. */
static bool
edit_until_complete(struct editor *e)
{
    for (;;) {
        draw(e);
        int key = read_key();
        if (key == '\r' || key == '\n')
            break;
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
        e->last_key = key;
    }
    e->cursor = e->length;
    draw(e);
    fputc('\n', stderr);
    return true;
}

/* The modes that the terminal had before the last line was typed. */
static struct termios normal;

/* A command that a signal has ended could not put the modes back that it had changed; one that ends
 * by itself may have changed them on purpose, as stty does. */
void
restore_terminal(void)
{
    tcsetattr(shell.terminal, TCSADRAIN, &normal);
}

/* When the terminal has no modes any more, it has been hung up: that is the end of the input. The
 * modes are put back on every way out, or commands would find a terminal that echoes nothing. */
const char *
edit_line(const char *prompt)
{
    static struct editor e; /* too large for a stack that recursion may have used up */
    if (tcgetattr(STDIN_FILENO, &normal) != 0)
        return NULL;
    struct termios raw = normal;
    raw.c_lflag &= ~(ICANON | ECHO | ISIG | IEXTEN);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    e.prompt = prompt;
    e.length = 0;
    e.cursor = 0;
    e.left = 0;
    e.back = 0;
    e.last_key = 0;
    tcsetattr(STDIN_FILENO, TCSADRAIN, &raw); /* not TCSAFLUSH: what was typed ahead counts */
    bool complete = edit_until_complete(&e);
    tcsetattr(STDIN_FILENO, TCSADRAIN, &normal);
    if (!complete)
        return NULL;
    e.text[e.length] = '\0';
    history_add(e.text);
    return e.text;
}
