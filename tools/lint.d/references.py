#!/usr/bin/python3
"""references.py - what the texts point at is there: `file:/^name/` and links of Markdown.

Documents, comments and what a failing check of tests/guest tells to read name code by the start of
a line, as an editor searches for it, never by a line's number. A file is looked for from the top,
beside the text, and in kernel/.
"""
import os
import re

import tree

POINTER = re.compile(r"([\w.+-]+(?:/[\w.+-]+)*):/\^([^/\n`]+)/")
LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)")
RULE = "text and code do not drift apart"


def place(source, name):
    """The file that a text means by a name, or None."""
    for folder in ("", os.path.dirname(source), "kernel", "user"):
        path = os.path.join(folder, name)
        if os.path.exists(os.path.join(tree.ROOT, path)):
            return os.path.normpath(path)
    return None


def check_pointers(source, text):
    for found in POINTER.finditer(text):
        name, start = found.groups()
        path = place(source, name)
        if name in ("file", "FILE"):
            continue
        if path is None:
            what = f"points at {name}, which is not there"
        elif not re.search("^" + re.escape(start), tree.read(path), re.MULTILINE):
            what = f"points at {path}:/^{start}/, but no line of it starts so"
        else:
            continue
        tree.complain(source, tree.line_of(text, found.start()), what, RULE, "name what is there")


def check_links(source, text):
    # What stands in a block of code is shown, not linked.
    text = re.sub(r"(?ms)^```.*?^```", lambda block: re.sub(r"[^\n]", " ", block.group()), text)
    for found in LINK.finditer(text):
        target = found.group(1)
        if "://" not in target and not target.startswith("mailto:") and \
                not os.path.exists(os.path.join(tree.ROOT, os.path.dirname(source), target)):
            tree.complain(source, tree.line_of(text, found.start()),
                          f"links to {target}, which is not there", RULE, "link to what is there")


for file in tree.files(".md", ".py", ".mk", *tree.C_SUFFIXES) + tree.scripts("sh", "bash"):
    check_pointers(file, tree.read(file) if file.startswith("tests/guest/") else
                   tree.comments_of(file))
    if file.endswith(".md"):
        check_links(file, tree.read(file))
tree.finish()
