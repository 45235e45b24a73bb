"""Find the notebooks among what was handed in, by name or by content, and tell which assignment each belongs to."""

import functools
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..course import Course
from ..handout import student_version
from .submission import BYTES, FILES, IN_PROCESS, Cell, Unreadable, as_notebook, cells_of, load
from .unpack import Entry

TEXT = re.compile(r"\A\ufeff?(?:# )?---[ \t]*\n(?:.*\n)*?(?:# )?(?:jupytext|jupyter|kernelspec):", re.M)
JSON = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*\{")
COPY = re.compile(r"^(?P<stem>.+?)[ _]?(?:\((?P<number>\d+)\)|(?<=[Vv]ersion) (?P<version>\d+))$")
LONG = 40  # signs of a cell from which on it tells an assignment from others
COSTLY = 5  # notebooks of one student that are large, or texts: each takes up to some seconds to read


@dataclass(frozen=True)
class Notebook:
    """A notebook among the files of a student.

    content: its bytes or where they are; cells: None if it is damaged, and why, as a sentence; only_by_folder: nothing but the folder that it lies
    in tells its assignment.
    """

    entry: Entry
    content: Path | bytes
    assignment: str
    cells: tuple[Cell, ...] | None
    why: str
    only_by_folder: bool


class TooMany(ValueError):
    """One student's files would take too long to read; the message is for the student."""


class Known:
    """What tells the assignments of a course from one another: names, grade_ids, and the cells that were handed out."""

    def __init__(self, course: Course):
        self.key, self.names = course.name, course.names()
        self._course = course

    @functools.cached_property
    def _ids(self) -> dict[str, set[str]]:
        return {name: _grade_ids(self._course.read(name).notebook["cells"]) for name in self.names}

    @functools.cached_property
    def _texts(self) -> dict[str, set[str]]:
        handed_out = {name: json.loads(student_version(self._course.read(name)))["cells"] for name in self.names}
        return {name: {_plain(cell["source"]) for cell in cells} for name, cells in handed_out.items()}

    def named(self, name: str) -> str:
        """Return the assignment that the name of a file or folder tells, whatever else it says; "" if it tells none."""
        fitting = [
            known for known in self.names if re.search(rf"(?i)(?<![a-z0-9]){re.escape(known)}(?![a-z0-9])", name)
        ]
        return max(fitting, key=len, default="")

    def is_name(self, name: str) -> bool:
        """Whether a name is that of an assignment and says nothing else, but for the number of a copy."""
        return without_copy(name)[0].strip().lower() in self.names

    def of(self, content: dict, cells: Iterable[Cell]) -> str:
        """Return the assignment of a notebook: by its metadata, its cells' names, or the text of its cells; or ""."""
        metadata = content.get("metadata")
        about = metadata.get(self.key) if isinstance(metadata, dict) else None
        if isinstance(about, dict) and about.get("assignment") in self.names:
            return about["assignment"]
        cells = list(cells)
        texts = {text for cell in cells if len(text := _plain(cell.source)) >= LONG}
        return self.most({cell.name for cell in cells}) or _most(texts, self._texts)

    def most(self, grade_ids: set[str]) -> str:
        """Return the assignment that has most of these grade_ids; "" if none does, or several do."""
        return _most(grade_ids, self._ids)


def _most(of_notebook, by_name):
    shared = {name: len(of_notebook & of_assignment) for name, of_assignment in by_name.items()}
    best = max(shared.values(), default=0)
    winners = [name for name, number in shared.items() if number == best]
    return winners[0] if best and len(winners) == 1 else ""


def _plain(source):
    return " ".join("".join(source).split())


def _grade_ids(cells):
    roles = (cell.get("metadata", {}).get("nbgrader", {}) for cell in cells)
    return {role["grade_id"] for role in roles if role.get("grade_id", "setup") != "setup"}


def without_copy(stem: str) -> tuple[str, int]:
    """Return a name without the number of a copy, "x (2)" or "Version 2", and this number or 0."""
    match = COPY.match(stem)
    return (match["stem"], int(match["number"] or match["version"])) if match else (stem, 0)


def looks_like(entry: Entry) -> bool:
    """Whether something that was handed in is, or was meant to be, a notebook."""
    if entry.path is None:
        return False
    name = entry.parts[-1].lower()
    return name.endswith((".ipynb", ".ipynb.txt", ".ipynb.json")) or _is_notebook(entry.path)


def _is_notebook(path):
    with open(path, "rb") as file:
        head = file.read(5_000)
        if TEXT.match(head.decode("utf-8", "replace")):
            return True
        rest = file.read() if JSON.match(head) else b""
    return b'"cells"' in head + rest and b'"cell_type"' in head + rest


def read_notebooks(entries: Iterable[Entry], known: Known) -> list[Notebook]:
    """Return the notebooks among the files of one student. Raises TooMany."""
    notebooks, costly, size = [], 0, 0
    for number, entry in enumerate(filter(looks_like, entries), start=1):
        data = entry.path.read_bytes()
        size += len(data) if len(data) <= IN_PROCESS else 0
        if number > FILES or size > BYTES:
            raise TooMany(f"There are more than {FILES} notebooks here, or more than {BYTES // 1_000_000} MB of them.")
        is_text = bool(TEXT.match(data[:5_000].decode("utf-8", "replace")))
        costly += is_text or len(data) > IN_PROCESS
        if costly > COSTLY:
            raise TooMany(
                f"There are more than {COSTLY} large notebooks or texts here: hand in only what is asked for."
            )
        if is_text:
            data = _of_text(data)
        if data or not is_text:
            notebooks.append(_read(entry, data, is_text, known))
    return notebooks


def _of_text(data):
    try:
        return as_notebook(data, "text")
    except Unreadable:
        return b""


def _read(entry, data, is_text, known):
    *folders, name = entry.parts
    try:
        content = load(data)
        cells, why = tuple(cells_of(content)), ""
        assignment = known.of(content, cells)
    except Unreadable as error:
        cells, why = None, str(error)
        ids = re.findall(r'"grade_id"\s*:\s*"([^"]{1,100})"', data[:5_000_000].decode("utf-8", "replace"))
        assignment = known.most(set(ids) - {"setup"})
    assignment = assignment or known.named(name)
    by_folder = next(filter(None, map(known.named, reversed(folders))), "")
    return Notebook(entry, data if is_text else entry.path, assignment or by_folder, cells, why, not assignment)
