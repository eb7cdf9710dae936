#!/usr/bin/python3
"""usermemory.py - the kernel reads and writes user memory in one place only: kernel/mm.

sstatus.SUM, the bit that would let any load reach user pages, is never set: not in the source,
and not in the machine code of a kernel.elf if there is one. A user address is a u64, so nothing
in kernel/syscall may make a pointer of a number.

  tools/lint.d/usermemory.py [KERNEL_ELF]     (OBJDUMP names the disassembler)
"""
import os
import re
import subprocess
import sys

import tree

SUM_NAME = re.compile(r"\b\w*_?SUM\b")
SUM_BIT = 1 << 18
CAST = re.compile(
    r"\((?:const |struct |volatile )*\w+ ?\*+\)\s*(?:args?\[|frame->|f->a\d|\(u64\))")
CONSTANT = re.compile(r"\blui\s+(\w+),0x([0-9a-f]+)")
WRITE = re.compile(r"\bcsr(?:s|w|rs|rw)\s+(?:\w+,)?sstatus,(\w+)")
TARGET = re.compile(r"^\s*[0-9a-f]+:\s+[0-9a-f ]+\s+\w[\w.]*\s+(\w+)")
RULE = "user memory is reached through mm/usercopy.h, so that no stray pointer can"
CURE = "copy with copy_from_user or copy_to_user"


def check_source(name):
    code = tree.split_c(tree.read(name))[0]
    for found in SUM_NAME.finditer(code):
        tree.complain(name, tree.line_of(code, found.start()), f"speaks of {found.group()}",
                      RULE, CURE)
    for found in CAST.finditer(code) if name.startswith("kernel/syscall/") else ():
        tree.complain(name, tree.line_of(code, found.start()),
                      "makes a pointer of an argument of a call", RULE, CURE)


def check_machine_code(elf):
    """Follows constants through straight lines: a register that holds SUM and goes to sstatus."""
    listing = subprocess.run([os.environ.get("OBJDUMP", "riscv64-linux-gnu-objdump"), "-d", elf],
                             capture_output=True, text=True, check=True).stdout
    function, holds = "?", set()
    for line in listing.split("\n"):
        if line.endswith(">:"):
            function, holds = line.split("<")[-1][:-2], set()
        write, constant, target = WRITE.search(line), CONSTANT.search(line), TARGET.match(line)
        if write and write.group(1) in holds:
            tree.complain(os.path.basename(elf), 0, f"{function} sets sstatus.SUM", RULE, CURE)
        if target:
            holds.discard(target.group(1))
        if constant and (int(constant.group(2), 16) << 12) & SUM_BIT:
            holds.add(constant.group(1))


for source in tree.files(".c", ".h", ".S", under="kernel"):
    check_source(source)
for kernel in sys.argv[1:]:
    if os.path.exists(kernel):
        check_machine_code(kernel)
tree.finish()
