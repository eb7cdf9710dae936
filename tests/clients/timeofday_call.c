/* timeofday_call.c - the same clock by the system call itself, past libc and past the vDSO.
 *
 * A client: it knows nothing of Postern. `ok` when both ways agree: libc, call, libc, in order. */

#include <stdio.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

static long long
us(struct timeval t)
{
    return t.tv_sec * 1000000LL + t.tv_usec;
}

int
main(void)
{
    for (int i = 0; i < 1000; i++) {
        struct timeval a, b, c;
        gettimeofday(&a, NULL);
        if (syscall(SYS_gettimeofday, &b, NULL) != 0) {
            perror("syscall(SYS_gettimeofday)");
            return 1;
        }
        gettimeofday(&c, NULL);
        if (us(a) > us(b) || us(b) > us(c)) {
            printf("libc %lld, call %lld, libc %lld\n", us(a), us(b), us(c));
            return 1;
        }
    }
    printf("ok\n");
    return 0;
}
