"""test_clients.py - unmodified programs, linked with the tool chain's own static glibc.

Each program of tests/clients runs as a person would run it: bytes and status tell. `vdso=0` must
change nothing but the speed. No trap of their clock reads: test_notrap.py.
"""
import os
import time

import pytest

import runner

pytestmark = [pytest.mark.core, pytest.mark.xdist_group("clients")]
SUM = "sum 8004000, wanted 8004000"
# name: (arguments, output, status)
CLIENTS = {
    "hello": (["one", "two words"], ["and goodbye", "hello from /t/hello", "argument 1: one",
                                     "argument 2: two words", "HOME=/root"], 3),
    "timeofday_call": ([], ["ok"], 0),
    "threads": ([], [SUM], 0),
    "signals": ([], ["alarm", "child", "fault"], 128 + 6),
}


def client(name, args=(), *options):
    path = os.path.join(runner.BUILD, "tests", "clients", name)
    return runner.run(["--timeout", "120", *options, "--add", f"{path}=/t/{name}", "--",
                       f"/t/{name}", *args])


@pytest.mark.parametrize("words", ["", "vdso=0"])
@pytest.mark.parametrize("name", CLIENTS)
def test_client(name, words):
    args, lines, status = CLIENTS[name]
    result = client(name, args, "--append", words)
    assert (result.text.splitlines(), result.status) == (lines, status), (
        f"{result}\nusual cause: a call or an auxv entry that glibc needs is missing")


@pytest.mark.parametrize("words", ["", "vdso=0"])
def test_time_of_day(words):
    before = time.time()
    result = client("timeofday", (), "--append", words)
    assert result.status == 0, result
    seconds, verdict = result.text.splitlines()
    assert verdict == "ok"
    # The machine's RTC is the host's clock.
    assert before - 2 <= int(seconds) <= time.time() + 2, (
        f"expected the host's time, about {before:.0f}, seen {seconds}; usual cause: REALTIME does "
        "not start from the RTC, see kernel/time")


@pytest.mark.smp
def test_threads_on_all_harts(harts):
    result = client("threads", (), "--smp", str(harts))
    assert (result.text.strip(), result.status) == (SUM, 0), result


def test_sections_by_name():
    result = client("sections")
    assert result.status == 0, f"{result}\nusual cause: section headers outside the mapping"
    lines = result.text.splitlines()
    assert lines[0] == "no symbol __vdso_no_such_function"
    assert lines[-1] == "ok"


def test_sections_without_a_vdso():
    result = client("sections", (), "--append", "vdso=0")
    assert (result.text, result.status) == ("no vDSO\n", 2), (
        f"{result}\nusual cause: vdso=0 still gives AT_SYSINFO_EHDR")
