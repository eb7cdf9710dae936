"""test_aslr.py - random places from boot to boot: other with another seed, equal with the same.

What holds within one boot (execs, fork, independence) are the checks of tests/guest/aslr.c.
"""
import os

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
