"""test_tty.py - the shell at a terminal: prompt, editing, history, ctrl-c, end of input.

pexpect plays the person: it types only when it sees the prompt, because what is typed earlier is
the terminal's to edit and not the shell's. Ctrl-c goes to whoever has the terminal when it arrives:
before it is typed, that one has printed something itself (a builtin, not a program). What tools/run
does with a terminal is in test_run_terminal.py, the language of the shell in test_sh.py.
"""
import os

import pexpect
import pytest

import runner

PROMPT = 'postern$ '
UP, DOWN, RIGHT, LEFT = '\x1b[A', '\x1b[B', '\x1b[C', '\x1b[D'
HOME, END, DELETE = '\x1b[H', '\x1b[F', '\x1b[3~'
COLUMNS = 60

pytestmark = pytest.mark.needs('terminal')


class Person:
    """Somebody at the keyboard of a fresh machine."""

    def __init__(self, *words):
        self.screen = pexpect.spawn(runner.RUN, ['--build', runner.BUILD, *words], timeout=60,
                                    dimensions=(24, COLUMNS), encoding='utf-8',
                                    env=dict(os.environ, TERM='vt100'))
        self.screen.delaybeforesend = None
        self.screen.expect_exact(PROMPT)

    def see_prompt(self, prompt=PROMPT):
        """Waits for a prompt on a new line: each key draws the line, and so the prompt, again."""
        self.screen.expect_exact('\n\r\x1b[K' + prompt)

    def type(self, keys):
        self.screen.send(keys)

    def run(self, keys):
        """Types a command and enter. Returns what it printed, up to the next prompt."""
        self.type(keys + '\r')
        self.screen.expect_exact('\r\n')
        self.screen.expect_exact('\r\x1b[K' + PROMPT)
        return self.screen.before.replace('\r\n', '\n')

    def leave(self):
        self.screen.expect(pexpect.EOF)
        self.screen.close()
        return self.screen.exitstatus


@pytest.fixture
def person():
    someone = Person()
    yield someone
    someone.screen.close(force=True)


def test_runs_commands(person):
    assert person.run('echo hello') == 'hello\n'
    assert person.run('') == ''
    assert person.run('false; echo $?') == '1\n'


EDITS = [
    ('insert in the middle', 'echo ac' + LEFT + 'b', 'abc'),
    ('left and right', 'echo ad' + LEFT + LEFT + RIGHT + 'c', 'acd'),
    ('home and end keys', 'cho x' + HOME + 'e' + END + 'y', 'xy'),
    ('ctrl-a and ctrl-e', 'cho x\x01e\x05y', 'xy'),
    ('backspace', 'echo abx\x7fc', 'abc'),
    ('backspace at the beginning', 'cho x\x01\x7fe', 'x'),
    ('delete', 'echo abxc' + LEFT + LEFT + DELETE, 'abc'),
    ('ctrl-d in a line deletes', 'echo abxc' + LEFT + LEFT + '\x04', 'abc'),
    ('ctrl-k', 'echo abcd' + LEFT + LEFT + '\x0b', 'ab'),
    ('ctrl-u', 'nonsense\x15echo a', 'a'),
    ('ctrl-w', 'echo one two\x17three', 'one three'),
    ('ctrl-l', 'echo a\x0cb', 'ab'),
    ('unknown keys', 'echo a\x1b[5~\x1b[15~\x07b', 'ab'),
    ('at both ends', 'echo a' + RIGHT * 2 + 'b' + LEFT * 20 + RIGHT * 20 + 'c', 'abc'),
    ('over characters of several bytes', 'echo 你' + LEFT + RIGHT + '好', '你好'),
    ('characters of several bytes', 'echo x你好' + LEFT + '\x7fy', 'xy好'),
]


def test_editing(person):
    for what, keys, printed in EDITS:
        assert person.run(keys) == printed + '\n', what


def test_line_longer_than_the_screen(person):
    """It moves sideways: no line of the screen is ever filled, so none wraps."""
    long = 'w' * (2 * COLUMNS)
    person.type('echo ' + long)
    person.type('\x01' + RIGHT * 5 + 'x\x05z\r')
    person.screen.expect_exact('\r\nx%sz\r\n' % long)
    drawn = person.screen.before.split('\r\x1b[K')
    assert max(len(line.split('\x1b')[0]) for line in drawn) < COLUMNS


def test_line_longer_than_the_buffer(person):
    """The editor stops taking keys at 4095, and says so with the bell."""
    person.type('x' * 4100)
    person.screen.expect_exact('\a')
    person.type('\x15')
    assert person.run('echo alive') == 'alive\n'


# --- the tab key ---------------------------------------------------------------------------------

def test_tab_completes(person):
    """A command, a file, and a name with a blank; what is added is quoted as the word is."""
    person.run('mkdir /tmp/d; cd /tmp/d; mkdir folder; >"a file"; >"it\'s"; >abc1; >abc2; '
    '>folder/xyz')
    for what, keys, printed in (
            ('a program', 'unam\t', 'Linux'),
            ('a builtin', 'pw\t', '/tmp/d'),
            ('a path', 'ec\t/tm\td/fo\tx\t', '/tmp/d/folder/xyz'),
            ('a blank', 'echo a\\ \t.', 'a file .'),
            ('a name in quotes', 'echo "a f\t.', 'a file .'),
            ('a quote in a name', 'echo it\t', "it's"),
            ('the common part', 'echo ab\t2', 'abc2'),
            ('a command behind an operator', 'true; ech\ta >/dev/null | unam\t', 'Linux'),
            ('a file behind an arrow', 'echo b >fold\tx\t; cat fol\tx\t', 'b'),
            ('in the middle of a line', 'ech  x' + LEFT * 3 + '\t', 'x'),
            ('nothing fits', 'echo zz\t', 'zz')):
        assert person.run(keys) == printed + '\n', what


def test_second_tab_lists(person):
    """The first one rings the bell; the line stays as it was."""
    person.run('mkdir /tmp/l; cd /tmp/l; >one1; >one2; >.hidden; mkdir one3')
    person.type('echo on\t\t')
    person.screen.expect_exact('one1   one2   one3/')
    person.see_prompt(PROMPT + 'echo one')
    assert person.run('1') == 'one1\n'
    person.type('\t\t')
    person.screen.expect('(?s)cat\\s.*vdso-tour')
    person.see_prompt()
    assert person.run('ls .\t\x15echo done') == 'done\n'


def test_login_shell_greets_once():
    """The login shell greets: three lines. One that it starts does not."""
    someone = Person()
    lines = someone.screen.before.split('\r\n')[-4:-1]
    assert 'Postern' in lines[0] and 'ctrl-a x' in lines[1] and 'help' in lines[2], lines
    assert max(map(len, lines)) <= 80
    assert 'This is' not in someone.run('sh -c "echo inner"')
    someone.type('sh\r')
    someone.see_prompt()
    assert 'This is' not in someone.screen.before
    assert 'vdso-tour' in someone.run('help')
    someone.screen.close(force=True)


def test_poweroff_at_the_prompt(person):
    person.type('poweroff\r')
    assert person.leave() == 0


def test_history(person):
    person.run('echo one')
    person.run('echo two')
    assert person.run(UP) == 'two\n'
    assert person.run(UP + UP) == 'one\n', 'the same line twice is kept once'
    assert person.run(UP + UP + UP + DOWN + '!') == 'two!\n'
    assert person.run('echo draft' + UP + UP + DOWN + DOWN) == 'draft\n'
    assert person.run(UP * 200 + HOME + '\x0becho bottom') == 'bottom\n'


def test_history_is_a_ring(person):
    for number in range(105):
        person.run(': %d' % number)
    person.type(UP * 120)
    person.screen.expect_exact(PROMPT + ': 5')


def test_interrupt_of_a_line(person):
    person.type('nonsense\x03')
    person.screen.expect_exact('^C')
    person.see_prompt()
    assert person.run('echo $?') == '130\n'


def test_interrupt_of_a_program(person):
    """ctrl-c reaches the program and not the shell, and ends the line that it is in."""
    person.type('sh -c \'echo up; exec sleep 1000\'; echo not this\r')
    person.screen.expect_exact('up\r\n')
    person.type('\x03')
    person.see_prompt()
    assert 'not this' not in person.screen.before
    assert person.run('echo $?') == '130\n'


def test_interrupt_of_a_pipeline(person):
    """The last stage says that it is there: the shell starts them in order, and a signal before
    that would find only some of them."""
    person.type('sleep 1000 | sleep 1000 | sh -c \'echo up >&2; exec cat\'\r')
    person.screen.expect_exact('up\r\n')
    person.type('\x03')
    person.see_prompt()
    assert person.run('ps | wc -l') == '5\n', 'not only init, sh, ps, wc and the title are left'


def test_interrupt_of_the_shell_itself(person):
    person.type('pwd; while :; do :; done\r')
    person.screen.expect_exact('\r\n/\r\n')
    person.type('\x03')
    person.see_prompt()
    assert person.run('echo $?') == '130\n'


def test_interrupt_of_wait(person):
    """The background does not hear it."""
    person.type('sleep 1000 & pwd; wait\r')
    person.screen.expect_exact('\r\n/\r\n')
    person.type('\x03')
    person.see_prompt()
    assert person.run('kill -0 $!; echo $?') == '0\n'


def test_stop_key_stops_nothing(person):
    """Without job control nobody could resume what ctrl-z stopped."""
    person.type('read x; echo "<$x>"; cat\r')
    person.screen.expect_exact('\r\n')
    person.type('\x1aline\r')
    person.screen.expect_exact('line>\r\n')
    person.type('\x04')
    person.screen.expect_exact('\r\x1b[K' + PROMPT)


def test_death_is_reported(person):
    assert person.run('sh -c \'kill -SEGV $$\'') == 'Segmentation fault\n'
    assert person.run('echo $?') == '139\n'


def test_line_that_goes_on(person):
    person.type("'ec\r")  # not yet a whole word
    person.see_prompt('> ')
    assert person.run("ho'") == 'sh: ec\nho: not found\n'
    person.type('echo "a\r')
    person.see_prompt('> ')
    assert person.run('b"') == 'a\nb\n'
    person.type('if true\r')
    person.see_prompt('> ')
    person.type('then echo c\r')
    person.see_prompt('> ')
    assert person.run('fi') == 'c\n'
    person.type('echo "a\r')
    person.see_prompt('> ')
    person.type('\x03')
    person.see_prompt()


def test_errors_end_a_line_only(person):
    assert person.run('echo a; )') == 'sh: line 1: syntax error: unexpected )\n'
    assert person.run('echo $?') == '2\n'
    assert person.run('echo $((1/0)); echo no') == 'sh: arithmetic: division by zero\n'
    assert person.run('nonesuch') == 'sh: nonesuch: not found\n'
    assert person.run('echo alive') == 'alive\n'


def test_terminal_is_sane_in_commands(person):
    """While a command runs the terminal echoes and edits by itself."""
    person.type('read x\r')
    person.screen.expect_exact('\r\n')
    person.type('abx\x7fc\r')
    person.see_prompt()
    assert person.run('echo $x') == 'abc\n'


RAW = r"""
#include <signal.h>
#include <termios.h>
int main(int argc, char **argv)
{
    struct termios modes;
    tcgetattr(0, &modes);
    cfmakeraw(&modes);
    tcsetattr(0, TCSANOW, &modes);
    return argc > 1 ? raise(SIGKILL) : 0;
}
"""


def test_terminal_after_a_program_that_was_killed(tmp_path):
    """It had no chance to put the modes back. One that ended by itself has meant what it did, and
    even then the prompt works."""
    someone = Person('--add', runner.compile_static(tmp_path, RAW) + '=/bin/raw')
    assert someone.run('raw x') == 'Killed\n'
    someone.type('read x\r')
    someone.screen.expect_exact('\r\n')
    someone.type('abx\x7fc\r')
    someone.see_prompt()
    assert someone.run('echo $x') == 'abc\n'
    someone.type('raw\r')
    someone.screen.expect_exact(PROMPT)
    someone.type('echo a\x7fwork\r')
    someone.screen.expect_exact('work\n')
    someone.screen.close(force=True)


def test_shell_in_the_shell(person):
    """The inner one takes the terminal and gives it back."""
    person.run('sh')
    person.run('sh -c \'exit 3\'')
    person.type('\x04')
    person.see_prompt()
    assert person.run('echo $?') == '3\n'
    person.type('sh -c \'echo up; exec sleep 1000\'\r')
    person.screen.expect_exact('up\r\n')
    person.type('\x03')
    person.see_prompt()


def test_columns_of_ls(person):
    """ls knows how wide the screen is."""
    lines = person.run('ls /bin').splitlines()
    assert 1 < len(lines) < 20 and max(map(len, lines)) <= COLUMNS


def test_end_key(person):
    """ctrl-d on an empty line ends the shell with the status of the last command."""
    person.run('sh -c \'exit 9\'')
    person.type('\x04')
    assert person.leave() == 9


def test_exit(person):
    person.type('exit 4\r')
    assert person.leave() == 4
