"""test_run.py - the contract of tools/run: statuses, standard error, options, wrong use, signals.

Bytes in and out are in test_run_bytes.py, --add in test_run_add.py, the terminal in
test_run_terminal.py. Each test names the sentence of the contract it holds tools/run to.
"""
import os
import re
import signal
import subprocess
import sys
import time

import pytest

import runner
from runner import run, sh, start

LAST_LINE = re.compile(r'tools/run: exit (\d+) \((command|signal SIG\w+|timeout|panic|no start)\)')
# One run of each costs a second: they go over every way a command can end.
ENDS = [
    (['true'], 0, 'command'),
    (['false'], 1, 'command'),
    (['sh', '-c', 'exit 7'], 7, 'command'),
    (['sh', '-c', 'exit 124'], 124, 'command'),
    (['sh', '-c', 'exit 125'], 125, 'command'),
    (['sh', '-c', 'exit 255'], 255, 'command'),
    (['sh', '-c', 'kill -9 $$'], 137, 'signal SIGKILL'),
    (['sh', '-c', 'kill -11 $$'], 139, 'signal SIGSEGV'),
    (['sh', '-c', 'kill -15 $$'], 143, 'signal SIGTERM'),
    (['no-such-command'], 127, 'command'),
    (['/no/such/path'], 127, 'command'),
    ([''], 127, 'command'),
    (['/tmp'], 126, 'command'),
]


def descendants(pid):
    """Pids of the children of a live process."""
    try:
        with open('/proc/%d/task/%d/children' % (pid, pid)) as f:
            return [int(word) for word in f.read().split()]
    except OSError:
        return []


def alive(pid):
    """A zombie that nobody has buried counts as dead."""
    try:
        with open('/proc/%d/stat' % pid) as f:
            return f.read().rpartition(')')[2].split()[0] != 'Z'
    except OSError:
        return False


def wait_until(condition, what):
    limit = time.monotonic() + runner.GUARD_S
    while not condition():
        assert time.monotonic() < limit, 'never happened: ' + what
        time.sleep(0.02)


def started(args, **more):
    """A machine whose command has written its first line, so it is up; and the pids of its QEMU."""
    process = start(args, **more)
    assert process.stdout.readline() == b'up\n', process.stderr.read()
    return process, descendants(process.pid)


# --- how a command ends ---------------------------------------------------------------------------
@pytest.mark.core
@pytest.mark.parametrize('command, status, reason', ENDS, ids=[' '.join(e[0]) for e in ENDS])
def test_status_and_last_line(command, status, reason):
    result = run(['--', *command])
    assert result.status == status, result
    assert result.last == 'tools/run: exit %d (%s)' % (status, reason), result


def test_not_executable_file(tmp_path):
    """126: there, but not executable, or in no format that the kernel knows."""
    plain, strange = tmp_path / 'plain', tmp_path / 'strange'
    plain.write_bytes(b'#!/bin/sh\n')
    plain.chmod(0o644)
    strange.write_bytes(b'\1\2\3\4' * 100)
    strange.chmod(0o755)
    for path in plain, strange:
        result = run(['--add', '%s=/x' % path, '--', '/x'])
        assert result.status == 126, result


@pytest.mark.core
def test_quiet_success():
    """Standard error has warnings and the last line, nothing else."""
    result = run(['--', 'true'])
    assert result.errors == ['tools/run: exit 0 (command)'], result
    assert result.out == b''


def test_timeout():
    result = run(['--timeout', '3', '--', 'sh', '-c', 'echo before; sleep 1000'])
    assert (result.status, result.out) == (124, b'before\n'), result
    assert result.last == 'tools/run: exit 124 (timeout)'


@pytest.mark.core
def test_panic():
    """125: a kernel that finds no init has nothing to run. Its last words are shown."""
    result = run(['--append', 'init=/no/such/init', '--', 'true'])
    assert result.status == 125, result
    assert result.last == 'tools/run: exit 125 (panic)'
    assert any('panic' in line.lower() for line in result.errors[:-1]), result


def test_nothing_built(tmp_path):
    result = run(['--', 'true'], build=str(tmp_path))
    assert result.status == 125 and 'make' in result.errors[0], result
    assert result.last == 'tools/run: exit 125 (no start)'
    assert os.listdir(tmp_path) == [], 'a refused run leaves nothing behind'


def test_no_start(tmp_path):
    """QEMU that dies at once is no panic, and what it said is shown."""
    fake = tmp_path / 'qemu-system-riscv64'
    fake.write_text('#!/bin/sh\necho qemu-system-riscv64: out of dragons >&2\nexit 1\n')
    fake.chmod(0o755)
    path = '%s:%s' % (tmp_path, os.environ['PATH'])
    result = run(['--', 'true'], env=dict(os.environ, PATH=path))
    assert result.status == 125 and 'out of dragons' in result.err.decode(), result
    assert result.last == 'tools/run: exit 125 (no start)'


def test_no_qemu(tmp_path):
    done = subprocess.run([sys.executable, *runner.words(['--', 'true'])], stdin=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, env=dict(os.environ, PATH=str(tmp_path)))
    assert done.returncode == 125 and b'make setup' in done.stderr, done


# --- wrong use ------------------------------------------------------------------------------------
WRONG = [
    ['--no-such-option'], ['--smp'], ['--smp', '0'], ['--smp', '9'], ['--smp', 'two'],
    ['--smp', '1.5'], ['--mem', '31M'], ['--mem', '3G'], ['--mem', '128'], ['--mem', 'much'],
    ['--timeout', '0'], ['--timeout', '-1'], ['--timeout', 'soon'], ['--timeout', 'nan'],
    ['--seed', '-1'], ['--seed', 'x'], ['--icount', '--smp', '2'], ['--icount=1'],
    ['--add', 'nothing'], ['--add', '/no/such/file=/x'], ['--add', '=/x'],
    ['--add', '/etc/passwd='], ['--add', '/etc/passwd=/'], ['--log', '/no/such/folder/log'],
    ['--trace', '/no/such/folder/t'], ['--trace', ''], ['--log='], ['--build', ''], ['echo'],
    ['-x'], ['-tv'], ['--trac', 'x'],
]


@pytest.mark.parametrize('args', WRONG, ids=[' '.join(args) for args in WRONG])
def test_wrong_use(args, tmp_path):
    """Status 2, said on standard error, before anything boots: a QEMU that tells is in the way."""
    told = tmp_path / 'booted'
    fake = tmp_path / 'qemu-system-riscv64'
    fake.write_text('#!/bin/sh\n: > %s\n' % told)
    fake.chmod(0o755)
    result = run([*args, '--', 'true'] if args != ['--smp'] else args,
                 env=dict(os.environ, PATH='%s:%s' % (tmp_path, os.environ['PATH'])))
    assert result.status == 2, result
    assert result.errors[0].startswith('tools/run: ') and result.out == b'', result
    assert result.last == 'tools/run: exit 2 (no start)'
    assert not told.exists(), 'it booted'


MISSING = [('--smp', 'a number N'), ('--mem', 'a SIZE'), ('--seed', 'a number N'),
           ('--add', 'HOST=GUEST'), ('--append', '"WORDS"'), ('--timeout', 'a number S'),
           ('--trace', 'a FILE'), ('--log', 'a FILE'), ('--build', 'a DIR')]


@pytest.mark.parametrize('option, wanted', MISSING, ids=[option for option, _ in MISSING])
def test_missing_value_is_named(option, wanted):
    """Neither the end of the line nor the -- of a command is taken for a value."""
    for rest in [], ['--', 'true']:
        result = run([option, *rest])
        assert result.status == 2, result
        assert result.errors[0] == 'tools/run: %s wants %s' % (option, wanted), result


def test_empty_command():
    result = run(['--'])
    assert result.status == 2, result


def test_help():
    result = run(['--help'])
    assert result.status == 0 and b'--smp' in result.out and result.err == b'', result


# --- signals and readers --------------------------------------------------------------------------
@pytest.mark.parametrize('number, status', [(signal.SIGINT, 130), (signal.SIGTERM, 143),
                                            (signal.SIGHUP, 129)])
def test_stopped_by_signal(number, status, tmp_path):
    process, children = started(['--', 'sh', '-c', 'echo up; sleep 1000'],
                                env=dict(os.environ, TMPDIR=str(tmp_path)),
                                preexec_fn=runner.hear_signals)
    assert len(children) == 1
    process.send_signal(number)
    assert process.wait(runner.GUARD_S) == status
    last = process.stderr.read().decode().splitlines()[-1]
    assert last == 'tools/run: exit %d (signal %s)' % (status, number.name)
    assert not alive(children[0]), 'QEMU is left'
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGHUP])
def test_ignored_signal_stays_ignored(number):
    """What nohup starts goes on when the terminal is closed, as any program does."""
    process, _ = started(['--', 'sh', '-c', 'echo up; cat'], preexec_fn=runner.ignore_signals)
    process.send_signal(number)
    out, err = process.communicate(b'goes on', timeout=runner.GUARD_S)
    assert (process.returncode, out) == (0, b'goes on'), err


def test_killed(tmp_path):
    """Even SIGKILL leaves no QEMU and no file."""
    process, children = started(['--', 'sh', '-c', 'echo up; sleep 1000'],
                                env=dict(os.environ, TMPDIR=str(tmp_path)))
    process.kill()
    process.wait()
    wait_until(lambda: not alive(children[0]), 'the end of QEMU')
    assert os.listdir(tmp_path) == []


def test_reader_gone():
    process, children = started(['--', 'sh', '-c', 'echo up; while true; do echo more; done'])
    process.stdout.close()
    assert process.wait(runner.GUARD_S) == 141
    assert not alive(children[0])


def test_closed_descriptors():
    """Standard descriptors that are not there must not be taken for something else."""
    line = 'exec "%s" --build "%s" -- sh -c "cat; exit 5" <&- >&- 2>&-' % (runner.RUN, runner.BUILD)
    assert subprocess.run(['sh', '-c', line]).returncode == 5


# --- options --------------------------------------------------------------------------------------
@pytest.mark.core
@pytest.mark.parametrize('count', [1, 2, 4, 8])
def test_smp(count):
    """The last one wins."""
    result = run(['--smp', '3', '--smp', str(count), '--', 'cat', '/proc/cpuinfo'])
    seen = [line for line in result.text.splitlines() if line.startswith('processor')]
    assert result.status == 0 and len(seen) == count, result


@pytest.mark.parametrize('size, mib', [('32M', 32), ('256M', 256), ('1g', 1024), ('2G', 2048)])
def test_mem(size, mib):
    result = run(['--mem', size, '--', 'cat', '/proc/meminfo'])
    total = int(re.search(r'MemTotal:\s+(\d+) kB', result.text)[1])
    assert mib * 1024 * 0.9 < total <= mib * 1024, result


def test_append():
    result = run(['--append', 'one=1', '--append', 'loglevel=4 two=2', '--',
                  'cat', '/proc/cmdline'])
    assert result.text.strip() == 'loglevel=4 two=2', 'the last one wins'


def test_verbose_and_log(tmp_path):
    """-v shows firmware and kernel; --log has the same."""
    log = tmp_path / 'log'
    result = run(['-v', '--log', str(log), '--', 'true'])
    assert b'OpenSBI' in result.err and re.search(rb'<6>\[ *\d+\.\d{6}\]', result.err), result
    assert result.err.startswith(log.read_bytes()[:1000])


def test_log_of_a_run():
    process, _ = started(['--', 'sh', '-c', 'echo up; cat'])
    process.communicate(b'')
    log = os.path.join(runner.BUILD, 'runs', '%d.log' % process.pid)
    assert b'OpenSBI' in open(log, 'rb').read()


def test_log_link(tmp_path):
    """build/run.log links to the newest."""
    for name in 'kernel.elf', 'initrd.cpio':
        os.symlink(os.path.join(runner.BUILD, name), tmp_path / name)
    assert run(['--', 'true'], build=str(tmp_path)).status == 0
    link = tmp_path / 'run.log'
    assert os.readlink(link).startswith('runs/') and b'OpenSBI' in link.read_bytes()
    assert sorted(os.listdir(tmp_path)) == ['initrd.cpio', 'kernel.elf', 'run.log', 'runs']


def test_read_only_build(tmp_path):
    """A build folder that takes no log (here a file stands in the way of the folder, since root may
    write anywhere) gets it under TMPDIR."""
    build, temporary = tmp_path / 'build', tmp_path / 'tmp'
    build.mkdir()
    temporary.mkdir()
    for name in 'kernel.elf', 'initrd.cpio':
        os.symlink(os.path.join(runner.BUILD, name), build / name)
    (build / 'runs').write_text('')
    result = run(['--', 'echo', 'works'], build=str(build),
                 env=dict(os.environ, TMPDIR=str(temporary)))
    assert (result.status, result.out) == (0, b'works\n'), result
    (folder,) = temporary.iterdir()
    assert [path.suffix for path in folder.iterdir()] == ['.log']


def test_from_anywhere(tmp_path):
    """From any folder, through a link."""
    link = tmp_path / 'a link'
    link.symlink_to(runner.RUN)
    done = subprocess.run([link, '--build', runner.BUILD, '--', 'echo', 'hi'], cwd=tmp_path,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    assert (done.returncode, done.stdout) == (0, b'hi\n')


def test_several_at_once():
    runs = [start(['--', 'sh', '-c', 'echo %d; cat' % i]) for i in range(4)]
    for i, process in reversed(list(enumerate(runs))):
        out, err = process.communicate(b'and %d' % i, timeout=runner.GUARD_S)
        assert (process.returncode, out) == (0, b'%d\nand %d' % (i, i)), err


# --- the same again -------------------------------------------------------------------------------
SHOW = 'cat /proc/self/maps /proc/uptime; ls -l / /bin; date; ps'


def counted(tmp_path, *options, script=SHOW):
    """(output, trace) of one run under --icount."""
    trace = tmp_path / 'trace'
    result = sh(script, '--icount', '--trace', str(trace), *options)
    assert result.status == 0, result
    return result.out, trace.read_bytes()


@pytest.mark.core
def test_icount_repeats(tmp_path):
    """Same command, same bytes, same trace; the clock begins in 2026."""
    first = counted(tmp_path)
    assert first == counted(tmp_path), 'two runs differ'
    assert b'2026' in first[0]


def test_icount_under_load(tmp_path):
    """Much output must not make the guest wait for the host at moments that differ."""
    script = 'for a in 1 2 3 4 5 6; do for b in 1 2 3 4 5 6; do for c in 1 2 3 4 5 6; do ' \
             'echo line $a $b $c; done; done; done; cat /bin/sh /bin/sh /bin/sh'
    assert counted(tmp_path, script=script) == counted(tmp_path, script=script)


def test_icount_one_hart():
    assert run(['--icount', '--smp', '1', '--', 'true']).status == 0


def test_seed(tmp_path):
    """Seed 1 unless told otherwise; another seed, another memory map."""
    maps = 'cat /proc/self/maps'
    one, same, other = (counted(tmp_path, *seed, script=maps)[0]
                        for seed in ([], ['--seed', '1'], ['--seed', '2']))
    assert one == same != other


TRACE_LINE = re.compile(rb'riscv_cpu_do_interrupt: hart:\d, async:[01], cause:[0-9a-f]{16}, '
                        rb'epc:0x[0-9a-f]{16}, tval:0x[0-9a-f]{16}, desc=[a-z_]+')


def test_trace(tmp_path):
    """QEMU's own lines and nothing else, complete when tools/run returns; nobody forges one."""
    trace = tmp_path / '100%d'  # QEMU would put its pid there
    result = sh('echo "riscv_cpu_do_interrupt: hart:7"', '--trace', str(trace))
    assert result.status == 0, result
    data = trace.read_bytes()
    lines = data.split(b'\n')
    assert lines.pop() == b'' and len(lines) > 100
    strange = [line for line in lines if not TRACE_LINE.fullmatch(line)]
    assert strange == []
    assert b'hart:7' not in data and b'desc=user_ecall' in data
