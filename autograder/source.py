"""An assignment as its one source says it: cells, tasks, points, and the hidden comparisons that judge answers.

A source is a Jupytext notebook with nbgrader's metadata, assignments/<n>-<name>/<n>-<name>.md. A task of code is a cell with
`solution: true` and the locked cell with `grade: true` after it, whose hidden part calls `compare`; a task of prose is one
cell with both, marked by hand.
"""

import ast
import functools
import re
from dataclasses import dataclass
from pathlib import Path

import jupytext

from answers import TOLERANCE

FOLDER = Path(__file__).resolve().parents[1] / "assignments"
HIDDEN = re.compile(r"^[ \t]*### BEGIN HIDDEN TESTS[ \t]*\n(.*?)^[ \t]*### END HIDDEN TESTS[ \t]*$\n?", re.M | re.S)


class AssignmentError(ValueError):
    """A source that is no assignment; the message names file, cell and remedy."""


@dataclass(frozen=True)
class Comparison:
    """One call of `compare`: see there."""

    expression: str
    right: str
    mistakes: tuple = ()  # of (expression, sentence)
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
    comparisons: tuple = ()


@dataclass(frozen=True)
class Assignment:
    """name: of its folder, such as "3-claims"; notebook: its cells with solutions; tasks: tuple of Task."""

    name: str
    title: str
    folder: Path
    notebook: object
    tasks: tuple


def names(folder=FOLDER):
    """All assignments, in order: list of str."""
    return sorted(path.parent.name for path in folder.glob("*/*.md") if path.stem == path.parent.name)


@functools.cache
def read(name, folder=FOLDER):
    """The Assignment of this name ("3-claims", or "3"). Raises AssignmentError."""
    found = [one for one in names(folder) if name in (one, one.partition("-")[0])]
    if not found:
        raise AssignmentError(f"there is no assignment {name!r}. Remedy: name one of {', '.join(names(folder))}")
    path = folder / found[0] / f"{found[0]}.md"
    notebook = jupytext.read(path)
    return Assignment(found[0], _title(notebook, path.name), path.parent, notebook, tuple(_tasks(notebook, path.name)))


def role(cell):
    """Nbgrader's metadata of a cell (dict; empty if it has none)."""
    return cell.metadata.get("nbgrader", {})


def _title(notebook, file):
    for cell in notebook.cells:
        match = re.search(r"^# (.+)$", cell.source, re.M) if cell.cell_type == "markdown" else None
        if match:
            return match[1].strip()
    raise AssignmentError(f"{file}: no title. Remedy: begin with a line `# Title`")


def _tasks(notebook, file):
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
            yield Task(
                waiting, heading, about["points"], False, name, tuple(_comparisons(cell.source, f"{file}, {name}"))
            )
            waiting = None
    if waiting:
        raise AssignmentError(f"{file}: {waiting} has no check. Remedy: a cell with `grade: true` after it")


def _comparisons(source, place):
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
