"""test_vdso_image.py - the vDSO image that was built, and the broken ones that must not be.

The good image is judged twice: by tools/vdsolint and, on its own, by what readelf and objdump say
of it. Each broken image (tests/images/museum.py) is made with the build's own recipe and must be
refused by the rule that is about its fault. What the code computes: test_vdso_code.py.
"""
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TREE = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TREE / "tests" / "images"))
from museum import EXHIBITS  # noqa: E402

VDSO = TREE / os.environ.get("POSTERN_BUILD", "build") / "vdso"
IMAGE = VDSO / "vdso.so"

pytestmark = pytest.mark.core


def promised():
    """{name: version} as vdso/exports.map has it."""
    found, version = {}, None
    for words in map(str.split, (TREE / "vdso" / "exports.map").read_text().splitlines()):
        if words[1:] == ["{"]:
            version = words[0]
        elif words and words[0].startswith("__vdso_"):
            found[words[0].rstrip(";")] = version
    return found


def output(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def readelf(*options, image=IMAGE):
    return output("riscv64-linux-gnu-readelf", "-W", *options, str(image))


def lint(*words):
    return subprocess.run([str(TREE / "tools" / "vdsolint"), *map(str, words)], check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


# --- the good image ------------------------------------------------------------------------------
def test_good_image_is_accepted_in_silence():
    done = lint(IMAGE)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_usage_and_missing_file_are_status_2():
    assert [lint().returncode, lint("a", "b").returncode, lint("--help").returncode,
            lint(VDSO / "no-such-file").returncode] == [2, 2, 2, 2]


def test_one_segment_holds_everything_from_byte_0():
    loads = re.findall(r"LOAD\s+(\S+) (\S+) \S+ (\S+) (\S+) (.{3})", readelf("-l"))
    assert len(loads) == 1, f"expected one PT_LOAD, seen {loads}; cause: linker/vdso.lds"
    offset, address, filesz, memsz, flags = loads[0]
    assert int(offset, 16) == int(address, 16) == 0
    assert filesz == memsz
    assert flags == "R E"


def test_no_section_is_writable_and_nothing_is_relocated():
    flags = re.findall(r"\] (\S+)\s+\S+\s+[0-9a-f]{16} \S+ \S+ \S+ +([A-Z]*) ", readelf("-S"))
    assert flags and not [name for name, f in flags if "W" in f]
    assert "no relocations" in readelf("-r")


def test_exports_are_functions_of_the_promised_versions():
    found = re.findall(r"[0-9a-f]{16} +(\d+) (\w+) +GLOBAL DEFAULT +(\d+) (\S+?)@@(\S+)",
                       readelf("--dyn-syms"))
    seen = {name: version for size, kind, index, name, version in found
            if kind == "FUNC" and int(size) > 0}
    assert seen == promised()


def test_whole_file_with_its_section_headers_fits_the_pages_mapped():
    size = IMAGE.stat().st_size
    header = readelf("-h")
    start = int(re.search(r"Start of section headers:\s+(\d+)", header)[1])
    count = int(re.search(r"Number of section headers:\s+(\d+)", header)[1])
    assert start + 64 * count <= size <= 2 * 4096
    for name in (".dynsym", ".dynstr", ".shstrtab"):
        assert f" {name} " in readelf("-S")


def test_tables_that_clients_read_are_there():
    dynamic = readelf("-d")
    for tag in ("(HASH)", "(GNU_HASH)", "(VERSYM)", "(VERDEF)", "(SYMTAB)", "(STRTAB)",
                "soname: [linux-vdso.so.1]"):
        assert tag in dynamic
    assert re.search(r"Build ID: [0-9a-f]{40}", readelf("-n"))


def test_stub_has_the_same_names_versions_and_soname():
    stub = VDSO / "stub" / "linux-vdso.so.1"
    names = re.findall(r"(__vdso_\w+)@@(\S+)", readelf("--dyn-syms", image=stub))
    assert dict(names) == promised()
    assert "soname: [linux-vdso.so.1]" in readelf("-d", image=stub)


def hot_path():
    """Instructions of __vdso_clock_gettime from its entry to its first return, none taken."""
    image = str(VDSO / "vdso.so.dbg")
    text = output("riscv64-linux-gnu-objdump", "-d", "--no-show-raw-insn", image)
    body = text.split("<__vdso_clock_gettime>:\n")[1]
    lines = [line.split("\t")[1:] for line in body.splitlines() if "\t" in line]
    names = [(words[0].strip(), words[1] if len(words) > 1 else "") for words in lines]
    return names[:[name for name, _ in names].index("ret") + 1]


def test_clock_gettime_takes_no_more_than_24_instructions():
    path = hot_path()
    assert len(path) <= 24, f"seen {len(path)}; usual cause: a spill or a move, look at {path}"


def test_the_counter_is_read_between_its_fences():
    order = [f"{name} {operands}".strip() for name, operands in hot_path()
             if name in ("fence", "rdtime")]
    assert [order[0], order[1].split()[0], order[2]] == ["fence r,ir", "rdtime", "fence ir,r"]


# --- the broken ones -----------------------------------------------------------------------------
def run(command, cwd=TREE):
    done = subprocess.run(command, shell=True, cwd=cwd, check=False, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, f"cannot make the exhibit: {command}\n{done.stdout}"


def edited_copy(exhibit, to):
    """vdso/ and its linker script with the exhibit's edits."""
    shutil.copytree(TREE / "vdso", to / "vdso")
    shutil.copy(TREE / "linker" / "vdso.lds", to / "vdso")
    for name, old, new in exhibit.edits:
        path = to / "vdso" / name
        text = path.read_text()
        assert old in text, f"museum.py: {exhibit.name}: {name} has no longer {old!r}"
        path.write_text(text.replace(old, new))


def recipe(exhibit, to):
    """The build's three commands with the exhibit's flags, for the copy in `to`."""
    text = (VDSO / "recipe").read_text()
    text = text.replace("linker/vdso.lds", "LINKER_SCRIPT")
    for old, new in exhibit.flags:
        old = old.replace("linker/vdso.lds", "LINKER_SCRIPT")
        assert old in text, f"museum.py: {exhibit.name}: the recipe has no longer {old!r}"
        text = text.replace(old, new)
    text = text.replace("LINKER_SCRIPT", str(to / "vdso" / "vdso.lds"))
    return text.replace("vdso/exports.map", str(to / "vdso" / "exports.map")).splitlines()


def make(exhibit, to):
    """The stripped image of an exhibit, without asking vdsolint."""
    edited_copy(exhibit, to)
    compile_line, link_line, strip_line = recipe(exhibit, to)
    sources = sorted((to / "vdso").glob("*.[cS]"))
    if exhibit.add:
        sources.append(TREE / "tests" / "images" / exhibit.add)
    objects = []
    for source in sources:
        objects.append(str(to / f"{source.name}.o"))
        run(compile_line.replace("IN", str(source)).replace("OUT", objects[-1]))
    image = to / "vdso.so"
    run(link_line.replace("IN", " ".join(objects)).replace("OUT", f"{image}.dbg"))
    run(strip_line.replace("IN", f"{image}.dbg").replace("OUT", str(image)))
    if exhibit.after:
        run(exhibit.after.format(image))
    return image


def test_recipe_without_a_change_makes_the_image_that_was_built(tmp_path):
    unchanged = EXHIBITS[0]._replace(name="unchanged", add="")
    image = make(unchanged, tmp_path)
    done = lint(image)
    assert done.returncode == 0, done.stderr
    assert image.stat().st_size == IMAGE.stat().st_size


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=[e.name for e in EXHIBITS])
def test_broken_image_is_refused_by_its_rule(exhibit, tmp_path):
    done = lint(make(exhibit, tmp_path))
    seen = set(re.findall(r"refused \[(\S+)\]", done.stderr))
    assert done.returncode == 1, f"expected a refusal by {exhibit.rules}, seen:\n{done.stderr}"
    assert set(exhibit.rules) <= seen, (f"expected {exhibit.rules}, seen {seen}; usual cause: the "
                                        f"rule looks past this fault\n{done.stderr}")
    for part in ("seen:", "expected:", "usual cause:", "read:"):
        assert part in done.stderr
