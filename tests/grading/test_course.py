"""A course of somebody else's is released, graded and reported by the same command; and nothing here knows Standoff."""

import ast
import csv
import json
import os
import pickle
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from importlib.util import resolve_name
from pathlib import Path

import pytest
from handed_in import put

import autograder
from assignments.course import COURSE, ROOT
from autograder import batch, handout, versions
from autograder.course import CourseError, find_course
from autograder.intake.collect import Submission
from autograder.marking import mark

FOREIGN = Path(__file__).parent / "foreign"
WEATHER = find_course(FOREIGN)
PACKAGE = ROOT / "autograder"


def run(*arguments, cwd=FOREIGN, module="autograder", **environ):
    """A command as in a terminal, where nothing of this project but the autograder can be imported."""
    environ = os.environ | {"PYTHONPATH": str(cwd)} | environ
    return subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)], cwd=cwd, env=environ, capture_output=True, text=True
    )


def solved(content, prose="How much.", **answers):
    """A notebook that was handed out, with answers in it."""
    book = json.loads(content)
    for cell in book["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        cell["source"] = prose if name == "explain" else answers.get(name, cell["source"])
    return json.dumps(book).encode()


def table(path):
    return list(csv.DictReader(path.open(encoding="utf-8-sig", newline="")))


# ---- a course of somebody else's ----


def test_nothing_of_the_foreign_course_knows_standoff():
    texts = [path.read_text(encoding="utf-8") for path in FOREIGN.rglob("*") if path.suffix in (".py", ".md")]
    assert len(texts) == 3 and not any("standoff" in text.lower() for text in texts)


def test_a_foreign_course_is_released_graded_and_reported_by_the_same_command(tmp_path):
    """From its own folder, where course.py is found; with hidden data, and points by hand."""
    done = run("release", "-o", tmp_path / "handouts")
    assert (done.returncode, done.stderr) == (0, "")
    folder = tmp_path / "handouts" / "1-rain"
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == {
        *("1-rain.ipynb", "README.txt", "data/rain.csv")
    }
    assert (folder / "README.txt").read_text().startswith("Rain in a month\n===============\n")
    notebook = (folder / "1-rain.ipynb").read_bytes()
    assert json.loads(notebook)["metadata"]["weather"] == {"assignment": "1-rain"}

    by_heart = f"wet_days = {sum(row['mm'] != '0' for row in table(folder / 'data' / 'rain.csv'))}"
    answers = {
        "ada": solved(notebook, wet_days="wet_days = len(month().query('mm > 0'))"),
        "ben": solved(notebook, wet_days="wet_days = month()['mm'].sum()"),
        "carla": solved(notebook, wet_days=by_heart),
        "dora": notebook,
    }
    put(tmp_path / "in", {f"{name}/1-rain.ipynb": content for name, content in answers.items()})
    command = ["--course", FOREIGN, "grade", tmp_path / "in", "-o", tmp_path / "out", "--seed", "s"]
    done = run(*command, cwd=tmp_path)
    assert done.returncode == 0 and "4 submissions: 4 graded." in done.stdout, done.stderr
    marks = {row["student"]: row for row in table(tmp_path / "out" / "grades.csv") if row["task"] == "wet_days"}
    assert {name: row["points"] for name, row in marks.items()} == {"ada": "2", "ben": "0", "carla": "0", "dora": "0"}
    assert marks["ben"]["reason"] == "These are millimetres: count days."
    assert "not other data of the same form" in marks["carla"]["reason"]

    prose = tmp_path / "out" / "prose.csv"
    prose.write_text(prose.read_text(encoding="utf-8").replace("ada,1-rain,explain,,", "ada,1-rain,explain,3,"))
    assert run(*command, cwd=tmp_path).returncode == 0
    totals = {row["student"]: row["points"] for row in table(tmp_path / "out" / "submissions.csv")}
    assert totals["ada"] == "5" and "Rain in a month" in (tmp_path / "out" / "class-report.html").read_text()
    assert "5 of 5 points" in (tmp_path / "out" / "feedback" / "ada.html").read_text()


def test_a_course_without_hidden_data_is_judged_on_what_there_is():
    bare = replace(WEATHER, data=lambda seed: {"released": WEATHER.data(seed)["released"]})
    days = sum(
        row["mm"] != "0" for row in csv.DictReader(bare.data("")["released"]["data/rain.csv"].decode().split("\n"))
    )
    by_heart = solved(handout.student_version(bare.read("1")), wet_days=f"wet_days = {days}")
    assert [task.status for task in mark(bare.read("1"), by_heart).tasks] == ["right", "by hand"]
    assert replace(WEATHER, data=None).files_of_kinds() == {"released": {}}


def test_a_course_that_is_not_there_is_asked_for(tmp_path):
    with pytest.raises(CourseError, match="no course.py at .*Remedy"):
        find_course(tmp_path)
    (tmp_path / "course.py").write_text("")
    with pytest.raises(CourseError, match="has no COURSE. Remedy"):
        find_course(tmp_path)
    done = run("release", cwd=tmp_path)
    assert done.returncode == 2 and "has no COURSE" in done.stderr and "Traceback" not in done.stderr


def test_a_home_that_cannot_be_written_asks_for_a_seed(monkeypatch, tmp_path):
    """For example that of an ordinary user on a shared machine; here a file stands in its way."""
    (tmp_path / "state").write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with pytest.raises(CourseError, match=r"cannot be kept \(Not a directory\).* Remedy: give --seed"):
        COURSE.seed()
    assert COURSE.seed("s") == "s"


def test_a_console_that_knows_few_characters_stops_nothing(tmp_path):
    """As on Windows: the name of the file that is missing is not in cp1252."""
    done = run("--course", tmp_path / "Łukasz.py", "release", PYTHONIOENCODING="cp1252", PYTHONUTF8="0")
    assert done.returncode == 2 and "?ukasz" in done.stderr and "Traceback" not in done.stderr


def test_the_same_command_finds_this_book_s_course(monkeypatch):
    monkeypatch.chdir(ROOT / "chapters")
    assert find_course().name == "standoff" and find_course().names() == COURSE.names()


def test_an_assignment_is_the_same_one_after_a_journey_to_another_process():
    one = COURSE.read("3-claims")
    assert pickle.loads(pickle.dumps(one)) is one


# ---- who imports whom ----


def imported(path):
    """The modules that a file of the package imports."""
    package = ".".join(path.relative_to(ROOT).parent.parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield resolve_name("." * node.level + (node.module or ""), package)


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_autograder_imports_of_this_project_only_itself_and_the_answers(path):
    own = {item.name for item in ROOT.iterdir() if item.is_dir()} | {item.stem for item in ROOT.glob("*.py")}
    assert {name.partition(".")[0] for name in imported(path)} & own <= {"autograder", "answers"}
    assert "standoff" not in path.read_text(encoding="utf-8").lower()


def test_the_command_line_of_the_library_does_not_load_the_autograder():
    code = "import sys, standoff.cli; assert not {'autograder', 'assignments'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


@pytest.mark.parametrize("command", [["grade", "in", "-o", "out"], ["assignment", "release"], ["assignment"]])
def test_in_a_hand_out_the_command_says_where_grading_is(tmp_path, command):
    """There the library is, without the autograder: it is no program that ends in a traceback."""
    with zipfile.ZipFile(handout.release(COURSE, "1", tmp_path, zipped=True)) as archive:
        archive.extractall(tmp_path)
    done = run(*command, cwd=tmp_path / "1-source", module="standoff")
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr == "Assignments and their grading are not in this folder, but in the project's repository.\n"


# ---- what kept marks depend on ----


@pytest.fixture
def key(tmp_path):
    """key(): that of a submission to a copy of the foreign course, as a new process would find it."""
    shutil.copytree(FOREIGN, tmp_path / "course", ignore=shutil.ignore_patterns("__pycache__"))
    library = tmp_path / "course" / "forecast"
    (library / "unused.py").write_text("")
    course = replace(WEATHER, assignments=tmp_path / "course" / "assignments", library=(library,))

    def of(seed="s", notebook=b"{}", course=course):
        versions.fingerprint.cache_clear()
        batch._judged_by.cache_clear()
        return batch.key(Submission("ada", course.read("1-rain"), "", notebook), seed)

    of.library = library
    return of


def test_a_kept_mark_depends_on_the_code_that_can_matter_and_on_no_other(key):
    before = key()
    (key.library / "unused.py").write_text("changed = 1")
    assert key() == before, "nothing that is preloaded imports it"
    (key.library / "__init__.py").write_text("from . import unused\n")
    imported = key()
    (key.library / "unused.py").write_text("changed = 2")
    assert len({before, imported, key()}) == 3
    assert len({key(), key("other seed"), key(notebook=b"[]")}) == 3


def test_a_kept_mark_depends_on_the_versions_of_python_and_of_packages(key, monkeypatch):
    before, found = key(), {""}
    real = versions.version
    for package in ("pandas", "numpy"):
        monkeypatch.setattr(versions, "version", lambda name, package=package: "0" if name == package else real(name))
        found.add(key())
    monkeypatch.setattr(versions, "version", real)
    monkeypatch.setattr(versions.sys, "version", "4.0")
    assert len(found | {before, key()}) == 5


def test_a_kept_mark_does_not_depend_on_how_often_a_package_is_on_the_path(key, monkeypatch):
    before, real = key(), versions.packages_distributions
    monkeypatch.setattr(versions, "packages_distributions", lambda: {name: 2 * them for name, them in real().items()})
    assert key() == before


def test_an_edit_of_the_reading_desk_keeps_all_marks_of_this_book():
    files, packages = versions.imported(COURSE)
    used = {"autograder.marking", "autograder.run.runner", "answers.values", "standoff.case", "standoff.rules"}
    assert used <= set(files) and {"pandas", "numpy", "networkx"} <= packages
    assert not {
        name for name in files if name.startswith(("standoff.display", "autograder.report", "autograder.batch"))
    }


def test_the_public_interface():
    assert {name: getattr(autograder, name).__module__ for name in autograder.__all__} == {
        "Course": "autograder.course",
        "compare": "answers.compare",
        "grade": "autograder.batch",
        "release": "autograder.handout",
    }
