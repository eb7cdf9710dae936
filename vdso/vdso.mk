# vdso/vdso.mk - written by its room
