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


class Problem(Exception):
    """What has to be corrected before a command can do its work. The message says what to do."""


class AssignmentError(Problem):
    """A source that is not an assignment; the message names file, cell and remedy."""


@dataclass(frozen=True)
class Comparison:
    """One call of `compare`: see there."""

    expression: str
    right: str
    mistakes: tuple[tuple[str, str], ...] = ()  # of (expression, sentence)
    tolerance: float = TOLERANCE
    ordered: bool = False
    files: bool = False
    part: str = ""
    points: float = 0


@dataclass(frozen=True)
class Task:
    """One task.

    name: the grade_id of the cell to fill in; check: that of the cell that checks it (prose: the same); helper: the code of
    the hidden part but for its comparisons.
    """

    name: str
    title: str
    points: int
    prose: bool
    check: str
    helper: str = ""
    comparisons: tuple[Comparison, ...] = ()

    @property
    def parts(self) -> dict[str, tuple[float, list[int]]]:
        """The parts that have points of their own, by name: these points, and the numbers of their comparisons.

        A task without parts is a single one, without a name.
        """
        named = [comparison.part for comparison in self.comparisons]
        points = dict.fromkeys(named, 0.0) if any(named) else {"": float(self.points)}
        for comparison in self.comparisons:
            points[comparison.part] += comparison.points
        return {name: (worth, [n for n, one in enumerate(named) if one == name]) for name, worth in points.items()}


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

    @property
    def titles(self) -> dict[str, str]:
        """The titles of tasks, by their names."""
        return {task.name: task.title for task in self.tasks}

    @property
    def setup(self) -> dict[str, str]:
        """The locked code that belongs to no task, by grade_id."""
        return {
            role(cell)["grade_id"]: cell.source
            for cell in self.notebook.cells
            if cell.cell_type == "code" and role(cell).get("locked") and not role(cell).get("grade")
        }


def parse(course: Course, path: Path) -> Assignment:
    """Read the source of an assignment. Raises AssignmentError."""
    notebook = jupytext.read(path)
    tasks = tuple(_tasks(notebook, path.name))
    title = next(filter(None, (_heading(cell, "#") for cell in notebook.cells)), None)
    if not title:
        raise AssignmentError(f"{path.name}: no title. Remedy: begin with a line `# Title`")
    return Assignment(course, path.stem, title, path.parent, notebook, tasks)


def role(cell: NotebookNode) -> dict:
    """Return nbgrader's metadata of a cell; empty if it has none."""
    return cell.metadata.get("nbgrader", {})


def _heading(cell: NotebookNode, marks: str) -> str | None:
    match = re.search(rf"^{marks} (.+)$", cell.source, re.M) if cell.cell_type == "markdown" else None
    return match and match[1].strip()


def _tasks(notebook: NotebookNode, file: str) -> Iterator[Task]:
    heading, waiting, seen = "", None, set()
    for cell in notebook.cells:
        heading = _heading(cell, "##") or heading
        about = role(cell)
        name = about.get("grade_id")
        if name in seen:
            raise AssignmentError(f"{file}: the grade_id {name!r} occurs twice. Remedy: name each cell differently")
        seen |= {name} - {None}
        if about.get("solution") and about.get("grade"):
            yield Task(name, heading, about["points"], True, name)
        elif about.get("solution"):
            if waiting:
                break
            waiting = name
        elif about.get("grade"):
            if not waiting:
                raise AssignmentError(
                    f"{file}: {name} checks no task. Remedy: put it after a cell with `solution: true`"
                )
            task = Task(waiting, heading, about["points"], False, name, *_hidden_part(cell.source, f"{file}, {name}"))
            if any(task.parts) and (
                0 in (worths := [worth for worth, _ in task.parts.values()]) or sum(worths) != task.points
            ):
                raise AssignmentError(
                    f"{file}, {name}: the parts do not make {task.points} points. "
                    "Remedy: give each comparison a part, and each part its points"
                )
            yield task
            waiting = None
    if waiting:
        raise AssignmentError(f"{file}: {waiting} has no check. Remedy: a cell with `grade: true` after it")


def _hidden_part(source: str, where: str) -> tuple[str, tuple[Comparison, ...]]:
    """Return the helper and the comparisons of a check."""
    helper, comparisons = [], []
    for statement in ast.parse("".join(HIDDEN.findall(source))).body:
        call = getattr(statement, "value", None)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "compare":
            try:
                given = [ast.literal_eval(argument) for argument in call.args]
                named = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
                named["mistakes"] = tuple(named.get("mistakes", {}).items())
                comparisons.append(Comparison(*given, **named))
            except (TypeError, ValueError, AttributeError) as error:
                raise AssignmentError(
                    f"{where}, line {call.lineno}: {error}. Remedy: write literals, as `compare` says"
                ) from None
        elif getattr(statement, "module", "") != "autograder":
            helper.append(statement)
    if not comparisons:
        raise AssignmentError(f"{where}: nothing is compared. Remedy: call `compare` between the marks of hidden tests")
    return ast.unparse(ast.Module(helper, [])), tuple(comparisons)
