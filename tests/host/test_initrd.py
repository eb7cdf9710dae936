"""test_initrd.py - archives that are large, odd or broken, unpacked by a booting kernel.

QEMU alone, with an archive of our own beside the built-in files. The parser by itself, and the
pages of files, are in test_kernel_fs.py; what tools/run puts into its archive is in
test_run_add.py.
"""
import random
import re
import struct
import subprocess

import pytest

import runner
from archive import DIRECTORY, LINK, TRAILER, archive, member

QEMU = ["qemu-system-riscv64", "-M", "virt", "-nographic", "-monitor", "none"]
PAGE = 4096


def boot(*words):
    """(status, what came on the serial port behind the firmware's text)"""
    done = subprocess.run([*QEMU, *words], stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=runner.GUARD_S, check=False)
    return done.returncode, done.stdout.decode(errors="replace").rpartition("MEDELEG")[2]


@pytest.fixture
def boot_behind(tmp_path, build):
    """A function: boots with this archive, then the built-in files, as far as /bin/true."""
    def run(front, *words):
        with open(f"{build}/initrd.cpio", "rb") as builtin:
            (tmp_path / "initrd").write_bytes(front + builtin.read())
        return boot("-kernel", f"{build}/kernel.elf", "-initrd", tmp_path / "initrd", "-append",
                    "init=/bin/true", *words)
    return run


@pytest.fixture
def boot_with(tmp_path, build):
    """A function: boots an image of tools/image whose initrd ends with this archive."""
    def run(end, script):
        path = tmp_path / "image"
        subprocess.run([runner.IMAGE, "--build", build, "-o", path, "--", "sh", "-c", script],
                       check=True)
        data = bytearray(path.read_bytes())
        place = next(at for at in range(0, len(data), PAGE)
                     if data[at:at + 16] == b"POSTERN-PAYLOAD\0")
        size, = struct.unpack_from("<Q", data, place + 24)
        struct.pack_into("<Q", data, place + 24, size + len(end))
        path.write_bytes(data + end)
        status, out = boot("-kernel", path)
        return status, out.replace("\r", "")
    return run


# --- many -----------------------------------------------------------------------------------------

KINDS = {
    "names of one file each": lambda i, n: member(b"f%d" % i, number=i),
    "files of two names, the second never comes":
        lambda i, n: member(b"f%d" % i, number=i, links=2),
    "files of two names, all first ones before all second ones":
        lambda i, n: member(b"f%d" % i, b"x", number=i % (n // 2), links=2),
    "one file of all these names": lambda i, n: member(b"f%d" % i, links=n),
    "one name again and again": lambda i, n: member(b"f", b"x", number=i),
    "directories": lambda i, n: member(b"d%d" % i, mode=DIRECTORY, number=i),
    "links": lambda i, n: member(b"l%d" % i, b"l%d" % (i + 1), mode=LINK, number=i),
    "archives of one file": lambda i, n: member(b"f%d" % i, links=2) + TRAILER,
}


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_unpacking_costs_as_much_as_there_is(boot_behind, kind):
    """Instructions, by the clock of a machine where each takes 1 ns. Four times as many entries may
    cost six times as much, where a loop over all of them at each would cost sixteen times."""
    def cost(count):
        front = archive(*(KINDS[kind](i, count) for i in range(count)))
        status, out = boot_behind(front, "-icount", "shift=0,sleep=off", "-seed", "1", "-m", "256M")
        seen = re.search(r"\[ *(\d+)\.(\d+)\] 1 harts", out)
        assert status == 0 and seen, out
        return int(seen[1]) * 1000000 + int(seen[2])
    nothing, some, many = (cost(count) for count in (2, 2000, 8000))
    assert many - nothing <= 6 * (some - nothing), (
        f"expected 8000 entries to cost at most six times what 2000 do, seen {many - nothing} and "
        f"{some - nothing} us; usual cause: each entry is looked for among all. See "
        "kernel/fs/initrd.c:/^inode_for/")


# --- odd ------------------------------------------------------------------------------------------

def test_names_of_one_file_in_any_order(boot_with):
    """The content comes with the last of them, and others in between; the number of another archive
    or device is another file."""
    first = archive(member(b"a1", number=5, links=3), member(b"b1", number=6, links=2),
                    member(b"a2", number=5, links=3), member(b"other", b"OTHER", number=7),
                    member(b"b2", b"BB", number=6, links=2),
                    member(b"a3", b"AAA", number=5, links=3))
    second = archive(member(b"c", b"CCCC", number=5, links=3))
    status, out = boot_with(first + second, "cd /; for f in a1 a2 a3 b1 b2 c other; do "
                                            "read x < $f; echo $f $x; done")
    assert status == 0 and "a1 AAA\na2 AAA\na3 AAA\nb1 BB\nb2 BB\nc CCCC\nother OTHER\n" in out, out


def test_a_name_that_was_replaced_takes_no_other_name_with_it(boot_with):
    """`one` is another file by the time that `two` asks for what it was a name of."""
    data = archive(member(b"one", number=5, links=2), member(b"one", b"new", number=9),
                   member(b"two", b"old", number=5, links=2))
    status, out = boot_with(data, "cd /; for f in one two; do read x < $f; echo $f $x; done")
    assert status == 0 and "one new\ntwo old\n" in out, out


def test_odd_names_stay_in_the_tree(boot_with):
    data = archive(member(b"/absolute", b"1"), member(b"../../up", b"2"), member(b"./here", b"3"),
                   member(b"bin/../over", b"4"), member(b"//two//slashes", b"5"), member(b"", b"6"),
                   member(b".", mode=DIRECTORY), member(b"..", b"7"),
                   member(b"no/such/place", b"8"),
                   member(b"x" * 256, b"9"), member(b"y/" * 3000, mode=DIRECTORY),
                   member(b"with\nline", b"x"), member(b"last", b"10"))
    status, out = boot_with(data, "cd /; for f in absolute up here over last; do read x < $f; "
                                  "echo $f $x; done")
    assert status == 0 and "absolute 1\nup 2\nhere 3\nover 4\nlast 10\n" in out, out


@pytest.mark.parametrize("name", [b"dev", b"proc", b"tmp", b"dev/console", b"dev/virtio-ports",
                                  b"root", b"run", b"dev/null"])
@pytest.mark.parametrize("mode, data", [(0o100644, b"file"), (LINK, b"/bin"), (LINK, b"nowhere"),
                                        (LINK, b"/dev")])
def test_what_stands_where_the_kernel_makes_something(boot_behind, name, mode, data):
    """A file for /dev, a link for /proc: the machine may lack something then, but it does not end
    in a fault."""
    status, out = boot_behind(archive(member(name, data, mode=mode)))
    assert status in (0, 125) and "fault" not in out and "BUG" not in out, out


# --- broken ---------------------------------------------------------------------------------------

FIELDS = (b"00000000", b"00000001", b"00001000", b"7fffffff", b"80000000", b"ffffffff",
          b"0000000g", b"-0000001")


def mutant(data, draw):
    """One to four changes, most of them in what numbers and names are made of."""
    data = bytearray(data)
    starts = [match.start() for match in re.finditer(b"070701", data)]
    for _ in range(draw.randint(1, 4)):
        start = draw.choice(starts)
        field = start + 6 + 8 * draw.randrange(13)
        kind = draw.randrange(5)
        if kind == 0:
            data[field:field + 8] = draw.choice(FIELDS)
        elif kind == 1:
            data[field + draw.randrange(8)] = draw.choice(b"0123456789abcdefABCDEFxg \0")
        elif kind == 2:
            data[start + 110 + draw.randrange(12)] = draw.choice(b"/.\0a\xff\n")
        elif kind == 3:
            at = draw.randrange(len(data))
            data[at] = draw.randrange(256)
        else:
            del data[draw.randrange(len(data)):]
            return bytes(data)
    return bytes(data)


@pytest.mark.parametrize("seed", range(8))
def test_mutants_of_an_archive(boot_behind, seed):
    """15 of them each: the machine runs without what it could not read, or says what is wrong."""
    good = archive(member(b"d", mode=DIRECTORY, number=1), member(b"d/f", b"x" * 5000, number=2),
                   member(b"d/l", b"/d/f", mode=LINK, number=3), member(b"g", number=4, links=2),
                   member(b"d/g", b"content", number=4, links=2),
                   member(b"h", b"y" * 4096, number=5))
    draw = random.Random(seed)
    for number in range(15):
        status, out = boot_behind(mutant(good, draw))
        assert status == 0 or (status == 125 and "panic: the initrd" in out), (
            f"seed {seed}, mutant {number}: status {status}\n{out[-1500:]}")
