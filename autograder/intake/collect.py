"""Tell who handed in what: the folders and archives of learning platforms, as one submission per student and assignment."""

import datetime
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..course import Course
from ..source import Assignment, Problem
from .layouts import FOLDERS, LAYOUTS, Owned, Reading, owned
from .notebooks import Known, Notebook, TooMany, read_notebooks, without_copy
from .unpack import REFUSED, UNREADABLE, entries, natural_key


class LayoutError(Problem):
    """It cannot be told whose the things are that were handed in. The message says what to do."""


@dataclass(frozen=True)
class Submission:
    """What one student handed in for one assignment.

    student    as the platform calls her; number: what it calls her beside her name, or ""
    assignment None where it could not be told
    file       of the notebook, as it was handed in; else of what there is instead; "" if there is nothing
    notebook   where its bytes are, or its bytes (a notebook kept as text); None if it is not to be marked
    files      what came with it: Path by relative path
    status     "" or why it is not to be marked: refused or unreadable; `reason` is a sentence for the student
    time, late when it was handed in, and whether the platform says that it came late
    layout     the platform, as layouts.LAYOUTS has it; home: the name that it gave to the folder or the file of the student
    shown      where the bytes of `file` are; None if it is a folder, or was not opened
    notes      facts for the teacher, as sentences
    """

    student: str
    assignment: Assignment | None
    file: str = ""
    notebook: Path | bytes | None = None
    files: dict[str, Path] = field(default_factory=dict)
    status: str = ""
    reason: str = ""
    number: str = ""
    time: datetime.datetime | None = None
    late: bool = False
    layout: str = ""
    home: str = ""
    shown: Path | None = None
    notes: tuple[str, ...] = ()

    @property
    def assignment_name(self) -> str:
        """The name of the assignment; "" where it could not be told."""
        return self.assignment.name if self.assignment else ""


@dataclass(frozen=True)
class Collected:
    """All that was found in a source: its submissions, and how it was read, as sentences."""

    submissions: list[Submission]
    said: list[str]


def collect(course: Course, source: str | Path, scratch: Path, only: str = "", layout: str = "") -> list[Submission]:
    """Return the submissions in a folder or zip file, by student and assignment.

    scratch  an empty folder for what is unpacked; keep it until all are marked
    only     name of the assignment that is wanted; notebooks of others count as handed in for it by mistake
    layout   the platform that it comes from, one of layouts.LAYOUTS or "folders" (by default each name tells)

    Raises LayoutError.
    """
    return read(course, source, scratch, only, layout).submissions


def read(course: Course, source: str | Path, scratch: Path, only: str = "", layout: str = "") -> Collected:
    """Return what `collect` does, and how the source was read."""
    listed = ", ".join([*LAYOUTS, FOLDERS])
    if layout not in ("", FOLDERS, *LAYOUTS):
        raise LayoutError(f"there is no layout {layout!r}. Remedy: name one of {listed}")
    known = Known(course)
    reading = owned(entries(source, Path(scratch)), known, layout)
    if layout and not reading.layouts[layout]:
        raise LayoutError(
            f"nothing in {source} has the form of {layout}. Remedy: leave --layout out, or name one of {listed}"
        )
    if reading.unsure:
        names, platforms = (", ".join(dict.fromkeys(some)) for some in (reading.unsure, reading.unsure.values()))
        raise LayoutError(
            f"{source}: only the archive itself says whose work it holds, {names} (as in {platforms}), and a student could have "
            "made it. Remedy: if a platform exported it, give the archive itself or name the platform with --layout; if one "
            f"student handed it in, use --layout {FOLDERS}"
        )
    submissions = []
    for student, handed_in in sorted(_by_student(reading).items(), key=lambda item: natural_key(item[0])):
        submissions += _Student(student, handed_in, known, only, course).submissions()
    assignments = {submission.assignment for submission in submissions} - {None}
    if len(assignments) == 1:  # submissions that do not say are taken for the same assignment as all others
        submissions = [replace(submission, assignment=next(iter(assignments))) for submission in submissions]
    return Collected(submissions, _said(reading, layout))


def _said(reading: Reading, layout: str) -> list[str]:
    by = ", as --layout says" if layout else ""
    said = [
        f"Layout {name}{by}: {times} name{'s' * (times != 1)} such as {reading.signs[name]!r}."
        for name, times in sorted(reading.layouts.items())
    ]
    if reading.left_aside:
        said.append(f"No hand-ins: {', '.join(reading.left_aside)}.")
    return said


def _by_student(reading: Reading) -> dict[str, list[Owned]]:
    """Return what belongs to each student: two of one name in one folder are told apart by their numbers."""
    numbers = defaultdict(set)
    for thing in reading.owned:
        numbers[thing.owner.name].add((thing.home, thing.owner.number))
    names = {thing.owner.name for thing in reading.owned}
    archives = {thing.owner.name for thing in reading.owned if len(thing.home) + 1 in thing.entry.archives}
    by_student = defaultdict(list)
    for thing in reading.owned:
        name = thing.owner.name
        original, copy = without_copy(name)
        if copy and name in archives and original in names:
            name = original  # an archive that was handed in again
        homes = Counter(home for home, number in numbers[thing.owner.name] if number)
        if max(homes.values(), default=0) > 1:
            name = f"{name} ({thing.owner.number})"
        by_student[name].append(thing)
    return by_student


@dataclass
class _Student:
    """What one student handed in, in one attempt or several."""

    name: str
    things: list[Owned]
    known: Known
    only: str
    course: Course

    def submissions(self) -> list[Submission]:
        hints = {self.known.named(part) for thing in self.things for part in thing.entry.parts} - {""}
        meant = self.only or (hints.pop() if len(hints) == 1 else "")
        for thing in self.things:
            if entry_status := thing.entry.status:
                name = "/".join(thing.parts) or thing.entry.parts[-1]
                return [self._refused(meant, thing, f"{name} {thing.entry.why}.", entry_status)]
        try:
            notebooks = read_notebooks([thing.entry for thing in self.things], self.known)
        except TooMany as error:
            return [self._refused(meant, self.things[0], str(error))]
        if not notebooks:
            files = [thing.parts[-1] for thing in self.things if thing.entry.path and thing.parts]
            listed = f"only {', '.join(files[:3])}{' and more' if len(files) > 3 else ''}" if files else "nothing"
            return [self._refused(meant, self.things[0], f"There is no notebook (.ipynb) here, {listed}.")]
        by_assignment = defaultdict(list)
        for notebook in notebooks:
            by_assignment[notebook.assignment or self.only].append(notebook)
        if self.only and self.only not in by_assignment:
            reason = f"This is the notebook of {', '.join(sorted(by_assignment))}, not of {self.only}."
            return [self._refused(self.only, self._thing(notebooks[0]), reason)]
        unknown = by_assignment.pop("", [])  # beside others: a notebook of her own
        if not by_assignment:
            thing = self._thing(unknown[0])
            if all(notebook.cells is None for notebook in unknown):
                return [self._refused(meant, thing, unknown[0].why, UNREADABLE)]
            reason = (
                "It is unclear which assignment this notebook belongs to: neither its cells nor its name say so."
                " (The teacher can say which, with --assignment.)"
            )
            return [self._refused(meant, thing, reason)]
        wanted = [self.only] if self.only else sorted(by_assignment)
        return [self._submission(name, by_assignment[name], notebooks) for name in wanted]

    def _submission(self, assignment: str, notebooks: list[Notebook], all_notebooks: list[Notebook]) -> Submission:
        sure = [notebook for notebook in notebooks if not notebook.only_by_folder] or notebooks
        notebook, why, earlier = self._newest(sure)
        thing = self._thing(notebook)
        if why:
            return self._refused(assignment, thing, why)
        notes = [f"Earlier attempts that do not count: {', '.join(earlier)}."] if earlier else []
        wrong = sorted({other.assignment for other in all_notebooks} - {assignment, ""})
        if self.only and wrong:
            notes.append(f"There is also a notebook of {', '.join(wrong)}.")
        return replace(
            self._of(assignment, thing),
            notebook=notebook.content,
            files=self._beside(notebook, all_notebooks),
            notes=tuple(notes),
        )

    def _of(self, assignment: str, thing: Owned) -> Submission:
        owner = thing.owner
        return Submission(
            self.name,
            self.course.read(assignment) if assignment else None,
            "/".join(thing.entry.parts),
            number=owner.number,
            time=owner.time,
            late=owner.late,
            layout=thing.layout,
            shown=thing.entry.path,
            home=thing.entry.parts[len(thing.home)] if len(thing.entry.parts) > len(thing.home) else "",
        )

    def _refused(self, assignment: str, thing: Owned, reason: str, status: str = REFUSED) -> Submission:
        return replace(self._of(assignment, thing), status=status, reason=reason)

    def _thing(self, notebook: Notebook) -> Owned:
        return next(thing for thing in self.things if thing.entry is notebook.entry)

    # ---- which of several? ----

    def _newest(self, notebooks: list[Notebook]) -> tuple[Notebook, str, list[str]]:
        """Return (the notebook that counts, "", the files of earlier ones), or (the first one, why none does, [])."""
        times = {self._thing(notebook).owner.time for notebook in notebooks}
        last = max(times - {None}, default=None, key=_comparable)
        counting = notebooks
        if last and None not in times:
            counting = [notebook for notebook in notebooks if self._thing(notebook).owner.time == last]
        first, numbers = counting[0], {id(notebook): self._copies(notebook) for notebook in counting}
        newest = max(counting, key=lambda notebook: numbers[id(notebook)][1])
        is_alone = [copies for _, copies in numbers.values()].count(numbers[id(newest)][1]) == 1
        same = first.cells is not None and len({_content(notebook) for notebook in counting}) == 1
        if not same and not (is_alone and len({stems for stems, _ in numbers.values()}) == 1):
            names = ", ".join("/".join(notebook.entry.parts) for notebook in counting[:4])
            more = " and more" if len(counting) > 4 else ""
            folders = len({notebook.entry.parts[:-1] for notebook in counting})
            several = " (If this folder holds the work of several students, grade it by itself.)" if folders > 2 else ""
            count = len(counting)
            why = f"There are {count} different notebooks of this assignment ({names}{more}): hand in one.{several}"
            return first, why, []
        chosen = first if same else newest
        others = [
            notebook for notebook in notebooks if _content(notebook) != _content(chosen) or notebook.cells is None
        ]
        return chosen, "", ["/".join(notebook.entry.parts) for notebook in others if notebook is not chosen]

    def _copies(self, notebook: Notebook) -> tuple[tuple, tuple]:
        """Return the names that lead to a notebook without numbers of copies, and these numbers: a later one replaces others."""
        parts = self._thing(notebook).parts or notebook.entry.parts[-1:]
        stems, copies = zip(*map(without_copy, (*parts[:-1], Path(parts[-1]).stem)))
        return (*stems, Path(parts[-1]).suffix.lower()), copies

    def _beside(self, notebook: Notebook, notebooks: list[Notebook]) -> dict[str, Path]:
        """Return the files that belong to a notebook: in its folder and below, or beside all; Path by relative path."""
        home, attempt = notebook.entry.parts[:-1], self._thing(notebook).owner
        folders = {other.entry.parts[:-1] for other in notebooks}
        files = {}
        for thing in self.things:
            entry = thing.entry
            if entry.path is None or not thing.parts or any(entry is other.entry for other in notebooks):
                continue
            above = [folder for folder in folders if entry.parts[: len(folder)] == folder]
            nearest = max(above, key=len, default=None)
            if nearest not in (home, None) or thing.owner.time != attempt.time:
                continue
            is_own_file = nearest == thing.home  # the platform's name of a file, beside others
            inside = thing.parts if nearest is None or is_own_file else entry.parts[len(home) :]
            if len(inside) > 2 and inside[0] == inside[1]:
                inside = inside[1:]  # an archive of a folder, named after it
            if len(inside) > 2 and inside[1] == "data" and max(entry.archives, default=0) > len(home):
                inside = inside[1:]  # an archive of the folder that the notebook finds its data in
            files["/".join(inside)] = entry.path
        return files


def _content(notebook: Notebook) -> tuple | None:
    """Return what two notebooks have in common if one is the other, run again."""
    return notebook.cells and tuple((cell.kind, cell.source.strip()) for cell in notebook.cells)


def _comparable(time: datetime.datetime) -> datetime.datetime:
    """Return a time with a time zone: this machine's, if it says none."""
    return time.astimezone()
