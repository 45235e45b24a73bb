"""Answers as plain data, and when two are the same."""

import fractions
import json
import random
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from answers import TOLERANCE, brief, checked, compare, judge, plain
from answers.values import CHARACTERS, ITEMS

SERIES = pd.Series({"putin": 3, "biden": 2})
TABLE = pd.DataFrame({"who": ["putin", "biden"], "claims": [3, 2]})
WIDE = pd.DataFrame({"source": ["x", "y"], "a": [1, 2], "b": [3, 4]}).set_index("source")

SAME = [
    (2, 2.0),
    (np.int64(2), 2),
    (0.1 + 0.2, 0.3),
    (np.array(3), 3),
    ((1, 2), [1, 2]),
    (np.array([1, 2]), [1, 2]),
    (pd.Series([1, 2], index=["a", "b"]), [1, 2]),
    (pd.Index([1, 2]), [1, 2]),
    ([2, 1], {1, 2}),
    (" Joe Biden ", "Joe Biden"),
    (np.bool_(True), True),
    (float("nan"), None),
    (pd.NaT, None),
    (np.datetime64("NaT"), pd.NaT),
    (np.datetime64("2022-02-15"), pd.Timestamp("2022-02-15")),
    ({"biden": 2, "putin": 3}, SERIES),
    (SERIES.sort_values(), SERIES),
    (SERIES.rename_axis("who").reset_index(name="claims"), SERIES),
    (SERIES.to_frame("claims"), SERIES),
    (TABLE[["claims", "who"]], TABLE),
    (TABLE.iloc[::-1], TABLE),
    (TABLE.set_index("who"), TABLE),
    (TABLE, TABLE[::-1]),
    (TABLE[::-1], SERIES),
    (TABLE[["claims"]][::-1], [2, 3]),
    (TABLE.astype({"claims": float}), TABLE),
    (TABLE.rename(columns=str.upper), TABLE),
    (TABLE.set_index("who").rename_axis(None)[["claims"]], TABLE.set_index("who")),
    (WIDE[["b", "a"]].rename_axis(None), WIDE),
    (WIDE[["b", "a"]].reset_index(), WIDE),
    ({"Putin": 3, "biden ": 2}, SERIES),
    ({"BIDEN", "putin"}, {"biden", "Putin"}),
    (fractions.Fraction(1, 2), 0.5),
    (pd.Series([1, 2], index=pd.interval_range(0, 2)), pd.Series([2, 1], index=pd.interval_range(0, 2)[::-1])),
    (np.timedelta64(1, "D"), pd.Timedelta(days=1)),
]
DIFFERENT = [
    (2.1, 2),
    ("2", 2),
    (True, 1),
    ([1, 2, 3], [1, 2]),
    ([2, 1], [1, 2]),
    ([1, 1], {1, 2}),
    ({"putin": 3}, SERIES),
    ({"putin": 2, "biden": 3}, SERIES),
    (TABLE.rename(columns={"who": "actor"}), TABLE),
    (TABLE.assign(more=1), TABLE),
    (TABLE.assign(claims=[2, 3]), TABLE),
    (WIDE.rename(columns={"a": "c"}), WIDE),
    (WIDE.rename(columns={"a": "b", "b": "a"}), WIDE),
    (float("inf"), 5),
    (5, float("inf")),
    (None, 0),
    (object(), object()),
]


@pytest.mark.parametrize("answer, right", SAME)
def test_a_right_answer_may_be_written_in_other_ways(answer, right):
    assert judge(plain(answer), plain(right), {}) == ""


@pytest.mark.parametrize(
    "example", json.loads((Path(__file__).parents[1] / "answers.json").read_text("utf-8")), ids=str
)
def test_the_examples_that_the_pages_script_judges_as_well(example):
    answer, right = plain(example["answer"]), plain(example["right"])
    assert (judge(answer, right, {}, example.get("tolerance", TOLERANCE)) == "") is (example["verdict"] == "right")


@pytest.mark.parametrize("answer, right", DIFFERENT)
def test_a_wrong_answer_has_a_reason(answer, right):
    assert judge(plain(answer), plain(right), {}).endswith(".")


def test_the_order_counts_where_it_is_asked_for():
    assert judge(plain(SERIES.iloc[::-1]), plain(SERIES), {}, ordered=True) != ""


def test_a_known_mistake_has_its_sentence_unless_it_is_right_by_chance():
    assert judge(plain(3), plain(0.5), {"This is a count.": plain(3)}) == "This is a count."
    assert judge(plain(1), plain(0.5), {"This is a count.": plain(0.5)}) == "The value is not right."


def test_who_rounded_is_told_so():
    assert "round" in judge(plain({"a": 0.33, "b": 0.5}), plain({"a": 1 / 3, "b": 0.5}), {})
    assert "round" not in judge(plain({"a": 0.32, "b": 0.5}), plain({"a": 1 / 3, "b": 0.5}), {})
    assert "round" not in judge(plain([3]), plain([4]), {})


def test_a_set_has_no_order():
    assert judge(plain({1, 2}), plain([1, 2]), {}) == "Give a list or a column, not a set."
    assert judge(plain([]), plain([1, 2]), {}) == "The answer has 0 entries; it should have more."


def test_in_a_notebook_a_comparison_is_an_assertion():
    scope = {"compare": compare, "x": 3}
    exec("compare('x', '1 + 2')", scope)
    with pytest.raises(AssertionError, match="divide"):
        exec("compare('x', '1.5', mistakes={'3': 'divide by two'})", scope)


NESTED = [1] * 1000
for _ in range(5):
    NESTED = [NESTED] * 1000


@pytest.mark.parametrize(
    "value",
    [*(value for pair in SAME + DIFFERENT for value in pair), NESTED, "x" * 10**6, 10**400, 1e305, float("-inf")]
    + [range(3), {1: {2: {3: {4: {5: {6: {7: {8: 9}}}}}}}}, "\ud800", pd.DataFrame(np.zeros((1000, 1000)))],
)
def test_what_comes_out_is_small_json_that_passes_the_check(value):
    data = json.dumps(plain(value))
    assert len(data) < 30 * ITEMS + CHARACTERS
    assert checked(json.loads(data)) is not None
    assert len(brief(checked(json.loads(data)))) <= 200


ONE = {"kind": "number", "value": 1}
JUNK = [
    *(None, 1, "text", [], {}, [ONE], {"kind": "evil", "value": 1}, {"kind": []}, {"kind": "number"}, {"value": 1}),
    *({"kind": "number", "value": junk} for junk in ("1", True, 1e308, -(10**301), float("nan"), None, [], {})),
    *({"kind": "bool", "value": 1}, {"kind": "text", "value": 5}, {"kind": "date", "value": None}),
    *({"kind": "nothing", "value": 1}, {"kind": "number", "value": 1, "more": 1}, {"kind": "other", "type": {}}),
    *({"kind": "list", "items": junk} for junk in (5, "abc", {"a": 1}, [1], [[ONE]], [None])),
    *({"kind": "map", "labels": labels, "items": items} for labels, items in (([ONE], []), (7, 7), ([ONE], [1]))),
    *({"kind": "series", "labels": [ONE, ONE], "items": [ONE]}, {"kind": "set", "items": None}),
    *({"kind": "table", "index": junk, "columns": [], "rows": []} for junk in ([5], "a", None, [["a"]])),
    {"kind": "table", "index": [], "columns": [], "rows": [[ONE]]},
    {"kind": "table", "index": [], "columns": [ONE], "rows": [[ONE], [ONE, ONE]]},
    {"kind": "table", "index": [], "columns": [ONE], "rows": [ONE]},
]


@pytest.mark.parametrize("junk", JUNK, ids=repr)
def test_what_is_no_plain_data_does_not_pass(junk):
    assert checked(junk) is None
    deep = ONE
    for _ in range(50):
        deep = {"kind": "list", "items": [deep]}
    assert checked(deep) is None


def test_no_answer_makes_the_judge_stumble():
    """Any data that passes the check, against any other."""
    chance = random.Random(1)
    simple = [
        plain(value) for value in (None, True, 0.5, float("nan"), -float("inf"), 10**200, "", "a\ufffd", object())
    ]
    simple.append({"kind": "date", "value": "no date"})

    def any_value(depth=0):
        if depth > 2 or chance.random() < 0.4:
            return chance.choice(simple)
        size = chance.randrange(4)
        items = [any_value(depth + 1) for _ in range(size)]
        kind = chance.choice(["list", "set", "map", "series", "table"])
        if kind == "table":
            names = chance.choice([[], [None], ["a"]])
            rows = [[any_value(depth + 1) for _ in range(len(names) + size)] for _ in range(size)]
            return {"kind": kind, "index": names, "columns": items, "rows": rows}
        labels = {"labels": [any_value(depth + 1) for _ in range(size)]} if kind in ("map", "series") else {}
        return {"kind": kind, "items": items, **labels}

    for _ in range(5000):
        answer, right, wrong = any_value(), any_value(), any_value()
        assert checked(answer) == answer
        assert isinstance(judge(answer, right, {"mistake": wrong}, ordered=chance.random() < 0.5), str)
        brief(answer)
