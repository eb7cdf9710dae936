/* poison.c - finds who writes to a frame that is free (DEBUG=1). See debug/debug.h.
 *
 * A frame is filled with a pattern when it becomes free, and looked through when it is handed out
 * again. A frame without one word of the pattern has never been free since the start: it is fresh
 * from the firmware and says nothing. What reads a free frame stumbles over the pattern. */

#include "debug/debug.h"
#include "lib/print.h"
#include "lib/string.h"

#define FREE_BYTE      0xf4
#define FREE_WORD      0xf4f4f4f4f4f4f4f4UL /* no canonical address: using it as one faults */
#define WORDS_PER_PAGE (PAGE_SIZE / sizeof(u64))

void
debug_frame_freed(void *page)
{
    memset(page, FREE_BYTE, PAGE_SIZE);
}

void
debug_frame_allocated(void *page)
{
    const u64 *word = page;
    u32 changed = 0, last = 0;
    for (u32 i = 0; i < WORDS_PER_PAGE; i++)
        if (word[i] != FREE_WORD) {
            changed++;
            last = i;
        }
    if (changed > 0 && changed < WORDS_PER_PAGE)
        pr_err("frame check: %u words of free frame %p written, last at +0x%lx: 0x%lx", changed,
               page, last * sizeof(u64), word[last]);
}
