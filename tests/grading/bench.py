"""A bench on which answers of assignments are run and judged in this process, and the answers that keys hold.

Answers are judged as the grading judges them, but without a sandbox: that it comes to the same marks is for its own tests.
"""

import contextlib
import copy
import functools
import io
import re
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

import standoff.case
from answers import judge, plain
from assignments import variant
from autograder import source as sources
from autograder.marking import ELSEWHERE
from autograder.run import protocol as runs

WRONG, RIGHT = "Mistakes", "Also right"
SECONDS = 2  # of computing, for one answer: a slip may loop for ever


@dataclass(frozen=True)
class Block:
    """One answer of a key: the whole content of a cell to fill in, and what its author reads ("" if it is right)."""

    task: str
    kind: str
    title: str
    code: str
    reason: str


def blocks(assignment):
    """All answers in an assignment's key, in order."""
    found, task, kind, title, code = [], "", "", "", None
    for line in (assignment.folder / "key.md").read_text(encoding="utf-8").splitlines():
        if code is not None:
            if line == "```":
                found.append(Block(task, kind, title, "\n".join(code), ""))
                code = None
            else:
                code.append(line)
        elif line == "```python":
            code = []
        elif match := re.fullmatch(r"(#{2,4}) (.+)", line):
            level, words = len(match[1]), match[2].strip()
            task = words if level == 2 else task
            kind = words if level == 3 else "" if level == 2 else kind
            title = words if level == 4 else ""
        elif line.startswith("> ") and kind == WRONG:
            last = found.pop()
            reason = f"{last.reason} {line[2:].strip()}".strip()
            found.append(Block(last.task, last.kind, last.title, last.code, reason))
    return found


def written(seed, root):
    """Folders with the released cases and with the variant of a seed: dict of Path by kind."""
    for kind, files in variant.cases(seed).items():
        for name, content in files.items():
            path = Path(root, kind, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return {"released": Path(root, "released"), "variant": Path(root, "variant")}


class Bench:
    """Runs the answers of one assignment on one kind of data."""

    def __init__(self, assignment, folder, released, loaded=None):
        self.folder, self.released, self.loaded = folder, released, {} if loaded is None else loaded
        self.assignment, self.prepared = assignment, {}
        self.tasks = [task for task in assignment.tasks if not task.prose]
        self.cells = {sources.role(cell).get("grade_id"): cell.source for cell in assignment.notebook.cells}
        self.helpers = {task.name: task.helper for task in assignment.tasks}
        with self.here():
            self.setup = {}
            for step in runs.setup(assignment):
                exec(step["source"], self.setup)

    @functools.cached_property
    def right(self):
        """What `rights` returns, by task."""
        with self.here():
            return {task.name: self.rights(task) for task in self.tasks}

    @contextlib.contextmanager
    def here(self):
        """Cases come from this bench's folder, fresh each time and read once; nothing is shown."""
        find, load = standoff.case.find, standoff.case.load

        def find_here(name):
            path = self.folder / "data" / str(name)
            return path if path.is_dir() else find(name)

        def load_here(name="report"):
            if name not in self.loaded:
                self.loaded[name] = load(name)
            return copied(self.loaded[name])

        with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()):
            patch.setattr(standoff.case, "find", find_here)
            patch.setattr(standoff, "load", load_here)
            patch.chdir(self.folder)
            yield

    def scope(self):
        """The names of the setup cells, their cases copied."""
        cases = {name: copied(value) for name, value in self.setup.items() if isinstance(value, standoff.case.Case)}
        return self.setup | cases

    def rights(self, task):
        """For each comparison of a task the right value, and those of the mistakes by what is said of them."""
        names = self.scope()
        exec(self.helpers[task.name], names)
        found = []
        for comparison in task.comparisons:
            wrong = {}
            for expression, sentence in comparison.mistakes:
                with contextlib.suppress(Exception):  # a mistake that leads nowhere on these data
                    wrong[sentence] = plain(eval(expression, names))
            found.append((plain(eval(comparison.right, names)), wrong))
        return found

    def accepts(self, task, code):
        """Whether an answer is right in all comparisons: as `reason` judges, but only in so far as is needed to know this.

        The names that the questions need are made once for all answers, so an answer must not change them.
        """
        names, questions = self.prepared.get(task.name) or self.prepared.setdefault(task.name, self.prepare(task))
        names = dict(names)
        with self.here(), time_limit(SECONDS):
            try:
                exec(compile(code, "<cell>", "exec"), names)
                return all(
                    not judge(plain(eval(one.expression, names)), right, {}, one.tolerance, one.ordered)
                    for one, right in questions
                )
            except Exception:
                return False

    def prepare(self, task):
        """The names that a task's questions need, and its comparisons with what is right, what is known soonest first."""
        names = self.asked(task, self.scope())
        everything, found = dict(names), []
        with self.here():
            exec(self.helpers[task.name], everything)
            for one in task.comparisons:
                begun = time.perf_counter()
                right = plain(eval(one.right, everything))
                found.append((time.perf_counter() - begun, one, right))
        return names, [(one, right) for _, one, right in sorted(found, key=lambda row: row[0])]

    def attempt(self, code, names):
        """What a cell that stops says; "" if it runs to its end."""
        with self.here():
            try:
                exec(compile(code, "<cell>", "exec"), names)
            except Exception as error:
                return f"{type(error).__name__}: {error}"
        return ""

    def asked(self, task, names):
        """The names of a notebook with those of a task's hidden part that its questions need."""
        names = dict(names)
        questions = [comparison.expression for comparison in task.comparisons if not comparison.files]
        with self.here():
            exec(runs.needed(self.helpers[task.name], questions) if questions else "", names)
        return names

    def reason(self, task, place, names):
        """Why the answer to a comparison is refused, as the student reads it; "" if it is right."""
        comparison, (right, mistakes) = task.comparisons[place], self.right[task.name][place]
        if comparison.files:  # judged by what was handed in, not by these cells
            return ""
        with self.here():
            try:
                answer = plain(eval(comparison.expression, names))
            except Exception as error:
                return f"It stops with {type(error).__name__}."
        reason = judge(answer, right, mistakes, comparison.tolerance, comparison.ordered)
        return ELSEWHERE if reason and not self.released and reason not in mistakes else reason


@contextlib.contextmanager
def time_limit(seconds):
    """Raise TimeoutError where something does not come to its end."""

    def stop(*_):
        raise TimeoutError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def copied(case):
    """A case whose tables can be changed."""
    other = copy.copy(case)
    other.tables = {table: frame.copy() for table, frame in case.tables.items()}
    return other
