# options.mk - the words behind make: a wrong one is refused here, in one line, before anything is
# built. Read by the Makefile.
#
#   O                         the build folder, without a slash at its end
#   LLVM DEBUG WERROR V ALL   switches: 1, or empty
#   ANNEX                     the annexes of the kernel that are built, by name
#   $(Q)                      begins a command that only V=1 shows
#   $(say)                    begins the short line that stands for such commands

# A switch is 1, or it is off: LLVM=0 and no LLVM at all must not look like two configurations.
SWITCHES := LLVM DEBUG WERROR V ALL
wrong-switch = $(filter-out 0 1,$($1))$(word 2,$($1))
$(foreach name,$(SWITCHES),$(if $(call wrong-switch,$(name)),\
    $(error $(name)=$($(name)): $(name) is 1 or left out)))
$(foreach name,$(SWITCHES),$(eval override $(name) := $(filter 1,$($(name)))))

# `make clean` removes the build folder, so it is neither the checkout, nor a folder of sources, nor
# a folder that the checkout lies in.
override O := $(patsubst %/,%,$(O))
ifneq ($(words $(O)),1)
$(error O=$(O) is no build folder: one name without spaces is wanted)
endif
FOLDER := $(abspath $(O))
SOURCES := kernel vdso linker user tools tests docs labs
OURS := / $(CURDIR) $(SOURCES:%=$(CURDIR)/%)
ifneq ($(filter $(OURS),$(FOLDER))$(filter $(FOLDER)/%,$(CURDIR)),)
$(error O=$(O) is no build folder: it holds the sources. Name another, or leave it out)
endif

# All annexes of the kernel by default; but the checks need the hooks of DEBUG=1.
ANNEX ?= crash events figures remap terminal $(if $(DEBUG),checks)
override ANNEX := $(sort $(ANNEX))
unknown-annex := $(firstword $(filter-out $(notdir $(wildcard kernel/annex/*)),$(ANNEX)))
ifneq ($(unknown-annex),)
$(error ANNEX=$(ANNEX): there is no kernel/annex/$(unknown-annex))
endif
ifneq ($(if $(DEBUG),checks),$(filter checks,$(ANNEX)))
$(error ANNEX=$(ANNEX): the annex checks and DEBUG=1 go together, name both or none)
endif

ifeq ($(V),1)
Q :=
say := @:
else
Q := @
say := @printf '  %-8s %s\n'
endif
