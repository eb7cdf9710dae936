"""test_hang.py - a machine that does not end tells where it is, and a full kernel stack says so.

The kernels that hang are made here: a copy of the built one with an instruction of a system call
changed, the first call in it. It is reached with interrupts off, as all of the kernel is.
"""
import os
import re
import signal
import subprocess
import time

import pexpect
import pytest
from elftools.elf.elffile import ELFFile

import runner
from runner import run

READ = "read: tools/lib/whereabouts.py, tools/lib/session.py:/^    def tell_where/, " \
       "kernel/annex/crash/inspect.c"
HART = re.compile(r"^hart (\d) is in (the kernel|user mode|the firmware)(?:, (\S+) \(pid (\d+)\))?")
# A label of clang's assembly has a line and no name.
PLACE = re.compile(r"^  [0-9a-f]{16} (?:(\w+) )?at (kernel/[\w/]+\.[cSh]):\d+")
BACKTRACE = re.compile(r"  [0-9a-f]{16} (\w+)\+0x[0-9a-f]+ at (kernel/[\w/]+\.[cSh]):\d+")
JUMP_TO_ITSELF = 0x6f  # jal zero, 0
NOTHING = 0x13  # addi zero, zero, 0
PARENT = "sys_getppid"
GATE = "trap_entry", "kernel/trap/entry.S"
SETTLE_S = 0, 0.5, 2, 8  # what has just said `up` may be on its way to where it is looked for
LISTS = runner.has_annex("crash")
needs_crash = pytest.mark.needs("crash")
needs_terminal = pytest.mark.needs("terminal")

SLEEPER = "echo up; sleep 1000"
CALLER = """#include <stdio.h>
#include <unistd.h>
int main(void) { puts("up"); fflush(stdout); return getppid(); }"""
SPINNER = """#include <stdio.h>
int main(void) { puts("up"); fflush(stdout); for (;;) __asm__ volatile(""); }"""
DEAF = """#include <signal.h>
#include <stdio.h>
#include <unistd.h>
int main(void) { signal(SIGINT, SIG_IGN); puts("up"); fflush(stdout); for (;;) pause(); }"""


# --- kernels that hang ----------------------------------------------------------------------------
def first_call(function):
    """(address of the function, address of the first call in it, its bytes)"""
    listing = subprocess.run(
        [runner.CROSS + "objdump", "-d", f"--disassemble={function}", f"{runner.BUILD}/kernel.elf"],
        capture_output=True, text=True, check=True).stdout
    start = int(re.search(rf"^([0-9a-f]+) <{function}>:", listing, re.MULTILINE)[1], 16)
    at, name = re.search(r"^([0-9a-f]+):\s+[0-9a-f]+\s+(auipc\s+ra|jal\s)", listing,
                         re.MULTILINE).groups()
    return start, int(at, 16), 8 if name.startswith("auipc") else 4


def jump_and_link(offset):
    """`jal ra, offset`. Unprivileged ISA, "Unconditional Jumps": the J-type immediate."""
    bits = (offset >> 20 & 1) << 31 | (offset >> 1 & 0x3ff) << 21 | (offset >> 11 & 1) << 20 | \
        (offset >> 12 & 0xff) << 12
    return bits | 1 << 7 | 0x6f


def changed_build(folder, instruction, function=PARENT):
    """A build folder like the one under test, whose kernel has `instruction(start, call)` in the
    place of the first call in the function."""
    for name in os.listdir(runner.BUILD):
        if name not in ("kernel.elf", "runs", "run.log"):
            os.symlink(os.path.join(runner.BUILD, name), folder / name)
    start, at, size = first_call(function)
    with open(os.path.join(runner.BUILD, "kernel.elf"), "rb") as file:
        place = next(ELFFile(file).address_offsets(at))
        file.seek(0)
        data = bytearray(file.read())
    code = [instruction(start, at), NOTHING][:size // 4]
    data[place:place + size] = b"".join(word.to_bytes(4, "little") for word in code)
    (folder / "kernel.elf").write_bytes(data)
    return str(folder)


@pytest.fixture
def stuck(tmp_path):
    """A build whose getppid never comes back."""
    (tmp_path / "build").mkdir()
    return changed_build(tmp_path / "build", lambda start, at: JUMP_TO_ITSELF)


# --- what is told ---------------------------------------------------------------------------------
class Told:
    """What standard error says, before its last line, of a machine that was ended."""

    def __init__(self, status, err, log):
        self.status, self.lines, self.log = status, err.splitlines(), log
        self.harts = [found for found in map(HART.match, self.lines) if found]
        self.listed = [line.split("] ", 1)[1] for line in self.lines if line.startswith("[")]

    def callers(self, hart):
        """The functions of one hart, the innermost first."""
        at = self.lines.index(self.harts[hart].string)
        found = []
        for line in self.lines[at + 1:]:
            if not line.startswith("  "):
                break
            place = PLACE.match(line)
            found.append(place[1] or place[2] if place else line)
        return found

    def __str__(self):
        return f"status {self.status}\n" + "\n".join(self.lines) + "\n" + READ


def interrupted_twice(args, tmp_path, build=runner.BUILD, settle_s=0):
    """tools/run, ended by ctrl-c and ctrl-c again, after its command has said `up`. What comes too
    early for a second one is lost: so it is sent until the run is over."""
    log = tmp_path / "log"
    process = runner.start(["--log", str(log), *args], build=build,
                           preexec_fn=runner.hear_signals)
    assert process.stdout.readline() == b"up\n", process.stderr.read()
    time.sleep(settle_s)
    while process.poll() is None:
        process.send_signal(signal.SIGINT)
        time.sleep(0.05)
    err = process.stderr.read().decode()
    told = Told(process.returncode, err, log.read_text(errors="replace"))
    assert told.status == 130 and told.lines[-1] == "tools/run: exit 130 (signal SIGINT)", told
    return told


def told_when(is_there, *args, **more):
    """interrupted_twice() of a machine that was where it is looked for, or the last one seen."""
    for settle_s in SETTLE_S:
        told = interrupted_twice(*args, **more, settle_s=settle_s)
        if is_there(told):
            break
    return told


def program(tmp_path, source):
    return ["--add", runner.compile_static(tmp_path, source) + "=/program"]


# --- a machine that does not end ------------------------------------------------------------------
@pytest.mark.core
@pytest.mark.smp
def test_second_ctrl_c_tells_harts_and_processes(tmp_path, harts):
    def sleeps(told):
        idle = ["idle_loop" in told.callers(hart) for hart in range(len(told.harts))]
        listed = [line for line in told.listed if
                  re.match(r"  pid \d+ tid \d+ sleep: sleeps, .* entered by nanosleep at ", line)]
        return all(idle) and len(listed) == (1 if LISTS else 0)

    told = told_when(sleeps, ["--smp", str(harts), "--", "sh", "-c", SLEEPER], tmp_path)
    assert [hart[1] for hart in told.harts] == list(map(str, range(harts))), (
        f"expected {harts} harts, seen {told}")
    assert sleeps(told), (
        f"expected idle harts with their callers, file and line, and `sleep` in its call, seen "
        f"{told}")
    assert not LISTS or told.listed[-1] == "end of the list", (
        f"expected the list to its end, seen {told}")
    for line in told.lines[:-1]:
        assert line in told.log, f"expected the log to have {line!r} too; {READ}"


@pytest.mark.core
def test_timeout_tells_harts():
    """Whatever the machine has got to by then: the status is that of a time-out."""
    result = run(["--timeout", "2", "--smp", "2", "--", "sleep", "1000"])
    told = Told(result.status, result.err.decode(), "")
    assert told.status == 124 and told.lines[-1] == "tools/run: exit 124 (timeout)", told
    assert [hart[1] for hart in told.harts] == ["0", "1"], f"expected both harts, seen {told}"


def test_first_ctrl_c_tells_nothing():
    """A person who only wants out gets the status, and no report."""
    process = runner.start(["--", "sh", "-c", SLEEPER], preexec_fn=runner.hear_signals)
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    err = process.communicate(timeout=runner.GUARD_S)[1].decode()
    assert process.returncode == 130 and err == "tools/run: exit 130 (signal SIGINT)\n", (
        f"expected status 130 and one line, seen {process.returncode} and {err!r}; {READ}")


@pytest.mark.core
@pytest.mark.smp
def test_hart_with_interrupts_off(tmp_path, stuck, harts):
    """It spins inside of a system call. QEMU sees it; the others list the processes. A look that
    comes before the function has made its frame has one caller less."""
    def spins(told):
        return [i for i, hart in enumerate(told.harts) if hart[3] == "program"
                and told.callers(i)[:2] == [PARENT, "syscall_dispatch"]]

    told = told_when(spins, ["--smp", str(harts), *program(tmp_path, CALLER), "--", "/program"],
                     tmp_path, stuck)
    assert len(spins(told)) == 1, (
        f"expected one hart in {PARENT} and its caller for the program; usual cause: the chain of "
        f"frame pointers; seen {told}")
    assert told.callers(spins(told)[0])[-1] in GATE, f"expected the chain to its end, seen {told}"
    if not LISTS:
        return
    if harts == 1:
        assert "no hart lists the processes: none takes an interrupt" in told.lines, told
    else:
        assert any(re.match(r"  pid 2 tid 2 program: runs, .* entered by getppid at ", line)
                   for line in told.listed), (
            f"expected another hart's list; usual cause: only the boot hart is interrupted by the "
            f"serial line (kernel/dev/plic.c:/^plic_init_hart/); seen {told}")


@needs_crash
@pytest.mark.parametrize("options", [["--smp", "1"], ["--icount"]], ids=" ".join)
def test_program_that_spins(tmp_path, options):
    """In user mode: whose hart it is, and the place."""
    def spins(told):
        return told.harts[0].groups()[1:] == ("user mode", "program", "2")

    told = told_when(spins, [*options, *program(tmp_path, SPINNER), "--", "/program"], tmp_path)
    assert spins(told) and re.fullmatch(r"  [0-9a-f]{16}", told.callers(0)[0]), (
        f"expected user mode, whose, and the pc, seen {told}")
    place = r" program: runs, .* at 0x[0-9a-f]+ = /program\+0x[0-9a-f]+ \(main\b"
    assert any(re.search(place, line) for line in told.listed), (
        f"expected the function in which it runs, seen {told}")


def test_vdso_has_its_names(tmp_path):
    """A hart that reads the clock all the time is mostly found in the image."""
    source = '#include <stdio.h>\n#include <time.h>\nint main(void) { struct timespec t; ' \
             'puts("up"); fflush(stdout); for (;;) clock_gettime(CLOCK_MONOTONIC, &t); }'
    def reads(told):
        return re.search(r" \[vdso\] .* at vdso/\w+\.[ch]:\d+", told.callers(0)[0])

    told = told_when(reads, ["--icount", *program(tmp_path, source), "--", "/program"], tmp_path)
    assert reads(told), f"expected a place in the vDSO with file and line, seen {told}"


def test_monitor_that_says_nothing(tmp_path):
    """A QEMU without a monitor changes neither the status nor the last line, and keeps nobody."""
    fake = tmp_path / "qemu-system-riscv64"
    fake.write_text("#!/bin/sh\nexec sleep 1000\n")
    fake.chmod(0o755)
    result = run(["--timeout", "1", "--", "true"],
                 env=dict(os.environ, PATH=f"{tmp_path}:{os.environ['PATH']}"))
    assert result.status == 124 and result.last == "tools/run: exit 124 (timeout)", result
    assert result.errors[0].startswith("no more can be told: "), result


# --- on a terminal --------------------------------------------------------------------------------
@pytest.fixture
def terminal():
    """terminal(*args): tools/run on a fresh terminal."""
    opened = []

    def spawn(*args):
        child = pexpect.spawn(runner.RUN, ["--build", runner.BUILD, *args], encoding="utf-8",
                              timeout=runner.GUARD_S, preexec_fn=runner.hear_signals)
        opened.append(child)
        return child

    yield spawn
    for child in opened:
        child.close(force=True)


@needs_terminal
@needs_crash
def test_silent_guest_is_given_up(terminal, tmp_path):
    """Two ctrl-c that the guest does not answer; its echo is no answer."""
    child = terminal("-t", *program(tmp_path, DEAF), "--", "/program")
    child.expect("up")
    child.send("\x03\x03")
    child.send("\x03")
    child.expect("hart 0 is in ")
    child.expect("program: sleeps")
    child.expect_exact("tools/run: exit 130 (signal SIGINT)")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130, f"expected status 130, seen {child}; {READ}"


@needs_terminal
def test_guest_that_answers_goes_on(terminal):
    """A shell that is interrupted twice at once is no machine that hangs."""
    child = terminal()
    child.expect(r"\$ ")
    child.send("\x03")
    child.send("\x03")
    time.sleep(2.5)  # longer than it takes to give up; what is judged is the shell's answer
    child.sendline("echo a\"live\"")
    child.expect("alive\r\n")
    child.sendline("exit 3")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 3, f"expected the shell's status, seen {child}; {READ}"


# --- a kernel stack that is full ------------------------------------------------------------------
@pytest.mark.core
def test_kernel_stack_overflow_is_called_so(tmp_path):
    """The panic says so first, then who, and how it came to it, with file and line; the log too."""
    (tmp_path / "build").mkdir()
    build = changed_build(tmp_path / "build", lambda start, at: jump_and_link(start - at))
    log = tmp_path / "log"
    result = run(["--log", str(log), *program(tmp_path, CALLER), "--", "/program"], build=build)
    lines = [line.split("] ", 1)[1] for line in result.errors[:-1]]
    assert result.status == 125 and lines[0].startswith("panic: kernel stack overflow: "), (
        f"expected `kernel stack overflow`; usual cause: kernel/mm/layout.h:/^in_stack_gap/; seen "
        f"{result}")
    assert lines[1].endswith("program (pid 2)"), f"expected the thread, seen {result}"
    places = [found[1] for found in map(BACKTRACE.fullmatch, lines) if found]
    assert places[:3] == [PARENT] * 3 and len(places) > 20, (
        f"expected the recursion, each line with its file and line, seen {result}")
    assert "panic: kernel stack overflow: " in log.read_text(errors="replace"), (
        f"expected the panic in the log; {READ}")
    assert len(re.findall(r"\+0x[0-9a-f]+ at kernel/", log.read_text(errors="replace"))) > 20, (
        "expected file and line in the log too; read: tools/lib/relay.py:/^class Log/")


@pytest.mark.core
def test_overflow_of_the_first_stack(tmp_path):
    """The hart that boots has a stack in .bss: below it there is a gap too."""
    build = changed_build(tmp_path, lambda start, at: jump_and_link(start - at),
                          "process_start_init")
    result = run(["--", "true"], build=build)
    lines = [line.split("] ", 1)[1] for line in result.errors[:-1]]
    assert result.status == 125 and lines[0].startswith("panic: kernel stack overflow: "), (
        f"expected `kernel stack overflow`; usual cause: boot_stack_gap is mapped "
        f"(kernel/mm/kernelmap.c:/^pt_kernel_init/); seen {result}")


def test_init_that_tells_no_status():
    """It ends without a word to tools/run: a line says what has happened."""
    result = run(["--append", "init=/bin/false", "--", "true"])
    assert result.status == 125 and result.errors[-2:] == [
        "tools/run: init told no status; the machine ended with 1",
        "tools/run: exit 125 (panic)"], (
        f"read: tools/lib/session.py:/def failure/; seen {result}")
