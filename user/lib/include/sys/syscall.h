/* sys/syscall.h - the numbers under the names that syscall(2) is used with. */
#ifndef POSTERN_SYS_SYSCALL_H
#define POSTERN_SYS_SYSCALL_H

#include <unistd.h>

#define SYS_clock_gettime __NR_clock_gettime
#define SYS_clock_getres  __NR_clock_getres
#define SYS_gettimeofday  __NR_gettimeofday
#define SYS_getcpu        __NR_getcpu

#endif
