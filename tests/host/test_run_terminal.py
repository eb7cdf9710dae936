"""test_run_terminal.py - tools/run on a terminal: the shell without CMD, and -t.

pexpect plays the person. Between two steps it waits for what the person would see.
"""
import os
import signal
import subprocess
import termios

import pexpect
import pytest

import runner

# The line editor draws the prompt anew at every key: what a command prints is waited for first.
PROMPT = r'\$ '

needs_terminal = pytest.mark.needs('terminal')


@pytest.fixture
def terminal():
    """terminal(*args): tools/run on a fresh terminal of 33 rows and 99 columns."""
    opened = []

    def spawn(*args):
        child = pexpect.spawn(runner.RUN, ['--build', runner.BUILD, *args], timeout=60,
                              dimensions=(33, 99), env=dict(os.environ, TERM='vt100'),
                              preexec_fn=runner.hear_signals)
        opened.append(child)
        return child

    yield spawn
    for child in opened:
        child.close(force=True)


def end(child):
    """The rest of the output, and the status."""
    child.expect(pexpect.EOF)
    child.close()
    return child.before.decode(errors='replace'), child.exitstatus


@pytest.mark.core
@needs_terminal
def test_shell(terminal):
    child = terminal()
    child.expect(PROMPT)
    child.sendline('echo $TERM "x""y"')
    child.expect('vt100 xy\r\n')
    child.expect(PROMPT)
    child.sendline('exit 5')
    out, status = end(child)
    assert status == 5 and 'tools/run: exit 5 (command)' in out


@needs_terminal
def test_end_key(terminal):
    """ctrl-d at the prompt ends the shell."""
    child = terminal()
    child.expect(PROMPT)
    child.send('\x04')
    assert end(child)[1] == 0


@needs_terminal
def test_leave(terminal):
    """ctrl-a x leaves, with the terminal as it was."""
    child = terminal()
    before = termios.tcgetattr(child.child_fd)
    child.expect(PROMPT)
    assert termios.tcgetattr(child.child_fd) != before, 'the terminal never was raw'
    child.send('\x01')
    child.send('x')
    child.expect_exact('tools/run: exit 0 (left by ctrl-a x)')
    child.expect(pexpect.EOF)
    assert termios.tcgetattr(child.child_fd) == before
    child.close()
    assert child.exitstatus == 0


@needs_terminal
def test_terminal_restored_after_a_signal(terminal):
    child = terminal('-t', '--', 'sh', '-c', 'echo up; sleep 1000')
    before = termios.tcgetattr(child.child_fd)
    child.expect('up')
    child.kill(signal.SIGTERM)
    child.expect(pexpect.EOF)
    assert termios.tcgetattr(child.child_fd) == before
    child.close()
    assert child.exitstatus == 143


@needs_terminal
def test_interrupt_key(terminal):
    """ctrl-c is the guest's: it ends the command, not the shell, not the machine."""
    child = terminal()
    child.expect(PROMPT)
    child.sendline('echo n"o"w; sleep 1000')
    child.expect('now\r\n')
    child.send('\x03')
    child.expect(PROMPT)
    child.sendline('echo status $?')
    child.expect('status 130\r\n')
    child.expect(PROMPT)
    child.sendline('exit 9')
    assert end(child)[1] == 9


def test_interrupt_key_with_command(terminal):
    """Without -t a command gets no terminal, so ctrl-c is the host's: 130."""
    child = terminal('--', 'sh', '-c', 'echo up; sleep 1000')
    child.expect('up')
    child.send('\x03')
    out, status = end(child)
    assert status == 130 and 'exit 130 (signal SIGINT)' in out


@needs_terminal
def test_command_on_a_terminal(terminal):
    """-t: line editing, echo and a size; the status is the command's."""
    child = terminal('-t', '--', 'sh', '-c', 'echo up; read line; echo "<$line>"; exit 6')
    child.expect('up\r\n')
    child.send('wrogn\x7f\x7fng\r')
    child.expect('<wrong>')
    assert end(child)[1] == 6


@needs_terminal
def test_no_greeting_but_for_the_login_shell(terminal):
    """A shell that was asked for by name, on a terminal or not, says nothing of its own."""
    child = terminal('-t', '--', 'sh')
    child.expect(PROMPT)
    assert b'Postern' not in child.before, child.before
    child.sendline('exit')
    end(child)
    for words in ([], ['--', '/bin/sh']):
        assert runner.run(words, b'echo a\n').out == b'a\n', words


def test_no_terminal_without_t(terminal):
    """fds 0 to 2 are never a terminal without -t, even when the host's are."""
    child = terminal('--', 'ls', '-l', '/proc/self/fd')
    out, _ = end(child)
    assert out.count('virtio-ports') == 3 and 'console' not in out and 'tty' not in out, out


@needs_terminal
def test_window_size(terminal, tmp_path):
    """A command on a terminal knows how large it is."""
    source = '#include <stdio.h>\n#include <sys/ioctl.h>\nint main(void) { struct winsize w; ' \
             'ioctl(0, TIOCGWINSZ, &w); printf("%dx%d\\n", w.ws_row, w.ws_col); }'
    program = runner.compile_static(tmp_path, source)
    child = terminal('-t', '--add', program + '=/size', '--', '/size')
    assert '33x99' in end(child)[0]


@needs_terminal
def test_t_without_a_terminal():
    """-t with a pipe: its bytes are typed, its end is the end of input."""
    result = runner.run(['-t', '--', 'cat'], b'typed\n')
    assert result.status == 0, result
    assert result.out.replace(b'\r\n', b'\n').count(b'typed\n') == 2, 'echo, and what cat wrote'


@needs_terminal
def test_t_with_empty_input():
    result = runner.run(['-t', '--', 'echo', 'there'], b'')
    assert (result.status, result.out) == (0, b'there\r\n'), result


@pytest.fixture
def without_terminal(tmp_path):
    """A build folder whose kernel, by what it says of itself, has no annex."""
    for name in ('kernel.elf', 'initrd.cpio'):
        os.symlink(os.path.join(runner.BUILD, name), tmp_path / name)
    (tmp_path / 'annex').write_text('\n')
    return str(tmp_path)


@pytest.mark.parametrize('args', [['-t', '--', 'true'], []], ids=['-t', 'shell'])
def test_refused_without_the_annex(terminal, without_terminal, args):
    """A kernel that was built without the terminal can run a command, and nothing on a terminal."""
    out, status = end(terminal('--build', without_terminal, *args))
    assert status == 2 and 'built without the annex terminal' in out, out


def test_shell_refused_without_the_annex(without_terminal):
    """Also one that reads its commands from a file: a script must not find out by chance."""
    result = runner.run([], b'echo typed\n', build=without_terminal)
    assert result.status == 2 and not result.out, result
    assert 'built without the annex terminal' in result.err.decode(), result


def test_background_run_is_not_stopped(terminal):
    """A run in the background of a terminal reads nothing and goes on."""
    shell = pexpect.spawn('sh', ['-c', 'set -m; %s --build %s -- echo done & wait; echo over' %
                                 (runner.RUN, runner.BUILD)], timeout=60)
    shell.expect('done')
    shell.expect('over')
    shell.close(force=True)


def test_make_run_ends():
    """`make run </dev/null` is a shell that has nothing to do."""
    words = ['make', '-C', runner.ROOT, 'run', 'O=' + runner.BUILD]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout.decode()


@needs_terminal
def test_make_run_left_by_a_person():
    """A shell that is left after a ctrl-c has status 130, and that is no error of make's."""
    child = pexpect.spawn('make', ['-C', runner.ROOT, 'run', 'O=' + runner.BUILD],
                          timeout=runner.GUARD_S, preexec_fn=runner.hear_signals)
    child.expect(PROMPT)
    child.send('\x03')
    child.expect(PROMPT)
    child.send('\x04')
    out, status = end(child)
    assert status == 0 and 'exit 0 (left with 130)' in out and '***' not in out, out


@needs_terminal
def test_make_run_with_wrong_words_on_a_terminal():
    """Nobody has left anything: that is an error of make's, as is a shell that a signal ends."""
    words = ['-C', runner.ROOT, 'run', 'O=' + runner.BUILD]
    out, status = end(pexpect.spawn('make', [*words, 'SMP=99'], timeout=runner.GUARD_S))
    assert status == 2 and 'exit 2 (no start)' in out, out
    child = pexpect.spawn('make', words, timeout=runner.GUARD_S)
    child.expect(PROMPT)
    child.sendline('kill -9 $$')
    out, status = end(child)
    assert status == 2 and 'exit 137 (signal SIGKILL)' in out, out


def test_make_run_gives_the_status_of_a_command():
    for words, stdin in (['CMD=sh -c "exit 7"'], b''), ([], b'exit 7\n'):
        done = subprocess.run(['make', '-C', runner.ROOT, 'run', 'O=' + runner.BUILD, *words],
                              input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert done.returncode == 2 and b'Error 7' in done.stderr, done


def test_make_run_passes_dollars():
    """A dollar in CMD is the shell's, and make has no hand in it."""
    done = subprocess.run(['make', '-C', runner.ROOT, '-s', 'run', 'O=' + runner.BUILD,
                           'CMD=echo "$$" \'$HOME  $(PATH)\''], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE)
    number, _, rest = done.stdout.decode().partition(' ')
    assert number.isdecimal() and rest == '$HOME  $(PATH)\n', done
