"""options.py - the words of the command lines of tools/run, tools/image and tools/debug.

Parsed by hand and not by argparse: a value may begin with a dash, nothing is abbreviated, and each
refusal says what is wrong and what is right. Nothing here looks at the machine or boots anything.
"""
import collections
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


# --- what an option reads: the value of a word, or a ValueError that says what is wanted ----------
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


def path(word):
    if not word:
        raise ValueError('a name')
    return word


def text(word):
    return word


# The value of an option: how a message calls it when it is missing, and what reads it.
Value = collections.namedtuple('Value', 'name read')
HARTS = Value('a number N', harts)
MEMORY = Value('a SIZE', memory)
SEED = Value('a number N', seed)
SECONDS = Value('a number S', seconds)
ADDITION = Value('HOST=GUEST', addition)
WORDS = Value('"WORDS"', text)
FILE = Value('a FILE', path)
FOLDER = Value('a DIR', path)
FLAG = None  # an option without a value


# --- the command line -----------------------------------------------------------------------------
class Options:
    """What the words said. `command` is None when there was no `--`."""

    def __init__(self, names):
        self.command = None
        for name, kind in names.items():
            setattr(self, attribute(name), not_given(kind))


def not_given(kind):
    if kind is FLAG:
        return False
    if kind is ADDITION:
        return []
    return None


def attribute(name):
    return name.lstrip('-').replace('-', '_')


def parse(words, names, usage):
    """The Options in a list of words. `names` maps each option to its Value, or to FLAG."""
    options = Options(names)
    queue = list(words)
    while queue:
        word = queue.pop(0)
        if word == '--':
            if not queue:
                raise Refused('-- wants a command behind it')
            options.command = queue
            break
        name, glued = split(word)
        if name not in names:
            kind = 'option' if word.startswith('-') else 'word'
            raise Refused('unknown %s "%s" (a command stands behind --)\n%s' % (kind, word, usage))
        if names[name] is FLAG:
            store_flag(options, name, glued)
        else:
            store_value(options, name, names[name], next_word(name, names[name], glued, queue))
    return options


def split(word):
    """(name, value) of --NAME=VALUE; the value of any other word is None."""
    if word.startswith('--') and '=' in word:
        name, _, value = word.partition('=')
        return name, value
    return word, None


def next_word(name, kind, glued, queue):
    """The word with the option's value: glued to its name, or the next one, which it takes."""
    if glued is not None:
        return glued
    if not queue or queue[0] == '--':
        raise Refused('%s wants %s' % (name, kind.name))
    return queue.pop(0)


def store_flag(options, name, glued):
    if glued is not None:
        raise Refused('%s takes no value' % name)
    setattr(options, attribute(name), True)


def store_value(options, name, kind, word):
    """A repeated option replaces what came before; --add collects."""
    try:
        value = kind.read(word)
    except ValueError as wanted:
        raise Refused('%s "%s": it wants %s' % (name, word, wanted)) from None
    if kind is ADDITION:
        getattr(options, attribute(name)).append(value)
    else:
        setattr(options, attribute(name), value)
