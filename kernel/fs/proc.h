/* proc.h - /proc inside of fs: making it, and the names that tell of the whole system.
 *
 * Names of /proc/PID come from floor 7 (process_view in vfs.h), which also declares how a row of
 * either table looks. Source: proc(5). */
#pragma once

#include "fs/vfs.h"

/* Makes /proc. After the tree has a root. */
void proc_init(void);

extern const struct proc_entry proc_system_entries[];
