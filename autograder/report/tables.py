"""Write marks as CSV tables, and read the one that a teacher fills in: prose.csv.

What came from students cannot become a formula in a spreadsheet: see `guard`.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..course import Course
from ..intake.collect import Submission
from ..marking import Result, TaskResult
from ..source import AssignmentError

if TYPE_CHECKING:
    from ..batch import Graded

PROSE = "prose.csv"
LONGEST = 20_000  # characters of an answer in a cell
FORMULA = re.compile(r"(?:^|(?<=[;\t\n]))(?=\s*[=+\-@＝＋－＠])")
COLUMNS = ["student", "assignment", "task", "points", "comment", "text", "version"]


class PointsError(ValueError):
    """prose.csv cannot be read. The message names file, row, column and remedy, one line for each problem."""


@dataclass(frozen=True)
class ByHand:
    """What prose.csv says.

    rows: as they stand; separator: of its columns; given: (points, comment) by (student, assignment, task, version).
    """

    rows: list[dict[str, str]] = field(default_factory=list)
    separator: str = ","
    given: dict[tuple[str, str, str, str], tuple[float | None, str]] = field(default_factory=dict)


def guard(text: object) -> str:
    """Return a cell that no spreadsheet takes for a formula, with plain line ends.

    Nor for several cells, where it separates them by another sign than these tables do (";" in many countries).
    """
    text = str(text).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    text = FORMULA.sub("'", text)
    return f"'{text}" if text[:1] == "\t" else text


def format_points(points: float | None) -> str:
    """Return points as people write them: 2, 1.5, and nothing if they are not known yet."""
    return "" if points is None else f"{points:g}"


def version(text: str) -> str:
    """Return a short name for exactly this text; it begins with a letter, so that a spreadsheet leaves it alone."""
    return "t" + hashlib.sha256(text.encode()).hexdigest()[:10]


# ---- points given by hand ----


def read_prose(out: Path, course: Course) -> ByHand:
    """Return what stands in prose.csv in the folder `out`. Raises PointsError."""
    path = out / PROSE
    if not path.is_file():
        return ByHand()
    (number, header), *lines, separator = _read(path)
    header = [cell.strip(" \ufeff").lower() for cell in header]
    for column in COLUMNS:
        if header.count(column) != 1:
            message = f"the column {column} stands {header.count(column)} times in the first row"
            raise PointsError(_problem(number, column, message, f"the columns are {', '.join(COLUMNS)}"))
    rows, given, problems = [], {}, []
    for number, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        row = {column: (cells[header.index(column)] if header.index(column) < len(cells) else "") for column in COLUMNS}
        rows.append(row)
        key = tuple(row[column].strip() for column in ("student", "assignment", "task", "version"))
        points, remedy = _points(row, course)
        if remedy:
            message = f"{row['student']}: {row['points'].strip()!r} is not a number of points"
            problems.append(_problem(number, "points", message, remedy))
        elif key in given and points is not None and given[key][0] not in (None, points):
            message = "this answer has other points in a row above"
            problems.append(_problem(number, "points", message, "keep one of the rows"))
        elif points is not None or key not in given:
            given[key] = points, row["comment"].strip()
    if problems:
        raise PointsError("\n".join(problems))
    return ByHand(rows, separator, given)


def _problem(row: int | None, column: str, message: str, remedy: str) -> str:
    place = f"{PROSE}:{row} {column}".rstrip() if row else PROSE
    return f"{place}: {message}. Remedy: {remedy}."


def _read(path: Path) -> list:
    """Return the rows of a CSV file, whatever spreadsheet saved it: (number, cells) from the header on; and its separator."""
    data, first = path.read_bytes(), 1
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    if data.startswith(b"PK") or "\0" in text or not text.strip():
        raise PointsError(_problem(None, "", "not a CSV file", "save it as CSV (UTF-8)"))
    if text.lstrip('"').lower().startswith("sep="):  # a line that Excel understands
        text, first = text.partition("\n")[2], 2
    head = text.partition("\n")[0].lower()
    separator = max(",;\t", key=lambda sign: sum(cell.strip(' "\ufeff\r') in COLUMNS for cell in head.split(sign)))
    rows = []
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            rows.append((len(rows) + first, cells))
    except csv.Error as error:
        remedy = "close every quotation mark, and double those inside a cell, or let the spreadsheet save it"
        raise PointsError(_problem(len(rows) + first, "", f"not CSV from here on ({error})", remedy)) from error
    return [*rows, separator]


def _points(row: dict[str, str], course: Course) -> tuple[float | None, str]:
    """Return (points or None, "" or the remedy for what are none)."""
    cell = row["points"].strip()
    with contextlib.suppress(KeyError, AssignmentError):  # points of a task that is no longer there are not read
        most = course.read(row["assignment"].strip()).points[row["task"].strip()]
        if cell and not (re.fullmatch(r"\d+(?:[.,]\d+)?", cell) and float(cell.replace(",", ".")) <= most):
            return None, f"write a number from 0 to {most}, or leave it empty"
        return (float(cell.replace(",", ".")) if cell else None), ""
    return None, ""


def with_points(graded: list[Graded], by_hand: ByHand) -> list[Graded]:
    """Return what is graded with the points and comments that were given by hand."""

    def find(submission, task):
        return by_hand.given.get(_key(submission, task), (None, "")) if task.status == "by hand" else (None, "")

    return give(graded, find)


def give(graded: list[Graded], find: Callable[[Submission, TaskResult], tuple[float | None, str]]) -> list[Graded]:
    """Return what is graded with (points, comment) that `find` returns for some tasks; points None for the others."""

    def given(submission, task):
        points, comment = find(submission, task)
        return task if points is None else replace(task, points=points, status="marked", reason=comment)

    return [
        replace(one, result=replace(one.result, tasks=tuple(given(one.submission, task) for task in one.result.tasks)))
        for one in graded
    ]


def _key(submission: Submission, task: TaskResult) -> tuple[str, str, str, str]:
    return guard(submission.student), submission.assignment_name, task.task, version(task.answer)


# ---- what is written ----


def files(graded: list[Graded], by_hand: ByHand) -> dict[str, str]:
    """Return the tables as text by name of file."""
    return {
        "grades.csv": _grades(graded),
        "submissions.csv": _submissions(graded),
        PROSE: _prose(graded, by_hand),
    }


def known_points(result: Result) -> float:
    """Return the sum of the points that are known so far."""
    return sum(task.points or 0.0 for task in result.tasks)


def _grades(graded: list[Graded]) -> str:
    rows = [["student", "assignment", "task", "points", "max_points", "status", "reason", "submission"]]
    for one in graded:
        about, result = one.submission, one.result
        found = [
            [task.task, format_points(task.points), about.assignment.points[task.task], task.status, task.reason]
            for task in result.tasks
        ] or [["", "", "", "not reached", result.reason]]  # nobody is left out
        for *cells, reason in found:
            rows.append([about.student, about.assignment_name, *cells, " ".join(reason.split()), result.status])
    return _csv(rows)


def _submissions(graded: list[Graded]) -> str:
    rows = [["student", "assignment", "file", "status", "reason", "points", "max_points", "by_hand"]]
    for one in graded:
        about, result = one.submission, one.result
        points = ["", ""]
        if result.tasks:
            points = [format_points(known_points(result)), sum(about.assignment.points.values())]
        waiting = sum(task.status == "by hand" for task in result.tasks)
        rows.append([about.student, about.assignment_name, about.file, result.status, result.reason, *points, waiting])
    return _csv(rows)


def _prose(graded: list[Graded], by_hand: ByHand) -> str:
    rows = [COLUMNS, *([row[column] for column in COLUMNS] for row in by_hand.rows)]
    for one in graded:
        for task in one.result.tasks:
            key = _key(one.submission, task)
            if task.status == "by hand" and key not in by_hand.given:
                rows.append([*key[:3], "", "", guard(task.answer[:LONGEST]), key[3]])
    return "\ufeff" + _csv(rows, by_hand.separator, guard=str)


def _csv(rows: list[list], separator: str = ",", guard: Callable[[object], str] = guard) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, lineterminator="\n")
    writer.writerows([[guard(cell) for cell in row] for row in rows])
    return text.getvalue()


# ---- how long it took ----


def append(path: Path, row: list) -> None:
    """Add a row to runtime.csv, which is made if it is not there."""
    head = [] if path.exists() else [["student", "assignment", "seconds"]]
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write(_csv([*head, row]))


def seconds(path: Path) -> dict[tuple[str, str], float]:
    """Return the seconds in runtime.csv by (student, assignment), the last run of each."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {(row["student"], row["assignment"]): float(row["seconds"]) for row in csv.DictReader(file)}
