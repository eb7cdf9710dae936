"""session.py - a machine that runs one command: its wires, its pumps, and how it ended.

Session(...).run() is one run of tools/run, from the start of QEMU to the exit status. The machine
itself is machine.py, the pumps are relay.py. How the command ended is what init says on the port
postern.status; without a word from init the log tells a panic from a machine that never started.
"""
import contextlib
import os
import signal
import threading
import time

import guest
import machine
import relay
import runlog
from monitor import Monitor
import symbols
from options import NO_START_STATUS
from terminal import CTRL_C
from whereabouts import Whereabouts

LEFT_STATUS = 0
TIMEOUT_STATUS = 124
NOT_EXECUTABLE = 126
NOT_FOUND = 127
SIGNAL_STATUS = 128  # and the signal's number
SETTLE_S = 1  # what a stopped machine has sent may take this long to reach a slow reader
AGAIN_S = 1  # a ctrl-c so soon after another is a second one
TELL_S = 3  # all that is told of a machine that does not end
LIST_S = 1  # of that: the kernel's list of its processes


def say(text):
    relay.Log.tell(2, os.fsencode('tools/run: %s\n' % text))


def signal_name(number):
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


class Session:
    """`terminal` is a Terminal, or None for clean bytes. `ended`: standard input has ended before
    the start, so the machine gets none; otherwise `head` is what has been read of it already.
    `explain` is relay.Log's."""

    def __init__(self, opt, vm, terminal, ended, head, explain=bytes):
        self.opt = opt
        self.vm = vm
        self.terminal = terminal
        self.left = False
        self.given_up = False
        self.pressed = -AGAIN_S
        self.log = None
        self.monitor = None
        prefix = 'postern.tty.' if terminal else 'postern.'
        vm.ports()
        self.source = vm.output_port(prefix + 'out')
        self.status_source = vm.output_port('postern.status')
        self.port = None if ended else vm.input_port(prefix + 'in')
        self.head = head
        self.monitor_wire = vm.monitor_wire()
        self.explain = explain

    def run(self):
        """(status, reason) of the whole run. The terminal is given back in any case."""
        log = runlog.open_log(self.opt.build, self.opt.log)
        self.show_command_line(log)
        self.deadline = None
        if self.opt.timeout:
            self.deadline = time.monotonic() + self.opt.timeout
        self.vm.start()
        self.log = relay.Log(self.vm.log, log, 2, self.opt.v, self.explain)
        self.status = relay.Status(self.status_source)
        self.output = relay.Output(self.source, 1, self.vm.kill)
        with self.terminal or contextlib.nullcontext():
            if self.port:
                relay.Input(0, self.port, self.head, self.escape(), self.leave)
            return self.wait()

    def show_command_line(self, log):
        """QEMU's, so that a person can start the same machine by hand."""
        line = os.fsencode('%s\n' % self.vm)
        relay.Log.tell(log, line)
        if self.opt.v:
            relay.Log.tell(2, line)

    def escape(self):
        """What takes our own key out of the input, where there is somebody to press it."""
        if self.terminal and self.terminal.real:
            return self.keys
        return None

    def keys(self, data):
        data = self.terminal.escape(data)
        if data and CTRL_C in data:
            self.interrupt_key()
        return data

    def leave(self):
        self.left = True
        self.vm.kill()

    def interrupt_key(self):
        """Each ctrl-c goes to the guest. One that answers (its echo is no answer) is well; one that
        has not, a second after the second of two, is given up."""
        now = time.monotonic()
        if now - self.pressed < AGAIN_S:
            threading.Timer(AGAIN_S, self.give_up_if_silent).start()
        else:
            self.output.answer = b''
        self.pressed = now

    def give_up_if_silent(self):
        if self.given_up or self.output.answer.replace(b'^C', b'').strip():
            return
        self.given_up = True
        self.tell_where()
        self.vm.kill()

    def ask_monitor(self, command, **arguments):
        if not self.monitor:
            self.monitor = Monitor(self.monitor_wire)
        self.monitor.ask(command, **arguments)

    def freeze(self):
        """The machine stands still, if it has started; whatever goes wrong, it is ended soon."""
        with contextlib.suppress(OSError, ValueError):
            if self.log:
                self.ask_monitor('stop')

    def tell_where(self):
        """Where a machine is that we end, on standard error and in the log. Not longer than TELL_S,
        and whatever goes wrong is said and changes nothing else."""
        if not self.log:
            return
        if self.terminal:
            self.terminal.give_back()
        teller = threading.Thread(target=self.tell, daemon=True)
        teller.start()
        teller.join(TELL_S)

    def tell(self):
        try:
            self.ask_monitor('stop')
            self.log.note('tools/run: where the machine is:')
            for line in Whereabouts(self.monitor, self.opt.build).lines():
                self.log.note(line)
            if guest.has_annex(self.opt.build, 'crash'):
                self.ask_monitor('cont')
                self.ask_monitor('chardev-send-break', id='log')
                if not self.log.list_seen.wait(LIST_S):
                    self.log.note('no hart lists the processes: none takes an interrupt')
        except Exception as error:  # the end of the run must not depend on this
            self.log.note('no more can be told: %s' % error)

    def join(self, pump, more_s=0):
        """True when the pump has carried everything before the time is up, and `more_s` seconds."""
        if self.deadline is None:
            pump.join()
        else:
            pump.join(max(0, self.deadline - time.monotonic()) + more_s)
        return not pump.is_alive()

    def wait(self):
        """(status, reason), when the machine has stopped or its time is up."""
        pumps = (self.output, self.status, self.log)
        in_time = all(self.join(pump) for pump in pumps[:2])
        if not in_time:
            self.tell_where()
        # It ends with the others; that its last lines are looked up is no time of the machine's.
        if not in_time or not self.join(self.log, symbols.MOST_S):
            self.vm.kill()
            for pump in pumps:
                pump.join(SETTLE_S)
            return TIMEOUT_STATUS, 'timeout'
        code = self.vm.wait()
        if self.output.broken:
            return SIGNAL_STATUS + signal.SIGPIPE, 'signal SIGPIPE'
        if self.left:
            return LEFT_STATUS, 'left by ctrl-a x'
        if self.given_up:
            return self.person_left(SIGNAL_STATUS + signal.SIGINT, 'signal SIGINT')
        words = self.status.line.decode().split()
        if self.ended_well(words, code):
            return self.verdict(words)
        return self.failure(code)

    @staticmethod
    def ended_well(words, code):
        """Init has said how the command ended, and the kernel has not died after that: a panic ends
        QEMU with 125. A command may end with 125 too."""
        if not words:
            return False
        return code != NO_START_STATUS or words == ['exit', '125']

    def person_left(self, status, reason):
        """With --left, the end of a shell that a person has left: that is no failure, though the
        last command there was one. A crash of the shell, a panic, and wrong words stay failures."""
        if not self.opt.left or status == 0:
            return status, reason
        return LEFT_STATUS, 'left with %d' % status

    def verdict(self, words):
        """Of init's line: `exit N`, `signal N`, `notfound`, `noexec ERRNO`."""
        kind = words[0]
        number = int(words[1]) if len(words) > 1 else 0
        if kind == 'exit':
            return self.person_left(number, 'command')
        if kind == 'signal':
            return SIGNAL_STATUS + number, 'signal ' + signal_name(number)
        if kind == 'notfound':
            say('%s: not found' % self.opt.command[0])
            return NOT_FOUND, 'command'
        say('%s: cannot be executed: %s' % (self.opt.command[0], os.strerror(number)))
        return NOT_EXECUTABLE, 'command'

    def failure(self, code):
        """No word from init: a panic, an init that tells nobody (init=/bin/false), or no kernel."""
        for line in self.log.qemu_lines:
            say(os.fsdecode(line))
        if code == NO_START_STATUS:
            return NO_START_STATUS, 'panic'
        if self.log.kernel_seen:
            say('init told no status; the machine ended with %d' % code)
            return NO_START_STATUS, 'panic'
        say('%s ended with %d before the kernel said a word' % (machine.QEMU, code))
        return NO_START_STATUS, 'no start'
