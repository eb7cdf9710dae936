#!/usr/bin/python3
"""budget.py - lines of code, room by room, and the budgets that keep the kernel readable.

Counted are lines of C and assembly that are neither blank nor only comment. The README prints
these numbers; if it does, they must be the right ones. Budgets bind this tree's own make lint:
whoever changes a copy of the kernel builds, runs and tests it whatever its size.

  tools/lint.d/budget.py            the check
  tools/lint.d/budget.py --table    the table (make loc)
"""
import os
import re
import sys

import tree

# 10,000 lines are what a student can hold, and the core stays below them for good. It has to be
# smaller today, so that what comes next finds room.
CORE_BUDGET = 9500
ANNEXES = "kernel/annex/"
# (title, places, budget), as docs/design.md says ("How the code stays small"). A file belongs where
# the longest place fits; each annex has a row of its own.
BUDGETS = (("core", ("kernel/",), CORE_BUDGET),
           ("door", ("vdso/", "kernel/vdso/", "linker/"), 900),
           ("drivers", ("kernel/dev/",), 600),
           ("annex checks", (ANNEXES + "checks/",), 200),
           ("annex crash", (ANNEXES + "crash/",), 230),
           ("annex events", (ANNEXES + "events/",), 450),
           ("annex figures", (ANNEXES + "figures/",), 50),
           ("annex remap", (ANNEXES + "remap/",), 100),
           ("annex terminal", (ANNEXES + "terminal/",), 400),
           ("library and loader", ("user/lib/", "user/loader/"), 2000),
           ("programs", ("user/bin/",), None),
           ("tests in C", ("tests/",), None))
TITLES = {place: title for title, places, _ in BUDGETS for place in places}


def lines_of_code(name):
    text = tree.read(name)
    if name.endswith(".S"):
        text = re.sub(r"(?m)^[ \t]*#[ \t].*$", "", text)
    return sum(1 for line in tree.split_c(text)[0].split("\n") if line.strip())


def room_of(name):
    parts = name.split("/")[:-1]
    return "/".join(parts[:3 if name.startswith(ANNEXES) else 2])


def count():
    """{title: {room: lines}} of the C and assembly of the tree."""
    counts = {title: {} for title, _, _ in BUDGETS}
    for name in tree.files(*tree.C_SUFFIXES):
        place = max(filter(name.startswith, TITLES), key=len, default=None)
        if place:
            rooms = counts[TITLES[place]]
            rooms[room_of(name)] = rooms.get(room_of(name), 0) + lines_of_code(name)
    return counts


def table(counts):
    for title, _, limit in BUDGETS:
        rooms = counts[title]
        print(f"{sum(rooms.values()):6}  {title}" + (f" (budget {limit})" if limit else ""))
        for room, lines in sorted(rooms.items(), key=lambda item: -item[1]):
            print(f"{lines:6}    {room}/")


def check_readme(title, lines):
    """A README line `title: N lines` must tell the truth, rounded to hundreds or exactly."""
    readme = tree.read("README.md") if os.path.exists(os.path.join(tree.ROOT, "README.md")) else ""
    words = r"\W+".join(title.split())
    pattern = re.compile(rf"\b{words}[^\d.;]{{0,60}}([\d,]{{3,}}) lines", re.IGNORECASE)
    for found in pattern.finditer(readme):
        told = int(found.group(1).replace(",", ""))
        if told != lines and not (told % 100 == 0 and abs(told - lines) <= 100):
            tree.complain("README.md", tree.line_of(readme, found.start()),
                          f"says {told} lines for {title}, it is {lines}",
                          "the README prints the number", "take it from make loc")


def main():
    counts = count()
    if sys.argv[1:] == ["--table"]:
        table(counts)
        return
    for title, places, limit in BUDGETS:
        lines = sum(counts[title].values())
        if limit and lines > limit:
            tree.complain(places[0], 1, f"{title}: {lines} lines of code",
                          f"a student can hold it: at most {limit}", "make something simpler")
        check_readme(title, lines)
    for room in counts["core"]:
        if room.startswith(ANNEXES):
            tree.complain(room, 1, "is an annex without a budget",
                          "an annex has a budget of its own",
                          "add its row to tools/lint.d/budget.py:/^BUDGETS/")
    tree.finish()


if __name__ == "__main__":
    main()
