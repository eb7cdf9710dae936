"""test_machine.py - the kernel on machines that lack something, and how it dies.

QEMU lets a device tree be handed over that says less than the machine has; the firmware and the
kernel believe the tree. What the kernel makes of odd trees in detail is tested without a machine by
test_kernel_units.py; here it is the message that comes out and the status at the end.
"""
import re
import subprocess

import pytest

import devicetree
import runner


@pytest.fixture(scope="module")
def virt(tmp_path_factory):
    """The blob of QEMU's tree for two harts."""
    path = tmp_path_factory.mktemp("dtb") / "virt.dtb"
    subprocess.run(["qemu-system-riscv64", "-M", f"virt,dumpdtb={path}", "-smp", "2", "-m", "64M",
                    "-nographic"], check=True, capture_output=True, stdin=subprocess.DEVNULL)
    return path.read_bytes()


@pytest.fixture
def boot_with(virt, tmp_path, build):
    """A function that boots the kernel on a changed tree: (status, lines of the log)."""
    def boot(change):
        blob = tmp_path / "odd.dtb"
        tree = devicetree.parse(virt)
        change(tree)
        blob.write_bytes(devicetree.build(tree))
        done = subprocess.run(
            ["qemu-system-riscv64", "-M", "virt", "-smp", "2", "-m", "64M", "-nographic",
             "-monitor", "none", "-dtb", blob, "-kernel", f"{build}/kernel.elf"],
            stdin=subprocess.DEVNULL, capture_output=True, timeout=runner.GUARD_S, check=False)
        lines = done.stdout.decode(errors="replace").splitlines()
        return done.returncode, [line for line in lines if line.startswith("<")]
    return boot


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
