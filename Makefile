# Makefile - one build for kernel, vDSO, library, loader, programs and initrd.
#
# This file holds what all rooms share: options, the tool chain, flags, the configuration stamp and
# the commands. Each room says in a fragment of its own what it makes of its files
# (kernel/kernel.mk, ...). `make help` lists the targets; README.md tells the story.

O ?= build
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:

define HELP
make                 build everything into build/
make run             boot to a shell; ctrl-a x leaves. CMD='ls /bin' runs that, RUN='--smp 4' too
make demo            the whole story on one screen, from a real run
make test            all tests; the last line counts them. PYTEST='-k pipe -x' picks some
make test-core       the tests that every configuration must pass
make test-hosts      both README commands on a fresh Debian 12 and 13; root, and an hour
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
make clean           remove the build folder
make help            this list

Options (words behind make):
  O=DIR              build there instead of in build/
  LLVM=1             clang and lld instead of gcc and ld; LLVM_SUFFIX=-19 names a version
  DEBUG=1            with the undefined behaviour sanitizer, lock checks and poisoned frames
  WERROR=1           warnings are errors
  V=1                show the commands
  CROSS=PREFIX       another GNU tool chain than riscv64-linux-gnu-
endef

# --- what was asked: refused here, in one line, before anything is built -------------------------
override O := $(patsubst %/,%,$(O))
SOURCES := kernel vdso linker user tools tests docs labs

# A switch is 1, or it is off: LLVM=0 and no LLVM at all must not look like two configurations.
define read-switch
$(if $(filter-out 0 1,$($1))$(word 2,$($1)),$(error $1=$($1): $1 is 1 or left out))
override $1 := $(filter 1,$($1))
endef
$(foreach option,LLVM DEBUG WERROR V ALL,$(eval $(call read-switch,$(option))))
ifneq ($(words $(O)),1)
$(error O=$(O) is no build folder: one name without spaces is wanted)
endif
ifneq ($(filter $(CURDIR) $(SOURCES:%=$(CURDIR)/%) /,$(abspath $(O)))$(filter $(abspath $(O))/%,\
       $(CURDIR)),)
$(error O=$(O) is no build folder: it holds the sources. Name another, or leave it out)
endif

ifeq ($(V),1)
Q :=
say := @:
else
Q := @
say := @printf '  %-8s %s\n'
endif

# --- the tool chain: GNU by default, LLVM=1 for clang and lld -----------------------------------
CROSS ?= riscv64-linux-gnu-
PYTHON ?= /usr/bin/python3
LLVM_SUFFIX ?=
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
OBJDUMP := $(CROSS)objdump
NM := $(CROSS)nm

# The goals at hand decide what must be there. tools/doctor looks at the tools once and remembers;
# asking again costs some milliseconds. It also finds MARCH_KERNEL, what -march the compiler knows.
GOALS := $(filter-out test-hosts,$(or $(MAKECMDGOALS),all))
RUNS := $(filter run demo bench debug test test-%,$(GOALS))
LLVM_GROUP := $(if $(LLVM),llvm)
NEEDS := $(if $(filter-out help clean setup doctor loc lint format,$(GOALS)),build $(LLVM_GROUP)) \
         $(if $(RUNS),run) $(if $(filter test test-% lint,$(GOALS)),test) \
         $(if $(filter debug,$(GOALS)),debug) $(if $(filter lint format,$(GOALS)),lint)
TOOLS_ENV := CROSS='$(CROSS)' LLVM_SUFFIX='$(LLVM_SUFFIX)' PYTHON='$(PYTHON)'
ask-doctor = $(shell $(TOOLS_ENV) tools/doctor --make '$(O)/doctor' $(NEEDS))

ifneq ($(strip $(NEEDS)),)
COMPLAINT := $(ask-doctor)
# What runs something is the only command that a fresh machine needs: it sets up by itself, if there
# is anything that a package cures.
ifneq ($(and $(COMPLAINT),$(RUNS)),)
ifeq ($(findstring n,$(firstword -$(MAKEFLAGS)))$(findstring q,$(firstword -$(MAKEFLAGS))),)
ifneq ($(shell $(TOOLS_ENV) tools/doctor --packages $(NEEDS)),)
$(info $(COMPLAINT))
$(shell $(TOOLS_ENV) tools/setup $(NEEDS) >&2)
COMPLAINT := $(ask-doctor)
endif
endif
endif
$(if $(COMPLAINT),$(error $(COMPLAINT)))
-include $(patsubst %,$(O)/doctor/%.mk,$(filter build,$(NEEDS)) $(filter llvm,$(NEEDS)))
endif

WARN := -Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes -Wundef -Wno-unused-parameter \
        -Wvla $(if $(WERROR),-Werror)
# No path of this checkout enters an object: two clones build the same bytes.
CFLAGS_ALL := -std=gnu11 -O2 -g -fno-common -fno-strict-aliasing $(WARN) $(SYSTEM_HEADERS) \
              -ffile-prefix-map=$(CURDIR)=. -ffile-prefix-map=$(O)=build -MMD -MP

# build/ holds one configuration. The stamp is written when the flags or the rules of the build
# change, and only then; all objects need it.
CONFIG := $(O)/config.stamp
CONFIG_TEXT := $(CC) $(LD) $(CFLAGS_ALL) $(MARCH_KERNEL) LLVM=$(LLVM) DEBUG=$(DEBUG)
ifneq ($(file <$(CONFIG)),$(CONFIG_TEXT))
$(CONFIG): FORCE
endif
$(CONFIG): Makefile vdso/vdso.mk kernel/kernel.mk user/user.mk
	@mkdir -p $(@D)
	@printf '%s\n' '$(CONFIG_TEXT)' > $@
FORCE:
.PHONY: FORCE all

include vdso/vdso.mk
include kernel/kernel.mk
include user/user.mk
include tools/tools.mk
include tools/demo.mk
include tests/tests.mk

all: $(O)/kernel.elf $(O)/vdso/vdso.so $(O)/vdso/vdso.so.dbg $(O)/initrd.cpio

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

# The folder is removed only if a build made it: O=/ or a folder of yours is left alone.
clean:
	@test ! -e $(O) || test -e $(CONFIG) || test -d $(O)/doctor || \
	    { echo 'make clean: $(O) is no build folder of Postern, it stays' >&2; exit 2; }
	rm -rf $(O)

help:
	$(info $(HELP))
	@:

.PHONY: setup doctor lint format loc clean help
