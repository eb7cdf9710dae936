# tools/tools.mk - written by its room
