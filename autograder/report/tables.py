"""Tables of marks as CSV, and the one that a teacher fills in: prose.csv.

What came from students cannot become a formula in a spreadsheet: see `guard`.
"""

import csv
import hashlib
import io
import re
from dataclasses import dataclass, field, replace

from standoff.case import CaseError, Problem
from standoff.coding import sheets
from standoff.text import TextError, read_text

from .. import source as sources

PROSE = "prose.csv"
LONGEST = 20_000  # characters of an answer in a cell
FORMULA = re.compile(r"(?:^|(?<=[;\t\n]))(?=\s*[=+\-@＝＋－＠])")
COLUMNS = ["student", "assignment", "task", "points", "comment", "text", "version"]


class PointsError(ValueError):
    """prose.csv holds what cannot be points. The message names file, row, column and remedy, one line each."""


@dataclass(frozen=True)
class ByHand:
    """What prose.csv says. rows: list of dict, as they stand; separator: of its columns; given: (points, comment) by
    (student, assignment, task, version).
    """

    rows: list = field(default_factory=list)
    separator: str = ","
    given: dict = field(default_factory=dict)


def guard(text):
    """A cell that no spreadsheet takes for a formula, with plain line ends; nor for several, where it parts cells by other
    signs than ours (";" in many countries).
    """
    text = str(text).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    text = FORMULA.sub("'", text)
    return f"'{text}" if text[:1] == "\t" else text


def number(points):
    """Points as people write them: 2, 1.5, and nothing if they are not known yet."""
    return "" if points is None else f"{points:g}"


def version(text):
    """A short name for exactly this text; it begins with a letter, so that a spreadsheet leaves it alone."""
    return "t" + hashlib.sha256(text.encode()).hexdigest()[:10]


# ---- points given by hand ----


def read_prose(out):
    """What stands in prose.csv in the folder `out`: a ByHand. Raises PointsError, or CaseError if it is no such table."""
    path = out / PROSE
    if not path.is_file():
        return ByHand()
    try:
        text = read_text(path)
    except TextError as error:
        raise CaseError(PROSE, None, None, f"not a CSV file ({error})", "save it as CSV (UTF-8)") from error
    lines = sheets._cells(text, PROSE, COLUMNS)
    header = [cell.strip(" \ufeff").lower() for cell in lines[0][1]]
    for column in COLUMNS:
        if header.count(column) != 1:
            message = f"the column {column} stands {header.count(column)} times in the first row"
            raise CaseError(PROSE, lines[0][0], column, message, f"the columns are {', '.join(COLUMNS)}")
    rows, given, problems = [], {}, []
    for line, cells in lines[1:]:
        if not any(cell.strip() for cell in cells):
            continue
        row = {column: (cells[header.index(column)] if header.index(column) < len(cells) else "") for column in COLUMNS}
        rows.append(row)
        key = tuple(row[column].strip() for column in ("student", "assignment", "task", "version"))
        points, problem = _points(row, line)
        if problem:
            problems.append(problem)
        elif key in given and points is not None and given[key][0] not in (None, points):
            problems.append(
                Problem(PROSE, line, "points", "this answer has other points in a row above", "keep one of the rows")
            )
        elif points is not None or key not in given:
            given[key] = points, row["comment"].strip()
    if problems:
        raise PointsError("\n".join(map(str, problems)))
    separator = max(",;\t", key=text.partition("\n")[0].count)
    return ByHand(rows, separator, given)


def _points(row, line):
    """(points or None, Problem or None)."""
    cell = row["points"].strip()
    if not cell:
        return None, None
    try:
        most = next(
            task.points for task in sources.read(row["assignment"].strip()).tasks if task.name == row["task"].strip()
        )
    except (StopIteration, sources.AssignmentError):
        return None, None  # of a task that is no longer there
    match = re.fullmatch(r"\d+(?:[.,]\d+)?", cell)
    value = float(cell.replace(",", ".")) if match else None
    if value is None or value > most:
        remedy = f"write a number from 0 to {most}, or leave it empty"
        return None, Problem(PROSE, line, "points", f"{row['student']}: {cell!r} is not a number of points", remedy)
    return value, None


def with_points(graded, by_hand):
    """The list of Graded with the points and comments that were given by hand."""

    def given(submission, task):
        key = guard(submission.student), submission.assignment, task.task, version(task.answer)
        points, comment = by_hand.given.get(key, (None, "")) if task.status == "by hand" else (None, "")
        return task if points is None else replace(task, points=points, status="marked", reason=comment)

    return [
        replace(one, result=replace(one.result, tasks=tuple(given(one.submission, task) for task in one.result.tasks)))
        for one in graded
    ]


# ---- what is written ----


def files(graded, by_hand):
    """The tables as text by name of file: grades.csv, submissions.csv, prose.csv."""
    return {
        "grades.csv": _grades(graded),
        "submissions.csv": _submissions(graded),
        PROSE: _prose(graded, by_hand),
    }


def most(assignment):
    """The points of the tasks of an assignment: dict by task, empty without one."""
    return {task.name: task.points for task in sources.read(assignment).tasks} if assignment else {}


def total(result):
    """The points that are known so far (float)."""
    return sum(task.points or 0.0 for task in result.tasks)


def _grades(graded):
    rows = []
    for one in graded:
        who = [guard(one.submission.student), one.submission.assignment]
        points = most(one.submission.assignment)
        for task in one.result.tasks:
            reason = guard(" ".join(task.reason.split()))
            rows.append(
                [*who, task.task, number(task.points), points[task.task], task.status, reason, one.result.status]
            )
        if not one.result.tasks:  # nobody is left out
            rows.append([*who, "", "", "", "not reached", guard(one.result.reason), one.result.status])
    columns = ["student", "assignment", "task", "points", "max_points", "status", "reason", "submission"]
    return _csv(columns, rows)


def _submissions(graded):
    rows = []
    for one in graded:
        about, result = one.submission, one.result
        waiting = sum(task.status == "by hand" for task in result.tasks)
        points = [number(total(result)), sum(most(about.assignment).values())] if result.tasks else ["", ""]
        rows.append(
            [
                guard(about.student),
                about.assignment,
                guard(about.file),
                result.status,
                guard(result.reason),
                *points,
                waiting,
            ]
        )
    columns = ["student", "assignment", "file", "status", "reason", "points", "max_points", "by_hand"]
    return _csv(columns, rows)


def _prose(graded, by_hand):
    rows = [[row[column] for column in COLUMNS] for row in by_hand.rows]
    for one in graded:
        for task in one.result.tasks:
            if task.status == "by hand":
                key = guard(one.submission.student), one.submission.assignment, task.task, version(task.answer)
                if key not in by_hand.given:
                    rows.append([*key[:3], "", "", guard(task.answer[:LONGEST]), key[3]])
    return "\ufeff" + _csv(COLUMNS, rows, by_hand.separator)


def _csv(columns, rows, separator=","):
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, lineterminator="\n")
    writer.writerows([columns, *rows])
    return text.getvalue()


# ---- how long it took ----


def append(path, columns, row):
    """Add a row to a table, which is made if it is not there."""
    new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([columns] * new + [[guard(cell) for cell in row]])


def seconds(path):
    """Seconds by (student, assignment), as runtime.csv says: dict of float, the last run of each."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {(row["student"], row["assignment"]): float(row["seconds"]) for row in csv.DictReader(file)}
