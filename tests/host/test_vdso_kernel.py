"""test_vdso_kernel.py - the kernel's half of the vDSO, where no program in the machine can look.

QEMU on an x86 host runs a writer without fences just as well, so the order of the writer is read
off the kernel's instructions. An image that is not the one compiled in must stop the boot.
"""
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

TREE = Path(__file__).resolve().parents[2]
BUILD = TREE / os.environ.get("POSTERN_BUILD", "build")

pytestmark = pytest.mark.core


def instructions(function):
    """(name, operands) of each instruction of a function of the kernel."""
    text = subprocess.run(["riscv64-linux-gnu-objdump", "-d", "--no-show-raw-insn",
                           f"--disassemble={function}", str(BUILD / "kernel.elf")],
                          check=True, stdout=subprocess.PIPE, text=True).stdout
    found = re.findall(r"^[0-9a-f]+:\s+(\S+)[ \t]*([^#<\n]*)", text, re.M)
    assert found, f"kernel.elf has no function {function}"
    return [(name, operands.strip()) for name, operands in found]


def positions(code, name, operands=""):
    return [i for i, seen in enumerate(code)
            if seen[0] == name and seen[1].endswith(operands)]


def test_the_time_of_an_update_is_read_after_begin_is_seen_raised():
    code = instructions("vvar_begin_update")
    fences, times = positions(code, "fence", "w,iw"), positions(code, "rdtime")
    assert len(fences) == len(times) == 1 and times[0] == fences[0] + 1, (
        "expected `fence w,iw`, then rdtime; usual cause: a weaker fence, behind which a reader "
        f"may use the old rate past its end; seen {code}")
    assert [i for i in positions(code, "sd", ")") if "56(" in code[i][1] and i < fences[0]], (
        "expected the stores of `begin` (offset 56) before the fence")


def test_end_is_raised_after_the_data():
    code = instructions("vvar_publish")
    fence = positions(code, "fence", "w,w")
    assert len(fence) == 1
    stores = [i for i in positions(code, "sd", ")") if "(sp)" not in code[i][1]]
    assert stores and min(stores) > fence[0], (
        f"expected every store of `end` behind `fence w,w`, seen {code}")


@pytest.fixture
def copy(tmp_path):
    """A build folder of its own, with the kernel to be spoiled."""
    shutil.copy(BUILD / "kernel.elf", tmp_path)
    (tmp_path / "initrd.cpio").symlink_to(BUILD / "initrd.cpio")
    return tmp_path


def boot(build):
    words = [TREE / "tools" / "run", "--build", build, "--timeout", "60", "--", "true"]
    return subprocess.run(words, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True)


def spoil(build, offset):
    """Flips a bit of the vDSO image inside of the kernel."""
    kernel = bytearray((build / "kernel.elf").read_bytes())
    image = (BUILD / "vdso" / "vdso.so").read_bytes()
    assert kernel.count(image) == 1, "expected the very bytes of vdso.so once in kernel.elf"
    kernel[kernel.index(image) + offset] ^= 1
    (build / "kernel.elf").write_bytes(kernel)


def test_a_good_copy_boots(copy):
    assert boot(copy).returncode == 0


def build_id_offset():
    header = (BUILD / "vdso" / "vdso-image.h").read_text()
    return int(re.search(r"VDSO_BUILD_ID_OFFSET (\w+)", header)[1], 0)


@pytest.mark.parametrize("offset, message", (
    (0, "no ELF header"), (4, "not a 64-bit RISC-V"), (18, "not a 64-bit RISC-V"),
    (46, "headers lie outside"), (None, "build-id")))
def test_another_image_stops_the_boot_and_says_why(copy, offset, message):
    spoil(copy, build_id_offset() if offset is None else offset)
    done = boot(copy)
    assert done.returncode == 125
    assert "vDSO image: " in done.stderr and message in done.stderr, done.stderr
