"""places.py - adds function and line to the places in a kernel message about a crash, a panic or a
machine that hangs.

  crash: a[2]: SIGSEGV: store to 0x0: nothing is mapped there; pc 0x10632 = /a+0x632
                                                     (poke at a.c:6) is added here ^
    ffffffff802032fc syscall_dispatch+0x3a
          at kernel/syscall/table.c:46 is added here ^

The kernel knows which file the address is in, and where in it (kernel/annex/crash/place.c). Which
file of this host that is, says the Tree of the run: one that --add brought, or what make built,
before it was stripped. A line that says nothing new, or would take too long, passes as it is.
"""
import contextlib
import io
import os
import re
import stat
import time

import symbols

MESSAGE = re.compile(rb'((?:<4>)?\[ *\d+\.\d+\] crash: .*; pc )(.*)')
# Who runs, in the list of processes (kernel/annex/crash/inspect.c).
RUNNING = re.compile(rb'((?:<4>)?\[ *\d+\.\d+\]   pid \d+ tid .*: runs, .* by [\w ]+ at )(.*)')
# A file or [vdso], and an offset in it. Behind it comes `ra`, a return address, or nothing.
PLACE = re.compile(rb'(; ra )?0x[0-9a-f]+ = (.+?)\+0x([0-9a-f]+)(?=; ra |$)')
# A line of the kernel's own backtrace, and the line of registers before it (kernel/debug/panic.c).
BACKTRACE = re.compile(rb'(?:<0>)?\[ *\d+\.\d+\]   ([0-9a-f]{16}) [^ ]+\+0x[0-9a-f]+')
REGISTERS = re.compile(rb'(?:<0>)?\[ *\d+\.\d+\] +pc ([0-9a-f]{16}) .*')
KERNEL = b'[kernel]'  # no file of the guest has such a name
CONTROL = re.compile(rb'[\0-\x1f\x7f]')  # kernel/lib/print.c shows these as `?`
VDSO = b'[vdso]', b'[sigpage]'


class Places:
    """`nodes` are the guest's files at the start (tree.py), `build` is the folder of what is built.

    Nothing is looked up before there is a message. `most_s` seconds are spent on all of them."""

    def __init__(self, build, nodes, most_s=symbols.MOST_S):
        self.build = build
        self.nodes = nodes
        self.left_s = most_s
        self.files = None
        self.known = {}
        self.pc = None

    def add_to(self, line):
        """The line of bytes, with what is known of its places behind them."""
        found = MESSAGE.fullmatch(line) or RUNNING.fullmatch(line)
        if found:
            return found[1] + PLACE.sub(self.added, found[2])
        found = REGISTERS.fullmatch(line)
        if found:
            self.pc = found[1]
        found = BACKTRACE.fullmatch(line)
        return line + self.kernel_place(found[1]) if found else line

    def kernel_place(self, address):
        """A backtrace has return addresses, which belong to the call before them; but the first one
        may be the pc of what was interrupted."""
        back = 0 if address == self.pc else 1
        self.pc = None
        place = self.look_up(KERNEL, int(address, 16), back)
        function, at, line = (' ' + (place or '')).partition(' at ')
        line, inlined, _ = line.partition(', inlined')
        text = at + line + (' (%s%s)' % (function.strip(), inlined) if inlined else '')
        return text.encode(errors='replace')

    def added(self, found):
        is_caller, name, offset = found[1], found[2], int(found[3], 16)
        # A call may be the last instruction of its function: what follows belongs to another one.
        place = self.look_up(name, offset, 1 if is_caller else 0)
        if not place:
            return found[0]
        return found[0] + b' (%s)' % place.encode(errors='replace')

    def look_up(self, name, offset, back):
        key = name, offset, back
        if key not in self.known and self.left_s > 0:
            start = time.monotonic()
            self.known[key] = None
            with contextlib.suppress(OSError):  # the file may go at any time
                self.known[key] = self.ask(name, offset, back)
            self.left_s -= time.monotonic() - start
        return self.known.get(key)

    def ask(self, name, offset, back):
        """The file that ran says which address it is; it may be stripped, but has the same code as
        the one with symbols."""
        if name == KERNEL:
            path = os.path.join(self.build, 'kernel.elf')
            return symbols.places_of(path, [offset - back], self.left_s)[0]
        if self.files is None:
            self.files = dict(self.find_files())
        path, data = self.files.get(name, (None, None))
        if path is None or not symbols.is_readable(path):
            return None
        with open(path, 'rb') if data is None else io.BytesIO(data) as file:
            address = symbols.address_at(file, offset)
        if address is None:
            return None
        return symbols.places_of(path, [address - back], self.left_s)[0]

    def find_files(self):
        """For each name that the kernel may tell: the file here that has its symbols, and the bytes
        that ran if those are others."""
        built = self.built_files()
        for path, node in self.nodes.items():
            if stat.S_ISREG(node.mode):
                name = CONTROL.sub(b'?', b'/' + os.fsencode(path))
                source = node.source or built.get('/' + path)
                yield name, (source, None if node.source else node.data)
        for name in VDSO:
            yield name, (os.path.join(self.build, 'vdso', 'vdso.so.dbg'), None)

    def built_files(self):
        """{path in the guest: file with symbols} of what make built (user/user.mk)."""
        try:
            with open(os.path.join(self.build, 'user', 'manifest'), encoding='utf-8') as manifest:
                pairs = [line.strip().partition('=')[::2] for line in manifest]
        except (OSError, ValueError):
            return {}
        return {path: os.path.join(self.build, 'user', host.rpartition('/stripped/')[2])
                for host, path in pairs}
