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
    fallback = os.path.join(tempfile.gettempdir(), 'postern-runs-%d' % os.getuid())
    for folder in (os.path.join(build, 'runs'), fallback):
        try:
            os.makedirs(folder, mode=0o700 if folder is fallback else 0o777, exist_ok=True)
            fd = os.open(os.path.join(folder, name),
                         os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o644)
        except OSError:
            continue
        prune(folder)
        point(build, os.path.join('runs', name) if folder is not fallback else None)
        return fd
    return os.open(os.devnull, os.O_WRONLY)


def create(path, option):
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    except OSError as error:
        raise Refused('%s: cannot write %s: %s' % (option, path, error.strerror)) from None


def point(build, target):
    """Turns BUILD/run.log to the newest log in one step, so that several runs may do it at once."""
    if not target:
        return
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
