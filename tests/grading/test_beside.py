"""Answers that do not stand in their cell, and cells that lost their names: never "no answer, graded, 0"."""

import copy

import pytest
from weather import CHECK, COURSE, NAME, PROSE, RIGHT, SETUP, cell, notebook, place, text

from autograder.marking import mark

ASSIGNMENT = COURSE.read(NAME)
OWN = "It says nothing of the amount."


def marked(code=RIGHT, prose="It does not say how much.", change=None):
    result = mark(ASSIGNMENT, notebook(code, prose, change), seed="s")
    return result, *result.tasks


# ---- prose ----


def split(cells):
    second = copy.deepcopy(cell(cells, PROSE))
    second["source"] = OWN
    cells.insert(place(cells, PROSE) + 1, second)


def test_both_parts_of_a_split_answer_are_read():
    _, _, prose = marked(prose="First half.", change=split)
    assert (prose.status, prose.answer) == ("by hand", f"First half.\n\n{OWN}")


BESIDE = {
    "a new cell below": lambda cells: cells.append(text(OWN)),
    "a new cell above": lambda cells: cells.insert(place(cells, PROSE), text(OWN)),
    "at the very top": lambda cells: cells.insert(0, text(OWN)),
    "in the question": lambda cells: cells[place(cells, PROSE) - 1].update(
        source=cells[place(cells, PROSE) - 1]["source"] + f"\n\n{OWN}"
    ),
    "a raw cell": lambda cells: cells.append(text(OWN, "raw")),
}


@pytest.mark.parametrize("kind", BESIDE)
def test_prose_beside_an_untouched_cell_waits_for_the_teacher_with_its_number(kind):
    result, _, prose = marked(prose=None, change=BESIDE[kind])
    assert (prose.status, prose.points, prose.answer) == ("by hand", None, OWN)
    assert "cell " in prose.reason and any("beside its cell" in note for note in result.notes)


def test_prose_in_a_cell_that_became_code_is_read_and_not_run():
    result, _, prose = marked(change=lambda cells: cell(cells, PROSE).update(cell_type="code", source=OWN))
    assert (result.status, prose.status, prose.answer) == ("graded", "by hand", OWN)


def test_signs_that_steer_terminals_are_left_out_of_prose():
    _, _, prose = marked(prose="red \x1b[31m and\ta tab\x07\nline")
    assert prose.answer == "red [31m and\ta tab\nline"


def test_nothing_written_anywhere_is_no_answer():
    result, _, prose = marked(prose=None)
    assert (prose.status, prose.points) == ("no answer", 0.0) and result.notes == ()


# ---- code ----


def merge(cells):
    cell(cells, CHECK)["source"] = f"{RIGHT}\n\n{cell(cells, CHECK)['source']}"
    cells.remove(cell(cells, "wet_days"))


def into_setup(cells):
    cell(cells, SETUP)["source"] += "\nimport math as m"


CODE = {  # (code in its cell, change, what is said)
    "merged with the check": (None, merge, "Cell 4 (wet_days_check) belongs to the assignment and was changed"),
    "typed into the check": (
        None,
        lambda cells: cell(cells, CHECK).update(source=RIGHT),
        "Cell 5 (wet_days_check) belongs to the assignment and was changed",
    ),
    "an import in the setup": (RIGHT.replace("int(", "m.floor("), into_setup, "Cell 2 (setup) belongs"),
    "a cell turned into text": (
        RIGHT,
        lambda cells: cell(cells, "wet_days").update(cell_type="markdown"),
        "The cell for this task is a text cell: make it a code cell again",
    ),
    "a text cell of her own": (None, lambda cells: cells.append(text(RIGHT)), "is in a text cell (cell 8)"),
}


@pytest.mark.parametrize("kind", CODE)
def test_code_beside_its_cell_is_run_where_that_is_safe_and_said(kind):
    code, change, said = CODE[kind]
    result, task, _ = marked(code, change=change)
    assert (result.status, task.status, task.points) == ("graded", "right", 2.0)
    assert said in task.reason and any("beside its cell" in note for note in result.notes)


@pytest.mark.parametrize("kind", ["typed into the check", "a cell turned into text"])
def test_what_stands_beside_and_cannot_be_run_waits_for_the_teacher(kind):
    change = CODE[kind][1]

    def broken(cells):
        change(cells)
        for one in cells:
            one["source"] = one["source"].replace(RIGHT, "wet_days = month()['mm'")

    result, task, _ = marked(CODE[kind][0], change=broken)
    assert (task.status, task.points) == ("by hand", None) and "wet_days = month()" in task.answer
    assert CODE[kind][2] in task.reason


def test_wrong_code_beside_its_cell_is_wrong():
    wrong = "wet_days = 31"
    _, task, _ = marked(None, change=lambda cells: cells.append(text(wrong)))
    assert (task.status, task.points) == ("wrong", 0.0) and "text cell (cell 8)" in task.reason


def test_a_new_code_cell_below_the_untouched_one_is_an_answer():
    _, task, _ = marked(None, change=lambda cells: cells.insert(place(cells, CHECK), text(RIGHT, "code")))
    assert task.status == "right"


def test_a_changed_cell_costs_nobody_who_has_answered():
    result, task, _ = marked(change=lambda cells: cell(cells, CHECK).update(source="import os\nos._exit(1)"))
    assert (result.status, task.status) == ("graded", "right")
    assert any("Cell 5 (wet_days_check) belongs" in note for note in result.notes)


# ---- names ----


@pytest.mark.parametrize("also_ids", [False, True])
def test_cells_that_lost_their_names_get_them_back_by_text_and_place(also_ids):
    def strip(cells):
        for one in cells:
            one["metadata"] = {}
            if also_ids:
                one.pop("id", None)

    result, task, prose = marked(change=strip)
    assert (task.status, prose.status, prose.answer) == ("right", "by hand", "It does not say how much.")
    assert any("lost their names" in note for note in result.notes)


def test_cells_that_are_gone_are_named():
    result, task, _ = marked(change=lambda cells: cells.remove(cell(cells, "wet_days")))
    assert task.status == "no answer" and "Missing cells of the assignment: wet_days." in result.notes


# ---- what works in a notebook ----

MAGICS = """\
%timeit -n 3 len(month())
---
from IPython import get_ipython
get_ipython().run_line_magic('matplotlib', 'inline')
---
%%writefile helper.py
def twice(x):
    return 2 * x
---
from helper import twice
assert twice(2) == 4
---
import asyncio

async def later():
    return 1

task = asyncio.create_task(later())
---
assert await task == 1
---
%timeit -r1 -n1 -q pass
---
import matplotlib.pyplot as plt
from IPython.display import display
plt.subplots()
plt.show()
"""


def test_magics_and_tasks_that_work_in_a_notebook_work_here():
    sources = MAGICS.split("---\n")
    result, task, _ = marked(
        change=lambda cells: cells.__setitem__(slice(2, 2), [text(one, "code") for one in sources])
    )
    assert (result.status, result.reason, task.status) == ("graded", "", "right")
