"""runner.py - starts tools/run (or any program of the tree) for a test and keeps what came out.

Not a fixture: conftest.py and tests import it. POSTERN_BUILD names the build folder under test.
GUARD_S only stops a test that hangs; no verdict depends on time.
"""
import dataclasses
import os
import signal
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.abspath(os.environ.get('POSTERN_BUILD') or os.path.join(ROOT, 'build'))
RUN = os.path.join(ROOT, 'tools', 'run')
IMAGE = os.path.join(ROOT, 'tools', 'image')
CROSS = os.environ.get('CROSS', 'riscv64-linux-gnu-')
GUARD_S = 240


def has_annex(name):
    """Was the kernel under test built with kernel/annex/NAME?"""
    with open(os.path.join(BUILD, 'annex')) as names:
        return name in names.read().split()


@dataclasses.dataclass
class Result:
    """What a finished run left: status, bytes of standard output, lines of standard error."""
    status: int
    out: bytes
    err: bytes

    @property
    def text(self):
        return self.out.decode()

    @property
    def errors(self):
        return self.err.decode(errors='replace').splitlines()

    @property
    def last(self):
        return self.errors[-1] if self.errors else ''

    def __str__(self):
        return 'status %d\n--- output\n%s\n--- errors\n%s' % (
            self.status, self.out[-2000:].decode(errors='replace'),
            self.err[-4000:].decode(errors='replace'))


def words(args, build=BUILD):
    """The command line of tools/run. `args` are its own words; `--build` comes first, so that a
    test can name another."""
    return [RUN, '--build', build, *args]


def hear_signals():
    """For preexec_fn, where a test sends a signal: nohup, CI and background jobs hand down SIGINT
    and SIGHUP ignored, and what is born so keeps it so."""
    for number in signal.SIGINT, signal.SIGHUP:
        signal.signal(number, signal.SIG_DFL)


def ignore_signals():
    """For preexec_fn: as nohup and CI start things."""
    for number in signal.SIGINT, signal.SIGHUP:
        signal.signal(number, signal.SIG_IGN)


def start(args, build=BUILD, **more):
    """A tools/run that goes on by itself, all three ends pipes unless `more` says otherwise."""
    ends = {'stdin': subprocess.PIPE, 'stdout': subprocess.PIPE, 'stderr': subprocess.PIPE, **more}
    return subprocess.Popen(words(args, build), **ends)


def run(args, stdin=b'', build=BUILD, **more):
    """tools/run with these words to its end. `stdin` are the bytes of standard input."""
    done = subprocess.run(words(args, build), input=stdin, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=GUARD_S, **more)
    return Result(done.returncode, done.stdout, done.stderr)


def sh(script, *options, stdin=b'', **more):
    """`sh -c SCRIPT` in the guest."""
    return run([*options, '--', 'sh', '-c', script], stdin, **more)


def compile_static(folder, source, name='program'):
    """A guest program from C source, static, with the cross tool chain's own C library."""
    path = os.path.join(str(folder), name)
    subprocess.run([CROSS + 'gcc', '-O1', '-static', '-x', 'c', '-o', path, '-'],
                   input=source.encode(), check=True)
    return path
