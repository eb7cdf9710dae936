#!/usr/bin/python3
"""pictures.py - the two pictures of the documents, drawn from the tree, and that they still hold.

docs/floors.svg shows the rooms of the kernel as the table of docs/design.md has them, and how many
lines each has (budget.py). docs/doors.svg shows the two ways to read the clock; each function in it
must be where the picture says. What they cost comes from build/bench.json. Numbers that have moved
by little stay as they are drawn, so that not every change of the code needs new pictures.

  tools/lint.d/pictures.py            the check
  tools/lint.d/pictures.py --write    draws them anew (make pictures)
"""
import json
import os
import re
import sys
from html import escape

import budget
import floors
import tree

FLOORS, DOORS, BENCH = "docs/floors.svg", "docs/doors.svg", "build/bench.json"
WIDTH, BOX = 1000, 54
STYLE = """
  .paper { fill: #ffffff } .room { fill: #eef2f7; stroke: #5b6b80 } .annex { stroke-dasharray: 5 3 }
  .page { fill: #fff1cc; stroke: #a07800 } .kernel { fill: #f6f6f6 } .bar { fill: #7c93b0 }
  .line { stroke: #5b6b80; stroke-width: 1.5; fill: none } .head { fill: #5b6b80 }
  text { fill: #1b2430; font: 14px sans-serif } .code { font: 13px monospace }
  .name { font: bold 15px monospace } .title { font: bold 16px sans-serif }
  .small { font-size: 12px }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #14181e } .room { fill: #222b36; stroke: #8fa1b8 } .kernel { fill: #1a2028 }
    .page { fill: #453a16; stroke: #d8b24a } .bar { fill: #6f88a8 } text { fill: #e4eaf2 }
    .line { stroke: #8fa1b8 } .head { fill: #8fa1b8 }
  }
"""


class Picture:
    """An SVG under way. Numbers in it are told from the one that was drawn before."""

    def __init__(self, path, height):
        self.path, self.height, self.parts = path, height, []
        self.before = tree.read(path) if os.path.exists(os.path.join(tree.ROOT, path)) else ""
        self.rect(0, 0, WIDTH, height, "paper", 0)

    def rect(self, x, y, width, height, kind, radius=6):
        self.parts.append(f'<rect x="{x}" y="{y}" width="{width}" height="{height}" '
                          f'rx="{radius}" class="{kind}"/>')

    def text(self, x, y, words, kind="", anchor="start", name=""):
        self.parts.append(f'<text x="{x}" y="{y}" class="{kind}" text-anchor="{anchor}"'
                          + (f' id="{name}"' if name else "") + f">{escape(words)}</text>")

    def box(self, x, y, width, name, words, kind="room"):
        """A name, and below it what it is. The letters' width is a guess on the safe side."""
        if max(len(name) * 9.2, len(words) * 6.4) > width - 16:
            tree.complain(self.path, 1, f"has no room for '{words}' in the box of {name}",
                          "a picture shows every word whole", "say it in fewer words")
        self.rect(x, y, width, BOX, kind)
        self.text(x + 10, y + 21, name, "name")
        self.text(x + 10, y + 39, words, "small")

    def arrow(self, *points):
        """A line through the points, with its head at the last one."""
        path = " L".join(f"{x} {y}" for x, y in points)
        self.parts.append(f'<path d="M{path}" class="line" marker-end="url(#head)"/>')

    def number(self, name, now, slack):
        """The number drawn before if it is still about right, or if nobody knows better."""
        found = re.search(rf'id="{name}"[^>]*>([\d,]+)', self.before)
        old = int(found.group(1).replace(",", "")) if found else None
        if now is None or (old is not None and abs(old - now) <= slack):
            return old
        return now

    def svg(self):
        head = (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{self.height}" '
                f'viewBox="0 0 {WIDTH} {self.height}">')
        marker = ('<defs><marker id="head" markerWidth="9" markerHeight="8" refX="8" refY="4" '
                  'orient="auto"><path d="M0 0 L9 4 L0 8 z" class="head"/></marker></defs>')
        return "\n".join([head, f"<style>{STYLE}</style>", marker, *self.parts, "</svg>", ""])


# --- the floors ----------------------------------------------------------------------------------
GAP, LEFT, LINES_A_PIXEL, NARROW = 10, 60, 8, 120


def rooms_of_floors():
    """[(floor, [(room, what lives there)])], the highest first; annexes by their names."""
    found = []
    for row in floors.ROW.finditer(tree.read(floors.DESIGN)):
        rooms = re.findall(r"([\w/]+)/(?!\w)", row.group(2))
        words = tree.read(floors.DESIGN)[row.end():].split("|", 1)[0].split(";")
        named = dict(zip((room.removeprefix("kernel/") for room in rooms), map(str.strip, words)))
        told = named.pop("annex/NAME", None)
        annexes = {floors.room_of(name) for name in tree.files(under="kernel/annex") if told}
        found.append((int(row.group(1)), [*named.items(), *((a, told) for a in sorted(annexes))]))
    return found


def draw_floors():
    rows = rooms_of_floors()
    picture = Picture(FLOORS, 56 + len(rows) * (BOX + GAP) + 30)
    lines = {room: count for rooms in budget.count().values() for room, count in rooms.items()}
    picture.text(LEFT, 34, "The kernel: a room uses only rooms on lower floors", "title")
    y = 56
    for floor, rooms in rows:
        picture.text(LEFT - 16, y + BOX // 2 + 6, str(floor), "title", "end")
        width = (WIDTH - LEFT - 30 - GAP * (len(rooms) - 1)) // len(rooms)
        for number, (room, words) in enumerate(rooms):
            x = LEFT + number * (width + GAP)
            look = "room annex" if "/" in room else "room"
            picture.box(x, y, width, os.path.basename(room), words, look)
            now = lines.get("kernel/" + room, 0)
            name = "lines-" + room.replace("/", "-")
            size = picture.number(name, round(now, -2) or now, 100)
            picture.rect(x + 10, y + BOX - 6, size // LINES_A_PIXEL, 3, "bar", 1)
            number_y = y + (22 if width > NARROW else 40)  # beside a name, or below it
            picture.text(x + width - 10, number_y, f"{size:,}", "", "end", name)
        y += BOX + GAP
    picture.text(LEFT, y + 16, "Number and bar: lines of code. Dashed: annexes, which the build "
                 "can leave out.", "small")
    return picture.svg()


# --- the two doors -------------------------------------------------------------------------------
def cost(picture, row):
    """Instructions of a row of make bench, or None if nobody has ever measured.

    They differ by a few in a hundred with the random seed, so a tenth is no news.
    """
    now = None
    if os.path.exists(os.path.join(tree.ROOT, BENCH)):
        now = json.loads(tree.read(BENCH))[row]["value"]
    return picture.number(row, now, (now or 0) // 10)


def tell_cost(picture, x, y, row, words):
    instructions = cost(picture, row)
    if instructions is not None:
        picture.text(x, y, f"{instructions} instructions{words}", "", "start", row)


def step(picture, x, y, width, place, start, words=""):
    """A box for the function of which a line of the file begins so."""
    name = start.split()[-1]
    text = tree.read(place) if os.path.exists(os.path.join(tree.ROOT, place)) else ""
    if not re.search(rf"^{start}\b", text, re.MULTILINE):
        tree.complain(place, 1, f"has no {name}, as {DOORS} shows it",
                      "pictures show what is there", "change tools/lint.d/pictures.py:/^def draw/")
    picture.box(x, y, width, name, f"{place}: {words}" if words else place)


def draw_doors():
    p = Picture(DOORS, 722)
    p.rect(16, 352, WIDTH - 32, 354, "kernel")
    p.text(32, 50, "user space", "title")
    p.text(32, 690, "kernel", "title")
    p.rect(320, 24, 360, 40, "room")
    p.text(500, 49, "clock_gettime(CLOCK_MONOTONIC, &now)", "code", "middle")
    p.arrow((500, 64), (500, 88))
    step(p, 320, 90, 360, "user/lib/clock.c", "clock_gettime", "does the vDSO have this function?")
    draw_small_door(p)
    draw_gate(p)
    draw_page(p)
    return p.svg()


def draw_small_door(p):
    p.arrow((320, 117), (150, 117), (150, 178))
    p.text(162, 150, "yes: the small door")
    step(p, 40, 180, 300, "vdso/clock.c", "__vdso_clock_gettime")
    p.arrow((150, 234), (150, 268))
    tell_cost(p, 162, 257, "vdso_clock_monotonic", ", with the call")
    step(p, 40, 270, 300, "vdso/vvar.h", "vvar_look", "rdtime between fences")


def draw_gate(p):
    """What a system call goes through, down and back."""
    p.arrow((680, 117), (710, 117), (710, 178))
    p.text(722, 150, "no: the gate")
    step(p, 600, 180, 222, "user/lib/syscalls.S", "FUNCTION syscall")
    p.arrow((660, 234), (660, 366))
    p.text(672, 257, "ecall")
    tell_cost(p, 672, 282, "null_call", ",")
    p.text(672, 300, "even for the smallest call")
    column = (("kernel/trap/entry.S", "trap_entry"), ("kernel/trap/trap.c", "trap_user"),
              ("kernel/syscall/table.c", "syscall_dispatch"),
              ("kernel/syscall/time.c", "sys_clock_gettime"), ("kernel/time/clock.c", "clock_read"))
    for number, (place, name) in enumerate(column):
        step(p, 600, 368 + 66 * number, 222, place, name)
        if number:
            p.arrow((660, 356 + 66 * number), (660, 366 + 66 * number))
    p.arrow((822, 659), (900, 659), (900, 424))
    step(p, 834, 368, 142, "kernel/trap/entry.S", "trap_return")
    p.arrow((900, 368), (900, 207), (824, 207))
    p.text(908, 257, "sret")


def draw_page(p):
    """The page in the middle: who reads it in user space and in the kernel, and who writes it."""
    p.rect(405, 286, 170, 132, "page")
    p.text(490, 310, "vvar page", "title", "middle")
    p.text(490, 334, "a line for each clock:", "small", "middle")
    p.text(490, 352, "end, rate, offset,", "small", "middle")
    p.text(490, 370, "seconds, begin", "small", "middle")
    p.text(490, 400, "programs cannot write it", "small", "middle")
    p.arrow((405, 310), (342, 310))
    p.arrow((540, 418), (540, 659), (598, 659))
    step(p, 40, 540, 300, "kernel/time/clock.c", "clock_tick", "at each tick")
    p.arrow((150, 540), (150, 506))
    step(p, 40, 450, 300, "kernel/vdso/lines.c", "vvar_update", "writes the lines")
    p.arrow((340, 477), (440, 477), (440, 420))


# --- both ----------------------------------------------------------------------------------------
def main():
    for path, draw in ((FLOORS, draw_floors), (DOORS, draw_doors)):
        place = os.path.join(tree.ROOT, path)
        if sys.argv[1:] == ["--write"]:
            svg = draw()
            with open(place, "w", encoding="utf-8") as file:
                file.write(svg)
        elif os.path.exists(place) and draw() != tree.read(path):
            tree.complain(path, 1, "shows another tree than this one",
                          "pictures are drawn from the tree", "make pictures")
    tree.finish()


if __name__ == "__main__":
    main()
