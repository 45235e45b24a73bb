"""The exercises: each accepts its answer, refuses others, and says something to the mistakes that it foresees."""

import datetime
import decimal
import fractions
import itertools
import re

import numpy as np
import pandas as pd
import pytest
from IPython.display import display
from matplotlib.figure import Figure

import standoff.display.exercises as exercises
from answers import plain, same
from chapters import CONTENT, FOLDER, code
from standoff.display.exercises import check, exercise


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(exercises, "_exercises", {})


@pytest.fixture
def shown(monkeypatch):
    """What `exercise` displays, as a list of HTML strings."""
    pieces = []
    monkeypatch.setattr(exercises, "display", lambda output: pieces.append(output.data))
    return pieces


def reply(capsys, number, answer):
    check(number, answer)
    return capsys.readouterr().out.strip()


@pytest.mark.parametrize("name", CONTENT)
def test_the_exercises_of_a_chapter(name, monkeypatch, capsys):
    """Runs the chapter's cells, then answers each exercise: rightly, wrongly in the foreseen ways, and with nonsense."""
    monkeypatch.chdir(FOLDER)
    monkeypatch.setattr("matplotlib.pyplot.show", lambda: None)
    namespace = {"display": display}
    for cell in code(name):
        if not cell.source.startswith("check("):
            exec(compile(cell.source, f"{name}.md", "exec"), namespace)
    capsys.readouterr()
    assert exercises._exercises, f"{name} states no exercise"
    for number, stated in exercises._exercises.items():
        assert reply(capsys, number, ...).startswith("Not answered yet")
        assert reply(capsys, number, stated.answer) == f"Right. {stated.why}".strip()
        assert reply(capsys, number, object()).startswith("Not yet."), f"{name} {number} takes anything"
        for text, wrong in stated.mistakes.items():
            if not same(plain(wrong), plain(stated.answer), stated.tolerance):  # by chance, in another case
                assert reply(capsys, number, wrong) == f"Not yet. {text}", f"{name} {number}: hint for {wrong!r}"


def test_a_number(shown, capsys):
    total = 40  # the solution may use the chapter's own variables
    globals()["total"] = total
    exercise(1, "Half of it?", "total / 2", hints={"total": "That is all of it."}, why="Divide.", tolerance=0.5)
    assert reply(capsys, 1, 20) == reply(capsys, 1, 20.4) == "Right. Divide."
    assert reply(capsys, 1, 40) == "Not yet. That is all of it."
    assert reply(capsys, 1, 20.6).startswith("Not yet.")
    assert reply(capsys, 1, "20") == "Not yet. Give a number, not a string: leave out the quotation marks."
    assert 'data-kind="number"' in shown[0] and 'data-answer="20.0"' in shown[0] and "total / 2" in shown[0]


def test_a_choice(shown, capsys):
    exercise(2, "Which?", '"b"', options=["this", "that"], hints={"a": "No, the other."}, why="So it is.")
    assert reply(capsys, 2, "b") == reply(capsys, 2, " B ") == "Right. So it is."
    assert reply(capsys, 2, "a") == "Not yet. No, the other."
    assert shown[0].count('type="radio"') == 2 and "b) that" in shown[0]


def test_a_series_may_be_written_differently(shown, capsys):
    exercise(3, "Count.", 'pd.Series({"x": 2, "y": 1})')
    assert reply(capsys, 3, pd.Series({"y": 1.0, "x": 2.0}, name="n").rename_axis("letter")).startswith("Right.")
    assert reply(capsys, 3, {"X": 2, "y": 1}).startswith("Right.")
    assert reply(capsys, 3, pd.Series({"x": 2, "y": 2})).startswith("Not yet. The number of entries is right,")
    assert reply(capsys, 3, pd.Series({"x": 2})) == "Not yet. The answer has 1 entry; it should have more."
    assert reply(capsys, 3, [2, 1]) == "Not yet. Give a Series with labels, not a list."
    assert "<form" not in shown[0], "there is no field for a Series on the page"


def test_a_hint_that_is_right_by_chance_is_not_given(shown, capsys):
    exercise(5, "Half of it?", "2", hints={"2.4": "That is a bit more."}, tolerance=0.5)
    assert reply(capsys, 5, 2.4) == "Right."
    assert reply(capsys, 5, 2.8).startswith("Not yet. The value") and "a bit more" not in shown[0]


class Unreadable:
    """An object that raises whatever is done with it."""

    def __getattribute__(self, name):
        raise RuntimeError(name)

    __eq__ = __lt__ = __hash__ = __len__ = __iter__ = __getattribute__


ENDLESS = []
ENDLESS.append(ENDLESS)
ANSWERS = [
    *(
        float("inf"),
        float("nan"),
        1e305,
        10**400,
        1j,
        fractions.Fraction(1, 3),
        decimal.Decimal("sNaN"),
        True,
        "",
        b"x",
    ),
    *(np.float32(0.5), np.array(3), np.array([[1, 2], [3, 4]]), np.datetime64("30000-01-01"), np.timedelta64(1, "M")),
    *(pd.Timestamp("2022-02-15", tz="UTC"), datetime.date(1, 1, 1), datetime.time(1), pd.NaT, pd.NA, pd.Period("2022")),
    *(pd.Interval(0, 1), pd.Timedelta(days=1), pd.Categorical(["a"]), pd.MultiIndex.from_tuples([(1, 2)]), range(3)),
    *([1, "a", None], {1: "a", "b": 2}, {1, "a", None}, [{}, {1: {}}], ENDLESS, [Unreadable()], (1, [2, (3,)])),
    *(itertools.count(), (x for x in [1]), print, int, object(), Unreadable(), re, re.compile("a"), ValueError("x")),
    *(
        pd.DataFrame([[1, "a"], ["b", None]], columns=["x", "x"]),
        pd.DataFrame(),
        pd.Series([[1], {2: 3}, Unreadable()]),
    ),
    *(pd.Series([1, 2], index=[["a", "b"], [1, 2]]), pd.Series(dtype=float).groupby(level=0), pd.DataFrame().style),
    *(Figure(), Figure().subplots(), Figure().subplots(2, 2), np.ma.masked),
]
SOLUTIONS = [
    "2",
    "2.5",
    "'a'",
    "True",
    "[1, 'a']",
    "{1, 'a'}",
    "{'a': 1}",
    "pd.Series({'a': 1, 2: 'b'})",
    "pd.Timestamp(0)",
]
SOLUTIONS += ["pd.DataFrame({'a': [1, 'b']})", "pd.Series({'a': 1, 'b': 2}).to_frame('n')", "()"]


@pytest.mark.parametrize("solution", SOLUTIONS)
def test_no_wrong_answer_raises(solution, shown, capsys):
    exercise(6, "What?", solution, hints={"3": "Not three.", "'b'": "Not b.", "[2]": "Not two.", "{'a': 2}": "No."})
    for answer in ANSWERS:
        assert reply(capsys, 6, answer).startswith(("Not yet. ", "Right."))


def test_words_of_an_exercise_cannot_become_markup(shown):
    exercise(4, "Is 1 < 2 & <script>alert(1)</script>?", "True", why='"quoted" & <b>bold</b>')
    assert "<script" not in shown[0] and "<b>" not in shown[0]


def test_an_unknown_exercise_says_what_to_do(capsys):
    assert reply(capsys, 9, 1) == "There is no exercise 9 here: run the cell above that states it, then this one."
