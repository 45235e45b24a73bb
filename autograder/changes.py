"""Keep marks that a teacher has changed: each with a reason, who changed it and when. They hold in every later run."""

import datetime
import getpass
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .course import Course
from .roster import plain
from .sheets import SheetError, csv_text, read_sheet
from .source import AssignmentError

CHANGES = "changes.csv"
COLUMNS = ["student", "assignment", "task", "points", "reason", "who", "when"]
REMEDY = f"Remedy: the columns are {', '.join(COLUMNS)}; change marks with `mark`."


@dataclass(frozen=True)
class Change:
    """One mark that was changed; the last one counts."""

    student: str
    assignment: str
    task: str
    points: float
    reason: str
    who: str
    when: str

    def is_about(self, student: str, assignment: str, task: str) -> bool:
        """Whether it changes this mark."""
        return (plain(student), assignment, task) == (plain(self.student), self.assignment, self.task)


def read_changes(out: Path) -> list[Change]:
    """Return all changes in a folder of results, in order. Raises SheetError."""
    path = out / CHANGES
    if not path.exists():
        return []
    sheet, changes = read_sheet(path, COLUMNS), []
    if sheet.header != COLUMNS:
        raise SheetError(f"{CHANGES}:1: these are not the columns that were written. {REMEDY}")
    for number, cells in sheet.rows:
        if any(cells):
            try:
                about = dict(zip(COLUMNS, cells, strict=True))
                changes.append(Change(**about | {"points": float(about["points"].replace(",", "."))}))
            except ValueError:
                raise SheetError(f"{CHANGES}:{number} points: this row cannot be read. {REMEDY}") from None
    return changes


def change(
    course: Course,
    out: Path,
    about: tuple[str, str, str],
    points: float,
    reason: str,
    write: Callable[[Path, str], None],
    who: str = "",
) -> Change:
    """Note a change in a folder of results; the next run applies it. Raises SheetError, AssignmentError.

    about: student, assignment and task; write: writes a file whole or not at all; who: by default the user's name.
    """
    student, name, task = about
    assignment = course.read(name)
    if task not in assignment.points:
        known = ", ".join(assignment.points)
        raise AssignmentError(f"{assignment.name} has no task {task!r}. Remedy: name one of {known}")
    if not 0 <= points <= assignment.points[task]:
        raise AssignmentError(f"{points:g} points for {task}. Remedy: give 0 to {assignment.points[task]}")
    if not reason.strip():
        raise AssignmentError("A mark is not changed without a reason. Remedy: say why with --reason")
    when = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
    new = Change(student, assignment.name, task, points, " ".join(reason.split()), who or getpass.getuser(), when)
    rows = [[getattr(one, column) for column in COLUMNS] for one in (*read_changes(out), new)]
    write(out / CHANGES, "\ufeff" + csv_text([COLUMNS, *rows]))
    return new
