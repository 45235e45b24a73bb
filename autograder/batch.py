"""Mark every submission of a folder, as many at a time as there are cores, and go on from where it stopped.

Results are kept in the output's folder as soon as they are there. One of them depends on its submission alone, so that several
machines can share the work, with any scheduler: each calls `marked` on some of what `collect` returns, with the same seed, and
`keep`s the results in one folder; then `grade` finds everything marked, and writes tables and pages. For example with Dask:

    todo = {key(one, seed): one for one in collect(course, source, scratch) if not one.status}
    for future, result in as_completed(client.map(marked, todo.values(), key=list(todo), seed=seed), with_results=True):
        keep(out, future.key, result)
    grade(course, source, out, seed=seed)
"""

import datetime
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
from dataclasses import asdict, dataclass
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import TextIO

from . import marking
from .course import Course
from .intake.collect import Submission, collect
from .intake.unpack import natural_key
from .marking import Failure, Result, TaskResult, not_marked
from .report import classreport, feedback, tables
from .run import sandbox
from .source import Problem
from .versions import fingerprint

WORK, LOG, RUNTIME = "work", "log.txt", "runtime.csv"
STATUSES = list(classreport.MEANINGS)


class GradeError(Problem):
    """Grading cannot start. The message says why, and what to do."""


@dataclass(frozen=True)
class Graded:
    """A Submission and its Result; is_grader_error: an error of the grader itself, not of the submission."""

    submission: Submission
    result: Result
    is_grader_error: bool = False


def grade(
    course: Course,
    source: str | Path,
    out: str | Path,
    only: str = "",
    seed: str | None = None,
    jobs: int | None = None,
    unsandboxed: bool = False,
    gradebook: str | Path | None = None,
) -> list[Graded]:
    """Mark all submissions in `source` (a folder or a zip file) and write tables and pages into the folder `out`.

    only         name of the one assignment that is wanted (by default all that are handed in)
    seed         text that hidden data are made from (by default this machine's secret)
    jobs         how many at a time (by default as many as cores)
    unsandboxed  see marking.mark
    gradebook    folder of an nbgrader course (see report/nbgrader.py): it gets the marks, and gives those that were set there

    Return what is graded by student and assignment. Raises GradeError, SandboxError, AssignmentError, PointsError.
    """
    source, out = Path(source), Path(out)
    if not source.exists():
        raise GradeError(f"there is no {source}. Remedy: give the folder or zip file with the submissions")
    if source.is_dir() and out.resolve().is_relative_to(source.resolve()):
        raise GradeError(f"{out} lies inside {source}. Remedy: write the results elsewhere (-o)")
    only = course.read(only).name if only else ""
    if not unsandboxed:
        sandbox.require()
    (out / WORK).mkdir(parents=True, exist_ok=True)
    by_hand = tables.read_prose(out, course)
    with tempfile.TemporaryDirectory() as scratch, (out / LOG).open("a", encoding="utf-8") as log:
        submissions = collect(course, source, Path(scratch), only)
        if not submissions:
            raise GradeError(
                f"{source} holds no submissions. Remedy: give the folder or zip file that the platform exports"
            )
        graded = _graded(submissions, out, log, seed, jobs or _cores(), unsandboxed)
        if gradebook:
            from .report.nbgrader import exchange  # nbgrader takes seconds to load, and need not be there

            graded = exchange(course, graded, gradebook)
    graded = tables.with_points(graded, by_hand)
    report(graded, out, by_hand)
    return graded


def exit_status(graded: list[Graded]) -> int:
    """Return 0 if all submissions were marked, 1 if some could not be."""
    return int(any(one.is_grader_error or one.result.unread for one in graded))


def summary(graded: list[Graded]) -> str:
    """Return how many ended how, as a sentence."""
    counts = Counter(one.result.status for one in graded)
    listed = ", ".join(f"{counts[status]} {status}" for status in STATUSES if counts[status])
    return f"{len(graded)} submission{'s' * (len(graded) != 1)}: {listed}."


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _graded(submissions, out: Path, log: TextIO, seed: str | None, jobs: int, unsandboxed: bool) -> list[Graded]:
    """Mark what no earlier run has marked, and keep each Result at once."""
    waiting, graded = defaultdict(list), []
    for submission in submissions:
        if submission.status:
            result = not_marked(submission.assignment, submission.status, submission.reason)
            graded.append(Graded(submission, result))
        elif known := kept(out, name := key(submission, seed, unsandboxed)):
            graded.append(Graded(submission, known))
        else:
            waiting[name].append(submission)  # the same notebook twice is marked once
    _note(log, f"{len(submissions)} submissions, {len(waiting)} to mark, {jobs} at a time; {platform.platform()}")

    def attempt(name):
        start, trouble = time.monotonic(), ""
        try:
            result = marked(waiting[name][0], seed, unsandboxed)
        except Exception as error:  # no submission may stop the others
            reason = f"The grader itself failed ({type(error).__name__}); nothing is known against this notebook."
            result = not_marked(waiting[name][0].assignment, "crashed", reason, None)
            trouble = traceback.format_exc()
        return name, result, time.monotonic() - start, trouble

    began, total = time.monotonic(), len(waiting)
    with ThreadPool(jobs) as pool:
        for count, (name, result, seconds, trouble) in enumerate(pool.imap_unordered(attempt, waiting), start=1):
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
    graded.sort(key=lambda one: (natural_key(one.submission.student), one.submission.assignment_name))
    _note(log, summary(graded))
    return graded


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
    """
    assignment = submission.assignment
    contents = {"assignment": assignment.folder / f"{assignment.name}.md", "notebook": submission.notebook}
    for kind, files in assignment.course.files_of_kinds(seed).items():
        contents |= {f"{kind}/{path}": data for path, data in files.items()}
    contents |= {f"handed in/{path}": file for path, file in sorted(submission.files.items())}
    digest = hashlib.sha256(f"{fingerprint(assignment.course)} {unsandboxed}".encode())
    for name, content in contents.items():
        data = content if isinstance(content, bytes) else Path(content).read_bytes()
        digest.update(f"{name}\0{hashlib.sha256(data).hexdigest()}\0".encode())
    return digest.hexdigest()[:40]


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


def _write(path: Path, text: str) -> None:
    """Write a file that is there complete or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8", newline="")
    part.replace(path)


def _note(log: TextIO, line: str, trouble: str = "") -> None:
    now = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
    print(now, " ".join(line.split()), *([f"\n{trouble}"] if trouble else []), file=log, flush=True)


def report(graded: list[Graded], out: Path, by_hand: tables.ByHand) -> None:
    """Write all files but the log into `out`."""
    pages = feedback.pages(graded)
    for old in (out / "feedback").glob("*.html"):
        if old.name not in pages:
            old.unlink()
    written = tables.files(graded, by_hand) | {f"feedback/{name}": text for name, text in pages.items()}
    written["runtime.svg"] = classreport.runtime(tables.seconds(out / RUNTIME))
    written["class-report.html"] = classreport.page(graded)
    for name, text in written.items():
        _write(out / name, text)
