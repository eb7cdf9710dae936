"""test_storms.py - many of everything, and memory that runs out: all is given back, none panics.

The checks are those of tests/guest/storm_*.c, oom.c and nomem*.c. Here stands in which machines
they run: each program has its own, because others would move the count of free memory.
"""
import pytest

import guest

MACHINES = (
    ("storm_process", "1", ("--smp", "1"), ()),
    ("storm_process", "2", ("--smp", "2"), (pytest.mark.core,)),
    ("storm_process", "4", ("--smp", "4"), ()),
    ("storm_memory", "2", ("--smp", "2"), (pytest.mark.core,)),
    ("oom", "64M", ("--mem", "64M"), (pytest.mark.core,)),
    ("nomem", "1", ("--mem", "32M", "--smp", "1"), ()),
    ("nomem", "2", ("--mem", "32M", "--smp", "2"), (pytest.mark.core,)),
    ("nomem", "4", ("--mem", "32M", "--smp", "4"), ()),
    ("nomem_tasks", "1", ("--mem", "32M", "--smp", "1"), ()),
    ("nomem_tasks", "2", ("--mem", "32M", "--smp", "2"), (pytest.mark.core,)),
    ("nomem_tasks", "4", ("--mem", "32M", "--smp", "4"), ()),
)
CASES = [pytest.param(program, check, options, id=f"{program}-{name}-{check}",
                      marks=[pytest.mark.xdist_group(f"{program}-{name}"), *marks])
         for program, name, options, marks in MACHINES for check in guest.checks(program)]


@pytest.mark.parametrize("program, check, options", CASES)
def test_storm(program, check, options):
    failure = guest.verdict(program, check, options)
    if failure:
        pytest.fail(failure, pytrace=False)
