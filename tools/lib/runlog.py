"""runlog.py - where the log of a run goes: BUILD/runs/PID.log, and BUILD/run.log points at it.

A checkout that cannot be written gets its logs under $TMPDIR. Old logs are taken away.
"""
import os
import tempfile

from options import Refused

KEPT = 100


def open_log(build, wanted):
    """The descriptor of a fresh log file."""
    if wanted:
        fd = create(wanted, '--log')
        point(build, os.path.abspath(wanted))
        return fd
    name = '%d.log' % os.getpid()
    fd = create_in(os.path.join(build, 'runs'), name, 0o777)
    if fd is not None:
        point(build, os.path.join('runs', name))
        return fd
    private = os.path.join(tempfile.gettempdir(), 'postern-runs-%d' % os.getuid())
    fd = create_in(private, name, 0o700)
    if fd is not None:
        return fd
    return os.open(os.devnull, os.O_WRONLY)


def create_in(folder, name, mode):
    """A fresh log in a folder, which is made if need be, or None if that cannot be."""
    try:
        os.makedirs(folder, mode, exist_ok=True)
        fd = os.open(os.path.join(folder, name),
                     os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o644)
    except OSError:
        return None
    prune(folder)
    return fd


def create(path, option):
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    except OSError as error:
        raise Refused('%s: cannot write %s: %s' % (option, path, error.strerror)) from None


def point(build, target):
    """Turns BUILD/run.log to the newest log in one step, so that several runs may do it at once."""
    link = os.path.join(build, 'run.log')
    fresh = '%s.%d' % (link, os.getpid())
    try:
        os.symlink(target, fresh)
        os.replace(fresh, link)
    except OSError:
        pass  # read-only: the log is where --log says all the same


def prune(folder):
    """Keeps the newest logs. Another run may take the same file away first."""
    try:
        logs = [(entry.stat().st_mtime, entry.path) for entry in os.scandir(folder)]
        for _, path in sorted(logs)[:-KEPT]:
            os.unlink(path)
    except OSError:
        pass
