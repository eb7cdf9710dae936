/* uart.c - the serial port, an ns16550a, for the log and as a chardev. Bytes go out by polling, come
 * in by interrupt.
 *
 * Polling keeps output simple enough to work in a panic; a receiver that polls would burn a hart.
 * Until uart_init, and on a machine without the device, output takes the firmware's console.
 * Source: National Semiconductor PC16550D data sheet, section 8 "Registers". */

#include "dev/chardev.h"
#include "dev/device.h"
#include "lib/errno.h"
#include "lib/print.h"
#include "riscv/sbi.h"

enum uart_register {
    UART_DATA = 0, /* read: received byte, write: byte to send */
    UART_IER = 1,  /* which events interrupt */
    UART_FCR = 2,  /* write: FIFO control */
    UART_LCR = 3,  /* line format */
    UART_LSR = 5,  /* line status */
};

#define IER_RECEIVED     1
#define FCR_ENABLE_CLEAR 7 /* FIFOs on, both emptied */
#define LCR_8_BITS       3
#define LSR_RECEIVED     1
#define LSR_ROOM_TO_SEND 32

struct list chardevs = LIST_INIT(chardevs);

static volatile u8 *registers;

static volatile u8 *
uart_register(enum uart_register r)
{
    return registers + ((u32)r << machine.uart_reg_shift);
}

void
uart_putc(char c)
{
    if (!registers) {
        sbi_putchar(c);
        return;
    }
    while (!(*uart_register(UART_LSR) & LSR_ROOM_TO_SEND))
        ;
    *uart_register(UART_DATA) = (u8)c;
}

/* --- as a byte device ------------------------------------------------------------------------ */
static s64
uart_read(struct chardev *d, void *buf, size_t n)
{
    u8 *to = buf;
    size_t got = 0;
    if (!registers)
        return -EAGAIN;
    while (got < n && (*uart_register(UART_LSR) & LSR_RECEIVED))
        to[got++] = *uart_register(UART_DATA);
    *uart_register(UART_IER) = IER_RECEIVED;
    return got ? (s64)got : -EAGAIN;
}

static s64
uart_write(struct chardev *d, const void *buf, size_t n)
{
    const char *text = buf;
    for (size_t i = 0; i < n; i++)
        uart_putc(text[i]);
    return (s64)n;
}

static u32
uart_poll(struct chardev *d)
{
    return CHARDEV_WRITABLE;
}

struct chardev uart = { .name = "uart", .read = uart_read, .write = uart_write, .poll = uart_poll };

/* The interrupt lasts for as long as there are bytes: it is off until somebody has room for them.
 * So they wait in the device, and the sender with them. */
static void
uart_interrupt(void *arg)
{
    *uart_register(UART_IER) = 0;
    if (uart.changed)
        uart.changed(&uart);
}

void
uart_init(void)
{
    registers = device_registers(&machine.uart);
    if (!registers)
        return;
    *uart_register(UART_IER) = 0;
    *uart_register(UART_LCR) = LCR_8_BITS; /* the speed stays as the firmware set it */
    *uart_register(UART_FCR) = FCR_ENABLE_CLEAR;
    log_putc = uart_putc;
    if (plic_register(machine.uart_irq, uart_interrupt, NULL) == 0)
        *uart_register(UART_IER) = IER_RECEIVED;
    else
        pr_warn("uart: no interrupt %u, so no input", machine.uart_irq);
}
