/* place.h - where an address of a program is, in words.
 *
 * Not here: what is wrong there (crash.c). Source of the names: proc(5), /proc/PID/maps. */
#pragma once

#include "lib/types.h"

struct space;

/* Writes "0x10642 = /crash+0x642" for user address `addr` of the space, or that it is in no area. A
 * name is the one in /proc/PID/maps. The offset is the one in the file; in what is no file it is
 * counted from the area's start. Takes the space's lock. */
void describe_place(struct space *s, u64 addr, char *text, size_t size);
