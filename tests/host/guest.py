"""guest.py - runs a program of tests/guest once and keeps the verdict of each of its checks.

Not a test. A check's name stands in the program's source as TEST(name, ...); its verdict is a line
`ok NAME` or `not ok NAME: why` of the program's output (tests/guest/check.h). All checks of one
boot belong on one worker: mark them with its group.
"""
import functools
import os
import re

import runner

SOURCES = os.path.join(runner.ROOT, "tests", "guest")
BUILT = os.path.join(runner.BUILD, "tests", "guest")
# Files that a program starts, at their own names in /t.
COMPANIONS = {"aslr": ("aslr_pie", "aslr_ld")}
# Many checks fault on purpose; the kernel need not tell of it.
QUIET = "crash=0"
# Longer than any program needs on a slow machine; only a hang meets it.
HANG_S = 230


def checks(program):
    """The names of a program's checks, in order."""
    with open(os.path.join(SOURCES, program + ".c"), encoding="utf-8") as file:
        return re.findall(r"^TEST\((\w+)", file.read(), re.MULTILINE)


def programs():
    """The names of all programs that have checks."""
    names = sorted(name[:-2] for name in os.listdir(SOURCES) if name.endswith(".c"))
    return [name for name in names if checks(name)]


def additions(program):
    words = []
    for name in (program, *COMPANIONS.get(program, ())):
        path = os.path.join(BUILT, name)
        assert os.path.exists(path), f"{path} is not built; the usual cause: not started by make"
        words += ["--add", f"{path}=/t/{name}"]
    return words


def quietly(options):
    """The options with a word more for the kernel: of several --append the last one would win."""
    words = ["--append", "", *options]
    at = len(words) - words[::-1].index("--append")
    words[at] = f"{words[at]} {QUIET}".strip()
    return words


@functools.lru_cache(maxsize=None)
def boot(program, options=()):
    """(Result, {check: line}) of one boot. `options` are words for tools/run, as a tuple."""
    result = runner.run(["--timeout", str(HANG_S), *quietly(options), *additions(program), "--",
                         "/t/" + program])
    lines = result.out.decode(errors="replace").splitlines()
    found = (re.match(r"(?:not )?ok (\w+)", line) for line in lines)
    return result, {match.group(1): match.string for match in found if match}


def verdict(program, check, options=()):
    """The failure of a check as text, or None."""
    result, lines = boot(program, options)
    line = lines.get(check)
    if line is None:
        return (f"expected a verdict of {program}'s {check}, seen none; usual cause: the kernel "
                f"stopped before it, see the end of this run:\n{result}")
    if line.startswith("ok "):
        return None
    return f"{line}\nagain: tools/run {' '.join(options)} --add {BUILT}/{program}=/t/{program} " \
           f"-- /t/{program} {check}"
