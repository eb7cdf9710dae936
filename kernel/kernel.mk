# kernel.mk - kernel.elf and kernel.bin from the rooms under kernel/. Read by the Makefile.
#
#   $(O)/kernel.elf          with symbols, for QEMU's -kernel and for debuggers
#   $(O)/kernel.bin          the same as it lies in memory; tools/image appends to it
#   $(O)/kernel/offsets.h    places in C structs, for assembly
#   $(O)/kernel/objects.list what kernel.elf is linked of, one a line
#
# A new .c or .S file in a room is found by itself, and one that is gone leaves the kernel. ANNEX
# names the annexes that are built (kernel/annex/NAME); $(O)/annex tells tools and tests which.

KERNEL_ROOMS := boot trap syscall proc fs time vdso sched dev mm machine riscv lib debug \
    $(ANNEX:%=annex/%)
ifeq ($(DEBUG),1)
KERNEL_DEBUG_CFLAGS := -DCONFIG_DEBUG=1 -fsanitize=undefined -fno-sanitize=null
endif
KERNEL_C := $(filter-out kernel/boot/offsets.c,$(wildcard $(KERNEL_ROOMS:%=kernel/%/*.c)))
KERNEL_S := $(wildcard $(KERNEL_ROOMS:%=kernel/%/*.S))
KERNEL_O := $(KERNEL_C:%.c=$(O)/%.o) $(KERNEL_S:%.S=$(O)/%.o)

MARCH_KERNEL ?= rv64imac_zicsr_zifencei
# No f registers in the kernel (-march), frame pointers for the backtrace, no libgcc. One struct may
# begin with another by its name alone (-fms-extensions): process.h with what fs/vfs.h knows of it.
# No unwind tables in memory, which newer gcc make unless told twice: gdb reads .debug_frame instead.
KERNEL_CFLAGS = $(CFLAGS_ALL) -march=$(MARCH_KERNEL) -mabi=lp64 -mcmodel=medany -ffreestanding \
    -fno-pic -fno-pie -fno-stack-protector -fno-omit-frame-pointer -fno-asynchronous-unwind-tables \
    -fno-unwind-tables -fno-jump-tables -fms-extensions $(if $(LLVM),-Wno-microsoft-anon-tag) \
    -I kernel -I vdso -I $(O)/kernel -I $(O)/vdso $(KERNEL_DEBUG_CFLAGS)

$(O)/kernel/%.o: kernel/%.c $(CONFIG) | $(O)/kernel/offsets.h $(O)/vdso/vdso.so
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(CC) $(KERNEL_CFLAGS) -c $< -o $@

$(O)/kernel/%.o: kernel/%.S $(CONFIG) $(O)/kernel/offsets.h | $(O)/vdso/vdso.so
	@mkdir -p $(@D)
	$(say) AS $<
	$(Q)$(CC) $(KERNEL_CFLAGS) -c $< -o $@

# The checkers do not check themselves.
$(O)/kernel/annex/checks/%.o: KERNEL_DEBUG_CFLAGS := -DCONFIG_DEBUG=1
# Floating point registers are named in this one file only.
$(O)/kernel/riscv/fp_registers.o: MARCH_KERNEL := rv64gc

# Offsets of C structs for assembly: compiled to text, never linked.
$(O)/kernel/offsets.h: kernel/boot/offsets.c $(CONFIG) | $(O)/vdso/vdso.so
	@mkdir -p $(@D)
	$(say) GEN $@
	$(Q)$(CC) $(KERNEL_CFLAGS) -MF $@.d -MT $@ -S $< -o $(O)/kernel/offsets.s
	$(Q)sed -n 's/^.*@define \([A-Z_0-9]*\) \([-0-9]*\).*$$/#define \1 \2/p' $(O)/kernel/offsets.s > $@

# Whose names make lint reads.
$(O)/kernel/objects.list: $(KERNEL_O) FORCE
	@printf '%s\n' $(KERNEL_O) > $@

KERNEL_LINK := $(LD) -nostdlib -static --no-dynamic-linker -z noexecstack -z max-page-size=4096 \
    --build-id=none -T linker/kernel.lds

$(call remember,$(MADE_OF)/kernel.elf,$(KERNEL_C) $(KERNEL_S))

# Two passes: the names of functions for a backtrace are read off the first link and put into the
# second. The table stands in a section behind all code, so no function moves between the two.
$(O)/kernel.elf: $(KERNEL_O) $(MADE_OF)/kernel.elf linker/kernel.lds tools/mksyms
	$(say) LINK $@
	$(Q)$(KERNEL_LINK) -o $(O)/kernel/pass1.elf $(KERNEL_O)
	$(Q)tools/mksyms $(NM) $(O)/kernel/pass1.elf > $(O)/kernel/symbols.S
	$(Q)$(CC) $(KERNEL_CFLAGS) -c $(O)/kernel/symbols.S -o $(O)/kernel/symbols.o
	$(Q)$(KERNEL_LINK) -o $@ $(KERNEL_O) $(O)/kernel/symbols.o
	$(Q)tools/mksyms $(NM) $@ | cmp - $(O)/kernel/symbols.S

$(call remember,$(O)/annex,$(ANNEX))
all: $(O)/annex

# The image as it lies in memory, .bss included: what tools/image appends its payload to.
$(O)/kernel.bin: $(O)/kernel.elf
	$(say) BIN $@
	$(Q)$(OBJCOPY) -O binary --set-section-flags .bss=alloc,load,contents $< $@
all: $(O)/kernel.bin

-include $(KERNEL_O:.o=.d) $(O)/kernel/offsets.h.d
