"""How a submission is run and judged: its cells, its answers, and the words that come back. Needs bubblewrap."""

import json
import os
from dataclasses import replace
from pathlib import Path

import hostile
import pytest
from hostile import HERE, PROBE, SEED, notebook
from test_assignment_six import mine  # noqa: F401  (a fixture)
from test_assignments import read_from_a_case

import standoff
from assignments import variant
from assignments.course import COURSE
from autograder import source
from autograder.intake.submission import read_files
from autograder.marking import mark, right_answers
from autograder.source import AssignmentError
from standoff.rules import check

FILES = hostile.COURSE.read("1-files")
DATA = Path(standoff.__file__).parents[1] / "data"
RIGHT = ["right", "right", "by hand"]


def marked(data=None, files=None, assignment=PROBE, **cells):
    first, last = cells.pop("first", ""), cells.pop("last", "")
    return mark(assignment, data or notebook(cells, first, last), files, seed=SEED)


def statuses(result):
    return [task.status for task in result.tasks]


def changed(change):
    """The solution as bytes, after `change` did something to its list of cells."""
    content = json.loads(notebook())
    change(content["cells"])
    return json.dumps(content).encode()


# ---- answers ----


def test_the_solution_has_all_points_and_prose_waits_for_the_teacher():
    result = marked()
    assert (result.status, result.reason, result.cells_failed) == ("graded", "", ())
    assert [(task.points, task.status) for task in result.tasks] == [(3.0, "right"), (2.0, "right"), (None, "by hand")]
    assert "How often a voice is heard" in result.tasks[2].answer


def test_an_assignment_as_it_was_handed_out_has_no_answers_and_no_failing_cells():
    stub = "# YOUR CODE HERE\nraise NotImplementedError()"
    result = marked(
        voice_share=f"def voice_share(case, who):\n    {stub.splitlines()[1]}", topics=stub, words="YOUR ANSWER HERE"
    )
    assert result.status == "graded"
    assert [(task.points, task.status) for task in result.tasks] == [(0.0, "no answer")] * 3
    assert result.tasks[0].reason == "The cell is as it was handed out."


@pytest.mark.parametrize(
    "code, status, words",
    [
        (
            "def voice_share(case, who): return (case.claims.source == who).sum()",
            "wrong",
            "divide by the number of claims",
        ),
        ("def voice_share(case, who): return 44 / 140", "wrong", "not other data of the same form"),
        ("def voice_share(case, who): return '0.31'", "wrong", "leave out the quotation marks"),
        ("def voice_share(case, who): pass", "no answer", "give a number"),
        ("def voice_share(case, who): return nothing", "error", "stops with NameError"),
        ("def voice_share(case, who): return case.claims['nobody']", "error", "stops with KeyError"),
        ("def voice_share(case who): return 1", "error", "line 1: SyntaxError"),
        ("voiceshare = 1", "no answer", "There is no `voice_share`"),
        (
            "def voice_share(case, who): return {140: 44 / 140}[len(case.claims)]",
            "error",
            "on other data of the same form, it stops with an error.",
        ),
    ],
)
def test_a_task_that_is_not_right_says_why_and_costs_no_other(code, status, words):
    first, other, _ = marked(voice_share=code).tasks
    assert (first.points, first.status, other.status) == (0.0, status, "right")
    assert words in first.reason


def test_cells_that_fail_are_named_and_the_rest_counts():
    result = marked(topics="x = 1\n\ntopics = case.claim", first="x = unknown")
    assert result.status == "partly graded"
    assert [(one.cell, one.task, one.line) for one in result.cells_failed] == [(1, "", 1), (8, "topics", 3)]
    assert "Cell 8 (task topics), line 3: AttributeError" in result.reason
    assert statuses(result) == ["right", "error", "by hand"]


# ---- notebooks ----


def test_answers_are_taken_where_they_are_checked_and_else_at_the_end():
    assert statuses(marked(last="case = topics = voice_share = None")) == RIGHT

    def move(cells):
        cells.append(cells.pop(next(place for place, one in enumerate(cells) if "topics = case" in one["source"])))

    assert statuses(marked(changed(move))) == RIGHT


def test_who_gives_a_name_of_the_setup_to_something_else_loses_nothing_where_it_is_not_used():
    share = "def voice_share(data, who):\n    return (data.claims['source'] == who).mean()\n\ncase = 'mine'"
    assert statuses(marked(voice_share=share))[0] == "right"


DAMAGES = {
    "no metadata at all": lambda cells: [one.update(metadata={}) for one in cells if one["cell_type"] == "code"],
    "metadata of other kinds": lambda cells: [
        one["metadata"].update(nbgrader="x") for one in cells if one["cell_type"] == "code"
    ],
    "no setup": lambda cells: cells.pop(1),
    "no checks": lambda cells: cells.__setitem__(slice(None), [c for c in cells if "check" not in str(c["metadata"])]),
    "every cell twice": lambda cells: cells.__setitem__(slice(None), [one for one in cells for _ in range(2)]),
    "setup and checks overwritten": lambda cells: [
        one.update(source="raise SystemExit") for one in cells if one["metadata"].get("nbgrader", {}).get("locked")
    ],
    "cells of unknown kinds, and raw ones": lambda cells: cells.extend(
        [{"cell_type": "raw", "source": "no code"}, {}, 5]
    ),
    "lists of lines": lambda cells: [one.update(source=one["source"].splitlines(True)) for one in cells],
    "tags and slides": lambda cells: [one["metadata"].update(tags=["hide"], slideshow={}) for one in cells],
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_damaged_notebooks_run_as_well_as_they_can(damage):
    result = marked(changed(damage))
    assert (statuses(result), result.reason) == (RIGHT, "")


def test_an_old_notebook_and_one_of_another_program_run():
    cells = json.loads(notebook())["cells"]
    old = [{**one, "input": one["source"]} for one in cells]
    for one in old:
        one.pop("source") if one["cell_type"] == "code" else None
    assert statuses(marked(json.dumps({"worksheets": [{"cells": old}], "nbformat": 3}).encode())) == RIGHT
    other = {"cells": cells, "nbformat": 4, "metadata": {"kernelspec": {"name": "julia", "language": "julia"}}}
    assert statuses(marked(b"\xef\xbb\xbf" + json.dumps(other).encode())) == RIGHT


def test_prose_without_its_cell_is_looked_for_by_the_teacher():
    result = marked(words=None)
    assert (result.tasks[2].status, result.tasks[2].points) == ("by hand", None)
    assert "not found" in result.tasks[2].reason


def test_notebooks_use_magics_plots_and_await():
    cell = """
    %matplotlib inline
    import asyncio
    import matplotlib.pyplot as plt
    from IPython.display import HTML, display
    from standoff.display.show import figure
    display(HTML("<b>x</b>"), case.claims)
    fig, ax = plt.subplots()
    ax.bar(["é", "b"], [1, 2])
    plt.show()
    fig.savefig("figure.png")
    case.claims.to_csv("data/copy.csv")
    await asyncio.sleep(0)
    files = !ls
    """
    result = marked(
        first=cell.replace("\n    ", "\n").replace("case", "__import__('standoff').load()"), last="%%time\ny = 1"
    )
    assert (result.status, result.reason) == ("graded", "")


def test_links_folders_and_special_files_are_refused(tmp_path):
    (tmp_path / "real.ipynb").write_bytes(notebook())
    (tmp_path / "link.ipynb").symlink_to(tmp_path / "real.ipynb")
    os.mkfifo(tmp_path / "pipe.ipynb")
    assert marked(tmp_path / "real.ipynb").status == "graded"
    for name, word in (("link.ipynb", "link"), ("pipe.ipynb", "special"), (".", "folder")):
        result = marked(tmp_path / name)
        assert result.status == "refused"
        assert word in result.reason
        assert all(task.reason for task in result.tasks)
    assert marked(tmp_path / "none.ipynb").status == "unreadable"


# ---- files that are handed in ----

MINE = {f"mine/{path.name}": path for path in (DATA / "practice").glob("*.*")}


@pytest.mark.parametrize("prefix", ["", "data/"])
def test_a_case_that_is_handed_in_is_found_and_judged(prefix):
    files = {prefix + name: path for name, path in MINE.items()}
    assert statuses(marked(files=files, assignment=FILES, data=notebook_of(FILES))) == ["right"]


def test_what_is_asked_about_files_is_asked_without_the_student_s_code():
    spoilt = MINE | {"mine/claims.csv": MINE["mine/claims.csv"].read_bytes().replace(b"certain", b"sure")}
    cheat = "import standoff.rules, standoff.case\nstandoff.rules.check = standoff.rules.inspect = check = lambda *a: []\nmine = 1"
    files = spoilt | {"frictionless.py": b"class Package: pass", "standoff/rules.py": b"def check(*a): return []"}
    result = marked(files=files, assignment=FILES, data=notebook_of(FILES, mine=cheat))
    assert statuses(result) == ["wrong"]


@pytest.mark.parametrize("prefix", ["", "data/"])
def test_a_released_case_cannot_be_replaced(prefix):
    """Not where cases lie, and not beside the notebook, where they are looked for first."""
    own = {"mine/claims.csv": MINE["mine/claims.csv"].read_bytes()}
    files = own | {f"{prefix}practice/{path.name}": b"" for path in (DATA / "practice").glob("*.*")}
    assert set(read_files(files, {"practice"})) == {"data/mine/claims.csv", "assignments/yours/mine/claims.csv"}


def notebook_of(assignment, **cells):
    made = []
    for one in assignment.notebook.cells:
        code = cells.get(source.role(one).get("grade_id"), one.source)
        made.append({"cell_type": one.cell_type, "metadata": dict(one.metadata), "source": code})
    return json.dumps({"cells": made, "nbformat": 4}).encode()


# ---- what must not come back ----


def test_no_word_of_a_hidden_question_comes_back():
    code = """
seen = []
def voice_share(case, who):
    import sys
    frame = sys._getframe(1)
    while frame:
        seen.append(str(frame.f_locals)[:3000]); frame = frame.f_back
    raise type("Error_" + who, (Exception,), {})("hidden " + who + str(len(case.claims)))
"""
    last = "open('seen', 'w').write(str(seen))\nraise ValueError('told: ' + ''.join(seen) + 'no more')"
    result = marked(voice_share=code, last=last)
    told = (
        result.reason + "".join(str(one) for one in result.cells_failed) + "".join(task.reason for task in result.tasks)
    )
    assert "told: no more" in told
    assert "narrator" not in told
    assert "hidden" not in told
    assert result.tasks[0].reason == "When it is tried, it stops with an error of its own."


def test_what_only_says_what_is_right_is_not_there_when_answers_are_asked_for(tmp_path):
    """A student's function can see what is defined where it is called."""
    (tmp_path / "0-probe").mkdir()
    source = (HERE / "assignments" / "0-probe" / "0-probe.md").read_text()
    helper = "def told(one, who):\n    return (one.claims['source'] == who).mean()\n\n\ncompare("
    right = "len(practice.claims[practice.claims['source'] == 'narrator']) / len(practice.claims)"
    source = source.replace("compare(", helper, 1).replace(right, "told(practice, 'narrator')")
    (tmp_path / "0-probe" / "0-probe.md").write_text(source)
    cheat = "def voice_share(case, who):\n    import sys\n    return sys._getframe(1).f_globals['told'](case, who)"
    honest = "def voice_share(case, who):\n    return (case.claims['source'] == who).mean()"
    for code, status in [(cheat, "error"), (honest, "right")]:
        result = mark(replace(COURSE, assignments=tmp_path).read("0-probe"), notebook({"voice_share": code}), seed=SEED)
        assert result.tasks[0].status == status


def test_the_first_run_is_on_the_released_data_and_the_others_are_not_described():
    result = marked(last="assert len(case.claims) != 140, 'released'\nraise ValueError('variant of', len(case.claims))")
    assert [one.error for one in result.cells_failed] == ["AssertionError: released"]


# ---- the variant ----


@pytest.fixture(params=range(3))
def varied(request, tmp_path):
    """A folder with the cases of a seed."""
    for path, data in variant.cases(f"seed {request.param}")["variant"].items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    (tmp_path / "references.bib").write_bytes((DATA.parent / "references.bib").read_bytes())
    return tmp_path / "data"


@pytest.mark.parametrize(
    "name", sorted(path.parent.relative_to(DATA).as_posix() for path in DATA.rglob("datapackage.json"))
)
def test_a_variant_is_sound_and_other(varied, name):
    assert check(varied / name) == []
    case, other = standoff.load(DATA / name), standoff.load(varied / name)
    assert list(other.tables) == list(case.tables)
    for table in case.tables:
        assert list(other[table].dtypes) == list(case[table].dtypes)
        if len(case[table]):
            assert not other[table].equals(case[table]), table
    if "claims" in case.tables:
        assert other.date != case.date
        assert other.date.day_of_week == case.date.day_of_week
        for table in ("paragraphs", "claims", "actors", "events", "cruxes", "spans", "claim_links"):
            assert 0 < len(other[table]) < len(case[table]), table
        for column in ("source", "certainty", "polarity", "topic", "act", "time_ref"):
            shares = case.claims[column].value_counts(normalize=True)
            assert not other.claims[column].value_counts(normalize=True).equals(shares), column


def test_on_every_variant_one_topic_is_just_large_enough_and_on_one_the_narrator_is_silent(varied):
    claims = standoff.load(varied / "report").claims
    sizes = claims["topic"].value_counts()
    own = claims.loc[claims["source"] == "narrator", "topic"].value_counts()
    assert {variant.ENOUGH, variant.ENOUGH - 1} <= set(sizes)
    assert any(size >= variant.ENOUGH and own.get(topic, 0) == 0 for topic, size in sizes.items())


def test_on_every_variant_some_claims_come_through_two_and_three_others_and_one_sector_has_a_single_actor(varied):
    case = standoff.load(varied / "report")
    names = case.claims["source_chain"].str.split(";").str.len()
    assert {3, 4} <= set(names) and names.iloc[-1] >= 3
    assert 1 in set(case.actors["sector"].value_counts())


def test_on_every_variant_quotations_can_be_compared(varied):
    traces = standoff.load(varied / "practice/witnesses").traces.dropna(subset="words")
    assert traces["claim_id"].nunique() >= 4


def test_a_variant_is_made_of_its_seed_alone():
    one = variant.cases("a")
    assert one == variant.cases("a")
    assert one["variant"] != variant.cases("b")["variant"]
    assert one["released"]["data/report/claims.csv"] == (DATA / "report" / "claims.csv").read_bytes()


def test_the_seed_of_a_machine_is_kept_and_private(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    seed = COURSE.seed()
    assert len(seed) >= 32
    assert COURSE.seed() == seed
    (path,) = (tmp_path / "standoff").iterdir()
    assert path.stat().st_mode & 0o777 == 0o600
    assert COURSE.seed("mine") == "mine"


# ---- assignments that are themselves at fault ----


def test_a_wrong_oracle_is_the_assignment_s_fault_and_no_student_s(tmp_path):
    folder = tmp_path / "0-probe"
    folder.mkdir()
    source = (
        (HERE / "assignments" / "0-probe" / "0-probe.md")
        .read_text()
        .replace("practice.claims['source']", "practice.claim['source']")
    )
    (folder / "0-probe.md").write_text(source)
    with pytest.raises(AssignmentError, match="voice_share.*has no value on the released data.*AttributeError"):
        mark(replace(COURSE, assignments=tmp_path).read("0-probe"), notebook(), seed=SEED)


@pytest.mark.parametrize("name", COURSE.names())
def test_every_assignment_can_be_marked_and_no_task_by_heart(name, mine):  # noqa: F811
    """On a variant: what is right has a value, the solution is right, and what is read from a case is another answer.

    On another variant this holds, too, outside the sandbox: see test_assignments.py.
    """
    assignment = COURSE.read(name)
    files = {f"mine/{path.name}": path for path in mine.iterdir()}  # which the last one asks for
    right = right_answers(assignment, "one")
    same = {key for key, (answer, _) in right["released"].items() if right["variant"][key][0] == answer}
    for task in assignment.tasks:
        here = {(task.name, place) for place in read_from_a_case(task)}
        assert not here or here - same, f"{task.name}: one could learn its answers by heart"
    result = mark(assignment, notebook_of(assignment), files, seed="one")
    assert (result.status, result.reason) == ("graded", "")
    assert {one.status for one in result.tasks} <= {"right", "by hand"}
