/* calendar.c - seconds since 1970 to a date in UTC, and a date in words.
 *
 * The year is taken to begin in March, so that the leap day is the last of it: month and day then
 * come from one formula without a table, 153 days for each five months. Proleptic Gregorian
 * calendar; POSIX counts no leap seconds. There are no time zones; names are English. */

#include <stdio.h>
#include <time.h>

#define DAY_SECONDS    86400
#define DAYS_400_YEARS 146097
#define MARCH_1_YEAR_0 (-719468) /* in days since 1 January 1970 */

/* Rounds towards minus infinity, where C rounds towards zero: dates before 1970 need it. */
static long
floor_div(long a, long b)
{
    return a / b - (a % b < 0);
}

/* Sets day, month, year and day of the year. Every 400 years (an era) have the same number of days,
 * so first the era is found, then the year in it: one day is taken off for each leap day so far,
 * and what is left divides by 365. */
static void
set_date(struct tm *to, long days)
{
    long era = floor_div(days - MARCH_1_YEAR_0, DAYS_400_YEARS);
    long rest = days - MARCH_1_YEAR_0 - era * DAYS_400_YEARS; /* days since 1 March */
    long year = (rest - rest / 1460 + rest / 36524 - rest / 146096) / 365;
    rest -= 365 * year + year / 4 - year / 100;
    int month = (5 * rest + 2) / 153; /* March is 0, January of the next year is 10 */
    int leap = year % 4 == 0 && (year % 100 != 0 || year == 0);
    to->tm_mday = rest - (153 * month + 2) / 5 + 1;
    to->tm_mon = (month + 2) % 12;
    to->tm_year = era * 400 + year + (month >= 10) - 1900;
    to->tm_yday = month >= 10 ? rest - 306 : rest + 59 + leap;
}

struct tm *
gmtime_r(const time_t *restrict seconds, struct tm *restrict to)
{
    long days = floor_div(*seconds, DAY_SECONDS);
    long rest = *seconds - days * DAY_SECONDS;
    *to = (struct tm){ .tm_hour = rest / 3600, .tm_min = rest / 60 % 60, .tm_sec = rest % 60 };
    to->tm_wday = (days % 7 + 11) % 7; /* 1 January 1970 was a Thursday, day 4 */
    set_date(to, days);
    return to;
}

/* Writes the text of one conversion, at most `room` bytes with the zero at the end. Returns what
 * snprintf does. */
static int
convert(char *to, size_t room, char conversion, const struct tm *date)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const struct {
        char conversion;
        const char *format;
        int value;
    } numbers[] = {
        { 'd', "%02d", date->tm_mday },    { 'e', "%2d", date->tm_mday },
        { 'H', "%02d", date->tm_hour },    { 'j', "%03d", date->tm_yday + 1 },
        { 'm', "%02d", date->tm_mon + 1 }, { 'M', "%02d", date->tm_min },
        { 'S', "%02d", date->tm_sec },     { 'Y', "%d", date->tm_year + 1900 },
    };
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        if (numbers[i].conversion == conversion)
            return snprintf(to, room, numbers[i].format, numbers[i].value);
    if (conversion == 'a')
        return snprintf(to, room, "%.3s", days + 3 * date->tm_wday);
    if (conversion == 'b')
        return snprintf(to, room, "%.3s", months + 3 * date->tm_mon);
    if (conversion == 'F')
        return snprintf(to, room, "%d-%02d-%02d", date->tm_year + 1900, date->tm_mon + 1,
                        date->tm_mday);
    if (conversion == 'T')
        return snprintf(to, room, "%02d:%02d:%02d", date->tm_hour, date->tm_min, date->tm_sec);
    if (conversion == 'Z')
        return snprintf(to, room, "UTC");
    return snprintf(to, room, "%c", conversion);
}

size_t
strftime(char *restrict to, size_t size, const char *restrict format,
         const struct tm *restrict date)
{
    size_t length = 0;
    for (; *format && length < size; format++) {
        if (format[0] == '%' && format[1]) {
            format++;
            length += convert(to + length, size - length, *format, date);
        } else {
            to[length++] = *format;
        }
    }
    if (length >= size)
        return 0;
    to[length] = 0;
    return length;
}
