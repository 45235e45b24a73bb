"""Marks one submission: runs its cells in a sandbox, has its answers brought out as plain data, and judges them here.

A submission runs twice, each time in a fresh process: with the questions, on the released data; and with them on a variant of
all cases that nobody has seen (see variant.py). If cells failed there, it runs once more by itself, so that they can be
described in words that know nothing of hidden questions. What is right is worked out in another sandbox, in which no
submission ever ran.
"""

import builtins
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, replace

from answers import brief, is_missing, judge
from assignments import variant

from . import source as sources
from .intake.submission import Refused, Unreadable, read_cells, read_files
from .run import protocol as runs
from .run.sandbox import Limits, Sandbox, require

TRIES = 6  # runs of the same cells, each without the ones that ended the runs before
DEFAULT = Limits()

ERRORS = {name for name, kind in vars(builtins).items() if isinstance(kind, type) and issubclass(kind, Exception)}
ENDS = {
    "time": "it took too long and was stopped",
    "signal": "it made Python crash, or used more memory or time than there is",
    "output": "it answered with more than can be read",
    "files": "it made too many files",
    "end": "it ended the whole program",
    "lost": "it ended the whole program",
    "tries": "too many cells before it ended the whole program",
}
ELSEWHERE = (
    "This fits the data that you have, but not other data of the same form: compute it from the tables instead of "
    "writing down what you read off."
)


@dataclass(frozen=True)
class Failure:
    """A cell that did not run to its end. cell: its number in the notebook, from 1; task: the one it answers, or "";
    line: of the cell, or None; error: in words, such as "NameError: name 'x' is not defined".
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

    status: right, wrong, no answer, error, not reached, by hand (prose that nobody has marked yet), marked (prose);
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

    status: graded, partly graded, unreadable, timed out, crashed, refused; reason: for the student ("" if graded);
    tasks: tuple of TaskResult, in the order of the assignment; cells_failed: tuple of Failure; seconds: of the clock.
    """

    status: str
    reason: str
    tasks: tuple
    cells_failed: tuple = ()
    seconds: float = 0.0


def mark(assignment, notebook, files=None, *, seed=None, unsandboxed=False, limits=DEFAULT):
    """Mark one submission: a Result, whatever is in it. May be called in several threads at once.

    assignment   an Assignment, or its name
    notebook     Path of the submitted notebook, or its bytes
    files        what else was handed in: dict of Path or bytes, by relative path ("mine/claims.csv"); a run finds each
                 beside the notebook and in data/, so that load("mine") works; the released cases cannot be replaced
    seed         text that the variant of the data is made from; by default this machine's secret
    unsandboxed  run without a sandbox: only for submissions that you trust as you trust your own programs

    Raises SandboxError if there is no sandbox here, AssignmentError if the assignment itself is at fault.
    """
    began = time.monotonic()
    if isinstance(assignment, str):
        assignment = sources.read(assignment)
    if not unsandboxed:
        require()
    try:
        data = variant.cases(seed)
        cells = read_cells(notebook)
        found = read_files(files or {}, {path.split("/")[1] for path in data["released"]})
        result = _Marking(assignment, cells, found, data, limits, not unsandboxed).result()
    except (Unreadable, Refused) as error:
        status = "unreadable" if isinstance(error, Unreadable) else "refused"
        tasks = tuple(TaskResult(task.name, 0.0, "not reached", str(error)) for task in assignment.tasks)
        result = Result(status, str(error), tasks)
    return replace(result, seconds=time.monotonic() - began)


class _Marking:
    """One submission on its way to a Result."""

    def __init__(self, assignment, cells, files, data, limits, sandboxed):
        self.assignment, self.cells, self.files, self.data = assignment, cells, files, data
        self.limits, self.sandboxed = limits, sandboxed
        self.tasks = {task.name: task for task in assignment.tasks}
        self.code = {cell.number: cell for cell in cells if cell.kind == "code"}
        self.setup, self.locked, self.helpers = (
            runs.setup(assignment),
            runs.locked(assignment),
            runs.helpers(assignment),
        )

    def result(self):
        self.right = right_answers(self.assignment, self.data, self.sandboxed)
        self.end = time.monotonic() + self.limits.total
        self.skip = set()  # cells and tasks that ended a run
        codes = [*(step["source"] for step in self.setup), *self.helpers.values()]
        codes += [cell.source for cell in self.code.values()]
        with Sandbox(runs.imports(codes), self.limits, self.sandboxed) as box:
            self.said = {kind: self._said(box, files, self._cells_and_questions) for kind, files in self.data.items()}
            failed = any(said.failures or said.ended or said.lost for said in self.said.values())
            self.alone = self._said(box, self.data["released"], self._cells) if failed else runs.Said()
            for kind, files in self.data.items():
                self._said(box, files, self._questions_about_files, self.said[kind], trusted=True)
        self.ended = {what: why for one in (self.alone, *self.said.values()) for what, why in one.ended.items()}
        self.lost = next((one.lost for one in (self.alone, *self.said.values()) if one.lost), "")
        self.failures = self._failures()
        return self._judged()

    # ---- running ----

    def _said(self, box, data, steps_of, said=None, trusted=False):
        """What runs of these steps say, the last of which met nothing that ends it: runs.Said."""
        said = said or runs.Said()
        for _ in range(TRIES):
            steps, seconds = steps_of(), self.end - time.monotonic()
            if seconds <= 0:
                said.lost = "time"
            if seconds <= 0 or len(steps) == len(self.setup):
                return said
            run = box.run(steps, {**self.files, **data}, seconds, trusted)
            last = said.listen(run.lines, steps)
            if run.done:
                return said
            if last is not None:
                said.ended[last] = run.why or "end"
                self.skip.add(last)
        said.lost = "tries"
        return said

    def _cells(self):
        runnable = [
            cell for cell in self.code.values() if cell.name not in self.locked and cell.number not in self.skip
        ]
        return [*self.setup, *(runs.cell(cell.source, cell.number) for cell in runnable)]

    def _cells_and_questions(self):
        """The cells, with a task's questions where its check stands, and again at the end for what has no answer yet."""
        cells = {step["about"]: step for step in self._cells()[len(self.setup) :]}
        asks = {self.tasks[step["about"]].check: step for step in self._questions(about_files=False)}
        steps, asked = list(self.setup), set()
        for cell in self.code.values():
            if cell.number in cells:
                steps.append(cells[cell.number])
            elif cell.name in asks and cell.name not in asked:
                asked.add(cell.name)
                steps.append(asks[cell.name])
        return [*steps, *asks.values()]

    def _questions_about_files(self):
        return [*self.setup, *self._questions(about_files=True)]

    def _questions(self, about_files):
        for task in self.assignment.tasks:
            questions = {
                (task.name, place): one.expression
                for place, one in enumerate(task.comparisons)
                if one.files == about_files and task.name not in self.skip
            }
            if questions:
                helper = runs.needed(self.helpers[task.name], questions.values())
                yield runs.ask(task.name, helper, questions)

    # ---- judging ----

    def _judged(self):
        tasks = tuple(self._prose(task) if task.prose else self._coded(task) for task in self.assignment.tasks)
        whys = {*self.ended.values(), self.lost} - {""}
        status = "partly graded" if self.failures else "graded"
        if whys:
            status = "timed out" if "time" in whys else "crashed"
        elif any(task.status == "not reached" for task in tasks):  # it said that it was done, and was not
            status = "crashed"
        return Result(status, self._reason(status), tasks, tuple(self.failures))

    def _reason(self, status):
        if status == "graded":
            return ""
        if not self.failures:
            tasks = ", ".join(what for what in self.ended if isinstance(what, str))
            return f"Not every answer came{f' ({tasks})' if tasks else ''}; the rest was graded."
        more = f" And {len(self.failures) - 5} more." if len(self.failures) > 5 else ""
        listed = " ".join(str(failure) for failure in self.failures[:5])
        return f"Not every cell ran to its end; the rest was graded. {listed}{more}"

    def _failures(self):
        """The cells that failed, in order. One that is as it was handed out did not: it raises NotImplementedError."""
        found = [
            (number, problem["line"], f"{problem['type']}: {problem['message']}".rstrip(": "))
            for number, problem in self.alone.failures.items()
            if number is not None and problem["type"] != "NotImplementedError"
        ]
        found += [(what, None, ENDS[why]) for what, why in self.ended.items() if what in self.code]
        names = {number: self.code[number].name for number, *_ in found}
        return [
            Failure(number, name if (name := names[number]) in self.tasks else "", *rest)
            for number, *rest in sorted(found, key=lambda one: one[0])
        ]

    def _coded(self, task):
        if task.name in self.ended:
            return self._none(task, "error", f"Trying your answer did not end well: {ENDS[self.ended[task.name]]}.")
        shown = ""
        for place, comparison in enumerate(task.comparisons):
            for kind, said in self.said.items():
                answer = said.answers.get((task.name, place))
                if answer is None:
                    return self._unanswered(task, comparison, said.problems.get((task.name, place)), kind)
                shown = shown or brief(answer)
                wanted, mistakes = self.right[kind][task.name, place]
                reason = judge(answer, wanted, mistakes, comparison.tolerance, comparison.ordered)
                if reason:
                    if kind != "released" and reason not in mistakes:
                        reason = ELSEWHERE
                    status = "no answer" if is_missing(answer) else "wrong"
                    return self._none(task, status, reason, brief(self.said["released"].answers[task.name, place]))
        return TaskResult(task.name, float(task.points), "right", "", shown)

    def _unanswered(self, task, comparison, problem, kind):
        failed = next((one for one in self.failures if one.task == task.name), None)
        if problem is None:
            return self._none(task, "not reached", f"Not reached: {ENDS[self.lost or 'end']}.")
        if problem["type"] == "NotImplementedError":
            return self._none(task, "no answer", "The cell is as it was handed out.")
        if problem["type"] == "NameError" and problem["name"] in runs.names(comparison.expression):
            if failed:
                return self._none(task, "error", str(failed))
            return self._none(task, "no answer", f"There is no `{problem['name']}` when all cells have run.")
        error = problem["type"] if problem["type"] in ERRORS else "an error of its own"
        where = "" if kind == "released" else " on other data of the same form"
        return self._none(task, "error", f"When it is tried{where}, it stops with {error}.")

    def _none(self, task, status, reason, answer=""):
        return TaskResult(task.name, 0.0, status, reason, answer)

    def _prose(self, task):
        texts = [cell.source.strip() for cell in self.cells if cell.name == task.name]
        if not texts:
            reason = "The cell for this answer was not found in the notebook; your teacher looks for it."
            return TaskResult(task.name, None, "by hand", reason)
        text = next((one for one in texts if one not in ("", "YOUR ANSWER HERE")), "")
        if not text:
            return self._none(task, "no answer", "Nothing was written here.")
        return TaskResult(task.name, None, "by hand", "Your teacher reads and marks this answer.", text)


# ---- what is right ----

_KNOWN, _LOCKS = {}, defaultdict(threading.Lock)


def right_answers(assignment, data, sandboxed=True):
    """What is right: for each kind of data, by (task, number of the comparison), the plain data of the right answer, and
    that of mistakes by the sentence about them. Worked out once in a process. Raises AssignmentError.
    """
    key = assignment.folder, id(data), sandboxed
    with _LOCKS[key]:  # threads that begin together wait for the first of them
        if key not in _KNOWN:
            _KNOWN[key] = data, _worked_out(assignment, data, sandboxed)
    return _KNOWN[key][1]


def _worked_out(assignment, data, sandboxed):
    setup, helpers = runs.setup(assignment), runs.helpers(assignment)
    steps, comparisons = list(setup), {}
    for task in assignment.tasks:
        for place, one in enumerate(task.comparisons):
            comparisons[task.name, place] = one
            codes = [one.right, *(expression for expression, _ in one.mistakes)]
            questions = {(task.name, place, number): code for number, code in enumerate(codes)}
            steps.append(runs.ask((task.name, place), helpers[task.name], questions))
    right, imports = {}, runs.imports([*(step["source"] for step in setup), *helpers.values()])
    with Sandbox(imports, DEFAULT, sandboxed) as box:
        for kind, files in data.items():
            run, said = box.run(steps, files, DEFAULT.total, trusted=True), runs.Said()
            said.listen(run.lines, steps)
            right[kind] = {key: _taken(assignment, key, one, said, kind, run) for key, one in comparisons.items()}
    return right


def _taken(assignment, key, comparison, said, kind, run):
    """What a comparison has for right and, by their sentences, for mistakes: (plain data, dict of plain data)."""
    if (*key, 0) not in said.answers:
        problem = (
            said.failures.get(None) or said.problems.get((*key, 0)) or {"type": "the run ended", "message": run.why}
        )
        raise sources.AssignmentError(
            f"{assignment.name}, {key[0]}: `{comparison.right}` has no value on the {kind} data ({problem['type']}: "
            f"{problem['message']}). Remedy: correct it or the setup; it says what is right"
        )
    places = {sentence: (*key, number) for number, (_, sentence) in enumerate(comparison.mistakes, start=1)}
    wrong = {sentence: said.answers[place] for sentence, place in places.items() if place in said.answers}
    return said.answers[*key, 0], wrong
