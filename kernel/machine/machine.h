/* machine.h - what the device tree says this machine is. Filled once at boot, read by all.
 *
 * machine_discover() parses the tree that the firmware handed over and copies out what is needed;
 * nothing refers to the blob afterwards. A missing node that the kernel cannot do without gives a
 * panic that names it; one it can do without gives a warning. */
#pragma once

#include "lib/types.h"

#define MAX_RANGES 16
#define MAX_VIRTIO 16

#define PLIC_NO_CONTEXT 0xffffffffu

struct range {
    u64 start, end; /* physical bytes, end not included */
};

struct machine {
    u32 hart_count;
    u64 hart_ids[MAX_HARTS];     /* the boot hart first */
    u32 plic_context[MAX_HARTS]; /* S-mode context of each hart, by index, or PLIC_NO_CONTEXT */
    char isa[1024];              /* for /proc alone */
    bool has_sstc;               /* every hart has it */
    u64 timebase_hz;
    struct range memory[MAX_RANGES];
    u32 memory_count;
    struct range reserved[MAX_RANGES]; /* firmware, /reserved-memory, reservation block */
    u32 reserved_count;
    struct range initrd; /* start 0: none */
    char bootargs[2048];
    u8 rng_seed[64]; /* twice as much as a key holds: the rest of a longer one adds nothing */
    u32 rng_seed_length;

    struct range uart, plic, rtc, finisher; /* start 0: absent */
    u32 uart_irq, uart_reg_shift, plic_sources;
    struct range virtio[MAX_VIRTIO];
    u32 virtio_irq[MAX_VIRTIO], virtio_count;
};

extern struct machine machine;

/* Parses `fdt_blob` (a kernel address; `fdt_pa` is for the message that it is none). `boot_hartid`
 * becomes hart_ids[0]. `finisher_found` is called as soon as machine.finisher is known: a panic
 * about the rest then has a status. */
void machine_discover(const void *fdt_blob, u64 fdt_pa, u64 boot_hartid,
                      void (*finisher_found)(void));

/* The value of kernel word `name` (`name=value`) on the command line, or NULL; for a bare word
 * an empty string. The pointer is into a copy that lives for ever; the value ends at a NUL. */
const char *cmdline_get(const char *name);
void cmdline_init(const char *words);
