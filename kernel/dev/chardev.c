/* chardev.c - the registry of byte devices.
 *
 * Filled at boot by one hart before anybody else looks, hence no lock. See chardev.h. */
#include "dev/chardev.h"
#include "lib/string.h"

static struct list chardevs = LIST_INIT(chardevs);

void
chardev_register(struct chardev *d)
{
    list_add_tail(&chardevs, &d->link);
}

struct chardev *
chardev_next(struct chardev *d)
{
    struct list *next = d ? d->link.next : chardevs.next;
    return next == &chardevs ? NULL : list_entry(next, struct chardev, link);
}

struct chardev *
chardev_find(const char *name)
{
    for (struct chardev *d = chardev_next(NULL); d; d = chardev_next(d))
        if (strcmp(d->name, name) == 0)
            return d;
    return NULL;
}
