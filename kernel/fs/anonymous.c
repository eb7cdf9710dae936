/* anonymous.c - memory that processes share without a name: mmap(MAP_SHARED | MAP_ANONYMOUS).
 *
 * It is a file of zeros that no directory lists: the page fault, fork and futex need no case of
 * their own for it. Not here: private anonymous memory, which has no object (mm/fault.c). */

#include <asm/fcntl.h>
#include <linux/stat.h>
#include "fs/ramfs.h"
#include "fs/vfs.h"

struct file *
vfs_anonymous(u64 size)
{
    struct inode *i = ramfs_inode(S_IFREG | 0600);
    if (!i)
        return NULL;
    struct file *f = NULL;
    if (!inode_truncate(i, ALIGN_UP(size, PAGE_SIZE)))
        f = file_create(&ramfs_file_ops, i, O_RDWR, NULL);
    inode_put(i);
    return f;
}
