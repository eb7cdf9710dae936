/* rtc.c - the wall clock that goes on when the machine is off: Google's goldfish RTC.
 *
 * Read once, at boot; from then on the timekeeper (kernel/time) counts by itself.
 * Source: Android's "Goldfish Virtual Hardware Guide", section "RTC". */

#include "dev/device.h"
#include "dev/machine.h"

/* Nanoseconds since 1970. Reading the low word freezes the high one, so low comes first. */
#define RTC_TIME_LOW  (0x00 / 4)
#define RTC_TIME_HIGH (0x04 / 4)

u64
rtc_read_ns(void)
{
    volatile u32 *rtc = device_registers(&machine.rtc);
    if (!rtc)
        return 0;
    u32 low = rtc[RTC_TIME_LOW];
    return (u64)rtc[RTC_TIME_HIGH] << 32 | low;
}
