"""test_hosts.py - tests/hosts/try refuses what cannot work, and leaves nothing behind.

No network and no Debian: a debootstrap and a mirror of ours stand in. That the README's commands
work on a fresh Debian is what make test-hosts tries.
"""
import functools
import http.server
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

import runner

TRY = os.path.join(runner.ROOT, "tests", "hosts", "try")
AS_NOBODY = ("import os, sys; text = open(sys.argv[1]).read(); os.setuid(65534); "
             "sys.argv = sys.argv[1:]; exec(text, {'__file__': sys.argv[0]})")

pytestmark = [pytest.mark.house, pytest.mark.skipif(os.geteuid() != 0, reason="only root can try")]


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *words):
        pass


@pytest.fixture
def mirror(tmp_path):
    """A mirror that has the suite `sid`, as far as anybody looks."""
    (tmp_path / "mirror/dists/sid").mkdir(parents=True)
    (tmp_path / "mirror/dists/sid/InRelease").write_text("Suite: sid\n")
    handler = functools.partial(Quiet, directory=tmp_path / "mirror")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"MIRROR=http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def world(tmp_path):
    """A function that makes the environment of a try: its TMPDIR, and what debootstrap does."""
    def make(debootstrap):
        (tmp_path / "bin").mkdir()
        (tmp_path / "tmp").mkdir()
        if debootstrap:
            fake = tmp_path / "bin/debootstrap"
            fake.write_text("#!/bin/sh\n" + debootstrap)
            fake.chmod(0o755)
        path = f"{tmp_path}/bin:{os.environ['PATH']}" if debootstrap else str(tmp_path / "bin")
        return {**os.environ, "PATH": path, "TMPDIR": str(tmp_path / "tmp"),
                "no_proxy": "127.0.0.1"}
    return make


def attempt(env, *words):
    return subprocess.run([sys.executable, TRY, *words], env=env, text=True, check=False,
                          stdin=subprocess.DEVNULL, capture_output=True)


def check_refusal(done, tmp_path, phrase):
    assert done.returncode == 2 and not done.stdout, done
    assert phrase in done.stderr and done.stderr.count("\n") == 1, done
    assert os.listdir(tmp_path / "tmp") == [] and str(tmp_path) not in mounts()


def mounts():
    with open("/proc/mounts", encoding="utf-8") as file:
        return file.read()


@pytest.mark.parametrize("words", [[], ["sid", "trixie"], ["--help"], ["../sid"], ["MIRROR=x"]],
                         ids=" ".join)
def test_wrong_use(world, tmp_path, words):
    check_refusal(attempt(world("exit 1"), *words), tmp_path, "one SUITE is wanted")


def test_without_root(world, tmp_path):
    done = subprocess.run([sys.executable, "-c", AS_NOBODY, TRY, "sid"], env=world("exit 1"),
                          text=True, check=False, capture_output=True)
    check_refusal(done, tmp_path, "use sudo")


def test_without_debootstrap(world, tmp_path):
    check_refusal(attempt(world(""), "sid"), tmp_path, "apt-get install debootstrap")


def test_unknown_suite(world, tmp_path, mirror):
    check_refusal(attempt(world("exit 1"), "none", mirror), tmp_path, "has no suite none (404)")


@pytest.mark.parametrize("address", ["http://127.0.0.1:9", "file:///none", "none"])
def test_mirror_that_does_not_answer(world, tmp_path, address):
    done = attempt(world("exit 1"), "sid", "MIRROR=" + address)
    check_refusal(done, tmp_path, "the mirror does not answer")


def test_debootstrap_that_fails_tells_why_without_a_password(world, tmp_path, mirror):
    env = world("echo 'W: before'; echo 'E: no way to http://me:secret@host/debian'; exit 1")
    done = attempt(env, "sid", mirror)
    check_refusal(done, tmp_path, "E: no way to http://host/debian")


UP = "mkdir $5 && mount -t tmpfs none $5 && : > $5/file && touch \"$TMPDIR/../up\"; exec sleep 1000"


def start_and_wait(env, tmp_path, mirror):
    """A try whose debootstrap has mounted something and sleeps."""
    process = subprocess.Popen([sys.executable, TRY, "sid", mirror], env=env,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    limit = time.monotonic() + runner.GUARD_S
    while not (tmp_path / "up").exists():
        assert time.monotonic() < limit and process.poll() is None, "debootstrap was not started"
        time.sleep(0.02)
    return process


def sleepers(tmp_path):
    """Pids of the processes in whose environment this test's folder stands."""
    found = []
    for pid in filter(str.isdecimal, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                if int(pid) != os.getpid() and os.fsencode(tmp_path / "tmp") in file.read():
                    found.append(pid)
        except OSError:
            pass
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL],
                         ids=lambda number: number.name)
def test_stopped_on_the_way(world, tmp_path, mirror, number):
    """Even SIGKILL leaves no mount and no process; it alone leaves a folder."""
    signals = {signal.SIGINT, signal.SIGHUP}
    old = {each: signal.signal(each, signal.SIG_DFL) for each in signals}
    try:
        process = start_and_wait(world(UP), tmp_path, mirror)
    finally:
        for each, handler in old.items():
            signal.signal(each, handler)
    process.send_signal(number)
    status = process.wait(runner.GUARD_S)
    assert status == (-9 if number == signal.SIGKILL else 128 + number)
    limit = time.monotonic() + runner.GUARD_S
    while sleepers(tmp_path):
        assert time.monotonic() < limit, f"still there: {sleepers(tmp_path)}"
        time.sleep(0.02)
    assert str(tmp_path) not in mounts()
    assert number == signal.SIGKILL or os.listdir(tmp_path / "tmp") == []
