"""conftest.py - what all tests of this folder share: markers, fixtures, the last line.

Fixtures: `build` is the folder under test (POSTERN_BUILD, or build/), `run` starts tools/run in it,
`harts` is 2, or 1, 2 and 4 in tests marked `smp`. The last line of every run is
`N passed, N failed`, which scripts read; a test that could not even start counts as failed.
"""
import pytest

import runner

HARTS = 2
HARTS_SMP = (1, 2, 4)


def pytest_configure(config):
    config.addinivalue_line("markers", "smp: runs on 1 and 4 harts too, all others on 2")
    config.addinivalue_line("markers", "core: every configuration must pass it (make test-core)")
    config.addinivalue_line("markers", "house: checks this tree's own rules (make lint runs it)")


def pytest_generate_tests(metafunc):
    if "harts" in metafunc.fixturenames:
        smp = metafunc.definition.get_closest_marker("smp")
        metafunc.parametrize("harts", HARTS_SMP if smp else (HARTS,))


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
    count = {kind: len(reporter.stats.get(kind, ())) for kind in ("passed", "failed", "error")}
    print(f"{count['passed']} passed, {count['failed'] + count['error']} failed", flush=True)
