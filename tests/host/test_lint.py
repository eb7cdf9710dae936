"""test_lint.py - each rule of make lint finds what it forbids, and says where and how to mend it.

A small tree of its own holds one fault at a time; the true tree is not touched. That the true tree
has no faults is make lint's own verdict, not this file's. All need the linters, so they are marked
`house`: make lint runs them, make test does not.
"""
import os
import shutil
import subprocess

import pytest

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

pytestmark = pytest.mark.house

HEAD = "/* a file of the test.\n *\n * It says what it is, as every file does. */\n"
LONG_FUNCTION = "static int\nf(int x)\n{\n" + "    x++;\n" * 61 + "    return x;\n}\n"

# part, file, its text, what the complaint must say
FAULTS = [
    ("rooms", "kernel/mm/low.c", HEAD + '#include "sched/high.h"\n', "includes kernel/sched/high"),
    ("rooms", "kernel/lib/low.h", HEAD + '#include "mm/low.h"\n', "includes kernel/mm/low.h"),
    ("rooms", "vdso/clock.c", HEAD + '#include "../kernel/mm/low.h"\n', "includes kernel/mm/low.h"),
    ("rooms", "user/bin/tool.c", HEAD + '#include "kernel/mm/low.h"\n', "includes kernel/mm/low.h"),
    ("rooms", "user/bin/tool.c", HEAD + '#include "vdso/clock.h"\n', "includes vdso/clock.h"),
    ("rooms", "kernel/fs/file.c", HEAD + '#include "vdso/clock.h"\n', "includes vdso/clock.h"),
    ("rooms", "kernel/fs/file.c", HEAD + "int other_room(int x);\n", "declares other_room"),
    ("rooms", "kernel/attic/file.c", HEAD, "kernel/attic is on no floor"),
    ("shape", "kernel/fs/file.c", HEAD + LONG_FUNCTION, "f has 62 lines"),
    ("shape", "kernel/fs/file.c", HEAD + "int x;\n" * 400, "is too long"),
    ("shape", "kernel/fs/file.c", HEAD + "int x; /*" + " wide" * 19 + " */\n", "columns wide"),
    ("shape", "kernel/fs/file.c", "/* file.c */\nint x;\n", "opens without saying"),
    ("shape", "tools/tool.py", '"""tool"""\n', "opens without saying"),
    ("shape", "tools/tool.py", '"""a\nb\nc"""\ndef f():\n' + "    f()\n" * 61, "f has 61 lines"),
    ("marks", "kernel/fs/file.c", HEAD + "/* TO" + "DO: all of it */\n", "leaves a note"),
    ("marks", "docs/guide.md", "See /ho" + "me/me/postern.\n", "a folder of one machine"),
    ("references", "docs/guide.md", "See `vdso/vvar.h" + ":/^nobody/`.\n", "/^nobody/"),
    ("references", "docs/guide.md", "See `kernel/none.h" + ":/^struct/`.\n", "which is not there"),
    ("references", "docs/guide.md", "See [this](none.md).\n", "links to none.md"),
    ("references", "kernel/fs/file.c", HEAD + "/* see mm/low.h" + ":/^nobody/ */\n", "/^nobody/"),
    ("references", "tests/guest/a.c", HEAD + 'TEST(a, "why", "mm/low.h' + ':/^nobody/")\n',
     "/^nobody/"),
    ("docs", "README.md", "```\nls\n```\n", "has a block tagged ''"),
    ("docs", "README.md", "```bash\nls\n```\n", "has a block tagged 'bash'"),
    ("docs", "README.md", "```sh\nls\n", "that nothing closes"),
    ("docs", "README.md", "```sh\nmake O=x test\n```\n", "cannot run"),
    ("budget", "vdso/clock.c", HEAD + "int x;\n" * 10001, "10005 lines of code"),
    ("budget", "README.md", "kernel and vDSO: 7,654 lines\n", "says 7654 lines"),
    ("usermemory", "kernel/fs/file.c", HEAD + "int x = SSTATUS_SUM;\n", "speaks of SSTATUS_SUM"),
    ("usermemory", "kernel/syscall/a.c", HEAD + "char *p = (char *)arg[0];\n", "makes a pointer"),
    ("python", "tools/tool.py", "import os\n", "imported but unused"),
    ("python", "tools/tool.py", "def f(:\n", "tools/tool.py:1"),
    ("clang-format", "kernel/fs/file.c", HEAD + "int f( int x );\n", "is laid out otherwise"),
    ("cppcheck", "kernel/fs/file.c", HEAD + "int f(void) { int a[2]; return a[2]; }\n", "file.c:4"),
    ("shellcheck", "tools/tool", "#!/bin/sh\nrm $1\n", "SC2086"),
]


# What the faults include and point at, and one good use of each rule.
GOOD = {
    "docs/design.md": "| floor | room |\n|---|---|\n| 6 | `kernel/fs/` | files |\n"
                      "| 5 | `kernel/time/` |\n| 3 | `kernel/sched/` |\n| 2 | `kernel/mm/` |\n"
                      "| 1 | `kernel/riscv/ lib/` | the ground |\n",
    "kernel/mm/low.h": HEAD + "struct low;\n",
    "kernel/sched/high.h": HEAD + '#include "mm/low.h"\n',
    "vdso/vvar.h": HEAD,
    "vdso/clock.h": HEAD + '#include "vvar.h"\n',
    "kernel/time/clock.c": HEAD + '#include "vdso/vvar.h"\n/* mm/low.h' + ":/^struct low/ */\n",
    "docs/guide.md": "See [it](guide.md) and `vdso/vvar.h" + ":/^ * It says/`.\n\n```sh\nls\n```\n",
}


class Tree:
    """A small tree that make lint can look at."""

    def __init__(self, top):
        self.top = top
        for name in ("tools/lint", ".clang-format"):
            self.write(name, open(f"{TREE}/{name}", encoding="utf-8").read())
        shutil.copytree(f"{TREE}/tools/lint.d", top / "tools/lint.d",
                        ignore=shutil.ignore_patterns("__pycache__"))
        subprocess.run(["git", "init", "-q", top], check=True)
        self.write(".gitignore", "__pycache__/\n")
        for name, text in GOOD.items():
            self.write(name, text)

    def write(self, name, text):
        path = self.top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755 if text.startswith("#!") else 0o644)

    def lint(self, *words):
        return subprocess.run(["tools/lint", *words], cwd=self.top, text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


@pytest.fixture
def tree(tmp_path):
    return Tree(tmp_path)


def test_tree_without_faults_passes(tree):
    done = tree.lint()
    assert done.returncode == 0, f"expected no complaint, seen:\n{done.stdout}"
    assert done.stdout.splitlines()[-1] == "11 passed, 0 failed"


@pytest.mark.parametrize("part, name, text, phrase", FAULTS,
                         ids=[f"{fault[0]}-{number}" for number, fault in enumerate(FAULTS)])
def test_fault_is_found(tree, part, name, text, phrase):
    tree.write(name, text)
    done = tree.lint(part)
    assert done.returncode == 1, f"expected '{phrase}' about {name}, seen:\n{done.stdout}"
    complaint = [line for line in done.stdout.splitlines() if phrase in line]
    assert complaint, f"expected a complaint with '{phrase}', seen:\n{done.stdout}"
    # A budget is broken by a folder, not by a file.
    assert part == "budget" or name in complaint[0], "expected the file's name in: " + complaint[0]
    assert part == "shellcheck" or ("Rule: " in complaint[0] and "Mend: " in complaint[0])


def test_machine_code_that_sets_sum_is_found(tree):
    """The usual cause of a miss: objdump writes the instruction in another way."""
    source, elf = tree.top / "sum.S", tree.top / "build/kernel.elf"
    elf.parent.mkdir()
    source.write_text(".globl open\nopen: li t0, 1 << 18\n csrs sstatus, t0\n ret\n"
                      "shut: li t0, 1 << 18\n csrc sstatus, t0\n ret\n")
    subprocess.run(["riscv64-linux-gnu-gcc", "-nostdlib", "-static", "-Wl,-e,open", "-o", elf,
                    source], check=True)
    done = tree.lint("usermemory")
    assert done.returncode == 1 and "open sets sstatus.SUM" in done.stdout, done.stdout
    assert "shut" not in done.stdout


def test_unknown_part_is_a_usage_error(tree):
    done = tree.lint("everything")
    assert done.returncode == 2 and "no part everything" in done.stdout
