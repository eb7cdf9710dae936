"""test_notrap.py - QEMU's own trap record: the fast clocks make no trap, the slow ones do.

tests/clients/clockloop.c reads each clock 1,000 times between two markers (three ecalls one behind
the other). Only synchronous traps between a pair count; interrupts may come at any time. The slow
rows show that this test can see a trap.
"""
import collections
import os
import re

import pytest

import runner

pytestmark = [pytest.mark.core, pytest.mark.xdist_group("notrap")]
LOOP = os.path.join(runner.BUILD, "tests", "clients", "clockloop")
READS = 1000
LINE = re.compile(r"hart:\d+, async:([01]), cause:[0-9a-f]+, epc:0x([0-9a-f]+), .*desc=(\w+)")
FAST_IDS = (0, 1, 4, 5, 6, 7, 11)
LIBC = [f"libc_clock_gettime {number}" for number in FAST_IDS] + ["libc_gettimeofday 0"]
IMAGE = ([f"vdso_clock_gettime {number}" for number in FAST_IDS]
         + [f"vdso_clock_getres {number}" for number in FAST_IDS]
         + ["vdso_gettimeofday 0", "vdso_time 0"])
SLOW = ["slow_call 1", "slow_libc_clock_gettime 2", "slow_vdso_clock_gettime 2",
        "slow_vdso_clock_getres 3", "slow_vdso_getcpu 0"]


def traps(record):
    """(synchronous?, pc, cause) of each line of a record."""
    with open(record, encoding="ascii", errors="replace") as file:
        found = filter(None, map(LINE.search, file))
        return [(match[1] == "0", int(match[2], 16), match[3]) for match in found]


def between_markers(lines):
    """The synchronous traps between the 1st and 2nd marker, the 3rd and 4th, ..."""
    synchronous = [line for line in lines if line[0]]
    marks, at = [], 0
    while at + 2 < len(synchronous):
        pcs = [pc for _, pc, cause in synchronous[at:at + 3] if cause == "user_ecall"]
        if len(pcs) == 3 and pcs[1] == pcs[0] + 4 and pcs[2] == pcs[0] + 8:
            marks.append(at)
            at += 3
        else:
            at += 1
    assert len(marks) % 2 == 0, f"expected pairs of markers in the record, seen {len(marks)}"
    return [synchronous[start + 3:end] for start, end in zip(marks[::2], marks[1::2])]


def rows(folder, *options):
    """{row: its synchronous traps} of one run of clockloop."""
    record = str(folder / "record")
    result = runner.run(["--icount", "--trace", record, "--timeout", "120", *options,
                         "--add", f"{LOOP}=/t/clockloop", "--", "/t/clockloop"])
    assert result.status == 0, result
    names, pairs = result.text.splitlines(), between_markers(traps(record))
    assert len(names) == len(pairs), (
        f"expected {len(names)} pairs of markers, seen {len(pairs)}; usual cause: the record is "
        "cut, or calls that do not exist are not traps")
    return dict(zip(names, pairs))


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    return rows(tmp_path_factory.mktemp("notrap"))


@pytest.mark.parametrize("row", LIBC + IMAGE)
def test_no_trap(record, row):
    assert row in record, f"expected a row {row}, seen {sorted(record)}"
    seen = record[row]
    assert not seen, (
        f"expected no synchronous trap in {READS} reads, seen {len(seen)}, the first "
        f"{seen[0][2]} at {seen[0][1]:#x}; usual cause: glibc did not bind to the vDSO (name, "
        "version or hash), or the export falls back to its call. See vdso/ and docs/design.md")


@pytest.mark.parametrize("row", SLOW)
def test_slow_ways_are_seen(record, row):
    calls = collections.Counter(pc for _, pc, cause in record[row] if cause == "user_ecall")
    # The slow rows last for ticks: another process may make a call of its own meanwhile.
    pc, seen = calls.most_common(1)[0] if calls else (0, 0)
    assert seen == READS, (
        f"expected {READS} calls from one place in {READS} reads of {row}, seen {seen} (at "
        f"{pc:#x}); usual cause: the record or its markers cannot be trusted, so no row above can")


def test_without_a_vdso_every_read_is_a_call(tmp_path):
    record = rows(tmp_path, "--append", "vdso=0")
    assert set(record) == set(LIBC) | {"slow_call 1", "slow_libc_clock_gettime 2"}
    for row, seen in record.items():
        assert len(seen) >= READS, f"expected calls in {row}, seen {len(seen)}"


def test_rdtime_is_not_emulated(tmp_path):
    """scounteren.TM clear: the firmware would emulate each rdtime, unseen by the kernel."""
    record = str(tmp_path / "record")
    result = runner.run(["--icount", "--trace", record, "--add", f"{LOOP}=/t/clockloop", "--",
                         "/t/clockloop"])
    assert result.status == 0, result
    illegal = [pc for _, pc, cause in traps(record) if cause == "illegal_instruction"]
    user = [pc for pc in illegal if pc < 1 << 38 and not 0x80000000 <= pc < 0x80200000]
    assert not user, f"expected no illegal instruction, seen {len(user)}, first at {user[0]:#x}"
