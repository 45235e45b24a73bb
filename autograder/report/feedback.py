"""Write a page for each student: how each task was marked, in plain words, with nothing of the hidden tests."""

from __future__ import annotations

import functools
import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote

import jinja2

from ..marking import NOT_MARKED
from .tables import format_points

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
    NOT_MARKED: "This has not been marked yet; your teacher will have it done.",
    "missing": "Please talk to your teacher if you have handed it in.",
}
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)$", re.I)  # what Windows keeps for itself
NAME_BYTES = 120  # of a page's name: file systems count bytes, and take 255


@functools.cache
def templates() -> jinja2.Environment:
    """Return the templates of all pages. They escape whatever they are given."""
    loader, undefined = jinja2.PackageLoader("autograder.report", "templates"), jinja2.StrictUndefined
    pages = jinja2.Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=undefined
    )
    pages.filters["points"] = format_points
    return pages


def pages(graded: list[Graded]) -> dict[str, str]:
    """Return the pages as HTML by name of file, one for each student."""
    students = defaultdict(list)
    for one in graded:
        students[one.submission.student].append(one)
    names = file_names(students)
    page = templates().get_template("feedback.html")
    return {
        names[student]: page.render(title=f"Feedback for {student}", graded=handed_in, words=WORDS, told=TOLD)
        for student, handed_in in students.items()
    }


def file_names(students: Iterable[str]) -> dict[str, str]:
    """Return names of the pages by student: her name with what file systems do not like replaced; different for all."""
    plain = {}
    for student in students:
        name = re.sub(r"[^\w.-]+", "_", student).strip("._")
        plain[student] = name.encode()[:NAME_BYTES].decode(errors="ignore") or "student"
    times = Counter(map(str.casefold, plain.values()))
    for student, name in plain.items():
        if times[name.casefold()] > 1 or RESERVED.match(name):
            plain[student] += "-" + hashlib.sha256(student.encode()).hexdigest()[:6]
    return {student: f"{name}.html" for student, name in plain.items()}


def link(file: str) -> str:
    """Return the address of a page in the folder feedback."""
    return f"feedback/{quote(file)}"
