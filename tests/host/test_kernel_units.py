"""test_kernel_units.py - files of kernel/lib and kernel/machine, compiled for the host, called.

No machine is booted: what is pure computation - formatting, memory functions, ChaCha20, device
tree, command line - is faster and more thoroughly tested where it can be called a million times.
kernel_host/ holds what stands in for the rest of the kernel.
"""
import ctypes
import itertools
import os
import random
import shutil
import struct
import subprocess

import pytest

import devicetree
from devicetree import Node, cells, strings

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HOST = f"{TREE}/tests/host/kernel_host"
FILES = ("lib/format", "lib/string", "lib/random",
         "machine/fdt", "machine/cmdline", "machine/machine")
FDT_LIMIT = 2 << 20  # machine.c may look at so many bytes

pytestmark = pytest.mark.xdist_group("kernel_units")


def compile_for_host(output, *words):
    compiler = next(filter(None, map(shutil.which, ("gcc", "cc", "clang"))), None)
    assert compiler, "no compiler for this machine itself: run make setup"
    subprocess.run([compiler, "-std=gnu11", "-g", "-O1", "-Wall", "-fno-builtin", "-I", HOST,
                    "-I", f"{TREE}/kernel", *words, "-o", output], check=True)
    return output


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """The kernel's files as a library. -Bsymbolic: they call their own memcpy, not the host's."""
    path = tmp_path_factory.mktemp("units") / "kernel.so"
    compile_for_host(path, "-shared", "-fPIC", "-Wl,-Bsymbolic", f"{HOST}/stubs.c",
                     *(f"{TREE}/kernel/{file}.c" for file in FILES))
    library = ctypes.CDLL(str(path))
    library.cmdline_get.restype = ctypes.c_char_p
    library.random_below.restype = ctypes.c_uint64
    library.strchr.restype = ctypes.c_void_p
    library.strnlen.restype = library.strlcpy.restype = ctypes.c_size_t
    return library


def log_of(kernel):
    return (ctypes.c_char * 65536).in_dll(kernel, "test_log").value.decode()


# --- memory and strings ---------------------------------------------------------------------------

LENGTHS = [*range(0, 34), 63, 64, 65, 127, 128, 129, 200]


@pytest.mark.parametrize("shift", [0, 1, 7])
def test_memcpy_copies_these_bytes_and_no_other(kernel, shift):
    source = bytes(random.Random(1).randrange(256) for _ in range(300))
    for to, length in itertools.product(range(9), LENGTHS):
        buffer = ctypes.create_string_buffer(b"\xaa" * 300, 300)
        base = ctypes.addressof(buffer)
        start = ctypes.create_string_buffer(source, 300)
        kernel.memcpy(ctypes.c_void_p(base + to),
                      ctypes.c_void_p(ctypes.addressof(start) + shift), ctypes.c_size_t(length))
        want = b"\xaa" * to + source[shift:shift + length]
        assert buffer.raw == want.ljust(300, b"\xaa"), f"to +{to}, from +{shift}, {length} bytes"


def test_memset_sets_these_bytes_and_no_other(kernel):
    for to, length, value in itertools.product(range(9), LENGTHS, (0, 0x5c, 0x1ff)):
        buffer = ctypes.create_string_buffer(b"\xaa" * 300, 300)
        kernel.memset(ctypes.c_void_p(ctypes.addressof(buffer) + to), value,
                      ctypes.c_size_t(length))
        want = b"\xaa" * to + bytes([value & 255]) * length
        assert buffer.raw == want.ljust(300, b"\xaa"), f"to +{to}, {length} bytes of {value}"


def test_memmove_within_one_buffer(kernel):
    source = bytes(range(100))
    for start, to, length in itertools.product(range(0, 20, 3), range(0, 20, 3), (0, 1, 8, 50)):
        buffer = ctypes.create_string_buffer(source, 100)
        base = ctypes.addressof(buffer)
        kernel.memmove(ctypes.c_void_p(base + to), ctypes.c_void_p(base + start),
                       ctypes.c_size_t(length))
        want = bytearray(source)
        want[to:to + length] = source[start:start + length]
        assert buffer.raw == bytes(want), f"from +{start} to +{to}, {length} bytes"


def sign(number):
    return (number > 0) - (number < 0)


@pytest.mark.parametrize("a, b", itertools.product([b"", b"a", b"ab", b"abc", b"ab\xff"], repeat=2))
def test_comparisons(kernel, a, b):
    want = sign((a > b) - (a < b))
    assert sign(kernel.strncmp(a, b, ctypes.c_size_t(2**64 - 1))) == want
    assert sign(kernel.strncmp(a, b, ctypes.c_size_t(8))) == want
    assert kernel.strncmp(a, b, ctypes.c_size_t(0)) == 0
    both = ctypes.c_size_t(min(len(a), len(b)) + 1)
    assert sign(kernel.memcmp(a + b"\0", b + b"\0", both)) == want


def test_lengths_and_copies_of_strings(kernel):
    for text in (b"", b"x", b"hello"):
        assert kernel.strnlen(text, ctypes.c_size_t(2**64 - 1)) == len(text)
        assert kernel.strnlen(text, ctypes.c_size_t(3)) == min(3, len(text))
        for size in range(8):
            buffer = ctypes.create_string_buffer(b"\xaa" * 8, 8)
            assert kernel.strlcpy(buffer, text, ctypes.c_size_t(size)) == len(text)
            want = text[:size - 1] + b"\0" if size else b""
            assert buffer.raw == want.ljust(8, b"\xaa")
    text = ctypes.create_string_buffer(b"a/b")
    assert kernel.strchr(text, ord("/")) == ctypes.addressof(text) + 1
    assert kernel.strchr(text, 0) == ctypes.addressof(text) + 3
    assert kernel.strchr(text, ord("z")) is None


# --- the log -------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """The real kernel log; in `kernel` a stub stands for it."""
    path = tmp_path_factory.mktemp("log") / "log.so"
    compile_for_host(path, "-shared", "-fPIC", "-Wl,-Bsymbolic", f"{HOST}/log_host.c",
                     *(f"{TREE}/kernel/lib/{file}.c" for file in ("print", "format", "string")))
    return ctypes.CDLL(str(path))


@pytest.mark.parametrize("message, shown", [
    ("three words", "three words"), ("three words\n", "three words"), ("", ""), ("\n", ""),
    ("two\n\n", "two?"), ("two\nlines", "two?lines"), ("two\nlines\n", "two?lines"),
    ("tab\tescape\x1bdelete\x7f", "tab?escape?delete?"), ("é", "é"),
    ("long " * 500, ("long " * 500)[:1023 - len("<6>[    0.000000] ")]),
])
def test_message_is_one_line(log, message, shown):
    log.test_forget_log()
    log.printk(6, b"%s", message.encode())
    seen = (ctypes.c_char * 4096).in_dll(log, "test_log").value.decode()
    assert seen == f"<6>[    0.000000] {shown}\n"


# --- formatting: the host's C library is the judge ------------------------------------------------

def formatted(library, size, fmt, *values):
    buffer = ctypes.create_string_buffer(b"\xaa" * 64, 64)
    length = library.snprintf(buffer, ctypes.c_size_t(size), fmt, *values)
    return length, buffer.raw


NUMBERS = [0, 1, -1, 42, -12345, 2**31 - 1, -2**31, 2**63 - 1, -2**63]
FIELDS = [f"{flags}{width}" for flags, width in
          itertools.product(("", "0", "-", "-0"), ("", "1", "7", "25"))]


@pytest.mark.parametrize("conversion", "d u x ld lu lx zu".split())
def test_numbers_as_the_c_library(kernel, conversion):
    libc = ctypes.CDLL(None)
    kind = ctypes.c_long if conversion[0] in "lz" else ctypes.c_int
    for field, number in itertools.product(FIELDS, NUMBERS):
        fmt = f"[%{field}{conversion}]".encode()
        want = formatted(libc, 64, fmt, kind(number))
        assert formatted(kernel, 64, fmt, kind(number)) == want, fmt


@pytest.mark.parametrize("fmt, values", [
    (b"plain", ()), (b"100%%", ()), (b"%s|%5s|%-5s|%2s", (b"abc",) * 4),
    (b"%c%3c%-3c.", (65, 66, 67)),
])
def test_text_as_the_c_library(kernel, fmt, values):
    assert formatted(kernel, 64, fmt, *values) == formatted(ctypes.CDLL(None), 64, fmt, *values)


def test_what_the_c_library_leaves_open(kernel):
    assert formatted(kernel, 64, b"%s", None)[1].startswith(b"(null)\0")
    assert formatted(kernel, 64, b"%q %d", 7)[1].startswith(b"%q 7\0")
    assert formatted(kernel, 64, b"50%")[1].startswith(b"50%\0")


@pytest.mark.parametrize("size", range(8))
def test_a_small_buffer_cuts_and_tells_the_length(kernel, size):
    length, raw = formatted(kernel, size, b"%s", b"hello")
    want = b"hello"[:size - 1] + b"\0" if size else b""
    assert (length, raw) == (5, want.ljust(64, b"\xaa"))


# --- random numbers -------------------------------------------------------------------------------

def chacha20_block(kernel, key, counter, nonce):
    out = (ctypes.c_uint32 * 16)()
    kernel.chacha20_block(out, key, counter, nonce)
    return bytes(out)


@pytest.mark.parametrize("key, counter, nonce, block", [
    # RFC 8439: section 2.3.2, then appendix A.1, vectors 1 and 2.
    (bytes(range(32)), 1, bytes.fromhex("000000090000004a00000000"),
     struct.pack("<16I", 0xe4e7f110, 0x15593bd1, 0x1fdd0f50, 0xc47120a3, 0xc7f4d1c7, 0x0368c033,
                 0x9aaa2204, 0x4e6cd4c3, 0x466482d2, 0x09aa9f07, 0x05d7c214, 0xa2028bd9,
                 0xd19c12b5, 0xb94e16de, 0xe883d0cb, 0x4e3c50a2).hex()),
    (bytes(32), 0, bytes(12),
     "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
     "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586"),
    (bytes(32), 1, bytes(12),
     "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed"
     "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f"),
])
def test_chacha20_vectors(kernel, key, counter, nonce, block):
    assert chacha20_block(kernel, key, counter, nonce).hex() == block


@pytest.fixture
def fresh(kernel, tmp_path):
    """A function that gives the first `n` bytes after random_init(seed), from a fresh library."""
    def first_bytes(seed, n):
        copy = shutil.copy(kernel._name, tmp_path / f"{len(os.listdir(tmp_path))}.so")
        library = ctypes.CDLL(str(copy))
        out = ctypes.create_string_buffer(n)
        library.random_init(seed, len(seed))
        library.random_bytes(out, ctypes.c_size_t(n))
        return out.raw, log_of(library)
    return first_bytes


def test_the_stream_is_chacha20_with_the_key_erased(kernel, fresh):
    """A key makes four blocks: 32 bytes are the next key, the rest comes out."""
    def pool(key):
        return b"".join(chacha20_block(kernel, key, n, bytes(12)) for n in range(4))
    seed = bytes(range(1, 33))
    first = pool(pool(seed)[:32])
    second = pool(first[:32])
    want = first[32:] + second[32:]
    assert fresh(seed, len(want))[0] == want


def test_every_byte_of_the_seed_counts(fresh):
    seed = bytes(range(64))
    streams = {fresh(seed, 64)[0], fresh(seed, 64)[0]}
    assert len(streams) == 1, "expected the same seed to give the same numbers"
    for at in range(0, 64, 7):
        streams.add(fresh(seed[:at] + b"\xff" + seed[at + 1:], 64)[0])
    assert len(streams) == 1 + len(range(0, 64, 7))


def test_no_seed_is_said_once_and_survived(fresh):
    numbers, log = fresh(b"", 64)
    assert log.count("<4>") == 1 and "rng-seed" in log
    assert len(set(numbers)) > 20


@pytest.mark.parametrize("limit", [1, 2, 3, 10, 4096, 2**40 + 1, 2**64 - 1])
def test_random_below_stays_below(kernel, limit):
    drawn = [kernel.random_below(ctypes.c_uint64(limit)) for _ in range(300)]
    assert max(drawn) < limit
    assert limit > 10 or set(drawn) == set(range(limit)), "expected every number to come"


def test_random_below_favours_nobody(kernel):
    """2^64 is no multiple of 3 * 2^62: taken as they come, the low third comes twice as often."""
    drawn = [kernel.random_below(ctypes.c_uint64(3 << 62)) for _ in range(3000)]
    share = sum(number < 1 << 62 for number in drawn) / 3000
    assert 0.28 < share < 0.39, f"expected a third of them, seen {share}"


# --- device tree ----------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def qemu_blob(tmp_path_factory):
    path = tmp_path_factory.mktemp("dtb") / "virt.dtb"
    subprocess.run(["qemu-system-riscv64", "-M", f"virt,dumpdtb={path}", "-smp", "4", "-m", "128M",
                    "-nographic"], check=True, capture_output=True, stdin=subprocess.DEVNULL)
    return path.read_bytes()


@pytest.fixture
def virt(qemu_blob):
    """QEMU's tree for 4 harts, to be changed. Newer ones tell the extensions twice; here once."""
    tree = devicetree.parse(qemu_blob)
    for number in range(4):
        tree.at(f"cpus/cpu@{number}").properties.pop("riscv,isa-extensions", None)
    return tree


def discover(kernel, blob, boot_hart=0):
    """(fields of struct machine as text, log) after machine_discover; fields None after a panic."""
    if isinstance(blob, Node):
        blob = devicetree.build(blob)
    panicked = kernel.test_discover(blob.ljust(FDT_LIMIT, b"\0"), ctypes.c_uint64(boot_hart))
    log = log_of(kernel)
    if panicked:
        return None, log
    kernel.test_describe()
    return dict(line.split("=", 1) for line in log_of(kernel).splitlines()), log


def test_qemus_machine(kernel, qemu_blob):
    seen, log = discover(kernel, qemu_blob, boot_hart=2)
    assert log == "", "expected nothing to complain about"
    assert seen["harts"] == "2:5,0:1,1:3,3:7", "boot hart first, each with its S-mode context"
    assert seen["memory"] == "80000000-88000000"
    assert seen["timebase"] == "10000000"
    assert seen["uart"] == "10000000-10000100" and seen["uart_irq"] == "10"
    assert seen["plic"] == "c000000-c600000" and int(seen["plic_sources"]) >= 53
    assert seen["rtc"] == "101000-102000"
    assert seen["finisher"] == "100000-101000"
    assert sorted(seen["virtio"].split(","))[0] == "10001000:1" and seen["virtio"].count(":") == 8
    assert int(seen["seed"]) >= 32 and seen["isa"].startswith("rv64imafdc")


def test_another_writer_gives_the_same_machine(kernel, qemu_blob, virt):
    assert discover(kernel, virt) == discover(kernel, qemu_blob)


@pytest.mark.parametrize("path, named", [
    ("cpus", "/cpus"), ("memory", "memory"),
])
def test_a_tree_that_cannot_do_without_is_refused_by_name(kernel, virt, path, named):
    seen, log = discover(kernel, virt.without(path))
    assert seen is None and log.splitlines()[-1].startswith("panic: device tree:") and named in log


@pytest.mark.parametrize("change, named", [
    (lambda t: t.at("cpus").set(timebase_frequency=None), "timebase-frequency"),
    (lambda t: t.at("memory").set(reg=b""), "memory"),
    (lambda t: t.at("memory").set(status=strings("disabled")), "memory"),
    (lambda t: t.at("cpus/cpu@0").set(status=strings("disabled")), "boot hart 0"),
])
def test_a_property_that_cannot_do_without_is_refused_by_name(kernel, virt, change, named):
    change(virt)
    seen, log = discover(kernel, virt)
    assert seen is None and named in log


@pytest.mark.parametrize("path, field, named", [
    ("soc/serial", "uart", "ns16550a"), ("soc/plic", "plic", "plic"),
    ("soc/rtc", "rtc", "goldfish-rtc"), ("chosen", "bootargs", "/chosen"),
    ("soc/test", "finisher", "sifive,test0"),
])
def test_what_it_can_do_without_is_a_warning(kernel, virt, path, field, named):
    seen, log = discover(kernel, virt.without(path))
    assert seen[field] in ("", "0-0")
    assert any(line.startswith("<4>") and named in line for line in log.splitlines()), log


def test_no_tree_at_all(kernel):
    for blob in (b"", b"\xd0\x0d\xfe\xed", b"x" * 4096):
        assert discover(kernel, blob) == (None, "panic: no valid device tree at physical address "
                                                "0x87e00000\n")


def test_memory_of_many_parts_and_what_is_reserved(kernel, virt):
    virt.at("memory").set(reg=cells(0, 0x80000000, 0, 0x1000, 1, 0, 0, 0x2000, 0, 0x90000000, 0, 0))
    virt.add(Node("memory@f0000000", {"device_type": strings("memory"),
                                      "reg": cells(0, 0xf0000000, 0, 0x3000)}),
             Node("reserved-memory", {"#address-cells": cells(2), "#size-cells": cells(2),
                                      "ranges": b""},
                  [Node("firmware", {"reg": cells(0, 0x80000000, 0, 0x800), "no-map": b""}),
                   Node("two", {"reg": cells(1, 0, 0, 0x100, 1, 0x1000, 0, 0x100)}),
                   Node("floating", {"size": cells(0, 0x1000)})]))
    seen, log = discover(kernel, devicetree.build(virt, [(0x80000900, 0x100)]))
    assert seen["memory"] == "80000000-80001000,100000000-100002000,f0000000-f0003000"
    assert seen["reserved"] == ("80000900-80000a00,80000000-80000800,"
                                "100000000-100000100,100001000-100001100")
    assert log == ""


@pytest.mark.parametrize("wide", [False, True])
def test_initrd_in_cells_of_4_or_8_bytes(kernel, virt, wide):
    start, end = (cells(*(0,) * wide, number) for number in (0x84000000, 0x84001234))
    virt.at("chosen").properties.update({"linux,initrd-start": start, "linux,initrd-end": end})
    seen, log = discover(kernel, virt)
    assert seen["initrd"] == "84000000-84001234" and log == ""


def reserved_memory(*ranges, **bus):
    """The node with a child for each range of 64-bit numbers; `bus` are its own properties."""
    cells_of = {"#address-cells": cells(2), "#size-cells": cells(2), "ranges": b"", **bus}
    return Node("reserved-memory", {name: v for name, v in cells_of.items() if v is not None},
                [Node(f"r{i}", {"reg": struct.pack(">QQ", *r)}) for i, r in enumerate(ranges)])


PAGES = [(0x83000000 + 0x2000 * i, 0x1000) for i in range(17)]


@pytest.mark.parametrize("old_way", range(18))
def test_more_reserved_ranges_than_the_table_holds_are_refused(kernel, virt, old_way):
    """In the reservation block, in nodes, in both: one that is left out may be the firmware's."""
    virt.add(reserved_memory(*PAGES[old_way:]))
    seen, log = discover(kernel, devicetree.build(virt, PAGES[:old_way]))
    assert seen is None and "more than 16 ranges" in log


def test_as_many_reserved_ranges_as_the_table_holds(kernel, virt):
    virt.add(reserved_memory(*PAGES[:8], (0x83100000, 0)))
    seen, log = discover(kernel, devicetree.build(virt, PAGES[8:16]))
    assert seen["reserved"].count("-") == 16 and log == ""


def test_more_banks_of_memory_than_the_table_holds_are_refused(kernel, virt):
    virt.at("memory").set(reg=b"".join(struct.pack(">QQ", 0x80000000 + 0x2000000 * i, 0x1000000)
                                       for i in range(17)))
    seen, log = discover(kernel, virt)
    assert seen is None and "more than 16 ranges" in log


@pytest.mark.parametrize("start, size, seen_as", [
    (0x83000000, 2**64 - 1, "83000000-100000000000000"),
    (2**64 - 4096, 8192, None), (2**63, 4096, None),
])
def test_a_range_that_wraps_round_does_not_end_the_list(kernel, virt, start, size, seen_as):
    """What would wrap is cut; what lies behind it in the list is reserved as it says."""
    last = (0x83100000, 0x1000)
    virt.add(reserved_memory((start, size), last))
    seen, _ = discover(kernel, devicetree.build(virt, [(start, size), last]))
    once = ([seen_as] if seen_as else []) + ["83100000-83101000"]
    assert seen["reserved"].split(",") == 2 * once


@pytest.mark.parametrize("bus", [{"ranges": None}, {"ranges": cells(0, 0, 1, 0, 0, 1)},
                                 {"#address-cells": cells(3)}, {"#size-cells": cells(9)}])
def test_reserved_memory_of_which_nobody_can_say_where_is_refused(kernel, virt, bus):
    virt.add(reserved_memory((0x83000000, 0x1000), **bus))
    seen, log = discover(kernel, virt)
    assert seen is None and "/reserved-memory/r0: no usable reg" in log


def test_bootargs_and_seed_are_copied(kernel, virt):
    virt.at("chosen").set(bootargs=strings("a b=c"), rng_seed=bytes(100))
    seen, _ = discover(kernel, virt)
    assert (seen["bootargs"], seen["seed"]) == ("a b=c", "64")


def test_bootargs_too_long_or_without_end(kernel, virt):
    virt.at("chosen").set(bootargs=strings("x" * 3000))
    seen, log = discover(kernel, virt)
    assert seen["bootargs"] == "x" * 2047 and "bootargs cut" in log
    virt.at("chosen").set(bootargs=b"no end")
    assert discover(kernel, virt)[0]["bootargs"] == ""


def test_harts_that_are_not_ours(kernel, virt):
    virt.at("cpus/cpu@1").set(status=strings("disabled"))
    virt.at("cpus/cpu@2").set(mmu_type=strings("riscv,none"))
    virt.at("cpus/cpu@3").set(reg=cells(64))
    seen, log = discover(kernel, virt)
    assert seen["harts"] == "0:1" and "cpu@3" in log


def test_more_harts_than_the_limit(kernel, virt):
    for number in range(4, 11):
        virt.at("cpus").add(Node(f"cpu@{number}", {"device_type": strings("cpu"),
                                                   "riscv,isa": strings("rv64gc"),
                                                   "reg": cells(number)}))
    seen, log = discover(kernel, virt, boot_hart=10)
    assert [pair.split(":")[0] for pair in seen["harts"].split(",")] == \
        ["10", "0", "1", "2", "3", "4", "5", "6"]
    assert "3 harts above the limit of 8" in log


def all_harts(virt, **properties):
    """`riscv_isa` is riscv,isa, and so on."""
    for number in range(4):
        for name, value in properties.items():
            name = name.replace("riscv_", "riscv,").replace("_", "-")
            virt.at(f"cpus/cpu@{number}").properties[name] = value


@pytest.mark.parametrize("isa", ["rv64imac", "rv64imafc_zicsr", "rv64imac_zfh_zdinx",
                                 "rv64imac_s_fd", "rv64imaczfd", "", "rv64"])
def test_harts_without_double_floating_point_are_refused(kernel, virt, isa):
    all_harts(virt, riscv_isa=strings(isa))
    seen, log = discover(kernel, virt)
    assert seen is None and "hart 0 is left out: it lacks F or D" in log
    assert log.splitlines()[-1].startswith("panic: ")


@pytest.mark.parametrize("isa", ["rv64imafdc", "rv64gc", "rv64gcv_sstc", "rv64imac_f_d_zicsr",
                                 "rv64imafdcsu", "rv64i2p1m2p0a2p1f2p2d2p2c2p0"])
def test_ways_to_write_what_a_hart_has(kernel, virt, isa):
    all_harts(virt, riscv_isa=strings(isa))
    seen, log = discover(kernel, virt)
    assert seen["harts"].count(":") == 4 and log == ""


def test_extensions_as_a_list(kernel, virt):
    """The newer way: riscv,isa may be missing then."""
    all_harts(virt, riscv_isa=strings("rv64"), riscv_isa_base=strings("rv64i"),
              riscv_isa_extensions=strings("i", "m", "a", "f", "d", "c", "sstc"))
    seen, log = discover(kernel, virt)
    assert (seen["harts"].count(":"), seen["sstc"], log) == (4, "1", "")
    all_harts(virt, riscv_isa_extensions=strings("i", "m", "a", "f", "c", "zfd"))
    assert discover(kernel, virt)[0] is None


def test_a_hart_that_is_smaller_than_the_others_is_left_out(kernel, virt):
    virt.at("cpus/cpu@1").properties["riscv,isa"] = strings("rv64imac_sstc")
    seen, log = discover(kernel, virt)
    assert [pair.split(":")[0] for pair in seen["harts"].split(",")] == ["0", "2", "3"]
    assert "hart 1 is left out" in log


def test_sstc_needs_every_hart(kernel, virt):
    all_harts(virt, riscv_isa=strings("rv64imafdc_zicsr_sstc"))
    seen, _ = discover(kernel, virt)
    assert (seen["isa"], seen["sstc"]) == ("rv64imafdc_zicsr_sstc", "1")
    virt.at("cpus/cpu@3").properties["riscv,isa"] = strings("rv64imafdc_sstcx")
    assert discover(kernel, virt)[0]["sstc"] == "0"


def second_uart(kernel, virt, path, ranges=b""):
    """(fields, log) of the machine with a UART on a bus behind QEMU's, and this console."""
    virt.at("chosen").set(stdout_path=strings(path))
    virt.add(Node("bus", {"#address-cells": cells(1), "#size-cells": cells(1), "ranges": ranges},
                  [Node("uart@20", {"compatible": strings("vendor,uart", "ns16550a"),
                                    "reg": cells(0x20, 0x40), "reg-shift": cells(2),
                                    "interrupts": cells(33)})]))
    return discover(kernel, virt)


def test_the_console_is_where_stdout_path_says(kernel, virt):
    seen, log = second_uart(kernel, virt, "/bus/uart@20:115200n8")
    assert (seen["uart"], seen["uart_shift"], seen["uart_irq"]) == ("20-60", "2", "33")
    assert log == ""


@pytest.mark.parametrize("path", ["/bus/uart@2", "/bus/uart@20/x", "/bus", "console", ""])
def test_without_such_a_node_the_console_is_the_first_uart(kernel, virt, path):
    assert second_uart(kernel, virt, path)[0]["uart"] == "10000000-10000100"


def test_registers_behind_a_bus_that_translates_are_refused(kernel, virt):
    seen, log = second_uart(kernel, virt, "/bus/uart@20", ranges=cells(0, 0, 0x40000000, 0x1000))
    assert seen["uart"] == "10000000-10000100" and "uart@20: no usable reg" in log


def test_the_contexts_of_a_plic_that_comes_before_the_harts(kernel, virt):
    """Nodes may stand in any order; so may the harts among themselves."""
    for node in [virt, virt.at("cpus")]:
        node.children.reverse()
    seen, _ = discover(kernel, virt, boot_hart=1)
    assert sorted(seen["harts"].split(",")) == ["0:1", "1:3", "2:5", "3:7"]
    assert seen["harts"].startswith("1:3") and seen["uart"] == "10000000-10000100"


def test_nesting_deeper_than_any_tree(kernel, virt):
    leaf = virt
    for _ in range(40):
        child = Node("deep")
        leaf.add(child)
        leaf = child
    assert discover(kernel, virt)[0] is None


def test_every_way_to_cut_a_tree_short_is_survived(kernel):
    """The kernel's reader must refuse all of them: the size in the header tells that bytes lack."""
    blob = devicetree.build(Node("", {"compatible": strings("x")}, [Node("cpus")]))
    tree = ctypes.create_string_buffer(64)
    for size in range(len(blob)):
        assert kernel.fdt_open(tree, blob[:size], ctypes.c_uint64(size)) == -22, size
    assert kernel.fdt_open(tree, blob, ctypes.c_uint64(len(blob))) == 0


def test_names_without_an_end(kernel):
    """The last string of the blob loses its NUL; whoever trusts it reads on behind the blob."""
    tree = ctypes.create_string_buffer(64)
    blob = devicetree.build(Node("", {"compatible": strings("ns16550a")}))
    assert kernel.fdt_open(tree, blob, ctypes.c_uint64(len(blob))) == 0
    blob = blob[:-1] + b"x"
    assert kernel.fdt_open(tree, blob, ctypes.c_uint64(len(blob))) == -22


def test_lists_without_an_end(kernel, virt):
    virt.at("soc/serial").set(compatible=b"ns16550a")
    assert discover(kernel, virt)[0]["uart"] == "0-0"


def small_tree():
    """A tree of one of each thing that the reader looks at: most mutants of it hit something."""
    uart = Node("serial@10000000", {"reg": cells(0x10, 0x10), "phandle": cells(9),
                                    "compatible": strings("x", "ns16550a")})
    bus = Node("soc", {"#address-cells": cells(1), "#size-cells": cells(1), "ranges": b""}, [uart])
    return devicetree.build(Node("", {"#address-cells": cells(2)}, [bus]), [(0x1000, 0x1000)])


@pytest.fixture(scope="module")
def mutants(tmp_path_factory):
    return compile_for_host(tmp_path_factory.mktemp("mutants") / "mutants",
                            "-fsanitize=address,undefined", "-fno-sanitize-recover=all",
                            f"{HOST}/mutants.c", f"{TREE}/kernel/machine/fdt.c")


@pytest.mark.parametrize("tree, count", [("small", 40000), ("virt", 1000)])
def test_mutated_trees_under_the_sanitizers(tmp_path, virt, mutants, tree, count):
    (tmp_path / "seed.dtb").write_bytes(small_tree() if tree == "small" else devicetree.build(virt))
    done = subprocess.run([mutants, tmp_path / "seed.dtb", str(count), "1"], capture_output=True,
                          text=True, timeout=60, check=False)
    assert done.returncode == 0 and done.stdout.endswith("done\n"), \
        f"expected every mutant to be survived, seen after {done.stdout[-60:]}:\n{done.stderr}"


# --- command line ---------------------------------------------------------------------------------

@pytest.mark.parametrize("text, words", [
    (b"", {b"a": None}),
    (b"  a  b=c\td=\n", {b"a": b"", b"b": b"c", b"d": b"", b"c": None, b"": None}),
    (b"a=1 a=2 ab=3", {b"a": b"2", b"ab": b"3"}),
    (b"a=1 a", {b"a": b""}),
    (b'init="/bin/my init" x="" y', {b"init": b"/bin/my init", b"x": b"", b"y": b""}),
    (b'a="no end', {b"a": b"no end"}),
    (b'"a b"=c', {b"a b": b"c"}),
    (b"clock.slew=-500 a=b=c", {b"clock.slew": b"-500", b"a": b"b=c"}),
    (b"=x", {b"": b"x", b"x": None}),
])
def test_words(kernel, text, words):
    kernel.cmdline_init(text)
    assert {name: kernel.cmdline_get(name) for name in words} == words


def test_a_command_line_too_long_is_cut(kernel):
    kernel.cmdline_init(b" ".join(b"w%03d" % number for number in range(1000)))
    assert kernel.cmdline_get(b"w408") == b"" and kernel.cmdline_get(b"w410") is None
    kernel.cmdline_init(b"x" * 5000)
    assert kernel.cmdline_get(b"x" * 2047) == b""
