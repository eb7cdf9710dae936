# kernel/kernel.mk - written by its room
