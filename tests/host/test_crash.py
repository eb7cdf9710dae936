"""test_crash.py - a program that crashes says where: the kernel's line, and what tools/run adds.

FAULTS has one function a case, all in one program and one boot (`told`). Under --icount, so that it
does not depend on this machine which of them come within a second.
"""
import functools
import os
import random
import re
import stat
import subprocess
import sys
import tempfile

import pexpect
import pytest

import guest
import runner
from runner import run, sh

sys.path.insert(0, os.path.join(runner.ROOT, "tools", "lib"))
import cpio  # noqa: E402 (found through the path above)
import places  # noqa: E402
import symbols  # noqa: E402

pytestmark = [pytest.mark.needs("crash"), pytest.mark.xdist_group("crash")]

HEAD = r"""
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#define STORE(a) (*(volatile char *)(a) = 1)
#define LOAD(a)  ((void)*(volatile char *)(a))
#define CALL(a)  ((void (*)(void))(a))()
static void leave(int signo) { _exit(0); }
static void spoil(int signo) { __asm__ volatile("li sp, 8\nli a7, 139\necall"); }
static long below(long n) { char frame[512]; STORE(frame); return below(n + 1) + frame[0]; }
static void *poke(void *p) { STORE(p); return p; }
static void *deep(void *p) { below(0); return p; }
static char *map(int prot) { return mmap(0, 8192, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); }
static void thread(void *(*f)(void *)) { pthread_t t; pthread_create(&t, 0, f, 0); sleep(1); }
static void raise_without_stack(int signo)
{
    register long a0 __asm__("a0") = getpid(), a1 __asm__("a1") = signo;
    register long a7 __asm__("a7") = SYS_kill;
    __asm__ volatile("li sp, 0\necall" : : "r"(a0), "r"(a1), "r"(a7));
}
"""
MAIN = """
int main(int argc, char **argv)
{
    printf("%s %d\\n", argv[1], getpid());
    fflush(stdout);
    for (int i = 0; cases[i].run; i++)
        if (!strcmp(argv[1], cases[i].name))
            cases[i].run();
    return 0;
}
"""


def here(function, register="pc"):
    """How a place in the program is told; LINE is the case's own line."""
    line = "LINE" if function == "NAME" else r"\d+"
    return rf"{register} 0x1\w+ = /faults\+0x\w+ \({function} at faults\.c:{line}\)"


HERE, BELOW, CALLED = here("NAME"), here("below"), here("NAME", "ra")
UNMAPPED = "nothing is mapped there"
ATOMIC = "(?:store to|load from)"  # the manual says store; QEMU loads first under --icount
NULL = f": SIGSEGV: store to 0x0: {UNMAPPED}; "
NO_X = r": SIGSEGV: fetch from 0x(\w+): a page without X; pc 0x\1 = "
# name: what its function does, and what is told behind `crash: faults[PID]`.
FAULTS = {
    "store": ("STORE(0);", NULL + HERE),
    "load": ("LOAD(0x123);", f": SIGSEGV: load from 0x123: {UNMAPPED}; {HERE}"),
    "atomic": ('__asm__ volatile("amoadd.w zero, zero, (zero)");',
               f": SIGSEGV: {ATOMIC} 0x0: {UNMAPPED}; {HERE}"),
    "read_only": ('STORE("text");', rf": SIGSEGV: store to 0x\w+: a page without W; {HERE}"),
    "own_code": ("STORE(leave);", rf": SIGSEGV: store to 0x\w+: a page without W; {HERE}"),
    "no_rights": ("LOAD(map(PROT_NONE));",
                  rf": SIGSEGV: load from 0x\w+: a page without R; {HERE}"),
    "of_kernel": ("LOAD(0xffffffff80200000);",
                  f": SIGSEGV: load from 0xffffffff80200000: not an address of a program; {HERE}"),
    "beyond": ("STORE(1L << 60);",
               f": SIGSEGV: store to 0x1000000000000000: not an address of a program; {HERE}"),
    "call_null": ("CALL(0);",
                  f": SIGSEGV: fetch from 0x0: {UNMAPPED}; pc 0x0 in no area; {CALLED}"),
    "call_map": ("CALL(map(PROT_READ));", rf"{NO_X}\[anonymous\]\+0x0; {CALLED}"),
    "call_stack": ("int x; CALL(&x);", rf"{NO_X}\[stack\]\+0x\w+; {CALLED}"),
    "call_heap": ("CALL(malloc(99));", rf"{NO_X}\[heap\]\+0x\w+; {CALLED}"),
    "recursion": ("below(0);", rf": SIGSEGV: store to 0x\w+: stack overflow; {BELOW}"),
    "large_frame": ("char frame[16 << 20]; STORE(frame);",
                    rf": SIGSEGV: store to 0x\w+: stack overflow; {HERE}"),
    "far_below": ("STORE((char *)&(int){ 0 } - (64 << 20));",
                  rf": SIGSEGV: store to 0x\w+: {UNMAPPED}; {HERE}"),
    "handler_below": ("signal(SIGSEGV, leave); below(0);",
                      r": SIGSEGV: no room for a signal's frame at 0x\w+: stack overflow; "
                      + BELOW),
    "handler_nowhere": ("signal(SIGUSR1, leave); raise_without_stack(SIGUSR1);",
                        r": SIGSEGV: no room for a signal's frame at 0x\w+: not an address of a "
                        "program; " + here("raise_without_stack")),
    "of_thread": ("thread(poke);", r" thread \d+" + NULL + here("poke")),
    "thread_below": ("thread(deep);",
                     r" thread \d+: SIGSEGV: store to 0x\w+: stack overflow into a guard page; "
                     + BELOW),
    "file_end": ('int fd = open("/tmp/f", O_RDWR | O_CREAT, 0600); ftruncate(fd, 1); '
                 "STORE((char *)mmap(0, 8192, PROT_WRITE, MAP_SHARED, fd, 0) + 4097);",
                 rf": SIGBUS: store to 0x\w+001: behind the end of the file; {HERE}"),
    "crooked": ('__asm__ volatile("amoadd.d zero, zero, (%0)" : : "r"((char *)environ + 1));',
                rf": SIGBUS: {ATOMIC} 0x\w+: not aligned; {HERE}"),
    "illegal": ('__asm__ volatile(".word 0xffffffff");',
                f": SIGILL: illegal instruction 0xffffffff; {HERE}"),
    "unimplemented": ('__asm__ volatile("unimp");',
                      f": SIGILL: illegal instruction 0x0000; {HERE}"),
    "privileged": ('__asm__ volatile("csrr t0, satp");',
                   f": SIGILL: illegal instruction 0x180022f3; {HERE}"),
    "breakpoint": ('__asm__ volatile("ebreak");', f": SIGTRAP: breakpoint; {HERE}"),
    "bad_frame": ("signal(SIGUSR1, spoil); raise(SIGUSR1);",
                  ": SIGSEGV: return from a handler with a bad signal frame at 0x8; "
                  + here("spoil")),
    "ignored": ("signal(SIGSEGV, SIG_IGN); STORE(0);", NULL + HERE),
    "blocked": ("sigset_t s; sigfillset(&s); sigprocmask(SIG_BLOCK, &s, 0); STORE(0);",
                NULL + HERE),
    "of_vdso": ("clock_gettime(CLOCK_MONOTONIC, (void *)8);",
                rf": SIGSEGV: store to 0x\w+: {UNMAPPED}; pc 0x\w+ = \[vdso\]\+0x\w+ "
                r"\(__vdso_clock_gettime at vdso/clock\.c:\d+\)"),
    # Of these nothing is told.
    "handled": ("signal(SIGSEGV, leave); STORE(0);", None),
    "sent": ("kill(getpid(), SIGSEGV);", None),
    "sent_to_thread": ("raise(SIGBUS);", None),
    "forged": ("siginfo_t i = { .si_code = SEGV_MAPERR }; "
               "syscall(SYS_rt_sigqueueinfo, getpid(), SIGSEGV, &i);", None),
    "aborted": ("abort();", None),
    "well": ("", None),
}


def source():
    """The program, with each case's function on a line of its own."""
    functions = "".join(f"static void {name}(void) {{ {does} }}\n"
                        for name, (does, _) in FAULTS.items())
    rows = "".join(f'{{ "{name}", {name} }}, ' for name in FAULTS)
    return (HEAD + functions + "struct { const char *name; void (*run)(void); } cases[] = { " + rows
            + "{ 0 } };\n" + MAIN)


def line_of(name):
    return source().split(f"static void {name}(void)")[0].count("\n") + 1


def compiled(folder, name, text, *options):
    """A program with symbols, in `folder`, from C of that name."""
    path = os.path.join(str(folder), name)
    with open(path + ".c", "w", encoding="utf-8") as file:
        file.write(text)
    subprocess.run([runner.CROSS + "gcc", "-g", "-O0", "-w", "-o", path, path + ".c",
                    *options], check=True)
    return path


def crashes(result):
    """What was told: the lines of standard error above the last one, each without its time."""
    assert result.last.startswith("tools/run: exit "), result
    return [re.sub(r"^\[ *\d+\.\d{6}\] ", "", line) for line in result.errors[:-1]]


@functools.lru_cache(maxsize=None)
def told():
    """(Result, {case: what was told of its process, one line each})."""
    with tempfile.TemporaryDirectory() as folder:
        program = compiled(folder, "faults", source(), "-static", "-pthread")
        script = f"for name in {' '.join(FAULTS)}; do sleep 0.2; /faults $name; done"
        result = sh(script, "--icount", "--add", program + "=/faults")
    lines = crashes(result)
    cases = re.findall(r"^(\w+) (\d+)$", result.text, re.MULTILINE)
    return result, {name: [line for line in lines if line.startswith(f"crash: faults[{pid}]")]
                    for name, pid in cases}


@pytest.mark.parametrize("name", FAULTS)
def test_fault(name):
    """Who, what was tried, why it could not be, and where; once, and only if its own fault ends
    it."""
    result, cases = told()
    wanted = FAULTS[name][1]
    if wanted is None:
        assert cases[name] == [], result
        return
    wanted = wanted.replace("NAME", name).replace("LINE", str(line_of(name)))
    assert len(cases[name]) == 1, result
    assert re.fullmatch(r"crash: faults\[\d+\]" + wanted, cases[name][0]), wanted


def test_nothing_else_is_told():
    """Nothing on standard output but what the program wrote; no line of another process."""
    result, cases = told()
    assert len(cases) == len(FAULTS) and sum(map(len, cases.values())) == len(crashes(result))
    assert b"crash:" not in result.out


# --- what else there is to tell ----------------------------------------------------------------
CRASH = "int main(void)\n{\n    return *(volatile int *)0;\n}\n"
LINE = f"SIGSEGV: load from 0x0: {UNMAPPED}; pc 0x"


@pytest.fixture(scope="module")
def crash(tmp_path_factory):
    return compiled(tmp_path_factory.mktemp("crash"), "crash", CRASH, "-static")


def places_told(result):
    """[(object with offset, function and line)] of the lines told, in order."""
    return re.findall(r"pc 0x\w+ = (.*\+0x\w+)(?: \((.*)\))?$", "\n".join(crashes(result)),
                      re.MULTILINE)


def test_above_the_last_line(crash):
    """The example of the README: one line, then the status; standard output is empty."""
    result = run(["--add", crash + "=/crash", "--", "/crash"])
    assert (result.status, result.out) == (139, b""), result
    line, last = result.errors
    assert re.fullmatch(r"\[ *\d+\.\d{6}\] crash: crash\[2\]: " + LINE + r"\w+ = /crash\+0x\w+ "
                        r"\(main at crash\.c:3\)", line), result
    assert last == "tools/run: exit 139 (signal SIGSEGV)"


def test_verbose_and_log(tmp_path, crash):
    """-v and the log have the same line, with its level."""
    log = tmp_path / "log"
    result = run(["-v", "--log", str(log), "--add", crash + "=/crash", "--", "/crash"])
    for lines in result.errors, log.read_text().splitlines():
        line, = [line for line in lines if "crash: " in line]
        assert line.startswith("<4>[") and line.endswith("(main at crash.c:3)"), result


@pytest.mark.parametrize("init", [[], ["init=/crash"]], ids=["program", "process1"])
def test_silenced(crash, init):
    """crash=0: no line, and the same end."""
    words = " ".join(["crash=0", *init])
    result = run(["--append", words, "--add", crash + "=/crash", "--", "/crash"])
    assert not [line for line in result.errors if "crash: " in line], result
    assert result.last == ("tools/run: exit 125 (panic)" if init else
                           "tools/run: exit 139 (signal SIGSEGV)"), result


def test_at_most_ten_a_second(crash):
    """Fifty within a second: ten are told, and that more are not; afterwards how many."""
    script = "i=0; while [ $i -lt 50 ]; do /crash; i=$((i + 1)); done; sleep 2; /crash"
    lines = crashes(sh(script, "--icount", "--add", crash + "=/crash"))
    assert all(LINE in line for line in lines[:10] + lines[12:]), lines
    assert lines[10:12] == ["crash: 10 within a second: the next ones are not told",
                            "crash: 40 more were not told"], lines
    assert len(lines) == 13


def test_threads_are_told_once(tmp_path):
    """Four threads that fault at the same time, on four harts: one process, one line."""
    program = compiled(tmp_path, "race", HEAD + """
static volatile int go;
static void *wait(void *p) { while (!go); STORE(p); return p; }
int main(void)
{
    pthread_t t;
    for (int i = 0; i < 4; i++)
        pthread_create(&t, 0, wait, 0);
    usleep(20000);
    go = 1;
    pthread_join(t, 0);
}
""", "-static", "-pthread")
    script = "for i in 1 2 3 4 5; do /race; sleep 0.3; done"
    result = sh(script, "--smp", "4", "--add", program + "=/race")
    assert len(crashes(result)) == 5, result


def test_guest_programs_are_quiet():
    """Checks that fault on purpose do so with crash=0."""
    result, _ = guest.boot("sigfault", ("--smp", "2"))
    assert crashes(result) == [], result
    assert guest.quietly(("--append", "vdso=0"))[-2:] == ["--append", "vdso=0 crash=0"]


# --- which file of this host -------------------------------------------------------------------
def test_built_library(tmp_path):
    """The symbols of what make built are in the file before it was stripped."""
    user = os.path.join(runner.BUILD, "user")
    program = compiled(tmp_path, "dynamic", "unsigned long strlen(const char *);\n"
                       "int main(void) { return strlen((char *)8); }\n", "-fPIE", "-pie",
                       "-fno-builtin", "-nostdlib", "-Wl,--dynamic-linker=/lib/ld-postern.so.1",
                       os.path.join(user, "crt0.o"), os.path.join(user, "libpostern.so"))
    result = run(["--add", program + "=/dynamic", "--", "/dynamic"])
    (place, code), = places_told(result)
    assert place.startswith("/lib/libpostern.so+0x"), result
    assert re.fullmatch(r"strlen at user/lib/string\.c:\d+", code), result


def test_added_folder(tmp_path, crash):
    """A library in an added folder; a name of odd bytes; a file over a built-in one; a later file
    over an earlier one; a stripped one, of which nothing is known."""
    folder = tmp_path / "lib"
    folder.mkdir()
    library = compiled(folder, "libpoke.so", "void poke(int *p)\n{\n    *p = 1;\n}\n", "-shared",
                       "-fPIC", "-Wl,-soname,libpoke.so")
    other = compiled(tmp_path, "other", "void poke(int *);\nvoid _start(void) { poke(0); }\n",
                     "-nostdlib", "-fPIE", "-pie", "-Wl,--dynamic-linker=/lib/ld-postern.so.1",
                     library)
    odd = "a b+0x5; ra\n\x7f\udcff\u00e9"
    os.link(crash, folder / odd)
    subprocess.run([runner.CROSS + "strip", "-o", folder / "stripped", crash], check=True)
    result = sh("cd /lib; ./a*; cat; ./other; ./stripped", "--add", f"{crash}=/lib/other",
                "--add", f"{folder}=/lib", "--add", f"{crash}=/bin/cat",
                "--add", f"{other}=/lib/other")
    assert [(place.rpartition("+0x")[0], code) for place, code in places_told(result)] == [
        ("/lib/a b+0x5; ra??\ufffd\u00e9", "main at crash.c:3"), ("/bin/cat", "main at crash.c:3"),
        ("/lib/libpoke.so", "poke at libpoke.so.c:3"), ("/lib/stripped", "")], result


def test_inlined(tmp_path):
    """The place is that of the function that was written; the one it became part of is named."""
    program = compiled(tmp_path, "inlined", """\
static inline __attribute__((always_inline)) void poke(volatile int *p) { *p = 1; }
int main(void)
{
    poke(0);
}
""", "-static")
    result = run(["--add", program + "=/inlined", "--", "/inlined"])
    assert places_told(result)[0][1] == "poke at inlined.c:1, inlined into main", result


# --- what must not stop or change a run --------------------------------------------------------
def line_with(place):
    return b"[    0.071462] crash: a[2]: SIGSEGV: store to 0x0: x; pc 0x10642 = " + place


def added(path, offset=b"0x642", **more):
    """What Places makes of a crash in the file at `path`, which the guest has as /a."""
    node = cpio.Node(stat.S_IFREG | 0o755, 0, source=str(path))
    line = line_with(b"/a+" + offset)
    told_line = places.Places(runner.BUILD, {"a": node}, **more).add_to(line)
    assert told_line.startswith(line)
    return told_line[len(line):]


def test_broken_files(tmp_path, crash):
    """Not there, no file, cut, or with nonsense in its headers: the line passes as it is, or with
    some place of the file."""
    broken = tmp_path / "broken"
    with open(crash, "rb") as file:
        whole = file.read()
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    assert [added(path) for path in (broken, fifo, tmp_path, "/dev/zero")] == [b""] * 4
    assert added(crash, b"0xffffffffffffffffff") == b""
    for size in 0, 4, 63, 64, 1000, len(whole) // 2, len(whole) - 64:
        broken.write_bytes(whole[:size])
        assert added(broken) == b""
    chance = random.Random(6)
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(4):
            data[chance.randrange(chance.choice((64, 512)))] = chance.randrange(256)
        broken.write_bytes(data)
        assert re.fullmatch(rb"( \(.*\))?", added(broken))


def test_huge_file(tmp_path, crash):
    """A reader would take minutes, so it is not asked."""
    huge = tmp_path / "huge"
    huge.write_bytes(open(crash, "rb").read())
    os.truncate(huge, symbols.MOST_BYTES + 1)
    assert added(huge) == b""


def test_slow_or_missing_reader(tmp_path, crash, monkeypatch):
    """A reader that does not answer is left, and never asked again in this run; without any reader
    there is no addition."""
    slow = tmp_path / "slow"
    slow.write_text(f"#!/bin/sh\necho >> {tmp_path}/asked\nexec sleep 1000\n")
    slow.chmod(0o755)
    monkeypatch.setattr(symbols, "READERS", (str(slow),))
    node = cpio.Node(stat.S_IFREG | 0o755, 0, source=crash)
    slowly = places.Places(runner.BUILD, {"a": node}, most_s=0.5)
    lines = [line_with(b"/a+0x%x" % offset) for offset in (0x642, 0x644, 0x646)]
    assert [slowly.add_to(line) for line in lines] == lines
    assert (tmp_path / "asked").read_text() == "\n"
    monkeypatch.setattr(symbols, "READERS", ("no-such-reader",))
    assert added(crash) == b""


def test_other_lines_pass():
    """No other message is touched, whatever it says, and none is looked up."""
    never = places.Places("/nowhere", None)
    for line in (b"", b"crash: x; pc 0x1 = /a+0x1", b"[    0.071462] other; pc 0x1 = /a+0x1",
                 b"[    0.071462] crash: 40 more were not told", line_with(b"/a"),
                 line_with(b"/a+0xg"), line_with(b"")):
        assert never.add_to(line) == line


def test_place_of_the_kernel():
    """What panic lines will want: an address of the kernel."""
    listing = subprocess.run([runner.CROSS + "nm", os.path.join(runner.BUILD, "kernel.elf")],
                             stdout=subprocess.PIPE, check=True, text=True).stdout
    address = int(re.search(r"^(\w+) T trap_user$", listing, re.MULTILINE)[1], 16)
    place = symbols.place_of(os.path.join(runner.BUILD, "kernel.elf"), address)
    assert re.fullmatch(r"trap_user at kernel/trap/trap\.c:\d+", place), place


@pytest.mark.needs("terminal")
def test_line_on_a_raw_terminal(crash):
    """It stands by itself, and what comes next begins in the first column."""
    child = pexpect.spawn(runner.RUN, ["--build", runner.BUILD, "--add", f"{crash}=/crash"],
                          timeout=runner.GUARD_S)
    child.expect(r"\$ ")
    child.sendline("/crash")
    child.expect(r"\r\n\[ *[0-9.]+\] crash: crash\[\d+\]: SIGSEGV: [^\r\n]*\r\n")
    child.close(force=True)
