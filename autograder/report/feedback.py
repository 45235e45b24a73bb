"""A page for each student: what became of her tasks, in plain words, without anything of a hidden check."""

import functools
import hashlib
import re
from collections import defaultdict
from urllib.parse import quote

import jinja2

from .. import source as sources
from .tables import most, number, total

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
def templates():
    """The templates of all pages. They escape whatever they are given."""
    loader = jinja2.PackageLoader("autograder.report", "templates")
    return jinja2.Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )


def pages(graded):
    """The pages as HTML by name of file, one for each student in a list of Graded."""
    students = defaultdict(list)
    for one in graded:
        students[one.submission.student].append(one)
    names = file_names(students)
    template = templates().get_template("feedback.html")
    return {
        names[student]: template.render(
            title=f"Feedback for {student}", assignments=[_assignment(one) for one in theirs]
        )
        for student, theirs in students.items()
    }


def file_names(students):
    """Names of the pages by student: her name with what file systems do not like replaced; different for all."""
    plain = {student: _short(re.sub(r"[^\w.-]+", "_", student).strip("._")) or "student" for student in students}
    taken = defaultdict(list)
    for student, name in plain.items():
        taken[name.casefold()].append(student)
    for student, name in plain.items():
        if len(taken[name.casefold()]) > 1 or RESERVED.match(name):
            plain[student] += "-" + hashlib.sha256(student.encode()).hexdigest()[:6]
    return {student: f"{name}.html" for student, name in plain.items()}


def _short(name, length=120):
    """The beginning of a name that has at most so many bytes: file systems count these, and take 255."""
    return name.encode()[:length].decode(errors="ignore")


def link(file):
    """The address of a page in the folder feedback."""
    return f"feedback/{quote(file)}"


def _assignment(graded):
    about, result = graded.submission, graded.result
    points = most(about.assignment)
    titles = {task.name: task.title for task in sources.read(about.assignment).tasks} if about.assignment else {}
    waiting = sum(task.points is None for task in result.tasks)
    so_far = "."
    if waiting:
        answers = "one answer is" if waiting == 1 else f"{waiting} answers are"
        so_far = f" so far; {answers} still to be marked."
    marked = about.assignment and not graded.ours and result.status not in ("refused", "unreadable")
    summed_up = result.status in ("refused", "unreadable", "crashed") and not result.cells_failed
    return {
        "title": sources.read(about.assignment).title if about.assignment else "What you handed in",
        "told": "" if graded.ours else TOLD[result.status],
        "reason": result.reason if summed_up or not marked else "",
        "points": number(total(result)),
        "most": sum(points.values()),
        "so_far": so_far,
        "tasks": [_task(task, titles, points) for task in result.tasks] if marked else [],
        "failed": [
            {"number": cell.cell, "title": titles.get(cell.task, ""), "line": cell.line, "error": cell.error}
            for cell in result.cells_failed
            if not cell.error.startswith("NotImplementedError")  # as it was handed out: the task says so
        ],
        "written": [
            {
                **_task(task, titles, points),
                "text": task.answer,
                "comment": task.reason,
                "marked": task.status == "marked",
            }
            for task in result.tasks
            if task.status in ("by hand", "marked")
        ],
    }


def _task(task, titles, points):
    word, kind = WORDS[task.status]
    if task.status == "marked" and task.points < points[task.task]:
        kind = "wait"
    return {
        "title": titles[task.task],
        "points": number(task.points) or "–",
        "most": points[task.task],
        "word": word,
        "kind": kind,
        "reason": "" if task.status == "marked" else task.reason,
    }
