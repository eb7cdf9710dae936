"""relay.py - carries bytes between the host's descriptors and the machine's wires.

One thread a direction, each with plain blocking reads and writes: a reader that is slow, or a
writer that never comes, stops its own direction and no other. Nothing is lost and nothing grows.
"""
import os
import re
import socket
import termios
import threading

CHUNK = 1 << 16
KERNEL_LINE = re.compile(rb'<([0-7])>(\[.*)', re.DOTALL)
LOG_WARNING = 4
ANSWER_SIZE = 64
# What the kernel says last when it is asked for its processes (kernel/annex/crash/inspect.c).
LIST_END = b'end of the list'


def write_all(fd, data):
    while data:
        data = data[os.write(fd, data):]


def read_some(fd):
    """b'' at the end; a descriptor that cannot be read counts as one at its end."""
    try:
        return os.read(fd, CHUNK)
    except OSError:
        return b''


class Pump(threading.Thread):
    """A thread that ends when its source does. A daemon: one that waits for input may be left.

    It runs from its making on, so a kind of Pump sets its own fields first."""

    def __init__(self):
        super().__init__(daemon=True)
        self.start()


class Output(Pump):
    """The guest's bytes to our standard output. `broken` calls `stop`: nobody reads any more.
    `answer` has the first of the bytes that have come since somebody made it empty."""

    def __init__(self, source, target, stop):
        self.source = source
        self.target = target
        self.stop = stop
        self.broken = False
        self.answer = b''
        super().__init__()

    def run(self):
        try:
            for data in iter(lambda: read_some(self.source), b''):
                self.answer = (self.answer + data)[:ANSWER_SIZE]
                write_all(self.target, data)
        except OSError:
            self.broken = True
            self.stop()


class Input(Pump):
    """Our standard input to the guest; when it ends, the guest's input ends. `head` goes first;
    `escape` sees every chunk of a terminal and returns what goes on, or None to leave."""

    def __init__(self, source, port, head=b'', escape=None, leave=None):
        self.source = source
        self.port = port
        self.head = head
        self.escape = escape
        self.leave = leave
        super().__init__()

    def run(self):
        try:
            self.port.sendall(self.head)
            for data in iter(lambda: read_some(self.source), b''):
                if self.escape:
                    data = self.escape(data)
                if data is None:
                    self.leave()
                    return
                self.port.sendall(data)
            self.port.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the machine has gone; whoever waits for it knows better


class Status(Pump):
    """The one line in which init says how the command ended."""

    def __init__(self, source):
        self.source = source
        self.line = b''
        super().__init__()

    def run(self):
        for data in iter(lambda: read_some(self.source), b''):
            self.line += data


def is_raw(fd):
    """Whether it is a terminal that shows bytes as they are."""
    try:
        return not termios.tcgetattr(fd)[1] & termios.OPOST
    except termios.error:
        return False


class Log(Pump):
    """The UART: all of it to the log file, kernel warnings to standard error (`verbose`: all), line
    by line. `explain` may add to a line what this host knows of it."""

    def __init__(self, source, log, error, verbose, explain=bytes):
        self.source = source
        self.log = log
        self.error = error
        self.verbose = verbose
        self.explain = explain
        self.kernel_seen = False
        self.list_seen = threading.Event()
        self.qemu_lines = []
        super().__init__()

    def run(self):
        rest = b''
        for data in iter(lambda: read_some(self.source), b''):
            *lines, rest = (rest + data).split(b'\n')
            for line in lines:
                self.line(line, b'\n')
        self.line(rest, b'')

    def line(self, whole, end):
        line = whole.rstrip(b'\r')
        end = whole[len(line):] + end
        line = self.explain(line)
        self.tell(self.log, line + end)
        if self.verbose:
            self.show(line + end)
        if line.startswith(b'qemu-system'):
            self.qemu_lines.append(line)
        match = KERNEL_LINE.match(line)
        if match:
            self.kernel_line(int(match[1]), match[2])

    def kernel_line(self, level, text):
        self.kernel_seen = True
        if text.endswith(LIST_END):
            self.list_seen.set()
        if level <= LOG_WARNING and not self.verbose:
            self.show(text + b'\n')

    def note(self, text):
        """A line of our own, in the log and on standard error."""
        line = os.fsencode(text + '\n')
        self.tell(self.log, line)
        self.show(line)

    def show(self, line):
        """A line on standard error. A terminal that is raw does not go back to the first column by
        itself, and the guest's prompt, or half a line of a program, may stand there."""
        if is_raw(self.error):
            line = b'\r\n' + line.replace(b'\n', b'\r\n')
        self.tell(self.error, line)

    @staticmethod
    def tell(fd, data):
        try:
            write_all(fd, data)
        except OSError:
            pass  # a full disk or a closed standard error must not end the run
