"""machine.py - starts QEMU's `virt` machine and holds the ends of its wires.

The wires, all on inherited descriptors, so that no file, socket or port number is left behind:
  log     UART, firmware and kernel log, with what QEMU itself says       guest -> host
  ports   virtserialports by name, one direction each                     both
  monitor QEMU's, for a machine that does not end (whereabouts.py)        both
An output is a `file` chardev into /dev/null whose *logfile* is our pipe: QEMU writes a logfile
whole and waits while the pipe is full. A socket would make it come back half done, at a moment
that depends on the host's load, and the same run would not be the same again.
An input is a socket, because only the end of a socket reaches the guest (as PORT_OPEN 0).
"""
import ctypes
import fcntl
import math
import os
import shlex
import signal
import socket
import subprocess

from options import MIB, Refused, NO_START_STATUS, MEM_RANGE

QEMU = 'qemu-system-riscv64'
RAM_START = 0x80000000
KERNEL_START = 0x80200000
TREE_LIMIT = RAM_START + 1024 * MIB  # QEMU keeps the device tree below 3 GiB
DEFAULT_MEMORY = 128 * MIB  # QEMU's own
PIPE_SIZE = MIB
PR_SET_PDEATHSIG = 1
F_SETPIPE_SZ = 1031  # module fcntl knows the name since Python 3.10 only


def room(start, memory):
    """Bytes between `start` and the device tree, which QEMU puts at the end of memory, below 3 GiB:
    at the last whole 16 MiB, or 2 MiB (newer QEMU). Source: QEMU, hw/riscv/boot.c."""
    end = min(RAM_START + memory, TREE_LIMIT) - MIB
    tree = end - end % (16 * MIB)
    if tree <= start:
        tree = end - end % (2 * MIB)
    return tree - start


def initrd_room(memory):
    """QEMU puts the initrd half way up, at most 128 MiB behind the kernel. Same source."""
    return room(KERNEL_START + min(memory // 2, 128 * MIB), memory)


def image_memory(size):
    """Bytes of memory for an image of this size. Its programs need some too: as much again as the
    image takes, up to 16 MiB."""
    needed = size + min(size, 16 * MIB)
    for memory in range(DEFAULT_MEMORY, MEM_RANGE[1], 16 * MIB):
        if needed <= room(KERNEL_START, memory):
            return memory
    return MEM_RANGE[1]


def check_fit(size, memory):
    """Refuses an initrd that this much memory cannot take, and says how much could."""
    if size <= initrd_room(memory):
        return
    mib = math.ceil(size / MIB)
    text = 'the files need %d MiB, too much for --mem %dM' % (mib, memory // MIB)
    for larger in range(memory, MEM_RANGE[1] + 1, 16 * MIB):
        if size <= initrd_room(larger):
            raise Refused('%s: use --mem %dM' % (text, larger // MIB))
    raise Refused('%s; --mem 2G takes %d MiB' % (text, initrd_room(MEM_RANGE[1]) // MIB))


class Machine:
    """Words and wires first, then start(), then wait(); close() always, and QEMU is gone."""

    def __init__(self, kernel, memory, harts=1):
        self.words = [QEMU, '-M', 'virt', '-smp', str(harts), '-m', '%dM' % (memory // MIB),
                      '-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot',
                      '-kernel', kernel]
        self.theirs = []
        self.process = None
        self.log, self.log_end = self.pipe()
        self.words += self.file_words('log', self.log_end) + ['-serial', 'chardev:log']

    def give(self, fd):
        """QEMU inherits fd and opens it by this name."""
        self.theirs.append(fd)
        return '/dev/fd/%d' % fd

    def pipe(self):
        ours, theirs = os.pipe()
        self.theirs.append(theirs)
        try:
            fcntl.fcntl(theirs, F_SETPIPE_SZ, PIPE_SIZE)
        except OSError:
            pass  # a smaller pipe is slower, not wrong
        return ours, theirs

    @staticmethod
    def file_words(name, fd):
        return ['-chardev', 'file,id=%s,path=/dev/null,logfile=/dev/fd/%d' % (name, fd)]

    def ports(self):
        """A device for ports. Without ioeventfd the guest's word to it is heard at that very
        instruction, not when another thread of QEMU gets round to it."""
        self.words += ['-global', 'virtio-mmio.force-legacy=false',
                       '-global', 'virtio-mmio.ioeventfd=off',
                       '-device', 'virtio-serial-device,max_ports=4']

    def output_port(self, name):
        """A port the guest writes; returns the descriptor to read."""
        ours, theirs = self.pipe()
        self.words += self.file_words(name, theirs)
        self.words += ['-device', 'virtserialport,chardev=%s,name=%s' % (name, name)]
        return ours

    def input_port(self, name):
        """A port the guest reads; returns the socket to write. Its shutdown is the end of input."""
        ours, theirs = socket.socketpair()
        fd = theirs.detach()
        self.theirs.append(fd)
        self.words += ['-chardev', 'socket,id=%s,fd=%d' % (name, fd),
                       '-device', 'virtserialport,chardev=%s,name=%s' % (name, name)]
        return ours

    def monitor_wire(self):
        """A socket to QEMU's monitor (monitor.py), which says nothing that it is not asked."""
        ours, theirs = socket.socketpair()
        self.words += ['-chardev', 'socket,id=monitor,fd=%d' % theirs.fileno(),
                       '-mon', 'chardev=monitor,mode=control']
        self.theirs.append(theirs.detach())
        return ours

    def start(self):
        """QEMU in a session of its own: a ctrl-c of the terminal comes to us alone."""
        parent = os.getpid()
        libc = ctypes.CDLL(None)

        def die_with_parent():
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:  # it has died before it could be asked for
                os._exit(1)

        try:
            self.process = subprocess.Popen(
                self.words, stdin=subprocess.DEVNULL, stdout=self.log_end, stderr=self.log_end,
                pass_fds=self.theirs, start_new_session=True, preexec_fn=die_with_parent)
        except OSError as error:
            raise Refused('cannot start %s: %s; run `make setup`' % (QEMU, error.strerror),
                          NO_START_STATUS) from None
        self.close_theirs()

    def close_theirs(self):
        for fd in self.theirs:
            os.close(fd)
        self.theirs = []

    def wait(self, timeout=None):
        """QEMU's exit status; negative: the signal that ended it."""
        return self.process.wait(timeout)

    def kill(self):
        if self.process:
            self.process.kill()

    def close(self):
        self.close_theirs()
        if self.process:
            self.process.kill()
            self.process.wait()

    def __str__(self):
        return shlex.join(self.words)
