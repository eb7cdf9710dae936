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
    const char *words = (const char *)p + p->words_offset;
    u64 used = strlen(machine.bootargs);
    if (p->words_offset && used + 1 + p->words_size < sizeof(machine.bootargs)) {
        machine.bootargs[used] = ' ';
        memcpy(machine.bootargs + used + 1, words, p->words_size);
        machine.bootargs[used + 1 + p->words_size] = 0;
    }
}
