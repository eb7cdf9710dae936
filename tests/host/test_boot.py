"""test_boot.py - machines of every size: 1 to 8 harts, 32M to 2G, and the kernel's own words.

The boot hart is drawn by lot at every boot, so each of these is also a draw. What tools/run itself
promises about its options is in test_run.py.
"""
import re

import pytest

import runner

pytestmark = pytest.mark.xdist_group("boot")
TOTAL = re.compile(r"MemTotal:\s+(\d+) kB")


@pytest.mark.parametrize("count", range(1, 9))
def test_all_harts_come_up(count):
    result = runner.run(["--smp", str(count), "--timeout", "60", "--", "cat", "/proc/cpuinfo"])
    assert result.status == 0, result
    seen = result.text.count("processor")
    assert seen == count, (f"expected {count} harts, seen {seen}; usual cause: a hart that HSM "
                           "started never reported. See kernel/boot")


@pytest.mark.parametrize("size", [32, 33, 64, 100, 512, 2048])
def test_memory_is_used_whole(size):
    """All of it but what firmware, kernel and initrd hold before."""
    result = runner.run(["--mem", f"{size}M", "--timeout", "60", "--", "cat", "/proc/meminfo"])
    assert result.status == 0, result
    total = int(TOTAL.search(result.text)[1])
    least = size * 1024 * 98 // 100 - 8 * 1024
    assert least <= total <= size * 1024, (
        f"expected MemTotal of {least} to {size * 1024} kB, seen {total}; usual cause: only the "
        "first bank or a fixed size is taken. See kernel/boot, kernel/mm")


def test_words_are_in_proc_cmdline():
    result = runner.run(["--append", "one two=3 loglevel=4", "--", "cat", "/proc/cmdline"])
    assert "one two=3 loglevel=4" in result.text, result


def test_unknown_words_do_no_harm():
    result = runner.run(["--append", "nonsense vdso=7 =x clock.slew= loglevel", "--", "true"])
    assert result.status == 0, result


@pytest.mark.parametrize("words", ["clock.slew=fast", "clock.slew=99999999999"])
def test_bad_slew_is_named(words):
    result = runner.run(["--append", words, "--", "true"])
    assert result.status == 0, result
    assert any("clock.slew" in line for line in result.errors), (
        f"expected a warning that names clock.slew, seen {result.errors}")


def test_missing_init_is_a_panic():
    result = runner.run(["--append", "init=/no/such", "--timeout", "60", "--", "true"])
    assert result.status == 125, result
    assert any("/no/such" in line for line in result.errors), (
        f"expected a panic that names /no/such, seen {result.errors}")
