"""symbols.py - which function and which line of the source an address belongs to, by addr2line.

One addr2line for each file, kept for as long as the tool runs: it reads the debug information once
and then answers at once. Without one, without the file, or without debug information nothing is
known, and that is no error: an address stays an address.
"""
import functools
import os
import subprocess
import threading

PROGRAMS = 'riscv64-linux-gnu-addr2line', 'llvm-addr2line', 'addr2line'
UNKNOWN = b'?'
END = b'0\n'  # nothing stands there: its place, question marks, ends the answer before


class Table:
    """The names of one ELF file."""

    def __init__(self, path):
        self.lock = threading.Lock()  # the log's pump and whoever reports may ask at once
        self.process = None
        if not os.path.exists(path):
            return
        for program in PROGRAMS:
            try:
                # A session of its own: a ctrl-c of the terminal is not meant for it.
                self.process = subprocess.Popen(
                    [program, '-f', '-i', '-e', path], stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True)
                return
            except OSError:
                continue

    def pairs(self):
        """(function, file:line) of the next answer, from the innermost inlined function outwards.
        Ends with the answer for END, or with the program."""
        for name in self.process.stdout:
            place = self.process.stdout.readline()
            yield name.strip(), place.partition(b' (')[0].strip()

    def look_up(self, address):
        with self.lock:
            self.process.stdin.write(b'0x%x\n' % address + END)
            self.process.stdin.flush()
            found = []
            for number, (name, place) in enumerate(self.pairs()):
                if number > 0 and place.startswith(UNKNOWN):
                    break
                found.append((name, place))
            return found


@functools.lru_cache(maxsize=None)
def table(path):
    return Table(path)


def shown(name, place):
    path, _, line = os.fsdecode(place).rpartition(':')
    return '%s at %s:%s' % (os.fsdecode(name), os.path.normpath(path), line)


@functools.lru_cache(maxsize=1024)
def place_of(path, address):
    """`function at file:line`, and for inlined code `, in function at file:line` of whoever it
    stands in; None where the ELF file at `path` has no name for the address."""
    names = table(path)
    if not names.process:
        return None
    try:
        found = names.look_up(address)
    except OSError:
        return None
    if not found or found[0][0].startswith(UNKNOWN) or found[0][1].startswith(UNKNOWN):
        return None
    return ', in '.join(shown(*pair) for pair in found)
