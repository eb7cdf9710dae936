/* types.h - the integer types and small macros every room uses.
 *
 * Fixed-width names are short here because they stand on every line. `long` is 64 bits on our
 * only target (lp64d psABI), so `s64` and `long` agree in size and printf's %ld prints both. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int32_t s32;
typedef int64_t s64;

#define PAGE_SHIFT 12
#define PAGE_SIZE  4096UL

#define ARRAY_SIZE(a)                 (sizeof(a) / sizeof((a)[0]))
#define ALIGN_DOWN(x, n)              ((x) & ~((n)-1))
#define ALIGN_UP(x, n)                (((x) + (n)-1) & ~((n)-1))
#define MIN(a, b)                     ((a) < (b) ? (a) : (b))
#define MAX(a, b)                     ((a) > (b) ? (a) : (b))
#define container_of(p, type, member) ((type *)((char *)(p)-offsetof(type, member)))
#define unlikely(x)                   __builtin_expect(!!(x), 0)
#define noreturn                      _Noreturn

/* The variable declared with it is handed to `function(&variable)` when its block is left, by
 * whatever way: who returns early forgets nothing. As in Linux include/linux/cleanup.h. */
#define at_scope_end(function) __attribute__((cleanup(function), unused))

/* One more reference to a counted object, which is the value. Relaxed: who has one already cannot
 * lose the object. The last put of each kind ends it. */
#define ref_get(object)                                                                            \
    ({                                                                                             \
        __typeof__(object) counted = (object);                                                     \
        __atomic_add_fetch(&counted->refs, 1, __ATOMIC_RELAXED);                                   \
        counted;                                                                                   \
    })

/* Defines NAME_scope for at_scope_end from NAME, which takes the variable itself. */
#define DEFINE_SCOPE_END(name, type)                                                               \
    static inline void name##_scope(type *variable)                                                \
    {                                                                                              \
        name(*variable);                                                                           \
    }

/* The most harts this kernel runs; the device tree may describe fewer. */
#define MAX_HARTS 8
