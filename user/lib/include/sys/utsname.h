/* sys/utsname.h - the name of the system. */
#ifndef POSTERN_SYS_UTSNAME_H
#define POSTERN_SYS_UTSNAME_H

#include <linux/utsname.h>

#define utsname new_utsname /* the kernel's third and final form of the structure */

int uname(struct utsname *to);

#endif
