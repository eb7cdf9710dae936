"""whereabouts.py - where a machine is that does not end: the place of each hart, and its callers.

QEMU's monitor reads registers and memory from outside, so harts are seen that answer to nothing any
more: in a lock that is never given up, in a loop with interrupts off. Symbols come from kernel.elf
and the vDSO. Places of struct fields come from the kernel's offsets.h, where the build has one.
Source of the frame layout: RISC-V ELF psABI, "Frame Pointer Convention", as in
kernel/debug/panic.c:/^print_callers/.
"""
import os
import re
import struct

import symbols
from machine import KERNEL_START, RAM_START

MAX_FRAMES = 32
MAX_FRAME_SIZE = 8192
KERNEL_HALF = 1 << 63
NAME_WORDS = 2  # a thread's name has 16 bytes
VDSO_SIZE = 1 << 16  # more than any image of ours has
OFFSET = re.compile(r'^#define (\w+) (\d+)$', re.MULTILINE)
PF_X, PT_LOAD = 1, 1


def code_range(elf):
    """The addresses of a kernel's instructions: its first loaded segment that is executable."""
    with open(elf, 'rb') as file:
        header = file.read(64)
        at, = struct.unpack_from('<Q', header, 32)
        size, count = struct.unpack_from('<HH', header, 54)
        file.seek(at)
        for _ in range(count):
            kind, flags, _, start, _, _, length, _ = struct.unpack_from('<IIQQQQQQ',
                                                                        file.read(size))
            if kind == PT_LOAD and flags & PF_X:
                return range(start, start + length)
    return range(0)


def field_offsets(build):
    """{name: bytes} of offsets.h, which the build makes for assembly; without it nothing."""
    try:
        with open(os.path.join(build, 'kernel', 'offsets.h'), encoding='utf-8') as file:
            return {name: int(value) for name, value in OFFSET.findall(file.read())}
    except OSError:
        return {}


class Whereabouts:
    """lines() tells them. `monitor` may raise what it raises in any of its methods."""

    def __init__(self, monitor, build):
        self.monitor = monitor
        self.kernel = os.path.join(build, 'kernel.elf')
        self.vdso = os.path.join(build, 'vdso', 'vdso.so.dbg')
        self.code = code_range(self.kernel)
        self.offsets = field_offsets(build)

    def lines(self):
        for cpu, hart in enumerate(self.monitor.harts()):
            yield from self.hart_lines(cpu, hart)

    def hart_lines(self, cpu, hart):
        pc = hart['pc']
        in_kernel = pc >= KERNEL_HALF
        if self.is_firmware(hart):
            yield 'hart %d is in the firmware, called from or interrupted at:' % cpu
            yield self.kernel_line(hart['mepc'], 0)
            return
        # In user mode sscratch holds the thread, in the kernel tp does (kernel/trap/entry.S).
        thread = hart['sscratch'] if hart['sscratch'] >= KERNEL_HALF else hart['tp']
        where = 'the kernel' if in_kernel else 'user mode'
        yield 'hart %d is in %s%s:' % (cpu, where, self.thread_name(cpu, thread))
        if in_kernel:
            yield self.kernel_line(pc, 0)
            for caller in self.callers(cpu, hart['s0'], hart['ra']):
                yield self.kernel_line(caller, 1)
        else:
            yield self.user_line(cpu, thread, pc)

    @staticmethod
    def is_firmware(hart):
        """Its memory lies below the kernel's. A program may have an address like these, but not
        its stack too."""
        return all(RAM_START <= hart[name] < KERNEL_START for name in ('pc', 'sp'))

    def kernel_line(self, address, back):
        """`back` is 1 for a return address: the call stands before it."""
        return '  %016x %s' % (address, symbols.place_of(self.kernel, address - back) or '?')

    def user_line(self, cpu, thread, pc):
        place = None
        base = self.field(cpu, self.field(cpu, thread, 'THREAD_SPACE'), 'SPACE_VDSO_BASE')
        if base and base <= pc < base + VDSO_SIZE:
            place = symbols.place_of(self.vdso, pc - base)
        return '  %016x%s' % (pc, ' [vdso] ' + place if place else '')

    def field(self, cpu, address, name):
        """The word at a field of a kernel struct; None for one that cannot be read."""
        if not address or name not in self.offsets:
            return None
        words = self.monitor.words(cpu, address + self.offsets[name], 1)
        return words[0] if words else None

    def thread_name(self, cpu, thread):
        """`, sh (pid 3)`, or nothing."""
        if 'THREAD_NAME' not in self.offsets or thread < KERNEL_HALF:
            return ''
        words = self.monitor.words(cpu, thread + self.offsets['THREAD_NAME'], NAME_WORDS)
        name = struct.pack('<%dQ' % len(words), *words).partition(b'\0')[0]
        pid = self.field(cpu, self.field(cpu, thread, 'THREAD_PROCESS'), 'PROCESS_PID')
        text = ''.join(c if c.isprintable() else '?' for c in name.decode(errors='replace'))
        return ', %s%s' % (text, '' if pid is None else ' (pid %d)' % (pid & 0xffffffff))

    def callers(self, cpu, fp, ra):
        """Return addresses. gcc's functions that call nothing save the caller's frame pointer only,
        one word higher; the return address is then still in `ra`."""
        for _ in range(MAX_FRAMES):
            words = self.monitor.words(cpu, fp - 16, 2) if fp and fp % 16 == 0 else []
            if len(words) < 2:
                return
            up, caller = words
            if ra and caller - 1 not in self.code:
                up, caller = caller, ra
            if caller - 1 not in self.code:
                return
            yield caller
            if not fp < up <= fp + MAX_FRAME_SIZE:
                return
            fp, ra = up, 0
