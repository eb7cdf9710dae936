# Makefile - one build for kernel, vDSO, library, loader, programs and initrd.
#
# This file holds what all rooms share: tools, flags, the configuration stamp and the commands.
# Each room says in a fragment of its own what it makes of its files (kernel/kernel.mk, ...).
# `make help` lists the targets; README.md tells the story.

O ?= build
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:

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
# clang would find the host's <elf.h>; the cross headers are named before it can look there.
SYSTEM_HEADERS := -isystem /usr/riscv64-linux-gnu/include
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

WARN := -Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes -Wundef -Wno-unused-parameter \
        -Wvla $(if $(filter 1,$(WERROR)),-Werror)
# No path of this checkout enters an object: two clones build the same bytes.
CFLAGS_ALL := -std=gnu11 -O2 -g -fno-common -fno-strict-aliasing $(WARN) $(SYSTEM_HEADERS) \
              -ffile-prefix-map=$(CURDIR)/= -MMD -MP

# build/ holds one configuration. The stamp changes only when the flags do; all objects need it.
CONFIG := $(O)/config.stamp
CONFIG_TEXT := $(CC) $(LD) $(CFLAGS_ALL) LLVM=$(LLVM) DEBUG=$(DEBUG)
$(CONFIG): FORCE
	@mkdir -p $(O)
	@printf '%s\n' '$(CONFIG_TEXT)' | cmp -s - $@ || printf '%s\n' '$(CONFIG_TEXT)' > $@
FORCE:
.PHONY: FORCE all

include vdso/vdso.mk
include kernel/kernel.mk
include user/user.mk
include tools/tools.mk
include tests/tests.mk

all: $(O)/kernel.elf $(O)/vdso/vdso.so $(O)/vdso/vdso.so.dbg $(O)/initrd.cpio

clean:
	rm -rf $(O)
.PHONY: clean
