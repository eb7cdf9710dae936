/* ldisc.c - the line discipline. See ldisc.h.
 *
 * A byte goes from translation to signals, then into the line or straight to who reads; each step
 * can be switched off by its flag in termios. The caller, tty.c, moves the bytes, sends the signals
 * and sees to it that only one thread changes a line. Source: termios(3), POSIX "General Terminal
 * Interface". */
#include "fs/ldisc.h"
#include <asm/signal.h>
#include "lib/string.h"

#define CTRL(c) ((c)&0x1f)

void
ldisc_init(struct ldisc *l)
{
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

/* --- echo ------------------------------------------------------------------------------------ */
/* Echo is output: it is translated like what programs write. */
static void
show(struct ldisc *l, const char *text, size_t n)
{
    char out[16];
    l->echo(out, ldisc_output(l, text, n, out));
}

/* How control characters are shown: ^C. */
static bool
shows_as_caret(const struct ldisc *l, u8 c)
{
    return (l->termios.c_lflag & ECHOCTL) && (c < ' ' || c == 0x7f) && c != '\t' && c != '\n';
}

static void
echo_byte(struct ldisc *l, u8 c)
{
    u32 flags = l->termios.c_lflag;
    char text[2] = { '^', (char)(c ^ 0x40) };
    if (!(flags & ECHO) && !(c == '\n' && (flags & ECHONL) && (flags & ICANON)))
        return;
    if (shows_as_caret(l, c))
        show(l, text, 2);
    else
        show(l, (char *)&c, 1);
}

/* --- editing the line ------------------------------------------------------------------------ */
static void
type(struct ldisc *l, u16 c)
{
    l->ring[l->typed++ % LDISC_RING] = c;
}

static u8
last_typed(const struct ldisc *l)
{
    return (u8)l->ring[(l->typed - 1) % LDISC_RING];
}

static bool
continues_character(const struct ldisc *l, u8 c)
{
    return (l->termios.c_iflag & IUTF8) && (c & 0xc0) == 0x80;
}

/* Takes the last character back, all bytes of it, and off the screen. A tab counts as one column:
 * the terminal does not know where the line began. */
static void
erase_one(struct ldisc *l)
{
    u8 c;
    do
        c = last_typed(l), l->typed--;
    while (continues_character(l, c) && l->typed != l->ready);
    if (!(l->termios.c_lflag & ECHO))
        return;
    if (!(l->termios.c_lflag & ECHOE)) {
        echo_byte(l, l->termios.c_cc[VERASE]);
        return;
    }
    show(l, "\b \b", 3);
    if (shows_as_caret(l, c))
        show(l, "\b \b", 3);
}

static bool
is_blank(u8 c)
{
    return c == ' ' || c == '\t';
}

/* Blanks behind the word go with it. */
static void
erase_word(struct ldisc *l)
{
    while (l->typed != l->ready && is_blank(last_typed(l)))
        erase_one(l);
    while (l->typed != l->ready && !is_blank(last_typed(l)))
        erase_one(l);
}

static void
erase_line(struct ldisc *l)
{
    while (l->typed != l->ready)
        erase_one(l);
}

/* --- input ----------------------------------------------------------------------------------- */
/* Is c the control character with this index? A value of 0 switches one off. */
static bool
is_control(const struct ldisc *l, u32 index, u8 c)
{
    return c != 0 && l->termios.c_cc[index] == c;
}

static int
signal_of(const struct ldisc *l, u8 c)
{
    if (!(l->termios.c_lflag & ISIG))
        return 0;
    return is_control(l, VINTR, c)   ? SIGINT
           : is_control(l, VQUIT, c) ? SIGQUIT
           : is_control(l, VSUSP, c) ? SIGTSTP
                                     : 0;
}

/* What was typed can be read from here on. */
static void
end_line(struct ldisc *l, u16 c)
{
    type(l, c);
    l->ready = l->typed;
}

static void
input_canonical(struct ldisc *l, u8 c)
{
    bool extended = l->termios.c_lflag & IEXTEN;
    if (is_control(l, VERASE, c)) {
        if (l->typed != l->ready)
            erase_one(l);
    } else if (is_control(l, VKILL, c)) {
        erase_line(l);
    } else if (extended && is_control(l, VWERASE, c)) {
        erase_word(l);
    } else if (is_control(l, VEOF, c)) {
        end_line(l, LDISC_EOF);
    } else if (c == '\n' || is_control(l, VEOL, c) || (extended && is_control(l, VEOL2, c))) {
        echo_byte(l, c);
        end_line(l, c | LDISC_END);
    } else if (ldisc_room(l) > 1) { /* the last place is kept for the end of the line */
        echo_byte(l, c);
        type(l, c);
    }
}

/* Newline translation; -1: the byte is ignored. */
static int
translate(const struct ldisc *l, u8 c)
{
    u32 flags = l->termios.c_iflag;
    if (c == '\r' && (flags & IGNCR))
        return -1;
    if (c == '\r' && (flags & ICRNL))
        return '\n';
    if (c == '\n' && (flags & INLCR))
        return '\r';
    return flags & ISTRIP ? c & 0x7f : c;
}

/* A signal throws away what was typed before it (but for NOFLSH). */
int
ldisc_input(struct ldisc *l, u8 byte)
{
    int c = translate(l, byte);
    if (c < 0)
        return 0;
    int signal = signal_of(l, (u8)c);
    if (signal) {
        if (!(l->termios.c_lflag & NOFLSH))
            ldisc_flush(l);
        echo_byte(l, (u8)c);
    } else if (ldisc_room(l) == 0) {
        return 0; /* lost, as on a real line; it cannot be told to anybody */
    } else if (l->termios.c_lflag & ICANON) {
        input_canonical(l, (u8)c);
    } else {
        echo_byte(l, (u8)c);
        end_line(l, (u16)c);
    }
    return signal;
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
        if (done == n && !(lines && (c & LDISC_EOF)))
            break;
        l->read++;
        if (!(c & LDISC_EOF))
            buf[done++] = (char)c;
        if (lines && (c & (LDISC_END | LDISC_EOF)))
            break;
    }
    return done;
}
