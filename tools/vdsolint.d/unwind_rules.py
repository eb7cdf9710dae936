"""unwind_rules.py - the tables by which debuggers and exceptions walk through the image.

Source: DWARF 4 section 6.4; LSB on .eh_frame; register numbers from the RISC-V psABI.
"""
from elftools.common.exceptions import DWARFError
from elftools.dwarf.callframe import FDE

from image import Refusal

SIGRETURN = "__vdso_rt_sigreturn"
PC_COLUMN = 64
MCONTEXT = 128 + 176  # siginfo, then uc_mcontext in struct ucontext


def frames(image):
    if not image.section(".eh_frame"):
        return []
    return [f for f in image.elf.get_dwarf_info().EH_CFI_entries() if isinstance(f, FDE)]


def frame_of(image, address):
    for frame in frames(image):
        start = frame["initial_location"]
        if start <= address < start + frame["address_range"]:
            return frame
    return None


def covered(image):
    try:
        bare = [s.name for s in image.exports() if not frame_of(image, s["st_value"])]
    except DWARFError as error:
        bare = [f"unreadable .eh_frame ({error})"]
    if bare or not image.section(".eh_frame_hdr"):
        yield Refusal("cfi", "no unwinding table for " + (", ".join(bare) or "the image"),
                      "every export, with .eh_frame_hdr: a profiler stops anywhere",
                      "assembly without .cfi_startproc, or --eh-frame-hdr missing",
                      "vdso/calls.S")


def expected_offsets():
    """{register: offset from sp} in Linux's signal frame."""
    offsets = {PC_COLUMN: MCONTEXT}
    offsets.update({n: MCONTEXT + 8 * n for n in range(1, 32)})
    offsets.update({32 + n: MCONTEXT + 256 + 8 * n for n in range(32)})
    return offsets


def signal_frame(image):
    symbol = next((s for s in image.exports() if s.name == SIGRETURN), None)
    frame = symbol and frame_of(image, symbol["st_value"])
    if not frame:
        return
    row = frame.get_decoded().table[-1:] or frame.cie.get_decoded().table[-1:]
    rules = {n: r.arg for n, r in row[0].items() if isinstance(n, int)} if row else {}
    wrong = [n for n, offset in expected_offsets().items() if rules.get(n) != offset]
    faults = []
    if frame["initial_location"] >= symbol["st_value"]:
        faults.append("its table starts at the symbol")
    if b"S" not in frame.cie["augmentation"]:
        faults.append("no 'S' augmentation")
    if wrong or not row or (row[0]["cfa"].reg, row[0]["cfa"].offset) != (2, 0):
        faults.append(f"rules missing or wrong for registers {wrong}")
    if faults:
        yield Refusal("signal-frame", f"{SIGRETURN}: " + "; ".join(faults),
                      "a signal frame with a rule for every register, from a nop before the symbol "
                      "on: unwinders look at the byte before a return address",
                      "the .cfi lines or the nop were changed", "vdso/sigreturn.S")


RULES = [covered, signal_frame]
