#!/usr/bin/python3
"""budget.py - lines of code, room by room, and the budget that keeps the kernel readable.

Counted are lines of C and assembly that are neither blank nor only comment. The README prints
these numbers; if it does, they must be the right ones.

  tools/lint.d/budget.py            the check
  tools/lint.d/budget.py --table    the table (make loc)
"""
import os
import re
import sys

import tree

# (title, places, budget), as docs/design.md says ("How the code stays small").
BUDGETS = (("kernel and vDSO", ("kernel/", "vdso/", "linker/kernel.lds", "linker/vdso.lds"), 10000),
           ("library and loader", ("user/lib/", "user/loader/"), 2000),
           ("programs", ("user/bin/",), None),
           ("tests in C", ("tests/",), None))


def lines_of_code(name):
    text = tree.read(name)
    if name.endswith(".S"):
        text = re.sub(r"(?m)^[ \t]*#[ \t].*$", "", text)
    return sum(1 for line in tree.split_c(text)[0].split("\n") if line.strip())


def count(places):
    """{room: lines} of the C and assembly under the places."""
    rooms = {}
    for name in tree.files(*tree.C_SUFFIXES):
        if name.startswith(places):
            room = "/".join(name.split("/")[:2]) if name.count("/") > 1 else os.path.dirname(name)
            rooms[room] = rooms.get(room, 0) + lines_of_code(name)
    return rooms


def table():
    for title, places, limit in BUDGETS:
        rooms = count(places)
        print(f"{sum(rooms.values()):6}  {title}" + (f" (budget {limit})" if limit else ""))
        for room, lines in sorted(rooms.items(), key=lambda item: -item[1]):
            print(f"{lines:6}    {room}/")


def check_readme(title, lines):
    """A README line `title: N lines` must tell the truth, rounded to hundreds or exactly."""
    readme = tree.read("README.md") if os.path.exists(os.path.join(tree.ROOT, "README.md")) else ""
    for found in re.finditer(rf"{title}\D{{0,20}}([\d,]{{3,}}) lines", readme, re.IGNORECASE):
        told = int(found.group(1).replace(",", ""))
        if told != lines and not (told % 100 == 0 and abs(told - lines) <= 100):
            tree.complain("README.md", tree.line_of(readme, found.start()),
                          f"says {told} lines for {title}, it is {lines}",
                          "the README prints the number", "take it from make loc")


def main():
    if sys.argv[1:] == ["--table"]:
        table()
        return
    for title, places, limit in BUDGETS:
        lines = sum(count(places).values())
        if limit and lines > limit:
            tree.complain(places[0], 1, f"{title}: {lines} lines of code",
                          f"a student can hold it: at most {limit}", "make something simpler")
        check_readme(title, lines)
    tree.finish()


if __name__ == "__main__":
    main()
