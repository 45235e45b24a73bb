"""The batch: every submission of a folder to its marks, as many at a time as there are cores, and on from where it stopped."""

import datetime
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
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from multiprocessing.pool import ThreadPool
from pathlib import Path

from assignments import variant

from . import marking as marks
from . import source as sources
from .intake.collect import Submission, collect
from .intake.unpack import order
from .report import classreport, feedback, tables
from .run import sandbox

WORK, LOG, RUNTIME = "work", "log.txt", "runtime.csv"
LIBRARY = Path(__file__).resolve().parent
STATUSES = ["graded", "partly graded", "timed out", "crashed", "refused", "unreadable"]
TO_MEND = {"refused", "unreadable"}  # what has not been marked at all


class GradeError(ValueError):
    """Grading cannot start. The message says why, and what to do."""


@dataclass(frozen=True)
class Graded:
    """A Submission and its Result (see marks.py); ours: an error of the grader itself, not of the submission."""

    submission: Submission
    result: marks.Result
    ours: bool = False


def grade(source, out, only="", seed=None, jobs=None, unsandboxed=False, gradebook=None):
    """Mark all submissions in `source` (a folder or a zip file) and write what came of it into the folder `out`.

    only         name of the one assignment that is wanted (by default all that are found)
    seed         text that the variant of the data is made from (by default this machine's secret)
    jobs         how many at a time (by default as many as cores)
    unsandboxed  see marks.mark
    gradebook    folder of an nbgrader course (see gradebook.py): it gets the marks, and gives those that were set there

    Results are kept in `out`/work as soon as they are there: a second run takes those of unchanged submissions from it.
    Returns a list of Graded, by student and assignment. Raises GradeError, SandboxError, AssignmentError.
    """
    source, out = Path(source), Path(out)
    if not source.exists():
        raise GradeError(f"there is no {source}. Remedy: give the folder or zip file with the submissions")
    if source.is_dir() and out.resolve().is_relative_to(source.resolve()):
        raise GradeError(f"{out} lies inside {source}. Remedy: write the results elsewhere (-o)")
    only = sources.read(only).name if only else ""
    if not unsandboxed:
        sandbox.require()
    (out / WORK).mkdir(parents=True, exist_ok=True)
    by_hand = tables.read_prose(out)
    with tempfile.TemporaryDirectory() as scratch, (out / LOG).open("a", encoding="utf-8") as log:
        submissions = collect(source, Path(scratch), only)
        if not submissions:
            raise GradeError(
                f"{source} holds no submissions. Remedy: give the folder or zip file that the platform exports"
            )
        graded = _marked(submissions, out, log, seed, jobs or _cores(), unsandboxed)
        if gradebook:
            from .report.nbgrader import exchange  # nbgrader takes seconds to load, and need not be there

            graded = exchange(graded, gradebook)
    graded = tables.with_points(graded, by_hand)
    _report(graded, out, by_hand)
    return graded


def exit_status(graded):
    """0 if all submissions were marked, 1 if some could not be."""
    return int(any(one.ours or one.result.status in TO_MEND for one in graded))


def summary(graded):
    """How many ended how, as a sentence."""
    counts = Counter(one.result.status for one in graded)
    return (
        f"{len(graded)} submission{'s' * (len(graded) != 1)}: "
        + ", ".join(f"{counts[one]} {one}" for one in STATUSES if counts[one])
        + "."
    )


def _cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _marked(submissions, out, log, seed, jobs, unsandboxed):
    """The list of Graded. What is not yet known is marked now, and kept at once."""
    note = _Log(log)
    waiting, results = defaultdict(list), {}
    for number, one in enumerate(submissions):
        if one.status:
            results[number] = Graded(one, _not_marked(one.assignment, one.status, one.reason))
            continue
        name = key(one, seed, unsandboxed)
        known = kept(out, name)
        if known:
            results[number] = Graded(one, known)
        else:
            waiting[name].append(number)  # the same notebook twice is marked once
    note(f"{len(submissions)} submissions, {len(waiting)} to mark, {jobs} at a time; {platform.platform()}")

    def tried(name):
        return name, *_tried(submissions[waiting[name][0]], seed, unsandboxed)

    with _progress(len(waiting)) as done, ThreadPool(jobs) as pool:
        for name, result, seconds, trouble in pool.imap_unordered(tried, waiting):
            if not trouble:  # an error of ours is tried again next time
                keep(out, name, result)
            for number in waiting[name]:
                one = submissions[number]
                results[number] = Graded(one, result, bool(trouble))
                note(f"{one.student}, {one.assignment}: {result.status}, {seconds:.1f} s", trouble)
                tables.append(
                    out / RUNTIME, ["student", "assignment", "seconds"], [one.student, one.assignment, f"{seconds:.2f}"]
                )
            done()
    graded = [results[number] for number in range(len(submissions))]
    note(summary(graded))
    return sorted(
        graded, key=lambda one: (order(one.submission.student), one.submission.assignment, one.submission.file)
    )


def _tried(one, seed, unsandboxed):
    """(Result, seconds, traceback or "")."""
    began = time.monotonic()
    try:
        result, trouble = marked(one, seed, unsandboxed), ""
    except Exception as error:  # ours: no submission may stop the others
        reason = f"The grader itself failed ({type(error).__name__}); nothing is known against this notebook."
        result, trouble = _not_marked(one.assignment, "crashed", reason, None), traceback.format_exc()
    return result, time.monotonic() - began, trouble


def marked(one, seed=None, unsandboxed=False):
    """The Result of a Submission, without what would differ in another run: seconds, and addresses of objects."""
    result = marks.mark(one.assignment, one.notebook, one.files, seed=seed, unsandboxed=unsandboxed)
    data = json.dumps(asdict(result) | {"seconds": 0.0})
    return _result(json.loads(re.sub(r"\b0x[0-9a-fA-F]{6,16}\b", "0x...", data)))


def _not_marked(assignment, status, reason, points=0.0):
    tasks = sources.read(assignment).tasks if assignment else ()
    return marks.Result(
        status, reason, tuple(marks.TaskResult(task.name, points, "not reached", reason) for task in tasks)
    )


def _result(data):
    tasks = tuple(marks.TaskResult(**task) for task in data.pop("tasks"))
    failed = tuple(marks.Failure(**failure) for failure in data.pop("cells_failed"))
    return marks.Result(**data, tasks=tasks, cells_failed=failed)


# ---- what is kept ----


def key(one, seed=None, unsandboxed=False):
    """A name (str) for everything that a result depends on: the submission, the assignment, the data, and this library."""
    digest = hashlib.sha256(json.dumps([_ours(one.assignment), variant.seed_text(seed), unsandboxed]).encode())
    contents = {"": one.notebook} | {f"/{name}": path for name, path in sorted(one.files.items())}
    for name, content in contents.items():
        data = content if isinstance(content, bytes) else Path(content).read_bytes()
        digest.update(f"{name}\0{hashlib.sha256(data).hexdigest()}\0".encode())
    return digest.hexdigest()[:40]


@functools.cache
def _ours(assignment):
    """A hash of the assignment's source, the released data and the code that marks."""
    digest = hashlib.sha256()
    folder = sources.read(assignment).folder
    for path in [
        *sorted(folder.glob("*.md")),
        *sorted(LIBRARY.rglob("*.py")),
        *sorted((LIBRARY.parent / "data").rglob("*.*")),
    ]:
        if path.is_file():
            digest.update(f"{path.name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\0".encode())
    return digest.hexdigest()


def keep(out, name, result):
    """Keep a Result under its key, for this run and the next ones into the folder `out`."""
    _write(Path(out) / WORK / f"{name}.json", json.dumps(asdict(result), indent=1, ensure_ascii=False) + "\n")


def kept(out, name):
    """The Result that an earlier run has kept, or None."""
    try:
        return _result(json.loads((Path(out) / WORK / f"{name}.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _write(path, text):
    """A file that is there as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8", newline="")
    part.replace(path)


class _Log:
    def __init__(self, file):
        self._file = file

    def __call__(self, line, trouble=""):
        now = datetime.datetime.now().astimezone().isoformat(timespec="seconds")
        print(now, " ".join(line.split()), file=self._file)
        if trouble:
            print(trouble, file=self._file)
        self._file.flush()


# ---- what is shown and written ----


@contextmanager
def _progress(total):
    """Gives a function to call whenever one is done: a bar with the time left, or without a terminal a line now and then."""
    if total and sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        columns = TextColumn("Marking"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("left:")
        with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as bar:
            task = bar.add_task("", total=total)
            yield lambda: bar.advance(task)
        return
    began, count, told = time.monotonic(), 0, 0

    def one_more():
        nonlocal count, told
        count += 1
        if count == total or count - told >= max(total / 10, 5):
            left = (time.monotonic() - began) / count * (total - count)
            print(
                f"Marked {count} of {total}; about {left / 60:.0f} min {left % 60:.0f} s left.",
                file=sys.stderr,
                flush=True,
            )
            told = count

    yield one_more


def _report(graded, out, by_hand):
    """Write all files but the log."""
    for name, text in tables.files(graded, by_hand).items():
        _write(out / name, text)
    pages = feedback.pages(graded)
    for old in (out / "feedback").glob("*.html"):
        if old.name not in pages:
            old.unlink()
    for name, text in pages.items():
        _write(out / "feedback" / name, text)
    seconds = tables.seconds(out / RUNTIME)
    _write(out / "runtime.svg", classreport.runtime(graded, seconds))
    _write(out / "class-report.html", classreport.page(graded))
