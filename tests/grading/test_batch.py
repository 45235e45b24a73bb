"""A folder of submissions to its marks: all at once, on from where it stopped, and the same each time."""

import csv
import functools
import io
import signal
import subprocess
import sys
import time
from pathlib import Path

import handed_in
import pytest
from handed_in import NAME, SOLUTIONS, notebook, put, right, zipped

from autograder import batch, marking
from autograder.cli import main
from autograder.run import sandbox
from autograder.run.sandbox import Limits

FILE = f"{NAME}.ipynb"
COUNT = "def share(case, who):\n    return (case.claims['source'] == who).sum()"
RUN_FACTS = {"log.txt", "runtime.csv", "runtime.svg"}  # the only files that differ from run to run


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return handed_in.sample(tmp_path_factory.mktemp("assignments"))


pytestmark = pytest.mark.usefixtures("sandboxed")


def mixed(folder):
    """Twelve students, each in a way of her own."""
    put(
        folder,
        {
            f"anna/{FILE}": right(),
            f"ben/week 3/{NAME} (1).ipynb": notebook(
                'Less < more & "so".', n_claims=SOLUTIONS["n_claims"], share=COUNT
            ),
            f"carla/{FILE}": notebook(),
            f"dora/{FILE}": notebook(n_claims="import time\n\ntime.sleep(600)", share=SOLUTIONS["share"]),
            f"emil/{FILE}": b'{"cells": [',
            "frieda/essay.pdf": b"%PDF",
            f"gus/{FILE}": notebook(n_claims="import os\n\nos._exit(3)", share=SOLUTIONS["share"]),
            f"hana/{FILE}": notebook(
                "=1+1", n_claims="n_claims = 12", share="def share(case, who):\n    return object()"
            ),
            f"ida/{FILE}": notebook("text", n_claims="1 / 0", share=SOLUTIONS["share"]),
            f"jo/{FILE}": notebook(
                n_claims="def n_claims(case):\n    return {'b', 'a', 'c'}", share="raise ValueError(object())"
            ),
        },
    )
    zipped(folder / "Kim Ö.zip", {f"work/{FILE}": right()})
    zipped(folder / "mallory.zip", {"../../evil": b"x", FILE: right()})
    return folder


STATUSES = {
    **dict.fromkeys(["anna", "ben", "carla", "hana", "Kim Ö"], "graded"),
    **dict.fromkeys(["ida", "jo"], "partly graded"),
    **{"dora": "timed out", "emil": "unreadable", "frieda": "refused", "gus": "crashed", "mallory": "refused"},
}
POINTS = {"anna": "5", "ben": "2", "dora": "3", "gus": "3", "ida": "3", "Kim Ö": "5"}  # all others: 0


def rows(path):
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def contents(out):
    """All files of a folder but those that tell of the run itself: bytes by name."""
    files = {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    return {name: data for name, data in files.items() if name not in RUN_FACTS}


def test_a_mixed_folder_ends_with_a_status_for_each_and_the_same_files_each_time(tmp_path, course, capsys, monkeypatch):
    monkeypatch.setattr(marking, "mark", functools.partial(marking.mark, limits=Limits(cpu=4, idle=4)))
    source, out = mixed(tmp_path / "in"), tmp_path / "out"
    assert main(["grade", str(source), "-o", str(out), "--seed", "s"], course) == 1  # three could not be marked
    assert (
        "12 submissions: 5 graded, 2 partly graded, 1 timed out, 1 crashed, 2 refused, 1 unreadable."
        in capsys.readouterr().out
    )
    submissions = rows(out / "submissions.csv")
    assert {row["student"]: row["status"] for row in submissions} == STATUSES
    assert {row["student"]: row["points"] for row in submissions} == dict.fromkeys(STATUSES, "0") | POINTS
    assert all(row["reason"] for row in submissions if row["status"] != "graded")
    marked = rows(out / "grades.csv")
    assert len(marked) == 3 * 12 and all(row["reason"] for row in marked if row["status"] not in ("right", "marked"))
    [told] = [row["reason"] for row in marked if row["student"] == "ben" and row["task"] == "share"]
    assert told == "This is a count: divide by the number of claims."
    assert {path.stem for path in (out / "feedback").iterdir()} == {*STATUSES} - {"Kim Ö"} | {"Kim_Ö"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"], "something was written elsewhere"

    first = contents(out)
    assert main(["grade", str(source), "-o", str(out), "--seed", "s"], course) == 1
    assert contents(out) == first  # into the same folder: nothing is marked again
    assert len(rows(out / "runtime.csv")) == 10
    assert main(["grade", str(source), "-o", str(tmp_path / "other"), "--seed", "s", "--jobs", "1"], course) == 1
    assert contents(tmp_path / "other") == first


def _started(source, out, course):
    code = (
        "import signal, sys, pathlib, dataclasses; signal.signal(signal.SIGINT, signal.default_int_handler);"  # also in the background
        "from assignments.course import COURSE; from autograder.cli import main;"
        "course = dataclasses.replace(COURSE, assignments=pathlib.Path(sys.argv[1]));"
        "sys.exit(main(['grade', sys.argv[2], '-o', sys.argv[3], '--seed', 's', '--jobs', '1'], course))"
    )
    command = [sys.executable, "-c", code, str(course.assignments), str(source), str(out)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
    while len(list((out / "work").glob("*.json"))) < 2 and process.poll() is None:
        time.sleep(0.05)
    return process


CLASS = ["anna", "ben", "carla", "dora", "emma", "fay"]


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory, course):
    """The folder of a class, and that of what comes of it at once."""
    folder = tmp_path_factory.mktemp("uninterrupted")
    put(folder / "in", {f"{name}/{FILE}": right(f"It is {name} who says so.") for name in CLASS})
    batch.grade(course, folder / "in", folder / "out", seed="s")
    return folder


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_interrupted_and_started_again_it_goes_on_where_it_stopped(tmp_path, course, uninterrupted, monkeypatch, how):
    source, out = uninterrupted / "in", tmp_path / "out"
    process = _started(source, out, course)
    process.send_signal(how)
    _, said = process.communicate(timeout=60)
    kept = {path.name for path in (out / "work").glob("*.json")}
    assert process.returncode == {signal.SIGKILL: -9, signal.SIGINT: 130}[how]
    assert how == signal.SIGKILL or "run the same command again" in said
    assert 2 <= len(kept) < len(CLASS) and not (out / "grades.csv").exists()

    marked = []
    mark = marking.mark
    monkeypatch.setattr(marking, "mark", lambda *given, **named: marked.append(given) or mark(*given, **named))
    batch.grade(course, source, out, seed="s")
    assert len(marked) == len(CLASS) - len(kept), "something was marked twice"
    assert contents(out) == contents(uninterrupted / "out")


def test_only_what_has_changed_is_marked_anew(tmp_path, course, monkeypatch):
    source = put(tmp_path / "in", {f"{name}/{FILE}": right(name) for name in ("anna", "ben")})
    batch.grade(course, source, tmp_path / "out", seed="s")
    marked = []
    mark = marking.mark
    monkeypatch.setattr(marking, "mark", lambda *given, **named: marked.append(given) or mark(*given, **named))
    put(source, {f"ben/{FILE}": notebook("now worse")})
    graded = batch.grade(course, source, tmp_path / "out", seed="s")
    assert [round(sum(task.points or 0 for task in one.result.tasks)) for one in graded] == [5, 0] and len(marked) == 1
    batch.grade(course, source, tmp_path / "out", seed="another")  # other hidden data: all anew
    assert len(marked) == 3


def test_an_error_of_the_grader_stops_nobody_is_told_and_is_tried_again(tmp_path, course, monkeypatch):
    source = put(tmp_path / "in", {f"{name}/{FILE}": right(f"of {name}") for name in ("anna", "ben")})
    mark = marking.mark

    def stumble(assignment, path, *given, **named):
        if "of ben" in path.read_text(encoding="utf-8"):
            raise ZeroDivisionError("ours")
        return mark(assignment, path, *given, **named)

    monkeypatch.setattr(marking, "mark", stumble)
    assert main(["grade", str(source), "-o", str(tmp_path / "out")], course) == 1
    anna, ben = rows(tmp_path / "out" / "submissions.csv")
    assert (anna["status"], anna["points"]) == ("graded", "5")
    assert ben["status"] == "not marked" and "The grader itself failed (ZeroDivisionError)" in ben["reason"]
    assert [row["points"] for row in rows(tmp_path / "out" / "grades.csv") if row["student"] == "ben"] == [
        ""
    ] * 3  # not 0
    assert "Traceback" in (tmp_path / "out" / "log.txt").read_text(encoding="utf-8")
    monkeypatch.setattr(marking, "mark", mark)
    assert main(["grade", str(source), "-o", str(tmp_path / "out")], course) == 0
    assert rows(tmp_path / "out" / "submissions.csv")[1]["points"] == "5"


def test_it_says_why_it_cannot_start(tmp_path, course, capsys, monkeypatch):
    source = put(tmp_path / "in", {f"anna/{FILE}": right()})
    (tmp_path / "nothing").mkdir()
    for arguments, said in {
        ("missing", "out"): "there is no",
        ("nothing", "out"): "holds no submissions",
        ("in", "in/out"): "lies inside",
        ("in", "out", "--assignment", "7-none"): "there is no assignment '7-none'",
    }.items():
        command = [str(tmp_path / arguments[0]), "-o", str(tmp_path / arguments[1]), *arguments[2:]]
        assert main(["grade", *command], course) == 2
        error = capsys.readouterr().err
        assert said in error and "Remedy:" in error
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: None)
    sandbox.require.cache_clear()
    assert main(["grade", str(source), "-o", str(tmp_path / "out")], course) == 2
    assert "bubblewrap" in capsys.readouterr().err
