"""Measure how far coders agree: in percent, beyond chance (Krippendorff's alpha), and in the spans that they marked.

Labels come as a table (DataFrame) with one row per unit and one column per coder; an empty cell (NaN, None) says that
this coder did not label this unit. Labels are nominal: they are the same, or they are not.
"""

import re

import numpy as np
import pandas as pd

CONTENT_SPAN = "content_span"  # the variable of `codings` whose values are spans that a coder marked, not labels
STRETCH = re.compile(r"([0-9]+):([0-9]+)-([0-9]+)")


def agreement(table: pd.DataFrame) -> float:
    """Return the share (0 to 1) of pairs of labels of one unit that are the same: of units, where there are two coders.

    Units that fewer than two coders labelled do not count; NaN if there are no others.
    """
    counts = _counts(table)
    return float(1 - _disagreement(counts, np.ones((1, len(counts))))[0][0])


def alpha(table: pd.DataFrame) -> float:
    """Return Krippendorff's alpha for nominal labels, any number of coders and missing labels.

    It is 1 - observed / expected disagreement: 1 is perfect agreement, 0 is what chance would give, below 0 is worse
    than chance. NaN where alpha says nothing: no unit
    has two labels, or all labels are the same one. Source: Krippendorff, Computing Krippendorff's Alpha-Reliability (2011).
    """
    counts = _counts(table)
    return float(_alphas(counts, np.ones((1, len(counts))))[0])


def interval(table: pd.DataFrame, level: float = 0.95, times: int = 2000, seed: int = 15) -> tuple[float, float]:
    """Return the bootstrap interval of alpha, (low, high), in which the middle `level` of resampled alphas lie.

    Units, not labels, are drawn with replacement, as many as there are; a seed makes the draws the same each time. Draws
    in which all labels are the same have no alpha and are left out. This is the plain percentile bootstrap; Hayes and
    Krippendorff (2007) resample pairs of labels instead.
    """
    counts = _counts(table)
    if not len(counts):
        return float("nan"), float("nan")
    draws = np.random.default_rng(seed).multinomial(len(counts), np.full(len(counts), 1 / len(counts)), size=times)
    alphas = _alphas(counts, draws)
    alphas = alphas[~np.isnan(alphas)]
    if not len(alphas):
        return float("nan"), float("nan")
    low, high = np.quantile(alphas, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _counts(table):
    """Count how many coders gave each label (columns) to each unit (rows) that has at least two labels: an array of float."""
    given = table.reset_index(drop=True).melt(ignore_index=False)["value"].dropna()
    labels, names = pd.factorize(given.to_numpy(), sort=True)
    counts = np.zeros((len(table), len(names)))
    np.add.at(counts, (given.index.to_numpy(), labels), 1)
    return counts[counts.sum(axis=1) >= 2]


def _disagreement(counts, weights):
    """Return observed and expected disagreement for each row of `weights`: how often each unit counts."""
    labels = counts.sum(axis=1)
    apart = (labels**2 - (counts**2).sum(axis=1)) / (labels - 1)  # of a unit: pairs of unlike labels, by its pairs
    total, totals = weights @ labels, weights @ counts
    with np.errstate(invalid="ignore"):
        return weights @ apart / total, (total**2 - (totals**2).sum(axis=1)) / (total * (total - 1))


def _alphas(counts, weights):
    observed, expected = _disagreement(counts, weights)
    with np.errstate(invalid="ignore"):
        return 1 - observed / np.where(expected > 0, expected, np.nan)


def stretches(marking: str) -> list[tuple[int, int, int]]:
    """Read a marking as (paragraph, start, end): [(3, 10, 55), (3, 60, 72)] of "3:10-55;3:60-72".

    Offsets are those of `spans`: start inclusive, end exclusive. Raises ValueError if it is no marking. An empty stretch
    is none: a coder who marks nothing leaves the cell empty, and the overlap of two empty sets is not defined.
    """
    parts = [STRETCH.fullmatch(part) for part in marking.split(";")]
    if not all(parts):
        raise ValueError(f"{marking!r} is not written as paragraph:start-end")
    numbers = [tuple(int(number) for number in part.groups()) for part in parts]
    for paragraph, start, end in numbers:
        if end <= start:
            raise ValueError(f"{paragraph}:{start}-{end} ends before it begins")
    return numbers


def characters(marking: str) -> set[tuple[int, int]]:
    """Return the characters that a marking covers, each as (paragraph, offset). Raises ValueError as `stretches`."""
    return {(paragraph, offset) for paragraph, start, end in stretches(marking) for offset in range(start, end)}


def overlap(first: str, second: str) -> float:
    """Return the share (0 to 1) of the characters in either marking that are in both (the Jaccard index).

    Source: Jaccard, The distribution of the flora in the alpine zone (1912). Raises ValueError as `stretches`.
    """
    first, second = characters(first), characters(second)
    return len(first & second) / len(first | second)
