"""test_demo.py - make demo fits on a screen, tells what this run saw, and notices a broken claim.

Each claim is broken once, by a changed fact or a changed record; it must then be refused by name.
"""
import copy
import importlib.machinery
import importlib.util
import os
import re
import subprocess
import sys

import pytest
from elftools.elf.elffile import ELFFile

import runner

DEMO = os.path.join(runner.ROOT, "tools", "demo")
LINES, COLUMNS = 30, 100
SEED = 20
READ = "read: tools/demo, tests/demo/story.c"
# A boot is shared, so the module stays on one worker.
pytestmark = pytest.mark.xdist_group("demo")


@pytest.fixture(scope="module")
def module():
    """tools/demo as a module: it has no .py and does nothing when imported."""
    sys.dont_write_bytecode = True
    loader = importlib.machinery.SourceFileLoader("demo", DEMO)
    loaded = importlib.util.module_from_spec(importlib.util.spec_from_loader("demo", loader))
    loader.exec_module(loaded)
    return loaded


def demo():
    done = subprocess.run([DEMO, "--build", runner.BUILD], capture_output=True, text=True,
                          timeout=runner.GUARD_S)
    assert done.returncode == 0, (
        f"expected status 0, seen {done}; usual cause: a claim does not hold, it is named; {READ}")
    return done.stdout


@pytest.fixture(scope="module")
def shown():
    return demo()


@pytest.fixture(scope="module")
def real(module):
    """(facts, record) of one run of the machine, for the tests to spoil copies of."""
    text, record = module.machine(runner.BUILD, SEED)
    return module.facts_of(text), record


def bases(text):
    return re.findall(r"exec \d   AT_SYSINFO_EHDR = 0x([0-9a-f]{10})$", text, re.MULTILINE)


@pytest.mark.core
def test_fits_on_a_screen(shown):
    lines = shown.splitlines()
    widest = max(map(len, lines))
    assert len(lines) <= LINES and widest <= COLUMNS, (
        f"expected at most {LINES} lines of {COLUMNS}, seen {len(lines)} of up to {widest}; {READ}")


def test_is_of_this_run(shown):
    """Nothing is told from memory: another run has other places."""
    again = bases(demo())
    assert len(again) == 3 and not set(again) & set(bases(shown)), (
        f"expected 3 other bases than {bases(shown)}, seen {again}; usual cause: a fixed seed; "
        f"{READ}")


def test_address_is_the_function(shown):
    """The last line of the look-up is the base of exec 3 and the symbol of vdso.so together."""
    with open(os.path.join(runner.BUILD, "vdso", "vdso.so.dbg"), "rb") as file:
        symbol, = ELFFile(file).get_section_by_name(".symtab").get_symbol_by_name(
            "__vdso_clock_gettime")
    wanted = f"= {int(bases(shown)[2], 16) + symbol['st_value']:#x}"
    line = next(line for line in shown.splitlines() if line.startswith("  address"))
    assert line.endswith(wanted), f"expected the end {wanted!r}, seen {line!r}; {READ}"


# --- the figures of the README --------------------------------------------------------------------
COSTS = re.compile(r"^  by call +(\d+) instructions.*\n"
                   r"  by vDSO +(\d+) instructions a read, (\d+) times fewer: (\d+) in the "
                   r"function", re.MULTILINE)


def readme():
    with open(os.path.join(runner.ROOT, "README.md"), encoding="utf-8") as file:
        return file.read()


def is_like_the_readmes():
    """Its figures are those of gcc and of a kernel without checks."""
    with open(os.path.join(runner.BUILD, "config.stamp"), encoding="utf-8") as file:
        return "LLVM= DEBUG=" in file.read().replace("LLVM= DEBUG=1", "")


def test_readme_has_these_figures(shown):
    """The vDSO's to the last instruction, a call's about: the kernel changes all the time."""
    if not is_like_the_readmes():
        pytest.skip("the README tells of a build by gcc without checks")
    called, read, times, inside = map(int, COSTS.search(readme()).groups())
    seen = tuple(map(int, COSTS.search(shown).groups()))
    assert (read, inside) == (seen[1], seen[3]) and abs(called - seen[0]) <= seen[0] / 20, (
        f"expected README.md to show {seen}, seen {(called, read, times, inside)}; cure: paste "
        f"what `make demo` prints")
    assert times == round(called / read), f"{called} / {read} is not {times} times; see README.md"


def test_readme_agrees_with_itself():
    """What the text says of the function is what its demo shows."""
    called, read, times, inside = COSTS.search(readme()).groups()
    told = re.search(r"takes (\d+) instructions in the vDSO, (\d+) with its call", readme())
    assert told and told.groups() == (inside, read), (
        f"expected {inside} in the function and {read} with the call, seen {told}; see README.md")


def test_clock_is_not_told_as_a_duration(shown):
    """What a clock said stands in one line, which says since when; no other has seconds."""
    lines = [line for line in shown.splitlines() if re.search(r"\d s\b", line)]
    assert len(lines) == 1 and lines[0].count("since the start") == 1, (
        f"expected one line with the clock's values, seen {lines}; {READ}")


def test_whole_run_passes(module, real):
    assert module.screen(SEED, *real, runner.BUILD)


def inside(module, facts, record, part):
    """An index in the record within the reads by call (0) or by vDSO (1)."""
    marker = int(facts["marker"][0][0], 16)
    at = [i for i, trap in enumerate(record) if trap.pc == marker]
    return at[2 * part] + 1


def trap_in_vdso(module, facts, record):
    record.insert(inside(module, facts, record, 1), module.Trap(False, 13, 0x1234))


def one_call_less(module, facts, record):
    del record[inside(module, facts, record, 0)]


def call_from_elsewhere(module, facts, record):
    at = inside(module, facts, record, 0)
    record[at] = record[at]._replace(pc=0x1234)


def marker_missing(module, facts, record):
    marker = int(facts["marker"][0][0], 16)
    del record[next(i for i, trap in enumerate(record) if trap.pc == marker)]


def same_base(module, facts, record):
    facts["base"][1] = facts["base"][0]


def no_image(module, facts, record):
    facts["base"][2] = ["0x0"]


def wrong_version(module, facts, record):
    facts["version"][0][1] = "LINUX_2.6"


def wrong_address(module, facts, record):
    facts["symbol"][0][0] = "0x10"


def wrong_hash(module, facts, record):
    facts["hash"][0][0] = "0x1"


def dear_vdso(module, facts, record):
    facts["vdso"][0][1] = facts["call"][0][1]


def time_back(module, facts, record):
    facts["vdso"][0][0] = "0.000000001"


FAULTS = {
    trap_in_vdso: "are no trap; seen 1", one_call_less: "seen 999", call_from_elsewhere: "from 2",
    marker_missing: "seen 3", same_base: "3 execs have 3 bases", no_image: "has a vDSO",
    wrong_version: "LINUX_2.6", wrong_address: "seen 0x10", wrong_hash: "the hash of",
    dear_vdso: "fewer instructions", time_back: "time goes on",
}


@pytest.mark.parametrize("spoil", FAULTS, ids=lambda fault: fault.__name__)
def test_broken_claim_is_refused(module, real, spoil):
    facts, record = copy.deepcopy(real)
    spoil(module, facts, record)
    with pytest.raises(module.Broken) as refusal:
        module.screen(SEED, facts, record, runner.BUILD)
    assert FAULTS[spoil] in str(refusal.value), (
        f"expected a refusal that says {FAULTS[spoil]!r}, seen {refusal.value}; {READ}")


def test_nothing_built(tmp_path):
    seen = subprocess.run([DEMO, "--build", str(tmp_path)], capture_output=True, text=True)
    assert seen.returncode == 1 and "make demo" in seen.stderr and not seen.stdout, (
        f"expected status 1 and the cure, seen {seen}; {READ}")
