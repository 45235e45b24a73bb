"""Remember what was handed in, batch after batch: a later batch adds to the class, and never shrinks it.

The folder of results keeps a copy of every notebook and file that counts, by the hash of its content, and a list of whose they
are. So a later run needs nothing but what is new, and every run writes the marks of the whole class.
"""

import datetime
import hashlib
import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from .course import Course
from .intake.collect import Submission
from .intake.submission import Refused, Unreadable, read_cells
from .source import AssignmentError

LIST, COPIES = "class.json", "handed-in"
PLAIN = ("student", "file", "status", "reason", "number", "late", "layout", "home")  # fields that are kept as they are


@dataclass(frozen=True)
class Merged:
    """The submissions of a class, and what a batch changed about earlier ones, as sentences."""

    submissions: list[Submission]
    said: list[str]


class Register:
    """What was handed in so far, in a folder `work`."""

    def __init__(self, work: Path, course: Course):
        self._work, self._course = work, course
        (work / COPIES).mkdir(parents=True, exist_ok=True)
        path = work / LIST
        records = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
        self.submissions = [one for record in records if (one := self._from_record(record))]

    def add(self, batch: list[Submission], beside: Iterable[Submission] = ()) -> Merged:
        """Add a batch; what it replaces is said. What cannot be marked replaces nothing that can.

        beside: what else was in the source, and is not to be added now.

        A hand-in replaces an earlier one of the same student for the same assignment, and one of the same file that was then
        taken for someone else's.
        """
        said, earlier = [], {_key(one): one for one in self.submissions}
        batch = [_renamed(one, earlier) for one in map(self._kept, batch)]
        ours = {_key(one) for one in [*batch, *beside]}
        for key, one in list(earlier.items()):
            if key not in ours and any(_is_same_file(one, new) for new in batch):
                said.append(f"{_words(one)}: {one.file} is now read differently.")
                del earlier[key]
        for new in batch:
            before = earlier.get(_key(new))
            if before is None or _digests(before) == _digests(new):
                earlier[_key(new)] = new
            elif (why := _obstacle(new)) and not _obstacle(before):
                said.append(f"{_words(new)}: {new.file} cannot be marked ({why}), so {before.file} still counts.")
                notes = dict.fromkeys([*before.notes, f"A later hand-in could not be marked: {why}"])
                earlier[_key(new)] = replace(before, notes=tuple(notes))
            elif before.time and new.time and new.time.astimezone() < before.time.astimezone():
                said.append(f"{_words(new)}: {new.file} is older than {before.file}, which still counts.")
            else:
                said.append(f"{_words(new)}: {new.file} replaces {before.file} of an earlier batch.")
                earlier[_key(new)] = new
        self.submissions = list(earlier.values())
        return Merged(self.submissions, said)

    def save(self, write: Callable[[Path, str], None]) -> None:
        """Write the list; `write` writes a file whole or not at all."""
        records = [_record(one) for one in self.submissions]
        write(self._work / LIST, json.dumps(records, indent=1, ensure_ascii=False) + "\n")

    def _kept(self, one: Submission) -> Submission:
        """Return a submission whose bytes lie in copies."""
        copies = {name: self._copy(content) for name, content in one.files.items()}
        notebook = None if one.notebook is None else self._copy(one.notebook)
        shown = notebook if one.notebook == one.shown else one.shown and self._copy(one.shown)
        return replace(one, notebook=notebook, files=copies, shown=shown)

    def _copy(self, content: Path | bytes) -> Path:
        digest = hashlib.sha256()
        if isinstance(content, bytes):
            digest.update(content)
        else:
            with open(content, "rb") as file:
                while chunk := file.read(1 << 20):
                    digest.update(chunk)
        path = self._work / COPIES / digest.hexdigest()
        if not path.exists():
            part = path.with_suffix(".part")
            part.write_bytes(content) if isinstance(content, bytes) else shutil.copyfile(content, part)
            part.replace(path)
        return path

    def _from_record(self, record: dict) -> Submission | None:
        """Return the submission of a record; None if its copies are gone."""

        def path(name):
            return name and self._work / COPIES / name

        try:
            assignment = self._course.read(record["assignment"]) if record["assignment"] else None
        except AssignmentError:
            return None
        files = {name: path(digest) for name, digest in record["files"].items()}
        time = record["time"] and datetime.datetime.fromisoformat(record["time"])
        notebook, shown = path(record["notebook"]), path(record["shown"])
        if any(not copy.exists() for copy in [*files.values(), *filter(None, [notebook, shown])]):
            return None
        plain = {name: record[name] for name in PLAIN}
        notes = tuple(record["notes"])
        return Submission(
            assignment=assignment, notebook=notebook, files=files, time=time, shown=shown, notes=notes, **plain
        )


def _record(one: Submission) -> dict:
    return {name: getattr(one, name) for name in PLAIN} | {
        "assignment": one.assignment_name,
        "notebook": one.notebook and one.notebook.name,
        "files": {name: copy.name for name, copy in one.files.items()},
        "time": one.time and one.time.isoformat(),
        "shown": one.shown and one.shown.name,
        "notes": list(one.notes),
    }


def _key(one: Submission) -> tuple[str, str]:
    return one.student, one.assignment_name


def _words(one: Submission) -> str:
    return f"{one.student}, {one.assignment_name}" if one.assignment else one.student


def _digests(one: Submission) -> tuple:
    return one.notebook or one.shown, one.files, one.status


def _obstacle(one: Submission) -> str:
    """Return why a submission cannot be marked; "" if it can."""
    if one.status:
        return one.reason
    try:
        read_cells(one.notebook)
    except (Unreadable, Refused) as error:
        return str(error)
    return ""


def _is_same_file(one: Submission, other: Submission) -> bool:
    """Whether two submissions are of one file: the same content, and the same names from the last on."""
    if one.shown is None or one.shown != other.shown:
        return False
    short, long = sorted((one.file.split("/"), other.file.split("/")), key=len)
    return short == long or len(short) > 1 and long[-len(short) :] == short


def _renamed(new: Submission, earlier: dict) -> Submission:
    """Return a submission under the name that its student has so far, and not under that of another one of the same name."""
    for (student, assignment), one in earlier.items():
        is_number = new.number and (new.number, new.assignment_name) == (one.number, assignment)
        if is_number and (new.student.startswith(student) or student.startswith(new.student)):
            return replace(new, student=student)
    before = earlier.get(_key(new))
    if before and before.number and new.number and before.number != new.number and before.layout == new.layout:
        return replace(new, student=f"{new.student} ({new.number})")
    return new
