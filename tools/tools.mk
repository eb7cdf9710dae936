# tools.mk - the initrd, and the machine that boots it.
#
#   $(O)/initrd.cpio   what user/user.mk lists in its manifest, as tools/run boots it
#   make run           a shell, or CMD='ls /bin'; SMP=4 MEM=64M; RUN='--icount -v' goes to tools/run

$(O)/initrd.cpio: $(O)/user/manifest tools/mkinitrd tools/lib/cpio.py tools/lib/tree.py
	$(say) CPIO $@
	$(Q)tools/mkinitrd -o $@ $<

# A word of the shell that is the value of a variable, dollars and quotes too.
quoted = '$(subst ','\'',$(value $1))'
# The machine's harts and memory. tools/run and tools/debug say what is wrong with a value.
MACHINE = $(if $(value SMP),--smp $(call quoted,SMP)) $(if $(value MEM),--mem $(call quoted,MEM))

# CMD and RUN are read by the shell, dollars and quotes too: `value` keeps make's hands off them.
run: all
	$(Q)tools/run --left --build $(O) $(MACHINE) $(value RUN) $(if $(value CMD),-- $(value CMD))
.PHONY: run
