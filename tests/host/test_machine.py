"""test_machine.py - the kernel on machines that lack something, and how it dies.

QEMU lets a device tree be handed over that says less than the machine has; the firmware and the
kernel believe the tree. What the kernel makes of odd trees in detail is tested without a machine by
test_kernel_units.py; here it is the message that comes out and the status at the end.
"""
import re
import struct
import subprocess

import pytest

import devicetree
import runner


def without_floats():
    """The words for a hart without F and D. QEMU 8.1 and later want Zfa, which needs F, off too."""
    text = subprocess.run(["qemu-system-riscv64", "--version"], check=True, capture_output=True,
                          text=True).stdout
    major = int(text.split("version ")[1].split(".")[0])
    return "rv64,f=off,d=off" + (",zfa=off" if major > 8 else "")


NO_FLOATS = without_floats()


@pytest.fixture(scope="module")
def virt(tmp_path_factory):
    """The blob of QEMU's tree for two harts."""
    path = tmp_path_factory.mktemp("dtb") / "virt.dtb"
    subprocess.run(["qemu-system-riscv64", "-M", f"virt,dumpdtb={path}", "-smp", "2", "-m", "64M",
                    "-nographic"], check=True, capture_output=True, stdin=subprocess.DEVNULL)
    return path.read_bytes()


def boot_tree(build, *words, kernel=None):
    """(status, lines of the log) of QEMU's own machine with these words."""
    done = subprocess.run(
        ["qemu-system-riscv64", "-M", "virt", "-nographic", "-monitor", "none", "-kernel",
         kernel or f"{build}/kernel.elf", *words],
        stdin=subprocess.DEVNULL, capture_output=True, timeout=runner.GUARD_S, check=False)
    lines = done.stdout.decode(errors="replace").splitlines()
    return done.returncode, [line for line in lines if line.startswith("<")]


@pytest.fixture
def boot_with(virt, tmp_path, build):
    """A function that boots the kernel on a changed tree: (status, lines of the log). More words
    for QEMU may follow."""
    def boot(change, *words, kernel=None, reservations=()):
        blob = tmp_path / "odd.dtb"
        tree = devicetree.parse(virt)
        change(tree)
        blob.write_bytes(devicetree.build(tree, reservations))
        return boot_tree(build, "-smp", "2", "-m", "64M", "-dtb", blob, *words, kernel=kernel)
    return boot


@pytest.fixture
def with_programs(build):
    """Words for QEMU with which the machine comes as far as a program that ends at once."""
    return ["-initrd", f"{build}/initrd.cpio", "-append", "init=/bin/true"]


def as_it_is(tree):
    """No change of the tree."""


def all_harts(tree, **properties):
    for number in range(2):
        tree.at(f"cpus/cpu@{number}").properties.update(
            {name.replace("_", ","): value for name, value in properties.items()})


def text_of(line):
    return line.split("] ", 1)[1]


@pytest.mark.core
def test_no_memory_is_a_panic_that_says_so(boot_with):
    status, log = boot_with(lambda tree: tree.without("memory"))
    assert text_of(log[0]) == "panic: device tree: no memory node with a reg"
    assert status == 125, "expected the status of a panic, even before there are page tables"


@pytest.mark.parametrize("path, named", [("soc/plic", "sifive,plic-1.0.0"),
                                         ("soc/rtc", "goldfish-rtc")])
def test_what_it_can_do_without_is_a_warning(boot_with, path, named):
    """It gets as far as on the whole machine: to the programs that are not there."""
    status, log = boot_with(lambda tree: tree.without(path))
    assert log[0].startswith("<4>") and named in log[0], log
    assert status == 125 and any("no initrd" in line for line in log), log


def test_without_a_console_of_its_own_it_still_ends(boot_with):
    """The firmware has one: without any, OpenSBI 1.6 would not even start a kernel."""
    status, log = boot_with(lambda tree: tree.at("soc/serial").set(compatible=b"ns16550\0"))
    assert status == 125, "usual cause: the panic waits for a UART that is not there"
    assert "no ns16550a: the console is the firmware's" in log[0], log
    assert any("no initrd" in line for line in log), log


# --- what a tree promises, and the machine has not ------------------------------------------------

@pytest.mark.core
@pytest.mark.parametrize("cpu, word", [
    ("rv64,mmu=off", "panic: this hart has no Sv39 paging"),
    (NO_FLOATS, "hart 0 is left out: it lacks F or D, which programs need"),
    ("rv64,d=off", "hart 0 is left out: it lacks F or D, which programs need"),
])
def test_a_hart_without_what_programs_need(build, cpu, word):
    """QEMU's own tree. Paging is missed before there is any way to panic()."""
    status, log = boot_tree(build, "-cpu", cpu)
    assert status == 125 and word in log[0], log


@pytest.mark.parametrize("promised, cpu, word", [
    ("rv64imafdc_sstc", "rv64,sstc=off", "harts with sstc"),
    ("rv64imafdc", NO_FLOATS, "harts with floating point"),
])
def test_a_hart_that_has_less_than_the_tree_says(boot_with, promised, cpu, word):
    isa = promised.encode() + b"\0"
    status, log = boot_with(lambda tree: all_harts(tree, riscv_isa=isa), "-cpu", cpu)
    assert status == 125 and f"panic: the device tree promises {word}, but there is none" in log[0]


def banks(*ranges):
    return b"".join(devicetree.cells(0, start, 0, size) for start, size in ranges)


@pytest.mark.parametrize("ranges, end", [
    ([(0x80000000, 0x40000000)], "0xc0000000"), ([(0x80000000, 0x04001000)], "0x84001000"),
    ([(0x80000000, 0x04000000), (0xf0000000, 0x2000)], "0xf0002000"),
])
def test_more_memory_than_there_is(boot_with, ranges, end):
    status, log = boot_with(lambda tree: tree.at("memory").set(reg=banks(*ranges)))
    assert status == 125 and f"promises memory up to {end}, but there is none" in log[0], log


def test_a_device_that_does_not_answer(boot_with):
    def elsewhere(tree):
        tree.at("soc/rtc").set(reg=devicetree.cells(0, 0x18000000, 0, 0x1000))
    status, log = boot_with(elsewhere)
    assert status == 125 and "is there what the device tree promises?" in log[0], log


@pytest.mark.parametrize("path, size, named", [
    ("soc/serial", 4, "too small"), ("soc/rtc", 4, "too small"), ("soc/plic", 0x1000, "plic"),
    ("soc/virtio_mmio@10001000", 8, "too small"),
])
def test_registers_of_which_there_are_too_few(boot_with, path, size, named):
    """Not the finisher's: OpenSBI 1.6 protects that itself, and wants 8 bytes."""
    def shrink(tree):
        node = tree.at(path)
        node.set(reg=node.properties["reg"][:12] + devicetree.cells(size))
    _, log = boot_with(shrink)
    assert any(named in line for line in log) and any("no initrd" in line for line in log), log


GONE = "was started and does not come (SBI error 0): going on with"


@pytest.mark.core
def test_a_hart_that_is_not_there(boot_with, with_programs):
    """OpenSBI 1.1 believes the tree and says that it has started it; a newer one refuses."""
    def one_more(tree):
        hart = tree.at("cpus/cpu@1").properties
        tree.at("cpus").add(devicetree.Node("cpu@7", {**hart, "reg": devicetree.cells(7),
                                                      "phandle": b""}))
    status, log = boot_with(one_more, *with_programs)
    assert status == 0 and any("hart 7 cannot be started" in line or f"hart 7 {GONE} 2" in line
                               for line in log), log


def test_a_hart_that_never_comes(boot_with, with_programs, build, tmp_path):
    """The place where further harts begin becomes a jump to itself. A shifted instruction counter
    makes the seconds of this machine short ones."""
    symbols = subprocess.run([runner.CROSS + "nm", f"{build}/kernel.elf"], check=True,
                             capture_output=True, text=True).stdout.splitlines()
    place = {name: int(address, 16) for address, _, name in map(str.split, symbols)}
    with open(f"{build}/kernel.elf", "rb") as file:
        image = bytearray(file.read())
    segments, = struct.unpack_from("<Q", image, 32)
    text, = struct.unpack_from("<Q", image, segments + 8)
    struct.pack_into("<I", image, text + place["_start_hart"] - place["_start"], 0x0000006f)
    (tmp_path / "stuck.elf").write_bytes(image)
    status, log = boot_with(as_it_is, *with_programs, "-icount", "shift=10",
                            kernel=tmp_path / "stuck.elf")
    assert status == 0 and any(f"{GONE} 1" in line for line in log), log


# --- tables that would be filled past their end; memory that is somebody else's -------------------

def test_more_reserved_memory_than_the_table_holds(boot_with):
    many = [(0x83000000 + 0x2000 * i, 0x1000) for i in range(17)]
    status, log = boot_with(as_it_is, reservations=many)
    assert status == 125
    assert text_of(log[0]) == ("panic: device tree: more than 16 ranges of memory, or of reserved "
                               "memory")


@pytest.mark.parametrize("start, end", [
    (0x84000000, 0x83000000), (0x1000, 0x2000), (0x83fff000, 0x84001000), (0x80200000, 0x80201000),
    (0x80000000, 0x80001000), (0x82800800, 0x82801800), (0, 2**64 - 1),
], ids=["backwards", "nowhere", "sticks out", "kernel", "firmware", "reserved", "everything"])
def test_an_initrd_that_is_not_in_memory_of_its_own(boot_with, start, end):
    def place(tree):
        tree.at("chosen").properties.update({"linux,initrd-start": struct.pack(">Q", start),
                                             "linux,initrd-end": struct.pack(">Q", end)})
    status, log = boot_with(place, reservations=[(0x82801000, 0x1000)])
    assert status == 125 and f"panic: the initrd at 0x{start:x}-0x{end:x} is not" in log[0], log


@pytest.mark.parametrize("name, refused", [
    ("a/b", True), ("../null", True), ("/dev/null", True), ("n" * 60, True), ("n" * 55, True),
    ("n" * 54, False), ("two words", False), ("..", True), ("..x", False),
])
def test_names_that_a_device_gives(build, with_programs, name, refused):
    """A port's name becomes a file's, in a folder that it must not leave."""
    words = ["-global", "virtio-mmio.force-legacy=false", "-device", "virtio-serial-device",
             "-chardev", "null,id=c", "-device", f"virtserialport,chardev=c,name={name}"]
    status, log = boot_tree(build, *words, *with_programs)
    told = [line for line in log if line.startswith("<4>") and name[:50] in line]
    assert status == 0 and len(told) == refused, log


@pytest.mark.core
def test_a_panic_tells_cause_hart_and_functions(run, harts):
    seen = run(["--smp", str(harts), "--append", "init=/nowhere", "--", "true"])
    assert seen.status == 125 and seen.last == "tools/run: exit 125 (panic)", seen
    texts = [text_of(line) for line in seen.errors[:-1]]
    assert texts[0].startswith("panic: ") and "/nowhere" in texts[0], seen
    assert texts[1].startswith("on hart ") and texts[1].endswith("kernel (pid 1)"), seen
    assert texts[2] == "backtrace:" and len(texts) > 4, seen
    for place in texts[3:]:
        assert "+0x" in place, f"expected a function's name, seen {place}"
        assert re.search(r" at kernel/[\w/]+\.[chS]:\d+", place), f"expected a line, seen {place}"
    assert texts[-1].split()[1].startswith("thread_"), \
        f"expected the chain to reach where threads begin, seen {seen}"
