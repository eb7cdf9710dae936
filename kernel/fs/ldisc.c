/* ldisc.c - the line discipline. See ldisc.h.
 *
 * A byte goes from translation to signals, then into the line or straight to who reads; each step
 * can be switched off by its flag in termios. The caller, tty.c, moves the bytes, sends the signals
 * and sees to it that only one thread changes a line. Source: termios(3), POSIX "General Terminal
 * Interface". */
#include "fs/ldisc.h"
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

u32
ldisc_available(const struct ldisc *l)
{
    return l->ready - l->read;
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

/* How control characters are shown: ^C. */
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
/* Takes the last character back, all of its bytes (but for the first, UTF-8 has 10 in the upper
 * bits), and wipes it from the screen. A tab counts as one column: the terminal does not know where
 * the line began. False if the line is empty. */
static bool
erase(struct ldisc *l)
{
    u8 c;
    if (l->typed == l->ready)
        return false;
    do
        c = (u8)l->ring[--l->typed % LDISC_RING];
    while ((l->termios.c_iflag & IUTF8) && (c & 0xc0) == 0x80 && l->typed != l->ready);
    if (l->termios.c_lflag & ECHO)
        l->echo("\b \b\b \b", shows_as_caret(l, c) ? 6 : 3);
    return true;
}

static bool
ends_with_blank(const struct ldisc *l)
{
    u16 last = l->ring[(l->typed - 1) % LDISC_RING];
    return last == ' ' || last == '\t';
}

/* Is c the control character with this index? A value of 0 switches one off. */
static bool
is_control(const struct ldisc *l, u32 index, u8 c)
{
    return c != 0 && l->termios.c_cc[index] == c;
}

/* One more byte; if `done`, what was typed can be read from here on. */
static void
type(struct ldisc *l, u16 c, bool done)
{
    l->ring[l->typed++ % LDISC_RING] = c;
    if (done)
        l->ready = l->typed;
}

static void
input_canonical(struct ldisc *l, u8 c)
{
    if (is_control(l, VERASE, c)) {
        erase(l);
    } else if (is_control(l, VKILL, c)) {
        while (erase(l))
            ;
    } else if (is_control(l, VWERASE, c) && (l->termios.c_lflag & IEXTEN)) {
        while (ends_with_blank(l) && erase(l))
            ; /* blanks behind the word go with it */
        while (!ends_with_blank(l) && erase(l))
            ;
    } else if (is_control(l, VEOF, c)) {
        type(l, LDISC_EOF, true);
    } else if (c == '\n' || ldisc_room(l) > 1) { /* the last place is for the end of the line */
        echo(l, c);
        type(l, c, c == '\n');
    }
}

/* --- input ----------------------------------------------------------------------------------- */
/* A signal throws away what was typed before it (but for NOFLSH). */
int
ldisc_input(struct ldisc *l, u8 c)
{
    static const struct {
        u8 index, signal;
    } keys[] = { { VINTR, SIGINT }, { VQUIT, SIGQUIT }, { VSUSP, SIGTSTP } };
    if (c == '\r' && (l->termios.c_iflag & ICRNL))
        c = '\n';
    for (u32 i = 0; i < ARRAY_SIZE(keys); i++)
        if ((l->termios.c_lflag & ISIG) && is_control(l, keys[i].index, c)) {
            if (!(l->termios.c_lflag & NOFLSH))
                ldisc_flush(l);
            echo(l, c);
            return keys[i].signal;
        }
    if (ldisc_room(l) == 0)
        return 0; /* lost, as on a real line; it cannot be told to anybody */
    if (l->termios.c_lflag & ICANON) {
        input_canonical(l, c);
    } else {
        echo(l, c);
        type(l, c, true);
    }
    return 0;
}

u32
ldisc_read(struct ldisc *l, char *buf, u32 n)
{
    bool lines = l->termios.c_lflag & ICANON;
    u32 done = 0;
    while (l->read != l->ready) {
        u16 c = l->ring[l->read % LDISC_RING];
        /* An end of file behind other bytes ends this read and is used up by it, even if the buffer
         * is full: the next read must not take it for the end. */
        if (done == n && !(lines && c == LDISC_EOF))
            break;
        l->read++;
        if (c != LDISC_EOF)
            buf[done++] = (char)c;
        if (lines && (c == LDISC_EOF || c == '\n'))
            break;
    }
    return done;
}
