"""cpio.py - reads and writes newc archives, the format of the initrd.

Not a general cpio: regular files, folders and symbolic links, all owned by root. What is special is
the place of the data: the kernel's ramfs uses it where it lies, so a file of a page or more begins
at a page boundary of the archive. The gap is made by NULs behind the name, which `namesize` counts
and readers skip.
Source: cpio(5), "New ASCII Format"; Linux, early-userspace/buffer-format.rst.
"""
import collections
import os
import stat

PAGE = 4096
MAGIC = b'070701'
TRAILER = 'TRAILER!!!'
LATEST = 0xffffffff  # a time has 32 bits
# Behind the magic: thirteen numbers of eight hexadecimal digits.
Header = collections.namedtuple('Header', 'inode mode uid gid links mtime size device_major '
                                'device_minor node_major node_minor namesize checksum')
DIGITS = 8
HEADER_SIZE = len(MAGIC) + DIGITS * len(Header._fields)


class Node:
    """A file, folder or link of the guest. Its bytes are `data`, or those of the file `source`.

    Two paths with one Node are two hard links to one file."""
    __slots__ = ('mode', 'mtime', 'data', 'source', 'size')

    def __init__(self, mode, mtime, data=b'', source=None, size=0):
        self.mode = mode
        self.mtime = min(max(int(mtime), 0), LATEST)
        self.data = data
        self.source = source
        self.size = size if source else len(data)

    def read(self):
        if self.source is None:
            return self.data
        with open(self.source, 'rb') as f:
            return f.read()


def gap(position, to=4):
    """Bytes from a position to the next multiple of `to`."""
    return -position % to


def padding(position, to=4):
    return b'\0' * gap(position, to)


class Writer:
    """Writes nodes to the binary file `out`, which must be at position 0."""

    def __init__(self, out):
        self.out = out
        self.at = 0

    def put(self, data):
        self.out.write(data)
        self.at += len(data)

    def entry(self, path, node, data, links, inode):
        name = os.fsencode(path) + b'\0'
        if len(data) >= PAGE and stat.S_ISREG(node.mode):
            name += padding(self.at + HEADER_SIZE + len(name), PAGE)
        self.header(inode=inode, mode=node.mode, links=links, mtime=node.mtime, size=len(data),
                    namesize=len(name))
        self.put(name)
        self.put(padding(self.at))
        self.put(data)
        self.put(padding(self.at))

    def header(self, **fields):
        """Owner and group are 0; device numbers and checksum are not used."""
        numbers = Header(*[0] * len(Header._fields))._replace(**fields)
        self.put(MAGIC + b''.join(b'%08x' % number for number in numbers))

    def tree(self, nodes):
        """All of {path: Node}, parents first. Data go with the last of a file's hard links.

        A file put into a folder changes the folder's time: folders come again at the end."""
        paths = sorted(nodes)
        names = {}  # of each Node, by its id: the paths that are links to it
        for path in paths:
            names.setdefault(id(nodes[path]), []).append(path)
        inodes = {node: inode for inode, node in enumerate(names, 1)}
        for path in paths:
            node = nodes[path]
            links = names[id(node)]
            data = node.read() if path == links[-1] else b''
            self.entry(path, node, data, len(links), inodes[id(node)])
        for path in paths:
            node = nodes[path]
            if stat.S_ISDIR(node.mode):
                self.entry(path, node, b'', 1, inodes[id(node)])

    def end(self):
        self.entry(TRAILER, Node(0, 0), b'', 1, 0)
        self.put(padding(self.at, PAGE))


def write(out, nodes):
    """Writes {path: Node} as one archive and fills it up to a whole page."""
    writer = Writer(out)
    writer.tree(nodes)
    writer.end()


def size_limit(nodes):
    """Bytes that write() needs at most: a folder stands there twice, data of a page or more begin
    at a page, and the archive ends at one."""
    total = 2 * PAGE
    for path, node in nodes.items():
        total += 2 * (HEADER_SIZE + len(os.fsencode(path)) + 8) + node.size
        if node.size >= PAGE:
            total += PAGE
    return total


def read_header(data, at):
    if data[at:at + len(MAGIC)] != MAGIC or not data[at:at + HEADER_SIZE].isalnum():
        raise ValueError('not a newc archive at byte %d' % at)
    starts = range(at + len(MAGIC), at + HEADER_SIZE, DIGITS)
    return Header(*(int(data[start:start + DIGITS], 16) for start in starts))


def read(data):
    """{path: Node} of an archive; later entries replace earlier ones. ValueError when broken."""
    nodes = {}
    linked = {}  # inode: the Node of a file with several links
    at = 0
    while True:
        head = read_header(data, at)
        name_start = at + HEADER_SIZE
        name_end = name_start + head.namesize
        start = name_end + gap(name_end)
        end = start + head.size
        name = os.fsdecode(data[name_start:name_end].split(b'\0')[0])
        if name == TRAILER:
            return nodes
        node = Node(head.mode, head.mtime, data[start:end])
        if head.links > 1 and stat.S_ISREG(head.mode):
            node = linked.setdefault(head.inode, node)
            if head.size:  # one of the links brings the data
                node.data = data[start:end]
                node.size = head.size
        nodes[name] = node
        at = end + gap(end)
