# tests.mk - the programs that run in the guest under test, and `make test`.
#
#   $(O)/tests/guest/NAME      tests/guest/NAME.c (and NAME_*.S) with the frame check.c
#   $(O)/tests/clients/NAME    tests/clients/NAME.c or .cc, real programs
#   make test                  builds all and runs tests/host; PYTEST='-k pipe -x' picks tests.
#                              Tests of the house itself (marked house) are left to make lint.
#   make test-core             only what is marked core: for LLVM=1, DEBUG=1 and ANNEX=
#   make test-hosts            make run and make test on fresh Debians (tests/hosts/try): as root
#
# Guest programs are Linux programs: always GNU C with the tool chain's own glibc, static, whatever
# built the kernel. tests/loader/loader.mk builds what the loader's tests need.

GT := $(O)/tests/guest
CT := $(O)/tests/clients
GUEST_CC := $(CROSS)gcc
# Checks point into page 0 on purpose, and stay in the order of their file.
GUEST_CFLAGS := -std=gnu11 -O2 -pthread -Wall -Wextra -Wno-unused-parameter -Wno-array-bounds \
    -fno-toplevel-reorder $(if $(WERROR),-Werror)
CLIENT_CFLAGS := -O2 -static -pthread -Wall -Wextra -Wno-unused-parameter -Wno-array-bounds \
    $(if $(WERROR),-Werror)

# Sources of parts, not of whole programs.
GUEST_PARTS := check aslr_pie
GUEST_TESTS := $(filter-out $(GUEST_PARTS),$(basename $(notdir $(wildcard tests/guest/*.c))))
GUEST_FILES := $(GUEST_TESTS:%=$(GT)/%) $(GT)/aslr_pie $(GT)/aslr_ld
CLIENT_FILES := $(patsubst tests/clients/%,$(CT)/%,$(basename $(wildcard tests/clients/*.c*)))
TEST_FILES := $(GUEST_FILES) $(CLIENT_FILES) $(LOADER_TESTS)

$(GT)/obj/%.o: tests/guest/%.c tests/tests.mk
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(GUEST_CC) $(GUEST_CFLAGS) -MMD -MP -c $< -o $@

$(GT)/obj/%.o: tests/guest/%.S tests/tests.mk
	@mkdir -p $(@D)
	$(Q)$(GUEST_CC) -c $< -o $@

$(call remember,$(MADE_OF)/guest-tests,$(sort $(wildcard tests/guest/*.S)))

guest-objects = $(patsubst tests/guest/%,$(GT)/obj/%.o,$(basename $(wildcard tests/guest/$1_*.S))) \
    $(GT)/obj/check.o
$(foreach name,$(GUEST_TESTS),$(eval $(GT)/$(name): $(call guest-objects,$(name))))
# start.c looks at the registers of its very first instruction.
$(GT)/start: private ENTRY := -Wl,-e,start_first
$(GUEST_TESTS:%=$(GT)/%): $(GT)/%: $(GT)/obj/%.o $(MADE_OF)/guest-tests
	$(Q)$(GUEST_CC) -static -pthread $(ENTRY) -o $@ $(filter %.o,$^)

# One freestanding source, linked as an interpreter and as a program that names it.
FREESTANDING := $(GUEST_CFLAGS) -ffreestanding -nostdlib -fPIE -fno-stack-protector
$(GT)/aslr_ld: private FORM := -static-pie -Wl,--no-dynamic-linker
$(GT)/aslr_pie: private FORM := -pie -Wl,--dynamic-linker=/t/aslr_ld
$(GT)/aslr_ld $(GT)/aslr_pie: tests/guest/aslr_pie.c tests/guest/bases.h tests/tests.mk
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(GUEST_CC) $(FREESTANDING) $(FORM) -o $@ $<

$(CT)/%: tests/clients/%.c tests/guest/vdsosym.h tests/tests.mk
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(GUEST_CC) -std=gnu11 $(CLIENT_CFLAGS) -o $@ $<

$(CT)/%: tests/clients/%.cc tests/tests.mk
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(CROSS)g++ -std=c++17 $(CLIENT_CFLAGS) -o $@ $<

guest-tests: $(TEST_FILES)

# Two machines at a time: a test's own harts need the processors too.
TEST_JOBS ?= 2
run-tests = POSTERN_BUILD='$(abspath $(O))' CROSS='$(CROSS)' PYTHONDONTWRITEBYTECODE=1 \
    $(PYTHON) -m pytest -q -n $(TEST_JOBS) --dist loadgroup -p no:cacheprovider -m '$1' $(PYTEST) \
    tests/host

test: all $(TEST_FILES)
	@$(call run-tests,not house)

test-core: all $(TEST_FILES)
	@$(call run-tests,core)

# Each from nothing: a long time, much to load, and nothing of this machine's tools takes part.
test-hosts:
	@status=0; for suite in bookworm trixie; do \
	    tests/hosts/try $$suite $(MIRROR:%='MIRROR=%') || status=1; done; exit $$status

.PHONY: test test-core test-hosts guest-tests

-include $(GUEST_TESTS:%=$(GT)/obj/%.d) $(GT)/obj/check.d
