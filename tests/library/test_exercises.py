"""The exercises: each accepts its answer, refuses others, and says something to the mistakes that it foresees."""

import pandas as pd
import pytest
from IPython.display import display

import standoff.display.exercises as exercises
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


def said(capsys, number, answer):
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
    for number, (answer, hints, why, _) in exercises._exercises.items():
        assert said(capsys, number, ...).startswith("Not answered yet")
        assert said(capsys, number, answer) == f"Right. {why}".strip()
        assert said(capsys, number, object()).startswith("Not yet."), f"{name} {number} takes anything"
        for wrong, text in hints:
            assert said(capsys, number, wrong) == f"Not yet. {text}", f"{name} {number}: hint for {wrong!r}"


def test_a_number(shown, capsys):
    total = 40  # the solution may use the chapter's own variables
    globals()["total"] = total
    exercise(1, "Half of it?", "total / 2", hints={"total": "That is all of it."}, why="Divide.", tolerance=0.5)
    assert said(capsys, 1, 20) == said(capsys, 1, 20.4) == "Right. Divide."
    assert said(capsys, 1, 40) == "Not yet. That is all of it."
    assert said(capsys, 1, 20.6).startswith("Not yet.")
    assert said(capsys, 1, "20") == "Not yet. A number is wanted, without quotation marks."
    assert 'data-kind="number"' in shown[0] and 'data-answer="20.0"' in shown[0] and "total / 2" in shown[0]


def test_a_choice(shown, capsys):
    exercise(2, "Which?", '"b"', options=["this", "that"], hints={"a": "No, the other."}, why="So it is.")
    assert said(capsys, 2, "b") == said(capsys, 2, " B ") == "Right. So it is."
    assert said(capsys, 2, "a") == "Not yet. No, the other."
    assert shown[0].count('type="radio"') == 2 and "b) that" in shown[0]


def test_a_series_may_be_written_differently(shown, capsys):
    exercise(3, "Count.", 'pd.Series({"x": 2, "y": 1})', page=False)
    assert said(capsys, 3, pd.Series({"y": 1.0, "x": 2.0}, name="n").rename_axis("letter")).startswith("Right.")
    assert said(capsys, 3, pd.Series({"x": 2, "y": 2})) == "Not yet. The shape is right, a label or a value is not."
    assert said(capsys, 3, pd.Series({"x": 2})).startswith("Not yet. The shape is (1,)")
    assert said(capsys, 3, {"x": 2, "y": 1}) == "Not yet. A pandas Series is wanted, this is a dict."
    assert "<form" not in shown[0]


def test_words_of_an_exercise_cannot_become_markup(shown):
    exercise(4, "Is 1 < 2 & <script>alert(1)</script>?", "True", why='"quoted" & <b>bold</b>')
    assert "<script" not in shown[0] and "<b>" not in shown[0]


def test_an_unknown_exercise_says_what_to_do(capsys):
    assert said(capsys, 9, 1) == "There is no exercise 9 here: run the cell above that states it, then this one."
