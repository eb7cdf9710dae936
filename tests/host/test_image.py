"""test_image.py - tools/image: kernel and programs as one file that QEMU boots by itself.

What counts is what plain QEMU does with the file, so tools/run has no part in it: the command's
output comes on the serial port and its status is QEMU's own. Not here: which file of the host goes
where in the guest (test_run_add.py). The contract is the usage text of tools/image.
"""
import os
import subprocess

import pexpect
import pytest

import runner

# What the contract promises to be enough.
QEMU = ['qemu-system-riscv64', '-M', 'virt', '-nographic', '-kernel']


def image(tmp_path, *args, command=('true',), status=0):
    path = str(tmp_path / 'image')
    words = [runner.IMAGE, '--build', runner.BUILD, *args, '-o', path, '--', *command]
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == status, done.stderr
    return path


def boot(path, *more):
    """(status, what the serial port said after the firmware) of plain QEMU."""
    done = subprocess.run([*QEMU, path, *more], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=runner.GUARD_S)
    return done.returncode, done.stdout.decode(errors='replace').rpartition('MEDELEG')[2]


@pytest.mark.core
@pytest.mark.parametrize('status', [0, 1, 42, 255])
def test_status(tmp_path, status):
    """The firmware ends its lines by CR LF; the kernel does so if it has a terminal."""
    end = '\r\n' if runner.has_annex('terminal') else '\n'
    path = image(tmp_path, command=('sh', '-c', 'echo hello; exit %d' % status))
    code, out = boot(path)
    assert code == status and out.endswith('\r\nhello' + end), out


def test_kernel_is_silent(tmp_path):
    code, out = boot(image(tmp_path, command=('echo', 'alone')))
    assert code == 0 and out.splitlines()[1:] == ['alone'], out


def test_signal_and_missing_command(tmp_path):
    assert boot(image(tmp_path, command=('sh', '-c', 'kill -9 $$')))[0] == 137
    code, out = boot(image(tmp_path, command=('nonsense',)))
    assert code == 127 and 'nonsense' in out, out


def test_harts_and_memory(tmp_path):
    path = image(tmp_path, command=('cat', '/proc/cpuinfo'))
    code, out = boot(path, '-smp', '4', '-m', '64M')
    assert code == 0 and out.count('processor') == 4, out


def test_arguments_and_files(tmp_path):
    (tmp_path / 'file').write_bytes(b'content of the file\n' * 300)
    words = ['sh', '-c', 'cat /data/file | wc -c; echo "<$1>"', 'sh', 'two  spaces']
    path = image(tmp_path, '--add', '%s=/data/file' % (tmp_path / 'file'), command=words)
    code, out = boot(path)
    assert code == 0 and '6000' in out and '<two  spaces>' in out, out


@pytest.mark.parametrize('base', ['1970-01-01T00:00:00', '1960-01-01T00:00:00'])
def test_clock_of_the_board_knows_no_time(tmp_path, base):
    """It is 1970 at the reset then. The wall clock may not be set to before that: it would show
    less than MONOTONIC."""
    script = 'date +%Y; date -s @0; echo $?; date +%Y; date -s @86400 +%j'
    code, out = boot(image(tmp_path, command=('sh', '-c', script)), '-rtc', 'base=' + base)
    said = out.split('\r\n', 1)[1].replace('\r', '').split('\n')
    assert said == ['1970', 'date: cannot set the clock: Invalid argument', '1', '1970', '002', '']


@pytest.mark.needs('terminal')
def test_input_from_the_serial_port(tmp_path):
    path = image(tmp_path, command=('sh', '-c', 'echo up; read line; echo "<$line>"'))
    child = pexpect.spawn(QEMU[0], [*QEMU[1:], path], timeout=60)
    child.expect('up\r+\n')
    child.send('words\r')
    child.expect('<words>')
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_repeatable(tmp_path):
    """The same words, the same bytes."""
    first = open(image(tmp_path), 'rb').read()
    assert first == open(image(tmp_path), 'rb').read()


@pytest.mark.parametrize('args', [
    [], ['-o', 'x'], ['--', 'true'], ['-o', 'x', '--'], ['-o', '/no/such/folder/x', '--', 'true'],
    ['-o', '--', 'true'], ['-o', '', '--', 'true'], ['--what', '-o', 'x', '--', 'true'],
    ['--add', '/no/such=/x', '-o', 'x', '--', 'true'],
], ids=' '.join)
def test_wrong_use(tmp_path, args):
    done = subprocess.run([runner.IMAGE, '--build', runner.BUILD, *args], cwd=tmp_path,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 2 and done.stderr.startswith(b'tools/image: '), done
    assert os.listdir(tmp_path) == []


def test_nothing_built(tmp_path):
    done = subprocess.run([runner.IMAGE, '--build', str(tmp_path), '-o', str(tmp_path / 'x'), '--',
                           'true'], stderr=subprocess.PIPE)
    assert done.returncode == 125 and b'make' in done.stderr
