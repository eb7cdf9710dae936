"""test_image.py - tools/image: kernel and programs as one file that QEMU boots by itself.

What counts is what plain QEMU does with the file, so tools/run has no part in it: the command's
output comes on the serial port and its status is QEMU's own. Not here: which file of the host goes
where in the guest (test_run_add.py). The contract is the usage text of tools/image.
"""
import os
import random
import struct
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


# --- a damaged file -------------------------------------------------------------------------------

MAGIC = b'POSTERN-PAYLOAD\0'
PAGE = 4096
NUMBERS = ('initrd_offset', 'initrd_size', 'words_offset', 'words_size')
WORDS = 0, 1, 4, 47, 48, PAGE - 1, PAGE, PAGE + 1, 1 << 20, 1 << 26, 1 << 31, 1 << 32, 1 << 63, \
    -1, -PAGE, -0x200000, -0x80200000


def mutant(header, draw):
    """The header with one to three of its bytes, numbers or words changed."""
    header = bytearray(header)
    for _ in range(draw.randint(1, 3)):
        at = 16 + 8 * draw.randrange(len(NUMBERS))
        old, = struct.unpack_from('<Q', header, at)
        kind = draw.randrange(3)
        if kind == 0:
            struct.pack_into('<Q', header, at, draw.choice(WORDS) % 2**64)
        elif kind == 1:
            step = draw.choice((-PAGE, -8, -4, -1, 1, 4, 8, PAGE, 1 << 20, 1 << 25))
            struct.pack_into('<Q', header, at, (old + step) % 2**64)
        else:
            header[draw.randrange(len(header))] = draw.randrange(256)
    return bytes(header)


@pytest.mark.parametrize('seed', range(10))
def test_mutants_of_the_header(tmp_path, seed):
    """15 of them each. Nothing that the header says is believed: a mutant runs as if nothing was
    wrong, or it is refused in words, status 125. It makes no fault, and it does not hang."""
    data = bytearray(open(image(tmp_path, command=('sh', '-c', 'echo fine; exit 7')), 'rb').read())
    place = next(at for at in range(0, len(data), PAGE) if data[at:at + len(MAGIC)] == MAGIC)
    header = bytes(data[place:place + 64])
    draw = random.Random(seed)
    for number in range(15):
        data[place:place + 64] = changed = mutant(header, draw)
        (tmp_path / 'mutant').write_bytes(data)
        code, out = boot(tmp_path / 'mutant')
        ran = code == 7 and 'fine' in out
        refused = code == 125 and 'panic: ' in out and 'fault' not in out
        assert ran or refused, (
            'seed %d, mutant %d: %s of %s: status %d; usual cause: a number is believed by '
            'kernel/boot/main.c:/^find_payload/\n%s' % (
                seed, number, NUMBERS, struct.unpack_from('<4Q', changed, 16), code, out[-1500:]))


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
