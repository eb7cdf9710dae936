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

/* Everybody may write to those with 01777; in /dev/shm libc keeps shared memory and semaphores. */
static const struct {
    const char *path;
    u32 mode;
} directories[] = {
    { "/root", 0755 }, { "/run", 0755 },      { "/dev", 0755 }, { "/dev/virtio-ports", 0755 },
    { "/tmp", 01777 }, { "/dev/shm", 01777 },
};

void
vfs_init(void)
{
    tree_root = ramfs_inode(S_IFDIR | 0755);
    if (!tree_root)
        panic("no memory for the root directory");
    kernel_owner.fsinfo->cwd = inode_get(tree_root);
    initrd_unpack();
    for (u32 i = 0; i < ARRAY_SIZE(directories); i++) { /* an archive may have them: -EEXIST */
        struct inode *dir = ramfs_inode(S_IFDIR | directories[i].mode);
        vfs_add(AT_FDCWD, kernel_path(directories[i].path), dir, WALK_NAME);
    }
    ports_init();
    dev_init();
    proc_init();
}
