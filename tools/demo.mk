# demo.mk - what shows the system from outside: the table of costs, the demo, the debugger.
#
#   make bench    $(O)/bench/costs, first from tests/bench; writes $(O)/bench.json
#   make demo     $(O)/demo/story from tests/demo; one screen
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

# Their tests run them.
test test-core guest-tests: $(SHOWN)

.PHONY: bench demo

-include $(SHOWN:$(O)/%=$(O)/obj/%.d)
