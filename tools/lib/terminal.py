"""terminal.py - the host's terminal while the guest has it: raw, and given back as it was.

Raw means that the guest's line discipline does the echo, the editing and the ctrl-c. One key stays
ours: ctrl-a, then x to leave or a for a ctrl-a of the guest's own.
"""
import os
import termios
import tty

CTRL_A = 1
CTRL_C = b'\x03'
OLD_SIZE = 24, 80


class Terminal:
    """`with Terminal(fd):` is raw inside. On a descriptor that is no terminal it does nothing."""

    def __init__(self, fd):
        self.fd = fd
        self.saved = None
        self.pending = False  # the last byte was a ctrl-a
        self.real = os.isatty(fd)

    def __enter__(self):
        if self.real:
            self.saved = termios.tcgetattr(self.fd)
            tty.setraw(self.fd)
        return self

    def __exit__(self, *exception):
        self.give_back()

    def give_back(self):
        """May be done early, and again."""
        if self.saved:
            termios.tcsetattr(self.fd, termios.TCSADRAIN, self.saved)

    def size(self):
        """(rows, columns); those of the old serial terminals when there is no real one."""
        try:
            columns, rows = os.get_terminal_size(self.fd)
        except OSError:
            return OLD_SIZE
        if rows == 0 or columns == 0:
            return OLD_SIZE
        return rows, columns

    def escape(self, data):
        """Takes our key out of `data`; None: leave."""
        out = bytearray()
        for byte in data:
            if self.pending:
                self.pending = False
                if byte == ord('x'):
                    return None
                out.append(CTRL_A)
                if byte != ord('a'):
                    out.append(byte)
            elif byte == CTRL_A:
                self.pending = True
            else:
                out.append(byte)
        return bytes(out)
