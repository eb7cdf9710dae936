/* uart.c - the serial port, an ns16550a, for the log and as a chardev.
 *
 * Bytes go out by polling, come in by interrupt: polling keeps output simple enough to work in a
 * panic, and a receiver that polls would burn a hart. Until uart_init, and on a machine without the
 * device, output takes the firmware's console; the firmware has also set speed, line format and
 * FIFOs. Source: National Semiconductor PC16550D data sheet, section 8 "Registers". */

#include "dev/chardev.h"
#include "dev/device.h"
#include "lib/errno.h"
#include "lib/print.h"

#define DATA register_at(0) /* read: received byte, write: byte to send */
#define IER  register_at(1) /* which events interrupt */
#define LSR  register_at(5) /* line status */

#define RECEIVED     1  /* in both */
#define BREAK        16 /* the byte to be read is none: the line has been held low */
#define ROOM_TO_SEND 32

#define MAX_REG_SHIFT  8 /* a larger one is a tree's mistake */
#define register_at(n) registers[(n) << machine.uart_reg_shift]
static volatile u8 *registers;

static u32 break_seen; /* 1: one has come */
void (*uart_break)(void);

struct list chardevs = LIST_INIT(chardevs);

/* Reading it forgets a break: whoever reads it, for whatever reason, writes that down. */
static u8
line_status(void)
{
    u8 status = LSR;
    if (status & BREAK)
        __atomic_store_n(&break_seen, 1, __ATOMIC_RELAXED);
    return status;
}

static void
uart_putc(char c)
{
    while (!(line_status() & ROOM_TO_SEND))
        ;
    DATA = (u8)c;
}

/* --- as a byte device ------------------------------------------------------------------------ */

/* Whoever reads has room, so the device may interrupt again: for bytes that come, and for those
 * that are left. */
static s64
uart_read(struct chardev *d, void *buf, size_t n)
{
    u8 *to = buf;
    size_t got = 0;
    if (!registers)
        return -EAGAIN;
    while (got < n && (line_status() & RECEIVED))
        to[got++] = DATA;
    IER = RECEIVED;
    return got ? (s64)got : -EAGAIN;
}

/* The bytes go where the log goes, which is the firmware on a machine without a UART. */
static s64
uart_write(struct chardev *d, const void *buf, size_t n)
{
    const char *text = buf;
    for (size_t i = 0; i < n; i++)
        log_putc(text[i]);
    return (s64)n;
}

static u32
uart_poll(struct chardev *d)
{
    return CHARDEV_WRITABLE;
}

struct chardev uart = { .read = uart_read, .write = uart_write, .poll = uart_poll };

/* The interrupt lasts for as long as there are bytes: it is off until somebody has room for them
 * and reads. So they wait in the device, and the sender with them; a hart is not interrupted
 * without end when nobody listens. Whoever reads on another hart meanwhile has switched it on for
 * bytes that come later, and those interrupt again. */
static void
uart_interrupt(void *arg)
{
    IER = 0;
    line_status();
    if (uart_break && __atomic_exchange_n(&break_seen, 0, __ATOMIC_RELAXED)) {
        (void)DATA; /* the byte that is none */
        IER = RECEIVED;
        uart_break();
    } else if (uart.changed) {
        uart.changed(&uart);
    }
}

void
uart_init(void)
{
    machine.uart_reg_shift = MIN(machine.uart_reg_shift, MAX_REG_SHIFT);
    registers = device_registers(&machine.uart, 8UL << machine.uart_reg_shift);
    if (!registers)
        return;
    log_putc = uart_putc;
    if (plic_register(machine.uart_irq, true, uart_interrupt, NULL) == 0)
        IER = RECEIVED;
    else
        pr_warn("uart: no interrupt %u, so no input", machine.uart_irq);
}
