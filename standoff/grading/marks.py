"""Marks one submission: runs its cells in a sandbox, has its answers brought out as plain data, and judges them here.

A submission runs three times, each time in a fresh process of one sandbox: by itself, so that its failing cells can be named
in words that know nothing of hidden questions; with the questions, on the released data; and again on a variant of all cases
that nobody has seen (see variant.py). What is right is worked out in another sandbox, in which no submission ever ran.
"""

import ast
import builtins
import json
import os
import re
import stat
import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from . import assignment as sources
from . import variant
from .compare import judge
from .sandbox import Limits, Sandbox

NOTEBOOK_BYTES = 20_000_000
CODE_CHARACTERS = 500_000
CELLS = 1_000
FILES_BYTES = 20_000_000
FILES = 200
TRIES = 5  # runs of the same cells, each without the ones that ended the runs before

IMPORTS = {"matplotlib", "matplotlib.pyplot", "numpy", "IPython.display", "networkx", "statistics", "collections"}


@dataclass(frozen=True)
class Failure:
    """A cell that did not run to its end. cell: its number in the notebook, from 1; task: the one it answers, or "";
    line: of the cell, or None; error: in words, such as "NameError: name 'x' is not defined"."""

    cell: int
    task: str
    line: int | None
    error: str

    def __str__(self):
        of_task = f" (task {self.task})" if self.task else ""
        return f"Cell {self.cell}{of_task}{f', line {self.line}' if self.line else ''}: {self.error}"


@dataclass(frozen=True)
class TaskResult:
    """What became of one task.

    status: right, wrong, no answer, error, not reached, by hand (prose that nobody has marked yet), marked (prose);
    points: float, or None while the task is to be marked by hand; reason: a sentence for the student ("" if right);
    answer: what was answered, shortened, FOR THE TEACHER ALONE: a submission can put hidden questions into it.
    """

    task: str
    points: float | None
    status: str
    reason: str
    answer: str = ""


@dataclass(frozen=True)
class Result:
    """What became of a submission.

    status: graded, partly graded, unreadable, timed out, crashed, refused; reason: a sentence for the student ("" if graded);
    tasks: tuple of TaskResult, in the order of the assignment; cells_failed: tuple of Failure; seconds: of the clock.
    """

    status: str
    reason: str
    tasks: tuple
    cells_failed: tuple = ()
    seconds: float = 0.0


class Unreadable(ValueError):
    """Not a notebook that can be run; the message is for the student."""


class Refused(ValueError):
    """Something that is not run at all; the message is for the student."""


def mark(assignment, notebook, files=None, *, seed=None, unsandboxed=False, limits=Limits()):
    """Mark one submission: a Result, whatever is in it. May be called from several threads at once.

    assignment   an Assignment, or its name
    notebook     Path of the submitted notebook, or its bytes
    files        what else was handed in: dict of Path or bytes, by relative path ("mine/claims.csv"); a submission finds
                 each there, and in data/, so that load("mine") works; the released cases cannot be replaced
    seed         text that the variant of the data is made from; by default this machine's secret
    unsandboxed  run without a sandbox: only for submissions that you trust as you trust your own programs

    Raises SandboxError if no sandbox can be made here, AssignmentError if the assignment itself is at fault.
    """
    began = time.monotonic()
    if isinstance(assignment, str):
        assignment = sources.read(assignment)
    cells, prose = [], {}
    try:
        cells = read_cells(notebook)
        result = _Marking(assignment, cells, _handed_in(files or {}), seed, unsandboxed, limits).result()
    except (Unreadable, Refused) as error:
        status = "unreadable" if isinstance(error, Unreadable) else "refused"
        tasks = tuple(TaskResult(task.name, 0.0, "not reached", str(error)) for task in assignment.tasks)
        result = Result(status, str(error), tasks)
    return replace(result, seconds=time.monotonic() - began)


# ---- what was handed in ----


@dataclass(frozen=True)
class Cell:
    """A cell of a submission. number: in the notebook, from 1; name: its grade_id, or ""."""

    number: int
    kind: str
    name: str
    source: str


def read_cells(notebook):
    """The cells of a notebook (Path or bytes), as a list of Cell. Raises Unreadable or Refused."""
    data = _content(notebook, NOTEBOOK_BYTES, Unreadable) if isinstance(notebook, os.PathLike) else notebook
    if len(data) > NOTEBOOK_BYTES:
        raise Unreadable(
            f"The notebook is larger than {NOTEBOOK_BYTES // 1_000_000} MB: clear its outputs and save it."
        )
    try:
        content = json.loads(data)
    except (ValueError, RecursionError, MemoryError):
        raise Unreadable("This is not a notebook: the file is damaged or of another kind (no JSON).") from None
    if isinstance(content, dict) and isinstance(content.get("worksheets"), list):
        content = {
            "cells": [cell for sheet in content["worksheets"] if isinstance(sheet, dict) for cell in _list(sheet)]
        }
    if not isinstance(content, dict) or not isinstance(content.get("cells"), list):
        raise Unreadable("This is not a notebook: it has no list of cells.")
    cells = [_cell(number, cell) for number, cell in enumerate(content["cells"], start=1) if isinstance(cell, dict)]
    code = [cell for cell in cells if cell.kind == "code"]
    if len(code) > CELLS or sum(len(cell.source) for cell in code) > CODE_CHARACTERS:
        raise Unreadable(f"The notebook has more than {CELLS} cells or {CODE_CHARACTERS:,} characters of code.")
    return cells


def _list(sheet):
    return sheet["cells"] if isinstance(sheet.get("cells"), list) else []


def _cell(number, cell):
    source = cell.get("source", cell.get("input", ""))  # `input`: notebooks of format 3
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    about = cell.get("metadata")
    about = about.get("nbgrader") if isinstance(about, dict) else None
    name = about.get("grade_id") if isinstance(about, dict) else None
    kind = cell.get("cell_type")
    return Cell(number, kind if isinstance(kind, str) else "", name if isinstance(name, str) else "", _text(source))


def _text(source):
    """A text that every file can hold: without halves of characters."""
    return source.encode("utf-8", "replace").decode() if isinstance(source, str) else ""


def _handed_in(files):
    """Files as bytes by the paths at which a run finds them. Raises Refused."""
    if len(files) > FILES:
        raise Refused(f"There are more than {FILES} files: hand in what the assignment asks for.")
    found, size = {}, 0
    for name, content in files.items():
        parts = re.split(r"[/\\]", str(name))
        if not all(parts) or {".", ".."} & set(parts) or any(ord(character) < 32 for character in str(name)):
            raise Refused(f"A file has a name that leads elsewhere: {_text(str(name))[:80]!r}.")
        data = content if isinstance(content, bytes) else _content(content, FILES_BYTES, Refused)
        size += len(data)
        if size > FILES_BYTES:
            raise Refused(f"The files are larger than {FILES_BYTES // 1_000_000} MB together.")
        path = "/".join(parts[1:] if parts[0] == "data" and len(parts) > 1 else parts)
        found[f"data/{path}"] = data
        found[f"assignments/yours/{path}"] = data
    return {path: data for path, data in found.items() if not path.startswith("assignments/yours/data/")}


def _content(path, limit, error):
    """The bytes of a regular file. Raises `error` for links, folders, pipes and devices, and for what is too large."""
    path = Path(path)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as problem:
        if path.is_symlink():
            raise Refused(f"{_text(path.name)} is a link to another file: hand in the file itself.") from None
        raise error(f"{_text(path.name)} cannot be opened ({problem.strerror}).") from None
    with os.fdopen(descriptor, "rb") as file:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            raise Refused(f"{_text(path.name)} is a folder or a special file: hand in ordinary files.")
        if about.st_size > limit:
            raise error(f"{_text(path.name)} is larger than {limit // 1_000_000} MB.")
        return file.read(limit + 1)


# ---- running ----


@dataclass
class Said:
    """What came out of runs of the same steps: answers and problems of questions, failures of steps, and how runs ended."""

    answers: dict = field(default_factory=dict)  # plain data by (task, number of the comparison)
    problems: dict = field(default_factory=dict)  # dict by (task, number of the comparison)
    failures: dict = field(default_factory=dict)  # dict by number of the cell
    ended: dict = field(default_factory=dict)  # why, by number of the cell or name of the task
    lost: str = ""  # why runs were given up


def _setup(assignment):
    """The sources of the locked cells that no task has, in order: a list of str."""
    return [
        cell.source
        for cell in assignment.notebook.cells
        if cell.cell_type == "code"
        and sources.role(cell).get("locked")
        and not sources.role(cell).get("grade")
        and not sources.role(cell).get("solution")
    ]


def _locked(assignment):
    """The grade_ids of the locked cells."""
    return {about["grade_id"] for cell in assignment.notebook.cells if (about := sources.role(cell)).get("locked")}


def _helpers(assignment):
    """What hidden parts say besides comparing, by task: str."""
    found = {}
    for cell in assignment.notebook.cells:
        hidden = "".join(sources.HIDDEN.findall(cell.source))
        if hidden:
            tree = ast.parse(hidden)
            tree.body = [one for one in tree.body if not _is_comparison(one)]
            found[sources.role(cell)["grade_id"]] = ast.unparse(tree)
    return {task.name: found.get(task.check, "") for task in assignment.tasks if not task.prose}


def _is_comparison(statement):
    call = statement.value if isinstance(statement, ast.Expr) else None
    imported = isinstance(statement, ast.ImportFrom) and statement.module == "standoff.grading.compare"
    return imported or (isinstance(call, ast.Call) and getattr(call.func, "id", "") == "compare")


def _imports(codes):
    """The libraries that code wants and that are safe to import beforehand: a sorted list of names of modules."""
    wanted = set()
    for code in codes:
        for line in re.findall(r"^\s*(?:from|import)\s+([\w. ,]+)", code, re.M):
            wanted |= {name.strip() for name in re.split(r",|\bas\b|\bimport\b", line)}
    ours = {f"standoff.{path.stem}" for path in Path(sources.__file__).parents[1].glob("[a-z]*.py")} - {"standoff.cli"}
    named = wanted & (IMPORTS | ours)
    if re.search(r"from standoff import", "\n".join(codes)):
        named.add("standoff")
    return sorted(named)


class _Marking:
    """One submission on its way to a Result."""

    def __init__(self, assignment, cells, files, seed, unsandboxed, limits):
        self.assignment, self.cells, self.files = assignment, cells, files
        self.seed, self.sandboxed, self.limits = seed, not unsandboxed, limits
        self.coded = [task for task in assignment.tasks if not task.prose]
        self.code = [cell for cell in cells if cell.kind == "code"]

    def result(self):
        data = variant.cases(self.seed)
        right = _right(self.assignment, self.seed, self.sandboxed)
        end = time.monotonic() + self.limits.total
        codes = [*_setup(self.assignment), *_helpers(self.assignment).values(), *(cell.source for cell in self.code)]
        with Sandbox(_imports(codes), self.limits, self.sandboxed) as box:
            skip = set()
            alone = self._said(box, data["released"], skip, end, asked=False)
            said = {name: self._said(box, data[name], skip, end) for name in data}
            if any(comparison.files for task in self.coded for comparison in task.comparisons):
                for name in data:
                    self._files_said(box, data[name], end, said[name])
        return self._judged(alone, said, right)

    def _steps(self, skip, asked):
        """The steps of a run, and what each is about: the number of a cell, or the name of a task."""
        checks = {task.check: task for task in self.coded}
        locked = _locked(self.assignment)
        helpers = _helpers(self.assignment)
        steps = [{"kind": "cell", "source": source} for source in _setup(self.assignment)]
        about = [0] * len(steps)

        def ask(task):
            questions = [one.expression for one in task.comparisons if not one.files]
            if asked and questions and task.name not in skip:
                steps.append(_question(task.name, helpers[task.name], questions))
                about.append(task.name)

        for cell in self.code:
            if cell.name in checks:
                ask(checks.pop(cell.name))
            elif cell.name not in locked and cell.number not in skip:
                steps.append({"kind": "cell", "source": cell.source})
                about.append(cell.number)
        for task in self.coded:
            ask(task)
        return steps, about

    def _said(self, box, data, skip, end, asked=True):
        """What the cells and, if asked, the tasks say: a Said. Adds to `skip` what ended a run."""
        said = Said()
        for _ in range(TRIES):
            seconds = end - time.monotonic()
            if seconds <= 0:
                said.lost = "time"
                return said
            steps, about = self._steps(skip, asked)
            run = box.run(steps, {**self.files, **data}, seconds)
            last = self._listen(run, steps, about, said)
            if run.done:
                return said
            if run.why == "lost" or last == 0:
                said.lost = run.why or "end"
                return said
            said.ended[last] = run.why or "end"
            skip.add(last)
        said.lost = "tries"
        return said

    def _listen(self, run, steps, about, said):
        """Take down what a run said; what its last step was about."""
        last = 0
        for line in run.lines:
            number = line.get("step")
            if type(number) is not int or not 0 <= number < len(steps):
                continue
            last = about[number]
            if steps[number]["kind"] == "cell":
                if "failed" in line:
                    said.failures.setdefault(last, _problem(line["failed"]))
                continue
            places = [place for place, one in enumerate(self._task(last).comparisons) if not one.files]
            place = line.get("place")
            if type(place) is int and 0 <= place < len(places):
                key = last, places[place]
                if "value" in line and key not in said.answers and (value := checked(line["value"])):
                    said.answers[key] = value
                elif "problem" in line:
                    said.problems[key] = _problem(line["problem"])
        return last

    def _task(self, name):
        return next(task for task in self.coded if task.name == name)

    def _files_said(self, box, data, end, said):
        """Ask what is asked about files, in runs without any code of the submission."""
        for task in self.coded:
            for place, comparison in enumerate(task.comparisons):
                if comparison.files:
                    seconds = end - time.monotonic()
                    steps = [{"kind": "cell", "source": source} for source in _setup(self.assignment)]
                    steps.append(_question(task.name, _helpers(self.assignment)[task.name], [comparison.expression]))
                    run = box.run(steps, {**self.files, **data}, max(seconds, 1))
                    for line in run.lines:
                        if "value" in line and (value := checked(line["value"])):
                            said.answers[task.name, place] = value
                        elif "problem" in line:
                            said.problems[task.name, place] = _problem(line["problem"])
                    if not run.done:
                        said.ended[task.name] = run.why or "end"

    # ---- judging ----

    def _judged(self, alone, said, right):
        failures = [self._failure(cell, problem) for cell, problem in sorted(alone.failures.items()) if cell]
        ended = {what: why for one in (alone, *said.values()) for what, why in one.ended.items()}
        tasks = tuple(self._task_result(task, said, right, failures, ended) for task in self.assignment.tasks)
        failures += [self._stopped(cell, why) for cell, why in ended.items() if isinstance(cell, int)]
        failures.sort(key=lambda failure: failure.cell)
        lost = next((one.lost for one in (alone, *said.values()) if one.lost), "")
        whys = {*ended.values(), lost} - {""}
        if "time" in whys:
            status = "timed out"
        elif whys:
            status = "crashed"
        else:
            status = "partly graded" if failures else "graded"
        return Result(status, _summary(status, failures, ended, lost), tasks, tuple(failures))

    def _failure(self, number, problem):
        cell = next(cell for cell in self.cells if cell.number == number)
        message = f"{problem['type']}: {problem['message']}" if problem["message"] else problem["type"]
        return Failure(number, self._of_task(cell), problem["line"], message)

    def _stopped(self, number, why):
        cell = next(cell for cell in self.cells if cell.number == number)
        return Failure(number, self._of_task(cell), None, ENDS[why])

    def _of_task(self, cell):
        return cell.name if cell.name in {task.name for task in self.assignment.tasks} else ""

    def _task_result(self, task, said, right, failures, ended):
        if task.prose:
            return self._prose(task)
        if task.name in ended:
            return TaskResult(task.name, 0.0, "error", f"Your answer did not come: {ENDS[ended[task.name]]}")
        for place, comparison in enumerate(task.comparisons):
            for name in said:
                key = task.name, place
                answer, (wanted, mistakes) = said[name].answers.get(key), right[name][key]
                if answer is None:
                    problem = said[name].problems.get(key)
                    return self._unanswered(task, comparison, problem, name, failures, ended, said[name].lost)
                reason = judge(answer, wanted, mistakes, comparison.tolerance, comparison.ordered)
                if reason:
                    if name != "released" and reason not in mistakes:
                        reason = ELSEWHERE
                    status = "no answer" if answer == ["nothing"] else "wrong"
                    shown = said["released"].answers.get(key, answer)
                    return TaskResult(task.name, 0.0, status, reason, brief(shown))
        first = said["released"].answers.get((task.name, 0), ["nothing"])
        return TaskResult(task.name, float(task.points), "right", "", brief(first))

    def _prose(self, task):
        text = next((cell.source for cell in self.cells if cell.name == task.name), "").strip()
        if not text or text == "YOUR ANSWER HERE":
            return TaskResult(task.name, 0.0, "no answer", "Nothing was written here.")
        return TaskResult(task.name, None, "by hand", "Your teacher reads and marks this answer.", text)

    def _unanswered(self, task, comparison, problem, name, failures, ended, lost):
        stopped = next((cell for cell in self.code if cell.name == task.name and cell.number in ended), None)
        if stopped:
            return TaskResult(
                task.name, 0.0, "error", f"Its cell did not run to its end: {ENDS[ended[stopped.number]]}"
            )
        if problem is None:
            return TaskResult(
                task.name, 0.0, "not reached", f"The run ended before this task: {ENDS.get(lost, ENDS['end'])}"
            )
        if problem["type"] == "NotImplementedError":
            return TaskResult(task.name, 0.0, "no answer", "The cell is as it was handed out.")
        if problem["type"] == "NameError" and problem["name"] in _names(comparison.expression):
            failed = next((one for one in failures if one.task == task.name), None)
            if failed and not failed.error.startswith("NotImplementedError"):
                return TaskResult(task.name, 0.0, "error", f"Its cell stopped: {failed}.")
            reason = f"There is no `{problem['name']}` when all cells have run."
            return TaskResult(task.name, 0.0, "no answer", reason)
        where = "" if name == "released" else ", on other data of the same form"
        kind = problem["type"] if problem["type"] in ERRORS else "an error of its own"
        return TaskResult(task.name, 0.0, "error", f"When it is tried, it stops with {kind}{where}.")


ERRORS = {name for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, BaseException)}
ELSEWHERE = (
    "This fits the data that you have, but not other data of the same form: compute it from the tables instead of "
    "writing down what you read off."
)
ENDS = {
    "time": "it took too long and was stopped.",
    "end": "it ended the whole program.",
    "signal": "it made Python crash, or used too much memory or time.",
    "output": "it answered with more than can be read.",
    "files": "it made too many files.",
    "lost": "it ended the whole program.",
    "tries": "too many cells before it ended the whole program.",
}


def _summary(status, failures, ended, lost):
    if status == "graded":
        return ""
    listed = "; ".join(str(failure).rstrip(".") for failure in failures[:5])
    more = f"; and {len(failures) - 5} more" if len(failures) > 5 else ""
    if failures:
        return f"Not all cells ran to their end; the rest was graded. {listed}{more}."
    tasks = ", ".join(what for what in ended if isinstance(what, str))
    return f"Not all answers came ({tasks or 'the program was stopped'}); the rest was graded."


def _names(expression):
    return {node.id for node in ast.walk(ast.parse(expression, mode="eval")) if isinstance(node, ast.Name)}


def _problem(said):
    """What a run says went wrong, with nothing in it but short texts and a number."""
    said = said if isinstance(said, dict) else {}

    def text(key, length):
        value = said.get(key)
        return " ".join("".join(c if c.isprintable() else " " for c in _text(value)).split())[:length]

    line = said.get("line")
    kind = text("type", 80)
    return {
        "type": kind if kind.isidentifier() else "Exception",
        "message": text("message", 300),
        "name": text("name", 80),
        "line": line if type(line) is int and 0 < line < 100_000 else None,
    }


KINDS = {
    "nothing": 0,
    "bool": 1,
    "number": 1,
    "text": 1,
    "date": 1,
    "list": 1,
    "set": 1,
    "map": 1,
    "series": 2,
    "table": 3,
}


def checked(value, depth=0):
    """`value`, if it is plain data as plain.py says, with nothing else in it; else None."""
    if not isinstance(value, list) or not value or depth > 12:
        return None
    kind, rest = value[0], value[1:]
    if kind == "other":
        return ["other", _text(rest[0])[:80]] if len(rest) == 1 and isinstance(rest[0], str) else None
    if not isinstance(kind, str) or len(rest) != KINDS.get(kind):
        return None
    if kind == "bool":
        return value if type(rest[0]) is bool else None
    if kind == "number":
        good = type(rest[0]) in (int, float) and abs(rest[0]) < 1e300 or rest[0] in ("nan", "inf", "-inf")
        return value if good else None
    if kind in ("text", "date"):
        return [kind, _text(rest[0])] if isinstance(rest[0], str) else None
    if kind == "nothing":
        return value

    def all_of(items):
        found = [checked(item, depth + 1) for item in items] if isinstance(items, list) else [None]
        return None if None in found else found

    if kind == "map":
        pairs = [all_of(pair) for pair in rest[0]] if isinstance(rest[0], list) else [None]
        return None if any(pair is None or len(pair) != 2 for pair in pairs) else ["map", pairs]
    if kind == "table":
        names, columns, rows = rest
        if not isinstance(names, list) or not all(name is None or isinstance(name, str) for name in names):
            return None
        columns = all_of(columns)
        rows = [all_of(row) for row in rows] if isinstance(rows, list) else [None]
        if columns is None or any(row is None or len(row) != len(names) + len(columns) for row in rows):
            return None
        return ["table", [name and _text(name) for name in names], columns, rows]
    parts = [all_of(part) for part in rest]
    if None in parts or (kind == "series" and len(parts[0]) != len(parts[1])):
        return None
    return [kind, *parts]


def brief(value, length=200):
    """Plain data as a short text."""
    kind, rest = value[0], value[1:]
    if kind in ("list", "set", "map", "series"):
        text = ", ".join(brief(["list", list(item)] if kind == "map" else item, 40) for item in rest[-1][:20])
        text = f"{kind} of {len(rest[-1])}: {text}"
    elif kind == "table":
        text = f"table of {len(rest[2])} rows: {', '.join(brief(name, 30) for name in rest[1][:20])}"
    elif kind == "other":
        text = f"an object of type {rest[0]}"
    else:
        text = str(rest[0]) if rest else "nothing"
    return text if len(text) <= length else text[: length - 1] + "…"


# ---- what is right ----

_LOCK = threading.Lock()
_KNOWN = {}


def _right(assignment, seed, sandboxed):
    """For released data and variant: by (task, number of comparison) what is right, and mistakes by their sentence."""
    key = assignment.folder, variant.seed_text(seed), sandboxed
    with _LOCK:  # so that threads that begin together do not all work it out
        if key not in _KNOWN:
            _KNOWN[key] = {
                kind: _worked_out(assignment, kind, files, sandboxed) for kind, files in variant.cases(seed).items()
            }
    return _KNOWN[key]


def _worked_out(assignment, kind, files, sandboxed):
    helpers, setup = _helpers(assignment), _setup(assignment)
    steps = [{"kind": "cell", "source": source} for source in setup]
    about = []
    for task in assignment.tasks:
        for place, one in enumerate(task.comparisons):
            about.append((task.name, place, one))
            steps.append(
                _question(about[-1][:2], helpers[task.name], [one.right, *(wrong for wrong, _ in one.mistakes)])
            )
    with Sandbox(_imports([*setup, *helpers.values()]), sandboxed=sandboxed) as box:
        lines = box.run(steps, files, 120).lines
    found = {}
    for number, (task, place, one) in enumerate(about, start=len(setup)):
        values = {line["place"]: line["value"] for line in lines if line.get("step") == number and "value" in line}
        if 0 not in values:
            problems = [line.get("problem") or line.get("failed") for line in lines if line.get("step") in (number, 0)]
            told = next(filter(None, problems), {"type": "the run", "message": "ended before it"})
            raise sources.AssignmentError(
                f"{assignment.name}, {task}: `{one.right}` has no value on the {kind} data "
                f"({told['type']}: {told['message']}). Remedy: correct it, it is what is right"
            )
        wrong = {
            sentence: values.get(number, ["other", ""]) for number, (_, sentence) in enumerate(one.mistakes, start=1)
        }
        found[task, place] = values[0], wrong
    return found


def _question(task, helper, expressions):
    return {"kind": "answers", "task": task, "helper": helper, "expressions": expressions}
