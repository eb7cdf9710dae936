/* unwind.c - walks out of a signal handler by the image's own unwinding table.
 *
 * The frame is made by hand with a mark for every register, so the walk shows whether each rule of
 * vdso/sigreturn.S points at its place. The unwinder is libgcc's; its look-up of tables is led to
 * the image here (link with --wrap=_Unwind_Find_FDE). Without a table it would recognize the
 * instructions of Linux's signal return and guess: then the f registers come out wrong. */

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <unwind.h>

#include "harness.h"

#define MARK(n) (0x1000UL * (n) + 0x123)

/* Linux's riscv64 rt_sigframe, in 8-byte words: siginfo, then ucontext with its registers. */
struct frame {
    unsigned long siginfo[16];
    unsigned long ucontext_head[22];
    unsigned long registers[32]; /* pc, x1 .. x31 */
    unsigned long floating[34];
    unsigned long rest[16];
} __attribute__((aligned(16)));
_Static_assert(__builtin_offsetof(struct frame, registers) == 128 + 176, "uc_mcontext");

static struct frame *frame;
static char interrupted_stack[4096] __attribute__((aligned(16)));

/* What libgcc's unwinder asks for each pc; <unwind-dw2-fde.h> is not installed. */
struct eh_bases {
    void *text, *data, *function;
};
const void *__real__Unwind_Find_FDE(void *pc, struct eh_bases *bases);
const void *__wrap__Unwind_Find_FDE(void *pc, struct eh_bases *bases);

/* .eh_frame_hdr as both linkers write it (LSB, "Exception Frames"): a sorted table of 32-bit pairs,
 * relative to the header itself. */
struct eh_frame_header {
    unsigned char version, frame_encoding, count_encoding, table_encoding;
    int frame;
    unsigned count;
    struct {
        int start, table;
    } entry[];
};

static const struct eh_frame_header *
find_header(void)
{
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)image;
    const Elf64_Phdr *segment = (const Elf64_Phdr *)(image + header->e_phoff);
    while (segment->p_type != PT_GNU_EH_FRAME)
        segment++;
    return (const void *)(image + segment->p_vaddr);
}

const void *
__wrap__Unwind_Find_FDE(void *pc, struct eh_bases *bases)
{
    const struct eh_frame_header *header = find_header();
    const char *at = (const char *)header;
    unsigned i = header->count;
    if ((unsigned char *)pc - image >= (long)image_size || (unsigned char *)pc < image)
        return __real__Unwind_Find_FDE(pc, bases);
    while (i > 0 && at + header->entry[i - 1].start > (char *)pc)
        i--;
    if (i == 0)
        return NULL;
    *bases = (struct eh_bases){ NULL, NULL, (void *)(at + header->entry[i - 1].start) };
    return at + header->entry[i - 1].table;
}

/* Registers that the unwinder would restore wrongly for the interrupted code. */
static unsigned
wrong_registers(struct _Unwind_Context *context)
{
    unsigned wrong = 0;
    for (int n = 1; n < 32; n++)
        wrong += (unsigned long)_Unwind_GetGR(context, n) != frame->registers[n];
    for (int n = 0; n < 32; n++)
        wrong += (unsigned long)_Unwind_GetGR(context, 32 + n) != frame->floating[n];
    return wrong;
}

/* Prints the pc within the image; and at the interrupted frame the number of wrong registers (only
 * that frame has a value for each). */
static _Unwind_Reason_Code
visit(struct _Unwind_Context *context, void *unused)
{
    (void)unused;
    unsigned long pc = _Unwind_GetIP(context);
    if (pc - (unsigned long)image < image_size)
        printf("image %lu\n", pc - (unsigned long)image);
    if (pc == frame->registers[0]) {
        printf("interrupted %u\n", wrong_registers(context));
        return _URC_END_OF_STACK;
    }
    return _URC_NO_REASON;
}

/* Never runs: the unwinder looks for the table of the code that was interrupted. */
static __attribute__((noinline, used)) void
interrupted(void)
{
    __asm__ volatile("nop; nop");
}

static void
handler(void)
{
    _Unwind_Backtrace(visit, NULL);
    fflush(stdout);
    exit(0);
}

void
unwind_through(unsigned long offset)
{
    static char handler_stack[65536] __attribute__((aligned(16)));
    frame = (struct frame *)(handler_stack + sizeof(handler_stack)) - 1;
    for (unsigned long n = 0; n < 32; n++) {
        frame->registers[n] = MARK(n);
        frame->floating[n] = MARK(32 + n);
    }
    frame->registers[0] = (unsigned long)interrupted + 2;
    frame->registers[2] = (unsigned long)(interrupted_stack + sizeof(interrupted_stack));
    /* As the kernel would: sp at the frame, ra at the image's sigreturn code. */
    enter_handler(handler, frame, image + offset);
}
