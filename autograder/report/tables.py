"""Write marks as CSV tables, and read the one that a teacher fills in: prose.csv.

What came from students cannot become a formula in a spreadsheet: see `guard`. Each table begins with a byte order mark, by which
spreadsheets know that it is UTF-8.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..course import Course
from ..intake.collect import Submission
from ..marking import TaskResult
from ..roster import plain
from ..sheets import WORKBOOK, SheetError, csv_text, read_sheet
from ..source import AssignmentError

if TYPE_CHECKING:
    from ..batch import Graded

PROSE = "prose.csv"
MARK = "\ufeff"
LONGEST = 20_000  # characters of an answer in a cell
FORMULA = re.compile(r"(?:^|(?<=[;\t\n]))(?=\s*[=+\-@＝＋－＠])")
COLUMNS = ["student", "assignment", "task", "points", "comment", "text", "version"]
KEY = ("student", "assignment", "task", "version")
OTHER_BOOKS = (".xls", ".ods", ".numbers")  # that are not read


class PointsError(SheetError):
    """prose.csv cannot be read. The message names file, row, column and remedy, one line for each problem."""


@dataclass(frozen=True)
class ByHand:
    """What prose.csv says.

    rows: as they stand, with `number` in the file and `given`, the points; separator: of its columns; problems: what lies
    beside it and does not count; file: its name, or that of the workbook that was read in its place.
    """

    rows: list[dict] = field(default_factory=list)
    separator: str = ","
    problems: tuple[str, ...] = ()
    file: str = PROSE


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
    """Return what is in prose.csv in the folder `out`, or in prose.xlsx if that is newer. Raises SheetError."""
    sheet, workbook = out / PROSE, (out / PROSE).with_suffix(WORKBOOK)
    books = [path.name for end in OTHER_BOOKS if (path := sheet.with_suffix(end)).exists()]
    problems = [
        f"{name} lies beside {PROSE}, and what is typed there does not count. "
        f"Remedy: save it as CSV (UTF-8) with the name {PROSE}, and delete {name}."
        for name in books
    ]
    saved = [path for path in (sheet, workbook) if path.is_file()]
    if not saved:
        return ByHand(problems=tuple(problems))
    newer = max(saved, key=lambda path: path.stat().st_mtime_ns)
    found = _read_prose(newer, course)
    if newer == workbook and sheet in saved:
        found = replace(found, separator=read_sheet(sheet, COLUMNS).separator)
    elif len(saved) == 2:
        typed = {_row_key(row): row["given"] for row in found.rows}
        if any(row["given"] not in (None, typed.get(_row_key(row))) for row in _read_prose(workbook, course).rows):
            problems.append(
                f"{workbook.name} is older than {PROSE}, and points that differ there do not count. "
                f"Remedy: type them into {PROSE}, and delete {workbook.name}."
            )
    return replace(found, problems=tuple(problems))


def _read_prose(path: Path, course: Course) -> ByHand:
    file, sheet = path.name, read_sheet(path, COLUMNS)
    header = [cell.lower() for cell in sheet.header]
    for column in COLUMNS:
        if (times := header.count(column)) != 1:
            raise PointsError(
                f"{file}:1 {column}: the column {column} is in the first row {times} times. "
                f"Remedy: the columns are {', '.join(COLUMNS)}."
            )
    rows, wrong = [], []
    for number, cells in sheet.rows:
        if any(cell.strip() for cell in cells):
            row = dict.fromkeys(COLUMNS, "") | dict(zip(header, cells, strict=False))
            try:
                rows.append(row | {"number": number, "given": _points(row, course)})
            except PointsError as error:
                wrong.append(f"{file}:{number} points: {error}")
    if wrong:
        raise PointsError("\n".join(wrong))
    return ByHand(rows, sheet.separator, file=file)


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


@dataclass(frozen=True)
class Matches:
    """Which answers the rows of prose.csv are about.

        keys: of answers, by number of the row; given: (points, comment) by key; lost: rows with points or a comment that are
    about no one, as sentences; earlier: rows about a text that was handed in before, as sentences.
    """

    keys: dict[int, tuple]
    given: dict[tuple, tuple[float | None, str]]
    lost: list[str]
    earlier: list[str]


def matches(graded: list[Graded], by_hand: ByHand) -> Matches:
    """Match rows with answers, whatever a spreadsheet made of names, and in whatever order they stand. Raises PointsError.

    A row is about the answer whose student, assignment, task and text it names. Where the student's name has changed (007 is
    7 now, 123456 is 1.23E+05), it is about the only answer with this text.
    """
    tasks = {_key(one.submission, task): task for one in graded for task in one.result.tasks}
    texts = {key: tasks[key].answer for key in answers(graded)}
    by_version, by_student = defaultdict(list), defaultdict(list)
    for key in tasks:
        by_student[plain(key[0]), *key[1:3]].append(key)
    for key in texts:
        by_version[key[1:]].append(key)
    exact = {_row_key(row) for row in by_hand.rows} & texts.keys()
    found = Matches({}, {}, [], [])
    for row in by_hand.rows:
        named, key = _row_key(row), None
        student, about = plain(named[0]), named[1:]
        free = [other for other in by_version[about] if other not in exact]
        fitting = [other for other in free if plain(other[0]) == student] or free
        same_text = [
            other
            for other in by_student[student, *about[:2]]
            if other in texts and row["text"].strip() and _same(row["text"], texts[other])
        ]
        if named in texts:
            key = named
        elif len(fitting) == 1 or len(same_text) == 1:
            key = (fitting if len(fitting) == 1 else same_text)[0]
        comment, points = row["comment"].strip(), row["given"]
        if key is None:
            place = f"{by_hand.file}:{row['number']} student: {row['student']}, {row['task']}"
            if by_student[student, *about[:2]]:
                found.earlier.append(f"{place}: the points are for a text that was handed in earlier.")
            elif row["points"].strip() or comment:
                found.lost.append(
                    f"{place}: this row matches no answer in the class. Remedy: restore the student's name, "
                    "or delete the row."
                )
            continue
        before, _ = found.given.get(key, (None, ""))
        if points is not None and before not in (None, points):
            raise PointsError(
                f"{by_hand.file}:{row['number']} points: this answer has different points in a row above. Remedy: keep one of the rows."
            )
        found.keys[row["number"]] = key
        if points is not None or key not in found.given:
            found.given[key] = points, comment
    return found


def answers(graded: list[Graded]) -> set[tuple[str, str, str, str]]:
    """Return the answers that are or were marked by hand, by what `KEY` says of them."""
    return {
        _key(one.submission, task)
        for one in graded
        for task in one.result.tasks
        if task.status in ("by hand", "marked")
    }


def _row_key(row):
    return tuple(row[column].strip() for column in KEY)


def _same(cell, answer):
    return " ".join(cell.split()) == " ".join(guard(answer[:LONGEST]).split())


def with_points(graded: list[Graded], by_hand: ByHand) -> list[Graded]:
    """Return what is graded with the points and comments that were given by hand. Raises PointsError."""
    given = matches(graded, by_hand).given
    return give(
        graded, lambda submission, task: given.get(_key(submission, task)) if task.status == "by hand" else None
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


def files(graded: list[Graded], by_hand: ByHand, separator: str = ",") -> dict[str, str]:
    """Return the tables as text by name of file. separator: of all but prose.csv, which keeps its own."""
    grades = [["student", "assignment", "task", "points", "max_points", "status", "reason", "submission"]]
    submissions = [
        [
            *("student", "assignment", "file", "status", "reason", "points", "max_points", "by_hand"),
            *("number", "handed_in", "late", "penalty", "notes"),
        ]
    ]
    prose = [list(row.values()) for row in prose_rows(graded, by_hand)]
    for one in graded:
        about, result = one.submission, one.result
        who, most = [about.student, about.assignment_name], about.assignment.points if result.tasks else {}
        for task in result.tasks:
            cells = [task.task, format_points(task.points), most[task.task], task.status, " ".join(task.reason.split())]
            grades.append([*who, *cells, result.status])
        if not result.tasks:  # no one is left out
            grades.append([*who, "", "", "", "not reached", " ".join(result.reason.split()), result.status])
        points = [format_points(one.points), sum(most.values())] if result.tasks else ["", ""]
        handed_in = about.time.isoformat(sep=" ", timespec="minutes") if about.time else ""
        notes = " ".join((*about.notes, *result.notes))
        facts = [about.number, handed_in, one.late, format_points(one.penalty or None), notes]
        submissions.append([*who, about.file, result.status, result.reason, *points, result.waiting, *facts])
    return {
        "grades.csv": _csv(grades, separator),
        "submissions.csv": _csv(submissions, separator),
        "matrix.csv": _csv(_matrix(graded), separator),
        PROSE: MARK + csv_text([COLUMNS, *prose], by_hand.separator if by_hand.rows else separator),
    }


def prose_rows(graded: list[Graded], by_hand: ByHand) -> list[dict[str, str]]:
    """Return the rows of prose.csv: those already there, with the names that they are about, and those of new answers."""
    found = matches(graded, by_hand)
    known = {number: dict(zip(KEY, key, strict=True)) for number, key in found.keys.items()}
    rows = [row | known.get(row["number"], {}) for row in by_hand.rows]
    for one in graded:
        for task in one.result.tasks:
            key = _key(one.submission, task)
            if task.status == "by hand" and key not in found.given:
                rows.append(dict(zip(KEY, key, strict=True)) | {"text": guard(task.answer[:LONGEST])})
    return [{column: row.get(column, "") for column in COLUMNS} for row in rows]


def _matrix(graded: list[Graded]) -> list[list]:
    """Return rows of students with the points of each assignment, empty where there are none yet, and their sum."""
    names = sorted({one.submission.assignment_name for one in graded} - {""})
    students = defaultdict(dict)
    for one in graded:
        students[one.submission.student][one.submission.assignment_name] = one.points
    rows = [
        [
            student,
            *(format_points(points.get(name)) for name in names),
            format_points(sum(filter(None, points.values()))),
        ]
        for student, points in students.items()
    ]
    return [["student", *names, "sum"], *rows]


def _csv(rows: list[list], separator: str = ",", mark: str = MARK) -> str:
    return mark + csv_text(([guard(cell) for cell in row] for row in rows), separator)


# ---- how long it took ----


def append(path: Path, row: list) -> None:
    """Add a row to runtime.csv, which is made if it is not there."""
    head = [] if path.exists() else [["student", "assignment", "seconds"]]
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write(_csv([*head, row], mark=MARK if head else ""))


def seconds(path: Path) -> list[float]:
    """Return the seconds in runtime.csv, the last run of each submission."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(
            {(row["student"], row["assignment"]): float(row["seconds"]) for row in csv.DictReader(file)}.values()
        )
