"""Write a page for each student: what became of her tasks, in plain words, without anything of a hidden check."""

from __future__ import annotations

import functools
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote

import jinja2

from ..marking import TaskResult
from ..source import Task
from .tables import format_points, known_points

if TYPE_CHECKING:
    from ..batch import Graded

WORDS = {  # of a task's status, and how it looks
    "right": ("Right", "right"),
    "wrong": ("Not right yet", "wrong"),
    "no answer": ("No answer yet", "none"),
    "error": ("Stopped with an error", "error"),
    "not reached": ("Not reached", "none"),
    "by hand": ("Waits for your teacher", "wait"),
    "marked": ("Read by your teacher", "right"),
}
TOLD = {  # of a submission's status
    "graded": "",
    "partly graded": "Some cells of your notebook stopped with an error; all the other tasks were marked.",
    "timed out": "A part of your notebook took too long and was stopped; what could be marked was marked.",
    "crashed": "Your notebook could not be run to its end; what could be marked was marked.",
    "refused": "This could not be marked. Please talk to your teacher about handing it in again.",
    "unreadable": "The notebook could not be read. Please talk to your teacher about handing it in again.",
}
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)$", re.I)  # what Windows keeps for itself


@functools.cache
def templates() -> jinja2.Environment:
    """Return the templates of all pages. They escape whatever they are given."""
    loader, undefined = jinja2.PackageLoader("autograder.report", "templates"), jinja2.StrictUndefined
    return jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=undefined)


def pages(graded: list[Graded]) -> dict[str, str]:
    """Return the pages as HTML by name of file, one for each student."""
    students = defaultdict(list)
    for one in graded:
        students[one.submission.student].append(one)
    names = file_names(students)
    template = templates().get_template("feedback.html")
    return {
        names[student]: template.render(title=f"Feedback for {student}", assignments=list(map(_assignment, theirs)))
        for student, theirs in students.items()
    }


def file_names(students: Iterable[str]) -> dict[str, str]:
    """Return names of the pages by student: her name with what file systems do not like replaced; different for all."""
    plain = {student: _short(re.sub(r"[^\w.-]+", "_", student).strip("._")) or "student" for student in students}
    taken = defaultdict(list)
    for student, name in plain.items():
        taken[name.casefold()].append(student)
    for student, name in plain.items():
        if len(taken[name.casefold()]) > 1 or RESERVED.match(name):
            plain[student] += "-" + hashlib.sha256(student.encode()).hexdigest()[:6]
    return {student: f"{name}.html" for student, name in plain.items()}


def _short(name: str, length: int = 120) -> str:
    """Return the beginning of a name that has at most so many bytes: file systems count these, and take 255."""
    return name.encode()[:length].decode(errors="ignore")


def link(file: str) -> str:
    """Return the address of a page in the folder feedback."""
    return f"feedback/{quote(file)}"


def _assignment(graded: Graded) -> dict:
    assignment, result = graded.submission.assignment, graded.result
    tasks = {task.name: task for task in assignment.tasks} if assignment else {}
    waiting = sum(task.points is None for task in result.tasks)
    so_far = "."
    if waiting:
        answers = "one answer is" if waiting == 1 else f"{waiting} answers are"
        so_far = f" so far; {answers} still to be marked."
    unread = result.status in ("refused", "unreadable")
    marked = assignment and not graded.is_grader_error and not unread
    summed_up = (unread or result.status == "crashed") and not result.cells_failed
    return {
        "title": assignment.title if assignment else "What you handed in",
        "told": "" if graded.is_grader_error else TOLD[result.status],
        "reason": result.reason if summed_up or not marked else "",
        "points": format_points(known_points(result)),
        "most": sum(task.points for task in tasks.values()),
        "so_far": so_far,
        "tasks": [_task(task, tasks[task.task]) for task in result.tasks] if marked else [],
        "failed": [
            {"number": cell.cell, "title": tasks[cell.task].title if cell.task else "", "line": cell.line}
            | {"error": cell.error}
            for cell in result.cells_failed
            if not cell.error.startswith("NotImplementedError")  # as it was handed out: the task says so
        ],
        "written": [
            _task(task, tasks[task.task])
            | {"text": task.answer, "comment": task.reason, "marked": task.status == "marked"}
            for task in result.tasks
            if task.status in ("by hand", "marked")
        ],
    }


def _task(result: TaskResult, task: Task) -> dict:
    word, kind = WORDS[result.status]
    if result.status == "marked" and result.points < task.points:
        kind = "wait"
    return {
        "title": task.title,
        "points": format_points(result.points) or "–",
        "most": task.points,
        "word": word,
        "kind": kind,
        "reason": "" if result.status == "marked" else result.reason,
    }
