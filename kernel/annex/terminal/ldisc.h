/* ldisc.h - the line discipline: what a terminal does with each byte between keyboard and program.
 *
 * Editing of the line, echo, characters that are signals, newline translation. It knows no device,
 * no process and no lock (the terminal has one), so it also builds for the host. Source:
 * termios(3), POSIX "General Terminal Interface". Left out: flow control by ^S ^Q, parity, VLNEXT,
 * VREPRINT, line ends other than newline (VEOL), and of newline translation all but ICRNL and
 * ONLCR. */
#pragma once

#include <asm/termbits.h>
#include "lib/types.h"

#define LDISC_RING 4096u /* bytes of input that nobody has read; the longest line is one less */

struct ldisc {
    struct termios termios;
    /* Positions in the ring, counted without end (a place is its position modulo LDISC_RING):
     *
     *     ... gone | may be read | the line being edited | free ...
     *             read         ready                   typed
     *
     * Outside of canonical mode nothing is edited, and `ready` is `typed`. */
    u32 read, ready, typed;
    u16 ring[LDISC_RING];                     /* bytes, and LDISC_EOF */
    void (*echo)(const char *text, size_t n); /* to the screen, already translated */
};

#define LDISC_EOF 0x100u /* ^D: a line ends here without a byte */

/* The settings that a fresh terminal has. Forgets all input. */
void ldisc_init(struct ldisc *l, void (*echo)(const char *text, size_t n));
/* A byte came from the keyboard. Returns the signal it stands for, or 0. */
int ldisc_input(struct ldisc *l, u8 c);
/* How many more bytes ldisc_input can keep. */
u32 ldisc_room(const struct ldisc *l);
/* Takes up to n bytes; in canonical mode not beyond the end of a line. 0: end of file; -EAGAIN if
 * there are less than `least`, among which a lone end of file counts as one. */
s64 ldisc_read(struct ldisc *l, char *buf, u64 n, u64 least);
/* Translates n bytes of output; `out` has room for twice as many. Returns how many it became. */
size_t ldisc_output(const struct ldisc *l, const char *in, size_t n, char *out);
/* New settings, with what is typed made readable if lines are no longer assembled. */
void ldisc_set(struct ldisc *l, const struct termios *t);
void ldisc_flush(struct ldisc *l);
