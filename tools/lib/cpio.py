"""cpio.py - reads and writes newc archives, the format of the initrd.

Not a general cpio: regular files, folders and symbolic links, all owned by root. What is special is
the place of the data: the kernel's ramfs uses it where it lies, so a file of a page or more begins
at a page boundary of the archive. The gap is made by NULs behind the name, which `namesize` counts
and readers skip.
Source: cpio(5), "New ASCII Format"; Linux, early-userspace/buffer-format.rst.
"""
import os
import stat

PAGE = 4096
MAGIC = b'070701'
HEADER = 110
TRAILER = 'TRAILER!!!'


class Node:
    """A file, folder or link of the guest. Its bytes are `data`, or those of the file `source`.

    Two paths with one Node are two hard links to one file."""
    __slots__ = ('mode', 'mtime', 'data', 'source', 'size')

    def __init__(self, mode, mtime, data=b'', source=None, size=0):
        self.mode, self.mtime = mode, min(max(int(mtime), 0), 0xffffffff)
        self.data, self.source = data, source
        self.size = size if source else len(data)

    def read(self):
        if self.source is None:
            return self.data
        with open(self.source, 'rb') as f:
            return f.read()


def header(number, mode, links, mtime, size, namesize):
    """Owner 0 and group 0; device numbers and checksum are not used."""
    fields = (number, mode, 0, 0, links, mtime, size, 0, 0, 0, 0, namesize, 0)
    return MAGIC + b''.join(b'%08x' % field for field in fields)


def padding(position, to=4):
    return b'\0' * (-position % to)


class Writer:
    """Writes nodes to the binary file `out`, which must be at position 0."""

    def __init__(self, out):
        self.out, self.at, self.number = out, 0, 0

    def put(self, data):
        self.out.write(data)
        self.at += len(data)

    def entry(self, path, node, data, links, number):
        name = os.fsencode(path) + b'\0'
        if len(data) >= PAGE and stat.S_ISREG(node.mode):
            name += padding(self.at + HEADER + len(name), PAGE)
        self.put(header(number, node.mode, links, node.mtime, len(data), len(name)))
        self.put(name)
        self.put(padding(self.at))
        self.put(data)
        self.put(padding(self.at))

    def tree(self, nodes):
        """All of {path: Node}, parents first. Data go with the last of a file's hard links.

        A file put into a folder changes the folder's time: folders come again at the end."""
        links = {}
        for path in sorted(nodes):
            links.setdefault(id(nodes[path]), []).append(path)
        numbers = {node: number for number, node in enumerate(links, 1)}
        for path in sorted(nodes):
            node, names = nodes[path], links[id(nodes[path])]
            data = node.read() if path == names[-1] else b''
            self.entry(path, node, data, len(names), numbers[id(node)])
        for path in sorted(nodes):
            if stat.S_ISDIR(nodes[path].mode):
                self.entry(path, nodes[path], b'', 1, numbers[id(nodes[path])])

    def end(self):
        self.entry(TRAILER, Node(0, 0), b'', 1, 0)
        self.put(padding(self.at, PAGE))


def write(out, nodes):
    """Writes {path: Node} as one archive and fills it up to a whole page."""
    writer = Writer(out)
    writer.tree(nodes)
    writer.end()


def size_limit(nodes):
    """Bytes that write() needs at most."""
    return PAGE * 2 + sum(2 * (HEADER + len(os.fsencode(path)) + 8) + node.size +
                          (PAGE if node.size >= PAGE else 0) for path, node in nodes.items())


def read(data):
    """{path: Node} of an archive; later entries replace earlier ones. ValueError when broken."""
    nodes, linked, at = {}, {}, 0
    while True:
        if data[at:at + 6] != MAGIC:
            raise ValueError('not a newc archive at byte %d' % at)
        number, mode, _, _, links, mtime, size, _, _, _, _, namesize, _ = (
            int(data[i:i + 8], 16) for i in range(at + 6, at + HEADER, 8))
        name = os.fsdecode(data[at + HEADER:at + HEADER + namesize].split(b'\0')[0])
        begin = at + HEADER + namesize
        begin += -begin % 4
        if name == TRAILER:
            return nodes
        node = Node(mode, mtime, data[begin:begin + size])
        if links > 1 and stat.S_ISREG(mode):
            node = linked.setdefault(number, node)
            if size:
                node.data, node.size = data[begin:begin + size], size
        nodes[name] = node
        at = begin + size
        at += -at % 4
