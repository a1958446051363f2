"""The Gregorian calendar, carried on in both directions for ever."""

from __future__ import annotations

DAY = 86_400
MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def is_leap(year: int) -> bool:
    """Has the year 366 days?"""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_in_month(year: int, month: int) -> int:
    """28 to 31."""
    return 29 if month == 2 and is_leap(year) else MONTH_DAYS[month - 1]


def days_from_civil(year: int, month: int, day: int) -> int:
    """Days since 1 January 1970; months and days may lie outside their ranges."""
    year += (month - 1) // 12
    month = (month - 1) % 12 + 1
    year -= month <= 2
    era, of_era = divmod(year, 400)
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year + day - 719_469


def civil_from_days(days: int) -> tuple[int, int, int]:
    """Year, month and day of a count of days since 1 January 1970."""
    era, of_era = divmod(days + 719_468, 146_097)
    year_of_era = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month = (5 * of_year + 2) // 153
    day = of_year - (153 * month + 2) // 5 + 1
    month += 3 if month < 10 else -9
    return year_of_era + era * 400 + (month <= 2), month, day


def weekday(days: int) -> int:
    """0 for Sunday to 6 for Saturday."""
    return (days + 4) % 7


def iso_week(days: int) -> tuple[int, int]:
    """The ISO year and week of a day."""
    thursday = days + 4 - (weekday(days) or 7)
    year = civil_from_days(thursday)[0]
    return year, (thursday - days_from_civil(year, 1, 1)) // 7 + 1


def days_from_iso_week(year: int, week: int, day: int) -> int:
    """The day of an ISO week, 1 for Monday."""
    fourth = days_from_civil(year, 1, 4)
    return fourth - ((weekday(fourth) or 7) - 1) + (week - 1) * 7 + day - 1
