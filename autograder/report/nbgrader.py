"""nbgrader's door: a course folder for its tools, with our marks in its gradebook; points given by hand there come back.

The course has source/ (with solutions), release/, gradebook.db, and autograded/ with what the form-grading shows. That is made
of our source and of what the student wrote as plain text, never of the submitted file: whose outputs and Markdown could run
code in the teacher's browser, next to the marks. There is no submitted/, so that no button runs a submission unsandboxed.
"""

import contextlib
import hashlib
import logging
import os
import re
import sys
import textwrap
import warnings
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import nbformat

from .. import source as sources
from ..intake.submission import Refused, Unreadable, read_cells
from ..release import as_bytes, readable

DATABASE = "gradebook.db"
CONFIG = "nbgrader_config.py"
SETTINGS = """\
c = get_config()
c.CourseDirectory.course_id = "standoff"
c.CourseDirectory.root = {root!r}
"""
SHOWN = 100  # characters in a line of an answer


def course(folder, names=None):
    """Make or renew an nbgrader course with these assignments (default: all); return its Path. Raises AssignmentError."""
    folder = Path(folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CONFIG).write_text(SETTINGS.format(root=str(folder)), encoding="utf-8")
    with _nbgrader() as nbgrader:
        api = nbgrader.apps.NbGraderAPI(config=_config(folder))
        for name in names or sources.names():
            source = folder / "source" / name / f"{name}.ipynb"
            content = as_bytes(readable(sources.read(name)))
            if source.is_file() and source.read_bytes() == content and (folder / "release" / name).is_dir():
                continue
            source.parent.mkdir(parents=True, exist_ok=True)
            source.write_bytes(content)
            done = api.generate_assignment(name, force=True, create=True)
            if not done["success"]:
                raise sources.AssignmentError(f"nbgrader cannot release {name}:\n{done['log'] or done['error']}")
    return folder


def exchange(graded, folder):
    """Bring marks into the gradebook of a course, and return them with those that were given there by hand.

    graded: list of Graded (see grade.py). Raises AssignmentError.
    """
    export(graded, folder)
    given = manual_points(folder)

    def by_hand(one, task):
        points, comment = given.get((one.submission.student, one.submission.assignment, task.task), (None, ""))
        return task if points is None else replace(task, points=points, status="marked", reason=comment)

    return [
        replace(one, result=replace(one.result, tasks=tuple(by_hand(one, task) for task in one.result.tasks)))
        for one in graded
    ]


def export(graded, folder):
    """Write marks into the gradebook of a course, which is made if it is not there. Raises AssignmentError.

    graded: items with a submission and its result, see collect.py and marks.py. What somebody gave by hand in the gradebook
    stays; where the answer is another one now, it has to be looked at again there.
    """
    graded = [one for one in graded if one.submission.assignment]
    folder = course(folder, sorted({one.submission.assignment for one in graded}))
    with _nbgrader() as nbgrader, nbgrader.api.Gradebook(_database(folder), "standoff") as gradebook:
        for one in graded:
            assignment, student = sources.read(one.submission.assignment), _id(one.submission.student)
            path = folder / "autograded" / student / assignment.name / f"{assignment.name}.ipynb"
            before = _sources(path)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(as_bytes(_shown(assignment, one.submission, one.result)))
            now = _sources(path)
            gradebook.update_or_create_student(student, lms_user_id=one.submission.student)
            gradebook.update_or_create_submission(assignment.name, student)
            for task, said in zip(assignment.tasks, one.result.tasks, strict=True):
                where = assignment.name, assignment.name, student
                grade, comment = gradebook.find_grade(task.check, *where), gradebook.find_comment(task.name, *where)
                grade.auto_score = said.points
                comment.auto_comment = said.reason or None
                if grade.manual_score is None:
                    grade.needs_manual_grade = said.points is None
                elif before[task.name] != now[task.name]:
                    grade.needs_manual_grade = True
        gradebook.db.commit()


def manual_points(folder):
    """What was given by hand: dict of (points, comment) by (student, assignment, task). Raises AssignmentError."""
    path = Path(folder) / DATABASE
    if not path.is_file():  # nbgrader would make an empty one
        raise sources.AssignmentError(f"{path}: there is no gradebook. Remedy: name the folder of an nbgrader course")
    given = {}
    with _nbgrader() as nbgrader, nbgrader.api.Gradebook(_database(folder), "standoff") as gradebook:
        for assignment in (sources.read(one.name) for one in gradebook.assignments if one.name in sources.names()):
            for submission in gradebook.assignment_submissions(assignment.name):
                student = submission.student
                for task in assignment.tasks:
                    where = assignment.name, assignment.name, student.id
                    grade, comment = gradebook.find_grade(task.check, *where), gradebook.find_comment(task.name, *where)
                    if grade.manual_score is not None and not grade.needs_manual_grade:
                        points = grade.manual_score + (grade.extra_credit or 0)
                        place = student.lms_user_id or student.id, assignment.name, task.name
                        given[place] = points, comment.manual_comment or ""
    return given


# ---- what the form-grading shows ----


def _shown(assignment, submission, result):
    """The notebook of a submission: our cells, the student's answers as plain text, and what was found."""
    answers = _answers(submission.notebook)
    notebook = readable(assignment)
    said = {one.task: one for one in result.tasks}
    tasks = {task.check: task for task in assignment.tasks}
    for cell in notebook.cells:
        name = sources.role(cell).get("grade_id")
        task = tasks.get(name)
        if task and task.prose:
            cell.source = _literal(said[name].answer or answers.get(name, ""))
        elif name in said:
            cell.source = answers.get(name, "")
        elif task:
            words = f"{said[task.name].status}. {said[task.name].reason}".strip()
            cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=words + "\n")]
    notes = [f"Submission: {result.status}. {result.reason}", *map(str, result.cells_failed)]
    notebook.cells.insert(0, nbformat.v4.new_markdown_cell(_literal("\n".join(notes)), id="status"))
    return notebook


def _sources(path):
    """What stands in the cells of a notebook of ours, by their grade_id: a dict with "" for what is not there."""
    cells = nbformat.read(path, as_version=4).cells if path.is_file() else []
    return defaultdict(str, {sources.role(cell).get("grade_id"): cell.source for cell in cells})


def _answers(notebook):
    """What stands in the cells of a submitted notebook, by their grade_id: dict of str."""
    answers = {}
    try:
        for cell in read_cells(notebook) if notebook is not None else []:
            if cell.name:
                answers[cell.name] = f"{answers[cell.name]}\n\n{cell.source}" if cell.name in answers else cell.source
    except (Refused, Unreadable):
        pass  # the status says so
    return answers


def _literal(words):
    """Words as a block of Markdown in which no mark-up, formula or link of theirs has a meaning."""
    lines = [part for line in words.splitlines() for part in textwrap.wrap(line, SHOWN) or [""]]
    return "\n".join(f"    {line}" for line in lines)


# ---- nbgrader, where it is installed ----


@contextlib.contextmanager
def _nbgrader():
    """The module nbgrader, quiet: what fails it also returns. It looks for `alembic` among the programs: this environment's."""
    try:
        import nbgrader.api
        import nbgrader.apps
    except ModuleNotFoundError as error:
        raise sources.AssignmentError(
            f"{error.name} is not installed, which the gradebook needs. "
            "Remedy: python book.py run pip install -c requirements.txt -e .[grading]"
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


def _config(folder):
    from traitlets.config import Config

    return Config({"CourseDirectory": {"root": str(folder), "course_id": "standoff"}})


def _database(folder):
    return f"sqlite:///{Path(folder).resolve() / DATABASE}"


def _id(student):
    """A student's name as nbgrader may have it: that of a folder, and without mark-up, which its pages do not escape."""
    name = re.sub(r"""[<>&"'`{}/\\]|^\.+""", "_", student)
    return name if name == student else f"{name}-{hashlib.sha256(student.encode()).hexdigest()[:6]}"
