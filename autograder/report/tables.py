"""Write marks as CSV tables, and read the one that a teacher fills in: prose.csv.

What came from students cannot become a formula in a spreadsheet: see `guard`.
"""

from __future__ import annotations

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
from ..marking import TaskResult
from ..source import AssignmentError, Problem

if TYPE_CHECKING:
    from ..batch import Graded

PROSE = "prose.csv"
LONGEST = 20_000  # characters of an answer in a cell
FORMULA = re.compile(r"(?:^|(?<=[;\t\n]))(?=\s*[=+\-@＝＋－＠])")
COLUMNS = ["student", "assignment", "task", "points", "comment", "text", "version"]


class PointsError(Problem):
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


# ---- points given by hand ----


def read_prose(out: Path, course: Course) -> ByHand:
    """Return what stands in prose.csv in the folder `out`. Raises PointsError."""
    if not (out / PROSE).is_file():
        return ByHand()
    ((number, header), *lines), separator = _read(out / PROSE)
    header = [cell.strip(" \ufeff").lower() for cell in header]
    for column in COLUMNS:
        if (times := header.count(column)) != 1:
            raise PointsError(
                f"{PROSE}:{number} {column}: the column {column} stands {times} times in the first row. "
                f"Remedy: the columns are {', '.join(COLUMNS)}."
            )
    rows, given, problems = [], {}, []
    for number, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        row = dict.fromkeys(COLUMNS, "") | dict(zip(header, cells))
        rows.append(row)
        key = tuple(row[column].strip() for column in ("student", "assignment", "task", "version"))
        try:
            points = _points(row, course)
            before, _ = given.get(key, (None, ""))
            if points is not None and before not in (None, points):
                raise PointsError("this answer has other points in a row above. Remedy: keep one of the rows.")
            if points is not None or key not in given:
                given[key] = points, row["comment"].strip()
        except PointsError as error:
            problems.append(f"{PROSE}:{number} points: {error}")
    if problems:
        raise PointsError("\n".join(problems))
    return ByHand(rows, separator, given)


def _read(path: Path) -> tuple[list[tuple[int, list[str]]], str]:
    """Return the rows of a CSV file, whatever spreadsheet saved it, from the header on, with their numbers; and its separator."""
    data, rows = path.read_bytes(), []
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    if data.startswith(b"PK") or "\0" in text or not text.strip():
        raise PointsError(f"{PROSE}: not a CSV file. Remedy: save it as CSV (UTF-8).")
    before_header = text.lstrip('"').lower().startswith("sep=")  # a line that Excel understands
    head = text.split("\n")[before_header].lower()
    separator = max(",;\t", key=lambda sign: sum(cell.strip(' "\ufeff\r') in COLUMNS for cell in head.split(sign)))
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            rows.append((len(rows) + 1, cells))
    except csv.Error as error:
        raise PointsError(
            f"{PROSE}:{len(rows) + 1}: not CSV from here on ({error}). Remedy: close every quotation mark, "
            "and double those inside a cell, or let the spreadsheet save it."
        ) from error
    return rows[before_header:], separator


def _points(row: dict[str, str], course: Course) -> float | None:
    """Return the points in a row; None if it has none, or if they are of a task that is no longer there. Raises PointsError."""
    cell = row["points"].strip()
    try:
        most = course.read(row["assignment"].strip()).points[row["task"].strip()]
    except (KeyError, AssignmentError):
        return None
    if not cell:
        return None
    if re.fullmatch(r"\d+(?:[.,]\d+)?", cell) and (points := float(cell.replace(",", "."))) <= most:
        return points
    raise PointsError(
        f"{row['student']}: {cell!r} is not a number of points. "
        f"Remedy: write a number from 0 to {most}, or leave it empty."
    )


def with_points(graded: list[Graded], by_hand: ByHand) -> list[Graded]:
    """Return what is graded with the points and comments that were given by hand."""
    return give(
        graded,
        lambda submission, task: by_hand.given.get(_key(submission, task)) if task.status == "by hand" else None,
    )


def give(graded: list[Graded], given: Callable[[Submission, TaskResult], tuple | None]) -> list[Graded]:
    """Return what is graded with the (points, comment) that `given` returns for some tasks."""

    def marked(submission, task):
        points, comment = given(submission, task) or (None, "")
        return task if points is None else replace(task, points=points, status="marked", reason=comment)

    return [
        replace(one, result=replace(one.result, tasks=tuple(marked(one.submission, task) for task in one.result.tasks)))
        for one in graded
    ]


def _key(submission: Submission, task: TaskResult) -> tuple[str, str, str, str]:
    version = (
        "t" + hashlib.sha256(task.answer.encode()).hexdigest()[:10]
    )  # a letter first: a spreadsheet leaves it alone
    return guard(submission.student), submission.assignment_name, task.task, version


# ---- what is written ----


def files(graded: list[Graded], by_hand: ByHand) -> dict[str, str]:
    """Return the tables as text by name of file."""
    grades = [["student", "assignment", "task", "points", "max_points", "status", "reason", "submission"]]
    submissions = [["student", "assignment", "file", "status", "reason", "points", "max_points", "by_hand"]]
    prose = [COLUMNS, *([row[column] for column in COLUMNS] for row in by_hand.rows)]
    for one in graded:
        about, result = one.submission, one.result
        who, most = [about.student, about.assignment_name], about.assignment.points if result.tasks else {}
        for task in result.tasks:
            cells = [task.task, format_points(task.points), most[task.task], task.status, " ".join(task.reason.split())]
            grades.append([*who, *cells, result.status])
            key = _key(about, task)
            if task.status == "by hand" and key not in by_hand.given:
                prose.append([*key[:3], "", "", guard(task.answer[:LONGEST]), key[3]])
        if not result.tasks:  # nobody is left out
            grades.append([*who, "", "", "", "not reached", " ".join(result.reason.split()), result.status])
        points = [format_points(result.points), sum(most.values())] if result.tasks else ["", ""]
        submissions.append([*who, about.file, result.status, result.reason, *points, result.waiting])
    return {
        "grades.csv": _csv(grades),
        "submissions.csv": _csv(submissions),
        PROSE: "\ufeff" + _csv(prose, by_hand.separator, guard=str),
    }


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


def seconds(path: Path) -> list[float]:
    """Return the seconds in runtime.csv, the last run of each submission."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(
            {(row["student"], row["assignment"]): float(row["seconds"]) for row in csv.DictReader(file)}.values()
        )
