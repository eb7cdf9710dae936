/* main.c - vdso-tour: shows on one screen how a clock is read without the kernel.
 *
 * It looks everything up itself, with no help from the C library: first the auxiliary vector, which
 * says where the image lies; then the image, which is an ELF shared object like any other; then the
 * data behind it; then the time, read both ways. It needs no terminal. Status: 0, also on a kernel
 * booted with vdso=0, which gives no image; 1 when vDSO and system call do not agree. */

#include <stdio.h>
#include <sys/auxv.h>
#include <unistd.h>
#include "tour.h"

/* Without an image every clock read is a system call, and works all the same. */
static void
tour_without_image(void)
{
    printf("The auxiliary vector has no AT_SYSINFO_EHDR: this kernel gives no vDSO (vdso=0).\n"
           "Signal handlers still need code to return through: it lies in [sigpage].\n");
    show_maps();
    show_time(NULL);
    show_cost(NULL);
}

/* The tour goes from the outside to the inside: where the image is, what is in it, what it is good
 * for. False when vDSO and system call do not agree. */
static bool
tour(unsigned long base)
{
    printf("auxv    AT_SYSINFO_EHDR (%d) = 0x%lx\n", AT_SYSINFO_EHDR, base);
    show_maps();
    show_headers(base);
    show_symbols(base);
    show_vvar(base);
    clock_function *by_vdso = find_symbol(base, "__vdso_clock_gettime");
    bool agree = show_time(by_vdso);
    show_cost(by_vdso);
    return agree;
}

int
main(void)
{
    unsigned long base = getauxval(AT_SYSINFO_EHDR);
    bool agree = true;
    printf("What the kernel gave to process %d beside its own program:\n", getpid());
    if (base)
        agree = tour(base);
    else
        tour_without_image();
    return fflush(stdout) == 0 && agree ? 0 : 1;
}
