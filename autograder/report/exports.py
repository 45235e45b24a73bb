"""Write marks and feedback as learning platforms take them back: their own tables with points, and zips of feedback.

The tables are those that the platforms themselves export, with points filled in, so that names of columns, identifiers, encoding
and separators are the platform's own. What each importer asks for:

Moodle       the assignment's grading worksheet: `Identifier`, `Grade`, `Last modified (grade)` (mod/assign/feedback/offline);
             feedback files as NAME_ID_assignsubmission_file_/... (mod/assign/feedback/file)
Canvas       the gradebook: `Student`, `ID`, ..., `Section`, then columns of assignments (lib/gradebook_importer.rb); feedback
             files by the names that submissions were downloaded with, of which it reads the two numbers
Blackboard   the full grade centre: the user name, and columns that end in |NUMBER (tab or comma)
Brightspace  `OrgDefinedId` or `Username`, `ITEM Points Grade ...`, and `End-of-Line Indicator` last, as D2L's page on importing says
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ..intake.layouts import MOODLE
from ..roster import Roster, plain
from ..sheets import Sheet, SheetError, csv_text, read_sheet
from ..source import Assignment
from ..zips import EPOCH
from . import feedback
from .tables import MARK, format_points, guard

if TYPE_CHECKING:
    from ..batch import Graded

FOLDER = "import"
POINTS_GRADE = re.compile(r"(?P<title>.+?) Points Grade\b.*$")
BLACKBOARD_ITEM = re.compile(r"(?P<title>.+?) \[[^\]]*\] ?\|\d+$")
CANVAS_ITEM = re.compile(r"(?P<title>.+?) \(\d+\)$")
NUMBER = re.compile(r"\D*(\d+)$")
END = "End-of-Line Indicator"


@dataclass(frozen=True)
class Worksheet:
    """A table of grades as a platform has exported it. columns: what an assignment is called there, by its name."""

    name: str
    platform: Platform
    sheet: Sheet
    columns: dict[str, str]


@dataclass(frozen=True)
class Platform:
    """How a platform's table of grades looks.

    is_it    whether a header is one of its tables
    ids      the columns that identify a student
    item     what an assignment's column looks like; None: the table is of one assignment, and its column is `Grade`
    is_kept  which other columns go back: platforms warn of importing more than identifiers and points
    """

    name: str
    is_it: Callable[[list[str]], bool]
    ids: tuple[str, ...]
    item: re.Pattern | None
    is_kept: Callable[[str], bool]


PLATFORMS = [
    Platform(
        "moodle",
        lambda header: {"Identifier", "Grade"} <= {*header},
        ("Identifier", "Full name", "ID number", "Email address", "Username"),
        None,
        lambda column: True,
    ),
    Platform(
        "canvas",
        lambda header: header[0] == "Student" and "Section" in header,
        ("Student", "ID", "SIS User ID", "SIS Login ID", "Integration ID"),
        CANVAS_ITEM,
        lambda column: (
            column in ("Student", "ID", "SIS User ID", "SIS Login ID", "Integration ID", "Root Account", "Section")
        ),
    ),
    Platform(
        "brightspace",
        lambda header: bool({"OrgDefinedId", "Username"} & {*header}) and any(map(POINTS_GRADE.match, header)),
        ("OrgDefinedId", "Username", "Last Name", "First Name", "Email"),
        POINTS_GRADE,
        lambda column: column in ("OrgDefinedId", "Username", END),
    ),
    Platform(
        "blackboard",
        lambda header: bool({"Username", "User Name"} & {*header}) and any(map(BLACKBOARD_ITEM.match, header)),
        ("Username", "User Name", "Student ID", "Last Name", "First Name"),
        BLACKBOARD_ITEM,
        lambda column: column in ("Username", "User Name", "Last Name", "First Name", "Student ID"),
    ),
]


@dataclass
class Written:
    """Files for platforms by their names in the folder of results, and what is to be said of them."""

    contents: dict[str, bytes] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)


def read_worksheet(path: Path, columns: dict[str, str]) -> Worksheet:
    """Return a table of grades that a platform has exported. Raises SheetError."""
    sheet = read_sheet(path, [name for platform in PLATFORMS for name in platform.ids])
    platform = next((platform for platform in PLATFORMS if platform.is_it(sheet.header)), None)
    if platform is None:
        raise SheetError(
            f"{path.name}:1: this is not a table of grades from Moodle (the grading worksheet), Canvas, Blackboard or Brightspace. "
            "Remedy: export it there with the columns of assignments, and pass it on unchanged."
        )
    return Worksheet(path.name, platform, sheet, columns)


def files(graded: list[Graded], worksheets: list[Worksheet], roster: Roster) -> Written:
    """Return the tables with points, and zips of feedback for the platforms that take them back. Raises SheetError."""
    written, by_assignment = Written(), defaultdict(list)
    for one in graded:
        if one.submission.assignment:
            by_assignment[one.submission.assignment].append(one)
    for worksheet in worksheets:
        _fill(worksheet, by_assignment, roster, written)
    for assignment, handed_in in by_assignment.items():
        for layout, member in (("moodle", _moodle_member), ("canvas", _canvas_member)):
            theirs = [one for one in handed_in if one.submission.layout == layout]
            if theirs:
                pages = {member(one): next(iter(feedback.pages([one]).values())) for one in theirs}
                written.contents[f"{FOLDER}/feedback-{assignment.name}-{layout}.zip"] = _zipped(pages)
        theirs = [one for one in handed_in if one.submission.layout == "moodle"]
        if theirs and not any(worksheet.platform.name == "moodle" for worksheet in worksheets):
            written.contents[f"{FOLDER}/grades-{assignment.name}-moodle.csv"] = _moodle_table(theirs)
    return written


# ---- feedback ----


def _moodle_member(one: Graded) -> str:
    match = MOODLE.match(one.submission.home)
    folder = one.submission.home[: match.start("rest")] if match["rest"] else one.submission.home
    return f"{folder.rstrip('_')}_/feedback.html"


def _canvas_member(one: Graded) -> str:
    name, number, attachment = re.match(r"([^_]+(?:_LATE)?)_(\d+)_(\d+)_", one.submission.home, re.I).groups()
    return f"{name}_{number}_{attachment}_feedback.html"


def _zipped(pages: dict[str, str]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(pages):
            archive.writestr(zipfile.ZipInfo(name, EPOCH), pages[name].encode(), zipfile.ZIP_DEFLATED)
    return data.getvalue()


# ---- tables ----


def _moodle_table(graded: list[Graded]) -> bytes:
    """Return a grading worksheet made of the names of folders, in English: for teachers who have not downloaded Moodle's own."""
    rows = [["Identifier", "Full name", "Grade", "Maximum Grade", "Last modified (grade)", "Feedback comments"]]
    for one in graded:
        about = one.submission
        most = sum(about.assignment.points.values())
        rows.append([f"Participant {about.number}", guard(about.student), _points(one), most, "-", ""])
    return (MARK + csv_text(rows)).encode()


def _points(one: Graded) -> str:
    """Return points that are final: none while a written answer waits."""
    return "" if one.result.waiting else format_points(one.points)


def _fill(
    worksheet: Worksheet, by_assignment: dict[Assignment, list[Graded]], roster: Roster, written: Written
) -> None:
    """Add a worksheet with the points of all whom it names."""
    sheet, platform = worksheet.sheet, worksheet.platform
    places = _places(worksheet, by_assignment)
    rows = [list(cells) for _, cells in sheet.rows]
    who = [_ids(sheet.header, platform, cells) for cells in rows]
    for column, assignment in places.items():
        theirs, open_, unknown = by_assignment[assignment], 0, []
        for one in theirs:
            called = _called(one, roster, platform)
            fitting = [number for number, ids in enumerate(who) if ids & called]
            if len(fitting) != 1:
                unknown.append(one.submission.student)
            elif points := _points(one):
                cells = rows[fitting[0]]
                cells += [""] * (len(sheet.header) - len(cells))
                cells[column] = points
            else:
                open_ += one.result.status != "missing"
        if unknown:
            written.said.append(f"{worksheet.name}: has no row, or several, for {', '.join(unknown)}.")
        if open_:
            written.said.append(
                f"{worksheet.name}, {assignment.name}: {open_} left as they were, because written answers are still to be marked."
            )
    if "Maximum Grade" in sheet.header:
        _say_maximum(worksheet, rows, next(iter(places.values())), written)
    kept = [
        place for place, column in enumerate(sheet.header) if place in places or platform.is_kept(column.lstrip("#"))
    ]
    text = csv_text(
        [[row[place] if place < len(row) else "" for place in kept] for row in [sheet.header, *rows]], sheet.separator
    )
    encoding = "utf-8-sig" if sheet.encoding == "cp1252" else sheet.encoding
    written.contents[f"{FOLDER}/{Path(worksheet.name).stem}-{platform.name}.csv"] = text.encode(encoding)


def _places(worksheet: Worksheet, by_assignment: dict[Assignment, list[Graded]]) -> dict[int, Assignment]:
    """Return the assignment of each column that gets points. Raises SheetError."""
    header, item = worksheet.sheet.header, worksheet.platform.item
    if item is None:
        return {header.index("Grade"): _assignment_of(worksheet, by_assignment)}
    titles = {place: match["title"] for place, column in enumerate(header) if (match := item.match(column))}
    places = {}
    for assignment in by_assignment:
        wanted = worksheet.columns.get(assignment.name)
        for place, title in titles.items():
            names = (plain(wanted),) if wanted else (plain(assignment.title), plain(assignment.name))
            if plain(title) in names or not wanted and plain(assignment.name) in plain(title):
                places[place] = assignment
    if not places:
        raise SheetError(
            f"{worksheet.name}:1: none of {', '.join(titles.values()) or 'its columns'} has the name of an assignment. "
            f"Remedy: say which one is meant, with --column {next(iter(by_assignment)).name}=TITLE"
        )
    return places


def _assignment_of(worksheet: Worksheet, by_assignment: dict[Assignment, list[Graded]]) -> Assignment:
    """Return the assignment that a worksheet of one is about: by its name, or by the numbers of its participants."""
    if len(by_assignment) == 1:
        return next(iter(by_assignment))
    named = [assignment for assignment in by_assignment if assignment.name in worksheet.name]
    if len(named) == 1:
        return named[0]
    place = worksheet.sheet.header.index("Identifier")
    numbers = {match[1] for _, cells in worksheet.sheet.rows if (match := NUMBER.match(cells[place]))}
    shared = {
        assignment: len(numbers & {one.submission.number for one in graded})
        for assignment, graded in by_assignment.items()
    }
    best = max(shared, key=shared.get)
    if not shared[best]:
        raise SheetError(
            f"{worksheet.name}: it is unclear which assignment it belongs to. Remedy: put the assignment's name in the file name."
        )
    return best


def _ids(header: list[str], platform: Platform, cells: list[str]) -> set[str]:
    """Return all that a row says about who a student is."""
    row = dict(zip(header, cells, strict=False))
    ids = {plain(row[name]) for name in platform.ids if row.get(name) and name not in ("First Name", "Last Name")}
    if row.get("First Name") or row.get("Last Name"):
        ids.add(plain(f"{row.get('First Name', '')} {row.get('Last Name', '')}"))
    if match := NUMBER.match(row.get("Identifier", "")):
        ids.add(f"participant {match[1]}")
    return ids - {""}


def _called(one: Graded, roster: Roster, platform: Platform) -> set[str]:
    """Return all names of a student, including the numbers of the student's own platform."""
    about = one.submission
    student = next((student for student in roster.students if student.name == about.student), None)
    called = {plain(about.student)} | (student.ids if student else set())
    if about.number and about.layout == platform.name:
        called = {f"participant {about.number}"} if platform.name == "moodle" else {*called, plain(about.number)}
    return called


def _say_maximum(worksheet: Worksheet, rows: list[list[str]], assignment: Assignment, written: Written) -> None:
    place, most = worksheet.sheet.header.index("Maximum Grade"), sum(assignment.points.values())
    theirs = {row[place] for row in rows if len(row) > place and row[place]}
    if any(not re.fullmatch(rf"{most}(?:[.,]0+)?", maximum) for maximum in theirs):
        written.said.append(
            f"{worksheet.name}: the maximum grade there is {', '.join(sorted(theirs))}, and {most} here. "
            f"Points are written as they are: set it to {most} before you import them."
        )
