"""devicetree.py - reads, changes and writes flattened device trees, for tests that need odd ones.

A Node has a name, properties (name to bytes) and children. Written from the Devicetree
Specification v0.4, chapter 5, and not from the kernel's reader, so that one checks the other.
"""
import struct

MAGIC, BEGIN, END_NODE, PROPERTY, NOP, END = 0xd00dfeed, 1, 2, 3, 4, 9


def cells(*numbers):
    return b"".join(struct.pack(">I", number) for number in numbers)


def strings(*texts):
    return b"".join(text.encode() + b"\0" for text in texts)


class Node:
    def __init__(self, name="", properties=None, children=()):
        self.name, self.properties, self.children = name, dict(properties or {}), list(children)

    def at(self, path):
        """The descendant at a path such as soc/serial; unit addresses may be left out."""
        node = self
        for part in filter(None, path.split("/")):
            node = next(child for child in node.children
                        if part in (child.name, child.name.split("@")[0]))
        return node

    def without(self, path):
        """Takes a descendant out of the tree; returns the tree."""
        parent, _, name = path.rpartition("/")
        parent = self.at(parent)
        parent.children.remove(parent.at(name))
        return self

    def add(self, *children):
        self.children.extend(children)
        return self

    def set(self, **properties):
        """Sets properties; `_` in their names stands for `-`, None takes one out."""
        for name, value in properties.items():
            name = name.replace("_", "-")
            self.properties.pop(name, None)
            if value is not None:
                self.properties[name] = value
        return self


def parse(blob):
    header = struct.unpack(">10I", blob[:40])
    assert header[0] == MAGIC
    at, names, stack = header[2], header[3], [Node()]
    while True:
        token, = struct.unpack_from(">I", blob, at)
        at += 4
        if token == BEGIN:
            end = blob.index(b"\0", at)
            node = Node(blob[at:end].decode())
            stack[-1].children.append(node)
            stack.append(node)
            at = end + 4 & ~3
        elif token == PROPERTY:
            length, name = struct.unpack_from(">II", blob, at)
            name = blob[names + name:blob.index(b"\0", names + name)].decode()
            stack[-1].properties[name] = blob[at + 8:at + 8 + length]
            at += 8 + length + 3 & ~3
        elif token == END_NODE:
            stack.pop()
        elif token == END:
            return stack[0].children[0]


def padded(data):
    return data + bytes(-len(data) % 4)


def build(root, reservations=()):
    names = {}

    def name_offset(name):
        return names.setdefault(name, sum(len(known) + 1 for known in names))

    def tokens(node):
        data = cells(BEGIN) + padded(node.name.encode() + b"\0")
        for name, value in node.properties.items():
            data += cells(PROPERTY, len(value), name_offset(name)) + padded(value)
        return data + cells(NOP) + b"".join(map(tokens, node.children)) + cells(END_NODE)

    reserved = b"".join(struct.pack(">QQ", *pair) for pair in [*reservations, (0, 0)])
    structs = tokens(root) + cells(END)
    texts = strings(*names)
    places = 40, 40 + len(reserved), 40 + len(reserved) + len(structs)
    return cells(MAGIC, places[2] + len(texts), places[1], places[2], places[0], 17, 16, 0,
                 len(texts), len(structs)) + reserved + structs + texts
