"""archive.py - makes archives of the newc format by hand, with whatever a test wants wrong in them.

Written from cpio(5) and not from tools/lib/cpio.py, which makes the initrd and only good ones.
"""
NUMBERS = 13  # in a header, of 8 hexadecimal digits each, behind the magic
DIRECTORY, FILE, LINK = 0o40755, 0o100644, 0o120777


def member(name, data=b"", mode=FILE, number=1, links=1, magic=b"070701"):
    name += b"\0"
    fields = (number, mode, 0, 0, links, 7, len(data), 3, 1, 0, 0, len(name), 0)
    head = magic + b"".join(b"%08X" % f for f in fields) + name
    head += bytes(-len(head) % 4)
    return head + data + bytes(-len(data) % 4)


TRAILER = member(b"TRAILER!!!", mode=0)


def archive(*members):
    """A whole one, as long as whole pages, so that another can follow."""
    data = b"".join(members) + TRAILER
    return data + bytes(-len(data) % 4096)
