/* errno.h - Linux's error numbers, and the ones that user space never sees.
 *
 * A system call that a signal has ended returns one of these; the delivery of the signal
 * (proc/deliver.c) decides whether it is done again or answers -EINTR. Numbers: Linux
 * include/linux/errno.h. */
#pragma once

#include <asm/errno.h>

#define ERESTARTSYS           512 /* again, if the handler has SA_RESTART or there is none */
#define ERESTARTNOINTR        513 /* again, handler or not */
#define ERESTARTNOHAND        514 /* again only if no handler runs */
#define ERESTART_RESTARTBLOCK 516 /* through restart_syscall, with the time that is left */
