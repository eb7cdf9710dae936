/* poison.c - finds who writes to a frame that is free (DEBUG=1). See debug/debug.h.
 *
 * A frame is filled with a pattern when it becomes free, and looked through when it is handed out
 * again. A frame without one word of the pattern has never been free since the start: it is fresh
 * from the firmware and says nothing. What reads a free frame stumbles over the pattern. */

#include "annex/checks/checks.h"
#include "lib/print.h"
#include "lib/string.h"

#define FREE_WORD      0xf4f4f4f4f4f4f4f4UL /* no canonical address: using it as one faults */
#define WORDS_PER_PAGE (PAGE_SIZE / sizeof(u64))

void
check_frame_freed(void *page)
{
    memset(page, (u8)FREE_WORD, PAGE_SIZE);
}

void
check_frame_allocated(void *page)
{
    const u64 *word = page, *last = NULL;
    u32 changed = 0;
    for (; word < (u64 *)page + WORDS_PER_PAGE; word++)
        if (*word != FREE_WORD) {
            last = word;
            changed++;
        }
    if (last && changed < WORDS_PER_PAGE)
        pr_err("frame check: %u words of free frame 0x%lx written, last at 0x%lx: 0x%lx", changed,
               (u64)page, (u64)last, *last);
}
