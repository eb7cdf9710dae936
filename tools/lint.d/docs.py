#!/usr/bin/python3
"""docs.py - every block of shell in the documents says whether it is run.

A block opened by ```sh is run by tests/host/test_docs.py from the top of the tree, without
standard input, and must end with status 0. The blocks of docs/change.md are run by test_change.py,
in a copy of the tree. ```console shows a screen and is not run: for what
installs, waits for a person, or calls the tests that would call it again.

  tools/lint.d/docs.py            the check
  tools/lint.d/docs.py --list     the blocks that are run, each with its place
"""
import re
import sys

import tree

FENCE = re.compile(r"^[ ]{0,3}```[ ]*(\S*)[ ]*$")
NOT_RUN = re.compile(r"^\s*(?:make\s+(?:\w+=\S+\s+)*(?:test|setup)\b(?!-)|git clone|sudo|apt)",
                     re.MULTILINE)


# Recipes that change the tree.
RECIPES = "docs/change.md"
# Options of the make around a test, which the reader who types a block in has not.
OUTER = ("O", "V", "LLVM", "DEBUG", "ANNEX", "WERROR", "PYTEST")


def documents():
    return [name for name in tree.files(".md")
            if name == "README.md" or name.startswith(("docs/", "labs/"))]


def blocks(name):
    """(line, tag, text) of every fenced block; text is None if the block is never closed."""
    start, tag, body = 0, "", []
    for number, line in enumerate(tree.read(name).split("\n"), 1):
        fence = FENCE.match(line)
        if not start and fence:
            start, tag, body = number, fence.group(1), []
        elif start and fence and not fence.group(1):
            yield start, tag, "".join(body)
            start = 0
        elif start:
            body.append(line + "\n")
    if start:
        yield start, tag, None


def shell_blocks():
    """(document, line, text) of every block that is run in the tree itself."""
    return [(name, line, text) for name in documents() if name != RECIPES
            for line, tag, text in blocks(name) if tag == "sh" and text]


def check(name):
    for line, tag, text in blocks(name):
        if text is None:
            tree.complain(name, line, "opens a block that nothing closes", "a block ends with ```",
                          "close it")
        elif tag in ("bash", "shell", "zsh", "shell-session", ""):
            tree.complain(name, line, f"has a block tagged '{tag}'",
                          "a block is ```sh if a test runs it, ```console if it shows a screen, "
                          "else its language or `text`", "tag it")
        elif tag == "sh" and NOT_RUN.search(text):
            tree.complain(name, line, "has a block that a test cannot run",
                          "blocks that install, or call the tests, are ```console", "retag it")


def main():
    if sys.argv[1:] == ["--list"]:
        for name, line, text in shell_blocks():
            print(f"{name}:{line}: {text.strip().splitlines()[0]}")
        return
    for name in documents():
        check(name)
    tree.finish()


if __name__ == "__main__":
    main()
