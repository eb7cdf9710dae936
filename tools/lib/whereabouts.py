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

LOOK_UP_S = 1
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
        """All is read before anything is looked up: the harts are seen at one moment."""
        seen = [self.look_at(cpu, hart) for cpu, hart in enumerate(self.monitor.harts())]
        asked = sorted({pair for _, pairs in seen for pair in pairs})
        places = {}
        for elf in {elf for elf, _, _ in asked}:
            addresses = [address for other, address, _ in asked if other == elf]
            for address, place in zip(addresses, symbols.places_of(elf, addresses, LOOK_UP_S)):
                places[elf, address] = place
        for title, pairs in seen:
            yield title
            for elf, address, shown in pairs:
                place = places[elf, address]
                yield '  ' + (shown + ' ' + place if place else shown)

    def look_at(self, cpu, hart):
        """(what is said of this hart, [(file with symbols, address in it, address as it is shown)
        for its pc and its callers])"""
        if self.is_firmware(hart):
            return ('hart %d is in the firmware, called from or interrupted at:' % cpu,
                    [self.in_kernel(hart['mepc'], 0)])
        pc = hart['pc']
        if pc == hart['stvec'] and hart['sscratch'] >= KERNEL_HALF:
            pc = hart['sepc']  # a trap from user mode that has not done its first instruction
        # In user mode sscratch holds the thread, in the kernel tp does (kernel/trap/entry.S).
        thread = hart['sscratch'] if hart['sscratch'] >= KERNEL_HALF else hart['tp']
        name = self.thread_name(cpu, thread)
        if pc < KERNEL_HALF:
            return ('hart %d is in user mode%s:' % (cpu, name), [self.in_program(cpu, thread, pc)])
        callers = self.callers(cpu, hart['s0'], hart['ra'])
        return ('hart %d is in the kernel%s:' % (cpu, name),
                [self.in_kernel(pc, 0), *(self.in_kernel(caller, 1) for caller in callers)])

    @staticmethod
    def is_firmware(hart):
        """Its memory lies below the kernel's. A program may have an address like these, but not
        its stack too."""
        return all(RAM_START <= hart[name] < KERNEL_START for name in ('pc', 'sp'))

    def in_kernel(self, address, back):
        """`back` is 1 for a return address: the call stands before it."""
        return self.kernel, address - back, '%016x' % address

    def in_program(self, cpu, thread, pc):
        """Of a program's own code nobody here knows the file; the vDSO's place is known."""
        base = self.field(cpu, self.field(cpu, thread, 'THREAD_SPACE'), 'SPACE_VDSO_BASE')
        if base and base <= pc < base + VDSO_SIZE:
            return self.vdso, pc - base, '%016x [vdso]' % pc
        return '', pc, '%016x' % pc

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
