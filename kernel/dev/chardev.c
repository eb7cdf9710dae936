/* chardev.c - the registry of byte devices.
 *
 * Filled by drivers at boot by one hart before anybody else looks, hence no lock. See chardev.h. */
#include "dev/chardev.h"
#include "lib/string.h"

struct list chardevs = LIST_INIT(chardevs);

struct chardev *
chardev_find(const char *name)
{
    struct chardev *d;
    list_for_each (d, &chardevs, link)
        if (strcmp(d->name, name) == 0)
            return d;
    return NULL;
}
