"""tree.py - the guest's file tree as it will be at boot: built-in files, --add and the command.

Everything is merged here, on the host, so that the kernel unpacks one archive in which each name
stands once. A path has no slash in front; the root itself is not an entry.
"""
import os
import stat

import cpio
from options import NO_START_STATUS, Refused

# All files that have no time of their own get this one: 2026-01-01, where the fixed RTC begins.
EPOCH = 1767225600
MAX_LINKS_FOLLOWED = 40


class Tree:
    """`nodes` is {path: cpio.Node}. Later additions win over earlier ones."""

    def __init__(self, nodes=None):
        self.nodes = nodes or {}

    def resolve(self, path, follow_last=False):
        """The path with symbolic links among its parents followed, as the guest would."""
        ahead = path.split('/')
        done = []
        followed = 0
        while ahead:
            part = ahead.pop(0)
            if part in ('', '.'):
                continue
            if part == '..':
                done = done[:-1]
                continue
            done.append(part)
            node = self.nodes.get('/'.join(done))
            is_link = node is not None and stat.S_ISLNK(node.mode)
            if not is_link or not (ahead or follow_last):
                continue
            followed += 1
            if followed > MAX_LINKS_FOLLOWED:
                raise Refused('--add: too many links on the way to /%s' % path)
            target = os.fsdecode(node.read())
            done = [] if target.startswith('/') else done[:-1]
            ahead = target.split('/') + ahead
        return '/'.join(done)

    def put(self, path, node):
        """Enters `node`; missing parents are made, what stands in the way is replaced."""
        is_folder = stat.S_ISDIR(node.mode)
        path = self.resolve(path, follow_last=is_folder)
        if not path:
            return
        self.make_parents(path)
        old = self.nodes.get(path)
        if old and stat.S_ISDIR(old.mode) and not is_folder:
            self.remove_below(path)  # looks at all names there are
        self.nodes[path] = node

    def make_parents(self, path):
        parents = path.split('/')[:-1]
        for depth in range(1, len(parents) + 1):
            parent = '/'.join(parents[:depth])
            if parent not in self.nodes or not stat.S_ISDIR(self.nodes[parent].mode):
                self.nodes[parent] = cpio.Node(stat.S_IFDIR | 0o755, EPOCH)

    def remove_below(self, path):
        for other in list(self.nodes):
            if other.startswith(path + '/'):
                del self.nodes[other]

    def text(self, path, data, mode=0o644):
        self.put(path, cpio.Node(stat.S_IFREG | mode, EPOCH, data))

    def folder(self, path, mode):
        self.put(path, cpio.Node(stat.S_IFDIR | mode, EPOCH))

    def link(self, path, target):
        self.put(path, cpio.Node(stat.S_IFLNK | 0o777, EPOCH, os.fsencode(target)))

    def add(self, host, guest):
        """--add: a file or a whole folder; a HOST that is a link is followed, links inside stay."""
        try:
            info = os.stat(host)
            if stat.S_ISDIR(info.st_mode):
                self.add_folder(host, guest, info, {})
            elif not guest.strip('/'):
                raise Refused('--add %s=%s: a file cannot be the root' % (host, guest))
            else:
                self.put(guest, regular(host, info))
        except OSError as error:
            raise Refused('--add: cannot read %s: %s' % (error.filename, error.strerror)) from None

    def add_folder(self, host, guest, info, linked):
        """`linked` holds the Nodes of the files so far, {(device, inode): Node}: a file that is
        there under two names is one here too."""
        self.put(guest, cpio.Node(info.st_mode, info.st_mtime))
        for name in sorted(os.listdir(host)):
            path = os.path.join(host, name)
            below = guest + '/' + name
            info = os.lstat(path)
            if stat.S_ISDIR(info.st_mode):
                self.add_folder(path, below, info, linked)
            elif stat.S_ISLNK(info.st_mode):
                target = os.fsencode(os.readlink(path))
                self.put(below, cpio.Node(info.st_mode, info.st_mtime, target))
            elif stat.S_ISREG(info.st_mode):
                key = (info.st_dev, info.st_ino)
                node = linked.setdefault(key, regular(path, info))
                self.put(below, node)


def regular(path, info):
    """The Node of a file. A pipe (a shell's `<(...)`) can be read only once, so it is read now."""
    mode = stat.S_IFREG | stat.S_IMODE(info.st_mode)
    if stat.S_ISREG(info.st_mode):
        open(path, 'rb').close()  # says now that it cannot be read
        return cpio.Node(mode, info.st_mtime, source=path, size=info.st_size)
    if not stat.S_ISFIFO(info.st_mode):
        raise Refused('--add %s: it wants a file or a folder' % path)
    with open(path, 'rb') as pipe:
        return cpio.Node(mode, info.st_mtime, pipe.read())


def load(archive):
    """The Tree of the built-in files."""
    with open(archive, 'rb') as f:
        try:
            return Tree(cpio.read(f.read()))
        except ValueError as error:
            raise Refused('%s: %s' % (archive, error), NO_START_STATUS) from None
