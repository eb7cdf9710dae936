# tests/tests.mk - written by its room
