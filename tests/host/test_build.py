"""test_build.py - make: what it refuses, what it rebuilds, and that it builds the same bytes twice.

Everything happens in copies of the tree, built once for the module; the tree under test and its
build folder are only read. Tools that are missing or too old are played by a PATH of links.
"""
import hashlib
import os
import re
import shutil
import subprocess

import pytest

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PRODUCTS = ("kernel.elf", "vdso/vdso.so", "vdso/vdso.so.dbg", "initrd.cpio")
# What a make around this test has set must not reach the one inside.
OUTER = ("O", "V", "LLVM", "LLVM_SUFFIX", "DEBUG", "WERROR", "CMD", "GDB", "RUN", "SMP", "MEM",
         "ANNEX", "CROSS", "PYTHON", "PYTEST", "MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES")

pytestmark = pytest.mark.xdist_group("build")


def run(*words, cwd=TREE, **variables):
    """The command's CompletedProcess; both its outputs, as a person sees them, in stdout."""
    env = {key: value for key, value in os.environ.items() if key not in OUTER}
    env.update(variables)
    return subprocess.run(words, cwd=cwd, env=env, check=False, text=True, errors="replace",
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)


def copy_tree(to):
    """The files of the tree that git knows or would add."""
    listed = run("git", "ls-files", "-co", "--exclude-standard", "-z").stdout.split("\0")
    for name in filter(None, listed):
        if os.path.exists(f"{TREE}/{name}"):
            os.makedirs(os.path.dirname(to / name), exist_ok=True)
            shutil.copy2(f"{TREE}/{name}", to / name, follow_symlinks=False)
    return to


def build(tree, *words):
    done = run("make", f"-j{os.cpu_count()}", *words, cwd=tree)
    assert done.returncode == 0, f"expected make to build, seen:\n{done.stdout}"
    return done.stdout


def sums(tree):
    """{product: its SHA-256} of a tree that was built."""
    return {name: hashlib.sha256((tree / "build" / name).read_bytes()).hexdigest()
            for name in PRODUCTS}


@pytest.fixture(scope="module")
def clean_build(tmp_path_factory):
    """(a copy of the tree with everything built, the sums of what a clean build made)."""
    tree = copy_tree(tmp_path_factory.mktemp("one"))
    build(tree)
    return tree, sums(tree)


@pytest.fixture
def built(clean_build):
    """The copy alone. Tests may change it and build in it, and leave it built."""
    return clean_build[0]


@pytest.fixture
def farm(tmp_path):
    """A function that makes a PATH of all commands there are, less some, plus scripts of ours."""
    def make(without=(), **scripts):
        folder = tmp_path / "bin"
        folder.mkdir()
        for place in reversed(os.environ["PATH"].split(":")):
            for name in os.listdir(place) if os.path.isdir(place) else ():
                if name not in without and name not in scripts:
                    (folder / name).unlink(missing_ok=True)
                    (folder / name).symlink_to(os.path.join(place, name))
        for name, text in scripts.items():
            path = folder / name.replace("_", "-")
            path.unlink(missing_ok=True)
            path.write_text("#!/bin/sh\n" + text)
            path.chmod(0o755)
        return str(folder)
    return make


def snapshot(tree):
    """{file: (time, size)} of the build folder."""
    found = {}
    for folder, _, names in os.walk(tree / "build"):
        for name in names:
            path = os.path.join(folder, name)
            status = os.lstat(path)
            found[os.path.relpath(path, tree / "build")] = (status.st_mtime_ns, status.st_size)
    return found


def rebuilt(tree, name, text):
    """The files that change in the build folder when a line is added to a source."""
    before = snapshot(tree)
    source = tree / name
    source.write_text(source.read_text() + text)
    build(tree)
    after = snapshot(tree)
    return sorted(file for file in after if before.get(file) != after[file])


# --- what make refuses ---------------------------------------------------------------------------
@pytest.mark.parametrize("words, phrase", [
    (["LLVM=2"], "LLVM=2: LLVM is 1 or left out"),
    (["DEBUG=yes"], "DEBUG=yes: DEBUG is 1 or left out"),
    (["WERROR=-1"], "WERROR=-1: WERROR is 1 or left out"),
    (["V=1 1"], "V=1 1: V is 1 or left out"),
    (["O="], "no build folder"),
    (["O=two words"], "no build folder"),
    (["O=/"], "no build folder"),
    (["O=."], "it holds the sources"),
    (["O=kernel"], "it holds the sources"),
    (["O=..", "clean"], "it holds the sources"),
    (["CROSS=riscv64-none-such-"], "riscv64-none-such-gcc: not found"),
    (["LLVM=1", "LLVM_SUFFIX=-3"], "clang-3 with ld.lld-3: not found"),
    (["PYTHON=/usr/bin/python2.1"], "python: not found"),
])
def test_bad_word_is_refused_in_one_line(words, phrase):
    done = run("make", *words)
    assert done.returncode == 2, done.stdout
    assert phrase in done.stdout and done.stdout.count("\n") == 1, done.stdout


def test_clean_spares_a_folder_that_no_build_made(tmp_path):
    (tmp_path / "letter").write_text("dear")
    done = run("make", f"O={tmp_path}", "clean")
    assert done.returncode == 2 and "it stays" in done.stdout
    assert (tmp_path / "letter").exists()


def test_switch_off_is_no_switch():
    """LLVM=0 must not look like another configuration, which would rebuild everything."""
    plain, off = (run("make", "-pn", "help", *words).stdout
                  for words in ([], ["LLVM=0", "DEBUG=0"]))
    text = [re.search(r"^CONFIG_TEXT := .*", out, re.MULTILINE).group() for out in (plain, off)]
    assert text[0] == text[1]


# --- tools that are missing or too old -----------------------------------------------------------
@pytest.mark.parametrize("tool, said", [
    ("riscv64-linux-gnu-gcc", "riscv64-linux-gnu-gcc: not found"),
    ("riscv64-linux-gnu-objdump", "binutils: not found"),
])
def test_missing_tool_gives_one_line_with_the_cure(farm, tmp_path, tool, said):
    done = run("make", f"O={tmp_path}/o", PATH=farm(without=[tool]))
    assert done.returncode == 2
    assert said in done.stdout and "Cure: make setup" in done.stdout, done.stdout
    assert done.stdout.count("\n") == 1, "expected one line, seen:\n" + done.stdout


def test_tool_chain_that_cannot_share_is_refused(farm, tmp_path):
    """As riscv64-unknown-elf-ld is: the name is right, and it makes no shared object."""
    real = shutil.which("riscv64-linux-gnu-gcc")
    path = farm(riscv64_linux_gnu_gcc=f'case " $* " in *" -shared "*) exit 1;; esac\n'
                                      f'exec {real} "$@"\n')
    done = run("make", f"O={tmp_path}/o", PATH=path)
    assert done.returncode == 2
    assert "cannot link a shared object" in done.stdout and done.stdout.count("\n") == 1


def test_old_qemu_is_refused_in_one_line(farm, tmp_path):
    path = farm(without=["apt-get"], qemu_system_riscv64="echo QEMU emulator version 6.2.0\n")
    for words in (["run"], ["test"]):
        done = run("make", f"O={tmp_path}/o", *words, PATH=path)
        assert done.returncode == 2
        assert "6.2.0 is too old, 7.2 or newer is needed. Cure: " in done.stdout, done.stdout
        assert done.stdout.count("\n") == 1, "expected one line, seen:\n" + done.stdout


def test_qemu_without_firmware_is_found(farm):
    path = farm(qemu_system_riscv64='[ "$1" = --version ] && exec echo QEMU 8.2.2\nexit 1\n')
    done = run("tools/doctor", "run", PATH=path)
    assert done.returncode == 1 and "without its OpenSBI" in done.stdout


def test_tests_need_a_compiler_for_this_machine_and_no_linter(farm):
    """The usual cause: a test calls a program that no group of the doctor names."""
    path = farm(without=["gcc", "cc", "clang", "cppcheck", "shellcheck", "clang-format",
                         "pyflakes3", "llvm-objcopy"])
    done = run("tools/doctor", "--packages", "build", "run", "test", PATH=path)
    assert done.stdout == "gcc libc6-dev\n", done.stdout


def test_doctor_is_asked_once(farm, tmp_path):
    """make may ask at every run because only a change among the tools makes the doctor look."""
    assert run("make", f"O={tmp_path}/o", "-q", "vdso").returncode == 1
    path = farm(riscv64_linux_gnu_gcc="exit 1\n")
    assert run("make", f"O={tmp_path}/o", "-q", "vdso").returncode == 1
    done = run("make", f"O={tmp_path}/o", "-q", "vdso", PATH=path)
    assert done.returncode == 2 and "cannot link" in done.stdout


APT = """echo "$*" >> "$APT_LOG"
[ "$1" != install ] && [ "$2" != install ] || ln -s "$REAL_QEMU" "$APT_BIN/qemu-system-riscv64"
"""


def test_run_sets_up_what_is_missing(farm, tmp_path):
    """The whole of a fresh machine's first command, with an apt of ours."""
    log, real = tmp_path / "log", shutil.which("qemu-system-riscv64")
    path = farm(without=["qemu-system-riscv64"], apt_get=APT, sudo='exec "$@"\n',
                apt_cache='[ "$2" != qemu-system-riscv ] && echo "Candidate: 1" || :\n')
    # A goal that needs the same tools as `run`, and then ends because there is no such rule.
    done = run("make", f"O={tmp_path}/o", "test-nothing", PATH=path, APT_LOG=str(log),
               APT_BIN=path, REAL_QEMU=real)
    assert "qemu-system-riscv64: not found" in done.stdout, done.stdout
    assert "setup: everything is there" in done.stdout, done.stdout
    update, install = log.read_text().splitlines()
    assert update.startswith("update")
    assert install.split()[:2] == ["install", "-y"] and install.split()[-1] == "qemu-system-misc"


def test_setup_installs_nothing_that_is_there(farm, tmp_path):
    path = farm(apt_get='touch "$APT_LOG"\n')
    done = run("tools/setup", "build", "run", PATH=path, APT_LOG=str(tmp_path / "log"))
    assert done.returncode == 0 and not (tmp_path / "log").exists()


def test_setup_without_apt_says_what_to_install(farm):
    done = run("tools/setup", PATH=farm(without=["apt-get", "qemu-system-riscv64", "dtc"]))
    assert done.returncode == 1
    assert "device-tree-compiler, qemu-system-riscv or qemu-system-misc" in done.stdout


# --- what make says ------------------------------------------------------------------------------
def test_help_lists_every_target():
    database = run("make", "-pnq", "help").stdout
    phony = set(re.search(r"^\.PHONY: (.*)", database, re.MULTILINE).group(1).split())
    listed = re.findall(r"^make(?: ([\w-]+))?  ", run("make", "help").stdout, re.MULTILINE)
    assert {name or "all" for name in listed} == phony - {"FORCE"}


def test_doctor_shows_a_table():
    done = run("make", "doctor")
    for item in ("riscv64-linux-gnu-gcc", "qemu-system-riscv64", "clang with ld.lld", "cppcheck"):
        assert re.search(rf"^(ok|no) +\w+ +{re.escape(item)} ", done.stdout, re.MULTILINE), item


# --- what make hands to the machine ---------------------------------------------------------------
def test_run_takes_harts_and_memory(built):
    build(built)
    said = run("make", "run", "SMP=3", "MEM=64M", "CMD=cat /proc/cpuinfo /proc/meminfo",
               cwd=built).stdout
    assert said.count("processor") == 3, f"expected 3 harts, seen:\n{said}"
    total = int(re.search(r"MemTotal:\s+(\d+) kB", said)[1])
    assert 58 << 10 < total <= 64 << 10, f"expected 64 MiB, seen:\n{said}"


@pytest.mark.parametrize("goal", ["run", "debug"])
@pytest.mark.parametrize("word, phrase", [
    ("SMP=0", '--smp "0": it wants a number of harts'),
    ("SMP=9", '--smp "9": it wants a number of harts'),
    ("SMP=2 --mem", '--smp "2 --mem": it wants a number of harts'),
    ("SMP=it's $HOME", '--smp "it\'s $HOME": it wants a number of harts'),
    ("MEM=much", '--mem "much": it wants a size'),
    ("MEM=1M", '--mem "1M": it wants a size'),
])
def test_nonsense_is_refused_in_the_tools_words(built, goal, word, phrase):
    build(built)
    done = run("make", goal, word, cwd=built)
    assert done.returncode == 2 and f"tools/{goal}: {phrase}" in done.stdout, done.stdout


# --- what make builds ----------------------------------------------------------------------------
def test_nothing_is_left_to_do_after_a_build(built):
    """The usual cause: a rule that does not make its target, or a stamp written each time."""
    before = snapshot(built)
    said = build(built)
    assert snapshot(built) == before
    assert re.fullmatch(r"(make: Nothing to be done for 'all'\.\n)?", said), said
    assert run("make", "-q", cwd=built).returncode == 0


def test_line_of_vdso_rebuilds_image_and_kernel_only(built):
    changed = rebuilt(built, "vdso/clock.c",
                      "\n__attribute__((used)) static int\nof_the_test(void)\n{ return 9; }\n")
    wanted = {"vdso/clock.o", "vdso/vdso.so.dbg", "vdso/vdso.so", "kernel.elf"}
    assert wanted <= set(changed), f"expected {wanted} among {changed}"
    strangers = [file for file in changed
                 if not re.fullmatch(r"vdso/(clock|vdso)[^/]*|kernel\.(elf|bin)|"
                                     r"kernel/(vdso/|pass1|symbols|offsets).*", file)]
    assert not strangers, f"expected the image and the kernel to change, seen also {strangers}"


def test_line_of_a_program_leaves_the_kernel_alone(built):
    changed = rebuilt(built, "user/bin/true.c", "\nextern int of_the_test;\n")
    assert "user/bin/true" in changed and "initrd.cpio" in changed, changed
    assert not [file for file in changed if file.startswith(("kernel", "vdso"))], changed


FUNCTION = "void of_the_test(void);\nvoid of_the_test(void)\n{\n}\n"
# A source that comes and goes, what is in it, and the product that it is a part of.
VISITORS = (
    ("kernel/lib/visitor.c", FUNCTION, "kernel.elf"),
    ("vdso/visitor.c", FUNCTION, "vdso/vdso.so.dbg"),
    ("user/lib/visitor.c", FUNCTION, "user/libpostern.a"),
    ("user/lib/visitor.c", FUNCTION, "user/libpostern.so"),
    ("user/loader/visitor.c", FUNCTION, "user/ld-postern.so.1"),
    ("user/bin/sh/visitor.c", FUNCTION, "user/bin/sh"),
    ("user/bin/visitor.c", "int main(void)\n{\n    return 0;\n}\n", "initrd.cpio"),
    ("tests/guest/sleep_visitor.S", ".globl of_the_test\nof_the_test:\n    ret\n",
     "tests/guest/sleep"),
)


def test_source_that_is_gone_leaves_its_product(built):
    """Each product is made again when a source comes and when one goes."""
    goals = ("all", "build/tests/guest/sleep")

    def products():
        return {name: (built / "build" / name).read_bytes() for _, _, name in VISITORS}
    build(built, *goals)
    before = products()
    for source, text, _ in VISITORS:
        (built / source).write_text(text)
    build(built, *goals)
    during = products()
    for source in {source for source, _, _ in VISITORS}:
        (built / source).unlink()
    assert run("make", "-q", cwd=built).returncode == 1, "make -q saw no source go"
    build(built, *goals)
    after = products()
    deaf = [name for name in before if during[name] == before[name]]
    assert not deaf, f"expected a new source to change {deaf}"
    kept = [name for name in before if after[name] != before[name]]
    assert not kept, f"expected {kept} as before the source came; usual cause: no stamp of sources"
    assert run("make", "-q", cwd=built).returncode == 0


def test_object_may_get_another_source(built):
    """As when assembly takes the place of C: the object's old .d file names what is gone."""
    c, assembly = built / "kernel/lib/visitor.c", built / "kernel/lib/visitor.S"
    c.write_text(FUNCTION)
    build(built)
    c.unlink()
    assembly.write_text(".globl of_the_test\nof_the_test:\n    ret\n")
    build(built)
    assembly.unlink()
    build(built)


def test_build_folder_moves_with_its_checkout(built, tmp_path):
    """The usual cause: a path of the checkout in a stamp."""
    build(built)
    copy = tmp_path / "elsewhere"
    shutil.copytree(built, copy, symlinks=True)
    said = run("make", "-n", cwd=copy).stdout
    assert "Nothing to be done" in said, f"expected nothing to be made again, seen:\n{said[:2000]}"


def test_change_of_flags_rebuilds(built):
    """Both ways: the stamp is part of what every object needs."""
    before = snapshot(built)
    objects = [file for file in before if file.startswith("kernel/") and file.endswith(".o")
               and list(built.glob(file[:-1] + "[cS]"))]
    said = run("make", "-n", "DEBUG=1", cwd=built).stdout
    compiled = re.findall(r"^\S+gcc .*-c kernel/\S+ -o (?:build/)?(\S+\.o)$", said, re.MULTILINE)
    missed = set(objects) - set(compiled)
    assert compiled and not missed, f"expected DEBUG=1 to compile {sorted(missed)} again"
    assert snapshot(built) == before, "make -n has changed the build folder"
    assert run("make", "-q", cwd=built).returncode == 0


def test_debug_compiles_for_the_debugger(built):
    """Kernel and programs: variables keep their values. The vDSO stays what it is without DEBUG."""
    said = run("make", "-n", "DEBUG=1", cwd=built).stdout
    for room, wanted in (("kernel", "-Og"), ("user", "-Og"), ("vdso", "-O2")):
        flags = re.findall(rf"^\S+gcc (.*) -c {room}/\S+\.c ", said, re.MULTILINE)
        seen = {flag for line in flags for flag in line.split() if re.fullmatch("-O.", flag)}
        assert seen == {wanted}, f"expected {room}/ to be compiled with {wanted}, seen {seen}"


# --- what make cannot refuse, and the first boot does ---------------------------------------------
@pytest.mark.parametrize("right, wrong, seen", [
    ("flags = AREA_READ | AREA_EXEC |", "flags = AREA_READ | AREA_WRITE | AREA_EXEC |",
     "[vdso] is rwxp in a process, only r-xp may be"),
    ("flags = AREA_READ | never |", "flags = AREA_READ | AREA_EXEC | never |",
     "[vvar] is r-xp in a process, only r--p may be"),
    ("flags = AREA_READ | never |", "flags = AREA_READ | AREA_SHARED | never |",
     "[vvar] is r--s in a process, only r--p may be")])
def test_wrong_rights_of_the_vdso_stop_the_first_exec(built, right, wrong, seen):
    """The very slip of who works on kernel/vdso: a test that runs later is too late."""
    source = built / "kernel" / "vdso" / "image.c"
    text = source.read_text()
    assert text.count(right) == 1
    source.write_text(text.replace(right, wrong))
    try:
        build(built)
        done = run("tools/run", "--timeout", "60", "--", "true", cwd=built)
    finally:
        source.write_text(text)
        build(built)
    assert done.returncode == 125 and f"panic: vDSO: {seen}" in done.stdout, (
        f"expected a panic that says `{seen}`, seen {done.returncode}:\n{done.stdout}")


def test_two_builds_are_the_same_bytes(clean_build, tmp_path):
    """The usual cause: a path of the checkout in debug information, a time, an order of files."""
    second = copy_tree(tmp_path / "a-folder-of-another-length")
    build(second)
    assert sums(second) == clean_build[1], "expected equal sums of each product in two folders"
