"""Read a date in the part of EDTF (ISO 8601-2) that cases use: the first and the last day that it may mean."""

import calendar
import contextlib
import datetime
import re

DATE = re.compile(r"([0-9X]{4})(?:-([0-9X]{2}))?(?:-([0-9X]{2}))?[~?%]?")


def days(date: str) -> tuple[datetime.date, datetime.date]:
    """Return the first and the last day of a date or an interval, such as 2024, 2024-05-0X, 2024-05-09? or ../2024-05-09.

    An open end (..) reaches as far as dates do. Raises ValueError if there is no such day, month or year, or if an
    interval ends before it begins.
    """
    begin, _, end = date.partition("/")
    first, last = _days(begin)[0], _days(end or begin)[1]
    if last < first:
        raise ValueError(f"{date} ends before it begins")
    return first, last


def known_days(date: str | None) -> tuple[datetime.date, datetime.date] | None:
    """Return what `days` returns; None if the date is empty, or there is no such day."""
    with contextlib.suppress(ValueError):
        return days(date) if date else None


def _days(date: str) -> tuple[datetime.date, datetime.date]:
    if date == "..":
        return datetime.date.min, datetime.date.max
    if not (parts := DATE.fullmatch(date)):
        raise ValueError(f"{date} is not a date")
    year, month, day = parts.groups()
    first_month, last_month = _range(month, 1, 12)
    first_year, last_year = _range(year, 1, 9999)
    last_day = calendar.monthrange(last_year, last_month)[1]
    first_day, last_day = _range(day, 1, last_day)
    return datetime.date(first_year, first_month, first_day), datetime.date(last_year, last_month, last_day)


def _range(digits: str | None, least: int, most: int) -> tuple[int, int]:
    """Return the smallest and the largest number that digits may mean, where X is any digit and None is any number."""
    if digits is None:
        return least, most
    low, high = int(digits.replace("X", "0")), int(digits.replace("X", "9"))
    if "X" in digits:
        low, high = max(low, least), min(high, most)
    if not least <= low <= high <= most:
        raise ValueError(f"there is no {digits} here")
    return low, high
