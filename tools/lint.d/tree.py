"""tree.py - what the checkers of this folder share: the files of the tree, C without its comments,
and the form of a complaint.

Not a checker itself: tools/lint runs every other executable of this folder. A complaint says what
is wrong and where, which rule it breaks, and how to mend it.
"""
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
C_SUFFIXES = (".c", ".h", ".S", ".cc", ".cpp", ".lds")

_LEXEMES = re.compile(
    r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|/\*.*?\*/|//[^\n]*', re.DOTALL)

_complaints = 0


def complain(name, line, what, rule, cure):
    """Prints one complaint and remembers that there was one."""
    global _complaints
    _complaints += 1
    print(f"{name}:{line}: {what}. Rule: {rule}. Mend: {cure}.")


def finish():
    """Ends the checker: status 1 if anything was complained about."""
    sys.exit(1 if _complaints else 0)


def files(*suffixes, under=""):
    """Paths from ROOT of the files that git knows or would add, sorted; all suffixes by default."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "--", under or "."],
        cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    return [name for name in sorted(set(listed))
            if name and os.path.isfile(os.path.join(ROOT, name))
            and (not suffixes or name.endswith(suffixes))]


def read(name):
    """The text of a file; bytes that are no UTF-8 come out as marks."""
    with open(os.path.join(ROOT, name), encoding="utf-8", errors="replace") as file:
        return file.read()


def interpreter(name):
    """What the first line names: 'sh', 'bash', 'python3' ..., or '' without a #! line."""
    first = read(name).split("\n", 1)[0]
    return os.path.basename(first.split()[-1]) if first.startswith("#!") else ""


def scripts(*interpreters):
    """Files whose #! line names one of the interpreters."""
    return [name for name in files() if os.access(os.path.join(ROOT, name), os.X_OK)
            and interpreter(name) in interpreters]


def python_files():
    """Every Python file, with suffix or without."""
    return sorted(set(files(".py")) | set(scripts("python3")))


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def split_c(text):
    """(code, comments) of a C file: same lines and columns, the other's characters blanked.

    String and character literals keep their quotes in the code and lose what is between.
    """
    code, comments, at = [], [], 0
    for found in _LEXEMES.finditer(text):
        piece = found.group()
        between = text[at:found.start()]
        code.append(between)
        comments.append(_blank(between))
        if piece[0] == "/":
            code.append(_blank(piece))
            comments.append(piece)
        else:
            code.append(piece[0] + " " * (len(piece) - 2) + piece[0])
            comments.append(_blank(piece))
        at = found.end()
    code.append(text[at:])
    comments.append(_blank(text[at:]))
    return "".join(code), "".join(comments)


def comments_of(name):
    """The comments of a source file, line by line in place; of a text file, all of it."""
    text = read(name)
    if name.endswith(C_SUFFIXES):
        return split_c(text)[1]
    if name.endswith(".md"):
        return text
    return "\n".join(line if "#" in line or '"' in line else "" for line in text.split("\n"))


def line_of(text, offset):
    """The number of the line in which the offset lies."""
    return text.count("\n", 0, offset) + 1
