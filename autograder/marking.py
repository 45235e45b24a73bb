"""Mark one submission: its cells run in a sandbox, its answers come out as plain data, and are judged here.

What is right is worked out in another sandbox, in which no submission ever ran.
"""

import ast
import builtins
import functools
import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from answers import brief, is_missing, judge

from .intake.matching import Beside, Matched, match
from .intake.submission import Refused, Unreadable, read_cells, read_files
from .run import protocol
from .run.sandbox import DEFAULT, RIGHT, Limits, require, warm
from .run.session import Runs, run_all
from .source import Assignment, AssignmentError, Comparison, Task

ERRORS = {name for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, Exception)}
ENDS = {
    "time": "it took too long and was stopped",
    "signal": "it made Python crash, or used more memory than is available",
    "output": "it answered with more than can be read",
    "files": "it made too many files",
    "end": "it ended the whole program",
    "tries": "too many cells before it ended the whole program",
}
NOT_MARKED = "not marked"
ELSEWHERE = (
    "This fits the data that you have, but not other data of the same form: compute it from the tables instead of "
    "writing down values that you read off."
)


@dataclass(frozen=True)
class Failure:
    """A cell that did not run to its end.

    cell: its number in the notebook, from 1; task: the one it answers, or ""; line: of the cell, or None; error: in words,
    such as "NameError: name 'x' is not defined".
    """

    cell: int
    task: str
    line: int | None
    error: str

    def __str__(self):
        task = f" (task {self.task})" if self.task else ""
        return f"Cell {self.cell}{task}{f', line {self.line}' if self.line else ''}: {self.error.rstrip('.')}."


@dataclass(frozen=True)
class TaskResult:
    """What became of one task.

    status: right, wrong, no answer, error, not reached, by hand (prose not yet marked), marked (prose);
    points: float, or None while a task is to be marked by hand; reason: a sentence for the student ("" if right);
    answer: what was answered, shortened (prose: all of it). For the teacher alone: a submission can put into it what a
    hidden part asked.
    """

    task: str
    points: float | None
    status: str
    reason: str
    answer: str = ""


@dataclass(frozen=True)
class Result:
    """What became of a submission.

    status: graded, partly graded, unreadable, timed out, crashed, refused; or missing: not handed in; or not marked: by a
    fault of this machine; reason: for the student ("" if graded); tasks: in the order of the assignment; notes: facts for the
    teacher, as sentences.
    """

    status: str
    reason: str
    tasks: tuple[TaskResult, ...]
    cells_failed: tuple[Failure, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def points(self) -> float:
        """The sum of the points that are known so far."""
        return sum(task.points or 0.0 for task in self.tasks)

    @property
    def waiting(self) -> int:
        """How many written answers wait for points."""
        return sum(task.status == "by hand" for task in self.tasks)

    @property
    def unread(self) -> bool:
        """Whether no task was looked at."""
        return self.status in ("refused", "unreadable", "missing", NOT_MARKED)


def mark(
    assignment: Assignment,
    notebook: Path | bytes,
    files: Mapping[str, Path | bytes] | None = None,
    *,
    seed: str | None = None,
    unsandboxed: bool = False,
    limits: Limits = DEFAULT,
) -> Result:
    """Mark one submission: a Result, whatever is in it. May be called in several threads at once.

    notebook     the submitted notebook
    files        what else was handed in, by relative path ("mine/claims.csv"): a run finds each beside the notebook and in
                 data/; what is released cannot be replaced
    seed         text that hidden data are made from; by default this machine's secret
    unsandboxed  run without a sandbox: only for submissions that you trust as you trust your own programs

    Raises SandboxError if there is no sandbox here, or it fails, AssignmentError if the assignment itself is at fault.
    """
    if not unsandboxed:
        require()
    seed = assignment.course.seed(seed)
    data = assignment.course.files_of_kinds(seed)
    try:
        matched = match(assignment, read_cells(notebook))
        brought = read_files(files or {}, {path.split("/")[1] for path in data["released"]})
    except (Unreadable, Refused) as error:
        return not_marked(assignment, "unreadable" if isinstance(error, Unreadable) else "refused", str(error))
    right = right_answers(assignment, seed, not unsandboxed)

    def judged(cells):
        prose = {task.name for task in assignment.tasks if task.prose}
        run = [cell for cell in cells if cell.name not in prose]  # whatever kind of cell it became
        runs = run_all(assignment, run, brought, data, limits, not unsandboxed)
        return _Judge(assignment, replace(matched, cells=cells), runs, right)

    result, notes = judged(matched.cells).result(), list(matched.notes)
    open_tasks = {task.task for task in result.tasks if task.status in ("no answer", "error")}
    beside = {
        task.name: matched.beside(task) for task in assignment.tasks if task.name in open_tasks and not task.prose
    }
    if any(beside.values()):
        again = {task.task: task for task in judged(matched.with_everything_beside()).result().tasks}
        tasks = tuple(_with_beside(task, again[task.task], beside.get(task.task, [])) for task in result.tasks)
        result = _without_failures(
            replace(result, tasks=tasks), {task.task for task in tasks if task.status == "right"}
        )
    for task in assignment.tasks:
        found = {cell.cell.number for cell in beside.get(task.name, ())}
        if numbers := matched.prose(task)[2] if task.prose else sorted(found):
            listed = ", ".join(map(str, numbers))
            notes.append(f"{task.title}: a possible answer is beside its cell (cell {listed}).")
    return replace(result, notes=tuple(notes))


def _without_failures(result: Result, solved: set[str]) -> Result:
    """Return a Result without the failures of cells whose tasks were solved beside them."""
    failed = tuple(failure for failure in result.cells_failed if failure.task not in solved)
    if failed or result.status != "partly graded":
        return replace(result, cells_failed=failed)
    return replace(result, status="graded", reason="", cells_failed=())


def _with_beside(task: TaskResult, again: TaskResult, beside: list[Beside]) -> TaskResult:
    """Return what became of a task that had no answer in its cell, after another try with what is beside it.

    An answer that is judged then counts. Otherwise the teacher looks at it, since something was written that could not be run.
    """
    if not beside:
        return task
    words = ". ".join(dict.fromkeys(found.what for found in beside))
    if again.status in ("right", "wrong"):
        return replace(again, reason=f"{again.reason} {words}. The part that is there was run, too.".strip())
    own = dict.fromkeys(found.cell.source.strip() for found in beside if not found.for_all)
    if not own:
        return replace(task, reason=f"{task.reason} {words}.")
    reason = f"{words}. Your teacher looks at it."
    return replace(task, points=None, status="by hand", reason=reason, answer="\n\n".join(own))


def not_marked(assignment: Assignment | None, status: str, reason: str, points: float | None = 0.0) -> Result:
    """Return the Result of a submission of which no task was looked at."""
    tasks = assignment.tasks if assignment else ()
    return Result(status, reason, tuple(TaskResult(task.name, points, "not reached", reason) for task in tasks))


# ---- judging ----


@dataclass(frozen=True)
class _Judge:
    """Turns what was taken down of runs into a Result."""

    assignment: Assignment
    matched: Matched
    runs: Runs
    right: dict

    def result(self) -> Result:
        tasks = tuple(self._prose(task) if task.prose else self._coded(task) for task in self.assignment.tasks)
        whys = {*self.runs.ended.values(), self.runs.lost} - {""}
        status = "partly graded" if self.failures else "graded"
        if whys:
            status = "timed out" if "time" in whys else "crashed"
        elif any(task.status == "not reached" for task in tasks):  # it reported its end, and had not reached it
            status = "crashed"
        return Result(status, self._reason(status), tasks, tuple(self.failures))

    def _reason(self, status: str) -> str:
        if status == "graded":
            return ""
        if not self.failures:
            tasks = ", ".join(about for about in self.runs.ended if isinstance(about, str))
            return f"Not every answer came{f' ({tasks})' if tasks else ''}; the rest was graded."
        listed = [*map(str, self.failures[:5])] + [f"And {len(self.failures) - 5} more."] * (len(self.failures) > 5)
        return f"Not every cell ran to its end; the rest was graded. {' '.join(listed)}"

    @functools.cached_property
    def failures(self) -> list[Failure]:
        """The cells that failed, in order. One that is as it was handed out did not: it raises NotImplementedError."""
        names = {cell.number: cell.name for cell in self.matched.cells if cell.kind == "code"}
        failed = [
            (number, problem["line"], f"{problem['type']}: {problem['message']}".rstrip(": "))
            for number, problem in self.runs.alone.failures.items()
            if number is not None and problem["type"] != "NotImplementedError"
        ]
        failed += [(about, None, ENDS[why]) for about, why in self.runs.ended.items() if about in names]
        return [
            Failure(number, names[number] if names[number] in self.assignment.points else "", line, error)
            for number, line, error in sorted(failed, key=lambda failure: failure[0])
        ]

    def _coded(self, task: Task) -> TaskResult:
        if task.name in self.runs.ended:
            reason = f"Your answer could not be tested: {ENDS[self.runs.ended[task.name]]}."
            return TaskResult(task.name, 0.0, "error", reason)
        found = {part: self._part(task, *about) for part, about in task.parts.items()}
        lost = {part: result for part, result in found.items() if result.status != "right"}
        result = next(iter((lost or found).values()))
        if not lost or lost.keys() == found.keys():
            return replace(result, points=0.0 if lost else float(task.points))
        told = [f"Right: {_listed(part for part in found if part not in lost)}."]
        told += [f"{part[0].upper()}{part[1:]}: {one.reason}" for part, one in lost.items()]
        return replace(result, points=sum(one.points for one in found.values()), status="wrong", reason=" ".join(told))

    def _part(self, task: Task, worth: float, numbers: list[int]) -> TaskResult:
        """Return what became of the comparisons of a part: its points if all are right, else the first reason."""
        shown = ""
        for number in numbers:
            comparison, question = task.comparisons[number], (task.name, number)
            for kind, record in self.runs.records.items():
                answer = record.answers.get(question)
                if answer is None:
                    return self._unanswered(task, comparison, record.problems.get(question), kind)
                shown = shown or brief(answer)
                wanted, mistakes = self.right[kind][question]
                reason = judge(answer, wanted, mistakes, comparison.tolerance, comparison.ordered)
                if reason:
                    if kind != "released" and reason not in mistakes:
                        reason = ELSEWHERE
                    status = "no answer" if is_missing(answer) else "wrong"
                    released = self.runs.records["released"].answers[question]
                    return TaskResult(task.name, 0.0, status, reason, brief(released))
        return TaskResult(task.name, worth, "right", "", shown)

    def _unanswered(self, task: Task, comparison: Comparison, problem: dict | None, kind: str) -> TaskResult:
        failed = next((failure for failure in self.failures if failure.task == task.name), None)
        status, reason = "error", ""
        if problem is None:
            status, reason = "not reached", f"Not reached: {ENDS[self.runs.lost or 'end']}."
        elif problem["type"] == "NotImplementedError":
            status, reason = "no answer", "The cell is as it was handed out."
        elif problem["type"] == "NameError" and problem["name"] in protocol.names(
            ast.parse(comparison.expression.strip())
        ):
            status, reason = "no answer", f"There is no `{problem['name']}` when all cells have run."
            if failed:
                status, reason = "error", str(failed)
        else:
            reason = "When it is tried on other data of the same form, it stops with an error."
            if kind == "released":  # of hidden data not even the kind of an error is told
                error = problem["type"] if problem["type"] in ERRORS else "an error of its own"
                reason = f"When it is tried, it stops with {error}."
        return TaskResult(task.name, 0.0, status, reason)

    def _prose(self, task: Task) -> TaskResult:
        text, has_cell, beside = self.matched.prose(task)
        where = f" Text beside it: cell {', '.join(map(str, beside))}." if beside else ""
        if not has_cell:
            reason = f"The cell for this answer was not found in the notebook; your teacher looks for it.{where}"
            return TaskResult(task.name, None, "by hand", reason, text)
        if not text:
            return TaskResult(task.name, 0.0, "no answer", "Nothing was written here.")
        return TaskResult(task.name, None, "by hand", f"Your teacher reads and marks this answer.{where}", text)


def _listed(parts: Iterable[str]) -> str:
    *some, last = parts
    return f"{', '.join(some)} and {last}" if some else last


# ---- what is right ----

_known, _locks = {}, defaultdict(threading.Lock)


def right_answers(assignment: Assignment, seed: str, sandboxed: bool = True) -> dict[str, dict]:
    """Return what is right, worked out once in a process. Raises AssignmentError.

    For each kind of data, by (task, number of the comparison): the plain data of the right answer, and of mistakes by the
    sentence about them.
    """
    key = assignment, seed, sandboxed
    with _locks[key]:  # threads that begin together wait for the first of them
        if key not in _known:
            _known[key] = _worked_out(assignment, seed, sandboxed)
    return _known[key]


def _worked_out(assignment: Assignment, seed: str, sandboxed: bool) -> dict[str, dict]:
    course, setup = assignment.course, protocol.setup(assignment)
    comparisons = {
        (task, number): comparison for task in assignment.tasks for number, comparison in enumerate(task.comparisons)
    }
    steps = list(setup)
    for (task, number), comparison in comparisons.items():
        codes = [comparison.right, *(expression for expression, _ in comparison.mistakes)]
        questions = {(task.name, number, place): code for place, code in enumerate(codes)}
        steps.append(protocol.ask((task.name, number), task.helper, questions))
    right = defaultdict(dict)
    with warm(course.preload, DEFAULT, sandboxed, course.library, purpose=RIGHT) as box:
        for kind, files in course.files_of_kinds(seed).items():
            run, record = box.run(steps, files, DEFAULT.total, trusted=True), protocol.Record()
            record.take_down(run.lines, steps)
            for (task, number), comparison in comparisons.items():
                key = task.name, number
                if (*key, 0) not in record.answers:
                    ended = {"type": "the run ended", "message": run.why}
                    problem = record.failures.get(None) or record.problems.get((*key, 0)) or ended
                    raise AssignmentError(
                        f"{assignment.name}, {task.name}: `{comparison.right}` has no value on the {kind} data "
                        f"({problem['type']}: {problem['message']}). Remedy: correct it or the setup; it says what is right"
                    )
                mistakes = {
                    sentence: record.answers[*key, place]
                    for place, (_, sentence) in enumerate(comparison.mistakes, start=1)
                    if (*key, place) in record.answers
                }
                right[kind][key] = record.answers[*key, 0], mistakes
    return dict(right)
