#!/usr/bin/python3
"""rooms.py - a room includes only headers of rooms on lower floors.

The floors are read from the table in docs/design.md (rows `| 10 | `kernel/boot/` | ...`). The rooms
of floor 1 may be included by all, each other too. The vDSO and the programs live outside of the
kernel and share with it one header, vdso/vvar.h. A function that a .c file declares instead of
including a header would be a way round the floors, so that is refused too.
"""
import os
import re

import tree

DESIGN = "docs/design.md"
ROW = re.compile(r"^\| *(\d+) *\| *([^|]*kernel/[^|]*)\|", re.MULTILINE)
FLOORS = {room: int(row.group(1)) for row in ROW.finditer(tree.read(DESIGN))
          for room in re.findall(r"(\w+)/(?!\w)", row.group(2))}
SHARED = "vdso/vvar.h"
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"\n]+)"', re.MULTILINE)
ATTRIBUTE = re.compile(r"__attribute__\(\(.*?\)\)")
PROTOTYPE = re.compile(
    r"^(?!static|typedef|return|_Static)[A-Za-z_][^;={}()#]*?(\w+)\([^;{}]*\)[^;{}()]*;",
    re.MULTILINE)


def resolve(name, included):
    """Where an include leads, from ROOT; None for what the build makes (offsets.h)."""
    for folder in (os.path.dirname(name), "kernel", "vdso", "user/lib", ""):
        path = os.path.normpath(os.path.join(folder, included))
        if os.path.isfile(os.path.join(tree.ROOT, path)):
            return path
    return None


def verdict(name, target):
    """(rule, cure) if the file may not include the target, else None."""
    here, there = name.split("/"), target.split("/")
    if here[0] == "kernel" and there[0] == "kernel":
        mine, theirs = FLOORS.get(here[1], 0), FLOORS.get(there[1], 0)
        if here[1] == there[1] or theirs < mine or theirs == 1:
            return None
        return (f"kernel/{here[1]} is on floor {mine}, kernel/{there[1]} on floor {theirs}",
                "hand the function down at start as a pointer, or move the code up")
    if here[0] == there[0] or target == SHARED:
        return None
    if here[0] == "kernel":
        return ("the kernel shares with the outside " + SHARED + " only", "put it into a room")
    if there[0] in ("kernel", "vdso") and here[0] != "tools" and here[1] != "host":
        return ("what runs in user space knows of kernel/ and vdso/ nothing but " + SHARED,
                "take it from the tool chain's Linux headers")
    if here[0] == "vdso":
        return ("the vDSO is compiled by itself", "write it in vdso/")
    return None


def check_includes(source, text):
    for found in INCLUDE.finditer(text):
        path = resolve(source, found.group(1))
        wrong = path and verdict(source, path)
        if wrong:
            tree.complain(source, tree.line_of(text, found.start()), f"includes {path}", *wrong)


def check_prototypes(source, code):
    code = ATTRIBUTE.sub(lambda found: " " * len(found.group()), code)
    for found in PROTOTYPE.finditer(code):
        function = found.group(1)
        if not re.search(rf"(?m)^{function}\(", code[:found.start()] + code[found.end():]):
            tree.complain(source, tree.line_of(code, found.start()),
                          f"declares {function}, which is defined elsewhere",
                          "a function is known through its room's header", "include that header")


for source in tree.files(".c", ".h", ".S"):
    check_includes(source, tree.read(source))
    room = source.split("/")
    if room[0] == "kernel" and source.endswith(".c"):
        check_prototypes(source, tree.split_c(tree.read(source))[0])
    if room[0] == "kernel" and len(room) > 2 and room[1] not in FLOORS:
        tree.complain(source, 1, f"kernel/{room[1]} is on no floor",
                      "every room has its floor", "add it to the table in " + DESIGN)
tree.finish()
