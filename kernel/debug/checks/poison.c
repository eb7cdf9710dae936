/* poison.c - finds who writes to a frame that is free (DEBUG=1). See debug/debug.h.
 *
 * A frame is filled with a pattern when it becomes free, and looked through when it is handed out
 * again. A frame without one word of the pattern has never been free since the start: it is fresh
 * from the firmware and says nothing. What reads a free frame stumbles over the pattern. */

#include "debug/debug.h"
#include "lib/print.h"

#define FREE_WORD      0xf4eef4eef4eef4eeUL /* not a canonical address: using it as one faults */
#define WORDS_PER_PAGE (PAGE_SIZE / sizeof(u64))

void
debug_frame_freed(void *page)
{
    u64 *word = page;
    for (u32 i = 0; i < WORDS_PER_PAGE; i++)
        word[i] = FREE_WORD;
}

void
debug_frame_allocated(void *page)
{
    const u64 *word = page;
    u32 changed = 0, first = 0;
    for (u32 i = WORDS_PER_PAGE; i > 0; i--)
        if (word[i - 1] != FREE_WORD) {
            changed++;
            first = i - 1;
        }
    if (changed > 0 && changed < WORDS_PER_PAGE)
        pr_err("frame check: %u words of free frame 0x%lx written, first at +0x%lx: 0x%lx", changed,
               (u64)page, first * sizeof(u64), word[first]);
}
