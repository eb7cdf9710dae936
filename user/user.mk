# user.mk - the C library, the dynamic loader, the programs of user/bin, and the list of what goes
# into the initrd.
#
#   $(O)/user/libpostern.a, crt0.o          for static programs
#   $(O)/user/libpostern.so                 for dynamic ones
#   $(O)/user/ld-postern.so.1               the loader
#   $(O)/user/bin/NAME                      from user/bin/NAME.c or user/bin/NAME/*.c, with symbols
#   $(O)/user/commands                      the programs, a line each, for the shell's `help`
#   $(O)/user/manifest                      lines HOST=GUEST; HOSTs are stripped copies
#
# Other fragments build programs with USER_CFLAGS and `$(call user-link,OUTPUT,OBJECTS)` (a third
# word -no-pie gives one at a fixed address) or `$(call user-link-static,OUTPUT,OBJECTS)`, after
# USER_LIBS.

USER := $(O)/user
VDSO_STUB := $(O)/vdso/stub/linux-vdso.so.1

# Our headers come before the tool chain's, which still give <linux/*>, <asm/*> and <elf.h>.
# clang would make a memcmp that is compared with 0 a call of bcmp, which POSIX has dropped.
USER_CFLAGS := $(CFLAGS_ALL) -I user/lib/include -fPIE -fno-stack-protector -fno-builtin-bcmp
# One set of objects serves both libraries. Loop recognition would make memset call memset.
LIB_CFLAGS := $(CFLAGS_ALL) -I user/lib/include -fPIC -ffreestanding -fno-builtin \
    -fno-stack-protector $(if $(filter 1,$(LLVM)),,-fno-tree-loop-distribute-patterns)
# The loader runs before anything is relocated: hidden names need no relocation but RELATIVE ones.
LOADER_CFLAGS := $(LIB_CFLAGS) -fvisibility=hidden

# Some clang are no PIE by default and call -no-pie unused.
USER_LDFLAGS := $(LINK) $(if $(filter 1,$(LLVM)),-Wno-unused-command-line-argument) -nostdlib \
    -Wl,-z,max-page-size=4096 -Wl,-z,noexecstack -Wl,--build-id=none
DYNAMIC_LDFLAGS := $(USER_LDFLAGS) -Wl,-z,now -Wl,-z,relro -Wl,--hash-style=both

LIB_SOURCES := $(filter-out %/crt0.S,$(sort $(wildcard user/lib/*.[cS])))
LIB_O := $(LIB_SOURCES:user/%=$(USER)/obj/%.o)
LOADER_SOURCES := $(sort $(wildcard user/loader/*.[cS]))
LOADER_O := $(LOADER_SOURCES:user/%=$(USER)/obj/%.o)
# What the loader takes from the library: files that need no start and no other file.
LOADER_SHARED_O := $(patsubst %,$(USER)/obj/lib/%.o,memory.c string.c syscalls.S)
USER_LIBS := $(USER)/crt0.o $(USER)/libpostern.a $(USER)/libpostern.so $(VDSO_STUB)

$(LIB_O): private CFLAGS_HERE := $(LIB_CFLAGS)
$(LOADER_O): private CFLAGS_HERE := $(LOADER_CFLAGS)
$(USER)/obj/bin/%: private CFLAGS_HERE := $(USER_CFLAGS)

$(USER)/obj/%.o: user/% $(CONFIG)
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(CC) $(CFLAGS_HERE) -c $< -o $@

$(USER)/crt0.o: user/lib/crt0.S $(CONFIG)
	@mkdir -p $(@D)
	$(say) AS $<
	$(Q)$(CC) $(USER_CFLAGS) -c $< -o $@

$(call remember,$(MADE_OF)/libpostern,$(LIB_SOURCES))
$(call remember,$(MADE_OF)/ld-postern,$(LOADER_SOURCES))

$(USER)/libpostern.a: $(LIB_O) $(MADE_OF)/libpostern
	$(say) AR $@
	$(Q)rm -f $@ && $(AR) rcsD $@ $(LIB_O)

$(USER)/libpostern.so: $(LIB_O) $(MADE_OF)/libpostern
	$(say) LINK $@
	$(Q)$(CC) -shared $(DYNAMIC_LDFLAGS) -Wl,-Bsymbolic-functions -Wl,-soname,libpostern.so \
	    -Wl,--no-undefined -o $@ $(LIB_O)

# A static PIE: it relocates itself. Its dynamic symbols are for debuggers, which look for
# _dl_debug_state; -Bsymbolic keeps its own calls direct.
$(USER)/ld-postern.so.1: $(LOADER_O) $(LOADER_SHARED_O) $(MADE_OF)/ld-postern
	$(say) LINK $@
	$(Q)$(CC) -pie $(DYNAMIC_LDFLAGS) -Wl,--no-dynamic-linker -Wl,--no-undefined -o $@ \
	    $(LOADER_O) $(LOADER_SHARED_O)

# The vDSO is named even when a program has only weak references to it, or none: --as-needed would
# drop it then.
user-link = $(CC) $(or $3,-pie) $(DYNAMIC_LDFLAGS) -Wl,--dynamic-linker=/lib/ld-postern.so.1 -o $1 \
    $(USER)/crt0.o $2 $(USER)/libpostern.so -Wl,--no-as-needed $(VDSO_STUB)
user-link-static = $(CC) -static -no-pie $(USER_LDFLAGS) -o $1 \
    $(USER)/crt0.o $2 $(USER)/libpostern.a

# --- the programs -------------------------------------------------------------------------------
USER_PROGRAMS := $(sort $(patsubst user/bin/%.c,%,$(wildcard user/bin/*.c)) \
                        $(patsubst user/bin/%/,%,$(sort $(dir $(wildcard user/bin/*/*.c)))))
USER_STATIC_PROGRAMS := init
program-sources = $(sort $(wildcard user/bin/$1.c user/bin/$1/*.c))
program-objects = $(patsubst user/%,$(USER)/obj/%.o,$(call program-sources,$1))
linker-of = $(if $(filter $1,$(USER_STATIC_PROGRAMS)),user-link-static,user-link)

define program-rule
$(call remember,$(MADE_OF)/bin/$1,$(call program-sources,$1))
$(USER)/bin/$1: $(call program-objects,$1) $(USER_LIBS) $(MADE_OF)/bin/$1
	@mkdir -p $$(@D)
	$$(say) LINK $$@
	$$(Q)$$(call $(call linker-of,$1),$$@,$(call program-objects,$1))
endef
$(foreach name,$(USER_PROGRAMS),$(eval $(call program-rule,$(name))))

# What a program does is said by the first line of its source, and nowhere else.
head-of = $(firstword $(wildcard user/bin/$1.c) user/bin/$1/main.c)
what-does = $$(sed -n '1{s|^/[*] [^ ]* - ||;s|^$1: ||;s|[.] .*||;s|[.]* *[*]*/*$$||;p}' $(call head-of,$1))

$(USER)/commands: $(foreach name,$(USER_PROGRAMS),$(call head-of,$(name))) $(MADE_OF)/initrd
	@mkdir -p $(@D)
	$(say) GEN $@
	$(Q)printf '%-10s %s\n' $(foreach name,$(USER_PROGRAMS),$(name) "$(call what-does,$(name))") > $@

# --- the initrd ---------------------------------------------------------------------------------
# Lines HOST=GUEST. init is there twice: the kernel starts /init.
INSTALLED := $(USER)/stripped
MANIFEST := $(INSTALLED)/ld-postern.so.1=/lib/ld-postern.so.1 \
    $(INSTALLED)/libpostern.so=/lib/libpostern.so \
    $(foreach name,$(USER_PROGRAMS),$(INSTALLED)/bin/$(name)=/bin/$(name)) \
    $(INSTALLED)/bin/init=/init $(USER)/commands=/etc/commands

$(INSTALLED)/%: $(USER)/%
	@mkdir -p $(@D)
	$(Q)$(OBJCOPY) -S $< $@

$(call remember,$(MADE_OF)/initrd,$(USER_PROGRAMS))

$(USER)/manifest: $(INSTALLED)/ld-postern.so.1 $(INSTALLED)/libpostern.so \
    $(USER_PROGRAMS:%=$(INSTALLED)/bin/%) $(USER)/commands $(MADE_OF)/initrd
	$(say) GEN $@
	$(Q)printf '%s\n' $(MANIFEST) > $@

include tests/loader/loader.mk

user: $(USER)/manifest
.PHONY: user

-include $(LIB_O:.o=.d) $(LOADER_O:.o=.d) $(USER)/crt0.d \
         $(foreach name,$(USER_PROGRAMS),$(patsubst %.o,%.d,$(call program-objects,$(name))))
