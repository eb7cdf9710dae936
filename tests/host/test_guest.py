"""test_guest.py - the checks of tests/guest, one test each, one boot a program and configuration.

The programs say what Linux's ABI is; here stands only in which machines they run. `smp` programs
run on 1 and 4 harts too, `core` ones also under LLVM=1 and DEBUG=1.
"""
import pytest

import guest

# What depends on how many harts there are, or on who runs where.
SMP = ("clockset", "cow", "fork", "futex", "kill", "pipe", "pthread", "regs", "rw", "shootdown",
       "sigaction", "sigmask", "thread", "threadend", "torn", "vfork", "wait")
# A program of each room, and all that is about registers and interrupts.
CORE = ("aslr", "clock", "cow", "dirs", "efault", "elf", "exec", "fork", "futex", "getdents",
        "kill", "mmap", "pipe", "pthread", "regs", "shootdown", "sigaction", "sigfault",
        "sigframe", "sigmask", "start", "syscall", "thread", "threadend", "torn", "vdso", "vfork",
        "wait")
# Of these, one hart shows nothing and takes long.
NEEDS_HARTS = ("shootdown",)
# Programs that have a machine of their own: below, or in test_storms.py.
ELSEWHERE = ("long_calls", "nomem", "nomem_tasks", "novdso", "oom", "storm_memory",
             "storm_process")
# Checks of what an annex of the kernel brings, and which one. pause(3) waits by ppoll.
NEEDS = {("dev", "tty_is_a_device"): "terminal", ("dev", "tty_without_a_terminal"): "terminal",
         ("efault", "poll_array"): "events", ("efault", "time_in"): "events",
         ("identity", "foreground_group_is_not_the_next"): "terminal",
         ("kill", "kill_wakes_from_every_sleep"): "events",
         ("threadend", "exit_group_ends_all"): "events",
         ("threadend", "fault_of_a_thread_kills_all"): "events",
         ("vdso", "moved_vdso_works"): "remap",
         ("vdso", "part_of_the_vdso_is_not_moved"): "remap"}
# More machines: name, options of tools/run, programs.
MACHINES = (
    ("slew", ("--smp", "4", "--append", "clock.slew=90000"), ("torn", "clock", "sleep")),
    ("vdso0", ("--append", "vdso=0"), ("clock", "kill", "novdso", "pthread", "sigaction",
                                         "sigframe", "sigmask")),
    ("mem32M", ("--mem", "32M"), ("mmap", "pipe", "syscall")),
    ("mem2G", ("--mem", "2G", "--smp", "8"), ("syscall", "thread")),
    ("icount", ("--icount",), ("long_calls", "regs", "sleep", "stop")),
)


def boots():
    """(id, program, options) of every boot."""
    for program in guest.programs():
        if program not in ELSEWHERE:
            smp = (2, 4) if program in NEEDS_HARTS else (1, 2, 4)
            for harts in smp if program in SMP else (2,):
                yield f"{program}-{harts}", program, ("--smp", str(harts))
    for name, options, chosen in MACHINES:
        for program in chosen:
            yield f"{program}-{name}", program, options


def pytest_generate_tests(metafunc):
    cases = []
    for name, program, options in boots():
        marks = [pytest.mark.xdist_group(name)]
        marks += [pytest.mark.core] if program in CORE and options == ("--smp", "2") else []
        marks += [pytest.mark.smp] if program in SMP else []
        for check in guest.checks(program):
            annex = NEEDS.get((program, check))
            needs = [pytest.mark.needs(annex)] if annex else []
            cases.append(pytest.param(program, check, options, id=f"{name}-{check}",
                                      marks=marks + needs))
    metafunc.parametrize("program, check, options", cases)


def test_guest(program, check, options):
    failure = guest.verdict(program, check, options)
    if failure:
        pytest.fail(failure, pytrace=False)
