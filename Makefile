# Makefile - one build for kernel, vDSO, library, loader, programs and initrd.
#
# This file holds what all rooms share, in this order: the tool chain, the flags, what is built, the
# commands. Each room says in a fragment of its own what it makes of its files (kernel/kernel.mk,
# ...). Checks stand apart, so that they are not in the way here: of the words behind make
# (tools/options.mk), of the tools (tools/autosetup.mk), of what has changed (tools/stamps.mk).
# `make help` lists the commands and the options; README.md tells the story.

O ?= build
.DEFAULT_GOAL := all
# A product whose rule has failed does not stay; no rule but ours is tried; what was made on the way
# to a product stays.
.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:

include tools/options.mk

# --- the tool chain: GNU by default, LLVM=1 for clang and lld -----------------------------------
CROSS ?= riscv64-linux-gnu-
PYTHON ?= /usr/bin/python3
LLVM_SUFFIX ?=
NM := $(CROSS)nm
ifeq ($(LLVM),1)
CC := clang$(LLVM_SUFFIX) --target=riscv64-linux-gnu -mno-relax
LD := ld.lld$(LLVM_SUFFIX)
LINK := -fuse-ld=lld
AR := llvm-ar$(LLVM_SUFFIX)
OBJCOPY := llvm-objcopy$(LLVM_SUFFIX)
# clang would find the host's <elf.h>: it gets the cross headers instead, behind its own <stdint.h>.
# Its assembler writes the folder it runs in into debug information unless told another.
SYSTEM_HEADERS := -nostdlibinc -idirafter /usr/riscv64-linux-gnu/include -fdebug-compilation-dir=.
else
CC := $(CROSS)gcc
LD := $(CROSS)ld
LINK :=
AR := $(CROSS)ar
OBJCOPY := $(CROSS)objcopy
SYSTEM_HEADERS :=
endif

include tools/autosetup.mk

# --- the flags of every compilation; each room adds its own -------------------------------------
WARN := -Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes -Wundef -Wno-unused-parameter \
        -Wvla $(if $(WERROR),-Werror)
# -Og keeps variables where gdb finds them.
OPTIMIZE := $(if $(DEBUG),-Og,-O2)
CFLAGS_SHARED := -std=gnu11 $(OPTIMIZE) -g -fno-common -fno-strict-aliasing $(WARN) \
                 $(SYSTEM_HEADERS) -MMD -MP
# No path of this checkout enters an object: two clones build the same bytes.
CFLAGS_ALL := $(CFLAGS_SHARED) -ffile-prefix-map=$(CURDIR)=. -ffile-prefix-map=$(O)=build

include tools/stamps.mk

# --- what is built, room by room ----------------------------------------------------------------
all: $(O)/kernel.elf $(O)/vdso/vdso.so $(O)/vdso/vdso.so.dbg $(O)/initrd.cpio
.PHONY: all

include vdso/vdso.mk
include kernel/kernel.mk
include user/user.mk
include tools/tools.mk
include tools/demo.mk
include tests/tests.mk

# --- commands about the machine and the text ----------------------------------------------------
setup:
	@$(TOOLS_ENV) tools/setup $(if $(ALL),all,build run test debug $(LLVM_GROUP))

doctor:
	@$(TOOLS_ENV) tools/doctor

lint:
	@tools/lint --build $(O)
	@$(call run-tests,house)

format:
	@tools/lint --format

loc:
	@tools/lint.d/budget.py --table

pictures:
	@tools/lint.d/pictures.py --write

# The folder is removed only if a build made it: O=/ or a folder of yours is left alone.
clean:
	@test ! -e $(O) || test -e $(CONFIG) || test -d $(O)/doctor || \
	    { echo 'make clean: $(O) is no build folder of Postern, it stays' >&2; exit 2; }
	rm -rf $(O)

define HELP
make                 build everything into build/
make run             boot to a shell; ctrl-a x leaves. CMD='ls /bin' runs that, then powers off
make demo            the whole story on one screen, from a real run
make test            all tests; the last line counts them. PYTEST='-k pipe -x' picks some
make test-core       the tests that every configuration must pass
make test-hosts      both commands of the README on a fresh Debian 12 and 13: root, and an hour
make guest-tests     the programs of the tests; runs none
make loader-tests    the programs and libraries of the loader's tests; runs none
make bench           the table of costs, also as build/bench.json
make debug           gdb on the booted machine: CMD='date -u' [GDB='-batch -x FILE']
make setup           install what is missing; LLVM=1 adds clang and lld, ALL=1 the linters too
make doctor          what this machine has, and the cure for what it has not
make vdso            the vDSO and its stub alone
make user            the C library, the loader and the programs alone
make lint            the rules of the house: layers, shape, references, style; and their tests
make format          lay out the C files as make lint wants them
make loc             lines of code, room by room
make pictures        draw docs/floors.svg and docs/doors.svg anew; costs are those of make bench
make clean           remove the build folder
make help            this list

Options (words behind make):
  O=DIR              build there instead of in build/
  LLVM=1             clang and lld instead of gcc and ld; LLVM_SUFFIX=-19 names a version
  DEBUG=1            with the undefined behaviour sanitizer, lock checks and poisoned frames, and
                     with -Og, so that gdb can print variables
  ANNEX='NAMES'      annexes of the kernel to build; ANNEX= builds the core alone
  WERROR=1           warnings are errors
  V=1                show the commands
  SMP=4 MEM=64M      for run and debug: so many harts, so much memory. RUN='--icount -v' gives
                     any other option of tools/run
  CROSS=PREFIX       another GNU tool chain than riscv64-linux-gnu-
endef

help:
	$(info $(HELP))
	@:

.PHONY: setup doctor lint format loc pictures clean help
