"""conftest.py - what all tests of this folder share: markers, fixtures, the last line.

Fixtures: `build` is the folder under test (POSTERN_BUILD, or build/), `run` starts tools/run in it,
`harts` is 2, or 1, 2 and 4 in tests marked `smp`. Tests marked `needs("terminal")` are left out and
counted when the kernel was built without that annex. The last line of every run is
`N passed, N failed`, which scripts read; a test that could not even start counts as failed.
"""
import pytest

import runner

HARTS = 2
HARTS_SMP = (1, 2, 4)
LEFT_OUT = pytest.StashKey()  # how many tests need an annex that the build lacks


def pytest_configure(config):
    config.addinivalue_line("markers", "smp: runs on 1 and 4 harts too, all others on 2")
    config.addinivalue_line("markers", "core: every configuration must pass it (make test-core)")
    config.addinivalue_line("markers", "needs(ANNEX): of the kernel; left out where it is missing")
    config.addinivalue_line("markers", "house: checks this tree's own rules (make lint runs it)")


def pytest_generate_tests(metafunc):
    if "harts" in metafunc.fixturenames:
        smp = metafunc.definition.get_closest_marker("smp")
        metafunc.parametrize("harts", HARTS_SMP if smp else (HARTS,))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Last, so that only tests are counted which were asked for."""
    missing = [item for item in items
               if not all(runner.has_annex(mark.args[0]) for mark in item.iter_markers("needs"))]
    items[:] = [item for item in items if item not in missing]
    config.hook.pytest_deselected(items=missing)
    config.stash[LEFT_OUT] = len(missing)


def pytest_sessionfinish(session):
    """A worker of xdist has collected by itself, and tells the process that prints."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left_out"] = session.config.stash.get(LEFT_OUT, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """All workers have collected the same tests, so the last one speaks for all."""
    node.config.stash[LEFT_OUT] = getattr(node, "workeroutput", {}).get("left_out", 0)


@pytest.fixture(scope="session")
def build():
    return runner.BUILD


@pytest.fixture(scope="session")
def run():
    return runner.run


def pytest_unconfigure(config):
    """After pytest's own summary, on the process that the person looks at."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(config, "workerinput"):
        return
    left_out = config.stash.get(LEFT_OUT, 0)
    if left_out:
        what = "1 test needs" if left_out == 1 else f"{left_out} tests need"
        print(f"{what} an annex that this build lacks")
    count = {kind: len(reporter.stats.get(kind, ())) for kind in ("passed", "failed", "error")}
    print(f"{count['passed']} passed, {count['failed'] + count['error']} failed", flush=True)
