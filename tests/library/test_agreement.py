"""Agreement: by the textbook, by another implementation, and what the chapter says about our coders."""

import functools
import math

import krippendorff
import numpy as np
import pandas as pd
import pytest

from standoff import load
from standoff.agreement import (
    agreement,
    alpha,
    characters,
    interval,
    overlap,
    stretches,
    unitizing_agreement,
    unitizing_alpha,
    unitizing_interval,
)
from standoff.case import vocabulary

VARIABLES = ["source", "cue_class", "quote_type", "act", "time_ref", "certainty", "polarity", "evidence", "topic"]


def coders(*rows):
    """A table of labels from one string per coder, a label a letter, "." where it is missing."""
    table = pd.DataFrame([list(row.replace(" ", "")) for row in rows]).T
    return table.mask(table == ".")


# Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), sections A, B and C: the data, and nominal alpha.
TEXTBOOK = {
    "two coders, two labels": (coders("0100000010", "1110010000"), 0.095),
    "two coders, five labels": (coders("aabbdcccedda", "babbbccceddd"), 0.692),
    "four coders, some missing": (coders("123321412...", "1233224125.3", ".3332342251.", "12332441251."), 0.743),
}
# The same table of 2 coders and 40 units with ever rarer labels: agreement is 90 % throughout.
PREVALENCE = {(18, 18): 0.802, (30, 6): 0.691, (35, 1): 0.288, (36, 0): -0.039}


@pytest.mark.parametrize(("table", "expected"), TEXTBOOK.values(), ids=TEXTBOOK)
def test_the_textbooks_examples(table, expected):
    assert alpha(table) == pytest.approx(expected, abs=0.0005)


@pytest.mark.parametrize(("yes", "no"), PREVALENCE)
def test_the_trap_of_prevalence(yes, no):
    table = coders("y" * yes + "n" * no + "yynn", "y" * yes + "n" * no + "nnyy")
    assert agreement(table) == pytest.approx(0.9)
    assert alpha(table) == pytest.approx(PREVALENCE[yes, no], abs=0.0005)


def by_the_library(table):
    labels = {label: number for number, label in enumerate(sorted(table.melt()["value"].dropna().unique()))}
    numbers = [[labels.get(value, np.nan) for value in table[column]] for column in table]
    return krippendorff.alpha(reliability_data=numbers, level_of_measurement="nominal")


@functools.cache
def codings_of_the_report():
    return load("report").codings


def labels(variable, *names):
    codings = codings_of_the_report()
    wide = codings[codings["variable"] == variable].pivot(index="unit_id", columns="coder", values="value")
    return wide[list(names)]


@pytest.mark.parametrize("variable", VARIABLES)
@pytest.mark.parametrize("names", ["AB", "CD", "ABCD"])
def test_as_the_maintained_library_on_our_data(variable, names):
    table = labels(variable, *names)
    assert alpha(table) == pytest.approx(by_the_library(table), abs=1e-9)


def test_as_the_maintained_library_on_random_tables():
    random = np.random.default_rng(7)
    for _ in range(60):
        units, people, kinds = random.integers(3, 40), random.integers(2, 6), random.integers(2, 7)
        table = pd.DataFrame(random.choice(list("abcdefg")[:kinds], (units, people)))
        table = table.mask(random.random((units, people)) < 0.3)
        try:
            expected = by_the_library(table)
        except ValueError:  # it refuses where there is but one label
            continue
        if not math.isnan(expected):
            assert alpha(table) == pytest.approx(expected, abs=1e-9)


def test_what_cannot_be_computed_is_nan():
    assert math.isnan(alpha(coders("aaa", "aaa"))), "one label says nothing"
    assert math.isnan(alpha(coders("ab.", "..a"))), "no unit with two labels"
    assert math.isnan(agreement(coders("ab.", "..a")))
    assert all(map(math.isnan, interval(coders("ab.", "..a"))))
    assert all(map(math.isnan, interval(coders("aaa", "aaa"))))


def test_a_unit_with_one_label_does_not_count():
    assert alpha(coders("abab", "abba")) == alpha(coders("ababb", "abba."))


def test_the_interval_holds_alpha_and_narrows_with_more_units():
    few, many = coders("aabbc" * 4, "aabcc" * 4), coders("aabbc" * 40, "aabcc" * 40)
    (low, high), (lower, higher) = interval(few), interval(many)
    assert low < alpha(few) < high and lower < alpha(many) < higher
    assert higher - lower < (high - low) / 2
    assert interval(few) == (low, high), "the same draws each time"
    assert interval(few, level=0.5)[0] > low


def test_the_interval_is_that_of_drawn_units():
    """Against a bootstrap done the long way, unit by unit, with other random numbers."""
    table = labels("act", "A", "B").dropna().reset_index(drop=True)
    random = np.random.default_rng(1)
    slow = [alpha(table.iloc[random.integers(0, len(table), len(table))].reset_index(drop=True)) for _ in range(300)]
    assert interval(table) == pytest.approx(np.quantile(slow, [0.025, 0.975]), abs=0.03)


def test_markings():
    assert stretches("3:10-55;12:0-7") == [(3, 10, 55), (12, 0, 7)]
    assert characters("3:1-3;4:0-1") == {(3, 1), (3, 2), (4, 0)}
    assert overlap("3:0-4", "3:2-6") == pytest.approx(2 / 6)
    assert overlap("3:0-4", "4:0-4") == 0
    for wrong in ("", "3", "3:1", "3:1-2;", "a:1-2", "3:-1-2", "3:1-2, 3:4-5"):
        with pytest.raises(ValueError, match="paragraph:start-end"):
            stretches(wrong)


@pytest.mark.parametrize("empty", ["3:10-10", "3:0-4;3:7-7", "3:12-10"])
def test_an_empty_stretch_is_no_marking(empty):
    """Two of them once were a division by zero."""
    for function in (stretches, characters, lambda marking: overlap(marking, marking)):
        with pytest.raises(ValueError, match="ends before it begins"):
            function(empty)


# ---- the data, and what the chapter says of them in words ----


@pytest.fixture(scope="module")
def report():
    return load("report")


def test_the_passes_are_complete(report):
    codings, claims = report.codings, set(report.claims["claim_id"])
    rounds = codings.groupby("coder")["round"].agg(lambda r: set(r)).to_dict()
    assert rounds == {"A": {1}, "B": {1}, "C": {2}, "D": {2}, "table": {1, 2}}
    for coder in "CD":
        own = codings[codings["coder"] == coder]
        assert all(set(own.loc[own["variable"] == v, "unit_id"]) == claims for v in VARIABLES if v != "cue_class")
    for coder in "AB":
        own = codings[codings["coder"] == coder].groupby("variable")["unit_id"].agg(set)
        assert len({frozenset(own[v]) for v in [*VARIABLES, "content_span"] if v != "cue_class"}) == 1
    assert "content_span" not in set(codings.loc[codings["coder"].isin(["C", "D", "table"]), "variable"])


def test_a_label_that_was_changed_is_no_more_in_the_table(report):
    """After round 1 both later coders gave the new label; after round 2 two that the codebook decides they did not."""
    claims = report.claims.set_index("claim_id")
    changed = report.codings[report.codings["coder"] == "table"]
    assert changed.groupby("round")["variable"].value_counts().to_dict() == {
        **{(1, "time_ref"): 9, (1, "act"): 5, (1, "evidence"): 1},
        **{
            (2, "act"): 4,
            (2, "topic"): 3,
            (2, "source"): 1,
            (2, "time_ref"): 1,
            (2, "certainty"): 1,
            (2, "cue_class"): 1,
        },
    }
    against = []
    for row in changed.itertuples():
        now = claims.at[row.unit_id, row.variable]
        assert row.value != now
        if labels(row.variable, "C", "D").loc[row.unit_id].tolist() != [now, now]:
            against.append((row.unit_id, row.variable))
    assert against == [("c017", "act"), ("c134", "topic")]


FIGURES = {  # coders, variable: units, alpha
    ("AB", "act"): (128, 0.841),
    ("AB", "certainty"): (128, 0.891),
    ("AB", "time_ref"): (128, 0.886),
    ("AB", "evidence"): (128, 1),
    ("CD", "act"): (140, 0.972),
    ("CD", "time_ref"): (140, 0.979),
    ("CD", "source"): (140, 1),
    ("CD", "evidence"): (140, 0.945),
}


@pytest.mark.parametrize(("names", "variable"), FIGURES)
def test_alphas_of_the_report(names, variable):
    table = labels(variable, *names).dropna()
    assert (len(table), round(alpha(table), 3)) == FIGURES[names, variable]


def test_what_the_chapter_says_in_words(report):
    """Sentences of the chapter that hold only as long as the data are so."""
    first = {variable: alpha(labels(variable, "A", "B").dropna()) for variable in VARIABLES}
    assert min(first, key=first.get) == "act"
    act = labels("act", "A", "B").dropna()
    confusion = pd.crosstab(act["A"], act["B"])
    differences = (act["A"] != act["B"]).sum()
    assert confusion.loc["reject", "state"] >= differences / 2 and confusion.loc["state", "reject"] == 0
    for names in ("AB", "CD", "ABCD"):
        assert alpha(labels("certainty", *names).dropna()) > 0.75
    four = labels("certainty", *"ABCD").dropna()
    assert alpha(four) < min(alpha(four[["A", "B"]]), alpha(four[["C", "D"]])), "two codebooks: lower together"
    act = labels("act", "C", "D")
    then = report.claims.set_index("claim_id")["act"].astype("str")
    changed = report.codings.query("coder == 'table' and variable == 'act'").set_index("unit_id")["value"]
    then.update(changed)
    same = act["C"] == act["D"]
    assert (same & (act["C"] != then)).mean() > 5 * (~same).mean(), "sure of each other, at odds with the table"


def test_the_definitions_in_words_are_those_of_the_codebook(report):
    fields = next(r for r in report.package["resources"] if r["name"] == "claims")["schema"]["fields"]
    act = next(field for field in fields if field["name"] == "act")
    assert "reject" in vocabulary(act) and act["description"].split(". ")[-2].startswith("Decide by")


# The example of Krippendorff, Content Analysis (4th ed., 2019), figure 12.11: three observers mark a continuum of 60. Data and value
# are as the tests of the R package quallmer cite them, which allow 0.002, too.
OBSERVERS = {
    "Alex": [(0, 7), (7, 13), (30, 32), (32, 37), (37, 44), (44, 60)],
    "Paul": [(0, 7), (7, 13), (13, 21), (32, 44)],
    "Suzan": [(0, 7), (7, 13), (13, 21), (32, 37), (37, 41), (41, 44)],
}


def test_the_published_example_of_unitizing():
    assert unitizing_alpha([([*OBSERVERS.values()], 60)]) == pytest.approx(0.413, abs=0.002)


def test_unitizing_of_single_characters_is_the_alpha_of_labels():
    """Where every stretch is one character, it is the alpha of labels, character by character, of which this is an oracle."""
    markings = [[(0, 1), (4, 5), (7, 8)], [(0, 1), (5, 6)], [(0, 1), (4, 5)]]
    labels = [[int((place, place + 1) in marks) for place in range(10)] for marks in markings]
    assert unitizing_alpha([(markings, 10)]) == pytest.approx(
        krippendorff.alpha(labels, level_of_measurement="nominal")
    )
    table = pd.DataFrame(labels).T
    assert unitizing_agreement([(markings, 10)]) == pytest.approx(agreement(table))
    sections = [([[(0, 1)] if one[place] else [] for one in labels], 1) for place in range(10)]
    assert unitizing_alpha(sections) == unitizing_alpha([(markings, 10)])
    assert unitizing_interval(sections) == pytest.approx(interval(table))


def test_unitizing_at_its_edges():
    def one(markings, length):
        return unitizing_alpha([(markings, length)])

    assert math.isnan(one([[(0, 5)]], 10)) and math.isnan(one([[], []], 10)) and math.isnan(one([[(0, 9)]] * 2, 9))
    assert one([[(0, 5)], [(5, 10)]], 10) < 0 < one([[(0, 50)], [(0, 45)]], 1000)
    assert one([[(0, 5), (3, 8)], [(0, 8)]], 20) == 1, "overlapping stretches are one"
    apart, whole = ([[(0, 4), (4, 8)], [(8, 12)]], [[(0, 8)], [(8, 12)]])
    assert one(apart, 20) < one(whole, 20), "touching ones are two"
    assert all(map(math.isnan, unitizing_interval([([[], []], 10)])))
