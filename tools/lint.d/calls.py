#!/usr/bin/python3
"""calls.py - a room uses only functions and data of rooms on lower floors.

An include shows which headers a file reads, not which names it uses: a name that is declared below
and defined above would run upwards unseen. So this reads the symbols of the kernel's objects, as
the build lists them. What no object defines is the linker's (linker/kernel.lds). At most three
names may run upwards: docs/design.md lists them with the reason (lines "- Upwards: `NAME`: REASON",
where NAME may end in *).

  tools/lint.d/calls.py OBJECTS_LIST...     one list a configuration (NM names the reader)
"""
import fnmatch
import os
import re
import subprocess
import sys

import floors
import tree

ALLOWED = re.compile(r"^- Upwards: `(\w+\*?)`(?:: (\w.*))?", re.MULTILINE)
ALLOWED_NAMES = 3


def symbols(listing):
    """(object, name, type) of every symbol that the linker sees, from what `nm -A -P -g` says."""
    for line in listing.split("\n"):
        name, found, rest = line.partition(": ")
        if found:
            yield (name, *rest.split()[:2])


def upward_uses(listing, top):
    """(object, name, definer, rule, cure) of every use that the floors refuse.

    Objects are told from top, the folder that holds kernel/. A name that is defined twice, weak
    below and strong above, counts above.
    """
    known = [(os.path.relpath(path, top), name, kind) for path, name, kind in symbols(listing)]
    definers = {}
    for path, name, kind in known:
        if kind not in "Uw":
            definers.setdefault(name, []).append(path)
    for path, name, kind in known:
        for definer in definers.get(name, ()):
            wrong = floors.verdict(floors.room_of(path), floors.room_of(definer))
            if wrong:
                yield (path, name, definer, *wrong)


def allowed_names():
    """The names that may run upwards, as docs/design.md lists them."""
    design = tree.read(floors.DESIGN)
    found = list(ALLOWED.finditer(design))
    for number, line in enumerate(found, 1):
        name, reason = line.groups()
        place = (floors.DESIGN, tree.line_of(design, line.start()))
        if not reason:
            tree.complain(*place, f"lets {name} run upwards without a reason",
                          "an exception has its reason", "write it, or hand the name down")
        if number > ALLOWED_NAMES:
            tree.complain(*place, f"lets {name} run upwards, which is one too many",
                          f"at most {ALLOWED_NAMES} names run upwards", "hand it down at start")
    return [line.group(1) for line in found]


def main():
    uses = {}
    for objects_list in sys.argv[1:]:
        with open(objects_list, encoding="utf-8") as file:
            objects = file.read().split()
        listing = subprocess.run([os.environ.get("NM", "riscv64-linux-gnu-nm"), "-A", "-P", "-g",
                                  *objects], capture_output=True, text=True, check=True).stdout
        uses |= dict.fromkeys(upward_uses(listing, os.path.dirname(os.path.dirname(objects_list))))
    allowed = allowed_names()
    for path, name, definer, rule, cure in sorted(uses):
        if not any(fnmatch.fnmatchcase(name, pattern) for pattern in allowed):
            tree.complain(path, 0, f"uses {name} of {definer}", rule, cure)
    for pattern in allowed:
        if not any(fnmatch.fnmatchcase(use[1], pattern) for use in uses):
            tree.complain(floors.DESIGN, 0, f"lets {pattern} run upwards, but nobody uses it so",
                          "an exception that nobody needs goes", "remove the line")
    tree.finish()


if __name__ == "__main__":
    main()
