#!/usr/bin/python3
"""shape.py - no function over 60 lines, no .c file over 400, no line over 100 columns, and every
file opens by saying what it is.

The corridor is docs/design.md's; these are its walls. Functions of C are found by style: `{` and
`}` alone at column 0.
"""
import ast
import re

import tree

FUNCTION_LINES, FILE_LINES, COLUMNS, OPENING_LINES = 60, 400, 100, 3
SPLIT = "give one of its ideas a function or file of its own"


def c_functions(text):
    """(line, length, name) of every function of a C file."""
    lines = tree.split_c(text)[0].split("\n")
    start = None
    for number, line in enumerate(lines):
        if line.rstrip() == "{":
            start = number
        elif line.startswith("}") and start is not None:
            head = " ".join(lines[max(0, start - 4):start])
            names = re.findall(r"(\w+)\s*\(", head)
            yield start + 1, number - start - 1, names[-1] if names else "?"
            start = None


def python_functions(text):
    """(line, length, name) of every function of a Python file that is Python."""
    try:
        nodes = ast.walk(ast.parse(text))
    except SyntaxError:
        return
    for node in nodes:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno - node.lineno, node.name


def opening(name, text):
    """How many lines the comment at the head of the file has."""
    body = re.sub(r"\A#![^\n]*\n", "", text).lstrip()
    if name.endswith((".c", ".h", ".S", ".cc", ".cpp", ".lds")):
        head = re.match(r"/\*.*?\*/|(?:(?://|#)[^\n]*\n)+", body, re.DOTALL)
    else:
        head = re.match(r'"""(.*?)"""|(?:#[^\n]*\n)+', body, re.DOTALL)
    return len(head.group().strip().split("\n")) if head else 0


# The comment at the head of a C file with an #include right behind it.
CROWDED = re.compile(r"/\*(?:(?!\*/).)*\*/[ \t]*\n[ \t]*#[ \t]*include", re.DOTALL)

python = set(tree.python_files())
shell = set(tree.scripts("sh", "bash"))
for source in tree.files():
    is_c = source.endswith(tree.C_SUFFIXES)
    if not (is_c or source in python | shell or source.endswith(".mk") or source == "Makefile"):
        continue
    content = tree.read(source)
    if opening(source, content) < OPENING_LINES and content.strip():
        tree.complain(source, 1, "opens without saying what it is",
                      f"a file opens with {OPENING_LINES} to 10 lines: what it is, what it is not, "
                      "how it is used, what manual it follows", "write them")
    if is_c and CROWDED.match(content):
        tree.complain(source, tree.line_of(content, content.index("*/")),
                      "ends its head without a blank line", "the head stands by itself",
                      "put one before the first #include")
    if source.endswith(".c") and content.count("\n") > FILE_LINES:
        tree.complain(source, content.count("\n"), "is too long",
                      f"a .c file has at most {FILE_LINES} lines", SPLIT)
    functions = python_functions if source in python else c_functions
    for first, length, function in functions(content) if is_c or source in python else ():
        if length > FUNCTION_LINES:
            tree.complain(source, first, f"{function} has {length} lines",
                          f"a function has at most {FUNCTION_LINES}", SPLIT)
    for number, line in enumerate(content.split("\n"), 1):
        if len(line.expandtabs(8)) > COLUMNS and not source.endswith(".mk"):
            tree.complain(source, number, f"is {len(line.expandtabs(8))} columns wide",
                          f"at most {COLUMNS}", "break the line")
tree.finish()
