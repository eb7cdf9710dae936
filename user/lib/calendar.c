/*
 * calendar.c - seconds since 1970 to a date in UTC and back, and a date in words.
 *
 * The year is taken to begin in March, so that the leap day is the last of it: day of the year
 * and month then come from one formula without a table. Proleptic Gregorian calendar; POSIX
 * counts no leap seconds. Names are English.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#define DAY            86400
#define DAYS_400_YEARS 146097
#define MARCH_1_YEAR_0 (-719468) /* in days since 1 January 1970 */

static long
floor_div(long a, long b)
{
    return a / b - (a % b < 0);
}

static int
is_leap(long year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days from 1 March of year 0 to the given day; `month` counts from March = 0. */
static long
days_from_march(long year, int month, int day)
{
    return 365 * year + floor_div(year, 4) - floor_div(year, 100) + floor_div(year, 400) +
           (153 * month + 2) / 5 + day - 1;
}

static void
set_date(struct tm *to, long days)
{
    long era = floor_div(days - MARCH_1_YEAR_0, DAYS_400_YEARS);
    long rest = days - MARCH_1_YEAR_0 - era * DAYS_400_YEARS;
    long year = (rest - rest / 1460 + rest / 36524 - rest / 146096) / 365;
    rest -= days_from_march(year, 0, 1);
    int month = (5 * rest + 2) / 153;
    int in_next_year = month >= 10; /* January and February */
    year += era * 400 + in_next_year;
    to->tm_mday = rest - (153 * month + 2) / 5 + 1;
    to->tm_mon = in_next_year ? month - 10 : month + 2;
    to->tm_year = year - 1900;
    to->tm_yday = in_next_year ? rest - 306 : rest + 59 + is_leap(year);
}

struct tm *
gmtime_r(const time_t *restrict seconds, struct tm *restrict to)
{
    long days = floor_div(*seconds, DAY), rest = *seconds - days * DAY;
    *to = (struct tm){ .tm_hour = rest / 3600, .tm_min = rest / 60 % 60, .tm_sec = rest % 60 };
    to->tm_wday = (days % 7 + 11) % 7; /* 1 January 1970 was a Thursday, day 4 */
    set_date(to, days);
    return to;
}

/* Fields may be out of range: the date is put in order, as POSIX wants it. */
time_t
timegm(struct tm *date)
{
    long months = date->tm_mon - 2, year = date->tm_year + 1900L + floor_div(months, 12);
    long days = days_from_march(year, months - 12 * floor_div(months, 12), 1);
    time_t seconds = (days + MARCH_1_YEAR_0 + date->tm_mday - 1) * DAY + date->tm_hour * 3600L +
                     date->tm_min * 60L + date->tm_sec;
    gmtime_r(&seconds, date);
    return seconds;
}

static const char days[7][10] = { "Sunday",   "Monday", "Tuesday", "Wednesday",
                                  "Thursday", "Friday", "Saturday" };
static const char months[12][10] = { "January",   "February", "March",    "April",
                                     "May",       "June",     "July",     "August",
                                     "September", "October",  "November", "December" };

/* Conversions that stand for others; NULL for all the rest. */
static const char *
expand(char conversion)
{
    switch (conversion) {
    case 'c':
        return "%a %b %e %H:%M:%S %Y";
    case 'D':
        return "%m/%d/%y";
    case 'F':
        return "%Y-%m-%d";
    case 'R':
        return "%H:%M";
    case 'T':
        return "%H:%M:%S";
    }
    return NULL;
}

static int
put_number(char *to, size_t room, char conversion, const struct tm *date)
{
    struct tm copy = *date; /* timegm puts its argument in order */
    const struct {
        char conversion;
        const char *format;
        long value;
    } numbers[] = {
        { 'd', "%02ld", date->tm_mday },       { 'e', "%2ld", date->tm_mday },
        { 'H', "%02ld", date->tm_hour },       { 'I', "%02ld", (date->tm_hour + 11) % 12 + 1 },
        { 'j', "%03ld", date->tm_yday + 1 },   { 'm', "%02ld", date->tm_mon + 1 },
        { 'M', "%02ld", date->tm_min },        { 's', "%ld", timegm(&copy) },
        { 'S', "%02ld", date->tm_sec },        { 'u', "%ld", (date->tm_wday + 6) % 7 + 1 },
        { 'w', "%ld", date->tm_wday },         { 'y', "%02ld", (date->tm_year + 1900) % 100 },
        { 'Y', "%ld", date->tm_year + 1900L },
    };
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        if (numbers[i].conversion == conversion)
            return snprintf(to, room, numbers[i].format, numbers[i].value);
    return -1;
}

static int
put_text(char *to, size_t room, char conversion, const struct tm *date)
{
    switch (conversion) {
    case 'a':
        return snprintf(to, room, "%.3s", days[date->tm_wday]);
    case 'A':
        return snprintf(to, room, "%s", days[date->tm_wday]);
    case 'b':
        return snprintf(to, room, "%.3s", months[date->tm_mon]);
    case 'B':
        return snprintf(to, room, "%s", months[date->tm_mon]);
    case 'p':
        return snprintf(to, room, "%s", date->tm_hour < 12 ? "AM" : "PM");
    case 'z':
        return snprintf(to, room, "+0000");
    case 'Z':
        return snprintf(to, room, "UTC");
    }
    return snprintf(to, room, "%c", conversion);
}

size_t
strftime(char *restrict to, size_t size, const char *restrict format,
         const struct tm *restrict date)
{
    size_t length = 0;
    for (; *format && length < size; format++) {
        char *at = to + length;
        if (*format != '%' || !format[1]) {
            *at = *format;
            length++;
            continue;
        }
        char conversion = *++format;
        int put = put_number(at, size - length, conversion, date);
        if (expand(conversion))
            put = strftime(at, size - length, expand(conversion), date);
        else if (put < 0)
            put = put_text(at, size - length, conversion, date);
        length += put;
    }
    if (length >= size)
        return 0;
    to[length] = 0;
    return length;
}
