/* vfs.c - the tree's beginning, and who the kernel itself is when it opens files.
 *
 * vfs_init fixes the order in which the tree comes about. Not here: the walk (path.c), opening and
 * changing names (names.c), working directories (fd.c), though vfs.h declares what other rooms need
 * of them. */
#include "fs/vfs.h"
#include <linux/fcntl.h>
#include <linux/stat.h>
#include "fs/dev.h"
#include "fs/initrd.h"
#include "fs/names.h"
#include "fs/proc.h"
#include "fs/tree.h"
#include "fs/tty.h"
#include "lib/print.h"

struct process_view process_view;

static struct fsinfo kernel_fsinfo = { 1, 022, SPINLOCK_INIT("files"), NULL };
struct fs_owner kernel_owner = { .fsinfo = &kernel_fsinfo };

void
vfs_init(void)
{
    static const struct {
        const char *path;
        u32 mode;
    } directories[] = { { "/tmp", S_IFDIR | S_ISVTX | 0777 },
                        { "/run", S_IFDIR | 0755 },
                        { "/root", S_IFDIR | 0755 } };
    tree_root = ramfs_inode(S_IFDIR | 0755);
    if (!tree_root)
        panic("no memory for the root directory");
    kernel_fsinfo.cwd = inode_get(tree_root);
    initrd_unpack();
    for (u32 i = 0; i < ARRAY_SIZE(directories); i++) /* -EEXIST is as good */
        vfs_add(AT_FDCWD, kernel_path(directories[i].path), ramfs_inode(directories[i].mode), 0);
    tty_init();
    dev_init();
    proc_init();
}
