"""Mark every submission of a folder, as many at a time as there are cores, and go on from where it stopped.

Results are kept in the output's folder as soon as they are there. One of them depends on its submission alone, so that several
machines can share the work, with any scheduler: each calls `marked` on some of what `collect` returns, with the same seed, and
`keep`s the results in one folder; then `grade` finds everything marked, and writes tables and pages. For example with Dask:

    todo = {key(one, seed): one for one in collect(course, source, scratch) if not one.status}
    for future, result in as_completed(client.map(marked, todo.values(), key=list(todo), seed=seed), with_results=True):
        keep(out, future.key, result)
    grade(course, source, out, seed=seed)
"""

import contextlib
import datetime
import difflib
import functools
import hashlib
import json
import os
import platform
import re
import sys
import tempfile
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import TextIO

from . import changes, marking
from . import roster as rosters
from .course import Course
from .intake import collect as intake
from .intake.collect import Submission
from .intake.layouts import LAYOUTS
from .intake.unpack import natural_key
from .marking import NOT_MARKED, Failure, Result, TaskResult, not_marked
from .register import Register
from .report import classreport, exports, feedback, markpage, tables
from .roster import Roster, in_words, lateness
from .run import sandbox
from .run.environment import Environment
from .sheets import as_csv
from .source import Assignment, Problem
from .versions import fingerprint

WORK, LOG, RUNTIME = "work", "log.txt", "runtime.csv"
STATUSES = list(classreport.MEANINGS)
MISSING = "Nothing was handed in."
EARLIER = (
    "This is the mark of an earlier run, because this machine could not mark it again: run the same command again."
)
CONTENT = 20  # signs of a key that say what was handed in


class GradeError(Problem):
    """Grading cannot start. The message says why, and what to do."""


@dataclass(frozen=True)
class Graded:
    """A Submission and its Result.

    is_fault: this machine or the grader failed: the Result is that of an earlier run, if there was one; late: by how much, in
    words, or ""; penalty: points that lateness costs, by the course's rule.
    """

    submission: Submission
    result: Result
    is_fault: bool = False
    late: str = ""
    penalty: float = 0.0

    @property
    def points(self) -> float | None:
        """The points so far, after what lateness costs; None if nothing was handed in, or it could not be marked here."""
        if self.result.status in ("missing", NOT_MARKED):
            return None
        return max(0.0, self.result.points - self.penalty)


class Marks(list[Graded]):
    """What is graded of a class, by student and assignment.

    said: what this run changed, and how it read the source; problems: what was typed and could not be taken over.
    """

    said: list[str]
    problems: list[str]


def grade(
    course: Course,
    source: str | Path | None,
    out: str | Path,
    only: str = "",
    seed: str | None = None,
    jobs: int | None = None,
    unsandboxed: bool = False,
    gradebook: str | Path | None = None,
    *,
    layout: str = "",
    roster: str | Path | None = None,
    student: str = "",
    worksheets: tuple[str | Path, ...] = (),
    columns: dict[str, str] | None = None,
    semicolons: bool = False,
) -> Marks:
    """Mark all submissions in `source` (a folder or a zip file) and write tables and pages into the folder `out`.

    What earlier runs into `out` have marked stays; see register.py.

    source       None: nothing new was handed in, but points were given or marks changed
    only         name of the one assignment that is wanted (by default all that are handed in)
    seed         text that hidden data are made from (by default this machine's secret)
    jobs         how many at a time (by default as many as cores)
    unsandboxed  see marking.mark
    gradebook    folder of an nbgrader course (see report/nbgrader.py): it gets the marks, and gives those that were set there
    layout       the platform that the source comes from (by default the names in it tell)
    roster       a list of the class (see roster.py), which is kept in `out`
    student      the only one of the source whose hand-in is marked, again if it was before
    worksheets   tables of grades that platforms have exported: see report/exports.py
    columns      what an assignment is called there, by its name, where the title does not name it
    semicolons   whether tables have semicolons between columns, as spreadsheets in many countries want it

    Raises GradeError, LayoutError, SheetError, SandboxError, AssignmentError.
    """
    source, out = source and Path(source), Path(out)
    if source and not source.exists():
        raise GradeError(f"there is no {source}. Remedy: give the folder or zip file with the submissions")
    if source and source.is_dir() and out.resolve().is_relative_to(source.resolve()):
        raise GradeError(f"{out} lies inside {source}. Remedy: write the results elsewhere (-o)")
    only = course.read(only).name if only else ""
    if not unsandboxed:
        sandbox.require()
    known = _roster(roster, out)
    sheets = [exports.read_worksheet(Path(path), columns or {}) for path in worksheets]
    (out / WORK).mkdir(parents=True, exist_ok=True)
    by_hand, changed = tables.read_prose(out, course), changes.read_changes(out)
    with tempfile.TemporaryDirectory() as scratch, (out / LOG).open("a", encoding="utf-8") as log:
        register = Register(out / WORK, course)
        said = []
        if source:
            collected = intake.read(course, source, Path(scratch), only, layout)
            if not collected.submissions:
                raise GradeError(
                    f"{source} holds no submissions. Remedy: give the folder or zip file that the platform exports "
                    f"({', '.join(LAYOUTS)}), or a folder, archive or notebook with the name of each student"
                )
            batch = _of_student(collected.submissions, student, known) if student else collected.submissions
            merged = register.add(batch, collected.submissions)
            said = [*collected.said, *merged.said]
        if not register.submissions:
            raise GradeError(f"{out} holds no submissions yet. Remedy: give the folder or zip file with them")
        submissions = known.named(register.submissions)
        for line in said:
            _note(log, line)
        again = {one.student for one in known.named(batch)} if source and student else set()
        environment = Environment((*sandbox.PACKAGES, *course.library))
        graded = _graded(submissions, out, log, seed, jobs or _cores(), unsandboxed, again, environment)
        register.save(_write)
        graded += [_missing(course, *about) for about in known.missing(submissions) if only in ("", about[1])]
        graded.sort(key=lambda one: (natural_key(one.submission.student), one.submission.assignment_name))
        if gradebook:
            from .report.nbgrader import exchange  # nbgrader takes seconds to load, and need not be there

            graded = exchange(course, graded, gradebook)
    graded = [_with_lateness(one, course, known) for one in _with_changes(tables.with_points(graded, by_hand), changed)]
    found = tables.matches(graded, by_hand)
    marks = Marks(graded)
    marks.said, marks.problems = [*said, *found.earlier], [*by_hand.problems, *found.lost, *_idle(changed, graded)]
    written = exports.files(graded, sheets, known)
    report(graded, out, by_hand, marks.problems, _separator(out, semicolons), written.contents)
    marks.said += written.said
    return marks


def _roster(given: str | Path | None, out: Path) -> Roster:
    """Return the roster that is given, or the one that was given before."""
    kept = out / rosters.ROSTER
    if given:
        roster = rosters.read_roster(Path(given))
        if not kept.exists() or not kept.samefile(given):
            _write(kept, as_csv(Path(given)))
        return roster
    return rosters.read_roster(kept) if kept.exists() else Roster()


def _of_student(submissions: list[Submission], student: str, roster: Roster) -> list[Submission]:
    """Return the submissions of one student, by any of her names. Raises GradeError."""
    called = {one: named.student for one, named in zip(map(id, submissions), roster.named(submissions), strict=True)}
    wanted = rosters.plain(student)
    found = [
        one for one in submissions if wanted in map(rosters.plain, (one.student, one.number or "-", called[id(one)]))
    ]
    if found:
        return found
    names = sorted(set(called.values()), key=natural_key)
    near = difflib.get_close_matches(student, names, n=5, cutoff=0.4) or names[:5]
    raise GradeError(f"no one here is called {student!r}. Remedy: name a student, such as {', '.join(near)}")


def _missing(course: Course, student: str, assignment: str) -> Graded:
    about = course.read(assignment)
    submission = Submission(student, about, status="missing", reason=MISSING)
    return Graded(submission, not_marked(about, "missing", MISSING, None))


def _with_changes(graded: list[Graded], changed: list[changes.Change]) -> list[Graded]:
    """Return what is graded with the marks that a teacher has changed."""

    def given(submission, task):
        about = submission.student, submission.assignment_name, task.task
        last = next((one for one in reversed(changed) if one.is_about(*about)), None)
        return last and (last.points, last.reason)

    return tables.give(graded, given) if changed else graded


def _idle(changed: list[changes.Change], graded: list[Graded]) -> list[str]:
    """Return changes of marks that are about no one, as sentences."""
    marks = [
        (one.submission.student, one.submission.assignment_name, task.task)
        for one in graded
        for task in one.result.tasks
    ]
    return [
        f"{changes.CHANGES} student: {one.student}, {one.task}: this change is about no one in the class. "
        "Remedy: write the student's name as it is in grades.csv, or delete the row."
        for one in changed
        if not any(one.is_about(*mark) for mark in marks)
    ]


def _with_lateness(one: Graded, course: Course, roster: Roster) -> Graded:
    """Return what is graded with how late it came, and what that costs by the course's rule, if it has one."""
    late = lateness(one.submission, roster.due(course, one.submission.student, one.submission.assignment_name))
    if late is None:
        return replace(one, late="by the platform's record" if one.submission.late else "")
    points = one.result.points
    cost = max(0.0, points - course.late(points, late)) if course.late else 0.0
    return replace(one, late=in_words(late), penalty=cost)


def _separator(out: Path, semicolons: bool) -> str:
    """Return what stands between columns: semicolons if they are asked for, or were before."""
    path = out / "grades.csv"
    before = path.read_bytes()[:100].decode("utf-8", "replace") if path.exists() else ""
    return ";" if semicolons or before.startswith(f"{tables.MARK}student;") else ","


def mark(
    course: Course, out: str | Path, student: str, assignment: str, task: str, points: str, reason: str, by: str = ""
) -> str:
    """Change one mark in a folder of results, for this and every later run; return what was changed, as a sentence.

    Raises GradeError if there is no such mark, and what `grade` does.
    """
    out, name = Path(out), course.read(assignment).name
    try:
        number = float(points.replace(",", "."))
    except ValueError:
        raise GradeError(f"{points!r} is not a number of points. Remedy: write one, such as 1.5") from None
    known = _roster(None, out)
    there = {
        one.student for one in known.named(Register(out / WORK, course).submissions) if one.assignment_name == name
    }
    fitting = [one for one in there if rosters.plain(one) == rosters.plain(student)]
    if len(fitting) != 1:
        near = ", ".join(
            difflib.get_close_matches(student, there, n=5, cutoff=0.4) or sorted(there, key=natural_key)[:5]
        )
        raise GradeError(f"no one called {student!r} has handed in {name}. Remedy: name one of {near or 'the class'}")
    changed = changes.change(course, out, (fitting[0], name, task), number, reason, _write, by)
    return f"{changed.student}, {name}, {task}: {number:g} points ({changed.reason}). Run grade -o {out} to write it."


def exit_status(marks: Marks) -> int:
    """Return 0 if all submissions were marked, 1 if some could not be, or if something that was typed is about no one."""
    unread = any(one.is_fault or one.result.status in ("refused", "unreadable") for one in marks)
    return int(unread or bool(marks.problems))


def summary(graded: list[Graded]) -> str:
    """Return how many ended how, as a sentence."""
    counts = Counter(one.result.status for one in graded)
    listed = ", ".join(f"{counts[status]} {status}" for status in STATUSES if counts[status])
    return f"{len(graded)} submission{'s' * (len(graded) != 1)}: {listed}."


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _graded(
    submissions,
    out: Path,
    log: TextIO,
    seed: str | None,
    jobs: int,
    unsandboxed: bool,
    again: set[str],
    environment: Environment,
) -> list[Graded]:
    """Mark what no earlier run has marked, or is marked again (by student), and keep each Result at once.

    Raises GradeError if Python or its packages are no longer what they were in the beginning.
    """
    waiting, graded = defaultdict(list), []
    for submission in submissions:
        if submission.status:
            result = not_marked(submission.assignment, submission.status, submission.reason)
            graded.append(Graded(submission, result))
            continue
        name = key(submission, seed, unsandboxed)
        if submission.student not in again and (known := kept(out, name)):
            graded.append(Graded(submission, known))
        else:
            waiting[name].append(submission)  # the same notebook twice is marked once
    _note(log, f"{len(submissions)} submissions, {len(waiting)} to mark, {jobs} at a time; {platform.platform()}")

    def attempt(name):
        start, trouble = time.monotonic(), ""
        try:
            result = marked(waiting[name][0], seed, unsandboxed)
        except Exception as error:  # no submission may stop the others
            result = _of_earlier_run(out, name) or _not_marked_here(waiting[name][0], error)
            trouble = traceback.format_exc()
        return name, result, time.monotonic() - start, trouble, environment.changed()

    def prepare(assignment):
        with contextlib.suppress(Exception):  # each attempt at a submission will meet it again, and tell
            marking.right_answers(assignment, assignment.course.seed(seed), not unsandboxed)

    began, total = time.monotonic(), len(waiting)
    with ThreadPool(jobs) as pool:
        pool.map(prepare, {handed_in[0].assignment for handed_in in waiting.values()}, chunksize=1)
        for count, (name, result, seconds, trouble, gone) in enumerate(pool.imap_unordered(attempt, waiting), start=1):
            if gone:
                raise GradeError(
                    f"{gone} was changed or removed while submissions were marked, of which {count - 1} of {total} are done. "
                    "Nothing else was written. Remedy: run the same command again"
                )
            if not trouble:  # what failed by the grader's fault is tried again next time
                keep(out, name, result)
            for submission in waiting[name]:
                graded.append(Graded(submission, result, bool(trouble)))
                who = submission.student, submission.assignment_name
                _note(log, f"{', '.join(who)}: {result.status}, {seconds:.1f} s", trouble)
                tables.append(out / RUNTIME, [*who, f"{seconds:.2f}"])
            if count * 10 // total > (count - 1) * 10 // total:  # ten times in all
                minutes, rest = divmod((time.monotonic() - began) / count * (total - count), 60)
                left = f"{minutes:.0f} min {rest:.0f} s"
                print(f"Marked {count} of {total}; about {left} left.", file=sys.stderr, flush=True)
    sandbox.end_idle()
    _note(log, summary(graded))
    return graded


def _not_marked_here(submission: Submission, error: Exception) -> Result:
    reason = f"The grader itself failed ({type(error).__name__}); this says nothing against the notebook."
    return not_marked(submission.assignment, NOT_MARKED, reason, None)


def _of_earlier_run(out: Path, name: str) -> Result | None:
    """Return the last Result that was kept of the same notebook and files, whatever they were judged by; None if there is none."""
    paths = sorted((out / WORK).glob(f"{name[:CONTENT]}*.json"), key=lambda path: path.stat().st_mtime_ns)
    result = next(filter(None, (kept(out, path.stem) for path in reversed(paths))), None)
    return result and replace(result, notes=(*result.notes, EARLIER))


def marked(submission: Submission, seed: str | None = None, unsandboxed: bool = False) -> Result:
    """Mark a submission, without what would differ in another run: addresses of objects."""
    about = submission.assignment, submission.notebook, submission.files
    result = marking.mark(*about, seed=seed, unsandboxed=unsandboxed)
    data = json.dumps(asdict(result))
    return _result(re.sub(r"\b0x[0-9a-fA-F]{6,16}\b", "0x...", data))


def _result(text: str) -> Result:
    data = json.loads(text)
    tasks = tuple(TaskResult(**task) for task in data.pop("tasks"))
    failed = tuple(Failure(**failure) for failure in data.pop("cells_failed"))
    return Result(**data | {"notes": tuple(data["notes"])}, tasks=tasks, cells_failed=failed)


# ---- what is kept ----


def key(submission: Submission, seed: str | None = None, unsandboxed: bool = False) -> str:
    """Return a name for everything that the Result of a submission depends on.

    That is: its notebook and files; the source of its assignment; the released and the hidden data, and so the seed and the
    code that makes them; the code that marks, the preloaded modules of the course's library and what these import; the
    versions of Python and of all packages that any of these import, such as pandas and numpy; and whether there is a sandbox.
    The first CONTENT signs depend on what was handed in alone, and for which assignment.
    """
    assignment = submission.assignment
    handed_in = {"notebook": submission.notebook}
    handed_in |= {f"handed in/{path}": file for path, file in sorted(submission.files.items())}
    return _digest(assignment.name, handed_in)[:CONTENT] + _judged_by(assignment, seed, unsandboxed)[:CONTENT]


@functools.lru_cache
def _judged_by(assignment: Assignment, seed: str | None, unsandboxed: bool) -> str:
    """Return a hash of all that the Result of a submission depends on besides what was handed in."""
    contents = {"assignment": assignment.folder / f"{assignment.name}.md"}
    for kind, files in assignment.course.files_of_kinds(seed).items():
        contents |= {f"{kind}/{path}": data for path, data in files.items()}
    return _digest(f"{fingerprint(assignment.course)} {unsandboxed}", contents)


def _digest(about: str, contents: dict[str, Path | bytes]) -> str:
    digest = hashlib.sha256(about.encode())
    for name, content in contents.items():
        data = content if isinstance(content, bytes) else Path(content).read_bytes()
        digest.update(f"{name}\0{hashlib.sha256(data).hexdigest()}\0".encode())
    return digest.hexdigest()


def keep(out: str | Path, name: str, result: Result) -> None:
    """Keep a Result under its key, for this run and the next ones into the folder `out`."""
    _write(Path(out) / WORK / f"{name}.json", json.dumps(asdict(result), indent=1, ensure_ascii=False) + "\n")


def kept(out: str | Path, name: str) -> Result | None:
    """Return the Result that an earlier run has kept, or None."""
    try:
        return _result((Path(out) / WORK / f"{name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError, KeyError):
        return None


# ---- what is shown and written ----


def _write(path: Path, content: str | bytes) -> None:
    """Write a file that is there complete or not at all. Raises GradeError."""
    _write_all({path: content})


def _write_all(contents: dict[Path, str | bytes]) -> None:
    """Write files, all of them or none. Raises GradeError."""
    parts = {path.with_name(f".{path.name}.part"): path for path in contents}
    try:
        for part, path in parts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            content = contents[path]
            part.write_bytes(content.encode() if isinstance(content, str) else content)
        for part, path in parts.items():
            part.replace(path)
    except OSError as error:
        for part in parts:
            with contextlib.suppress(OSError):
                part.unlink()
        remedy = "Remedy: make room, and run the same command again"
        raise GradeError(f"{path} cannot be written ({error.strerror}). {remedy}") from error


def _note(log: TextIO, line: str, trouble: str = "") -> None:
    now = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
    print(now, " ".join(line.split()), *([f"\n{trouble}"] if trouble else []), file=log, flush=True)


def report(
    graded: list[Graded],
    out: Path,
    by_hand: tables.ByHand,
    problems: list[str] | None = None,
    separator: str = ",",
    others: Mapping[str, str | bytes] | None = None,
) -> None:
    """Write all files but the log into `out`. problems: what was typed and is about no one; others: more files, by name."""
    pages = feedback.pages(graded)
    written = tables.files(graded, by_hand, separator) | {f"feedback/{name}": text for name, text in pages.items()}
    written["runtime.svg"] = classreport.runtime(tables.seconds(out / RUNTIME))
    written["class-report.html"] = classreport.page(graded, problems or [])
    written["prose.html"] = markpage.page(tables.prose_rows(graded, by_hand), graded)
    _write_all({out / name: content for name, content in (written | dict(others or {})).items()})
    for old in (out / "feedback").glob("*.html"):
        if old.name not in pages:
            old.unlink()
