/* payload.c - kernel and programs as one file: the archive that tools/image appends to the kernel.
 *
 * It starts at the page behind .bss with a header; without its magic there is nothing. Its kernel
 * words are added to the command line, its initrd takes the place of the machine's. */

#include "boot/boot.h"
#include "dev/machine.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/frame.h"
#include "mm/layout.h"

struct payload {
    char magic[16];
    u64 initrd_offset, initrd_size; /* from the start of this header, bytes */
    u64 words_offset, words_size;
};
_Static_assert(sizeof(struct payload) == 48, "tools/image writes it");

extern char image_end[];

void
payload_find(void)
{
    u64 pa = frame_of(image_end); /* page aligned by kernel.lds */
    const struct payload *p = (const void *)(DIRECT_BASE + pa);
    if (memcmp(p->magic, "POSTERN-PAYLOAD", sizeof(p->magic)))
        return;
    machine.initrd.start = pa + p->initrd_offset;
    machine.initrd.end = machine.initrd.start + p->initrd_size;
    size_t used = strlen(machine.bootargs), room = sizeof(machine.bootargs) - used;
    if (p->words_offset && 1 + p->words_size < room)
        snprintf(machine.bootargs + used, 2 + p->words_size, " %s",
                 (const char *)p + p->words_offset);
}
