"""guest.py - what the tools put into the guest, and where init finds it.

  /run/argv     the command's words, each ended by a NUL; no words: a login shell
  /run/term     TERM's value, when there is a terminal
  /run/winsize  `ROWS COLUMNS` of that terminal
user/bin/init.c reads them.
"""
import os

import cpio
import machine
import tree
from options import NO_START_STATUS, Refused


def built(build, name):
    path = os.path.join(build, name)
    if not os.path.exists(path):
        raise Refused('%s is missing: run `make`' % path, NO_START_STATUS)
    return path


def has_annex(build, name):
    """Whether the kernel in this build folder has the annex (kernel/annex/NAME)."""
    try:
        with open(os.path.join(build, 'annex')) as names:
            return name in names.read().split()
    except FileNotFoundError:
        return True  # nothing built: kernel() says so


def kernel(build):
    return built(build, 'kernel.elf')


def base(build):
    """The Tree of the built-in files."""
    kernel(build)
    return tree.load(built(build, 'initrd.cpio'))


def files_with(build, additions, words, terminal=None):
    """The Tree of a run: built-in files, what --add brings, and the command."""
    files = base(build)
    for host, path in additions:
        files.add(host, path)
    command(files, words, terminal)
    return files


def initrd(files, memory):
    """The Tree as an archive in an unnamed file in memory, which leaves nothing to clean up: its
    descriptor. Refused if a machine with so much memory cannot take it."""
    machine.check_fit(cpio.size_limit(files.nodes), memory)
    fd = os.memfd_create('initrd')
    with open(fd, 'wb', closefd=False) as out:
        cpio.write(out, files.nodes)
    return fd


def command(files, words, terminal=None):
    """Enters the command and, for one on a terminal, what its programs ask about it."""
    files.text('run/argv', b''.join(os.fsencode(word) + b'\0' for word in words))
    if terminal:
        files.text('run/term', os.fsencode(os.environ.get('TERM') or 'dumb'))
        files.text('run/winsize', b'%d %d' % terminal.size())
