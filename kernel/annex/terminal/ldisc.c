/* ldisc.c - the line discipline. See ldisc.h.
 *
 * A byte goes from translation to signals, then into the line or straight to who reads; each step
 * can be switched off by its flag in termios. The caller, tty.c, moves the bytes, sends the signals
 * and sees to it that only one thread changes a line. Source: termios(3), POSIX "General Terminal
 * Interface". */

#include "annex/terminal/ldisc.h"
#include <asm/errno.h>
#include <asm/signal.h>

#define CTRL(c) ((c)&0x1f)

void
ldisc_init(struct ldisc *l, void (*echo)(const char *text, size_t n))
{
    l->echo = echo;
    l->read = l->ready = l->typed = 0;
    l->termios = (struct termios){
        .c_iflag = ICRNL | IUTF8,
        .c_oflag = OPOST | ONLCR,
        .c_cflag = B38400 | CS8 | CREAD | HUPCL,
        .c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
        .c_cc = {
            [VINTR] = CTRL('C'), [VQUIT] = CTRL('\\'), [VERASE] = 0x7f, [VKILL] = CTRL('U'),
            [VEOF] = CTRL('D'), [VMIN] = 1, [VSTART] = CTRL('Q'), [VSTOP] = CTRL('S'),
            [VSUSP] = CTRL('Z'), [VREPRINT] = CTRL('R'), [VDISCARD] = CTRL('O'),
            [VWERASE] = CTRL('W'), [VLNEXT] = CTRL('V'),
        },
    };
}

u32
ldisc_room(const struct ldisc *l)
{
    return LDISC_RING - (l->typed - l->read);
}

void
ldisc_flush(struct ldisc *l)
{
    l->read = l->ready = l->typed;
}

/* A line that was being edited is readable as it stands when editing ends. */
void
ldisc_set(struct ldisc *l, const struct termios *t)
{
    l->termios = *t;
    if (!(t->c_lflag & ICANON))
        l->ready = l->typed;
}

/* OPOST may mean many translations. Only that of the newline matters today: a screen needs both
 * characters. */
size_t
ldisc_output(const struct ldisc *l, const char *in, size_t n, char *out)
{
    bool translate = (l->termios.c_oflag & OPOST) && (l->termios.c_oflag & ONLCR);
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        if (in[i] == '\n' && translate)
            out[used++] = '\r';
        out[used++] = in[i];
    }
    return used;
}

/* Is c a control character that is shown as ^C is? */
static bool
shows_as_caret(const struct ldisc *l, u8 c)
{
    return (l->termios.c_lflag & ECHOCTL) && (c < ' ' || c == 0x7f) && c != '\t' && c != '\n';
}

/* Echo is output: it is translated like what programs write. */
static void
echo(struct ldisc *l, u8 c)
{
    const char text[2] = { shows_as_caret(l, c) ? '^' : (char)c, (char)(c ^ 0x40) };
    char out[4];
    if (l->termios.c_lflag & ECHO)
        l->echo(out, ldisc_output(l, text, shows_as_caret(l, c) ? 2 : 1, out));
}

/* --- editing the line ------------------------------------------------------------------------ */
/* Takes the last character of the line back, which there must be, and wipes it from the screen. A
 * character of UTF-8 may have several bytes; all but its first have 10 in the upper bits. A tab
 * counts as one column: the terminal does not know where the line began. */
static void
erase(struct ldisc *l)
{
    u8 c;
    do
        c = (u8)l->ring[--l->typed % LDISC_RING];
    while ((l->termios.c_iflag & IUTF8) && (c & 0xc0) == 0x80 && l->typed != l->ready);
    if (l->termios.c_lflag & ECHO)
        l->echo("\b \b\b \b", shows_as_caret(l, c) ? 6 : 3);
}

/* Is c the control character with this index? A value of 0 switches one off. */
static bool
is_control(const struct ldisc *l, u32 index, u8 c)
{
    return c != 0 && l->termios.c_cc[index] == c;
}

/* Does the line end in a blank? An empty one does not. */
static bool
ends_in_blank(const struct ldisc *l)
{
    u16 last = l->ring[(l->typed - 1) % LDISC_RING];
    return l->typed != l->ready && (last == ' ' || last == '\t');
}

/* Is c a key that changes the line? Then it has: one character is gone, or all of them, or the last
 * word with the blanks behind it. It never reaches back into lines that have ended. */
static bool
edit(struct ldisc *l, u8 c)
{
    bool one = is_control(l, VERASE, c);
    bool word = !one && is_control(l, VWERASE, c) && (l->termios.c_lflag & IEXTEN);
    bool line = !one && !word && is_control(l, VKILL, c);
    if (one && l->typed != l->ready)
        erase(l);
    while (word && ends_in_blank(l))
        erase(l);
    while ((line || (word && !ends_in_blank(l))) && l->typed != l->ready)
        erase(l);
    return one || line || word;
}

/* --- input ----------------------------------------------------------------------------------- */
/* A signal throws away what was typed before it, unless NOFLSH is set. What finds no room is lost,
 * as on a real line; nobody could be told. The last place is kept for the end of the line, or a
 * line that is too long could never be read. Keys that signal or edit work even when all is
 * full. */
int
ldisc_input(struct ldisc *l, u8 c)
{
    static const struct {
        u8 index, signal;
    } keys[] = { { VINTR, SIGINT }, { VQUIT, SIGQUIT }, { VSUSP, SIGTSTP } };
    bool lines = l->termios.c_lflag & ICANON;
    if (c == '\r' && (l->termios.c_iflag & ICRNL))
        c = '\n';
    for (u32 i = 0; i < ARRAY_SIZE(keys); i++)
        if ((l->termios.c_lflag & ISIG) && is_control(l, keys[i].index, c)) {
            if (!(l->termios.c_lflag & NOFLSH))
                ldisc_flush(l);
            echo(l, c);
            return keys[i].signal;
        }
    if (lines && edit(l, c))
        return 0;
    bool end_of_file = lines && is_control(l, VEOF, c);
    bool line_ends = !lines || end_of_file || c == '\n';
    if (ldisc_room(l) < (line_ends ? 1 : 2))
        return 0;
    if (!end_of_file)
        echo(l, c);
    l->ring[l->typed++ % LDISC_RING] = end_of_file ? LDISC_EOF : c;
    if (line_ends)
        l->ready = l->typed;
    return 0;
}

/* Lines end where they were ended: read(2) with a large buffer still gives one line at a time, and
 * with a small one the rest of the line comes next. */
s64
ldisc_read(struct ldisc *l, char *buf, u64 n, u64 least)
{
    bool lines = l->termios.c_lflag & ICANON;
    s64 done = 0;
    if (l->ready - l->read < least)
        return -EAGAIN;
    while (l->read != l->ready) {
        u16 c = l->ring[l->read % LDISC_RING];
        /* An end of file behind other bytes ends this read and is used up by it, even if the buffer
         * is full: the next read must not take it for the end. */
        if (done == (s64)n && !(lines && c == LDISC_EOF))
            break;
        l->read++;
        if (c != LDISC_EOF)
            buf[done++] = (char)c;
        if (lines && (c == LDISC_EOF || c == '\n'))
            break;
    }
    return done;
}
