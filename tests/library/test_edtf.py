"""Dates of EDTF: the first and the last day that they may mean, and dates that do not exist."""

import datetime

import pytest

from standoff.edtf import days, known_days

LEGAL = {
    "2024-05-09": ("2024-05-09", "2024-05-09"),
    "2024-05-09?": ("2024-05-09", "2024-05-09"),
    "2024-02": ("2024-02-01", "2024-02-29"),
    "2023~": ("2023-01-01", "2023-12-31"),
    "202X": ("2020-01-01", "2029-12-31"),
    "2024-05-1X": ("2024-05-10", "2024-05-19"),
    "2024-05-3X": ("2024-05-30", "2024-05-31"),
    "2024-XX": ("2024-01-01", "2024-12-31"),
    "2014/..": ("2014-01-01", "9999-12-31"),
    "../2024-05": ("0001-01-01", "2024-05-31"),
    "2024-05-06/2024-05-09": ("2024-05-06", "2024-05-09"),
}


@pytest.mark.parametrize("date", LEGAL)
def test_a_date_means_its_days(date):
    assert days(date) == tuple(map(datetime.date.fromisoformat, LEGAL[date]))


@pytest.mark.parametrize(
    "date", ["2024-02-30", "2023-02-29", "2022-15-02", "2024-00", "2024-04-31?", "2024-02-3X", "2024/2023", "May", ""]
)
def test_a_day_that_does_not_exist(date):
    with pytest.raises(ValueError, match=r"\w"):
        days(date)


def test_a_day_that_is_empty_or_does_not_exist_is_not_known():
    assert known_days(None) is None is known_days("2022-02-30")
    assert known_days("2022-02") == days("2022-02")
