"""Tell who handed in what: the folders and archives of learning platforms, as one submission per student and assignment."""

import functools
import json
import re
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..course import Course
from ..source import Assignment
from .unpack import REFUSED, UNREADABLE, Entry, entries, natural_key

# How platforms name folders, archives and files of a student. `rest` is the name that the student gave.
PLATFORMS = [
    re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_[a-z]+(?:_(?P<rest>.*))?$"),  # Moodle
    re.compile(r"(?P<name>[^_]+)(?:_LATE)?_(?P<id>\d+)_\d+_(?P<rest>.+)$", re.I),  # Canvas
    re.compile(r".+?_(?P<name>[^_]+)_attempt_(?P<id>)\d{4}(?:-\d\d){5}(?:_(?P<rest>.+))?$"),  # Blackboard
]
WRAPPERS = re.compile(r"submissions?|submitted|dropbox(es)?|dropped|abgaben?|rendus|multi_feedback.*", re.I)
# What platforms write themselves, beside the folders.
LISTS = {".csv", ".tsv", ".xlsx", ".xls", ".ods", ".txt", ".html", ".xml", ".json", ".md"}
AS_NOTEBOOK = Path(__file__).with_name("as_notebook.py")
COPY = re.compile(r"^(?P<stem>.+?)[ _]?\((?P<number>\d+)\)$")
CANVAS_COPY = re.compile(r"^(?P<stem>.+)-(?P<number>\d+)$")
TEXT = re.compile(r"\A\ufeff?---\s*\n(?:.*\n)*?(?:jupytext|kernelspec):", re.M)


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one assignment.

    student   as the platform calls her
    assignment None where it could not be told
    file      of the notebook, as it was handed in; "" if there is none
    notebook  where its bytes are, or its bytes (a notebook kept as text); None if it is not to be marked
    files     what came with it: Path by relative path
    status    "" or why it is not to be marked: refused or unreadable; `reason` is a sentence for the student
    """

    student: str
    assignment: Assignment | None
    file: str = ""
    notebook: Path | bytes | None = None
    files: dict[str, Path] = field(default_factory=dict)
    status: str = ""
    reason: str = ""

    @property
    def assignment_name(self) -> str:
        """The name of the assignment; "" where it could not be told."""
        return self.assignment.name if self.assignment else ""


@dataclass(frozen=True)
class Notebook:
    """A notebook among the files of a student.

    cells: (kind, source) of each, or None if it is damaged; stems, copies: the names of its folders and its own without
    numbers of copies, and these numbers, of which a later one replaces the one before.
    """

    entry: Entry
    content: Path | bytes
    assignment: str
    cells: list | None
    stems: tuple
    copies: tuple


def collect(course: Course, source: str | Path, scratch: Path, only: str = "") -> list[Submission]:
    """Return the submissions in a folder or zip file, by student and assignment.

    scratch  an empty folder for what is unpacked; keep it until all are marked
    only     name of the assignment that is wanted; notebooks of others count as handed in for it by mistake
    """
    known = {name: _grade_ids(course.read(name).notebook) for name in course.names()}
    handed_in = _by_student(entries(source, Path(scratch)), known)
    submissions = []
    for student in sorted(handed_in, key=natural_key):
        submissions += _of_student(student, handed_in[student], known, only, course)
    assignments = {submission.assignment for submission in submissions} - {None}
    if len(assignments) == 1:  # whoever handed in nothing that can be told meant the same assignment as all
        submissions = [replace(submission, assignment=next(iter(assignments))) for submission in submissions]
    return submissions


# ---- whose is it? ----


def _by_student(handed_in, known):
    """Return (parts of the name after the student's, Entry) of all entries, by student."""
    shown, numbers = [], defaultdict(set)
    for parts, entry in _unwrapped(handed_in, known):
        first, rest, number = parts[0], parts[1:], ""
        if match := _platform(first):
            name, number = match["name"].strip(), match["id"]
            rest = rest or ((match["rest"],) if match["rest"] else ())
            numbers[name].add((number, entry.parts[: -len(parts)]))
        elif rest or entry.path is None:
            name = first
        elif first.lower().endswith(".ipynb") or Path(first).suffix.lower() not in LISTS:
            name, rest = _loose(first, known), parts
        else:
            continue
        shown.append((name, number, rest, entry))
    archives = {name for name, _, _, entry in shown if entry.archives}
    students = {name for name, *_ in shown}
    by_student = defaultdict(list)
    for name, number, rest, entry in shown:
        original, copy = _without_copy(name)
        if copy and name in archives and original in students:
            name = original  # an archive that was handed in again
        folders = [folder for _, folder in numbers[name]]
        if len(folders) > len(set(folders)):  # two students of one name
            name = f"{name} ({number})"
        by_student[name].append((rest, entry))
    return by_student


def _unwrapped(handed_in, known):
    """Yield (parts, Entry) without the first parts that only wrap students' folders."""
    files, inside = {entry.parts for entry in handed_in if entry.path}, defaultdict(set)
    for entry in handed_in:
        for depth, name in enumerate(entry.parts):
            inside[entry.parts[:depth]].add(name)

    def is_export(folder):
        """Whether what is in it, alone or in folders around it, has the names that platforms give to several students."""
        names, exported = inside[folder], set(filter(_platform, inside[folder]))
        if len(names) == 1:
            return is_export((*folder, *names))
        return len(exported) > 1 and all(Path(name).suffix.lower() in LISTS for name in names - exported)

    @functools.cache
    def wraps(folder):
        names, name = inside[folder], folder[-1]
        if _platform(name):
            return False
        if _hint(name) in known or WRAPPERS.fullmatch(name) or is_export(folder):
            return True
        if any(_hint(part) in known or len(inside[folder[:depth]]) > 1 for depth, part in enumerate(folder)):
            return False  # below it is only a part of what was handed in, or one assignment
        folders = {name for name in names if (*folder, name) not in files}
        if any(map(_platform, names)) or len(names) == 1 and any(map(WRAPPERS.fullmatch, folders)):
            return True
        return names == folders and sum(_hint(name) not in known for name in folders) > 1

    for entry in handed_in:
        start = 0
        while start < len(entry.parts) - 1 and wraps(entry.parts[: start + 1]):
            start += 1
        yield entry.parts[start:], entry


def _platform(part):
    return next(filter(None, (pattern.match(part) for pattern in PLATFORMS)), None)


def _loose(name, known):
    """Return the student of a file that stands in no folder of hers: what its name says besides the assignment."""
    stem = name.rpartition(".")[0] or name
    for assignment in known:
        left = re.sub(rf"(?i){re.escape(assignment)}", "", stem).strip(" _-.")
        if left != stem and left and not re.fullmatch(r"\(\d+\)", left):
            return left
    return stem


# ---- which assignment is it? ----


def _of_student(student, handed_in, known, only, course):
    def refused(assignment, entry, reason, status=REFUSED):
        about = course.read(assignment) if assignment else None
        file = "/".join(entry.parts) if entry else ""
        return Submission(student, about, file, status=status, reason=reason)

    hints = {_hint(part) for _, entry in handed_in for part in entry.parts} & set(known)
    meant = only or (hints.pop() if len(hints) == 1 else "")
    for rest, entry in handed_in:
        if entry.status:
            return [refused(meant, entry, f"{'/'.join(rest) or entry.parts[-1]} {entry.why}.", entry.status)]
    notebooks = [_notebook(rest, entry, known, only, course.name) for rest, entry in handed_in]
    notebooks = [notebook for notebook in notebooks if notebook]
    if not notebooks:
        files = [rest[-1] for rest, entry in handed_in if entry.path and rest]
        listed = f"only {', '.join(files[:3])}{' and more' if len(files) > 3 else ''}" if files else "nothing"
        return [refused(meant, None, f"There is no notebook (.ipynb) here, {listed}.")]
    by_assignment = defaultdict(list)
    for notebook in notebooks:
        by_assignment[notebook.assignment].append(notebook)
    if only and only not in by_assignment:
        reason = f"This is the notebook of {', '.join(sorted(by_assignment))}, not of {only}."
        return [refused(only, notebooks[0].entry, reason)]
    unknown = by_assignment.pop("", [])  # beside others: a notebook of her own
    if not by_assignment and all(notebook.cells is None for notebook in unknown):
        reason = "This is not a notebook: the file is damaged or of another kind."
        return [refused(meant, unknown[0].entry, reason, UNREADABLE)]
    if not by_assignment:
        reason = "It cannot be told which assignment this notebook belongs to: its cells have lost their names."
        return [refused(meant, unknown[0].entry, reason)]
    submissions = []
    for name in [only] if only else sorted(by_assignment):
        newest, why = _newest(by_assignment[name])
        if why:
            submissions.append(refused(name, newest.entry, why))
        else:
            about, files = course.read(name), _beside(newest, handed_in, notebooks)
            submissions.append(Submission(student, about, "/".join(newest.entry.parts), newest.content, files))
    return submissions


def _notebook(rest, entry, known, only, metadata_key):
    """Return the Notebook that an entry is, or None."""
    name = rest[-1] if rest else entry.parts[-1]
    suffix = Path(name).suffix.lower()
    if entry.path is None or suffix not in (".ipynb", ".md"):
        return None
    content = data = entry.path.read_bytes()
    if suffix == ".md" and not (content := (data := _from_text(data))):
        return None
    try:
        notebook = json.loads(data)
        cells = [(cell.get("cell_type"), "".join(cell.get("source", "")).strip()) for cell in notebook["cells"]]
        about = notebook.get("metadata", {}).get(metadata_key)
        assignment = about.get("assignment") if isinstance(about, dict) else ""
        if assignment not in known:
            assignment = _most(_grade_ids(notebook), known)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        ids = re.findall(r'"grade_id"\s*:\s*"([^"]{1,100})"', data.decode("utf-8", "replace"))
        cells, assignment = None, _most(set(ids), known)
    hinted = next(filter(known.__contains__, map(_hint, (name, *reversed(entry.parts[:-1])))), "")
    names = [_without_copy(part, _platform(entry.parts[-1])) for part in (*rest[:-1], Path(name).stem)]
    stems, copies = zip(*names)
    if suffix == ".ipynb":
        content = entry.path
    return Notebook(entry, content, assignment or hinted or only, cells, (*stems, suffix), copies)


def _from_text(data):
    """Return a notebook kept as text (Jupytext, Markdown) as the bytes of an .ipynb; None if it is an ordinary text."""
    if not TEXT.match(data[:5_000].decode("utf-8", "replace")):
        return None
    try:
        done = subprocess.run([sys.executable, "-P", AS_NOTEBOOK], input=data, capture_output=True, timeout=60)
        return done.stdout or None
    except subprocess.TimeoutExpired:
        return None


def _most(names, known):
    """Return the assignment that has most of these grade_ids; "" if none does, or several do."""
    shared = {name: len(names & ids) for name, ids in known.items()}
    best = max(shared.values(), default=0)
    winners = [name for name, number in shared.items() if number == best]
    return winners[0] if best and len(winners) == 1 else ""


def _grade_ids(notebook):
    roles = (cell.get("metadata", {}).get("nbgrader") for cell in notebook["cells"] if isinstance(cell, dict))
    names = {role.get("grade_id") for role in roles if isinstance(role, dict)}
    return {name for name in names if isinstance(name, str) and name != "setup"}


def _hint(name):
    """Return the name of a file or folder as that of an assignment might be."""
    match = _platform(name)
    name = (match["rest"] or "") if match else name
    return _without_copy(Path(name).stem, match)[0].strip().lower()


# ---- which of several? ----


def _without_copy(stem, platform=None):
    """Return a name without the number of a copy, "x (2)" or "x-2" as Canvas has it, and this number or 0."""
    match = COPY.match(stem) or platform and CANVAS_COPY.match(stem)
    return (match["stem"], int(match["number"])) if match else (stem, 0)


def _newest(notebooks):
    """Return (the notebook that counts, "") or (the first one, why none does)."""
    first, newest = notebooks[0], max(notebooks, key=lambda notebook: notebook.copies)
    if all(notebook.cells is not None and notebook.cells == first.cells for notebook in notebooks):
        return first, ""
    is_alone = [notebook.copies for notebook in notebooks].count(newest.copies) == 1
    if is_alone and len({notebook.stems for notebook in notebooks}) == 1:
        return newest, ""
    names = ", ".join("/".join(notebook.entry.parts) for notebook in notebooks[:4])
    more = " and more" if len(notebooks) > 4 else ""
    folders = len({notebook.entry.parts[:-1] for notebook in notebooks})
    several = " (If this is a folder of several students: it has to be graded by itself.)" if folders > 2 else ""
    count = len(notebooks)
    return first, f"There are {count} different notebooks of this assignment ({names}{more}): hand in one.{several}"


def _beside(notebook, handed_in, notebooks):
    """Return the files that belong to a notebook: in its folder and below, or beside all notebooks; Path by relative path."""
    folders = {other.entry.parts[:-1] for other in notebooks}
    home = notebook.entry.parts[:-1]
    files = {}
    for rest, entry in handed_in:
        if entry.path is None or not rest or any(entry is other.entry for other in notebooks):
            continue
        above = [folder for folder in folders if entry.parts[: len(folder)] == folder]
        nearest = max(above, key=len, default=None)
        if nearest not in (home, None):
            continue
        inside = rest if nearest is None or _platform(entry.parts[len(home)]) else entry.parts[len(home) :]
        if len(inside) > 2 and inside[0] == inside[1]:
            inside = inside[1:]  # an archive of a folder, named after it
        if len(inside) > 2 and inside[1] == "data" and entry.archives > len(home):
            inside = inside[1:]  # an archive of the folder that the notebook finds its data in
        files["/".join(inside)] = entry.path
    return files
