/* sys/types.h - the basic types of POSIX, as Linux's riscv64 ABI sizes them.
 *
 * Not a copy of the kernel's headers: those keep their types under __kernel_ names. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <linux/types.h>

typedef __kernel_ssize_t ssize_t;
typedef __kernel_pid_t pid_t;
typedef __kernel_off_t off_t;
typedef __kernel_mode_t mode_t;
typedef __kernel_time_t time_t;
typedef __kernel_clockid_t clockid_t;
typedef unsigned long ino_t;
