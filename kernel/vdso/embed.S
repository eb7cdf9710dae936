/* embed.S - the bytes of the vDSO image inside the kernel, in whole pages of read-only memory.
 *
 * linker/kernel.lds keeps this section apart, so that the zeros behind the image's last byte are
 * the only thing that a program sees beside the image. vdso/vdso.mk makes the kernel's object
 * depend on the file: .incbin leaves no trace in the compiler's list. */

    .section .vdso_image, "a", @progbits
    .globl  vdso_image_start, vdso_image_end
    .balign 4096
vdso_image_start:
    .incbin "vdso.so"
    .balign 4096
vdso_image_end:
