# loader.mk - the libraries and programs of tests/host/test_loader.py.
#
#   $(O)/tests/loader/lib, bin    a set that fits together
#   $(O)/tests/loader/old         libversion.so before V_2, libtwo.so without two_gone
# Needs user/user.mk. `make test` builds LOADER_TESTS first.

LT := $(O)/tests/loader
LT_CFLAGS := $(USER_CFLAGS) -fPIC
LT_NEEDED := -Wl,-rpath-link,$(LT)/lib
# Every form of hash table is used by one library at least.
LT_SHARED = $(CC) -shared $(USER_LDFLAGS) -Wl,-z,now -Wl,-z,relro -Wl,-soname,$(@F) -o $@ \
    $(filter %.o %.so,$^)
LT_PROGRAMS := main copy ask-version ask-version-old vdso-strong vdso-weak library clock-loop
LOADER_TESTS := $(patsubst %,$(LT)/lib/lib%.so,one two three version) \
    $(LT)/old/libversion.so $(LT)/old/libtwo.so $(LT_PROGRAMS:%=$(LT)/bin/%) \
    $(LT)/bin/clock-loop-static

$(LT)/%.o: tests/loader/%.c $(CONFIG)
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(CC) $(LT_CFLAGS) -c $< -o $@

$(LT)/two-old.o $(LT)/version-old.o: $(LT)/%-old.o: tests/loader/%.c $(CONFIG)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LT_CFLAGS) -DOLD -DWITHOUT_GONE -c $< -o $@

# Code for a fixed address, which is what makes the linker ask for a copy of one_value.
$(LT)/copy.o: tests/loader/copy.c $(CONFIG)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LT_CFLAGS) -fno-pic -fno-pie -c $< -o $@

$(LT)/lib/libtwo.so: $(LT)/two.o $(USER)/libpostern.so
$(LT)/lib/libthree.so: $(LT)/three.o $(LT)/lib/libtwo.so $(USER)/libpostern.so
$(LT)/lib/libone.so: $(LT)/one.o $(LT)/lib/libthree.so $(LT)/lib/libtwo.so $(USER)/libpostern.so
$(LT)/old/libtwo.so: $(LT)/two-old.o $(USER)/libpostern.so
$(LT)/lib/libtwo.so $(LT)/old/libtwo.so: private HASH := sysv
$(LT)/lib/libone.so: private HASH := gnu
$(LT)/lib/libthree.so: private HASH := both
$(LT)/lib/libone.so $(LT)/lib/libtwo.so $(LT)/lib/libthree.so $(LT)/old/libtwo.so:
	@mkdir -p $(@D)
	$(Q)$(LT_SHARED) -Wl,--as-needed -Wl,--hash-style=$(HASH)

$(LT)/lib/libversion.so: $(LT)/version.o tests/loader/version-new.map
	@mkdir -p $(@D)
	$(Q)$(LT_SHARED) -Wl,--version-script=tests/loader/version-new.map

$(LT)/old/libversion.so: $(LT)/version-old.o tests/loader/version-old.map
	@mkdir -p $(@D)
	$(Q)$(LT_SHARED) -Wl,--version-script=tests/loader/version-old.map

$(LT)/bin/main: $(LT)/main.o $(LT)/lib/libone.so $(LT)/lib/libtwo.so
$(LT)/bin/ask-version: $(LT)/ask-version.o $(LT)/lib/libversion.so
$(LT)/bin/ask-version-old: $(LT)/ask-version.o $(LT)/old/libversion.so
$(LT)/bin/vdso-strong: $(LT)/vdso-strong.o
$(LT)/bin/vdso-weak: $(LT)/vdso-weak.o
$(LT)/bin/library: $(LT)/library.o
$(LT)/bin/clock-loop: $(LT)/clock-loop.o
$(LT)/bin/copy: $(LT)/copy.o $(LT)/lib/libone.so
$(LT)/bin/copy: private PIE := -no-pie
$(LT_PROGRAMS:%=$(LT)/bin/%): $(USER_LIBS)
	@mkdir -p $(@D)
	$(Q)$(call user-link,$@,$(filter $(LT)/%,$^) $(LT_NEEDED),$(PIE))

$(LT)/bin/clock-loop-static: $(LT)/clock-loop.o $(USER_LIBS)
	@mkdir -p $(@D)
	$(Q)$(call user-link-static,$@,$<)

loader-tests: $(LOADER_TESTS)
.PHONY: loader-tests
