"""test_run_add.py - --add HOST=GUEST: files and folders of the host in the guest.

A static program looks at them from inside, because ls does not show all of it.
"""
import importlib
import os
import re
import subprocess
import sys

import pytest

import runner
from runner import compile_static, run

LOOK = r'''
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        struct stat s;
        char link[256] = "";
        if (lstat(argv[i], &s) != 0) {
            printf("%s none\n", argv[i]);
            continue;
        }
        if (S_ISLNK(s.st_mode) && readlink(argv[i], link, sizeof link - 1) < 0)
            return 1;
        printf("%s %06o %d:%d %ld %ld %s\n", argv[i], s.st_mode, s.st_uid, s.st_gid,
               S_ISDIR(s.st_mode) ? 0 : (long)s.st_size, (long)s.st_mtime, link);
    }
}
'''


@pytest.fixture(scope='module')
def look(tmp_path_factory):
    """look(adds, paths) -> {path: (mode, owner, size, mtime, link)} as the guest sees them."""
    program = compile_static(tmp_path_factory.mktemp('look'), LOOK)

    def ask(adds, paths):
        args = [word for add in adds for word in ('--add', '%s=%s' % add)]
        result = run([*args, '--add', program + '=/look', '--', '/look', *paths])
        assert result.status == 0, result
        lines = [line.split(' ') for line in result.text.splitlines()]
        return {words[0]: tuple(words[1:]) for words in lines}

    return ask


def make(path, text='x', mode=0o644, mtime=1_000_000_000):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    os.utime(path, (mtime, mtime))
    return path


def test_file_as_it_is(look, tmp_path):
    """Mode and time kept, owner 0, GUEST is the final name, missing parents made."""
    path = make(tmp_path / 'file', 'hello', 0o4751, 987654321)
    seen = look([(path, '/new/deep/name')], ['/new', '/new/deep', '/new/deep/name'])
    assert seen['/new/deep/name'] == ('104751', '0:0', '5', '987654321', '')
    assert seen['/new'][0] == seen['/new/deep'][0] == '040755'


def test_folder_whole(look, tmp_path):
    """Modes, times and links inside kept, of folders too; a hard link stays one file."""
    top = tmp_path / 'top'
    make(top / 'a' / 'file', 'abc', 0o600, 1_111_111_111)
    os.link(top / 'a' / 'file', top / 'hard')
    (top / 'link').symlink_to('a/file')
    (top / 'nowhere').symlink_to('/no/such')
    (top / 'empty').mkdir()
    (top / 'empty').chmod(0o1700)
    os.utime(top / 'empty', (5, 5))
    os.utime(top / 'a', (1_222_222_222, 1_222_222_222))
    names = ['/to/a', '/to/a/file', '/to/hard', '/to/link', '/to/nowhere', '/to/empty']
    seen = look([(top, '/to')], names)
    assert seen['/to/a/file'] == ('100600', '0:0', '3', '1111111111', '')
    assert seen['/to/hard'] == seen['/to/a/file']
    assert seen['/to/a'][3] == '1222222222', 'the time of a folder with files in it'
    assert seen['/to/link'][0] == '120777' and seen['/to/link'][4] == 'a/file'
    assert seen['/to/nowhere'][4] == '/no/such'
    assert seen['/to/empty'] == ('041700', '0:0', '0', '5', '')


def test_host_link_is_followed(look, tmp_path):
    make(tmp_path / 'file', 'hello')
    (tmp_path / 'link').symlink_to('file')
    folder = tmp_path / 'folder'
    make(folder / 'inside')
    (tmp_path / 'folderlink').symlink_to(folder)
    seen = look([(tmp_path / 'link', '/f'), (tmp_path / 'folderlink', '/d')], ['/f', '/d/inside'])
    assert seen['/f'][0] == '100644' and seen['/f'][2] == '5'
    assert seen['/d/inside'][0] == '100644'


def test_merged_into_root(look, tmp_path):
    """DIR=/ merges: what was there stays."""
    make(tmp_path / 'bin' / 'mine', mode=0o755)
    make(tmp_path / 'data' / 'file')
    for guest in '/', '//', '/.':
        seen = look([(tmp_path, guest)], ['/bin/mine', '/bin/sh', '/data/file', '/tmp'])
        assert seen['/bin/mine'][0] == '100755' and seen['/bin/sh'][0] != 'none'
        assert seen['/data/file'][0] == '100644' and seen['/tmp'][0] == '041777'


def test_later_wins(look, tmp_path):
    """Over earlier ones, over built-in files, and a file over a folder and back."""
    one, two = make(tmp_path / 'one', '1'), make(tmp_path / 'two', '22')
    folder = tmp_path / 'folder'
    make(folder / 'x', '4444')
    seen = look([(one, '/a'), (two, '/a'), (two, '/bin/true'),
                 (folder, '/b'), (one, '/b'), (one, '/c'), (folder, '/c'),
                 (one, '/d'), (two, '/d/under')],
                ['/a', '/bin/true', '/b', '/c/x', '/d/under'])
    assert [seen[path][2] for path in ('/a', '/bin/true', '/b', '/c/x', '/d/under')] == \
        ['2', '2', '1', '4', '2']


def test_through_a_link_in_the_guest(look, tmp_path):
    """A parent that is a link is followed, as cp would."""
    top = tmp_path / 'top'
    (top / 'real').mkdir(parents=True)
    (top / 'alias').symlink_to('real')
    seen = look([(top, '/'), (make(tmp_path / 'f'), '/alias/f')], ['/real/f', '/alias'])
    assert seen['/real/f'][0] == '100644' and seen['/alias'][4] == 'real'


@pytest.mark.parametrize('size', [0, 1, 4095, 4096, 4097, 3_000_001])
def test_contents(tmp_path, size):
    """Every byte, whatever the size: files of a page and more are used where they lie."""
    data = os.urandom(size)
    (tmp_path / 'file').write_bytes(data)
    result = run(['--add', '%s=/file' % (tmp_path / 'file'), '--', 'cat', '/file'])
    assert result.status == 0 and result.out == data


def test_program_runs(tmp_path):
    script = make(tmp_path / 'script', '#!/bin/sh\necho script $0 $1\n', 0o755)
    result = run(['--add', '%s=/opt/my script' % script, '--', '/opt/my script', 'word'])
    assert result.out == b'script /opt/my script word\n', result


def test_equals_sign_in_host(tmp_path):
    path = make(tmp_path / 'a=b', 'equal')
    assert run(['--add', '%s=/x' % path, '--', 'cat', '/x']).out == b'equal'


def test_strange_names(tmp_path):
    """Any byte but NUL and slash is a name."""
    top = os.fsencode(tmp_path / 'top')
    os.mkdir(top)
    for name in b'with space', b'\xff\xfe', b'new\nline', b'x' * 255:
        with open(os.path.join(top, name), 'wb') as f:
            f.write(b'in ' + name)
    result = run(['--add', '%s=/n' % os.fsdecode(top), '--', 'sh', '-c', 'cat "/n/$0"',
                  os.fsdecode(b'\xff\xfe')])
    assert result.out == b'in \xff\xfe', result


def test_pipe_as_host():
    """A shell's <(...) works."""
    line = 'exec "%s" --build "%s" --add <(echo piped)=/x -- cat /x' % (runner.RUN, runner.BUILD)
    done = subprocess.run(['bash', '-c', line], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    assert done.stdout == b'piped\n'


def test_does_not_fit(tmp_path):
    """What does not fit says how much --mem it needs, and with that it runs."""
    path = tmp_path / 'big'
    with open(path, 'wb') as f:
        f.truncate(40 << 20)
    args = ['--add', '%s=/big' % path, '--', 'wc', '-c', '/big']
    result = run(['--mem', '32M', *args])
    assert result.status == 2, result
    needed = re.search(r'--mem (\d+M)$', result.errors[0])[1]
    result = run(['--mem', needed, *args])
    assert result.status == 0 and result.text.split()[0] == str(40 << 20), result


def test_never_fits(tmp_path):
    path = tmp_path / 'huge'
    with open(path, 'wb') as f:
        f.truncate(3 << 30)
    result = run(['--add', '%s=/huge' % path, '--', 'true'])
    assert result.status == 2, result


def test_unreadable_inside(tmp_path):
    """A folder that changes under us or cannot be read is refused in words, not by a traceback."""
    os.symlink('/proc/1/task/none', tmp_path / 'dangling')
    assert run(['--add', '%s=/x' % (tmp_path / 'dangling'), '--', 'true']).status == 2


def test_a_new_file_is_not_compared_with_all_names(monkeypatch):
    """Or a folder of 10,000 files costs 50 million comparisons. Only a folder that a file replaces
    has names below it."""
    monkeypatch.syspath_prepend(os.path.join(runner.ROOT, 'tools', 'lib'))
    monkeypatch.delitem(sys.modules, 'tree', raising=False)  # tools/lint.d has one of that name
    cpio, tree = importlib.import_module('cpio'), importlib.import_module('tree')
    sys.modules.pop('tree')

    class Names(dict):
        looks = 0

        def __iter__(self):
            self.looks += 1
            return super().__iter__()

    names = Names(bin=cpio.Node(0o40755, 0))
    built = tree.Tree(names)
    for number in range(100):
        built.text('many/f%d' % number, b'x')
        built.text('many/f%d' % number, b'y')
    assert names.looks == 0
    built.put('many', cpio.Node(0o100644, 0, b'z'))
    assert set(dict.keys(names)) == {'bin', 'many'}
