"""List what a teacher would want to see: hand-ins that could not be marked, answers out of place, equal ones. Facts, no verdicts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..handout import student_version
from ..intake.submission import Cell, Refused, Unreadable, cells_of, load, read_cells

if TYPE_CHECKING:
    from ..batch import Graded

LEAST, ALIKE = 200, 0.9  # signs of a student's own; the share of all lines of two that they have in common


def notes(graded: list[Graded]) -> dict[int, list[str]]:
    """Return facts about each submission, as sentences, by its place in `graded`."""
    found = defaultdict(list)
    for place, one in enumerate(graded):
        found[place] += [*one.submission.notes, *one.result.notes]
        if one.late:
            cost = f", which costs {one.penalty:g} points" if one.penalty else ""
            found[place].append(f"Handed in late ({one.late}){cost}.")
        tasks = one.result.tasks
        if one.submission.notebook is not None and tasks and all(task.status == "no answer" for task in tasks):
            found[place].append("Nothing was filled in: this is the hand-out as it was released.")
    for place, fact in _alike(graded):
        found[place].append(fact)
    return found


def _alike(graded: list[Graded]) -> Iterator[tuple[int, str]]:
    """Yield (place, fact) for submissions to one assignment that are equal, or nearly, in what students wrote themselves."""
    by_assignment = defaultdict(list)
    for place, one in enumerate(graded):
        if one.submission.notebook is not None:
            by_assignment[one.submission.assignment].append((place, one))
    for assignment, handed_in in by_assignment.items():
        released = set(_lines(cells_of(load(student_version(assignment)))))
        own = [(place, one, frozenset(_own_lines(one)) - released) for place, one in handed_in]
        own = [about for about in own if sum(map(len, about[2])) >= LEAST]
        others = defaultdict(list)
        for number, (place, one, lines) in enumerate(own):
            for other_place, other, other_lines in own[:number]:
                if _group(one) == _group(other):
                    continue  # one hand-in of several students
                shared = len(lines & other_lines)
                if shared >= ALIKE * len(lines | other_lines):
                    word = "equal to" if lines == other_lines else "nearly equal to"
                    others[place].append((word, other.submission.student))
                    others[other_place].append((word, one.submission.student))
        for place, alike in others.items():
            for word in ("equal to", "nearly equal to"):
                if names := [name for kind, name in alike if kind == word]:
                    yield place, f"What was written is {word} that of {', '.join(names)}."


def _group(one: Graded) -> tuple:
    return one.submission.file, one.submission.home, one.submission.time


def _own_lines(one: Graded) -> list[str]:
    try:
        return _lines(read_cells(one.submission.notebook))
    except (Unreadable, Refused):
        return []


def _lines(cells: list[Cell]) -> list[str]:
    lines = ["".join(line.split()) for cell in cells for line in cell.source.splitlines()]
    return [line for line in lines if line]
