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

#define RECEIVED     1 /* in both */
#define ROOM_TO_SEND 32

#define MAX_REG_SHIFT  8 /* a larger one is a tree's mistake */
#define register_at(n) registers[(n) << machine.uart_reg_shift]
static volatile u8 *registers;

struct list chardevs = LIST_INIT(chardevs);

static void
uart_putc(char c)
{
    while (!(LSR & ROOM_TO_SEND))
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
    while (got < n && (LSR & RECEIVED))
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
    if (uart.changed)
        uart.changed(&uart);
}

void
uart_init(void)
{
    machine.uart_reg_shift = MIN(machine.uart_reg_shift, MAX_REG_SHIFT);
    registers = device_registers(&machine.uart, 8UL << machine.uart_reg_shift);
    if (!registers)
        return;
    log_putc = uart_putc;
    if (plic_register(machine.uart_irq, uart_interrupt, NULL) == 0)
        IER = RECEIVED;
    else
        pr_warn("uart: no interrupt %u, so no input", machine.uart_irq);
}
