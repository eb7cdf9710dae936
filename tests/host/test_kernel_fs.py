"""test_kernel_fs.py - files of kernel/fs that are pure computation, compiled for the host.

The cpio parser (every cut and many random damages of an archive), the pages of a file (against a
bytearray, with the initrd's frames in place) and the line discipline of the terminal.
"""
import ctypes
import mmap
import os
import random
import shutil
import subprocess

import pytest

from archive import TRAILER, member

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HOST = f"{TREE}/tests/host/kernel_host"
FILES = ("fs/cpio", "fs/pages", "annex/terminal/ldisc", "lib/string")
PAGE = 4096
EINVAL = 22
SIGINT, SIGQUIT, SIGTSTP = 2, 3, 20
ICANON, ECHO = 2, 8  # of c_lflag, <asm/termbits.h>

pytestmark = pytest.mark.xdist_group("kernel_fs")


class Entry(ctypes.Structure):
    _fields_ = [(n, ctypes.c_uint32) for n in (
        "number", "mode", "uid", "gid", "links", "modified", "size", "major", "minor", "rdev_major",
        "rdev_minor", "name_size", "checksum", "archive")] + [
        ("name", ctypes.c_char_p), ("data", ctypes.c_void_p)]


class Pages(ctypes.Structure):
    _fields_ = [("root", ctypes.c_uint64), ("height", ctypes.c_uint32)]


@pytest.fixture(scope="module")
def fs(tmp_path_factory):
    compiler = next(filter(None, map(shutil.which, ("gcc", "cc", "clang"))), None)
    assert compiler, "no compiler for this machine itself: run make setup"
    path = tmp_path_factory.mktemp("fs") / "fs.so"
    subprocess.run([compiler, "-std=gnu11", "-g", "-O1", "-Wall", "-fno-builtin", "-shared",
                    "-fPIC", "-Wl,-Bsymbolic", "-fsanitize=undefined", "-fno-sanitize-recover=all",
                    "-I", HOST, "-I", f"{TREE}/kernel", f"{HOST}/fs_host.c",
                    *(f"{TREE}/kernel/{file}.c" for file in FILES), "-o", path], check=True)
    library = ctypes.CDLL(str(path))
    library.pages_frame.restype = ctypes.c_uint64
    library.pages_frame.argtypes = [ctypes.c_void_p, ctypes.c_uint64, ctypes.c_bool]
    library.pages_fill.restype = ctypes.c_bool
    library.pages_fill.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint64]
    library.pages_cut.argtypes = [ctypes.c_void_p, ctypes.c_uint64]
    # Archives end where nothing is mapped: a parser that reads on crashes.
    library.guarded = mmap.mmap(-1, 65 * PAGE)
    start = ctypes.addressof(ctypes.c_char.from_buffer(library.guarded))
    library.guarded_end = start + 64 * PAGE
    assert ctypes.CDLL(None).mprotect(ctypes.c_void_p(library.guarded_end), PAGE, 0) == 0
    library.test_terminal.restype = ctypes.c_void_p
    library.ldisc_input.argtypes = [ctypes.c_void_p, ctypes.c_uint8]
    library.ldisc_read.argtypes = [ctypes.c_void_p, ctypes.c_char_p] + 2 * [ctypes.c_uint64]
    library.ldisc_read.restype = ctypes.c_int64
    return library


# --- cpio -----------------------------------------------------------------------------------------

def parse(fs, archive, limit=64):
    entries, at = (Entry * limit)(), ctypes.c_uint64()
    start = fs.guarded_end - len(archive)
    ctypes.memmove(start, archive, len(archive))
    n = fs.test_cpio(ctypes.c_void_p(start), ctypes.c_uint64(len(archive)), entries, limit,
                     ctypes.byref(at))
    if n < 0:
        return n, at.value
    return [(e.name, ctypes.string_at(e.data, e.size), e.mode, e.archive) for e in entries[:n]]


def test_cpio_entries(fs):
    archive = member(b"a", b"hello") + member(b"dir", mode=0o40755) + TRAILER
    assert parse(fs, archive) == [(b"a", b"hello", 0o100644, 0), (b"dir", b"", 0o40755, 0)]


def test_cpio_archives_follow_one_another(fs):
    """Zero fill of any multiple of 4 between, before and behind; both magics."""
    first, second = member(b"a", b"1") + TRAILER, member(b"a", b"22", magic=b"070702") + TRAILER
    for fill in (0, 4, 508, 4096):
        archive = bytes(fill) + first + bytes(fill) + second + bytes(fill)
        assert parse(fs, archive) == [(b"a", b"1", 0o100644, 0), (b"a", b"22", 0o100644, 1)]


def test_cpio_padded_name(fs):
    """NULs behind the name move the data to where they should lie."""
    archive = member(b"x" + bytes(3000), b"data") + TRAILER
    assert parse(fs, archive) == [(b"x", b"data", 0o100644, 0)]


def test_cpio_nothing(fs):
    assert parse(fs, b"") == [] and parse(fs, bytes(4096)) == []


@pytest.mark.parametrize("archive", [
    b"\x1f\x8b\x08 a compressed one", b"070707" + bytes(200), b"07070" * 50,
    bytes(2) + member(b"a") + bytes(8), member(b"a").replace(b"00000001", b"0000000g", 1),
    member(b"a")[:-1].replace(b"00000002", b"ffffffff", 1),
], ids=["gzip", "old", "text", "unaligned", "digit", "sizes"])
def test_cpio_refused(fs, archive):
    assert parse(fs, archive)[0] == -EINVAL


def test_cpio_every_cut(fs):
    """Cut anywhere, an archive is refused or gives whole entries: nothing is read behind it."""
    archive = member(b"some/name", b"content") + member(b"b", b"x" * 9) + TRAILER
    for length in range(len(archive)):
        got = parse(fs, archive[:length])
        assert got[0] == -EINVAL if isinstance(got, tuple) else len(got) <= 2


def test_cpio_random_damage(fs):
    rng = random.Random(1)
    archive = member(b"some/name", b"content") + member(b"b", b"x" * 9) + TRAILER + bytes(64)
    for _ in range(20000):
        bad = bytearray(archive)
        for _ in range(rng.randint(1, 6)):
            bad[rng.randrange(len(bad))] = rng.choice(b"\0\x7f\xff0123456789abcdefF")
        parse(fs, bytes(bad))


# --- the pages of a file --------------------------------------------------------------------------

class File:
    """A file of the kernel's beside a bytearray that is what it should hold."""

    def __init__(self, fs, offset=0, data=b"", behind=b""):
        self.fs, self.pages, self.model = fs, Pages(), bytearray(data)
        self.memory = (ctypes.c_uint8 * 1).in_dll(fs, "test_memory")
        self.address = ctypes.addressof(self.memory)
        fs.test_reset(64)
        ctypes.memset(self.address, 0, 64 * PAGE)
        start = self.address + PAGE + offset
        ctypes.memmove(start, bytes(data) + behind, len(data) + len(behind))
        assert fs.pages_fill(ctypes.byref(self.pages), start, len(data))

    def frame(self, pa):
        return ctypes.string_at(self.address + pa, PAGE)

    def frame_of(self, index, make=False):
        return self.fs.pages_frame(ctypes.byref(self.pages), index, make)

    def write(self, pos, data):
        for k, byte in enumerate(data):
            pa = self.frame_of((pos + k) // PAGE, make=True)
            assert pa, "out of frames"
            ctypes.memset(self.address + pa + (pos + k) % PAGE, byte, 1)
        self.model.extend(bytes(max(0, pos + len(data) - len(self.model))))
        self.model[pos:pos + len(data)] = data

    def cut(self, size):
        if size < len(self.model):
            self.fs.pages_cut(ctypes.byref(self.pages), size)
        self.model = self.model[:size] + bytes(max(0, size - len(self.model)))

    def check(self):
        for index in range(-(-len(self.model) // PAGE)):
            pa = self.frame_of(index)
            assert pa % PAGE == 0
            seen = self.frame(pa) if pa else bytes(PAGE)
            wanted = self.model[index * PAGE:(index + 1) * PAGE]
            assert seen[:len(wanted)] == wanted, f"page {index} differs"
            assert not any(seen[len(wanted):]), f"bytes behind the end in page {index}"

    def end(self):
        self.fs.pages_cut(ctypes.byref(self.pages), 0)
        assert self.fs.test_frames_in_use() == 0, "frames are lost"


def content(n, seed=3):
    return random.Random(seed).randbytes(n) if n else b""


@pytest.mark.parametrize("size", [0, 1, PAGE, PAGE + 1, 3 * PAGE - 1, 20 * PAGE])
@pytest.mark.parametrize("offset,behind", [(0, b""), (0, b"070701"), (4, b"070701"), (2052, b"")])
def test_pages_in_place(fs, size, offset, behind):
    file = File(fs, offset, content(size), behind)
    file.check()
    file.end()


def test_pages_in_place_are_not_copied(fs):
    file = File(fs, 0, content(10 * PAGE + 5), behind=b"070701")
    for index in range(10):
        assert file.frame_of(index) == PAGE + index * PAGE
    assert file.frame_of(10) >= 64 * PAGE, "the next member is visible"
    file.end()


def test_pages_far_away(fs):
    """A sparse file costs tables, not pages."""
    file = File(fs)
    for index in (0, 511, 512, 1 << 18, (1 << 51) - 1):
        assert file.frame_of(index, make=True)
        assert file.frame_of(index)
    assert not file.frame_of(513)
    assert fs.test_frames_in_use() < 40
    fs.pages_cut(ctypes.byref(file.pages), 513 * PAGE)
    assert file.frame_of(512)
    assert not file.frame_of(1 << 18)
    file.end()


@pytest.mark.parametrize("seed", range(20))
def test_pages_random(fs, seed):
    rng = random.Random(seed)
    file = File(fs, rng.choice([0, 0, 4, 100]), content(rng.randrange(9 * PAGE), seed),
                rng.choice([b"", b"07070"]))
    for _ in range(30):
        if rng.random() < 0.5:
            file.write(rng.randrange(12 * PAGE), content(rng.randrange(1, 60), rng.random()))
        else:
            file.cut(rng.randrange(12 * PAGE))
        if rng.random() < 0.4:
            file.check()
    file.check()
    file.end()


# --- the line discipline --------------------------------------------------------------------------

class Terminal:
    def __init__(self, fs, off=0):
        self.fs = fs
        self.l = fs.test_terminal(off)
        self.screen = ctypes.c_char * 65536
        fs.test_screen.restype = ctypes.POINTER(ctypes.c_char)

    def type(self, text):
        signals = [self.fs.ldisc_input(self.l, byte) for byte in text]
        return [s for s in signals if s]

    def read(self, n=4096):
        buffer = ctypes.create_string_buffer(n + 1)
        got = self.fs.ldisc_read(self.l, buffer, n, 1)
        return buffer.raw[:got] if got >= 0 else None

    def shown(self):
        return ctypes.string_at(self.fs.test_screen())


def test_tty_line(fs):
    tty = Terminal(fs)
    tty.type(b"ab")
    assert tty.read() is None, "a line is readable before its end"
    tty.type(b"c\r")
    assert tty.read() == b"abc\n" and tty.shown() == b"abc\r\n"


def test_tty_lines_one_by_one(fs):
    tty = Terminal(fs)
    tty.type(b"one\ntwo\n")
    assert tty.read(2) == b"on" and tty.read() == b"e\n" and tty.read() == b"two\n"


@pytest.mark.parametrize("typed,line,shown", [
    (b"abx\x7fc\n", b"abc\n", b"abx\b \bc\r\n"),
    (b"\x7f\x7fa\n", b"a\n", b"a\r\n"),
    (b"one two\x17x\n", b"one x\n", b"one two" + 3 * b"\b \b" + b"x\r\n"),
    (b"junk\x15ok\n", b"ok\n", b"junk" + 4 * b"\b \b" + b"ok\r\n"),
    (b"\x01\x7fa\n", b"a\n", b"^A\b \b\b \ba\r\n"),
    ("\u00e9\x7fa\n".encode(), b"a\n", "\u00e9\b \ba\r\n".encode()),
], ids=["erase", "empty", "word", "kill", "control", "utf8"])
def test_tty_editing(fs, typed, line, shown):
    tty = Terminal(fs)
    tty.type(typed)
    assert tty.read() == line and tty.shown() == shown


def test_tty_end_of_file(fs):
    tty = Terminal(fs)
    tty.type(b"\x04")
    assert tty.read() == b"" and tty.read() is None
    tty.type(b"abc\x04")
    assert tty.read() == b"abc" and tty.read() is None
    tty.type(b"abc\x04")
    assert tty.read(3) == b"abc" and tty.read() is None, "a full buffer leaves a false end of file"
    tty.type(b"abc\n\x04")
    assert tty.read(4) == b"abc\n" and tty.read() == b""


def test_tty_signals(fs):
    tty = Terminal(fs)
    assert tty.type(b"ab\x03") == [SIGINT] and tty.shown() == b"ab^C"
    tty.type(b"c\n")
    assert tty.read() == b"c\n", "what was typed before ^C is still there"
    assert tty.type(b"\x1c\x1a") == [SIGQUIT, SIGTSTP]


def test_tty_raw(fs):
    tty = Terminal(fs, off=ICANON | ECHO)
    tty.type(b"a\x7f\x04")
    assert tty.read() == b"a\x7f\x04" and tty.shown() == b""


def test_tty_full(fs):
    """Too much input is lost, and the end of the line still goes in."""
    tty = Terminal(fs)
    tty.type(b"x" * 5000 + b"\n")
    line = tty.read(5000)
    assert len(line) == 4096 and line.endswith(b"x\n")
    tty.type(b"next\n")
    assert tty.read() == b"next\n"
