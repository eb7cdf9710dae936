"""code_rules.py - what the instructions of the image must hold.

The rules read the disassembly as straight lines. That is enough because the clock functions are
written as straight lines (vdso/clock.c): code too clever for a rule is refused, not excused.
"""
import re

from image import PROMISES, STACK_BUDGET, SYSTEM_CALLS, Refusal

CONTROL = re.compile(r"(c\.)?(b[a-z]+|j|jr|jal|jalr|ret|call|tail|ecall|ebreak|mret|sret)$")
LOAD = re.compile(r"(c\.)?l[bhwd]u?(sp)?$")
DIRECT = re.compile(r"(c\.)?(b[a-z]+|j|jal)$")
TARGET = re.compile(r"(?:^|,)([0-9a-f]+)$")


def fence_sets(instruction):
    """(predecessor, successor) sets of a fence; a bare `fence` orders everything."""
    before, _, after = (instruction.operands or "iorw,iorw").partition(",")
    return set(before), set(after)


def walk(code, start, step):
    """Instructions from code[start] on, up to and without the next transfer of control."""
    position = start
    while 0 <= position < len(code) and not CONTROL.match(code[position].name):
        yield code[position]
        position += step


def targets(code):
    """Where jumps and branches land."""
    return {int(found[1], 16) for i in code if DIRECT.match(i.name)
            for found in [TARGET.search(i.operands)] if found}


def find_fence(code, start, step, before, after):
    """Distance from `start` to the nearest fence that orders these sets on a straight line."""
    for distance, instruction in enumerate(walk(code, start, step)):
        if instruction.name == "fence":
            seen = fence_sets(instruction)
            return distance if before <= seen[0] and after <= seen[1] else None
    return None


def counters_compared(code, opening, closing):
    """The branch that ends the line behind the closing fence compares the last word loaded before
    the opening one with a word loaded behind the closing one."""
    before = next((i for i in walk(code, opening - 1, -1) if LOAD.match(i.name)), None)
    behind = list(walk(code, closing + 1, +1))
    end = closing + 1 + len(behind)
    if before is None or end >= len(code) or not re.match(r"(c\.)?b(eq|ne)$", code[end].name):
        return False
    compared = set(code[end].operands.split(",")[:2])
    loaded = {i.operands.split(",")[0] for i in behind if LOAD.match(i.name)}
    word = before.operands.split(",")[0]
    return word in compared and bool(loaded & (compared - {word}))


def rdtime_between_fences(image):
    """Read of the counter, fence r,ir; rdtime and data; fence ir,r, read of the counter."""
    code = image.instructions()
    landing = targets(code)
    for position, instruction in enumerate(code):
        if not (instruction.name == "rdtime" or instruction.operands.endswith(",time")):
            continue
        opening = find_fence(code, position - 1, -1, {"r"}, {"i", "r"})
        closing = find_fence(code, position + 1, +1, {"i", "r"}, {"r"})
        where = f"{image.function_at(instruction.address)}, rdtime at {instruction.address:#x}"
        if opening is None or closing is None:
            missing = "fence r,ir before" if opening is None else "fence ir,r behind"
            yield Refusal("rdtime-fence", f"{where}: no {missing} it on a straight line",
                          "rdtime between `fence r,ir` and `fence ir,r`",
                          "a CSR read is device input to FENCE: `fence r,r` does not order it, and "
                          "time may step back when the rate changes",
                          "ISA manual Volume I, \"CSR Access Ordering\"; vdso/vvar.h:/^vvar_look/")
            continue
        first, last = position - 1 - opening, position + 1 + closing
        section = code[first:last + 1]
        if not any(LOAD.match(i.name) for i in section):
            yield Refusal("rdtime-fence", f"{where}: no load between the fences",
                          "the data of the clock read between the two fences",
                          "vvar declared const but not volatile: the compiler lifts its loads",
                          "vdso/vvar.h:/^vvar_look/")
        if not counters_compared(code, first, last):
            yield Refusal("rdtime-fence", f"{where}: no comparison of a word loaded before the "
                          "fences with one loaded behind them",
                          "`end` read first, `begin` last, and nothing accepted unless they agree",
                          "a counter read on the wrong side of its fence, or not looked at",
                          "vdso/vvar.h:/^vvar_look/")
        if any(i.address in landing for i in section[1:]):
            yield Refusal("rdtime-fence", f"{where}: a jump lands between the fences",
                          "one way in, through the opening fence",
                          "a loop that starts behind its fence", "vdso/vvar.h:/^vvar_look/")


def no_system_call(image):
    """A function that promises no trap has no ecall of its own, and a way to return by itself."""
    for symbol in image.exports():
        if symbol.name not in PROMISES or symbol.name in SYSTEM_CALLS:
            continue
        end = symbol["st_value"] + symbol["st_size"]
        names = [i.name for i in image.instructions() if symbol["st_value"] <= i.address < end]
        if "ecall" in names or "ret" not in names:
            yield Refusal("ecall", f"{symbol.name} " + ("contains an ecall" if "ecall" in names
                                                        else "never returns by itself"),
                          "no system call on the hot path; what cannot be answered goes to a "
                          "function of its own by a tail jump",
                          "the fallback was inlined, or the hot path is gone; or a new export that "
                          "is a system call by its nature: then it has to be named",
                          "vdso/calls.S and tools/vdsolint.d/image.py:/SYSTEM_CALLS/")


def frame_bytes(instruction):
    """How far the instruction moves sp down; unbounded when by a register."""
    found = re.match(r"sp,sp,(.*)", instruction.operands)
    if not found or not re.match(r"(c\.)?(add|sub)", instruction.name):
        return 0
    try:
        return -int(found[1], 0)
    except ValueError:
        return float("inf")


def small_frames(image):
    for instruction in image.instructions():
        size = frame_bytes(instruction)
        if size > STACK_BUDGET:
            yield Refusal("stack-frame",
                          f"{image.function_at(instruction.address)}: {size} bytes of stack",
                          f"at most {STACK_BUDGET}: Go and signal handlers call on tiny stacks",
                          "a local array", "vdso/clock.c, its first comment")


RULES = [rdtime_between_fences, no_system_call, small_frames]
