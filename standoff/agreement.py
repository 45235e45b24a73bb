"""How far coders agree: in percent, beyond luck (Krippendorff's alpha), and in what they marked.

Labels come as a table (DataFrame) with one row per unit and one column per coder; an empty cell (NaN, None) says that
this coder did not label this unit. Labels are nominal: they are the same, or they are not.
"""

import re

import numpy as np
import pandas as pd

MARKED = "content_span"  # the variable of `codings` whose values are markings and no labels
STRETCH = re.compile(r"([0-9]+):([0-9]+)-([0-9]+)")


def agreement(table):
    """The share (0 to 1) of pairs of labels of one unit that are the same: of units, where there are two coders.

    Units that fewer than two coders labelled do not count; NaN if there are no others.
    """
    counts = _counts(table)
    return float(1 - _disagreement(counts, np.ones((1, len(counts))))[0][0])


def alpha(table):
    """Krippendorff's alpha for nominal labels, any number of coders and missing labels: 1 - observed / expected disagreement.

    1 is perfect agreement, 0 is what luck would give, below 0 is worse than luck. NaN where alpha says nothing: no unit
    has two labels, or all labels are the same one. Source: Krippendorff, Computing Krippendorff's Alpha-Reliability (2011).
    """
    counts = _counts(table)
    return float(_alphas(counts, np.ones((1, len(counts))))[0])


def interval(table, level=0.95, times=2000, seed=15):
    """The bootstrap interval of alpha, as (low, high): in which the middle `level` of resampled alphas lie.

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
    """How many coders gave each label (columns) to each unit (rows) that has at least two labels: an array of float."""
    given = table.reset_index(drop=True).melt(ignore_index=False)["value"].dropna()
    counts = pd.crosstab(given.index, given.to_numpy()).to_numpy(dtype=float)
    return counts[counts.sum(axis=1) >= 2]


def _disagreement(counts, weights):
    """Observed and expected disagreement, for each row of `weights`: how often each unit counts."""
    labels = counts.sum(axis=1)
    apart = (labels**2 - (counts**2).sum(axis=1)) / (labels - 1)  # of a unit: pairs of unlike labels, by its pairs
    total, totals = weights @ labels, weights @ counts
    with np.errstate(invalid="ignore"):
        return weights @ apart / total, (total**2 - (totals**2).sum(axis=1)) / (total * (total - 1))


def _alphas(counts, weights):
    observed, expected = _disagreement(counts, weights)
    with np.errstate(invalid="ignore"):
        return 1 - observed / np.where(expected > 0, expected, np.nan)


def stretches(marking):
    """The stretches of a marking as a list of (paragraph, start, end): [(3, 10, 55), (3, 60, 72)] of "3:10-55;3:60-72".

    Offsets are those of `spans`: start inclusive, end exclusive. Raises ValueError if it is no marking.
    """
    found = [STRETCH.fullmatch(part) for part in marking.split(";")]
    if not all(found):
        raise ValueError(f"{marking!r} is not written as paragraph:start-end")
    return [tuple(int(number) for number in match.groups()) for match in found]


def characters(marking):
    """The set of characters that a marking covers, each as (paragraph, offset)."""
    return {(paragraph, place) for paragraph, start, end in stretches(marking) for place in range(start, end)}


def overlap(one, other):
    """The share (0 to 1) of the characters that either marking covers which both cover (the Jaccard index)."""
    one, other = characters(one), characters(other)
    return len(one & other) / len(one | other)
