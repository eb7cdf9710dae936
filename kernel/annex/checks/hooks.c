/* hooks.c - the table by which locks and frames reach the checks. See debug/debug.h.
 *
 * The undefined behaviour sanitizer (ubsan.c) needs no hook: the compiler calls it. */

#include "annex/checks/checks.h"

const struct debug_hooks debug_hooks = {
    .lock_wanted = check_lock_wanted,
    .lock_released = check_lock_released,
    .lock_none_held = check_lock_none_held,
    .frame_freed = check_frame_freed,
    .frame_allocated = check_frame_allocated,
};
