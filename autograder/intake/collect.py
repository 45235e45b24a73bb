"""Tell who handed in what: the folders and archives of learning platforms, as one submission per student and assignment."""

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
    """A notebook among the files of a student. cells: (kind, source) of each; stem and copies: see `_version`."""

    entry: Entry
    content: Path | bytes
    assignment: str
    cells: list
    stem: tuple
    copies: tuple


def collect(course: Course, source: str | Path, scratch: Path, only: str = "") -> list[Submission]:
    """Return the submissions in a folder or zip file, by student and assignment.

    scratch  an empty folder for what is unpacked; keep it until all are marked
    only     name of the assignment that is wanted; notebooks of others count as handed in for it by mistake
    """
    known = {name: _grade_ids(course.read(name).notebook) for name in course.names()}
    handed_in = _by_student(entries(source, Path(scratch)), known)
    found = []
    for student in sorted(handed_in, key=natural_key):
        found += _of_student(student, handed_in[student], known, only, course)
    taken = {one.assignment for one in found if one.assignment}
    if len(taken) == 1:  # whoever handed in nothing that can be told meant the same assignment as all
        found = [replace(one, assignment=one.assignment or next(iter(taken))) for one in found]
    return found


# ---- whose is it? ----


def _by_student(found, known):
    """Return (parts of the name after the student's, Entry) of all entries, by student."""
    shown, people = [], defaultdict(set)
    for parts, entry in _unwrapped([(entry.parts, entry) for entry in found], known):
        match = _platform(parts[0])
        if match:
            rest = (match["rest"],) if match["rest"] and not parts[1:] else ()
            key, rest = (match["name"].strip(), match["id"]), rest + parts[1:]
            people[entry.parts[: -len(parts)], key[0]].add(key[1])
        elif len(parts) > 1 or entry.path is None:
            key, rest = (parts[0], ""), parts[1:]
        elif not _is_notebook_name(parts[0]) and Path(parts[0]).suffix.lower() in LISTS:
            continue
        else:
            key, rest = (_loose(parts[0], known), ""), parts
        shown.append((key, rest, entry))
    twice = {name for (_, name), numbers in people.items() if len(numbers) > 1}
    zips = {key[0] for key, _, entry in shown if entry.archives}
    students = {key[0] for key, _, _ in shown}
    grouped = defaultdict(list)
    for (name, number), rest, entry in shown:
        again = COPY.match(name)
        if again and name in zips and again["stem"] in students:
            name = again["stem"]  # an archive that was handed in again
        grouped[f"{name} ({number})" if name in twice else name].append((rest, entry))
    return grouped


def _unwrapped(found, known, whole=True):
    """Yield (parts, Entry) without the first parts that only wrap students' folders, of all or in one branch.

    whole: this is all that there is, not a branch of it, and no folder of an assignment
    """
    branches = defaultdict(list)
    for parts, entry in found:
        while len(parts) > 1 and _hint(parts[0]) in known and not _platform(parts[0]):
            parts, whole = parts[1:], False
        branches[parts[0]].append((parts, entry))
    whole = whole and len(branches) == 1
    for name, branch in branches.items():
        inside = [(parts[1:], entry) for parts, entry in branch]
        below = [parts for parts, _ in inside]
        if all(below) and (WRAPPERS.fullmatch(name) or _is_export(below) or whole and _wraps(name, inside, known)):
            yield from _unwrapped(inside, known, whole)
        else:
            yield from branch


def _wraps(name, found, known):
    """Return whether a folder that holds everything only wraps the students' folders; found: what is in it."""
    names = {parts[0] for parts, _ in found}
    folders = {parts[0] for parts, entry in found if len(parts) > 1 or entry.path is None}
    if _platform(name):
        return False
    if any(map(_platform, names)) or len(names) == 1 and any(map(WRAPPERS.fullmatch, folders)):
        return True
    return names == folders and sum(_hint(folder) not in known for folder in folders) > 1


def _is_export(found):
    """Return whether these parts of names, alone in their folder or in folders around it, are those of several students."""
    names = {parts[0] for parts in found}
    exported = {name for name in names if _platform(name)}
    if len(names) == 1:
        below = [parts[1:] for parts in found]
        return all(below) and _is_export(below)
    return len(exported) > 1 and all(Path(name).suffix.lower() in LISTS for name in names - exported)


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
    def without(assignment, entry, reason, status=REFUSED):
        about = course.read(assignment) if assignment else None
        file = "/".join(entry.parts) if entry else ""
        return Submission(student, about, file, status=status, reason=reason)

    names = ["/".join(entry.parts) for _, entry in handed_in]
    hints = {_hint(part) for name in names for part in name.split("/")} & set(known)
    meant = only or (hints.pop() if len(hints) == 1 else "")
    for rest, entry in handed_in:
        if entry.status:
            return [without(meant, entry, f"{'/'.join(rest) or entry.parts[-1]} {entry.why}.", entry.status)]
    notebooks = [one for one in (_notebook(rest, entry, known, only, course.name) for rest, entry in handed_in) if one]
    if not notebooks:
        files = [rest[-1] for rest, entry in handed_in if entry.path and rest]
        listed = f"only {', '.join(files[:3])}{' and more' if len(files) > 3 else ''}" if files else "nothing"
        return [without(meant, None, f"There is no notebook (.ipynb) here, {listed}.")]
    by_assignment = defaultdict(list)
    for one in notebooks:
        by_assignment[one.assignment].append(one)
    if only and only not in by_assignment:
        theirs = sorted(filter(None, by_assignment))
        told = f"the notebook of {', '.join(theirs)}" if theirs else "a notebook of no assignment that is known"
        return [without(only, notebooks[0].entry, f"This is {told}, not of {only}.")]
    found = []
    for name, several in sorted(by_assignment.items()):
        if only and name != only:
            continue
        if not name:
            if len(by_assignment) == 1:
                told = "It cannot be told which assignment this notebook belongs to: its cells have lost their names."
                unreadable = all(one.cells is None for one in several)
                told = "This is not a notebook: the file is damaged or of another kind." if unreadable else told
                status = UNREADABLE if unreadable else REFUSED
                found.append(without(meant, several[0].entry, told, status))
            continue  # beside others: a notebook of her own
        chosen, why = _newest(several)
        if why:
            found.append(without(name, several[0].entry, why))
        else:
            files = _beside(chosen, handed_in, notebooks)
            found.append(Submission(student, course.read(name), "/".join(chosen.entry.parts), chosen.content, files))
    return found


def _is_notebook_name(name):
    return name.lower().endswith(".ipynb")


def _notebook(rest, entry, known, only, metadata_key):
    """Return the Notebook that an entry is, or None."""
    name = rest[-1] if rest else entry.parts[-1]
    if entry.path is None or not name.lower().endswith((".ipynb", ".md")):
        return None
    content = data = entry.path.read_bytes()
    if _is_notebook_name(name):
        content = entry.path
    else:
        data = content = _from_text(data)
        if data is None:
            return None
    try:
        notebook = json.loads(data)
        cells = notebook["cells"]
        assignment = _assignment(notebook, known, metadata_key)
        cells = [(cell.get("cell_type"), "".join(cell.get("source", "")).strip()) for cell in cells]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        cells, assignment = None, _by_text(data, known)
    hinted = next(filter(known.__contains__, map(_hint, (name, *reversed(entry.parts[:-1])))), "")
    stem, copies = _version(rest[:-1] + (name,), bool(_platform(entry.parts[-1])))
    return Notebook(entry, content, assignment or hinted or only, cells, stem, copies)


def _from_text(data):
    """Return a notebook kept as text (Jupytext, Markdown) as the bytes of an .ipynb; None if it is an ordinary text."""
    if not TEXT.match(data[:5_000].decode("utf-8", "replace")):
        return None
    try:
        done = subprocess.run([sys.executable, "-P", AS_NOTEBOOK], input=data, capture_output=True, timeout=60)
        return done.stdout or None
    except subprocess.TimeoutExpired:
        return None


def _assignment(notebook, known, metadata_key):
    """Return what a notebook itself says that it belongs to, or whose cells it has most of; "" if neither."""
    about = notebook.get("metadata", {}).get(metadata_key)
    if isinstance(about, dict) and about.get("assignment") in known:
        return about["assignment"]
    return _most(_grade_ids(notebook), known)


def _by_text(data, known):
    """Do the same for a damaged notebook."""
    return _most(set(re.findall(r'"grade_id"\s*:\s*"([^"]{1,100})"', data.decode("utf-8", "replace"))), known)


def _most(names, known):
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
    name = Path(name).stem
    again = COPY.match(name) or match and CANVAS_COPY.match(name)
    return (again["stem"] if again else name).strip().lower()


# ---- which of several? ----


def _version(rest, canvas):
    """Return the name without numbers of copies, and these numbers: a later one replaces the one before."""
    stems, copies = [], []
    for part in rest:
        stem, dot, suffix = part.rpartition(".") if part.lower().endswith((".ipynb", ".md")) else (part, "", "")
        again = COPY.match(stem) or canvas and CANVAS_COPY.match(stem)
        stems.append((again["stem"] if again else stem) + dot + suffix)
        copies.append(int(again["number"]) if again else 0)
    return tuple(stems), tuple(copies)


def _newest(notebooks):
    """Return (the one that counts, "") or (None, why none does)."""
    if all(one.cells is not None and one.cells == notebooks[0].cells for one in notebooks):
        return notebooks[0], ""
    stems = {one.stem for one in notebooks}
    newest = max(notebooks, key=lambda one: one.copies)
    if len(stems) == 1 and sum(one.copies == newest.copies for one in notebooks) == 1:
        return newest, ""
    names = ", ".join("/".join(one.entry.parts) for one in notebooks[:4])
    more = " and more" if len(notebooks) > 4 else ""
    folders = len({one.entry.parts[:-1] for one in notebooks})
    several = " (If this is a folder of several students: it has to be graded by itself.)" if folders > 2 else ""
    count = len(notebooks)
    return None, f"There are {count} different notebooks of this assignment ({names}{more}): hand in one.{several}"


def _beside(chosen, handed_in, notebooks):
    """Return the files that belong to a notebook: in its folder and below, or beside all notebooks; Path by relative path."""
    folders = {one.entry.parts[:-1] for one in notebooks}
    home = chosen.entry.parts[:-1]
    found = {}
    for rest, entry in handed_in:
        if entry.path is None or not rest or any(entry is one.entry for one in notebooks):
            continue
        above = [folder for folder in folders if entry.parts[: len(folder)] == folder]
        nearest = max(above, key=len, default=None)
        if nearest == home:
            inside = entry.parts[len(home) :]
            if _platform(inside[0]):
                inside = rest
        elif nearest is None:
            inside = rest
        else:
            continue
        if len(inside) > 2 and inside[0] == inside[1]:
            inside = inside[1:]  # an archive of a folder, named after it
        if len(inside) > 2 and inside[1] == "data" and entry.archives > len(home):
            inside = inside[1:]  # an archive of the folder that the notebook finds its data in
        found["/".join(inside)] = entry.path
    return found
