"""test_bench.py - the table of costs has every row, repeats itself, and tells a row over its limit.

Whether a cost is within its limit is the bench's own verdict, not a test's: speed is measured by
`make bench`. Here: the form that scripts rely on, and that the verdict can be a bad one.
"""
import importlib.machinery
import importlib.util
import json
import os
import re
import subprocess
import sys

import pytest

import runner

BENCH = os.path.join(runner.ROOT, "tools", "bench")
READ = "read: tools/bench, tests/bench/costs.c"
# A boot is shared, so the module stays on one worker.
pytestmark = pytest.mark.xdist_group("bench")


@pytest.fixture(scope="module")
def module():
    """tools/bench as a module: it has no .py and does nothing when imported."""
    sys.dont_write_bytecode = True
    loader = importlib.machinery.SourceFileLoader("bench", BENCH)
    spec = importlib.util.spec_from_loader("bench", loader)
    loaded = importlib.util.module_from_spec(spec)
    loader.exec_module(loaded)
    return loaded


@pytest.fixture(scope="module")
def done():
    """One whole bench, as `make bench` runs it."""
    return subprocess.run([BENCH, "--build", runner.BUILD], capture_output=True, text=True,
                          timeout=runner.GUARD_S)


@pytest.fixture(scope="module")
def rows(done):
    assert done.returncode in (0, 1), (
        f"expected a table, seen {done}; usual cause: the guest program ended early; {READ}")
    with open(os.path.join(runner.BUILD, "bench.json"), encoding="utf-8") as file:
        return json.load(file)


def test_every_row(module, rows):
    """Scripts find each row by name, with four fields."""
    assert list(rows) == list(module.ROWS), (
        f"expected the rows {list(module.ROWS)}, seen {list(rows)}; {READ}")
    for name, row in rows.items():
        assert set(row) == {"value", "unit", "limit", "linux"} and row["value"] > 0, (
            f"expected a figure above 0 with unit, limit and linux, seen {name}: {row}; {READ}")


@pytest.mark.core
def test_figures_are_plausible(rows):
    """A read of the clock is dearer than nothing and cheaper than a call, a call than a switch of
    processes, that than a new process, that than a boot: a broken count breaks this order."""
    order = ("vdso_clock_monotonic", "null_call", "pipe_round_trip", "fork_exit_wait", "boot")
    values = [rows[name]["value"] for name in order]
    assert values == sorted(values) and values[0] > 10, (
        f"expected {' < '.join(order)}, seen {values}; usual cause: the machine does not count one "
        f"instruction as 1 ns (tools/run --icount); {READ}")


def test_clock_is_counted_by_instructions(rows):
    """A second witness: the function's straight line, counted in its disassembly, and a call."""
    image = os.path.join(runner.BUILD, "vdso", "vdso.so.dbg")
    listing = subprocess.run([runner.CROSS + "objdump", "-d", "--no-show-raw-insn", image],
                             capture_output=True, text=True, check=True).stdout
    body = listing.partition("<__vdso_clock_gettime>:\n")[2].partition("\tret")[0]
    line = len(body.splitlines())
    value = rows["vdso_clock_monotonic"]["value"]
    assert 20 <= line < value <= line + 8, (
        f"expected the {line} instructions to the first `ret` and up to 8 of the call, seen "
        f"{value}; usual cause: the slow path is taken, or a unit is wrong; {READ}")


def test_demo_counts_the_same(rows):
    """The demo's figure for a read by vDSO is this one: both load the pointer and call."""
    demo = os.path.join(runner.ROOT, "tools", "demo")
    shown = subprocess.run([demo, "--build", runner.BUILD], capture_output=True, text=True).stdout
    told = re.search(r"^  by vDSO +(\d+) instructions", shown, re.MULTILINE)
    value = rows["vdso_clock_monotonic"]["value"]
    assert told and abs(int(told[1]) - value) <= 1, (
        f"expected about {value} instructions, seen {told}; read: tests/demo/story.c, {READ}")


def test_names_its_linux(done):
    """Whose figures they are that ours stand beside: which version, on which machine."""
    last = done.stdout.splitlines()[-1]
    assert re.match(r"Linux \d+\.\d+: .*riscv64.*QEMU", last), f"seen {last!r}; {READ}"


def test_boot_ends_after_the_kernels_words(tmp_path, rows):
    """A second witness: the kernel's last line in the log is from just before."""
    log = tmp_path / "log"
    assert runner.run(["--icount", "--log", str(log), "--", "true"]).status == 0
    stamps = re.findall(r"^<6>\[ *(\d+)\.(\d{6})\]", log.read_text(errors="replace"), re.MULTILINE)
    last_ns = (int(stamps[-1][0]) * 10**6 + int(stamps[-1][1])) * 1000
    value = rows["boot"]["value"]
    assert last_ns < value < last_ns + 3_000_000, (
        f"expected a first user instruction soon after {last_ns} instructions, seen {value}; usual "
        f"cause: ticks taken for something else, see tools/bench; {READ}")


def test_status_follows_the_limits(module, done, rows):
    over = [name for name, row in rows.items()
            if row["unit"] != "seconds" and row["value"] > row["limit"]]
    assert done.returncode == (1 if over else 0) and done.stdout.count("OVER") == len(over), (
        f"expected status {1 if over else 0} and {len(over)} rows marked, seen {done}; {READ}")


@pytest.mark.parametrize("value, unit, verdict", [
    (45, "instructions", False), (46, "instructions", True), (46, "bytes", True),
    (46, "seconds", False)])
def test_verdict_of_a_row(module, value, unit, verdict):
    """At the limit is within it, and real time is never judged."""
    row = {"value": value, "unit": unit, "limit": 45, "linux": None}
    assert module.is_over(row) == verdict, (
        f"expected {value} {unit} to be {'over' if verdict else 'within'} 45; {READ}")


def test_repeats(module, rows):
    """Instructions do not depend on the host: the same again, to the last one."""
    again = {**module.call_costs(runner.BUILD), "boot": module.boot_cost(runner.BUILD)}
    before = {name: rows[name]["value"] for name in again}
    assert again == before, (
        f"expected {before} again, seen {again}; usual cause: an event of the host reaches the "
        f"machine at a moment of its own (tools/run --icount); {READ}")


def test_nothing_built(tmp_path):
    seen = subprocess.run([BENCH, "--build", str(tmp_path)], capture_output=True, text=True)
    assert seen.returncode == 1 and "make bench" in seen.stderr, (
        f"expected status 1 and the cure, seen {seen}; {READ}")
