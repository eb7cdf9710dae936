/* start.c - the tree as the kernel makes it at boot: root, archives, the standing directories.
 *
 * Runs once, before the first process. Each part of the tree fills itself: the archives (initrd.c),
 * /dev (dev.c), /proc (procfs.c). Source: hier(7), as far as programs look for these names. */

#include <linux/fcntl.h>
#include <linux/stat.h>
#include "fs/dev.h"
#include "fs/path.h"
#include "fs/ports.h"
#include "fs/ramfs.h"
#include "fs/tree.h"
#include "fs/vfs.h"
#include "lib/print.h"

struct process_view process_view;

void
vfs_init(void)
{
    /* The last two are for everybody; in /dev/shm libc keeps shared memory and semaphores. */
    const char *const dirs[] = { "/root", "/run", "/dev", "/dev/virtio-ports", "/tmp", "/dev/shm" };
    tree_root = ramfs_inode(S_IFDIR | 0755);
    if (!tree_root)
        panic("no memory for the root directory");
    kernel_owner.fsinfo->cwd = inode_get(tree_root);
    initrd_unpack();
    for (u32 i = 0; i < ARRAY_SIZE(dirs); i++) /* -EEXIST is as good */
        vfs_add(AT_FDCWD, kernel_path(dirs[i]), ramfs_inode(S_IFDIR | (i < 4 ? 0755 : 01777)),
                WALK_NAME);
    ports_init();
    dev_init();
    proc_init();
}
