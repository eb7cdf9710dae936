#!/usr/bin/python3
"""references.py - what the texts point at is there: `file:/^name/`, documents, links of Markdown.

Texts name code by the start of a line, as an editor searches for it, never by a line's number. A
file is looked for from the top, beside the text, and in kernel/ and user/. A check of tests/guest
says at its head which file to read when it fails. Not looked at: tests of the host, which write
such names for their small trees, and pictures.py, which looks for what it shows itself.
"""
import os
import re

import tree

POINTER = re.compile(r"([\w.+-]+(?:/[\w.+-]+)*):/\^([^/\n`]+)/")
# Documents, sources; a source with the start of a line behind it is a pointer.
NAMED = re.compile(r"(?<!\]\()(?<![\w./:-])"
                   r"(?:[\w./-]*\w\.md|(?:[\w-]+/)+[\w.-]+\.[chS](?!:/\^))\b")
# A recipe of docs/change.md makes it.
MADE = re.compile(r"^New file `([^`\n]+)`", re.MULTILINE)
# Written with brackets, so that this file does not find itself.
GONE = re.compile(r"\blinux-ab[i]\b")
TEST = re.compile(r"^TEST\(.*?((?:\"[^\"\n]*\"\s*)+)\)\n\{", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)")
RULE = "text and code do not drift apart"


def place(source, name):
    """The path that a text means by a name, or None."""
    for folder in ("", os.path.dirname(source), "kernel", "user"):
        path = os.path.join(folder, name)
        if os.path.exists(os.path.join(tree.ROOT, path)):
            return os.path.normpath(path)
    return None


def is_file(name):
    return os.path.isfile(os.path.join(tree.ROOT, name))


def check_pointers(source, text):
    for found in POINTER.finditer(text):
        name, start = found.groups()
        path = place(source, name)
        if name in ("file", "FILE"):
            continue
        if path is None or not is_file(path):
            what = f"points at {name}, which is not there"
        elif not re.search("^" + re.escape(start), tree.read(path), re.MULTILINE):
            what = f"points at {path}:/^{start}/, but no line of it starts so"
        else:
            continue
        tree.complain(source, tree.line_of(text, found.start()), what, RULE, "name what is there")


def check_names(source, text):
    """Documents and sources that a text names; a source of Linux has that name before it."""
    made = MADE.findall(text)
    for found in NAMED.finditer(text):
        name = found.group()
        top = name.split("/")[0]
        ours = name.endswith(".md") or place("", top) and "NAME" not in name
        linux = "Linux" in text[max(0, found.start() - 60):found.start()]
        if ours and not linux and name not in made and place(source, name) is None:
            tree.complain(source, tree.line_of(text, found.start()),
                          f"names {name}, which is not there", RULE, "name what is there")
    for found in GONE.finditer(text):
        tree.complain(source, tree.line_of(text, found.start()),
                      f"names {found.group()}, a text that is not in this tree", RULE,
                      "name the source itself: a manual, a header of Linux")


def check_hints(source, text):
    """What to read when a check fails opens with a file, perhaps with the start of a line of it."""
    for found in TEST.finditer(text):
        hint = "".join(re.findall(r'"([^"]*)"', found.group(1)))
        line = tree.line_of(text, found.start(1))
        if not is_file(re.match(r"[\w./-]*", hint).group()):
            tree.complain(source, line, f"hints at '{hint}', which does not open with a file",
                          "a check that fails says what to read", "give a FILE or FILE:/^name/")


def check_links(source, text):
    # What stands in a block of code is shown, not linked.
    text = re.sub(r"(?ms)^```.*?^```", lambda block: re.sub(r"[^\n]", " ", block.group()), text)
    for found in LINK.finditer(text):
        target = found.group(1)
        if "://" not in target and not target.startswith("mailto:") and \
                not os.path.exists(os.path.join(tree.ROOT, os.path.dirname(source), target)):
            tree.complain(source, tree.line_of(text, found.start()),
                          f"links to {target}, which is not there", RULE, "link to what is there")


for file in tree.files():
    content = tree.read(file)
    if "\0" in content:
        continue
    check_pointers(file, content)
    if file.startswith("tests/guest/"):
        check_names(file, content)
        check_hints(file, content)
    elif not file.startswith(("tests/host/test_", "tools/lint.d/pictures.py")):
        check_names(file, tree.comments_of(file))
    if file.endswith(".md"):
        check_links(file, content)
tree.finish()
