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

#define PID_DIR_SLOT  0u
#define FIRST_SLOT    2u          /* of registered names: behind `.` and `..` and fd's own */
#define PIDS_POSITION (1UL << 32) /* of /proc's listing: behind all names in the tree */

static struct list pid_entries = LIST_INIT(pid_entries); /* filled at boot only */
static u32 next_slot = FIRST_SLOT;
static const struct inode_ops proc_root_ops, proc_pid_ops, proc_link_ops;
static struct inode *proc_root;

/* --- inodes -------------------------------------------------------------------------------------- */
u64
proc_number(int pid, u32 slot)
{
    return (u64)pid << 32 | slot; /* above all numbers that inode_create gives */
}

int
proc_make(struct inode *dir, const struct component *name, const struct inode_ops *ops, u32 mode,
          u32 slot, const struct proc_node *node, struct inode **out)
{
    struct proc_node *copy = kzalloc(sizeof *copy);
    struct inode *i = copy ? inode_create(ops, DEVICE_PROC, mode) : NULL;
    if (!i) {
        kfree(copy);
        return -ENOMEM;
    }
    *copy = *node;
    i->data = copy;
    i->number = proc_number(node->pid, slot);
    if (tree_name(dir, name, i)) {
        inode_put(i);
        return -ENOMEM;
    }
    *out = i;
    return 0;
}

void
proc_release(struct inode *i)
{
    kfree(i->data);
}

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

/* --- /proc --------------------------------------------------------------------------------------- */
static int
root_lookup(struct inode *dir, const struct component *name, struct inode **out)
{
    struct proc_node node = { .pid = proc_parse(name) };
    if (node.pid <= 0 || !process_view.exists(node.pid))
        return -ENOENT;
    return proc_make(dir, name, &proc_pid_ops, S_IFDIR | 0555, PID_DIR_SLOT, &node, out);
}

static void
root_list(struct inode *dir, struct dir_sink *sink)
{
    int pid = sink->position > PIDS_POSITION ? (int)(sink->position - PIDS_POSITION) : 0;
    char name[16];
    while ((pid = process_view.next_pid(pid)) > 0) {
        snprintf(name, sizeof(name), "%d", pid);
        if (!dir_emit(sink, name, proc_number(pid, PID_DIR_SLOT), S_IFDIR,
                      PIDS_POSITION + (u64)pid))
            return;
    }
}

static s64
self_readlink(struct inode *i, char *buf, size_t size)
{
    return snprintf(buf, size, "%d", process_view.current_pid());
}

static const struct inode_ops self_ops = { .readlink = self_readlink };
static const struct inode_ops proc_root_ops = {
    .file_ops = &dir_file_ops,
    .lookup = root_lookup,
    .list = root_list,
};
static const struct inode_ops proc_dir_ops = { .file_ops = &dir_file_ops };

/* --- /proc/PID ----------------------------------------------------------------------------------- */
static const struct proc_entry fd_entry = { .name = "fd", .slot = PROC_FD_SLOT };

static bool
same_name(const struct component *c, const char *name)
{
    return strncmp(c->text, name, c->length) == 0 && name[c->length] == '\0';
}

static int
pid_lookup(struct inode *dir, const struct component *name, struct inode **out)
{
    struct proc_node node = { .pid = ((struct proc_node *)dir->data)->pid };
    struct proc_entry *e;
    if (!process_view.exists(node.pid))
        return -ENOENT;
    if (same_name(name, fd_entry.name))
        return proc_make(dir, name, &proc_fd_dir_ops, S_IFDIR | 0500, PROC_FD_SLOT, &node, out);
    list_for_each (e, &pid_entries, link) {
        if (!same_name(name, e->name))
            continue;
        node.entry = e;
        if (e->read_link)
            return proc_make(dir, name, &proc_link_ops, S_IFLNK | 0777, e->slot, &node, out);
        return proc_make(dir, name, &proc_print_ops, S_IFREG | 0444, e->slot, &node, out);
    }
    return -ENOENT;
}

static void
pid_list(struct inode *dir, struct dir_sink *sink)
{
    int pid = ((struct proc_node *)dir->data)->pid;
    struct proc_entry *e;
    if (sink->position <= FIRST_SLOT)
        dir_emit(sink, fd_entry.name, proc_number(pid, PROC_FD_SLOT), S_IFDIR, FIRST_SLOT + 1);
    list_for_each (e, &pid_entries, link)
        if (e->slot + 1 >= sink->position &&
            !dir_emit(sink, e->name, proc_number(pid, e->slot), e->read_link ? S_IFLNK : S_IFREG,
                      e->slot + 2))
            return;
}

static s64
entry_readlink(struct inode *i, char *buf, size_t size)
{
    const struct proc_node *node = i->data;
    return node->entry->read_link(node->pid, buf, size);
}

static const struct inode_ops proc_pid_ops = {
    .file_ops = &dir_file_ops,
    .lookup = pid_lookup,
    .list = pid_list,
    .release = proc_release,
};
static const struct inode_ops proc_link_ops = {
    .readlink = entry_readlink,
    .release = proc_release,
};

/* --- registering --------------------------------------------------------------------------------- */
static struct proc_entry *
entry_create(const char *name)
{
    struct proc_entry *e = kzalloc(sizeof *e);
    if (!e)
        panic("no memory for /proc/%s", name);
    e->name = name;
    e->slot = next_slot++;
    return e;
}

/* The directory `name` of `dir`, made if need be; its reference is the tree's. */
static struct inode *
make_directory(struct inode *dir, const struct component *name)
{
    struct inode *i = tree_find(dir, name);
    if (!i) {
        i = inode_create(&proc_dir_ops, DEVICE_PROC, S_IFDIR | 0555);
        if (!i || tree_link(dir, name, i))
            panic("no memory for a directory of /proc");
    }
    inode_put(i);
    return i;
}

void
proc_register(const char *name, void (*print)(struct printer *p))
{
    struct proc_entry *e = entry_create(name);
    struct proc_node *node = kzalloc(sizeof *node);
    struct inode *i = inode_create(&proc_print_ops, DEVICE_PROC, S_IFREG | 0444), *dir = proc_root;
    const char *slash;
    e->print = print;
    for (; (slash = strchr(name, '/')); name = slash + 1)
        dir = make_directory(dir, &(struct component){ name, (size_t)(slash - name) });
    if (!node || !i || tree_link(dir, &(struct component){ name, strlen(name) }, i))
        panic("no memory for /proc/%s", name);
    node->entry = e;
    i->data = node;
    inode_put(i);
}

void
proc_register_pid(const char *name, int (*print)(struct printer *p, int pid))
{
    struct proc_entry *e = entry_create(name);
    e->print_pid = print;
    list_add_tail(&pid_entries, &e->link);
}

void
proc_register_pid_link(const char *name, s64 (*read)(int pid, char *buf, size_t size))
{
    struct proc_entry *e = entry_create(name);
    e->read_link = read;
    list_add_tail(&pid_entries, &e->link);
}

void
proc_init(void)
{
    static const struct component proc = { "proc", 4 }, self = { "self", 4 };
    struct inode *link = inode_create(&self_ops, DEVICE_PROC, S_IFLNK | 0777);
    proc_root = inode_create(&proc_root_ops, DEVICE_PROC, S_IFDIR | 0555);
    tree_unlink(tree_root, &proc, true); /* an empty one from the initrd */
    if (!link || !proc_root || tree_link(tree_root, &proc, proc_root) ||
        tree_link(proc_root, &self, link))
        panic("/proc cannot be made");
    proc_init_files();
}
