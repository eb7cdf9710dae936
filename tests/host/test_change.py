"""test_change.py - the recipes of docs/change.md do what they say, typed in as they stand.

Each section with blocks is a recipe. Its changes are made in a copy of the tree with its build, its
commands are run there, and what the text shows must come out, line by line and in this order; `...`
stands for anything. Where a section says "Without `FILE`", the same is done with that file left as
it was. The sentence before a block says what the block is:

    New file `PATH`:       ```c      the whole file
    Change `PATH`:         ```diff   lines to find, with - to remove and + to add
                           ```sh     commands, from the top of the tree
                           ```text   what one sees after the commands
    Without `PATH` ...:    ```text   what one sees when the commands are run without this change

The recipes are for the default build, so they are run when that is the build under test. Marked
`house`: who has followed a recipe in this very tree has a tree that the text no longer fits.
"""
import dataclasses
import os
import re
import shutil
import subprocess
import sys

import pytest

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TREE, "tools", "lint.d"))
import docs  # noqa: E402 (found through the path above)
import tree  # noqa: E402

BUILD = os.environ.get("POSTERN_BUILD", os.path.join(TREE, "build"))
# Products that no recipe needs, and that are large.
LEFT_BEHIND = shutil.ignore_patterns("tests", "lint", "bench", "demo", "*.log")

pytestmark = pytest.mark.house

SECTION = re.compile(r"^## (.*)$", re.MULTILINE)
BLOCK = re.compile(r"(?P<before>(?:^[^\n`#][^\n]*\n|^`(?!``)[^\n]*\n)*)\n*"
                   r"^```(?P<tag>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
PLACE = re.compile(r"(New file|Change|Without) `([^`]+)`")

# Only a command that hangs is ended by this; no verdict depends on how long one takes.
HANG_SECONDS = 300


@dataclasses.dataclass
class Recipe:
    name: str
    files: list = dataclasses.field(default_factory=list)     # (path, text of the whole file)
    changes: list = dataclasses.field(default_factory=list)   # (path, lines of a diff)
    commands: str = ""
    seen: str = ""
    without: list = dataclasses.field(default_factory=list)   # (path, what is seen then)

    def add(self, kind, path, tag, text):
        """Takes in one block. False if its sentence and its tag do not say what it is."""
        if (kind, tag) == ("New file", "c"):
            self.files.append((path, text))
        elif (kind, tag) == ("Change", "diff"):
            self.changes.append((path, text.splitlines()))
        elif (kind, tag) == ("Without", "text"):
            self.without.append((path, text))
        elif tag == "sh":
            self.commands += text
        elif (kind, tag) == (None, "text"):
            self.seen += text
        else:
            return tag == "console"
        return True


def recipes():
    """The recipes of the document, in order."""
    parts = SECTION.split(tree.read(docs.RECIPES))[1:]
    for title, body in zip(parts[::2], parts[1::2]):
        recipe = Recipe(title)
        for block in BLOCK.finditer(body):
            place = PLACE.match(block["before"])
            kind, path = place.groups() if place else (None, None)
            assert recipe.add(kind, path, block["tag"], block["text"]), (
                f"{docs.RECIPES}: {title}: what is this block?\n{block.group()}")
        if recipe.commands:
            yield recipe


RECIPES = list(recipes())


def changed(text, lines, path):
    """The text with the lines of a diff applied at the one place where they fit."""
    before = "".join(line[1:] + "\n" for line in lines if line[:1] != "+")
    after = "".join(line[1:] + "\n" for line in lines if line[:1] != "-")
    assert text.count(before) == 1, (
        f"expected one place in {path} that reads as {docs.RECIPES} says, seen "
        f"{text.count(before)}:\n{before}")
    return text.replace(before, after)


class Copy:
    """A copy of the tree and of its build, in which recipes are followed."""

    def __init__(self, top):
        self.top = top
        self.touched = set()
        for name in tree.files():
            os.makedirs(os.path.dirname(top / name), exist_ok=True)
            shutil.copy2(os.path.join(TREE, name), top / name, follow_symlinks=False)
        shutil.copytree(BUILD, top / "build", ignore=LEFT_BEHIND, symlinks=True)

    def original(self, path):
        """What the tree has at this path, or None."""
        return tree.read(path) if os.path.exists(os.path.join(TREE, path)) else None

    def follow(self, recipe, left_out=None):
        """Makes the recipe's changes, but those of one file, and no others."""
        texts = {path: self.original(path) for path in self.touched}
        for path, text in recipe.files:
            if path != left_out:
                assert self.original(path) is None, f"{path} is no new file"
                texts[path] = text
        for path, lines in recipe.changes:
            if path != left_out:
                texts[path] = changed(texts.get(path) or self.original(path), lines, path)
        for path, text in texts.items():
            self.touched.add(path)
            if text is None:
                (self.top / path).unlink(missing_ok=True)
            else:
                (self.top / path).write_text(text, encoding="utf-8")

    def run(self, commands):
        """(status, output) of the commands, as a reader types them: after a failure too."""
        env = {key: value for key, value in os.environ.items()
               if not key.startswith(("MAKE", "POSTERN")) and key not in docs.OUTER}
        done = subprocess.run(["bash", "-u", "-c", commands], cwd=self.top, text=True,
                              env={**env, "LC_ALL": "C.UTF-8"}, errors="replace",
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=HANG_SECONDS, check=False)
        return done.returncode, done.stdout


def expect(seen, output):
    """Each line of the text that the document shows is a line of the output, in this order."""
    rest = iter(output.splitlines())
    for line in seen.splitlines():
        pattern = ".*".join(map(re.escape, line.split("...")))
        assert any(re.fullmatch(pattern, one) for one in rest), (
            f"expected a line that reads\n  {line}\nafter what the document shows before it, seen:"
            f"\n{output}")


@pytest.mark.skipif(BUILD != os.path.join(TREE, "build"), reason="the recipes speak of build/")
@pytest.mark.parametrize("recipe", RECIPES, ids=[recipe.name for recipe in RECIPES])
def test_recipe(recipe, tmp_path):
    copy = Copy(tmp_path)
    for path, seen in recipe.without:
        copy.follow(recipe, left_out=path)
        expect(seen, copy.run(recipe.commands)[1])
    copy.follow(recipe)
    status, output = copy.run("set -e\n" + recipe.commands)
    assert status == 0, f"expected the commands to end with 0, seen {status}:\n{output}"
    assert "warning" not in output, f"expected a build without warnings, seen:\n{output}"
    expect(recipe.seen, output)


def test_every_block_belongs_to_a_recipe():
    known = sum(len(r.files) + len(r.changes) + len(r.without) for r in RECIPES)
    tags = [tag for _, tag, _ in docs.blocks(docs.RECIPES)]
    shown = len([r for r in RECIPES if r.seen])
    assert known + shown == len([tag for tag in tags if tag in ("c", "diff", "text")])
    assert [r.name for r in RECIPES if not r.seen] == []
