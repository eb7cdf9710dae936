#!/usr/bin/python3
"""marks.py - marks in texts and names in C that do not belong there.

A path of the author's machine works nowhere else. A note says that something is not done: do it,
or write down in docs/design.md why it is not. A name that is a word of C++ is laid out wrongly,
because clang-format reads C as C++. A comment says at once who does what.
"""
import re

import tree

# Written with brackets, so that this file does not find itself.
PATHS = re.compile(r"(?<![\w.~-])/(?:wor[k]/|hom[e]/\w|User[s]/\w|tmp/[b]-)")
NOTES = re.compile(r"\b(?:TOD[O]|FIXM[E]|XX[X])\b")
CPP_NAMES = re.compile(r"\b(?:catch|class|delete|explicit|friend|namespace|new|operator|private|"
                       r"protected|public|template|this|throw|try|typename|using|virtual)\b")
STRAY_END = re.compile(r"^[ \t]*\*[ \t]+\*/", re.MULTILINE)
FLOOR_NUMBER = re.compile(r"\bfloors?[ \t\n*]+\d")
# "Of files the newest" must be read twice; "To run this, type it" need not.
PREPOSITION = re.compile(r"/\*[\s*]*((?:Of|Into|(?:By|For|From|To|With) "
                         r"(?:all|both|the|what|where|which))\b[^\n]*)")


def check_text(name, text):
    for found in PATHS.finditer(text):
        tree.complain(name, tree.line_of(text, found.start()), "names a folder of one machine",
                      "the tree works wherever it lies", "use a path from the tree's top")
    for found in NOTES.finditer(text):
        tree.complain(name, tree.line_of(text, found.start()), f"leaves a note ({found.group()})",
                      "nothing is left half done", "do it, or say in docs/design.md why not")


def check_comments(name, comments):
    for found in STRAY_END.finditer(comments):
        tree.complain(name, tree.line_of(comments, found.start()), "ends a comment by ' * */'",
                      "a comment ends behind its last word", "move the end there")
    for found in PREPOSITION.finditer(comments):
        tree.complain(name, tree.line_of(comments, found.start(1)),
                      f"begins a comment by '{found.group(1)[:20]}'",
                      "a comment is understood at the first reading", "say who does what")
    for found in FLOOR_NUMBER.finditer(comments) if name.startswith("kernel/") else ():
        tree.complain(name, tree.line_of(comments, found.start()), "names a floor by its number",
                      "rooms have names, and floors may change", "name the room")


for source in tree.files():
    content = tree.read(source)
    if "\0" in content:
        continue
    check_text(source, content)
    if source.endswith(tree.C_SUFFIXES):
        code, comments = tree.split_c(content)
        check_comments(source, comments)
    for found in CPP_NAMES.finditer(code) if source.endswith((".c", ".h")) else ():
        tree.complain(source, tree.line_of(code, found.start()),
                      f"uses the name {found.group()}", "a word of C++ is no name in C",
                      "name it by what it is: size_class, sign, wanted")
tree.finish()
