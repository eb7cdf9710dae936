/* initrd.h - from the initrd to the tree. See initrd.c.
 *
 * The tree must have a root. Devices and /proc are made later, and devices win over what an archive
 * has at their place. How an archive is read is cpio.h's affair; where it lies in
 * memory, the device tree has said (/chosen: linux,initrd-start and linux,initrd-end). */
#pragma once

/* Fills the tree. Panics when there is no initrd, or no archive in it. Once, at boot. */
void initrd_unpack(void);
