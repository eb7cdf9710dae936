#!/usr/bin/python3
"""rooms.py - a room includes only headers of rooms on lower floors.

The floors are those of floors.py. The rooms of floor 1 may be included by all, each other too. The
vDSO and the programs live outside of the kernel and share with it one header, vdso/vvar.h. A
function that a .c file declares instead of including a header would be a way round the floors, so
that is refused too.
"""
import os
import re

import floors
import tree

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
        return floors.verdict(floors.room_of(name), floors.room_of(target))
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
    room = floors.room_of(source)
    if room and source.endswith(".c"):
        check_prototypes(source, tree.split_c(tree.read(source))[0])
    if room and not floors.floor_of(room):
        tree.complain(source, 1, f"kernel/{room} is on no floor",
                      "every room has its floor", "add it to the table in " + floors.DESIGN)
tree.finish()
