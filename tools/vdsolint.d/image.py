"""image.py - the image under judgement: its parts by name, its promises, its instructions.

Knows nothing of rules. ELF comes from pyelftools, instructions from objdump ($OBJDUMP), because the
disassembler libraries of Debian 12 know no RISC-V.
"""
import os
import re
import subprocess
from collections import namedtuple
from pathlib import Path

from elftools.elf.elffile import ELFFile

PAGE = 4096
PAGE_BUDGET = 2
STACK_BUDGET = 256

# Exports whose very work is a system call. Every other one answers without.
SYSTEM_CALLS = ("__vdso_getcpu", "__vdso_flush_icache", "__vdso_rt_sigreturn")


def read_promises():
    """What programs may rely on, as {name: version}: the list that the image is linked by."""
    text = (Path(__file__).resolve().parents[2] / "vdso" / "exports.map").read_text()
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return {name: version for version, names in re.findall(r"(\S+) \{(.*?)\}", text, re.DOTALL)
            for name in re.findall(r"(__vdso_\w+);", names)}


PROMISES = read_promises()

Refusal = namedtuple("Refusal", "rule seen expected cause read")
Instruction = namedtuple("Instruction", "address name operands")


class Image:
    def __init__(self, file):
        self.elf = ELFFile(file)
        self.path = file.name
        self.size = os.fstat(file.fileno()).st_size
        self.segments = list(self.elf.iter_segments())
        self.sections = list(self.elf.iter_sections())
        self.symbols = self._symbols()
        self._instructions = None

    def section(self, name):
        return self.elf.get_section_by_name(name)

    def dynamic_tags(self):
        """{tag name: value} of PT_DYNAMIC, or None without one."""
        for segment in self.segments:
            if segment["p_type"] == "PT_DYNAMIC":
                return {tag["d_tag"]: tag for tag in segment.iter_tags()}
        return None

    def _symbols(self):
        table = self.section(".dynsym")
        return list(table.iter_symbols())[1:] if table else []

    def exports(self):
        """Defined global symbols; the absolute ones that bfd makes of version nodes are none."""
        return [s for s in self.symbols
                if s["st_info"]["bind"] in ("STB_GLOBAL", "STB_WEAK")
                and s["st_shndx"] not in ("SHN_UNDEF", "SHN_ABS")]

    def version_of(self, symbol):
        """The name of the version node that the symbol belongs to, or None."""
        numbers, nodes = self.section(".gnu.version"), self.section(".gnu.version_d")
        if not numbers or not nodes:
            return None
        number = numbers.get_symbol(self.symbols.index(symbol) + 1)["ndx"]
        names = {node["vd_ndx"]: next(aux).name for node, aux in nodes.iter_versions()}
        return names.get(number)

    def instructions(self):
        """All instructions in order of address, as objdump reads them."""
        if self._instructions is None:
            objdump = os.environ.get("OBJDUMP", "riscv64-linux-gnu-objdump")
            text = subprocess.run([objdump, "-d", "--no-show-raw-insn", self.path], check=True,
                                  stdout=subprocess.PIPE, text=True).stdout
            lines = re.finditer(r"^\s*([0-9a-f]+):\s+(\S+)[ \t]*([^#<\n]*)", text, re.M)
            self._instructions = [Instruction(int(m[1], 16), m[2], m[3].strip()) for m in lines]
        return self._instructions

    def function_at(self, address):
        """The export that holds the address, else its number: for messages."""
        for symbol in self.exports():
            if symbol["st_value"] <= address < symbol["st_value"] + max(symbol["st_size"], 1):
                return symbol.name
        return f"code at {address:#x}"
