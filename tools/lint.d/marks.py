#!/usr/bin/python3
"""marks.py - no text speaks of one machine's folders, and no work is left as a note in the code.

A path of the author's machine works nowhere else. A note says that something is not done: do it,
or write down in docs/design.md why it is not.
"""
import re

import tree

# Written with brackets, so that this file does not find itself.
PATHS = re.compile(r"(?<![\w.~-])/(?:wor[k]/|hom[e]/\w|User[s]/\w|tmp/[b]-)")
NOTES = re.compile(r"\b(?:TOD[O]|FIXM[E]|XX[X])\b")

for name in tree.files():
    text = tree.read(name)
    if "\0" in text:
        continue
    for found in PATHS.finditer(text):
        tree.complain(name, tree.line_of(text, found.start()), "names a folder of one machine",
                      "the tree works wherever it lies", "use a path from the tree's top")
    for found in NOTES.finditer(text):
        tree.complain(name, tree.line_of(text, found.start()), f"leaves a note ({found.group()})",
                      "nothing is left half done", "do it, or say in docs/design.md why not")
tree.finish()
