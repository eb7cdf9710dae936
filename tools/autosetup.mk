# autosetup.mk - asks whether the tools are there that the goals at hand need. Read by the Makefile.
#
# tools/doctor looks at the tools once and remembers; asking again costs some milliseconds. It also
# finds MARCH_KERNEL, the -march for the kernel that the compiler knows. `make run`, `make test` and
# whatever else runs a machine are the only command that a fresh machine needs: they call
# tools/setup when a package would help. All other goals end in one line that says what is missing.

TOOLS_ENV := CROSS='$(CROSS)' LLVM_SUFFIX='$(LLVM_SUFFIX)' PYTHON='$(PYTHON)'
LLVM_GROUP := $(if $(LLVM),llvm)
GOALS := $(filter-out test-hosts,$(or $(MAKECMDGOALS),all)) # that one brings its own machine
RUNS := $(filter run demo bench debug test test-%,$(GOALS))

# The groups of tools (tools/doctor) that the goals need.
NEEDS :=
ifneq ($(filter-out help clean setup doctor loc pictures lint format,$(GOALS)),)
NEEDS += build $(LLVM_GROUP)
endif
ifneq ($(RUNS),)
NEEDS += run
endif
ifneq ($(filter test test-% lint,$(GOALS)),)
NEEDS += test
endif
ifneq ($(filter debug,$(GOALS)),)
NEEDS += debug
endif
ifneq ($(filter lint format,$(GOALS)),)
NEEDS += lint
endif

# What is wrong with these tools, in one line; nothing if all is well.
ask-doctor = $(shell $(TOOLS_ENV) tools/doctor --make '$(O)/doctor' $(NEEDS))
COMPLAINT := $(if $(strip $(NEEDS)),$(ask-doctor))

# `make -n` and `make -q` only ask: they install nothing.
SHORT_FLAGS := $(firstword -$(MAKEFLAGS))
ONLY_ASKS := $(findstring n,$(SHORT_FLAGS))$(findstring q,$(SHORT_FLAGS))
MAY_SET_UP := $(and $(COMPLAINT),$(RUNS),$(if $(ONLY_ASKS),,yes))
ifneq ($(and $(MAY_SET_UP),$(shell $(TOOLS_ENV) tools/doctor --packages $(NEEDS))),)
$(info $(COMPLAINT))
$(shell $(TOOLS_ENV) tools/setup $(NEEDS) >&2)
COMPLAINT := $(ask-doctor)
endif
ifneq ($(COMPLAINT),)
$(error $(COMPLAINT))
endif

# What the doctor has found. The compiler at hand has the last word.
-include $(patsubst %,$(O)/doctor/%.mk,$(filter build,$(NEEDS)) $(filter llvm,$(NEEDS)))
