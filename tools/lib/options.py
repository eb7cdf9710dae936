"""options.py - the words of tools/run's and tools/image's command lines.

Parsed by hand and not by argparse: a value may begin with a dash, nothing is abbreviated, and each
refusal says what is wrong and what is right. Nothing here looks at the machine or boots anything.
"""
import math
import os

USAGE_STATUS = 2
NO_START_STATUS = 125
MAX_HARTS = 8
MIB = 1 << 20
MEM_RANGE = 32 * MIB, 2048 * MIB


class Refused(Exception):
    """Nothing boots. `status` is the exit status, the text says what is wrong and what is right."""

    def __init__(self, text, status=USAGE_STATUS):
        super().__init__(text)
        self.status = status


def harts(word):
    if word.isdecimal() and 1 <= int(word) <= MAX_HARTS:
        return int(word)
    raise ValueError('a number of harts from 1 to %d' % MAX_HARTS)


def memory(word):
    unit = {'M': MIB, 'G': 1024 * MIB}.get(word[-1:].upper())
    if unit and word[:-1].isdecimal():
        size = int(word[:-1]) * unit
        if MEM_RANGE[0] <= size <= MEM_RANGE[1]:
            return size
    raise ValueError('a size from 32M to 2G')


def seed(word):
    if word.isdecimal() and int(word) < 1 << 64:
        return int(word)
    raise ValueError('a number from 0 to 2^64-1')


def seconds(word):
    try:
        value = float(word)
    except ValueError:
        value = 0
    if 0 < value < math.inf:
        return value
    raise ValueError('a number of seconds above 0')


def addition(word):
    """HOST=GUEST, cut at the first `=` whose left side exists: HOST may hold one itself."""
    cuts = [i for i, c in enumerate(word) if c == '=']
    if not cuts or cuts[0] == 0 or cuts[-1] == len(word) - 1:
        raise ValueError('HOST=GUEST, both given')
    for cut in cuts:
        if os.path.exists(word[:cut]):
            return word[:cut], word[cut + 1:]
    raise ValueError('HOST=GUEST with an existing HOST')


def text(word):
    return word


class Options:
    """What the words said. `command` is None when there was no `--`."""

    def __init__(self, names):
        self.command = None
        for name, convert in names.items():
            empty = [] if convert is addition else None if convert else False
            setattr(self, attribute(name), empty)


def attribute(name):
    return name.lstrip('-').replace('-', '_')


def parse(words, names, usage):
    """`names` maps each option to the function that reads its value, or None for a bare flag."""
    options = Options(names)
    queue = list(words)
    while queue:
        word = queue.pop(0)
        if word == '--':
            if not queue:
                raise Refused('-- wants a command behind it')
            options.command = queue
            break
        name, glued, value = word.partition('=') if word.startswith('--') else (word, '', '')
        if name not in names:
            kind = 'option' if word.startswith('-') else 'word'
            raise Refused('unknown %s "%s" (a command stands behind --)\n%s' % (kind, word, usage))
        take(options, name, names[name], value if glued else None, queue)
    return options


def take(options, name, convert, value, queue):
    """Stores one option; a repeated one replaces what came before, --add collects."""
    if convert is None:
        if value is not None:
            raise Refused('%s takes no value' % name)
        setattr(options, attribute(name), True)
        return
    if value is None:
        if not queue:
            raise Refused('%s wants a value' % name)
        value = queue.pop(0)
    try:
        value = convert(value)
    except ValueError as wanted:
        raise Refused('%s "%s": it wants %s' % (name, value, wanted)) from None
    if convert is addition:
        getattr(options, attribute(name)).append(value)
    else:
        setattr(options, attribute(name), value)
