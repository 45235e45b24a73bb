"""Run the cells of a submission on each kind of data, with the questions by which its answers are judged.

The cells run in a fresh process for each kind: the released data, and other data that nobody has seen. If cells failed there,
they run once more by themselves, so that they can be described in words that know nothing of hidden questions.
"""

from dataclasses import dataclass

from ..course import Files
from ..intake.submission import Cell
from ..source import Assignment
from . import protocol
from .protocol import Record, Step
from .sandbox import Limits, SandboxError, warm

TRIES = 6  # runs of the same cells, each without the ones that ended the runs before
AGAIN = "Remedy: run it again; where memory is short, with fewer at a time (--jobs 1)"
FAULTS = {
    "killed": f"a run was killed by this machine, which happens when memory is short. {AGAIN}",
    "lost": f"the program that runs submissions was lost. {AGAIN}",
}


@dataclass(frozen=True)
class Runs:
    """What a submission's runs answered: on each kind of data, with questions; and, if cells failed there, of cells alone."""

    records: dict[str, Record]
    alone: Record

    @property
    def ended(self) -> dict[int | str, str]:
        """Why a run ended, by the cell or the task that ended it."""
        return {about: why for record in (self.alone, *self.records.values()) for about, why in record.ended.items()}

    @property
    def lost(self) -> str:
        """Why runs were given up, or ""."""
        return next((record.lost for record in (self.alone, *self.records.values()) if record.lost), "")


def run_all(
    assignment: Assignment, cells: list[Cell], files: Files, data: dict[str, Files], limits: Limits, sandboxed: bool
) -> Runs:
    """Run a submission. files: what it brought; data: what lies beside it, by kind.

    Raises SandboxError if a run failed by no doing of the submission.
    """
    course, setup = assignment.course, protocol.setup(assignment)
    asks, asks_about_files = _questions(assignment, about_files=False), _questions(assignment, about_files=True)
    kept_out = {*assignment.setup, *asks, *asks_about_files}  # what students cannot change is not taken from them
    code = [cell for cell in cells if cell.kind == "code"]
    alone = [protocol.cell(cell.source, cell.number) for cell in code if cell.name not in kept_out]
    by_number = {step["about"]: step for step in alone}
    # Questions are asked where their check stands, and again at the end if they have no answer yet.
    beside_checks = (by_number.get(cell.number) or asks.get(cell.name) for cell in code)
    asked = [*filter(None, beside_checks), *asks.values()]
    seconds, skipped = limits.total, set()

    def run(steps: list[Step], beside: Files, record: Record, trusted: bool = False) -> Record:
        """Run steps until a run comes to its end, each time without the one that ended the run before."""
        nonlocal seconds
        for _ in range(TRIES):
            left = [step for step in steps if step["about"] not in skipped]
            if seconds <= 0:
                record.lost = "time"
            if seconds <= 0 or not left:
                return record
            ran = box.run(setup + left, {**files, **beside}, seconds, trusted)
            seconds -= min(ran.computed, limits.cpu)  # not for how late it was stopped: that depends on the machine
            last = record.take_down(ran.lines, setup + left)
            if ran.why in FAULTS or not ran.lines:  # not even the first step began
                raise SandboxError(FAULTS.get(ran.why, FAULTS["lost"]))
            if not files and (None in record.failures or last is None):  # it did not where what is right was worked out
                raise SandboxError(f"the setup of {assignment.name} fails on this machine now. {AGAIN}")
            if ran.done:
                return record
            if last is not None:
                record.ended[last] = ran.why or "end"
                skipped.add(last)
        record.lost = "tries"
        return record

    with warm(course.preload, limits, sandboxed, course.library) as box:
        records = {kind: run(asked, beside, Record()) for kind, beside in data.items()}
        failed = any(record.failed or record.ended or record.lost for record in records.values())
        described = run(alone, data["released"], Record()) if failed else Record()
        for kind, beside in data.items():
            run(list(asks_about_files.values()), beside, records[kind], trusted=True)
    return Runs(records, described)


def _questions(assignment: Assignment, about_files: bool) -> dict[str, Step]:
    """Return the steps that ask the questions of tasks, by the name of the cell that checks the task."""
    steps = {}
    for task in assignment.tasks:
        asked = {
            (task.name, number): comparison.expression
            for number, comparison in enumerate(task.comparisons)
            if comparison.files == about_files
        }
        if asked:
            steps[task.check] = protocol.ask(task.name, protocol.needed(task.helper, asked.values()), asked)
    return steps
