"""test_debug.py - make debug: gdb stands where it promises, and every symbol is at its place.

Most tests run gdb in batch on a script and read what it printed; `TELL` lines are printed by the
script in a form of its own, so that no verdict depends on how a version of gdb lays out a stop.
"""
import os
import re
import subprocess

import pexpect
import pytest
from elftools.elf.elffile import ELFFile

import runner

DEBUG = os.path.join(runner.ROOT, "tools", "debug")
CLIENTS = os.path.join(runner.BUILD, "tests", "clients")
USER_BIN = os.path.join(runner.BUILD, "user", "bin")
READ = "read: tools/debug, tools/gdb/postern.py"
SYMBOL_LINE = re.compile(r"^  0x([0-9a-f]+)  (\S+) +(\S.*)$", re.MULTILINE)
AREA_LINE = re.compile(r"^ *\[(vdso|vvar)\]  0x([0-9a-f]+)-0x([0-9a-f]+)$", re.MULTILINE)

# A breakpoint of the vDSO, and how gdb is asked for the names of all frames.
BREAK = ["break __vdso_clock_gettime", "continue"]
FRAMES = """python
f = gdb.newest_frame()
while f:
    print("TELL frame", f.name())
    f = f.older()
end"""
TELL_PC = 'python print("TELL pc", hex(gdb.newest_frame().pc()), gdb.execute("info symbol $pc", ' \
          'to_string=True).split()[0])'

# Of every argument and variable in the frames of the stack: can its value be seen here?
VALUES = """python
f = gdb.newest_frame()
while f and f.function():
    block = f.block()
    while block.function is None:
        block = block.superblock
    for s in block:
        if s.is_argument or s.is_variable:
            print("TELL", "argument" if s.is_argument else "variable", f.name() + ":" + s.name,
                  "gone" if f.read_var(s, block).is_optimized_out else "there")
    f = f.older()
end"""


def configuration():
    """The words of the build's flags."""
    with open(os.path.join(runner.BUILD, "config.stamp"), encoding="utf-8") as file:
        return file.read().split()


def tell(expression):
    return f'python print("TELL {expression}", int(gdb.parse_and_eval("{expression}")))'


class Seen:
    """A finished gdb: status, output, errors, and what the script told."""

    def __init__(self, done):
        self.status, self.text, self.errors = done.returncode, done.stdout, done.stderr

    def told(self, what):
        return re.findall(rf"^TELL {re.escape(what)} (.*)$", self.text, re.MULTILINE)

    def number(self, what):
        found = self.told(what)
        assert found, f"expected gdb to reach `{what}`, seen {self}"
        return int(found[0].split()[0], 0)

    def __str__(self):
        return (f"status {self.status}\n{self.text[-4000:]}\n--- errors\n{self.errors[-2000:]}\n"
                f"{READ}")


def debug(tmp_path, script, *command, options=()):
    """tools/debug in batch on the lines of a script."""
    path = tmp_path / "script"
    path.write_text("\n".join(script) + "\n")
    return Seen(subprocess.run(
        [DEBUG, "--build", runner.BUILD, "--gdb", f"-batch -x {path}", *options, "--", *command],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=runner.GUARD_S))


def symbol(file, name):
    with open(file, "rb") as opened:
        found = ELFFile(opened).get_section_by_name(".symtab").get_symbol_by_name(name)
        assert found, f"expected {name} in {file}; usual cause: the file is stripped"
        return found[0]["st_value"]


def places(seen):
    """{name in the guest: address} of the symbols that gdb was given."""
    return {name: int(at, 16) for at, name, _ in SYMBOL_LINE.findall(seen.text)}


# --- where it stops -------------------------------------------------------------------------------
@pytest.mark.core
def test_first_instruction(tmp_path):
    """Of the command, not of init; in user mode; with every symbol but the libraries'."""
    seen = debug(tmp_path, [TELL_PC, tell("$priv"), tell("&trap_entry"), tell("&main")],
                 "date", "-u")
    told = places(seen)
    loader = os.path.join(runner.BUILD, "user", "ld-postern.so.1")
    with open(loader, "rb") as file:
        entry = ELFFile(file).header["e_entry"]
    assert seen.status == 0 and "(date)" in seen.text, f"expected date and status 0, seen {seen}"
    assert seen.number("pc") == told["/lib/ld-postern.so.1"] + entry and \
        seen.told("pc")[0].endswith("_start"), (
        f"expected the loader's first instruction, _start; seen {seen}")
    assert seen.number("$priv") == 0, f"expected user mode, seen {seen}"
    assert seen.number("&main") == told["/bin/date"] + symbol(f"{USER_BIN}/date", "main"), (
        f"expected main of date at the place of /bin/date; usual cause: a wrong bias; seen {seen}")
    assert seen.number("&trap_entry") % (1 << 64) == \
        symbol(os.path.join(runner.BUILD, "kernel.elf"), "trap_entry"), f"kernel: {seen}"


def test_places_are_the_guests(tmp_path):
    """What gdb was told is what the guest's own /proc/self/maps says a moment later."""
    seen = debug(tmp_path, ["continue"], "cat", "/proc/self/maps")
    maps = {}
    for line in re.findall(r"^[0-9a-f]+-[0-9a-f]+ .{4} .*$", seen.text, re.MULTILINE):
        maps.setdefault(line.split()[-1], int(line.split("-")[0], 16))
    told = places(seen)
    assert {"/bin/cat", "/lib/ld-postern.so.1", "/lib/libpostern.so", "[vdso]"} == set(told), (
        f"expected program, loader, library and vDSO, seen {seen}")
    assert told == {name: maps.get(name) for name in told}, (
        f"expected the places of maps, seen {seen}")


def test_places_differ(tmp_path):
    """Nothing is a constant: the next run has other places, and they are found again."""
    first, second = (places(debug(tmp_path, [], "true")) for _ in range(2))
    assert first and set(first) == set(second) and not set(first.values()) & set(second.values()), (
        f"expected other places for {first}, seen {second}; {READ}")


# --- the vDSO -------------------------------------------------------------------------------------
@pytest.mark.core
@pytest.mark.smp
def test_backtrace_from_the_vdso(tmp_path, harts):
    """Program, C library and vDSO in one backtrace, at random places, on any number of harts."""
    seen = debug(tmp_path, [*BREAK, TELL_PC, FRAMES, tell("id")], "date", "-u",
                 options=["--smp", str(harts)])
    wanted = ["__vdso_clock_gettime", "clock_gettime", "print_time"]
    frames = seen.told("frame")
    assert frames[:3] == wanted and "_start" in frames, (
        f"expected frames {wanted} down to _start; usual cause: the library's symbols came late, "
        f"or no CFI; seen {seen}")
    entered = seen.number("pc") - places(seen)["[vdso]"] - symbol(
        os.path.join(runner.BUILD, "vdso", "vdso.so.dbg"), "__vdso_clock_gettime")
    assert 0 <= entered < 16, (  # a compiler may call its first instruction a prologue
        f"expected the stop at the function's beginning, seen {seen}")
    assert seen.number("id") == 0, f"expected the argument CLOCK_REALTIME (0), seen {seen}"


def test_finish_leaves_to_the_caller(tmp_path):
    """`finish` comes back to the library, and the time is there: the one that date then prints."""
    seen = debug(tmp_path, [*BREAK, "finish", TELL_PC, "up", tell("now.tv_sec"), "continue"],
                 "date", "+%s")
    assert seen.status == 0 and seen.told("pc")[0].endswith("clock_gettime"), (
        f"expected to be back in the library's clock_gettime and status 0, seen {seen}")
    assert f"\n{seen.number('now.tv_sec')}\n" in seen.text, (
        f"expected that date prints the seconds that gdb saw, seen {seen}")


def test_stepping_through(tmp_path):
    """Instruction by instruction from entry to return, within the vDSO all the way."""
    script = [*BREAK, "delete", "set $steps = 0", "set $image = (unsigned long)$pc & ~0xfffUL",
              "while ((unsigned long)$pc & ~0xfffUL) == $image", "  stepi",
              "  set $steps = $steps + 1", "end", TELL_PC, tell("$steps"), tell("$priv")]
    seen = debug(tmp_path, script, "date", "-u", options=["--smp", "1"])
    assert seen.told("pc") and seen.told("pc")[0].endswith("clock_gettime"), (
        f"expected to arrive in the library's clock_gettime, seen {seen}")
    # More than the straight line's 24 when a second has passed meanwhile: clock_gettime_slow.
    assert 20 < seen.number("$steps") < 200 and seen.number("$priv") == 0, (
        f"expected some 25 steps in user mode, seen {seen}")


def test_vdso_here(tmp_path):
    """In user mode, and in the kernel just behind the gate: the same places, and maps agrees."""
    seen = debug(tmp_path, ["vdso-here", "thbreak *trap_entry", "continue", tell("$priv"),
                            "vdso-here", "continue"], "cat", "/proc/self/maps",
                 options=["--smp", "1"])
    found = AREA_LINE.findall(seen.text)
    assert seen.number("$priv") == 1 and len(found) == 4 and found[:2] == found[2:], (
        f"expected vvar and vDSO twice, the same, seen {seen}")
    for name, start, end in found:
        assert re.search(rf"^{start}-{end} r.*\[{name}\]$", seen.text, re.MULTILINE), (
            f"expected [{name}] at {start}-{end} in maps, seen {seen}")


def test_without_vdso(tmp_path):
    seen = debug(tmp_path, ["vdso-here"], "true", options=["--append", "vdso=0"])
    assert seen.status == 0 and "no vDSO" in seen.text and "[vdso]" not in places(seen), (
        f"expected a word that there is none, seen {seen}")


# --- other programs, other ways -------------------------------------------------------------------
def test_static_program(tmp_path):
    """A program of another C library, added by hand: its file is known by the name it got."""
    path = os.path.join(CLIENTS, "hello")
    seen = debug(tmp_path, [TELL_PC, "tbreak main", "continue", TELL_PC], "/t/hello",
                 options=["--add", f"{CLIENTS}=/t"])
    assert [told.split()[1] for told in seen.told("pc")] == ["_start", "main"], (
        f"expected stops at _start and main of {path}, seen {seen}")


def test_into_the_kernel(tmp_path):
    """A system call of the program, caught at the gate and in the table: one backtrace of both."""
    seen = debug(tmp_path, ["hbreak sys_exit_group", "continue", FRAMES, tell("$priv")], "true")
    assert seen.told("frame")[:1] == ["sys_exit_group"] and seen.number("$priv") == 1 and \
        "trap_entry" in seen.told("frame"), f"expected the kernel's frames, seen {seen}"


def test_words_pass_unchanged(tmp_path):
    seen = debug(tmp_path, ["continue"], "sh", "-c", "echo '<a  b>' \"$1\"; exit 3", "x", "it's")
    assert "<a  b> it's\n" in seen.text and "status 3" in seen.text, (
        f"expected the words and the end of the command, seen {seen}")


def test_make_quotes(tmp_path):
    """CMD and GDB reach tools/debug as a shell reads them, dollars and quotes too."""
    told = subprocess.run(
        ["make", "-C", runner.ROOT, "-s", f"O={runner.BUILD}", "-o", "all", "debug", "CROSS=" +
         runner.CROSS, "CMD=sh -c 'echo \"a  b\" $0'", "GDB=-batch -ex 'p $pc' -ex \"p 'x'\"",
         "-n"], capture_output=True, text=True)
    lines = told.stdout.replace("\\\n", "").splitlines()
    line = next((line for line in lines if "tools/debug" in line), "")
    words = subprocess.run(["sh", "-c", "set -- " + line.replace("tools/debug", "") +
                            '; printf "%s\\n" "$@"'], capture_output=True, text=True).stdout
    assert words.splitlines()[2:] == ["--gdb", "-batch -ex 'p $pc' -ex \"p 'x'\"", "--", "sh", "-c",
                                      'echo "a  b" $0'], f"seen {told} and {words}; {READ}"


# --- the kernel's own variables -------------------------------------------------------------------
@pytest.mark.core
@pytest.mark.needs("checks")
def test_variables_of_the_kernel(tmp_path):
    """Those of every function between the system call and a place deep in the kernel. Only DEBUG=1
    promises them, which is when the checks are built."""
    if "clang" in configuration()[0]:
        pytest.skip("clang 14 keeps few variables, even by -Og")
    seen = debug(tmp_path, ["hbreak kernel_stack_alloc", "continue", VALUES],
                 "sh", "-c", "true | true")
    arguments, variables = seen.told("argument"), seen.told("variable")
    gone = [line for line in arguments if line.endswith("gone")]
    assert len(arguments) >= 10 and not gone, f"expected all arguments, seen {seen}"
    # Some variables are not set yet where their functions stand.
    there = [line for line in variables if line.endswith("there")]
    assert len(there) >= 4, f"expected values of variables, seen {seen}"


# --- ends -----------------------------------------------------------------------------------------
def test_no_such_command(tmp_path):
    seen = debug(tmp_path, ["continue"], "no-such-command")
    assert seen.status == 127 and "no-such-command: not found" in seen.errors, (
        f"expected status 127 and the reason, seen {seen}")


def test_status_is_gdbs(tmp_path):
    seen = debug(tmp_path, ["quit 9"], "true")
    assert seen.status == 9, f"expected gdb's status 9, seen {seen}"


@pytest.mark.parametrize("words", [[], ["--"], ["true"], ["--smp", "9", "--", "true"],
                                   ["--gdb", "-ex 'p", "--", "true"], ["--trace", "x", "--", "x"]],
                         ids=" ".join)
def test_wrong_use(words):
    done = subprocess.run([DEBUG, *words], capture_output=True, text=True)
    assert done.returncode == 2 and done.stderr.startswith("tools/debug: ") and not done.stdout, (
        f"expected status 2 and what is wrong, seen {done}; {READ}")


def test_nothing_built(tmp_path):
    done = subprocess.run([DEBUG, "--build", str(tmp_path), "--", "true"], capture_output=True,
                          text=True)
    assert done.returncode == 125 and "make" in done.stderr, f"seen {done}; {READ}"


def test_terminal(tmp_path):
    """With a person: ctrl-c stops a machine that runs, quit ends it, and nothing is left."""
    child = pexpect.spawn(DEBUG, ["--build", runner.BUILD, "--", "sh", "-c", "echo up; sleep 1000"],
                          env=dict(os.environ, TMPDIR=str(tmp_path), TERM="dumb"),
                          timeout=runner.GUARD_S, encoding="utf-8", echo=False)
    child.expect_exact("(gdb) ")
    left = os.listdir(tmp_path)
    child.sendline("continue")
    child.expect("up\r?\n")
    child.sendintr()
    child.expect_exact("(gdb) ")
    child.sendline("info threads")
    child.expect("CPU#0")
    child.expect("CPU#1")
    child.expect_exact("(gdb) ")
    child.sendline("quit")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0, f"expected status 0, seen {child}; {READ}"
    assert len(left) == 1 and os.listdir(tmp_path) == [], (
        f"expected one folder of its own, gone at the end, seen {left}, {os.listdir(tmp_path)}; "
        f"{READ}")


def test_make_after_an_interrupt(tmp_path):
    """The ctrl-c is gdb's alone: make does not die of it when gdb has been left by q."""
    child = pexpect.spawn("make", ["-C", runner.ROOT, "-s", f"O={runner.BUILD}", "debug",
                                   "CROSS=" + runner.CROSS, "CMD=sh -c 'echo up; sleep 1000'"],
                          env=dict(os.environ, TMPDIR=str(tmp_path), TERM="dumb"),
                          timeout=runner.GUARD_S, encoding="utf-8", echo=False)
    child.expect_exact("(gdb) ")
    child.sendline("continue")
    child.expect("up\r?\n")
    child.sendintr()
    child.expect_exact("(gdb) ")
    child.sendline("q")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0 and "***" not in child.before, (
        f"expected status 0 and no word of make's; usual cause: make is in gdb's process group "
        f"(tools/debug:/^class Foreground/); seen {child}")
