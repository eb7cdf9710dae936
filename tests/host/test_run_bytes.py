"""test_run_bytes.py - what goes into the guest and comes out of it, byte for byte.

Arguments, environment, standard input and its end, standard output, much of both.
"""
import os
import random
import subprocess
import threading
import time

import pytest

import runner
from runner import compile_static, run, sh, start

EVERY_BYTE = bytes(range(256))


# --- output ---------------------------------------------------------------------------------------
def test_output_in_order():
    """Stdout and stderr of the guest, in the order written; none of it on standard error."""
    result = sh('echo one; echo two >&2; echo three; echo four >&2')
    assert result.out == b'one\ntwo\nthree\nfour\n', result
    assert len(result.errors) == 1


@pytest.mark.core
def test_no_byte_changed():
    """No echo, no CR, any byte passes, in both directions."""
    data = EVERY_BYTE * 3 + b'\r\n\n\r\x04\x03\x1c\x00' + EVERY_BYTE[::-1]
    result = run(['--', 'cat'], data)
    assert result.out == data and result.status == 0


def test_much_both_ways():
    data = random.Random(1).randbytes(20_000_000)
    result = run(['--', 'cat'], data)
    assert result.status == 0 and len(result.out) == len(data)
    assert result.out == data, 'same length, other bytes'


def test_slow_reader():
    """A reader that takes its time gets everything."""
    data = random.Random(2).randbytes(3_000_000)
    process = start(['--', 'cat'])
    writer = threading.Thread(target=lambda: (process.stdin.write(data), process.stdin.close()))
    writer.start()
    got = b''.join(iter(lambda: os.read(process.stdout.fileno(), 777), b''))
    writer.join()
    assert process.wait() == 0 and got == data


def test_last_bytes_before_the_end():
    """What is written right before the machine powers off is not lost."""
    result = sh('cat /bin/sh; echo -n end')
    assert result.out.endswith(b'end'), result.status


# --- input ----------------------------------------------------------------------------------------
def test_end_of_input():
    """End of file on the host is end of file for the command: wc ends, and counts right."""
    assert run(['--', 'wc', '-c'], b'').text.split()[0] == '0'
    assert run(['--', 'wc', '-c'], b'12345').text.split()[0] == '5'


@pytest.mark.core
def test_input_not_wanted():
    """A command that reads nothing ends all the same; so does its writer."""
    result = run(['--', 'echo', 'done'], b'x' * 5_000_000)
    assert (result.status, result.out) == (0, b'done\n')


def test_input_as_it_comes():
    """Bytes go through when they are there, not when there are many."""
    process = start(['--', 'cat'])
    for line in (b'first\n', b'second\n'):
        process.stdin.write(line)
        process.stdin.flush()
        assert process.stdout.readline() == line
    process.stdin.close()
    assert process.stdout.read() == b'' and process.wait() == 0


def test_two_readers_share_the_input():
    result = sh('read line; echo got $line; cat', stdin=b'one\ntwo\n')
    assert result.out == b'got one\ntwo\n', result


@pytest.mark.core
@pytest.mark.needs("terminal")
def test_shell_from_input():
    """Without CMD the shell reads commands, echoes and prompts nothing, gives the last status."""
    result = run([], b'echo hello\nexit 3\n')
    assert (result.status, result.out) == (3, b'hello\n'), result
    result = run([], b'echo a\nfalse')
    assert (result.status, result.out) == (1, b'a\n'), result
    result = run([], b'')
    assert (result.status, result.out) == (0, b''), result


def test_input_from_file(tmp_path):
    path = tmp_path / 'input'
    path.write_bytes(EVERY_BYTE * 100)
    with open(path, 'rb') as f:
        done = subprocess.run(runner.words(['--', 'cat']), stdin=f, stdout=subprocess.PIPE)
    assert done.stdout == EVERY_BYTE * 100


def test_input_under_icount():
    """Bytes that come late, too: the guest waits, and its clock does not run away meanwhile."""
    data = EVERY_BYTE * 1000
    assert run(['--icount', '--', 'cat'], data).out == data
    process = start(['--icount', '--', 'sh', '-c', 'echo up; cat; cat /proc/uptime'])
    assert process.stdout.readline() == b'up\n'
    time.sleep(0.5)  # the guest has nothing to do
    process.stdin.write(b'late\n')
    process.stdin.close()
    assert process.stdout.readline() == b'late\n'
    assert float(process.stdout.read().split()[0]) < runner.GUARD_S
    assert process.wait() == 0


# --- arguments and environment --------------------------------------------------------------------
ARGUMENTS = ['', 'a b', ' ', '"', "'", '\\', '$HOME', '*', ';', '&', '--', '-v', 'new\nline', '\n',
             '\t', 'x' * 20000, 'ü€', '\udcff\udc80', '\x01\x7f', '%s%n', '`id`', '#', '=']


@pytest.mark.core
def test_arguments(tmp_path):
    """Arguments pass byte for byte: spaces, quotes, newlines, empty ones, long ones, any bytes."""
    result = sh('cat /proc/$$/cmdline; true')
    assert result.out == b'sh\0-c\0cat /proc/$$/cmdline; true\0'
    result = run(['--', 'sh', '-c', 'cat /proc/$$/cmdline; true', *ARGUMENTS])
    assert result.out.split(b'\0')[3:-1] == [os.fsencode(a) for a in ARGUMENTS], result


def test_many_arguments():
    """More than fit on any kernel's command line."""
    words = ['%d' % i for i in range(3000)]
    result = run(['--', 'echo', *words])
    assert result.text.split() == words


def test_environment():
    lines = run(['--', 'env']).text.splitlines()
    assert 'PATH=/bin:/usr/bin' in lines and 'HOME=/root' in lines, lines
    assert sorted(line.partition('=')[0] for line in lines) == ['HOME', 'PATH', 'TERM']


SURROUNDINGS = r'''
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    char cwd[256];
    sigset_t blocked;
    int signals = 0, fds = 0;
    sigprocmask(SIG_BLOCK, NULL, &blocked);
    for (int i = 1; i < 65; i++)
        signals += sigismember(&blocked, i) == 1;
    for (int i = 1; i < 65; i++) {
        struct sigaction a;
        signals += sigaction(i, NULL, &a) == 0 && a.sa_handler != SIG_DFL;
    }
    for (int fd = 0; fd < 1024; fd++)
        if (dup2(fd, fd) == fd)
            fds = fds * 10 + fd + 1;
    printf("%s %03o %d%d%d%d signals=%d fds=%d ttys=%d%d%d ppid=%d\n", getcwd(cwd, sizeof cwd),
           umask(0), getuid(), geteuid(), getgid(), getegid(), signals, fds, isatty(0), isatty(1),
           isatty(2), getppid());
}
'''


def test_surroundings(tmp_path):
    """cwd /, umask 022, ids 0, no signal blocked or ignored, fds 0 to 2 only and no terminal; the
    command is init's child."""
    program = compile_static(tmp_path, SURROUNDINGS)
    result = run(['--add', program + '=/bin/here', '--', 'here'])
    assert result.text == '/ 022 0000 signals=0 fds=123 ttys=000 ppid=1\n', result


@pytest.mark.needs('terminal')
def test_files_that_exist():
    script = 'cd /proc && cd /dev && cd /tmp && echo x > /tmp/file && cat /tmp/file && ' \
             'cat /dev/null && echo y > /dev/null && ls /dev/zero /dev/tty /dev/console /bin/sh'
    result = sh(script)
    assert result.status == 0 and result.text.startswith('x\n'), result


def test_found_in_path(tmp_path):
    """A name without a slash is looked up in PATH: /bin first, then /usr/bin."""
    for name in 'first', 'second':
        (tmp_path / name).write_text('#!/bin/sh\necho %s\n' % name)
        (tmp_path / name).chmod(0o755)
    args = ['--add', '%s=/usr/bin/both' % (tmp_path / 'second')]
    assert run([*args, '--', 'both']).out == b'second\n'
    args += ['--add', '%s=/bin/both' % (tmp_path / 'first')]
    assert run([*args, '--', 'both']).out == b'first\n'


def test_orphans_do_not_hold_the_machine():
    """The machine powers off when the command ends, whoever else still runs."""
    result = sh('sleep 1000 & echo started; exit 4')
    assert (result.status, result.out) == (4, b'started\n'), result
