"""nbgrader's door: it releases the sources as we do, shows our marks, and what a teacher gives there comes back."""

import shutil
import sys
from types import SimpleNamespace

import jupytext
import nbformat
import pytest
from traitlets.config import Config

from assignments.course import COURSE
from autograder import handout
from autograder.batch import Graded
from autograder.intake.collect import Submission
from autograder.marking import Failure, Result, TaskResult
from autograder.report import nbgrader as gradebook
from autograder.source import AssignmentError

nbgrader_api = pytest.importorskip("nbgrader.api", reason="needs nbgrader: `python book.py test` installs it")

NAMES = COURSE.names()
NAME = next(name for name in NAMES if any(task.prose for task in COURSE.read(name).tasks))
HOSTILE = (
    "Two <script>alert(1)</script> **bold** $\\href{javascript:alert(1)}{x}$ [y](javascript:alert(1)) ![z](http://x/y)"
)


@pytest.fixture(scope="module")
def stock(tmp_path_factory):
    """A course in which the sources, converted by jupytext and nothing else, were released by nbgrader itself."""
    folder = tmp_path_factory.mktemp("stock")
    for name in NAMES:
        path = folder / "source" / name / f"{name}.ipynb"
        path.parent.mkdir(parents=True)
        jupytext.write(jupytext.read(COURSE.assignments / name / f"{name}.md"), path)
    with gradebook._nbgrader() as nbgrader:
        api = nbgrader.apps.NbGraderAPI(config=Config({"CourseDirectory": {"root": str(folder)}}))
        for name in NAMES:
            done = api.generate_assignment(name, create=True)
            assert done["success"], done["log"]
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_our_release_is_that_of_nbgrader(stock, name):
    one = COURSE.read(name)
    theirs = nbformat.read(stock / "release" / name / f"{name}.ipynb", as_version=4).cells
    ours = nbformat.reads(handout.student_version(one).decode(), as_version=4).cells
    readable = handout.readable(one).cells
    assert len(ours) == len(theirs)
    for cell, other, source in zip(ours, theirs, one.notebook.cells):
        if other.cell_type == "markdown" and other.source == source.source:  # text that is handed out as it is
            other.source = next(mine.source for mine in readable if mine.id == cell.id)
            if "checksum" in other.metadata.get("nbgrader", {}):
                other.metadata["nbgrader"]["checksum"] = cell.metadata["nbgrader"]["checksum"]
        assert (cell.cell_type, cell.source) == (other.cell_type, other.source)
        assert cell.metadata == other.metadata


def graded(student, text, points=None, notebook=None, status="graded"):
    """What a submission might come to: all code right, or `points` for it; `text` in each answer in prose."""
    tasks = COURSE.read(NAME).tasks
    said = [
        TaskResult(task.name, None, "by hand", "", text)
        if task.prose
        else TaskResult(task.name, float(task.points) if points is None else points, "right", "A <b>reason</b>.")
        for task in tasks
    ]
    notebook = handout.student_version(COURSE.read(NAME)) if notebook is None else notebook
    failed = (Failure(3, tasks[0].name, 1, "NameError: <i>x</i>"),)
    return Graded(
        Submission(student, COURSE.read(NAME), "a.ipynb", notebook), Result(status, "Why.", tuple(said), failed)
    )


@pytest.fixture(scope="session")
def empty(tmp_path_factory):
    """A course with one assignment and no submissions."""
    return gradebook.make_course(COURSE, tmp_path_factory.mktemp("empty") / "course", [NAME])


@pytest.fixture
def tmp_course(tmp_path, empty):
    return shutil.copytree(empty, tmp_path / "course")


@pytest.fixture
def course(tmp_course):
    """course(text): the tasks of a submission by Ada with this text, after they went through the gradebook."""

    def exchange(text):
        [one] = gradebook.exchange(COURSE, [graded("Ada", text)], tmp_course)
        return {task.task: task for task in one.result.tasks}

    return SimpleNamespace(folder=tmp_course, exchange=exchange)


def book(folder):
    return nbgrader_api.Gradebook(f"sqlite:///{folder / 'gradebook.db'}", "standoff")


PROSE = next(task.name for task in COURSE.read(NAME).tasks if task.prose)
CODE = next(task for task in COURSE.read(NAME).tasks if not task.prose)


def by_hand(folder, student, cell, points, comment):
    """What the form-grading does when a teacher types points and a comment."""
    with book(folder) as there:
        grade = there.find_grade(cell, NAME, NAME, student)
        grade.manual_score, grade.needs_manual_grade = points, False
        name = CODE.name if cell == CODE.check else cell
        there.find_comment(name, NAME, NAME, student).manual_comment = comment
        there.db.commit()


def test_marks_stand_in_the_gradebook_and_prose_waits_for_somebody(course):
    tasks = course.exchange("An answer.")
    assert tasks[PROSE].points is None and tasks[PROSE].status == "by hand"
    with book(course.folder) as there:
        for task in COURSE.read(NAME).tasks:
            grade = there.find_grade(task.check, NAME, NAME, "Ada")
            assert (grade.auto_score, grade.max_score) == (None if task.prose else task.points, task.points)
            assert grade.needs_manual_grade == task.prose
        assert there.find_submission(NAME, "Ada").needs_manual_grade


def test_points_given_by_hand_come_back_and_stay(course):
    course.exchange("An answer.")
    by_hand(course.folder, "Ada", PROSE, 1.5, "Name a claim.")
    by_hand(course.folder, "Ada", CODE.check, 0.5, "")
    assert gradebook.manual_points(COURSE, course.folder) == {
        ("Ada", NAME, PROSE): (1.5, "Name a claim."),
        ("Ada", NAME, CODE.name): (0.5, ""),
    }
    for _ in range(2):
        tasks = course.exchange("An answer.")
        assert (tasks[PROSE].points, tasks[PROSE].status, tasks[PROSE].reason) == (1.5, "marked", "Name a claim.")
        assert (tasks[CODE.name].points, tasks[CODE.name].status) == (0.5, "marked")


def test_points_for_an_answer_that_has_changed_wait_to_be_confirmed(course):
    course.exchange("An answer.")
    by_hand(course.folder, "Ada", PROSE, 2, "")
    assert course.exchange("Another answer.")[PROSE].status == "by hand"
    with book(course.folder) as there:
        grade = there.find_grade(PROSE, NAME, NAME, "Ada")
        assert grade.needs_manual_grade and grade.manual_score == 2


def test_a_name_that_pages_could_take_for_mark_up_is_another_one_there_and_itself_here(tmp_path, tmp_course):
    students = ["<img src=x>", "../../away", '"quoted"', "Zoë Ångström", "<img src=x?"]
    gradebook.export(COURSE, [graded(student, "An answer.") for student in students], tmp_course)
    with book(tmp_course) as there:
        known = [student.id for student in there.students]
    assert len(set(known)) == len(students) and not any(set(name) & set("<>\"'/\\") for name in known)
    assert {path.name for path in (tmp_course / "autograded").iterdir()} == set(known)
    for student in known:
        by_hand(tmp_course, student, PROSE, 1, "")
    assert {key[0] for key in gradebook.manual_points(COURSE, tmp_course)} == set(students)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["course"]


@pytest.fixture
def page(tmp_course):
    """page(Graded): the page of the form-grading for it, as nbgrader makes it, and the same without what stands in <pre>."""

    def render(one):
        from nbconvert.exporters import HTMLExporter
        from nbgrader.server_extensions.formgrader import handlers

        gradebook.export(COURSE, [one], tmp_course)
        exporter = HTMLExporter(template_name="formgrade", extra_template_basedirs=[handlers.template_path])
        resources = {"assignment_id": NAME, "notebook_id": NAME, "submission_id": "1", "index": 0, "total": 1}
        resources |= {"base_url": "", "student": "Ada", "last_name": None, "first_name": None, "notebook_path": "x"}
        path = tmp_course / "autograded" / "Ada" / NAME / f"{NAME}.ipynb"
        return exporter.from_filename(str(path), resources=resources)[0]

    return render


def test_the_form_grading_shows_the_answer_the_hidden_tests_and_what_was_found(page):
    text = page(graded("Ada", "My answer in prose."))
    assert "My answer in prose." in text and "right. A &lt;b&gt;reason&lt;/b&gt;." in text
    assert "BEGIN HIDDEN TESTS" in text and "Submission: graded. Why." in text
    assert text.count('class="score') == len(COURSE.read(NAME).tasks), "a field for the points of each task"


def test_no_submission_has_its_mark_up_or_output_in_the_teachers_browser(page):
    notebook = nbformat.reads(handout.student_version(COURSE.read(NAME)).decode(), as_version=4)
    notebook.cells.append(nbformat.v4.new_markdown_cell("<script>alert(2)</script>"))
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = "'<script>alert(3)</script>'"
            data = {"text/html": "<script>alert(4)</script>"}
            cell.outputs = [nbformat.v4.new_output("display_data", data=data)]
    text = page(graded("Ada", HOSTILE, notebook=nbformat.writes(notebook).encode()))
    assert "<script>alert" not in text and "alert(2)" not in text and "alert(4)" not in text
    literal = text[text.index("Two &lt;script") - 11 :]
    assert literal.startswith("<pre><code>Two"), "in a block of code, where formulas and links mean nothing"
    assert 'href="javascript' not in text and 'src="http://x/y"' not in text


def test_no_button_runs_a_submission_unsandboxed(course):
    course.exchange("An answer.")
    assert not (course.folder / "submitted").exists()


@pytest.mark.parametrize("content", [b"no notebook", None])
def test_what_could_not_be_read_has_its_status_and_no_points(page, content):
    one = graded("Ada", "", points=0.0, notebook=b"", status="unreadable")
    one = Graded(Submission("Ada", COURSE.read(NAME), "a.ipynb", content), one.result)
    assert "Submission: unreadable. Why." in page(one)


def test_without_nbgrader_a_sentence_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "nbgrader.api", None)
    with pytest.raises(AssignmentError, match="Remedy: pip install nbgrader"):
        gradebook.make_course(COURSE, tmp_path)


def test_a_folder_without_a_gradebook_stays_without(tmp_path):
    with pytest.raises(AssignmentError, match="there is no gradebook"):
        gradebook.manual_points(COURSE, tmp_path)
    assert not list(tmp_path.iterdir())
