"""Read the roster of a class: who is in it, by all names and numbers that platforms use, and who has more time.

A CSV file with a column `name` (or `first name` and `last name`). A column `extension`, or `extension NAME` for one
assignment, holds a later due time. Every other column holds names or numbers by which a platform may call a student, so that
a platform's own list of participants will do.
"""

import datetime
import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path

from .course import Course
from .intake.collect import Submission
from .sheets import SheetError, read_sheet

ROSTER = "roster.csv"
NAMES = ("name", "full name", "student", "student name")
FIRST, LAST = ("first name", "firstname", "given name"), ("last name", "lastname", "surname", "family name")
EXTENSION = "extension"
UNKNOWN = "Not in the roster."


@dataclass(frozen=True)
class Student:
    """A student of the roster. ids: all that she is called, as `plain` writes it; extensions: due times by assignment or ""."""

    name: str
    ids: frozenset[str]
    extensions: dict[str, datetime.datetime] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Roster:
    """The students of a class. Without any, everyone is who the platform says."""

    students: tuple[Student, ...] = ()

    def named(self, submissions: list[Submission]) -> list[Submission]:
        """Return submissions under the names of the roster; who is not in it is noted."""
        return [self._named(one) for one in submissions] if self.students else submissions

    def _named(self, one: Submission) -> Submission:
        found = self._find(one)
        return replace(one, student=found.name) if found else replace(one, notes=(*one.notes, UNKNOWN))

    def _find(self, one: Submission) -> Student | None:
        """Return the only student whom the name fits or, failing that, the number. Moodle's are of one assignment only."""
        base = one.student.removesuffix(f" ({one.number})")
        by_name = [student for student in self.students if plain(base) in student.ids]
        if len(by_name) == 1:
            return by_name[0]
        number = plain(one.number) if one.layout != "moodle" else ""
        by_number = [student for student in by_name or self.students if number and number in student.ids]
        return by_number[0] if len(by_number) == 1 else None

    def missing(self, submissions: list[Submission]) -> list[tuple[str, str]]:
        """Return (student, assignment) of all who handed in nothing for an assignment that others handed in."""
        there = {(one.student, one.assignment_name) for one in submissions}
        names = sorted({one.assignment_name for one in submissions} - {""})
        return [(one.name, name) for one in self.students for name in names if (one.name, name) not in there]

    def due(self, course: Course, student: str, assignment: str) -> datetime.datetime | None:
        """Return when a student's hand-in is due; None if it is not stated. Raises SheetError."""
        extensions = next((one.extensions for one in self.students if one.name == student), {})
        later = extensions.get(assignment) or extensions.get("")
        return later or (assignment in course.due and _time(course.due[assignment], f"due, {assignment}")) or None


def plain(called: str) -> str:
    """Return a name or number in the form in which two spellings of it are equal.

    Case, accents as signs of their own, spaces, and the order of "Lee, Anna" do not matter; nor do the zeros before a number,
    or 1E+05 for 100000, which spreadsheets make of it.
    """
    text = " ".join(unicodedata.normalize("NFC", str(called)).casefold().strip("'#").split())
    if match := re.fullmatch(r"([^,]+), ?([^,]+)", text):
        text = f"{match[2]} {match[1]}"
    if re.fullmatch(r"[0-9]+(?:[.,][0-9]+)?(?:e\+?[0-9]{1,2})?", text):
        number = float(text.replace(",", "."))
        return str(int(number)) if number == int(number) else text
    return text


def read_roster(path: Path) -> Roster:
    """Return the roster in a CSV file. Raises SheetError."""
    sheet = read_sheet(path, (*NAMES, *FIRST, *LAST, EXTENSION))
    columns = [name.lower() for name in sheet.header]
    where = {
        kind: next((columns.index(name) for name in names if name in columns), None)
        for kind, names in {"name": NAMES, "first": FIRST, "last": LAST}.items()
    }
    if where["name"] is None and (where["first"] is None or where["last"] is None):
        raise SheetError(
            f"{path.name}:1: no column with names. Remedy: call one `name`, or two `first name` and `last name`."
        )
    students = []
    for number, cells in sheet.rows:
        cells = [cell.strip() for cell in cells] + [""] * (len(columns) - len(cells))
        if not any(cells):
            continue
        first_last = " ".join(cells[where[part]] for part in ("first", "last") if where[part] is not None)
        name = cells[where["name"]] if where["name"] is not None else first_last
        if name == "Points Possible":  # the second row of what Canvas exports
            continue
        if not name:
            raise SheetError(f"{path.name}:{number} name: empty. Remedy: write the student's name, or delete the row.")
        extensions = {
            column.removeprefix(EXTENSION).strip(): _time(cell, f"{path.name}:{number} {column}")
            for column, cell in zip(columns, cells, strict=False)
            if column.startswith(EXTENSION) and cell
        }
        ids = [cell for column, cell in zip(columns, cells, strict=False) if cell and not column.startswith(EXTENSION)]
        words = plain(name).split()
        ids += [first_last, words[-1] + "".join(words[:-1])]  # the last as Canvas writes it
        students.append((name, frozenset(map(plain, filter(None, ids))), extensions, number))
    times, ids = Counter(name for name, *_ in students), defaultdict(set)
    for _, known_as, _, number in students:
        for known in known_as:
            ids[known].add(number)
    named = []
    for name, known_as, extensions, number in students:
        own = sorted((known for known in known_as if len(ids[known]) == 1 and known != plain(name)), key=len)
        unique = f"{name} ({own[0] if own else number})" if times[name] > 1 else name
        named.append(Student(unique, known_as | {plain(unique)}, extensions))
    return Roster(tuple(named))


def _time(text: str, place: str) -> datetime.datetime:
    """Return a time as people write it, local if it says no zone; a day alone is due at its end. Raises SheetError."""
    try:
        time = datetime.datetime.fromisoformat(text.strip())
    except ValueError:
        raise SheetError(
            f"{place}: {text!r} is not a time. Remedy: write it as 2024-05-09 23:59, or 2024-05-09."
        ) from None
    is_day = re.fullmatch(r"\d{4}-\d\d-\d\d", text.strip())
    return time + datetime.timedelta(hours=23, minutes=59, seconds=59) if is_day else time


def lateness(submission: Submission, due: datetime.datetime | None) -> datetime.timedelta | None:
    """Return by how much a hand-in came late; None if it did not, or if that is not known."""
    if due is None or submission.time is None:
        return None
    late = submission.time.astimezone() - due.astimezone()
    return late if late > datetime.timedelta() else None


def in_words(late: datetime.timedelta) -> str:
    """Return a time as words: "2 days 3 h"."""
    minutes = max(1, int(late.total_seconds() // 60))
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    if days:
        return f"{days} day{'s' * (days != 1)}{f' {hours} h' if hours else ''}"
    return f"{hours} h{f' {rest} min' if rest else ''}" if hours else f"{rest} min"
