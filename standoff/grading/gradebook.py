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
from pathlib import Path

import nbformat

from . import assignment as sources
from .release import as_bytes, readable
from .submission import Refused, Unreadable, read_cells

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
            source.parent.mkdir(parents=True, exist_ok=True)
            source.write_bytes(as_bytes(readable(sources.read(name))))
            done = api.generate_assignment(name, force=True, create=True)
            if not done["success"]:
                raise sources.AssignmentError(f"nbgrader cannot release {name}:\n{done['log'] or done['error']}")
    return folder


def export(marked, folder):
    """Write marks into the gradebook of a course, which is made if it is not there; return its Path.

    marked: (Submission, Result) of each submission, see collect.py and marks.py. Points and comments that somebody gave by
    hand in the gradebook stay. Raises AssignmentError.
    """
    marked = [(submission, result) for submission, result in marked if submission.assignment]
    folder = course(folder, sorted({submission.assignment for submission, _ in marked}))
    with _nbgrader() as nbgrader, nbgrader.api.Gradebook(_database(folder), "standoff") as gradebook:
        for submission, result in marked:
            assignment = sources.read(submission.assignment)
            student = _id(submission.student)
            path = folder / "autograded" / student / assignment.name / f"{assignment.name}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(as_bytes(_shown(assignment, submission, result)))
            gradebook.update_or_create_student(student, lms_user_id=submission.student)
            gradebook.update_or_create_submission(assignment.name, student)
            for task, said in zip(assignment.tasks, result.tasks, strict=True):
                where = assignment.name, assignment.name, student
                grade, comment = gradebook.find_grade(task.check, *where), gradebook.find_comment(task.name, *where)
                grade.auto_score = said.points
                grade.needs_manual_grade = said.points is None and grade.manual_score is None
                comment.auto_comment = said.reason or None
        gradebook.db.commit()
    return folder


def manual_points(folder):
    """What was given by hand: dict of (points, comment) by (student, assignment, task). Raises AssignmentError."""
    path = Path(folder) / DATABASE
    if not path.is_file():  # nbgrader would make an empty one
        raise sources.AssignmentError(f"{path}: there is no gradebook. Remedy: name the folder of an nbgrader course")
    given = {}
    with _nbgrader() as nbgrader, nbgrader.api.Gradebook(_database(folder), "standoff") as gradebook:
        for assignment in (sources.read(one.name) for one in gradebook.assignments if one.name in sources.names()):
            for submission in gradebook.assignment_submissions(assignment.name):
                where = assignment.name, assignment.name, submission.student.id
                for task in assignment.tasks:
                    grade, comment = gradebook.find_grade(task.check, *where), gradebook.find_comment(task.name, *where)
                    if grade.manual_score is not None:
                        points = grade.manual_score + (grade.extra_credit or 0)
                        student = submission.student.lms_user_id or submission.student.id
                        given[student, assignment.name, task.name] = points, comment.comment or ""
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
            "Remedy: python book.py run pip install --requirement requirements-grading.txt"
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
