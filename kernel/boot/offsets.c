/* offsets.c - offsets of C structs for assembly, so that no number is typed twice. The last five
 * are for tools/lib/whereabouts.py, which reads the memory of a machine that hangs.
 *
 * Compiled to assembly text, from which the build takes the lines marked @define into offsets.h
 * (see kernel.mk). Never linked. */

#include "boot/boot.h"
#include "proc/process.h"

#define DEFINE(name, value) __asm__ volatile("# @define " #name " %0" ::"i"(value))

static void __attribute__((used)) offsets(void)
{
    DEFINE(THREAD_FRAME, offsetof(struct thread, frame));
    DEFINE(THREAD_WORK, offsetof(struct thread, work));
    DEFINE(THREAD_HART, offsetof(struct thread, hart));
    DEFINE(THREAD_SCRATCH, offsetof(struct thread, scratch));
    DEFINE(HART_EMERGENCY_STACK, offsetof(struct hart, emergency_stack));
    DEFINE(START_SATP, offsetof(struct hart_start, satp));
    DEFINE(START_STACK, offsetof(struct hart_start, stack_top));
    DEFINE(START_THREAD, offsetof(struct hart_start, thread));
    DEFINE(THREAD_NAME, offsetof(struct thread, name));
    DEFINE(THREAD_PROCESS, offsetof(struct thread, process));
    DEFINE(THREAD_SPACE, offsetof(struct thread, space));
    DEFINE(PROCESS_PID, offsetof(struct process, pid));
    DEFINE(SPACE_VDSO_BASE, offsetof(struct space, vdso_base));
}
