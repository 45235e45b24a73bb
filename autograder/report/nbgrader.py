"""Bring marks into the gradebook of an nbgrader course, and bring back points given there by hand.

The course has source/ (with solutions), release/, gradebook.db, and autograded/ with what the form-grading shows. That is made
of the assignment's source and of what the student wrote as plain text, never of the submitted file: whose outputs and Markdown
could run code in the teacher's browser, next to the marks. There is no submitted/, so that no button runs a submission
unsandboxed.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import re
import sys
import textwrap
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
from nbformat import NotebookNode

from ..course import Course
from ..handout import as_bytes, readable
from ..intake.collect import Submission
from ..intake.submission import Refused, Unreadable, read_cells
from ..marking import NOT_MARKED, Result
from ..source import Assignment, AssignmentError, role
from .tables import give

if TYPE_CHECKING:
    from ..batch import Graded

DATABASE = "gradebook.db"
CONFIG = "nbgrader_config.py"
SETTINGS = """\
c = get_config()
c.CourseDirectory.course_id = {name!r}
c.CourseDirectory.root = {root!r}
"""
SHOWN = 100  # characters in a line of an answer


def make_course(course: Course, folder: str | Path, names: Iterable[str] = ()) -> Path:
    """Make or renew an nbgrader course with these assignments (default: all); return its path. Raises AssignmentError."""
    folder = Path(folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CONFIG).write_text(SETTINGS.format(name=course.name, root=str(folder)), encoding="utf-8")
    with _nbgrader() as nbgrader:
        from traitlets.config import Config

        config = Config({"CourseDirectory": {"root": str(folder), "course_id": course.name}})
        api = nbgrader.apps.NbGraderAPI(config=config)
        for name in names or course.names():
            source = folder / "source" / name / f"{name}.ipynb"
            content = as_bytes(readable(course.read(name)))
            if source.is_file() and source.read_bytes() == content and (folder / "release" / name).is_dir():
                continue
            source.parent.mkdir(parents=True, exist_ok=True)
            source.write_bytes(content)
            done = api.generate_assignment(name, force=True, create=True)
            if not done["success"]:
                raise AssignmentError(f"nbgrader cannot release {name}:\n{done['log'] or done['error']}")
    return folder


def exchange(course: Course, graded: list[Graded], folder: str | Path) -> list[Graded]:
    """Bring marks into a gradebook, and return them with those that were given there by hand. Raises AssignmentError."""
    export(course, graded, folder)
    given = manual_points(course, folder)
    return give(graded, lambda about, task: given.get((about.student, about.assignment_name, task.task)))


def export(course: Course, graded: list[Graded], folder: str | Path) -> None:
    """Write marks into the gradebook of a course, which is made if it is not there. Raises AssignmentError.

    Points given by hand in the gradebook stay; if the answer has changed since, they have to be confirmed there.
    """
    graded = [one for one in graded if one.submission.assignment and one.result.status not in ("missing", NOT_MARKED)]
    folder = make_course(course, folder, sorted({one.submission.assignment_name for one in graded}))
    with _gradebook(course, folder) as gradebook:
        for one in graded:
            assignment, student = one.submission.assignment, _id(one.submission.student)
            path = folder / "autograded" / student / assignment.name / f"{assignment.name}.ipynb"
            before = _sources(path)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(as_bytes(_shown(one.submission, one.result)))
            now = _sources(path)
            gradebook.update_or_create_student(student, lms_user_id=one.submission.student)
            gradebook.update_or_create_submission(assignment.name, student)
            for (task, grade, comment), result in zip(
                _given(gradebook, assignment, student), one.result.tasks, strict=True
            ):
                grade.auto_score = result.points
                comment.auto_comment = result.reason or None
                if grade.manual_score is None:
                    grade.needs_manual_grade = result.points is None
                elif before[task.name] != now[task.name]:
                    grade.needs_manual_grade = True
        gradebook.db.commit()


def manual_points(course: Course, folder: str | Path) -> dict[tuple[str, str, str], tuple[float, str]]:
    """Return (points, comment) that were given by hand, by (student, assignment, task). Raises AssignmentError."""
    path = Path(folder) / DATABASE
    if not path.is_file():  # nbgrader would make an empty one
        raise AssignmentError(f"{path}: there is no gradebook. Remedy: name the folder of an nbgrader course")
    given = {}
    with _gradebook(course, folder) as gradebook:
        for assignment in (course.read(one.name) for one in gradebook.assignments if one.name in course.names()):
            for submission in gradebook.assignment_submissions(assignment.name):
                student = submission.student
                for task, grade, comment in _given(gradebook, assignment, student.id):
                    if grade.manual_score is not None and not grade.needs_manual_grade:
                        points = grade.manual_score + (grade.extra_credit or 0)
                        about = student.lms_user_id or student.id, assignment.name, task.name
                        given[about] = points, comment.manual_comment or ""
    return given


def _given(gradebook, assignment: Assignment, student: str) -> Iterator[tuple]:
    """Yield each task of a submission with its grade and its comment in the gradebook."""
    where = assignment.name, assignment.name, student
    for task in assignment.tasks:
        yield task, gradebook.find_grade(task.check, *where), gradebook.find_comment(task.name, *where)


# ---- what the form-grading shows ----


def _shown(submission: Submission, result: Result) -> NotebookNode:
    """Return the notebook of a submission: the source's cells, the student's answers as plain text, and the marks."""
    answers, assignment = _answers(submission.notebook), submission.assignment
    notebook = readable(assignment)
    results = {task.task: task for task in result.tasks}
    tasks = {task.check: task for task in assignment.tasks}
    for cell in notebook.cells:
        name = role(cell).get("grade_id")
        task = tasks.get(name)
        if task and task.prose:
            cell.source = _literal(results[name].answer or answers.get(name, ""))
        elif name in results:
            cell.source = answers.get(name, "")
        elif task:
            words = f"{results[task.name].status}. {results[task.name].reason}".strip()
            cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=words + "\n")]
    notes = [f"Submission: {result.status}. {result.reason}", *map(str, result.cells_failed)]
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell(_literal("\n".join(notes)), id="status"))
    return notebook


def _sources(path: Path) -> dict[str, str]:
    """Return the cells of a notebook that `_shown` made, by their grade_id; "" for what is not there."""
    cells = nbformat.read(path, as_version=4).cells if path.is_file() else []
    return defaultdict(str, {role(cell).get("grade_id"): cell.source for cell in cells})


def _answers(notebook: Path | bytes | None) -> dict[str, str]:
    """Return the cells of a submitted notebook, by their grade_id."""
    answers = defaultdict(list)
    with contextlib.suppress(Refused, Unreadable):  # the status says so
        for cell in read_cells(notebook) if notebook is not None else []:
            answers[cell.name].append(cell.source)
    return {name: "\n\n".join(sources) for name, sources in answers.items()}


def _literal(words: str) -> str:
    """Return words as a block of Markdown in which no mark-up, formula or link of theirs has a meaning."""
    lines = [part for line in words.splitlines() for part in textwrap.wrap(line, SHOWN) or [""]]
    return "\n".join(f"    {line}" for line in lines)


# ---- nbgrader, where it is installed ----


@contextlib.contextmanager
def _nbgrader() -> Iterator:
    """Give the module nbgrader, quiet: what fails it also returns. It looks for `alembic` among the programs: this environment's."""
    try:
        import nbgrader.api
        import nbgrader.apps
    except ModuleNotFoundError as error:
        raise AssignmentError(
            f"{error.name} is not installed, which the gradebook needs. "
            "Remedy: pip install nbgrader, where this command runs"
        ) from None
    path, logger = os.environ.get("PATH", ""), logging.getLogger("traitlets")
    level = logger.level
    os.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + path
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield nbgrader
    finally:
        os.environ["PATH"] = path
        logger.setLevel(level)


@contextlib.contextmanager
def _gradebook(course: Course, folder: str | Path) -> Iterator:
    database = f"sqlite:///{Path(folder).resolve() / DATABASE}"
    with _nbgrader() as nbgrader, nbgrader.api.Gradebook(database, course.name) as gradebook:
        yield gradebook


def _id(student: str) -> str:
    """Return a student's name as nbgrader may have it: that of a folder, and without mark-up, which its pages do not escape."""
    name = re.sub(r"""[<>&"'`{}/\\]|^\.+""", "_", student)
    return name if name == student else f"{name}-{hashlib.sha256(student.encode()).hexdigest()[:6]}"
