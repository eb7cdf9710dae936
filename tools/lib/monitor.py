"""monitor.py - QEMU's monitor, which sees the machine from outside: it answers when no hart does.

Source: QEMU Machine Protocol specification (docs/interop/qmp-spec), QEMU's monitor commands.
"""
import json
import re

ANSWER_S = 1
REGISTER = re.compile(r'(?:x\d+/)?(\w+) +([0-9a-f]{16})\b')
DIRECT = range(0xffffffc000000000, 0xffffffe000000000)  # all of RAM, see kernel/mm/layout.h
WORD = re.compile(r'0x([0-9a-f]{16})')


class Monitor:
    """At the other end of `wire`, a connected socket. Every question may raise an OSError (no
    answer in time, or QEMU has gone) or a ValueError (an answer that is none)."""

    def __init__(self, wire):
        wire.settimeout(ANSWER_S)
        self.wire = wire.makefile('rwb')
        self.ask('qmp_capabilities')

    def ask(self, command, **arguments):
        """What QEMU returns. What it tells unasked (its greeting, events) is passed over."""
        question = {'execute': command, 'arguments': arguments}
        self.wire.write(json.dumps(question).encode() + b'\n')
        self.wire.flush()
        for line in self.wire:
            answer = json.loads(line)
            if 'return' in answer:
                return answer['return']
            if 'error' in answer:
                raise ValueError(answer['error']['desc'])
        raise OSError('QEMU has closed its monitor')

    def read(self, command, cpu=0):
        """The text that a command for people prints, for one of the harts."""
        return self.ask('human-monitor-command', **{'command-line': command, 'cpu-index': cpu})

    def harts(self):
        """A dictionary for each hart, in QEMU's order: {'pc': ..., 's0': ..., 'satp': ...}"""
        texts = self.read('info registers -a').split('CPU#')[1:]
        return [{name: int(value, 16) for name, value in REGISTER.findall(text)} for text in texts]

    def words(self, cpu, address, count):
        """So many words of memory as this hart sees it now; fewer where nothing is mapped. In user
        mode it may not see the kernel's: RAM is read past it, by physical address."""
        if address in DIRECT:
            text = self.read('xp /%dgx 0x%x' % (count, address - DIRECT.start), cpu)
        else:
            text = self.read('x /%dgx 0x%x' % (count, address), cpu)
        return [int(word, 16) for line in text.splitlines()
                for word in WORD.findall(line.partition(':')[2])]
