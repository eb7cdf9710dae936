"""test_aslr.py - random places from boot to boot: other with another seed, equal with the same.

What holds within one boot (execs, fork, independence) are the checks of tests/guest/aslr.c. Here,
too, is the AddressSanitizer of the tool chain, which maps its shadow at a fixed place.
"""
import os
import subprocess

import pytest

import runner

pytestmark = pytest.mark.xdist_group("aslr")
BUILT = os.path.join(runner.BUILD, "tests", "guest")
PARTS = ("program", "interpreter", "heap", "mmap", "vDSO", "stack")


def places(*options):
    """{part: address} of one boot's first program."""
    words = [f for name in ("aslr_pie", "aslr_ld") for f in ("--add", f"{BUILT}/{name}=/t/{name}")]
    result = runner.run([*options, *words, "--", "/t/aslr_pie", "text"])
    assert result.status == 0, result
    return dict(zip(PARTS, (int(word, 16) for word in result.text.split())))


def test_boots_differ():
    one, two = places(), places()
    same = [part for part in PARTS if one[part] == two[part]]
    assert not same, (f"expected other places at another boot, seen the same {same}: {one}; usual "
                      "cause: the generator is not seeded from /chosen/rng-seed")


def test_seed_repeats():
    options = ("--icount", "--seed", "7")
    one, two = places(*options), places(*options)
    assert one == two, "expected the same places with the same seed under --icount"


def test_seeds_differ():
    one, two = places("--icount", "--seed", "7"), places("--icount", "--seed", "8")
    same = [part for part in PARTS if one[part] == two[part]]
    assert not same, f"expected other places with another seed, seen the same {same}"


SANITIZED = """
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(void)
{
    char *p = malloc(100);
    memset(p, 'x', 99);
    p[99] = 0;
    printf("%zu\\n", strlen(p));
    free(p);
    return 0;
}
"""
# gcc 12 puts another shadow into what it inlines than its own library has: so nothing is inlined.
SANITIZE = ("-fsanitize=address", "--param=asan-instrumentation-with-call-threshold=0",
            "--param=asan-stack=0", "--param=asan-globals=0")
LIBRARIES = ("ld-linux-riscv64-lp64d.so.1", "libasan.so.8", "libc.so.6", "libm.so.6",
             "libgcc_s.so.1")
TIMES = 20


def compiler(*words):
    done = subprocess.run([os.environ.get("CROSS", "riscv64-linux-gnu-") + "gcc", *words],
                          check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()


@pytest.mark.parametrize("form", [("-fPIE", "-pie"), ("-fno-pie", "-no-pie")], ids=" ".join)
def test_address_sanitizer_finds_its_shadow_free(tmp_path, form):
    source, program = tmp_path / "memset.c", tmp_path / "memset"
    source.write_text(SANITIZED)
    compiler(*SANITIZE, *form, "-o", str(program), str(source))
    folder = os.path.dirname(compiler("-print-file-name=libc.so.6"))
    added = [f"{program}=/t/memset", *(f"{folder}/{name}=/lib/{name}" for name in LIBRARIES)]
    often = "".join("/t/memset || exit 9; " for _ in range(TIMES))
    result = runner.run([*(word for file in added for word in ("--add", file)), "--", "env",
                         "LD_LIBRARY_PATH=/lib", "ASAN_OPTIONS=detect_leaks=0", "sh", "-c", often])
    assert (result.text, result.status) == ("99\n" * TIMES, 0), (
        f"{result}\nusual cause: what the kernel places lies where the shadow must be, see "
        "kernel/mm/place.c:/^space_random_place/")
