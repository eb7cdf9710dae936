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
FUNCTION = HEAD + "int\nf(int a, int b, int x)\n{\n    %s;\n    return x;\n}\n"
USES_CLOCK = HEAD + "int clock_now(void);\nint\nlow(void)\n{\n    return clock_now();\n}\n"
DESIGN = """| floor | room |
|---|---|
| 10 | `kernel/boot/` | the start |
| 8 | `kernel/syscall/`, `kernel/annex/NAME/` |
| 6 | `kernel/fs/` | files |
| 5 | `kernel/time/` |
| 3 | `kernel/sched/`, `kernel/dev/` |
| 2 | `kernel/mm/` |
| 1 | `kernel/riscv/ lib/` | the ground |

"""

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
    ("rooms", "kernel/boot/main.c", HEAD + '#include "annex/checks/checks.h"\n', "is an annex"),
    ("rooms", "kernel/annex/other/a.c", HEAD + '#include "annex/checks/checks.h"\n',
     "is an annex"),
    ("calls", "kernel/mm/low.c", USES_CLOCK,
     "kernel/mm/low.o:0: uses clock_now of kernel/time/clock.o"),
    ("calls", "kernel/mm/low.c", HEAD + "extern int clock;\nint *low = &clock;\n", "uses clock of"),
    ("calls", "kernel/mm/low.c", "#ifdef CONFIG_DEBUG\n" + USES_CLOCK + "#endif\n",
     "uses clock_now of"),
    ("calls", "kernel/mm/low.c", "__attribute__((weak)) int clock_now(void) { return 0; }\n" +
     USES_CLOCK, "uses clock_now of kernel/time/clock.o"),
    ("calls", "kernel/boot/main.c", HEAD + "int checks(void);\nint f(void) { return checks(); }\n",
     "kernel/annex/checks is an annex"),
    ("calls", "docs/design.md", DESIGN + "- Upwards: `clock_now`\n", "without a reason"),
    ("calls", "docs/design.md", DESIGN + "- Upwards: `clock_now`: so.\n", "nobody uses it so"),
    ("calls", "docs/design.md", DESIGN + "- Upwards: `a`: so.\n" * 4, "one too many"),
    ("shape", "kernel/fs/file.c", HEAD + LONG_FUNCTION, "f has 62 lines"),
    ("shape", "kernel/fs/file.c", HEAD + "int x;\n" * 400, "is too long"),
    ("shape", "kernel/fs/file.c", HEAD + "int x; /*" + " wide" * 19 + " */\n", "columns wide"),
    ("shape", "kernel/fs/file.c", "/* file.c */\nint x;\n", "opens without saying"),
    ("shape", "tools/tool.py", '"""tool"""\n', "opens without saying"),
    ("shape", "tools/tool.py", '"""a\nb\nc"""\ndef f():\n' + "    f()\n" * 61, "f has 61 lines"),
    ("folds", "kernel/fs/file.c", FUNCTION % "x = a ? 1 : b ? 2 : 3", "file.c:7: chooses within"),
    ("folds", "kernel/fs/file.c", FUNCTION % "x = a ?: f(0) ?: b", "chooses within a choice"),
    ("folds", "user/bin/tool.c", FUNCTION % "x = a ? f(b ?: 1) : 0", "chooses within a choice"),
    ("folds", "kernel/fs/file.c", FUNCTION % "while (f(a), b)\n\tf(b)", "hides a step"),
    ("folds", "kernel/fs/file.c", FUNCTION % "for (; f(a), b; a++)\n\tf(b)", "hides a step"),
    ("folds", "kernel/fs/file.h", HEAD + "#define F(q) (q ? 0 : (f(), 1))\n", "hides a step"),
    ("folds", "kernel/fs/file.c", FUNCTION % "if (a && !(x = f(b)))\n\tf(x)", "assigns behind"),
    ("folds", "kernel/fs/file.c", FUNCTION % "x = a ? b = f(1) : 0", "assigns behind"),
    ("marks", "kernel/fs/file.c", HEAD + "/* TO" + "DO: all of it */\n", "leaves a note"),
    ("marks", "docs/guide.md", "See /ho" + "me/me/postern.\n", "a folder of one machine"),
    ("marks", "kernel/fs/file.c", FUNCTION % "int class = a", "file.c:7: uses the name class"),
    ("marks", "kernel/fs/file.h", HEAD + "int f(int operator);\n", "uses the name operator"),
    ("marks", "kernel/fs/file.c", HEAD + "/* a long\n * comment\n * */\n", "ends a comment by"),
    ("marks", "kernel/fs/file.c", HEAD + "/* for\n * floor\n * 6 */\n", "floor by its number"),
    ("marks", "user/bin/tool.c", HEAD + "/*\n * Of files the newest. */\n", "begins a comment by"),
    ("marks", "kernel/fs/file.S", HEAD + "/* From the port a line. */\n", "begins a comment by"),
    ("shape", "kernel/fs/file.c", HEAD + '#include "a.h"\n', "ends its head without"),
    ("references", "docs/guide.md", "See `vdso/vvar.h" + ":/^nobody/`.\n", "/^nobody/"),
    ("references", "docs/guide.md", "See `kernel/none.h" + ":/^struct/`.\n", "which is not there"),
    ("references", "docs/guide.md", "See none.md.\n", "names none.md"),
    ("references", "docs/guide.md", "See kernel/mm/none.c.\n", "names kernel/mm/none.c"),
    ("references", "kernel/fs/file.c", HEAD + "/* as linux-ab" + "i: says */\n", "not in"),
    ("references", "Dockerfile", "# see vdso/vvar.h" + ":/^nobody/\n", "/^nobody/"),
    ("references", "tests/guest/a.c", 'TEST(a, "why, (so)", "kernel/mm (low)")\n{\n}\n',
     "does not open with a file"),
    ("references", "tests/guest/a.c", 'TEST(a, "why",\n     "kernel/mm/low.h, mm/no.c")\n{\n}\n',
     "names mm/no.c"),
    ("references", "docs/guide.md", "See [this](none.md).\n", "links to none.md"),
    ("references", "kernel/fs/file.c", HEAD + "/* see mm/low.h" + ":/^nobody/ */\n", "/^nobody/"),
    ("references", "tests/guest/a.c", HEAD + 'TEST(a, "why", "mm/low.h' + ':/^nobody/")\n',
     "/^nobody/"),
    ("docs", "README.md", "```\nls\n```\n", "has a block tagged ''"),
    ("docs", "README.md", "```bash\nls\n```\n", "has a block tagged 'bash'"),
    ("docs", "README.md", "```sh\nls\n", "that nothing closes"),
    ("docs", "README.md", "```sh\nmake O=x test\n```\n", "cannot run"),
    ("budget", "kernel/fs/file.c", HEAD + "int x;\n" * 10001, "core: 100"),
    ("budget", "vdso/clock.c", HEAD + "int x;\n" * 901, "door: 90"),
    ("budget", "kernel/dev/uart.c", HEAD + "int x;\n" * 601, "drivers: 601 lines"),
    ("budget", "kernel/annex/checks/a.c", HEAD + "int x;\n" * 200, "annex checks: 2"),
    ("budget", "kernel/annex/other/a.c", HEAD + "int x;\n", "other:1: is an annex without"),
    ("budget", "user/lib/a.c", HEAD + "int x;\n" * 2001, "library and loader: 2001 lines"),
    ("pictures", "docs/floors.svg", "<svg/>\n", "shows another tree"),
    ("pictures", "docs/doors.svg", "<svg/>\n", "has no clock_gettime"),
    ("budget", "README.md", "The core: 7,654 lines\n", "says 7654 lines"),
    ("budget", "README.md", "its annex `checks`: 7,654 lines\n", "says 7654 lines"),
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
    "README.md": "# A small tree\n",
    "docs/design.md": DESIGN,
    "docs/change.md": "# Recipes\n",
    "kernel/mm/low.h": HEAD + "struct low;\n",
    "user/bin/good.c": FUNCTION % "for (; a && (x = f(b, x, a ? 1 : 2)); a++, b--)\n"
                       "        x = f(a ? 1 : 2, b ?: 3, 0) + (b ? 3 : 4)",
    "kernel/mm/usercopy.h": HEAD,
    "kernel/sched/high.h": HEAD + '\n#include "mm/low.h"\n',
    "vdso/vvar.h": HEAD,
    "tests/guest/good.c": HEAD + "/* To end a class, read Linux, kernel/mm/fork.c */\n"
                          'TEST(good, "why", "kernel/mm/low.h, in Linux mm/no.c")\n{\n}\n',
    "vdso/clock.h": HEAD + '\n#include "vvar.h"\n',
    "kernel/time/clock.c": HEAD + '\n#include "vdso/vvar.h"\n/* mm/low.h' + ":/^struct low/ */\n"
                           "int clock;\nint\nclock_now(void)\n{\n    return clock;\n}\n",
    "kernel/time/clock.h": HEAD + "int clock_now(void);\n",
    "kernel/annex/checks/checks.h": HEAD + "int checks(void);\n",
    "kernel/annex/checks/checks.c": HEAD + '\n#include "annex/checks/checks.h"\n\n'
                                    '#include "time/clock.h"\n\nint\nchecks(void)\n{\n'
                                    "    return clock_now();\n}\n",
    "docs/guide.md": "See [it](guide.md) and `vdso/vvar.h" + ":/^ * It says/`.\n\n```sh\nls\n```\n"
                     "New file `kernel/mm/new.c`:\n",
}
# What the part calls builds.
MAKEFILE = """# Makefile - of the test
#
# Builds the objects of the small kernel and lists them.
OBJECTS := $(patsubst %.c,$(O)/%.o,$(wildcard kernel/*/*.c kernel/annex/*/*.c))
$(O)/kernel/objects.list: $(OBJECTS)
	printf '%s\\n' $^ > $@
$(O)/%.o: %.c
	mkdir -p $(@D)
	riscv64-linux-gnu-gcc $(if $(DEBUG),-DCONFIG_DEBUG) -I kernel -I . -c $< -o $@
"""


class Tree:
    """A small tree that make lint can look at."""

    def __init__(self, top):
        self.top = top
        for name in ("tools/lint", ".clang-format"):
            self.write(name, open(f"{TREE}/{name}", encoding="utf-8").read())
        shutil.copytree(f"{TREE}/tools/lint.d", top / "tools/lint.d",
                        ignore=shutil.ignore_patterns("__pycache__"))
        subprocess.run(["git", "init", "-q", top], check=True)
        self.write(".gitignore", "__pycache__/\nbuild/\n")
        self.write("Makefile", MAKEFILE)
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
    assert done.stdout.splitlines()[-1] == "14 passed, 0 failed"


@pytest.mark.parametrize("part, name, text, phrase", FAULTS,
                         ids=[f"{fault[0]}-{number}" for number, fault in enumerate(FAULTS)])
def test_fault_is_found(tree, part, name, text, phrase):
    tree.write(name, text)
    done = tree.lint(part)
    assert done.returncode == 1, f"expected '{phrase}' about {name}, seen:\n{done.stdout}"
    complaint = [line for line in done.stdout.splitlines() if phrase in line]
    assert complaint, f"expected a complaint with '{phrase}', seen:\n{done.stdout}"
    # A budget is broken by a folder, a call stands in an object.
    assert part in ("budget", "calls") or name in complaint[0], "expected its name: " + complaint[0]
    assert part == "shellcheck" or ("Rule: " in complaint[0] and "Mend: " in complaint[0])


def test_upward_name_with_a_reason_passes(tree):
    tree.write("kernel/mm/low.c", USES_CLOCK)
    tree.write("docs/design.md", DESIGN + "- Upwards: `clock_*`: there can be one clock only.\n")
    done = tree.lint("calls")
    assert done.returncode == 0, done.stdout


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
