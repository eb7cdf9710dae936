# vdso.mk - the vDSO image, and the stub that programs are linked against.
#
#   $(O)/vdso/vdso.so.dbg              as linked, with symbols and line numbers, for debuggers
#   $(O)/vdso/vdso.so                  stripped and checked: the bytes that the kernel carries
#   $(O)/vdso/vdso-image.h             what the kernel must know of those bytes (kernel/vdso/)
#   $(O)/vdso/recipe                   the commands, for tests that build broken images the same way
#   $(O)/vdso/stub/linux-vdso.so.1     same SONAME, names and versions, made from the list of
#                                      exports alone: a change of code in vdso/ relinks no program

VDSO := $(O)/vdso
VDSO_C := $(sort $(wildcard vdso/*.c))
VDSO_S := $(sort $(wildcard vdso/*.S))
VDSO_O := $(VDSO_C:vdso/%.c=$(VDSO)/%.o) $(VDSO_S:vdso/%.S=$(VDSO)/%.o)

# The code runs at an address of no one's choice, before anything is relocated, on stacks of 512
# bytes: no jump tables (they hold addresses), no stack protector (it wants a canary in memory).
# -ffreestanding does not keep the compiler from calling memset or memcpy: --no-undefined tells.
# No linker relaxation under any tool chain: the code is what the compiler wrote.
# The image is compiled with -O2 under DEBUG=1 too: from -Og gcc keeps on the stack what
# tools/vdsolint must see compared (refused: rdtime-fence), and the image would be another one than
# everybody runs.
VDSO_CFLAGS := $(CFLAGS_ALL:-Og=-O2) -march=rv64gc -mabi=lp64d -mno-relax -fPIC -ffreestanding \
    -fno-stack-protector -fno-jump-tables -fvisibility=hidden -fasynchronous-unwind-tables
VDSO_LDFLAGS := -shared -soname linux-vdso.so.1 --hash-style=both --build-id=sha1 \
    --eh-frame-hdr --no-undefined -Bsymbolic -z norelro -z noexecstack -z max-page-size=4096 \
    --version-script=vdso/exports.map

$(VDSO)/%.o: vdso/%.c $(CONFIG)
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(CC) $(VDSO_CFLAGS) -c $< -o $@

$(VDSO)/%.o: vdso/%.S $(CONFIG)
	@mkdir -p $(@D)
	$(say) AS $<
	$(Q)$(CC) $(VDSO_CFLAGS) -c $< -o $@

$(call remember,$(MADE_OF)/vdso.so,$(VDSO_C) $(VDSO_S))

$(VDSO)/vdso.so.dbg: $(VDSO_O) $(MADE_OF)/vdso.so linker/vdso.lds vdso/exports.map
	$(say) LINK $@
	$(Q)$(LD) $(VDSO_LDFLAGS) -T linker/vdso.lds -o $@ $(VDSO_O)

# Linkers mark .dynamic and .got writable although their segment is not; a reader of the section
# headers would believe them. A refused image does not stay behind as vdso.so.
READ_ONLY := alloc,load,readonly,data
READ_ONLY_SECTIONS := --set-section-flags .dynamic=$(READ_ONLY) \
    --set-section-flags .got=$(READ_ONLY)
$(VDSO)/vdso.so: $(VDSO)/vdso.so.dbg $(wildcard tools/vdsolint tools/vdsolint.d/*.py)
	$(say) STRIP $@
	$(Q)$(OBJCOPY) -S $(READ_ONLY_SECTIONS) $< $@.unchecked
	$(Q)tools/vdsolint $@.unchecked
	$(Q)mv $@.unchecked $@

# Three lines: compile IN to OUT, link IN to OUT, strip IN to OUT. The place of this checkout is left
# out, so that they hold for a copy of the build folder too.
$(VDSO)/recipe: vdso/vdso.mk $(CONFIG)
	@mkdir -p $(@D)
	$(Q)printf '%s\n' '$(CC) $(filter-out -ffile-prefix-map=%,$(VDSO_CFLAGS)) -c IN -o OUT' \
	    '$(LD) $(VDSO_LDFLAGS) -T linker/vdso.lds -o OUT IN' \
	    '$(OBJCOPY) -S $(READ_ONLY_SECTIONS) IN OUT' > $@
$(VDSO)/vdso.so: | $(VDSO)/recipe

$(VDSO)/vdso-image.h: $(VDSO)/vdso.so vdso/image-header
	$(say) GEN $@
	$(Q)vdso/image-header $< > $@

# .incbin leaves no trace in the compiler's dependencies.
$(O)/kernel/vdso/image.o $(O)/kernel/vdso/embed.o: $(VDSO)/vdso.so $(VDSO)/vdso-image.h

$(VDSO)/stub/stub.S: vdso/exports.map vdso/vdso.mk
	@mkdir -p $(@D)
	$(Q)sed -n 's/^ *\(__vdso_[a-z_]*\);$$/.globl \1; .type \1, @function; \1: ebreak; .size \1, . - \1/p' $< > $@

$(VDSO)/stub/linux-vdso.so.1: $(VDSO)/stub/stub.S vdso/exports.map $(CONFIG)
	$(say) LINK $@
	$(Q)$(CC) $(VDSO_CFLAGS) -MF $(VDSO)/stub/stub.d -c $< -o $(VDSO)/stub/stub.o
	$(Q)$(LD) -shared -soname linux-vdso.so.1 --hash-style=both --build-id=none \
	    --version-script=vdso/exports.map -o $@ $(VDSO)/stub/stub.o

vdso: $(VDSO)/vdso.so $(VDSO)/vdso-image.h $(VDSO)/stub/linux-vdso.so.1
.PHONY: vdso

-include $(VDSO_O:.o=.d)
