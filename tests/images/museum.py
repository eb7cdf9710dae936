"""museum.py - vDSO images that are broken in one way each, and the rule that must refuse them.

Every exhibit is the real image with one change: a source of this folder added, lines of a source
edited, a flag of the recipe changed, or the finished file treated. The recipe is the build's own
(vdso/vdso.mk writes it to build/vdso/recipe). Most of these bugs were seen in real vDSOs.
"""
from collections import namedtuple

# rules: what vdsolint must name, at least. add: a source here. edits: (file, old, new) in a copy of
# vdso/. flags: (old, new) in the recipe. after: a command on the stripped image, {} its path.
Exhibit = namedtuple("Exhibit", "name rules add edits flags after", defaults=("", (), (), ""))

UNCHECKED_LINK = ("--no-undefined", "")
CALL = "return call_clock_getres(id, resolution);"
RDTIME = '    __asm__ volatile("rdtime %0" : "=r"(ticks));\n'
OPENING = '    __asm__ volatile("fence r,ir" ::: "memory");\n'
LAST_DATA = "    now->sec = line->sec;\n"
INLINE_CALL = ('{ register long a0 __asm__("a0") = id, a7 __asm__("a7") = 114;'
               '__asm__ volatile("ecall" : "+r"(a0) : "r"(a7)); return (int)a0; }')
# Zeros for e_shoff, and for e_shentsize, e_shnum and e_shstrndx: not every objcopy can do it.
NO_HEADERS = ("for field in 'seek=40 count=8' 'seek=58 count=6'; do"
              " dd if=/dev/zero of={} bs=1 conv=notrunc status=none $field; done")

EXHIBITS = (
    # What needs a loader: nobody relocates or binds the image.
    Exhibit("vvar-not-hidden", ("relocation",), add="vvar-not-hidden.c"),
    Exhibit("table-of-pointers", ("relocation",), add="table-of-pointers.c"),
    Exhibit("memset-by-compiler", ("undefined-symbol",), add="memset.c", flags=(UNCHECKED_LINK,)),
    Exhibit("call-through-plt", ("plt", "got"), add="call-through-plt.c",
            flags=(("-Bsymbolic", ""),)),
    # What is shared must not be written.
    Exhibit("variable-with-value", ("data", "writable-section"), add="variable-with-value.c"),
    Exhibit("variable-of-zero", ("data", "writable-section"), add="variable-of-zero.c"),
    Exhibit("dynamic-marked-writable", ("writable-section",),
            flags=(("--set-section-flags .dynamic=alloc,load,readonly,data", ""),)),
    # What a client cannot find, it does not use, and says nothing.
    Exhibit("no-versions", ("version",), flags=(("--version-script=vdso/exports.map", ""),)),
    Exhibit("time-as-linux-name", ("version",),
            edits=(("exports.map", "        __vdso_getcpu;", "        __vdso_getcpu; __vdso_time;"),
                   ("exports.map", "        __vdso_time;\n}", "        __vdso_other;\n}"))),
    Exhibit("missing-export", ("export",),
            edits=(("exports.map", "        __vdso_getcpu;\n", ""),)),
    Exhibit("surprise-export", ("export",), add="surprise-export.c",
            edits=(("exports.map", "__vdso_time;", "__vdso_time; __vdso_surprise;"),)),
    Exhibit("notype-export", ("export-type",), edits=(("calls.S", ".type", "#"),)),
    Exhibit("export-without-size", ("export-type",), edits=(("calls.S", ".size", "#"),)),
    Exhibit("gnu-hash-only", ("hash",), flags=(("--hash-style=both", "--hash-style=gnu"),)),
    Exhibit("sysv-hash-only", ("hash",), flags=(("--hash-style=both", "--hash-style=sysv"),)),
    Exhibit("no-soname", ("soname",), flags=(("-soname linux-vdso.so.1", ""),)),
    Exhibit("no-build-id", ("build-id",), flags=(("--build-id=sha1", "--build-id=none"),)),
    # What the mapping does not show.
    Exhibit("linker-default-script", ("segments",),
            flags=(("-T linker/vdso.lds", "--defsym=vvar=0"),)),
    Exhibit("code-apart-from-tables", ("segments",),
            edits=(("vdso.lds", "    dynamic PT_DYNAMIC",
                    "    code PT_LOAD FLAGS(5);\n    dynamic PT_DYNAMIC"),
                   ("vdso.lds", "ALIGN(16) { *(.text .text.*) }",
                    "ALIGN(4096) { *(.text .text.*) } :code"))),
    Exhibit("no-section-headers", ("section-headers",), after=NO_HEADERS),
    Exhibit("cut-short", ("elf",), after="truncate -s 2000 {}"),
    Exhibit("over-budget", ("page-budget",), add="large-table.c"),
    # What the instructions must hold.
    Exhibit("rdtime-not-input", ("rdtime-fence",), edits=(("vvar.h", "fence r,ir", "fence r,r"),)),
    Exhibit("closing-fence-lost", ("rdtime-fence",), edits=(("vvar.h", "fence ir,r", "nop"),)),
    Exhibit("closing-fence-weak", ("rdtime-fence",),
            edits=(("vvar.h", "fence ir,r", "fence r,r"),)),
    Exhibit("rdtime-before-fences", ("rdtime-fence",),
            edits=(("vvar.h", RDTIME, ""), ("vvar.h", OPENING, RDTIME + OPENING))),
    Exhibit("data-before-fences", ("rdtime-fence",),
            edits=(("clock.c", "const volatile struct vvar vvar", "const struct vvar vvar"),
                   ("vvar.h", "const volatile", "const"))),
    Exhibit("end-read-too-late", ("rdtime-fence",),
            edits=(("vvar.h", LAST_DATA, LAST_DATA + "    end = line->end;\n"),)),
    Exhibit("torn-read-accepted", ("rdtime-fence",),
            edits=(("vvar.h", "__builtin_expect(line->begin == end, 1)", "true"),)),
    Exhibit("system-call-inlined", ("ecall",), edits=(("clock.c", CALL, INLINE_CALL),)),
    Exhibit("large-frame", ("stack-frame",), add="large-frame.c"),
    # What debuggers and exceptions walk by.
    Exhibit("no-unwind-table", ("cfi",), edits=(("calls.S", ".cfi_", "# .cfi_"),)),
    Exhibit("no-unwind-index", ("cfi",), flags=(("--eh-frame-hdr", ""),)),
    Exhibit("no-nop-before-sigreturn", ("signal-frame",),
            edits=(("sigreturn.S", "    nop\n", ""),)),
    Exhibit("wrong-frame-offsets", ("signal-frame",),
            edits=(("sigreturn.S", "MCONTEXT_OFFSET 176", "MCONTEXT_OFFSET 168"),)),
    Exhibit("no-signal-frame-mark", ("signal-frame",),
            edits=(("sigreturn.S", "    .cfi_signal_frame\n", ""),)),
)
