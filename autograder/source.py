"""Read an assignment from its one source: cells, tasks, points, and the hidden comparisons that judge answers.

A source is a Jupytext notebook with nbgrader's metadata, <n>-<name>/<n>-<name>.md. A task of code is a cell with
`solution: true` and the locked cell with `grade: true` after it, whose hidden part calls `compare`; a task of prose is one
cell with both, marked by hand.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import jupytext
from nbformat import NotebookNode

from answers import TOLERANCE

if TYPE_CHECKING:
    from .course import Course

HIDDEN = re.compile(r"^[ \t]*### BEGIN HIDDEN TESTS[ \t]*\n(.*?)^[ \t]*### END HIDDEN TESTS[ \t]*$\n?", re.M | re.S)


class AssignmentError(ValueError):
    """A source that is no assignment; the message names file, cell and remedy."""


@dataclass(frozen=True)
class Comparison:
    """One call of `compare`: see there."""

    expression: str
    right: str
    mistakes: tuple[tuple[str, str], ...] = ()  # of (expression, sentence)
    tolerance: float = TOLERANCE
    ordered: bool = False
    files: bool = False


@dataclass(frozen=True)
class Task:
    """One task. name: the grade_id of the cell to fill in; check: that of the cell that checks it (prose: the same)."""

    name: str
    title: str
    points: int
    prose: bool
    check: str
    comparisons: tuple[Comparison, ...] = ()


@dataclass(frozen=True, eq=False)
class Assignment:
    """name: of its folder, such as "3-claims"; notebook: its cells, with solutions and hidden tests."""

    course: Course
    name: str
    title: str
    folder: Path
    notebook: NotebookNode
    tasks: tuple[Task, ...]

    def __reduce__(self):
        """Travel to other processes as a name: there, too, each assignment is read once."""
        return type(self.course).read, (self.course, self.name)

    @property
    def points(self) -> dict[str, int]:
        """The most that can be had, by task."""
        return {task.name: task.points for task in self.tasks}


def parse(course: Course, path: Path) -> Assignment:
    """Read the source of an assignment. Raises AssignmentError."""
    notebook = jupytext.read(path)
    tasks = tuple(_tasks(notebook, path.name))
    return Assignment(course, path.stem, _title(notebook, path.name), path.parent, notebook, tasks)


def role(cell: NotebookNode) -> dict:
    """Return nbgrader's metadata of a cell; empty if it has none."""
    return cell.metadata.get("nbgrader", {})


def _title(notebook: NotebookNode, file: str) -> str:
    for cell in notebook.cells:
        match = re.search(r"^# (.+)$", cell.source, re.M) if cell.cell_type == "markdown" else None
        if match:
            return match[1].strip()
    raise AssignmentError(f"{file}: no title. Remedy: begin with a line `# Title`")


def _tasks(notebook: NotebookNode, file: str) -> Iterator[Task]:
    heading, waiting, seen = "", None, set()
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (match := re.search(r"^## (.+)$", cell.source, re.M)):
            heading = match[1].strip()
        about = role(cell)
        name = about.get("grade_id")
        if name in seen:
            raise AssignmentError(f"{file}: the grade_id {name!r} stands twice. Remedy: name each cell differently")
        seen.add(name or object())
        if about.get("solution") and about.get("grade"):
            yield Task(name, heading, about["points"], True, name)
        elif about.get("solution"):
            if waiting:
                raise AssignmentError(f"{file}: {waiting} has no check. Remedy: a cell with `grade: true` after it")
            waiting = name
        elif about.get("grade"):
            if not waiting:
                raise AssignmentError(
                    f"{file}: {name} checks no task. Remedy: put it after a cell with `solution: true`"
                )
            comparisons = tuple(_comparisons(cell.source, f"{file}, {name}"))
            yield Task(waiting, heading, about["points"], False, name, comparisons)
            waiting = None
    if waiting:
        raise AssignmentError(f"{file}: {waiting} has no check. Remedy: a cell with `grade: true` after it")


def _comparisons(source: str, place: str) -> Iterator[Comparison]:
    hidden = "".join(HIDDEN.findall(source))
    calls = [
        statement.value
        for statement in ast.parse(hidden).body
        if isinstance(statement, ast.Expr) and getattr(getattr(statement.value, "func", None), "id", "") == "compare"
    ]
    if not calls:
        raise AssignmentError(f"{place}: nothing is compared. Remedy: call `compare` between the marks of hidden tests")
    for call in calls:
        try:
            given = [ast.literal_eval(argument) for argument in call.args]
            named = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
            named["mistakes"] = tuple(named.get("mistakes", {}).items())
            yield Comparison(*given, **named)
        except (TypeError, ValueError, AttributeError) as error:
            raise AssignmentError(
                f"{place}, line {call.lineno}: {error}. Remedy: write literals, as `compare` says"
            ) from None
