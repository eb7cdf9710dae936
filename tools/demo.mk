# demo.mk - what shows the system from outside: the table of costs, the demo, the debugger.
#
#   make bench    $(O)/bench/costs, first from tests/bench; writes $(O)/bench.json
#   make demo     $(O)/demo/story from tests/demo; one screen
#   make debug    gdb on the booted machine: CMD='date -u', GDB='-batch -x FILE', SMP, MEM, RUN
#
# Their guest programs are static ones of our own library.

SHOWN := $(O)/bench/costs $(O)/bench/first $(O)/demo/story

$(O)/obj/%.o: tests/%.c $(CONFIG)
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(CC) $(USER_CFLAGS) -c $< -o $@

$(O)/bench/costs $(O)/demo/story: $(O)/%: $(O)/obj/%.o $(USER_LIBS)
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(call user-link-static,$@,$<)

# It brings its own _start in the place of crt0's.
$(O)/bench/first: $(O)/obj/bench/first.o $(USER_LIBS)
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(CC) -static -no-pie $(USER_LDFLAGS) -o $@ $< $(USER)/libpostern.a

bench: all $(O)/bench/costs $(O)/bench/first
	@tools/bench --build $(O)

demo: all $(O)/demo/story
	@tools/demo --build $(O)

# GDB is handed over as one word; tools/debug cuts it as a shell would. `value`: a dollar in CMD or
# GDB ($pc) belongs to the shell or to gdb, not to make.
DEBUGGED = $(or $(value CMD),date -u)
debug: all
	@tools/debug --build $(O) $(MACHINE) $(value RUN) --gdb $(call quoted,GDB) -- $(DEBUGGED)

# Their tests run them.
test test-core guest-tests: $(SHOWN)

.PHONY: bench demo debug

-include $(SHOWN:$(O)/%=$(O)/obj/%.d)
