"""postern.py - what gdb must know of Postern: who runs, what is mapped where, whose symbols fit.

Runs inside gdb-multiarch; tools/debug writes the few lines that load it and set POSTERN. Every
place is drawn at random at each exec, so nothing here is a constant: addresses are read from the
kernel's own tables (sched/thread.h, proc/process.h, mm/space.h) through its debug information, and
those of libraries from the loader's link map, made for debuggers (user/loader/linkmap.c).

  postern-start   runs the machine to the command's first user instruction; for tools/debug
  vdso-here       where the image and its data page are in the process that this hart runs

gdb sees memory as the stopped hart does. In user mode that is without the kernel, so its tables are
read with the hart's privilege raised for that moment ($priv, a register that QEMU adds).
"""
import contextlib
import struct

import gdb

USER, SUPERVISOR = 0, 1
PAGE_SHIFT = 12
# Where exec has done all: the last call of kernel/proc/exec.c:/^enter/.
EXEC_DONE = "fp_clear"
# What the loader calls when its list of libraries is whole.
LIBRARIES_MAPPED = "_dl_debug_state"
ELF_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
SEGMENT = struct.Struct("<IIQQQQQQ")
PT_LOAD = 1
# `files`: {path in the guest: file on this host with its symbols}; `image`: the vDSO's.
POSTERN = {"files": {}, "image": ""}


def number(expression):
    return int(gdb.parse_and_eval(expression)) & (1 << 64) - 1


def is_kernel_address(value):
    return value >> 63 == 1


def quietly(command):
    return gdb.execute(command, to_string=True)


def text_at(address):
    """The string there. The cast is for arrays of no length, at the end of a struct."""
    return gdb.Value(int(address)).cast(gdb.lookup_type("char").pointer()).string()


def words_at(address, count):
    """So many words of 8 bytes, as the stopped hart sees them: Inferior.read_memory asks any hart,
    since gdb 14, and another one may run another process."""
    word = gdb.lookup_type("unsigned long").pointer()
    return [int((gdb.Value(int(address)).cast(word) + i).dereference()) for i in range(count)]


# --- the kernel's tables --------------------------------------------------------------------------
@contextlib.contextmanager
def kernel_view():
    """Kernel memory is readable inside, wherever the hart has stopped."""
    privilege = number("$priv")
    if privilege == USER:
        quietly(f"set $priv = {SUPERVISOR}")
    try:
        yield privilege
    finally:
        if privilege == USER:
            quietly(f"set $priv = {USER}")


def current_process(privilege):
    """The struct process that this hart runs, or None. sscratch holds the thread of a hart in user
    mode, tp that of a hart in the kernel. The other of the two holds a value of the program, which
    is never an address of the kernel, also on the way between the modes (kernel/trap/entry.S)."""
    if privilege > SUPERVISOR:
        raise gdb.GdbError("this hart is in the firmware, not in Postern")
    threads = [value for value in (number("$sscratch"), number("$tp")) if is_kernel_address(value)]
    if not threads:
        raise gdb.GdbError("this hart has no thread yet: the kernel has only begun to start")
    thread = threads[0]
    process = gdb.Value(thread).cast(gdb.lookup_type("struct thread").pointer())["process"]
    return process if int(process) else None


def linked(head, kind, member):
    """The elements of a kernel list (kernel/lib/list.h), as pointers."""
    pointer = gdb.lookup_type(kind).pointer()
    offset = gdb.lookup_type(kind)[member].bitpos // 8
    link = head["next"]
    while link != head.address:
        yield gdb.Value(int(link) - offset).cast(pointer)
        link = link["next"]


def path_of(inode):
    """The guest's name of a file: the names of its parents in front of its own."""
    names = []
    while int(inode["name"]):
        names.append(text_at(inode["name"]["name"].address))
        inode = inode["name"]["parent"]
    return "/" + "/".join(reversed(names))


def areas(process):
    """[(name, start, end)] of a process, lowest first; name as in /proc/PID/maps."""
    found = []
    for area in linked(process["space"]["border"]["link"], "struct area", "link"):
        if int(area["name"]):
            name = text_at(area["name"])
        elif int(area["pager"]) and int(area["object"]):
            name = path_of(area["object"].cast(gdb.lookup_type("struct inode").pointer()))
        else:
            name = ""
        found.append((name, int(area["start"]), int(area["end"])))
    return found


# --- symbols --------------------------------------------------------------------------------------
def lowest_address(file):
    """Where an ELF file wants its first page: 0 if it runs at any address."""
    with open(file, "rb") as elf:
        header = ELF_HEADER.unpack(elf.read(ELF_HEADER.size))
        table, count = header[5], header[10]  # e_phoff, e_phnum
        elf.seek(table)
        segments = [SEGMENT.unpack(elf.read(SEGMENT.size)) for _ in range(count)]
    lowest = min(address for kind, _, _, address, *_ in segments if kind == PT_LOAD)
    return lowest >> PAGE_SHIFT << PAGE_SHIFT


class Symbols:
    """The files whose symbols gdb has, each at its place in the command."""

    def __init__(self):
        self.seen = set()

    def add(self, name, file, bias):
        """Told once for each name; `file` None: nobody built it here, so there are no symbols."""
        if name in self.seen:
            return
        self.seen.add(name)
        if file:
            quietly(f'add-symbol-file "{file}" -o {bias:#x}')
        print(f"  {bias:#012x}  {name:24} {file or 'no symbols: it was not built here'}")

    def add_mapped(self, mapped):
        """The files in a list of areas, and the vDSO."""
        for name, start, _ in mapped:
            if name == "[vdso]":
                self.add(name, POSTERN["image"], start)
            elif name.startswith("/") and name not in self.seen:
                file = POSTERN["files"].get(name)
                self.add(name, file, start - lowest_address(file) if file else start)

    def add_link_map(self, head):
        """The libraries in a list of struct link_map (<link.h>); the first is the program."""
        while head:
            bias, text, _, head = words_at(head, 4)
            with contextlib.suppress(gdb.MemoryError):
                name = text_at(text)
                if name in POSTERN["files"]:
                    self.add(name, POSTERN["files"][name], bias)


class LibrariesMapped(gdb.Breakpoint):
    """Adds the libraries' symbols when the loader has mapped them; never seen to stop."""

    def __init__(self, symbols, address):
        super().__init__(f"*{address:#x}", gdb.BP_HARDWARE_BREAKPOINT, internal=True)
        self.silent, self.symbols = True, symbols
        self.head = number("(unsigned long)&_r_debug") + 8

    def stop(self):
        self.symbols.add_link_map(*words_at(self.head, 1))
        return False


class PowerOff(gdb.Breakpoint):
    """Stops the machine before it is gone: gdb would call that a closed connection, an error."""

    def __init__(self):
        super().__init__("*power_off", gdb.BP_HARDWARE_BREAKPOINT, internal=True)
        self.silent = True

    def stop(self):
        print(f"The command has ended: the machine powers off with status {number('$a0')}.")
        return True


def end_machine(event):
    """gdb would let it run on, for as long as tools/debug takes to notice."""
    with contextlib.suppress(gdb.error):  # it may have ended before
        quietly("kill")


# --- the commands ---------------------------------------------------------------------------------
def run_to(place):
    """Continues to an address. When the machine ends on the way, gdb ends too."""
    quietly(f"thbreak *{place}")
    with contextlib.suppress(gdb.error):  # the connection is closed then
        quietly("continue")
    if gdb.selected_inferior().pid == 0:
        print("debug: the machine ended before the command's first instruction")
        gdb.execute("quit 1")


def next_exec():
    """The process whose exec is the next to succeed, at the end of that."""
    run_to(EXEC_DONE)
    return current_process(SUPERVISOR)


class Start(gdb.Command):
    """Run the machine to the first user instruction of the command that tools/debug was given."""

    def __init__(self):
        super().__init__("postern-start", gdb.COMMAND_RUNNING)

    def invoke(self, argument, from_tty):
        process = next_exec()
        while not int(process["parent"]):  # init has none; the command is its only child
            process = next_exec()
        print(f"Process {process['pid']} ({process['name'].string()}) and its symbols:")
        PowerOff()
        symbols = Symbols()
        symbols.add_mapped(areas(process))
        entry = number("((struct thread *)$tp)->frame->pc")
        with contextlib.suppress(gdb.error):  # a static program has no loader
            LibrariesMapped(symbols, number(f"(unsigned long)&{LIBRARIES_MAPPED}"))
        run_to(hex(entry))


class VdsoHere(gdb.Command):
    """Tell where the vDSO image and its data page are in the process that this hart runs."""

    def __init__(self):
        super().__init__("vdso-here", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        with kernel_view() as privilege:
            process = current_process(privilege)
            if process is None or not int(process["space"]):
                raise gdb.GdbError("this hart runs no process now")
            print(f"process {process['pid']} ({process['name'].string()})")
            places = [area for area in areas(process) if area[0] in ("[vvar]", "[vdso]")]
        for name, start, end in places:
            print(f"  {name}  {start:#x}-{end:#x}")
        if not places:
            print("  no vDSO: this kernel was booted with vdso=0")


Start()
VdsoHere()
gdb.events.gdb_exiting.connect(end_machine)
