/* fd.c - a process' table from descriptors to open files. See file.h.
 *
 * The table is a row of short arrays made when a descriptor in their range is first used, because
 * no kernel object is larger than a page. Files are put after the lock is given up: the last put
 * of a pipe's end wakes others. */
#include <asm/errno.h>
#include "fs/file.h"
#include "mm/kmalloc.h"

#define CHUNK 64

struct fd_chunk {
    struct file *file[CHUNK];
    bool cloexec[CHUNK];
};

struct files {
    u32 refs;
    struct spinlock lock;
    struct fd_chunk *chunk[MAX_FDS / CHUNK];
};

struct files *
files_create(void)
{
    struct files *fs = kzalloc(sizeof *fs);
    if (!fs)
        return NULL;
    fs->refs = 1;
    spin_init(&fs->lock, "files");
    return fs;
}

void
files_get(struct files *fs)
{
    __atomic_add_fetch(&fs->refs, 1, __ATOMIC_RELAXED);
}

void
files_put(struct files *fs)
{
    if (!fs || __atomic_sub_fetch(&fs->refs, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    for (int i = 0; i < MAX_FDS / CHUNK; i++) {
        for (int j = 0; fs->chunk[i] && j < CHUNK; j++)
            file_put(fs->chunk[i]->file[j]);
        kfree(fs->chunk[i]);
    }
    kfree(fs);
}

/* The place of fd, or NULL if the table does not reach that far. */
static struct file **
slot_of(struct files *fs, int fd)
{
    if (fd < 0 || fd >= MAX_FDS || !fs->chunk[fd / CHUNK])
        return NULL;
    return &fs->chunk[fd / CHUNK]->file[fd % CHUNK];
}

static bool *
cloexec_of(struct files *fs, int fd)
{
    return &fs->chunk[fd / CHUNK]->cloexec[fd % CHUNK];
}

static struct file *
file_at(struct files *fs, int fd)
{
    struct file **slot = slot_of(fs, fd);
    return slot ? *slot : NULL;
}

/* As slot_of, but makes the chunk. */
static struct file **
slot_make(struct files *fs, int fd)
{
    struct fd_chunk **c = &fs->chunk[fd / CHUNK];
    if (!*c)
        *c = kzalloc(sizeof **c);
    return slot_of(fs, fd);
}

static bool
copy_locked(struct files *to, struct files *from)
{
    for (int i = 0; i < MAX_FDS / CHUNK; i++) {
        if (!from->chunk[i])
            continue;
        to->chunk[i] = kzalloc(sizeof *to->chunk[i]);
        if (!to->chunk[i])
            return false;
        *to->chunk[i] = *from->chunk[i];
        for (int j = 0; j < CHUNK; j++)
            if (to->chunk[i]->file[j])
                file_get(to->chunk[i]->file[j]);
    }
    return true;
}

struct files *
files_copy(struct files *from)
{
    struct files *to = files_create();
    if (!to)
        return NULL;
    spin_lock(&from->lock);
    bool done = copy_locked(to, from);
    spin_unlock(&from->lock);
    if (done)
        return to;
    files_put(to);
    return NULL;
}

struct file *
fd_get(struct files *fs, int fd)
{
    spin_lock(&fs->lock);
    struct file *f = file_at(fs, fd);
    if (f)
        file_get(f);
    spin_unlock(&fs->lock);
    return f;
}

int
fd_next(struct files *fs, int fd)
{
    spin_lock(&fs->lock);
    while (fd < MAX_FDS && !file_at(fs, fd))
        fd++;
    spin_unlock(&fs->lock);
    return fd < MAX_FDS ? fd : -1;
}

int
fd_install(struct files *fs, struct file *f, int min, bool cloexec)
{
    int fd = min;
    spin_lock(&fs->lock);
    while (fd < MAX_FDS && file_at(fs, fd))
        fd++;
    struct file **slot = fd < MAX_FDS ? slot_make(fs, fd) : NULL;
    if (slot) {
        *slot = f;
        *cloexec_of(fs, fd) = cloexec;
    }
    spin_unlock(&fs->lock);
    if (slot)
        return fd;
    file_put(f);
    return fd < MAX_FDS ? -ENOMEM : -EMFILE;
}

int
fd_install_at(struct files *fs, struct file *f, int fd, bool cloexec)
{
    struct file *old = f; /* what is put in the end: f itself if it found no place */
    bool valid = fd >= 0 && fd < MAX_FDS;
    spin_lock(&fs->lock);
    struct file **slot = valid ? slot_make(fs, fd) : NULL;
    if (slot) {
        old = *slot;
        *slot = f;
        *cloexec_of(fs, fd) = cloexec;
    }
    spin_unlock(&fs->lock);
    file_put(old);
    return slot ? fd : valid ? -ENOMEM : -EBADF;
}

/* Takes fd's file out of the table if it is there and, with `only_cloexec`, marked. */
static struct file *
take_out(struct files *fs, int fd, bool only_cloexec)
{
    spin_lock(&fs->lock);
    struct file **slot = slot_of(fs, fd), *f = NULL;
    if (slot && (!only_cloexec || *cloexec_of(fs, fd))) {
        f = *slot;
        *slot = NULL;
        *cloexec_of(fs, fd) = false;
    }
    spin_unlock(&fs->lock);
    return f;
}

int
fd_close(struct files *fs, int fd)
{
    struct file *f = take_out(fs, fd, false);
    file_put(f);
    return f ? 0 : -EBADF;
}

void
files_close_on_exec(struct files *fs)
{
    for (int fd = fd_next(fs, 0); fd >= 0; fd = fd_next(fs, fd + 1))
        file_put(take_out(fs, fd, true));
}

int
fd_cloexec_get(struct files *fs, int fd)
{
    spin_lock(&fs->lock);
    int on = file_at(fs, fd) ? *cloexec_of(fs, fd) : -EBADF;
    spin_unlock(&fs->lock);
    return on;
}

int
fd_cloexec_set(struct files *fs, int fd, bool on)
{
    spin_lock(&fs->lock);
    int err = file_at(fs, fd) ? 0 : -EBADF;
    if (!err)
        *cloexec_of(fs, fd) = on;
    spin_unlock(&fs->lock);
    return err;
}
