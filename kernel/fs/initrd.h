/* initrd.h - from the initrd to the tree. See initrd.c. */
#pragma once

/* Fills the tree. Panics when there is no initrd, or no archive in it. Once, at boot. */
void initrd_unpack(void);
