"""Run the cells of a submission on each kind of data, with the questions that its answers are judged by.

The cells run in a fresh process for each kind: the released data, and other data that nobody has seen. If cells failed there,
they run once more by themselves, so that they can be described in words that know nothing of hidden questions.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from ..course import Files
from ..intake.submission import Cell
from ..source import Assignment
from . import protocol
from .protocol import Record, Step
from .sandbox import Limits, Sandbox

TRIES = 6  # runs of the same cells, each without the ones that ended the runs before


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
    """Run a submission. files: what it brought; data: what lies beside it, by kind. Raises SandboxError."""
    course, locked = assignment.course, protocol.locked(assignment)
    setup = protocol.setup(assignment)
    code = [cell for cell in cells if cell.kind == "code"]
    steps = {cell.number: protocol.cell(cell.source, cell.number) for cell in code if cell.name not in locked}
    asks = dict(_questions(assignment, about_files=False))
    asks_about_files = dict(_questions(assignment, about_files=True))
    end, skipped = time.monotonic() + limits.total, set()

    def run(steps: list[Step], beside: Files, record: Record | None = None, trusted: bool = False) -> Record:
        """Run steps until a run comes to its end, each time without the one that ended the run before."""
        record = record or Record()
        for _ in range(TRIES):
            left, seconds = [step for step in steps if step["about"] not in skipped], end - time.monotonic()
            if seconds <= 0:
                record.lost = "time"
            if seconds <= 0 or len(left) == len(setup):
                return record
            ran = box.run(left, {**files, **beside}, seconds, trusted)
            last = record.take_down(ran.lines, left)
            if ran.done:
                return record
            if last is not None:
                record.ended[last] = ran.why or "end"
                skipped.add(last)
        record.lost = "tries"
        return record

    codes = [step["source"] for step in (*setup, *steps.values())] + list(protocol.helpers(assignment).values())
    with Sandbox(protocol.imports(codes, course.preload), limits, sandboxed, course.library) as box:
        with_questions = [*setup, *_in_order(code, steps, asks)]
        records = {kind: run(with_questions, beside) for kind, beside in data.items()}
        failed = any(record.failures or record.ended or record.lost for record in records.values())
        alone = run([*setup, *steps.values()], data["released"]) if failed else Record()
        for kind, beside in data.items():
            run([*setup, *asks_about_files.values()], beside, records[kind], trusted=True)
    return Runs(records, alone)


def _questions(assignment: Assignment, about_files: bool) -> Iterator[tuple[str, Step]]:
    """Yield the step that asks a task's questions, after the name of the cell that checks the task."""
    helpers = protocol.helpers(assignment)
    for task in assignment.tasks:
        comparisons = enumerate(task.comparisons)
        asked = {(task.name, place): one.expression for place, one in comparisons if one.files == about_files}
        if asked:
            yield task.check, protocol.ask(task.name, protocol.needed(helpers[task.name], asked.values()), asked)


def _in_order(code: list[Cell], steps: dict[int, Step], asks: dict[str, Step]) -> Iterator[Step]:
    """Yield the cells, with a task's questions where its check stands, and again at the end if they have no answer yet."""
    waiting = dict(asks)
    for cell in code:
        if cell.number in steps:
            yield steps[cell.number]
        elif cell.name in waiting:
            yield waiting.pop(cell.name)
    yield from asks.values()
