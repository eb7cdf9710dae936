/* proc.c - /proc: a directory whose entries for processes come about when they are asked for.
 *
 * Files of the whole system are nodes of the tree like any other. /proc/PID and what is below are
 * made by each look-up and live as long as somebody uses them. Source: proc(5). */
#include "fs/proc.h"
#include <asm/errno.h>
#include <linux/stat.h>
#include "fs/dir.h"
#include "fs/tree.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mm/kmalloc.h"

#define PIDS_POSITION (1UL << 32) /* of /proc's listing: behind all names in the tree */

static struct list pid_entries = LIST_INIT(pid_entries); /* filled at boot only */
static u32 next_slot = 2; /* of entries; 0 is the directory. Also their position in a listing */
static const struct inode_ops pid_dir_ops, link_ops;
static struct inode *proc_root;

/* --- inodes ---------------------------------------------------------------------------------- */
u64
proc_number(int pid, u32 slot)
{
    return (u64)pid << 32 | slot; /* above all numbers that inode_create gives */
}

/* A look-up makes an inode, its last put frees it: a process costs nothing in /proc until it is
 * looked at. */
int
proc_make(struct inode *dir, const struct component *name, const struct inode_ops *ops, u32 mode,
          u32 slot, const struct proc_node *node, struct inode **out)
{
    struct proc_node *copy = kzalloc(sizeof(*copy));
    struct inode *i = copy ? inode_create(ops, DEVICE_PROC, mode) : NULL;
    if (!i) {
        kfree(copy);
        return -ENOMEM;
    }
    *copy = *node;
    i->data = copy;
    i->number = proc_number(node->pid, slot);
    *out = i;
    if ((i->name = dirent_create(dir, name, i)))
        return 0;
    inode_put(i);
    return -ENOMEM;
}

void
proc_release(struct inode *i)
{
    kfree(i->data);
}

/* `01` is no pid, or one process would have many names. */
int
proc_parse(const struct component *name)
{
    int n = 0;
    if (name->length == 0 || name->length > 9 || (name->text[0] == '0' && name->length > 1))
        return -1;
    for (size_t i = 0; i < name->length; i++) {
        if (name->text[i] < '0' || name->text[i] > '9')
            return -1;
        n = n * 10 + (name->text[i] - '0');
    }
    return n;
}

/* --- /proc ----------------------------------------------------------------------------------- */
static int
root_lookup(struct inode *dir, const struct component *name, struct inode **out)
{
    struct proc_node node = { .pid = proc_parse(name) };
    if (node.pid <= 0 || !process_view.exists(node.pid))
        return -ENOENT;
    return proc_make(dir, name, &pid_dir_ops, S_IFDIR | 0555, 0, &node, out);
}

/* In order of pids, so the pid is the position: processes may come and go between two calls. */
static void
root_list(struct inode *dir, struct dir_sink *sink)
{
    int pid = sink->position > PIDS_POSITION ? (int)(sink->position - PIDS_POSITION) : 0;
    char name[16];
    while ((pid = process_view.next_pid(pid)) > 0) {
        snprintf(name, sizeof(name), "%d", pid);
        if (!dir_emit(sink, name, proc_number(pid, 0), S_IFDIR, PIDS_POSITION + (u64)pid))
            return;
    }
}

static s64
self_readlink(struct inode *i, char *buf, size_t size)
{
    return snprintf(buf, size, "%d", fs_current()->pid);
}

static const struct inode_ops self_ops = { .readlink = self_readlink };
static const struct inode_ops dir_ops = { .file_ops = &dir_file_ops };
static const struct inode_ops root_ops = { .file_ops = &dir_file_ops,
                                           .lookup = root_lookup,
                                           .list = root_list };

/* --- /proc/PID ------------------------------------------------------------------------------- */
/* How an entry's inode behaves: it prints, is a link, or (neither) the directory fd. */
static const struct inode_ops *
kind_of(const struct proc_entry *e, u32 *mode)
{
    *mode = e->print_pid ? S_IFREG | 0444 : e->read_link ? S_IFLNK | 0777 : S_IFDIR | 0500;
    return e->print_pid ? &proc_print_ops : e->read_link ? &link_ops : &proc_fd_dir_ops;
}

static int
pid_lookup(struct inode *dir, const struct component *name, struct inode **out)
{
    struct proc_node node = { .pid = ((struct proc_node *)dir->data)->pid };
    struct proc_entry *e;
    u32 mode;
    list_for_each (e, &pid_entries, link)
        if (strncmp(name->text, e->name, name->length) == 0 && !e->name[name->length] &&
            process_view.exists(node.pid)) {
            const struct inode_ops *ops = kind_of(node.entry = e, &mode);
            return proc_make(dir, name, ops, mode, e->slot, &node, out);
        }
    return -ENOENT;
}

static void
pid_list(struct inode *dir, struct dir_sink *sink)
{
    int pid = ((struct proc_node *)dir->data)->pid;
    struct proc_entry *e;
    u32 mode;
    list_for_each (e, &pid_entries, link)
        if (e->slot >= sink->position && kind_of(e, &mode) &&
            !dir_emit(sink, e->name, proc_number(pid, e->slot), mode, e->slot + 1))
            return;
}

static s64
entry_readlink(struct inode *i, char *buf, size_t size)
{
    const struct proc_node *node = i->data;
    return node->entry->read_link(node->pid, buf, size);
}

static const struct inode_ops pid_dir_ops = {
    .file_ops = &dir_file_ops, .lookup = pid_lookup, .list = pid_list, .release = proc_release
};
static const struct inode_ops link_ops = { .readlink = entry_readlink, .release = proc_release };

/* --- registering: at boot, where a lack of memory is the end --------------------------------- */
static void *
must(void *p)
{
    if (!p)
        panic("no memory for /proc");
    return p;
}

static struct proc_entry *
entry_create(const char *name)
{
    struct proc_entry *e = must(kzalloc(sizeof(*e)));
    e->name = name;
    e->slot = next_slot++;
    return e;
}

/* Makes `name` in `dir` if it is not there yet. Its reference is the tree's. */
static struct inode *
node_create(struct inode *dir, const char *name, size_t length, const struct inode_ops *ops,
            u32 mode)
{
    struct component c = { name, length };
    struct inode *i = tree_find(dir, &c);
    if (!i) {
        i = must(inode_create(ops, DEVICE_PROC, mode));
        if (tree_link(dir, &c, i))
            must(NULL);
    }
    inode_put(i);
    return i;
}

void
proc_register(const char *name, void (*print)(struct printer *p))
{
    struct proc_node *node = must(kzalloc(sizeof(*node)));
    struct proc_entry *e = entry_create(name);
    struct inode *dir = proc_root;
    e->print = print;
    node->entry = e;
    for (const char *slash; (slash = strchr(name, '/')); name = slash + 1)
        dir = node_create(dir, name, (size_t)(slash - name), &dir_ops, S_IFDIR | 0555);
    node_create(dir, name, strlen(name), &proc_print_ops, S_IFREG | 0444)->data = node;
}

static void
register_pid(const char *name, struct proc_entry from)
{
    struct proc_entry *e = entry_create(name);
    e->print_pid = from.print_pid;
    e->read_link = from.read_link;
    list_add_tail(&pid_entries, &e->link);
}

void
proc_register_pid(const char *name, int (*print)(struct printer *p, int pid))
{
    register_pid(name, (struct proc_entry){ .print_pid = print });
}

void
proc_register_pid_link(const char *name, s64 (*read)(int pid, char *buf, size_t size))
{
    register_pid(name, (struct proc_entry){ .read_link = read });
}

void
proc_init(void)
{
    static const struct component proc = { "proc", 4 };
    tree_unlink(tree_root, &proc, true); /* an empty one from the initrd */
    proc_root = node_create(tree_root, "proc", 4, &root_ops, S_IFDIR | 0555);
    node_create(proc_root, "self", 4, &self_ops, S_IFLNK | 0777);
    register_pid("fd", (struct proc_entry){ 0 });
    proc_init_files();
}
