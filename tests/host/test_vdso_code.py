"""test_vdso_code.py - what the code of the vDSO image computes, against big integers.

The image runs under qemu-riscv64 (user mode) over a vvar page that tests/vdso/harness.c fills: no
kernel of ours takes part. rdtime runs on while a test looks, so the harness reads it right before
and after a call, and the answer must lie between what the model says for these two.
"""
import os
import subprocess
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

TREE = Path(__file__).resolve().parents[2]
IMAGE = TREE / os.environ.get("POSTERN_BUILD", "build") / "vdso" / "vdso.so"
SECOND = 10**9
M64 = 2**64
REALTIME, MONOTONIC, PROCESS_CPU, THREAD_CPU, RAW, REAL_COARSE, MONO_COARSE, BOOT, TAI = (
    0, 1, 2, 3, 4, 5, 6, 7, 11)
FINE = (REALTIME, MONOTONIC, RAW, BOOT, TAI)
COARSE = (REAL_COARSE, MONO_COARSE)
UNTOUCHED = 0xAAAAAAAAAAAAAAAA
NR_CLOCK_GETTIME, NR_CLOCK_GETRES = 113, 114  # <asm-generic/unistd.h>

pytestmark = [pytest.mark.core]


def mult_of(hz):
    """A multiplier as the kernel makes it: nanoseconds a tick in 64.64, its shift in 6 low bits."""
    shift = next(s for s in range(64) if hz << s > SECOND + SECOND // 8)
    return (SECOND * M64 // (hz << shift)) & ~63 | shift


def scale(ticks, mult):
    return ((ticks << (mult & 63)) % M64) * mult >> 64


def model(ticks, mult, offset, sec):
    """(seconds, nanoseconds) that a line shows at these ticks."""
    ns = (scale(ticks, mult) + offset) % M64
    if ns >= 2**63:  # before the line's second began: the clock waits there
        ns = 0
    return sec + ns // SECOND, ns % SECOND


class Harness:
    def __init__(self, program):
        self.process = subprocess.Popen(["qemu-riscv64", program, IMAGE], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        with open(IMAGE, "rb") as file:
            table = ELFFile(file).get_section_by_name(".dynsym")
            self.symbols = {s.name: s["st_value"] for s in table.iter_symbols()}

    def tell(self, *words):
        print(*words, file=self.process.stdin, flush=True)

    def ask(self, *words):
        """The numbers of the answer; none when the harness died, as after a wild access."""
        self.tell(*words)
        return [int(word) for word in self.process.stdout.readline().split()]

    def line(self, clock, mult=0, offset=0, sec=0, limit=SECOND, resolution=1):
        self.tell("line", clock, mult, offset % M64, sec, limit, resolution)

    def near(self, clock, mult, ns, sec=0):
        return self.ask("near", clock, mult, ns % M64, sec)[0]

    def call(self, name, a0, a1):
        return self.ask("call", self.symbols["__vdso_" + name], a0, a1)

    def gettime(self, clock):
        """(rdtime before, rdtime after, result, (seconds, nanoseconds))."""
        before, after, result, sec, ns, *rest = self.call("clock_gettime", clock, "buf")
        assert rest == [UNTOUCHED, UNTOUCHED], "wrote behind struct timespec"
        return before, after, result, (sec, ns)

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=60)


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    source, built = TREE / "tests" / "vdso", tmp_path_factory.mktemp("harness") / "harness"
    subprocess.run(["riscv64-linux-gnu-gcc", "-static", "-O1", "-fexceptions", "-pthread",
                    "-I", TREE / "vdso", "-Wl,--wrap=_Unwind_Find_FDE", "-o", built,
                    source / "harness.c", source / "unwind.c", source / "harness_asm.S"],
                   check=True)
    return built


@pytest.fixture
def harness(program):
    opened = Harness(program)
    yield opened
    opened.close()


def check_near(harness, clock, hz, ns, sec):
    mult = mult_of(hz)
    offset = harness.near(clock, mult, ns, sec)
    before, after, result, seen = harness.gettime(clock)
    low, high = model(before, mult, offset, sec), model(after, mult, offset, sec)
    assert result == 0
    assert low <= seen <= high, f"clock {clock}, {hz} Hz, {ns} ns: expected {low}..{high}"
    assert seen[1] < SECOND


@pytest.mark.parametrize("clock", FINE)
@pytest.mark.parametrize("hz", (32768, 10**6, 4 * 10**6, 10**7, 27 * 10**6, 10**9, 3 * 10**9))
def test_fine_clock_follows_its_line_at_any_timebase(harness, clock, hz):
    for ns in (0, 1, 999_999_999 // 2, SECOND - 1):
        check_near(harness, clock, hz, ns, sec=1_700_000_000)


@pytest.mark.parametrize("clock", FINE)
@pytest.mark.parametrize("ns", (SECOND, SECOND + 1, 3 * SECOND - 1, 3600 * SECOND,
                                400 * 86400 * SECOND, 200 * 365 * 86400 * SECOND))
def test_time_without_ticks_is_carried_over(harness, clock, ns):
    check_near(harness, clock, 10**7, ns, sec=5)


@pytest.mark.parametrize("clock", FINE)
@pytest.mark.parametrize("behind", (3600 * SECOND, 86400 * SECOND, 2**62))
def test_a_hart_that_lags_stays_at_the_start_of_the_second(harness, clock, behind):
    harness.near(clock, mult_of(3 * 10**9), -behind, 77)
    assert harness.gettime(clock)[2:] == (0, (77, 0))


def test_time_does_not_step_back_across_a_second_without_tick(harness):
    harness.near(MONOTONIC, mult_of(3 * 10**9), SECOND - 5 * 10**7)
    seen = [(0, 0)]
    while seen[-1] < (1, 10**7):
        seen.append(harness.gettime(MONOTONIC)[3])
    assert seen == sorted(seen)


@pytest.mark.parametrize("clock", COARSE)
def test_coarse_clock_stands_still(harness, clock):
    harness.line(clock, mult=0, offset=123_456_789, sec=42, resolution=10**7)
    assert [harness.gettime(clock)[2:] for _ in range(3)] == [(0, (42, 123_456_789))] * 3


@pytest.mark.parametrize("clock", COARSE)
def test_coarse_clock_does_not_even_look_at_the_rate(harness, clock):
    """It must not execute rdtime; a multiplier that would show is the witness."""
    harness.line(clock, mult=mult_of(10**7), offset=5, sec=42)
    assert harness.gettime(clock)[2:] == (0, (42, 5))


@pytest.mark.parametrize("clock", (-1, -2, 8, 9, 10, 12, 15, 16, 63, 64, 4096, 2**31 - 1, -2**31))
def test_other_ids_get_the_very_result_of_the_call(harness, clock):
    for line in range(12):
        harness.line(line, mult=0, offset=0, sec=0, limit=0)
    result, seen = harness.gettime(clock)[2:]
    assert result == harness.ask("raw", NR_CLOCK_GETTIME, clock, "buf")[2]
    if result:
        assert seen == (UNTOUCHED, UNTOUCHED)
    assert (harness.call("clock_getres", clock, "buf")[2:]
            == harness.ask("raw", NR_CLOCK_GETRES, clock, "buf")[2:])


@pytest.mark.parametrize("clock", (PROCESS_CPU, THREAD_CPU))
def test_cpu_time_comes_from_the_call_though_its_line_is_within_the_fast_ids(harness, clock):
    result, seen = harness.gettime(clock)[2:]
    assert result == 0 and (0, 0) < seen < (60, 0)


@pytest.mark.parametrize("clock", FINE + COARSE)
def test_a_clock_switched_off_is_off_for_every_export(harness, clock):
    """The kernel below answers instead; ours would have said second 7."""
    harness.line(clock, mult=0, offset=0, sec=7, limit=0, resolution=12345)
    assert harness.gettime(clock)[3][0] != 7
    assert harness.call("clock_getres", clock, "buf")[4] != 12345


def test_clock_getres_reads_the_line_and_takes_a_null_pointer(harness):
    harness.line(MONOTONIC, resolution=1)
    harness.line(MONO_COARSE, resolution=10**7)
    assert harness.call("clock_getres", MONOTONIC, "buf")[2:5] == [0, 0, 1]
    assert harness.call("clock_getres", MONO_COARSE, "buf")[2:5] == [0, 0, 10**7]
    assert harness.call("clock_getres", MONOTONIC, 0)[2:5] == [0, UNTOUCHED, UNTOUCHED]


@pytest.mark.parametrize("ns", (0, 999, 1000, 999_999_999, SECOND, 86400 * SECOND, -SECOND))
def test_gettimeofday_gives_microseconds(harness, ns):
    mult = mult_of(10**7)
    offset = harness.near(REALTIME, mult, ns, 9)
    before, after, result, sec, usec, *_ = harness.call("gettimeofday", "buf", 0)
    low, high = (model(t, mult, offset, 9) for t in (before, after))
    assert result == 0
    assert (low[0], low[1] // 1000) <= (sec, usec) <= (high[0], high[1] // 1000)


def test_gettimeofday_takes_null_for_either_and_zeroes_the_zone(harness):
    harness.line(REALTIME, sec=9)
    assert harness.call("gettimeofday", 0, 0)[2:4] == [0, UNTOUCHED]
    assert harness.call("gettimeofday", 0, "buf")[2:5] == [0, 0, UNTOUCHED]


def test_time_is_the_second_of_the_coarse_clock(harness):
    harness.line(REALTIME, sec=100)
    harness.line(REAL_COARSE, mult=0, offset=SECOND - 1, sec=99)
    assert harness.call("time", "buf", 0)[2:5] == [99, 99, UNTOUCHED]
    assert harness.call("time", 0, 0)[2:4] == [99, UNTOUCHED]


def test_getcpu_and_flush_icache_are_system_calls(harness):
    assert harness.call("getcpu", "buf", 0)[2] == 0
    assert harness.call("flush_icache", 0, 0)[2] == 0


@pytest.mark.parametrize("clock", FINE + COARSE)
def test_a_read_during_an_update_waits_for_its_end(harness, clock):
    harness.line(clock, mult=0, offset=3, sec=50)
    assert harness.ask("late", harness.symbols["__vdso_clock_gettime"], clock)[2:5] == [0, 51, 3]


@pytest.mark.parametrize("clock", (MONOTONIC, BOOT, MONO_COARSE))
def test_no_torn_read_beside_a_writer_that_never_rests(harness, clock):
    gettime = harness.symbols["__vdso_clock_gettime"]
    torn, backward = harness.ask("race", gettime, clock, 100_000)
    assert (torn, backward) == (0, 0), "seen torn and backward reads; cause: seqlock or its fences"


def test_the_unwinder_leaves_a_handler_with_every_register_right(program):
    opened = Harness(program)
    sigreturn = opened.symbols["__vdso_rt_sigreturn"]
    answer, _ = opened.process.communicate(f"unwind {sigreturn}\n", timeout=60)
    assert answer.splitlines() == [f"image {sigreturn}", "interrupted 0"]


def test_no_system_call_for_what_the_page_serves(program):
    """qemu's list of system calls between two calls of getcpu."""
    opened = Harness(program)
    gettime, getres = (opened.symbols["__vdso_clock_" + n] for n in ("gettime", "getres"))
    day, sec, cpu = (opened.symbols["__vdso_" + n] for n in ("gettimeofday", "time", "getcpu"))
    opened.close()
    script = [f"line {c} 0 0 1 1000000000 1" for c in FINE + COARSE]
    script += [f"call {cpu} 0 0"]
    script += [f"call {f} {c} buf" for f in (gettime, getres) for c in FINE + COARSE]
    script += [f"call {day} buf buf", f"call {sec} buf 0", f"call {cpu} 0 0"]
    done = subprocess.run(["qemu-riscv64", "-strace", program, IMAGE], input="\n".join(script),
                          check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    between = done.stderr.split("getcpu(")[1]
    assert len(done.stderr.split("getcpu(")) == 3
    calls = {line.split("(")[0].split()[-1] for line in between.splitlines()[1:] if "(" in line}
    # newfstatat is what an older qemu or C library makes of fstat.
    assert calls <= {"read", "write", "fstat", "newfstatat"}, \
        f"expected only the harness's own input and output, seen {calls}"
