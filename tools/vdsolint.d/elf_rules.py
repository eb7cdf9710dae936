"""elf_rules.py - what the headers and tables of the image must say.

Each rule takes an Image and yields refusals. Sources: System V gABI chapters 4 and 5, the LSB on
symbol versions, and what musl, glibc, Go and debuggers were seen to read.
"""
from image import PAGE, PAGE_BUDGET, PROMISES, Refusal

SCRIPT = "linker/vdso.lds"
FLAGS = "vdso/vdso.mk (VDSO_CFLAGS, VDSO_LDFLAGS)"


def kind(image):
    header = image.elf.header
    seen = (image.elf.elfclass, header["e_machine"], header["e_type"])
    if seen != (64, "EM_RISCV", "ET_DYN"):
        yield Refusal("elf", f"ELF{seen[0]}, {seen[1]}, {seen[2]}",
                      "a 64-bit RISC-V shared object",
                      "compiler or linker of another machine, or a link without -shared", FLAGS)


def one_segment(image):
    loads = [s for s in image.segments if s["p_type"] == "PT_LOAD"]
    if len(loads) != 1:
        yield Refusal("segments", f"{len(loads)} PT_LOAD headers",
                      "one: programs take the bias from one, and the kernel maps the file whole",
                      "a section of other rights that the script does not place", SCRIPT)
        return
    load = loads[0]
    if load["p_offset"] or load["p_vaddr"]:
        yield Refusal("segments",
                      f"PT_LOAD at offset {load['p_offset']:#x}, address {load['p_vaddr']:#x}",
                      "both 0: AT_SYSINFO_EHDR is the address of the ELF header and the bias",
                      "FILEHDR PHDRS missing at the segment", SCRIPT)
    if load["p_memsz"] != load["p_filesz"]:
        yield Refusal("segments", f"memsz {load['p_memsz']:#x}, filesz {load['p_filesz']:#x}",
                      "equal: nobody adds zeros behind the file",
                      "a .bss: a variable without value", SCRIPT)
    if load["p_flags"] & 2:
        yield Refusal("segments", "a writable PT_LOAD", "read and execute only",
                      "PHDRS without FLAGS(5)", SCRIPT)


def read_only(image):
    writable = [s.name for s in image.sections if s["sh_flags"] & 1]
    if writable:
        yield Refusal("writable-section", ", ".join(writable),
                      "no writable section: all processes share the frames of the image",
                      "a variable, or .dynamic not cleared of the flag when stripping", FLAGS)


def no_data(image):
    for section in image.sections:
        name = section.name
        if name.split(".")[1:2] in (["data"], ["sdata"], ["bss"], ["sbss"]) and section["sh_size"]:
            yield Refusal("data", f"section {name} of {section['sh_size']} bytes", "no data",
                          "a static or global variable: the image is shared by all processes",
                          "vdso/clock.c, its first comment")
        if name in (".plt", ".iplt") and section["sh_size"]:
            yield Refusal("plt", f"section {name} of {section['sh_size']} bytes", "none",
                          "a call of a function that is neither static nor hidden", FLAGS)
        if name.startswith(".got") and section["sh_size"] > 8:
            yield Refusal("got", f"section {name} of {section['sh_size']} bytes",
                          "at most the one word that bfd reserves",
                          "a symbol that is not hidden: its address is read from this table",
                          "vdso/clock.c:/vvar HIDDEN/")


def no_relocation(image):
    for section in image.sections:
        if section["sh_type"] not in ("SHT_REL", "SHT_RELA") or not section["sh_size"]:
            continue
        first = next(section.iter_relocations())
        yield Refusal("relocation",
                      f"{section.num_relocations()} in {section.name}, the first of type "
                      f"{first['r_info_type']} for {first['r_offset']:#x}",
                      "none: nobody relocates the image",
                      "vvar not hidden, or a constant table that holds addresses", FLAGS)


def no_undefined(image):
    names = [s.name for s in image.symbols if s["st_shndx"] == "SHN_UNDEF"]
    if names:
        yield Refusal("undefined-symbol", ", ".join(names), "none: nobody would bind it",
                      "memset or memcpy, called by the compiler for a structure or a loop; "
                      "--no-undefined missing", FLAGS)


def tables(image):
    tags = image.dynamic_tags()
    if tags is None:
        yield Refusal("dynamic", "no PT_DYNAMIC", "one: every client starts there",
                      "PHDRS without it", SCRIPT)
        return
    needs = (("hash", "DT_HASH", "musl and many small parsers know only this one",
              "--hash-style=both missing"),
             ("hash", "DT_GNU_HASH", "Go looks here first", "--hash-style=both missing"),
             ("version", "DT_VERDEF", "Go dies without, musl and glibc compare versions",
              "no version script"),
             ("version", "DT_VERSYM", "it gives each symbol its version", "no version script"),
             ("dynamic", "DT_SYMTAB", "the symbols", "linker script"),
             ("dynamic", "DT_STRTAB", "their names", "linker script"))
    for rule, tag, why, cause in needs:
        if tag not in tags:
            yield Refusal(rule, f"no {tag}", f"{tag}: {why}", cause, FLAGS)
    name = tags["DT_SONAME"].soname if "DT_SONAME" in tags else "none"
    if name != "linux-vdso.so.1":
        yield Refusal("soname", f"SONAME {name}",
                      "linux-vdso.so.1: it meets the DT_NEEDED of programs and the name in ldd",
                      "-soname missing", FLAGS)


def promises(image):
    exports = {s.name: s for s in image.exports()}
    for name, version in PROMISES.items():
        if name not in exports:
            yield Refusal("export", f"no {name}", "every promised name",
                          "visibility, or a name missing in the version script",
                          "vdso/exports.map")
        elif image.version_of(exports[name]) != version:
            yield Refusal("version", f"{name} at version {image.version_of(exports[name])}",
                          f"{version}: with another one a C library is slow in silence",
                          "a wrong node in the version script", "vdso/exports.map")
    for name in exports.keys() - PROMISES.keys():
        yield Refusal("export", f"{name}, which nobody promised", "only names of the list",
                      "a symbol that is not hidden, or a new export that the list does not have",
                      "vdso/exports.map")


def functions(image):
    for symbol in image.exports():
        seen = (symbol["st_info"]["type"], symbol["st_size"])
        if seen[0] != "STT_FUNC" or not seen[1]:
            yield Refusal("export-type", f"{symbol.name} is {seen[0]} of size {seen[1]}",
                          "STT_FUNC with its size: Go passes over any other type",
                          "assembly without .type or .size", "vdso/calls.S")


def headers_in_reach(image):
    mapped = -(-image.size // PAGE) * PAGE
    header = image.elf.header
    end = header["e_shoff"] + header["e_shnum"] * header["e_shentsize"]
    names = {s.name for s in image.sections}
    missing = [n for n in (".dynsym", ".dynstr", ".shstrtab") if n not in names]
    if missing or end > mapped:
        seen = "no " + ", ".join(missing) if missing else f"headers up to {end:#x} of {mapped:#x}"
        yield Refusal("section-headers", seen,
                      "all section headers and names inside the mapped pages",
                      "the image was stripped of its headers or cut", "vdso/vdso.mk")
    for section in image.sections:
        section_end = section["sh_offset"] + section["sh_size"]
        if section["sh_type"] != "SHT_NOBITS" and section_end > mapped:
            yield Refusal("section-headers", f"{section.name} ends outside the file",
                          "every section inside the mapped pages", "the image was cut",
                          "vdso/vdso.mk")


def budget(image):
    pages = -(-image.size // PAGE)
    if pages > PAGE_BUDGET:
        yield Refusal("page-budget", f"{pages} pages ({image.size} bytes)",
                      f"at most {PAGE_BUDGET}: every process maps them, every exec pays",
                      "an unstripped image, or a large table", "tools/vdsolint.d/image.py")


def build_id(image):
    notes = [n for s in image.sections if s["sh_type"] == "SHT_NOTE" for n in s.iter_notes()]
    if not any(n["n_type"] == "NT_GNU_BUILD_ID" for n in notes):
        yield Refusal("build-id", "no build-id note",
                      "one: the kernel compares it at boot, debuggers find symbols by it",
                      "--build-id missing", FLAGS)


RULES = [kind, one_segment, read_only, no_data, no_relocation, no_undefined, tables, promises,
         functions, headers_in_reach, budget, build_id]
