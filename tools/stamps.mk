# stamps.mk - what make remembers from one build to the next. Read by the Makefile.
#
# make sees that a file is newer; it does not see that a flag is another one, or that a source is
# gone. So such words are kept in a file, a stamp, and what is made from them depends on the stamp.
#
#   $(call remember,FILE,WORDS)   FILE is written when the words are not those of the last build,
#                                 and only then
#   $(CONFIG)                     the flags: every object depends on it
#   $(MADE_OF)/NAME               the sources of a product, in a stamp of the fragment that makes it

remember = $(eval $(call remember-rule,$1,$(strip $2)))
define remember-rule
ifneq "$(file <$1)" "$2"
$1: FORCE
endif
$1:
	@mkdir -p $$(@D)
	@printf '%s\n' '$2' > $$@
endef

FORCE:
.PHONY: FORCE

# The compiler's list of what an object needs (a .d file) may name a source that has moved since.
# These rules let make go on: the object is made again, from the source that there is now.
%.c: ;
%.S: ;

MADE_OF := $(O)/made-of

# The build folder holds one configuration. A change of the rules by which objects are made counts
# as another one.
CONFIG := $(O)/config.stamp
CONFIG_TEXT := $(CC) $(LD) $(CFLAGS_SHARED) $(MARCH_KERNEL) LLVM=$(LLVM) DEBUG=$(DEBUG)
$(call remember,$(CONFIG),$(CONFIG_TEXT))
$(CONFIG): Makefile vdso/vdso.mk kernel/kernel.mk user/user.mk
