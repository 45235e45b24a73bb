"""Match the cells of a submission with those that were handed out, and find what a student wrote beside them.

Cells that lost their names get them back by their text and their place. An answer may also be in a new cell, in a locked
cell that was changed, or in a cell that was turned from code into text: what is found there is named, with its cell's number.
"""

import ast
import functools
import json
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from ..handout import student_version
from ..source import HIDDEN, Assignment, Task
from .submission import Cell

STUBS = ("", "YOUR ANSWER HERE")


@dataclass(frozen=True)
class _HandedOut:
    name: str
    kind: str
    text: str
    locked: bool


@functools.cache
def _handed_out(assignment: Assignment) -> list[_HandedOut]:
    cells = []
    for cell in json.loads(student_version(assignment))["cells"]:
        role = cell["metadata"].get("nbgrader", {})
        locked = bool(role) and not role.get("solution")
        cells.append(_HandedOut(role.get("grade_id", ""), cell["cell_type"], _plain(cell["source"]), locked))
    return cells


@functools.cache
def _lines(assignment: Assignment) -> frozenset[str]:
    cells = json.loads(student_version(assignment))["cells"]
    return frozenset(_plain(line) for cell in cells for line in "".join(cell["source"]).splitlines())


def _printable(text):
    """Return a text without signs that steer terminals."""
    return "".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign) != "Cc")


def _plain(source):
    return " ".join("".join(source).split())


@dataclass(frozen=True)
class Beside:
    """What may be an answer, or a part of one, outside its cell. what: said of it; for_all: it may concern every task."""

    cell: Cell
    what: str
    for_all: bool = False


@dataclass(frozen=True)
class Matched:
    """The cells of a submission, with their names, and what is beside them.

    own     text that the student wrote in cells of her own or of the assignment, by number of the cell
    changed locked cells whose text is another one now, by name
    notes   facts for the teacher, as sentences
    """

    assignment: Assignment
    cells: list[Cell]
    own: Mapping[int, str]
    changed: Mapping[str, Cell]
    notes: tuple[str, ...]

    def prose(self, task: Task) -> tuple[str, bool, list[int]]:
        """Return (what was written for a task of prose, whether its cell is there, the numbers of other cells that hold it).

        Parts of a cell that was split or doubled belong together, and so do cells of her own around it. If there are none,
        all that she wrote in cells of her own elsewhere might be the answer.
        """
        places = [place for place, cell in enumerate(self.cells) if cell.name == task.name]
        texts = dict.fromkeys(self.cells[place].source.strip() for place in places)
        mine, beside = [text for text in texts if text not in STUBS], []
        if places:
            before = self._own_around(range(places[0] - 1, -1, -1))[::-1]
            beside = [*before, *self._own_around(range(places[-1] + 1, len(self.cells)))]
            mine = [
                *(self.own[number] for number in before),
                *mine,
                *(self.own[number] for number in beside[len(before) :]),
            ]
        if not mine:
            taken = {number for other in self._around_other_answers(task) for number in other}
            beside = [number for number in self.own if number not in taken]
            mine = [self.own[number] for number in beside]
        return _printable("\n\n".join(mine)), bool(places), beside

    def _own_around(self, places: Iterable[int]) -> list[int]:
        found = []
        for place in places:
            cell = self.cells[place]
            if cell.number not in self.own or cell.name or cell.number in self._questions:
                break
            found.append(cell.number)
        return found

    def _around_other_answers(self, task):
        for place, cell in enumerate(self.cells):
            if cell.name and cell.name != task.name:
                yield self._own_around(range(place + 1, len(self.cells)))

    @functools.cached_property
    def _questions(self) -> set[int]:
        """The numbers of text cells that hold text of the assignment, too."""
        lines = _lines(self.assignment) - {""}
        return {
            cell.number
            for cell in self.cells
            if any(len(line) > 20 and _plain(line) in lines for line in cell.source.splitlines())
        }

    def beside(self, task: Task) -> list[Beside]:
        """Return where code for a task may be beside its cell."""
        wanted, found = _names(task) - {name for code in self.assignment.setup.values() for name in _defines(code)}, []
        for cell in self.cells:
            if cell.name == task.name and cell.kind != "code" and cell.source.strip():
                found.append(Beside(cell, "The cell for this task is a text cell: make it a code cell again"))
            elif cell.kind != "code" and not cell.name and _defines(cell.source) & wanted:
                found.append(Beside(cell, f"Code for this task is in a text cell (cell {cell.number})"))
            elif self.changed.get(cell.name) == cell and cell.name in (task.check, *self.assignment.setup):
                found.append(Beside(cell, _put_back(cell), cell.name != task.check))
        return found

    def with_everything_beside(self) -> list[Cell]:
        """Return the cells with whatever may be code as the student's own, so that it is run.

        These are text cells that define something, and locked cells that were changed: after the assignment's own.
        """
        changed = {cell.number for cell in self.changed.values()}
        return [
            replace(cell, name="")
            if cell.number in changed
            else replace(cell, kind="code", name="")
            if cell.kind != "code" and (cell.name in self._coded or _defines(cell.source))
            else cell
            for cell in self.cells
        ]

    @functools.cached_property
    def _coded(self) -> set[str]:
        return {task.name for task in self.assignment.tasks if not task.prose}


def _put_back(cell: Cell) -> str:
    return (
        f"Cell {cell.number} ({cell.name}) belongs to the assignment and was changed: its original text is run instead"
    )


def _names(task: Task) -> set[str]:
    """Return the names that are asked for when a task is judged."""
    trees = [ast.parse(comparison.expression.strip()) for comparison in task.comparisons]
    return {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _defines(source: str) -> set[str]:
    """Return the names that a text defines if it is Python."""
    try:
        body = ast.parse(source).body
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return set()
    names = set()
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            names.add(statement.name)
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            names |= {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}
    return names


def match(assignment: Assignment, cells: list[Cell]) -> Matched:
    """Return the cells of a submission matched with those that were handed out."""
    handed_out, notes = _handed_out(assignment), []
    cells, restored = _with_names(handed_out, cells)
    if restored:
        notes.append(f"Cells that had lost their names, found again by text and position: {', '.join(restored)}.")
    own, lines = {}, _lines(assignment)
    for cell in cells:
        if cell.kind != "code" and not cell.name:
            text = "\n".join(line for line in cell.source.splitlines() if _plain(line) not in lines or not line.strip())
            if text.strip():
                own[cell.number] = text.strip()
    texts = {cell.name: cell.text for cell in handed_out if cell.locked and cell.kind == "code"}
    changed = {
        cell.name: cell
        for cell in cells
        if cell.name in texts and _added(HIDDEN.sub("", cell.source), texts[cell.name], lines)
    }
    notes += [f"{_put_back(cell)}." for cell in changed.values()]
    lost = [cell.name for cell in handed_out if cell.name and cell.name not in {other.name for other in cells}]
    if lost:
        notes.append(f"Missing cells of the assignment: {', '.join(lost)}.")
    return Matched(assignment, cells, own, changed, tuple(notes))


def _added(source, text, lines):
    """Whether a locked cell holds lines that were not handed out, comments and spaces apart."""
    if _plain(source) == text:
        return False
    return any(_plain(line) not in lines for line in source.splitlines() if line.strip() and line.strip()[0] != "#")


def _with_names(handed_out, cells):
    """Return (cells, names that were given back): to cells without one, by their text, or by their place between others."""
    present = {cell.name for cell in cells}
    missing = {place for place, one in enumerate(handed_out) if one.name and one.name not in present}
    if not missing or all(cell.name for cell in cells):
        return cells, []
    there = [_plain(HIDDEN.sub("", cell.source)) for cell in cells]
    blocks = SequenceMatcher(None, [one.text for one in handed_out], there, autojunk=False).get_matching_blocks()
    place_of = {block.a + step: block.b + step for block in blocks for step in range(block.size)}
    by_name = {cell.name: place for place, cell in enumerate(cells) if cell.name}
    place_of |= {place: by_name[one.name] for place, one in enumerate(handed_out) if one.name in by_name}
    cells, restored = list(cells), []
    for place in sorted(missing):
        one, here = handed_out[place], place_of.get(place)
        if here is None and place - 1 in place_of and not one.locked:
            last = min((there for other, there in place_of.items() if other > place), default=len(cells))
            gap = range(place_of[place - 1] + 1, last)
            fitting = [number for number in gap if not cells[number].name and cells[number].kind == one.kind]
            here = fitting[0] if fitting else None
        if here is not None and not cells[here].name:
            cells[here] = replace(cells[here], name=one.name)
            place_of[place] = here
            restored.append(one.name)
    return cells, restored
