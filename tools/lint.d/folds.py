#!/usr/bin/python3
"""folds.py - no expression of C is folded: one choice in an expression, one step in a statement.

Refused are a choice within a choice (`a ? b : c ? d : e`, `a ?: b ?: c`), a comma that hides a step
(`while (f(), !done)`), and an assignment that happens only sometimes (`a && (b = c)`,
`a ? (b = c) : d`). What a loop reads may stand in its condition: `while (!done && (c = next()))`.
"""
import re
from typing import NamedTuple

import tree

# What a macro stands for is code like other code. It ends where its directive ends.
DIRECTIVE = re.compile(r"^[ \t]*#[ \t]*\w+((?:[^\n]*\\\n)*[^\n]*)", re.MULTILINE)
ATTRIBUTE = re.compile(r"__attribute__\s*\(\(.*?\){2,}", re.DOTALL)
TOKEN = re.compile(r"<<=|>>=|[-+*/%&|^=!<>]=|&&|\|\||\w+|[^\s\w]")
ASSIGNMENTS = ("=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=")
CONDITIONS = ("if", "while", "for", "switch")
# Behind these a bracket groups; behind a name it would hold arguments, where commas belong.
GROUPS = ("(", "[", ",", ";", "=", "?", ":", "!", "&&", "||", "return", "if", "while", "switch", "")

CHOICE = ("chooses within a choice", "an expression makes one choice", "use if, or return early")
COMMA = ("hides a step behind a comma", "a statement is one step", "give the step its own line")
SOMETIMES = ("assigns behind a condition", "a step that happens only sometimes stands under an if",
             "split the condition")


class Item(NamedTuple):
    """A token; an opening bracket has all that it holds as items."""
    text: str
    line: int
    before: str
    items: list

    def is_condition(self):
        return self.text == "(" and self.before in CONDITIONS


def nest(tokens):
    """The items up to the bracket that closes."""
    items, before = [], ""
    for text, line in tokens:
        if text in (")", "]", "}"):
            break
        inner = nest(tokens) if text in ("(", "[", "{") else []
        items.append(Item(text, line, before, inner))
        before = "()" if text in ("(", "[") else text
    return items


def parts(items):
    """The expressions that stand beside each other, each a list of items."""
    part = []
    for item in items:
        if item.text in (",", ";", "{") or item.is_condition():
            yield part
            part = []
        else:
            part.append(item)
    yield part


def within(part):
    """All items of an expression, those in its brackets too."""
    for item in part:
        yield item
        for inner in parts(item.items) if item.text != "{" else ():
            yield from within(inner)


def choices(part):
    """A choice beside others in its own expression, or around others in its brackets."""
    own = [item for item in part if item.text == "?"]
    every = [item for item in within(part) if item.text == "?"]
    if own and len(every) > 1:
        yield every[1].line, CHOICE


def commas(item):
    """Of the three things in the brackets of a `for` only the second must be one step."""
    one_step = item.before in GROUPS
    for inner in item.items:
        if inner.text == ";":
            one_step = not one_step
        elif inner.text == "," and one_step:
            yield inner.line, COMMA


def assignments(part):
    """What is assigned behind the first operator that may leave it out."""
    sometimes = False
    for item in part:
        sometimes = sometimes or item.text in ("&&", "||", "?")
        for inner in within([item]):
            if sometimes and inner.text in ASSIGNMENTS:
                yield inner.line, SOMETIMES


def folds(items, in_loop=False):
    """(line, complaint) of what is folded in items and in all their brackets."""
    for part in parts(items):
        yield from choices(part)
        if not in_loop:
            yield from assignments(part)
    for item in items:
        if item.text == "(":
            yield from commas(item)
        loop = item.before in ("while", "for") or in_loop and item.text != "{"
        yield from folds(item.items, loop)


def code_of(text):
    """The code, line by line in place, without comments, attributes and names of directives."""
    code = ATTRIBUTE.sub(lambda found: "\n" * found.group().count("\n"), tree.split_c(text)[0])
    return DIRECTIVE.sub(lambda found: found.group(1) + ";", code)


def main():
    for source in tree.files(".c", ".h"):
        code = code_of(tree.read(source))
        tokens = iter([(found.group(), tree.line_of(code, found.start()))
                       for found in TOKEN.finditer(code)])
        for line, complaint in sorted(set(folds(nest(tokens)))):
            tree.complain(source, line, *complaint)
    tree.finish()


if __name__ == "__main__":
    main()
