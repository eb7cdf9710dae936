# tools.mk - the initrd, and the machine that boots it.
#
#   $(O)/initrd.cpio   what user/user.mk lists in its manifest, as tools/run boots it
#   make run           a shell, or CMD='ls /bin'; RUN='--smp 4 -v' goes to tools/run

$(O)/initrd.cpio: $(O)/user/manifest tools/mkinitrd tools/lib/cpio.py tools/lib/tree.py
	$(say) CPIO $@
	$(Q)tools/mkinitrd -o $@ $<

run: all
	$(Q)tools/run --build $(O) $(RUN) $(if $(CMD),-- $(CMD))
.PHONY: run
