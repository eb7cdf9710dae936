"""symbols.py - function, file and line of an address in an ELF file, read by the tool chain.

Not a debugger and no reader of DWARF: addr2line of the cross tool chain does that, or LLVM's. What
cannot be told - no such tool, no symbols, a broken or vanished file, too little time - is None, and
never an error: the places are an addition to lines that say enough without them.
"""
import os
import re
import shutil
import stat
import struct
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
READERS = (os.environ.get('CROSS', 'riscv64-linux-gnu-') + 'addr2line', 'llvm-addr2line')
MOST_S = 5  # of waiting for a reader
MOST_BYTES = 1 << 29  # of a file with symbols: more costs more than the answer is worth
MOST_NAME = 200  # of a name: C++ has endless ones
HEADER = struct.Struct('<16sHHIQQQIHHHHHH')  # Elf64_Ehdr
SECTION = struct.Struct('<IIQQQQIIQQ')  # Elf64_Shdr
SEGMENT = struct.Struct('<IIQQQQQQ')  # Elf64_Phdr
SHT_SYMTAB = 2
PT_LOAD = 1
# What a file may do to its reader: not be there, end too early, tell nonsense, take too long.
BROKEN = (OSError, struct.error, ValueError, OverflowError, LookupError, StopIteration,
          subprocess.SubprocessError)
# What a reader adds behind a line number.
BEHIND_LINE = re.compile(r' \(discriminator \d+\)$')


# --- what stands in an ELF file -------------------------------------------------------------------
def table(file, kind, offset, size, count):
    """The entries of a header table, as tuples. struct.error when the file ends before."""
    entries = []
    for number in range(count):
        file.seek(offset + number * size)
        entries.append(kind.unpack(file.read(kind.size)))
    return entries


def header(file):
    """The fields of the ELF header behind e_ident, or struct.error."""
    file.seek(0)
    ident, *fields = HEADER.unpack(file.read(HEADER.size))
    if ident[:6] != b'\x7fELF\x02\x01':
        raise struct.error('not an ELF file of 64 bits, little-endian')
    return fields


def has_symbols(file):
    """Is there a table of all functions? Without one a reader would name the next best of those
    that a library exports."""
    fields = header(file)
    sections = table(file, SECTION, fields[5], fields[10], fields[11])
    return any(section[1] == SHT_SYMTAB for section in sections)


def address_at(file, offset):
    """The virtual address of the byte at this offset of an ELF file, as the ELF file counts, or
    None. `file` is open for reading bytes."""
    try:
        fields = header(file)
        segments = table(file, SEGMENT, fields[4], fields[8], fields[9])
    except BROKEN:
        return None
    for kind, _, start, address, _, size, _, _ in segments:
        if kind == PT_LOAD and start <= offset < start + size:
            return address + offset - start
    return None


def is_readable(path):
    """A plain file with a table of functions, and not too large."""
    try:
        info = os.stat(path)
        if not stat.S_ISREG(info.st_mode) or info.st_size > MOST_BYTES:
            return False  # a pipe would keep us waiting
        with open(path, 'rb') as file:
            return has_symbols(file)
    except BROKEN:
        return False


# --- what a reader says of it ---------------------------------------------------------------------
def readers():
    """The commands that are there, the best one first."""
    return filter(None, map(shutil.which, READERS))


def printable(text):
    """A name as one harmless piece of a line."""
    return ''.join(c if c.isprintable() else '?' for c in text)[:MOST_NAME]


def short(path):
    """From the root of this tree on; of a source that lies elsewhere the name alone."""
    path = os.path.normpath(path)
    if path.startswith(ROOT + '/'):
        return os.path.relpath(path, ROOT)
    return os.path.basename(path) if os.path.isabs(path) else path


def line_of(text):
    """The last words of `function at file:line`, of what a reader prints; '' when it is unknown."""
    path, _, number = BEHIND_LINE.sub('', text).rpartition(':')
    if path == '??' or not number.isdecimal() or number == '0':
        return ''
    return ' at %s:%s' % (printable(short(path)), number)


def place(frames):
    """One answer. `frames` are pairs of function and line: first the innermost function that was
    inlined there, last the one that the machine knows."""
    function, line = frames[0]
    outer = frames[-1][0]
    if function == '??':  # a label of assembly, say: its line may be known all the same
        return line_of(line).strip() or None
    into = ', inlined into ' + printable(outer) if len(frames) > 1 else ''
    return printable(function) + line_of(line) + into


def answers(lines):
    """A reader's lines, an answer for each line with an address and the pairs of lines below it."""
    asked = []
    lines = iter(lines)
    for line in lines:
        if line.startswith('0x'):
            asked.append([])
        else:
            asked[-1].append((line, next(lines)))
    return [place(frames) for frames in asked]


def places_of(path, addresses, most_s=MOST_S):
    """For each virtual address of the ELF file: `function at file:line`, with `, inlined into
    function` if it was; `function` or `at file:line` where only one is known; or None. Asks once
    for all of them and waits at most `most_s` seconds."""
    nothing = [None] * len(addresses)
    path = os.path.abspath(path)  # no name that begins with a dash
    reader = next(readers(), None)
    if not reader or not addresses or not is_readable(path):
        return nothing
    words = [reader, '-a', '-f', '-i', '-C', '-e', path, *map(hex, addresses)]
    try:
        done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, timeout=max(most_s, 0.001), check=True)
        found = answers(done.stdout.decode(errors='replace').splitlines())
    except BROKEN:
        return nothing
    return found if len(found) == len(addresses) else nothing


def place_of(path, address):
    """As places_of, for one address."""
    return places_of(path, [address])[0]
