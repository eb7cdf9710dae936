/* probe.h - touches an address and tells what happened, for checks about mappings.
 *
 * A handler for SIGSEGV and SIGBUS on the normal stack leaves the access by siglongjmp, which also
 * puts the signal mask back. For one thread: where to go back to is one variable. Whether the
 * handler is told the truth is sigfault.c's question; here it is believed. */
#pragma once
#include "fixture.h"
#include <setjmp.h>

/* signal 0: the access worked. */
struct probe {
    int signal, code;
    uintptr_t address;
};

static sigjmp_buf probe_back;
static volatile struct probe probe_seen;

static void
probe_handler(int signal, siginfo_t *info, void *context)
{
    probe_seen.signal = signal;
    probe_seen.code = info->si_code;
    probe_seen.address = (uintptr_t)info->si_addr;
    siglongjmp(probe_back, 1);
}

/* The handlers may have been changed by the check: each probe sets them again. */
static inline void
probe_arm(void)
{
    struct sigaction action = { .sa_sigaction = probe_handler, .sa_flags = SA_SIGINFO };
    OK(sigaction(SIGSEGV, &action, NULL));
    OK(sigaction(SIGBUS, &action, NULL));
    probe_seen.signal = 0;
}

static inline struct probe
probe_read(const void *at)
{
    probe_arm();
    if (sigsetjmp(probe_back, 1) == 0)
        (void)*(const volatile char *)at;
    return probe_seen;
}

static inline struct probe
probe_write(void *at)
{
    probe_arm();
    if (sigsetjmp(probe_back, 1) == 0)
        *(volatile char *)at = 42;
    return probe_seen;
}

/* Calls the address as a function. */
static inline struct probe
probe_call(const void *at)
{
    probe_arm();
    if (sigsetjmp(probe_back, 1) == 0)
        ((void (*)(void))(uintptr_t)at)();
    return probe_seen;
}

/* The access gives this signal with this code, and si_addr is the very byte. */
#define FAULTS(access, wanted_signal, wanted_code, wanted_address)                                 \
    do {                                                                                           \
        struct probe p_ = (access);                                                                \
        EQ(p_.signal, wanted_signal);                                                              \
        EQ(p_.code, wanted_code);                                                                  \
        EQ(p_.address, (uintptr_t)(wanted_address));                                               \
    } while (0)

#define WORKS(access) EQ((access).signal, 0)
