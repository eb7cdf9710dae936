#!/usr/bin/python3
"""python.py - every Python file of the tree is Python, and pyflakes has nothing to say of it.

It compiles in memory, so no __pycache__ is left behind.
"""
import subprocess

import tree

names = tree.python_files()
for name in names:
    try:
        compile(tree.read(name), name, "exec")
    except SyntaxError as error:
        tree.complain(name, error.lineno or 0, error.msg, "it is Python", "mend the syntax")
flakes = subprocess.run(["pyflakes3", *names], cwd=tree.ROOT, capture_output=True, text=True)
for line in flakes.stdout.splitlines():
    place, _, what = line.partition(": ")
    file, number = place.split(":")[:2]
    tree.complain(file, number, what, "pyflakes is silent", "remove or define what it names")
tree.finish()
