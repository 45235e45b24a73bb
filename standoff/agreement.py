"""Measure how far coders agree: in percent, beyond chance (Krippendorff's alpha), and in the spans that they marked.

Labels come as a table (DataFrame) with one row per unit and one column per coder; an empty cell (NaN, None) says that
this coder did not label this unit. Labels are nominal: they are the same, or they are not.
"""

import math
import re
from collections.abc import Iterable, Sequence

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


def interval(table: pd.DataFrame, level: float = 0.95, times: int = 2000) -> tuple[float, float]:
    """Return the bootstrap interval of alpha, (low, high), in which the middle `level` of resampled alphas lie.

    Units, not labels, are drawn with replacement, as many as there are, and the same ones each time. Draws in which all
    labels are the same have no alpha and are left out. This is the plain percentile bootstrap; Hayes and Krippendorff
    (2007) resample pairs of labels instead.
    """
    counts = _counts(table)
    if not len(counts):
        return float("nan"), float("nan")
    return _middle(_alphas(counts, _draws(len(counts), times)), level)


def _middle(alphas, level):
    """Return the ends of the interval in which the middle `level` of alphas lie, those left out that are NaN."""
    alphas = alphas[~np.isnan(alphas)]
    if not len(alphas):
        return float("nan"), float("nan")
    low, high = np.quantile(alphas, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _draws(units, times):
    """Draw `units` units with replacement, `times` times: how often each is drawn, an array (times, units).

    The random numbers are a counter, mixed as the last step of MurmurHash3 does it: the page on which a class merges its
    codings (_static/mark-merge.js) draws the same units, and so finds the same interval.
    """
    number = np.arange(1, times * units + 1, dtype=np.uint32) * np.uint32(0x9E3779B9)
    number = (number ^ number >> 16) * np.uint32(0x85EBCA6B)
    number = (number ^ number >> 13) * np.uint32(0xC2B2AE35)
    drawn = (number ^ number >> 16).astype(np.uint64) * np.uint64(units) >> np.uint64(32)
    cells = np.repeat(np.arange(times) * units, units) + drawn.astype(np.int64)
    return np.bincount(cells, minlength=times * units).reshape(times, units)


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

    Offsets are those of `spans`: start inclusive, end exclusive. Raises ValueError if it is not a marking. An empty stretch
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


Stretches = Iterable[tuple[int, int]]  # (start, end) in a section, end exclusive, that one coder marked
Section = tuple[Sequence[Stretches], int]  # the stretches of each coder in a paragraph, and its length


def unitizing_alpha(sections: Sequence[Section]) -> float:
    """Return Krippendorff's alpha for unitizing: how far coders agree on which stretches of a text to mark.

    sections: the parts of the text across whose ends nobody marks. Overlapping stretches of one coder are joined, since
    the measure knows no layers.

    1 is perfect agreement, 0 is what chance would give. NaN with fewer than two coders, or where no one marked anything
    or everybody everything. That one coder has two stretches where another has one with the same words counts only in
    what is expected by chance.

    Source: Krippendorff, Content Analysis (4th ed., 2019), section 12.6, with one category. (The definition of 2004 was
    changed because it failed for more than two coders: Krippendorff, Mathet, Bouvry and Widlöcher 2016, On the
    Reliability of Unitizing Textual Continua, abstract.) The book was not at hand; the formula is that of the R package
    quallmer (reliability_alpha_u), which follows it.
    """
    return float(_unitizing(np.array([_sums(*section) for section in sections]).sum(axis=0)))


def unitizing_interval(sections: Sequence[Section], level: float = 0.95, times: int = 2000) -> tuple[float, float]:
    """Return the bootstrap interval of alpha for unitizing, as `interval` does; sections are drawn in place of units."""
    sums = np.array([_sums(*section) for section in sections])
    return _middle(_unitizing(_draws(len(sums), times) @ sums), level)


def unitizing_agreement(sections: Sequence[Section]) -> float:
    """Return the share of pairs (0 to 1) of coders who both marked a character or both did not, over all characters."""
    apart, _, _, total = np.array([_sums(*section) for section in sections]).sum(axis=0)
    return float(1 - 2 * apart / total)


def _sums(markings, length):
    """Return what alpha for unitizing is made of: four numbers, each of which is the sum of those of the sections.

    The characters that one coder marked and another did not, by coder; those that were marked, by coder; the squares of the lengths of
    stretches; all characters, by coder.
    """
    coders = [_joined(stretches) for stretches in markings]
    steps, sizes = np.zeros(length + 1), [0]
    for stretches in coders:
        for start, end in stretches:
            steps[start] += 1
            steps[end] -= 1
            sizes.append(end - start)
    count = np.cumsum(steps)[:-1]  # of coders who marked each character
    apart = (count * (len(coders) - count)).sum() / (len(coders) - 1) if len(coders) > 1 else math.nan
    return [apart, sum(sizes), sum(size**2 for size in sizes), len(coders) * length]


def _unitizing(sums):
    """Return alpha for unitizing of sums (..., 4) as those of `_sums`."""
    apart, marked, squares, total = np.moveaxis(sums, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        pairs = total - (squares + total - marked) / total  # no stretch is paired with itself
        return np.where((marked > 0) & (marked < total), 1 - apart * pairs / (marked * (total - marked)), np.nan)


def _joined(stretches):
    """Return stretches in order, those that overlap made one."""
    joined = []
    for start, end in sorted(stretches):
        if joined and start < joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined
