"""floors.py - the rooms of the kernel, the floor of each, and which room may know which.

Not a checker itself: rooms.py asks it about includes, calls.py about names. The floors are read
from the table in docs/design.md (rows `| 10 | `kernel/boot/` | ...`). An annex is a room of its
own; one row, `kernel/annex/NAME/`, tells the floor of all of them.
"""
import re

import tree

DESIGN = "docs/design.md"
ROW = re.compile(r"^\| *(\d+) *\| *([^|]*kernel/[^|]*)\|", re.MULTILINE)
FLOORS = {room.removeprefix("kernel/"): int(row.group(1))
          for row in ROW.finditer(tree.read(DESIGN))
          for room in re.findall(r"([\w/]+)/(?!\w)", row.group(2))}


def room_of(path):
    """The room of a file or object of the kernel: 'fs', 'annex/terminal'; '' if it is in none."""
    folders = path.split("/")[1:-1] if path.startswith("kernel/") else []
    return "/".join(folders[:2 if folders[:1] == ["annex"] else 1])


def floor_of(room):
    """The floor, or 0 for a room that the table does not know."""
    return FLOORS.get("annex/NAME" if room.startswith("annex/") else room, 0)


def verdict(here, there):
    """(rule, cure) if the room `here` may not know the room `there`, else None."""
    mine, theirs = floor_of(here), floor_of(there)
    if here == there:
        return None
    if there.startswith("annex/"):
        return (f"kernel/{there} is an annex, and kernel/{here} is built without it too",
                "let the annex hand its function down at start as a pointer")
    if theirs < mine or theirs == 1:
        return None
    return (f"kernel/{here} is on floor {mine}, kernel/{there} on floor {theirs}",
            "hand the function down at start as a pointer, or move the code up")
