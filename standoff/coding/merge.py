"""Merge what a class coded: a folder with a task and its coding files becomes codings, and measures of how far they agree."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ..agreement import agreement, alpha, interval, unitizing_agreement, unitizing_alpha, unitizing_interval
from ..problems import CaseError
from ..schema import vocabulary
from .tasks import CODING, TASK

MOST = 2_000_000  # bytes of a file
CODER = re.compile(r"\w[\w -]{0,39}")
NO_CODING = "it is not a coding file of the marking desk"


@dataclass(frozen=True)
class Merged:
    """The codings of a class.

    task: the task file; codings: a row per label (unit_id, variable, coder, round, value, unsure), as the table of a case;
    coders: labels given and wanted, by code word; marks: where it is a task of marking, the stretches that each coder
    marked, as (paragraph, start, end); notes: what became of files that are not whole, as sentences.
    """

    task: dict
    codings: pd.DataFrame
    coders: dict[str, tuple[int, int]]
    marks: dict[str, list[tuple[int, int, int]]]
    notes: list[str]

    @property
    def variables(self) -> list[str]:
        """The variables of the task, in order."""
        return [field["name"] for field in self.task["fields"]]

    def labels(self, variable: str) -> pd.DataFrame:
        """Return the labels of a variable: a row per unit, a column per coder, NaN where no one gave one."""
        own = self.codings[self.codings["variable"] == variable]
        table = own.pivot(index="unit_id", columns="coder", values="value")
        return table.reindex([unit["id"] for unit in self.task["units"]], columns=[*self.coders])


def merge(folder: str | Path) -> Merged:
    """Read the task and all coding files (*.json) of a folder. Raises CaseError if there is not one task in it.

    A file that is broken, of another task or a double is left out, with a note that says so; so are labels that the task
    does not have. A file that is not finished counts as far as it goes.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise CaseError(
            "there is no such folder", "give the folder with the task and the coding files", file=str(folder)
        )
    read = {path.name: _read(path) for path in sorted(folder.glob("*.json"))}
    tasks = [name for name, data in read.items() if _is(data, TASK)]
    if len(tasks) != 1:
        remedy = "put the one task into the folder that these files were coded for"
        raise CaseError(f"there are {len(tasks)} task files in it", remedy, file=folder.name)
    task = read.pop(tasks[0])
    if problem := _task_problem(task):
        raise CaseError(problem, "take the file as the marking desk wrote it", file=tasks[0])
    notes, chosen = [], {}
    for name, data in read.items():
        if problem := _coding_problem(data, task):
            notes.append(f"{name} is left out: {problem}.")
            continue
        other = chosen.get(_coder(data))
        if other and read[other]["saved"] > data["saved"]:
            other, name = name, other
        if other:
            notes.append(f"{other} is left out: {name} has the same code word, and was saved later.")
        chosen[_coder(data)] = name
    rows, coders, marks = [], {}, {}
    wanted = len(task["units"]) * len(task["fields"])
    for coder in sorted(chosen):
        own, strange = _labels(read[chosen[coder]], task)
        rows += own
        coders[coder] = (len(own), wanted)
        if "lengths" in task:
            marks[coder] = _marks(read[chosen[coder]], task["lengths"])
        if strange:
            notes.append(f"{chosen[coder]}: {strange} of its labels are not of this task, and are left out.")
        if len(own) < wanted:
            notes.append(f"{chosen[coder]} is not finished: {len(own)} of {wanted} labels.")
    columns = ["unit_id", "variable", "coder", "round", "value", "unsure"]
    return Merged(task, pd.DataFrame(rows, columns=columns), coders, marks, notes)


def _read(path: Path) -> object:
    """Return what a JSON file holds; None if it cannot be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8-sig")) if path.stat().st_size <= MOST else None
    except (OSError, ValueError, RecursionError):
        return None


def _is(data: object, kind: str) -> bool:
    return isinstance(data, dict) and data.get("kind") == kind


def _task_problem(task: dict) -> str | None:
    fields, units = task.get("fields"), task.get("units")
    if not isinstance(task.get("id"), str) or not isinstance(fields, list) or not isinstance(units, list):
        return "it has no id, fields or units"
    try:
        names, ids = [field["name"] for field in fields], [unit["id"] for unit in units]
        lengths = [*map(int, task.get("lengths", []))]
        if min(lengths, default=1) < 1:
            return "its paragraphs have no lengths"
        if all(map(vocabulary, fields)) and len({*names}) == len(names) and len({*ids}) == len(ids):
            return None
    except (KeyError, TypeError, AttributeError, ValueError):
        pass
    return "its fields or units are not as they should be"


def _coding_problem(data: object, task: dict) -> str | None:
    """Return why a file cannot be taken, in words; None if it can."""
    shapes = {"task": str, "coder": str, "saved": str, "labels": dict, "unsure": dict}
    if not _is(data, CODING) or not all(isinstance(data.get(name), shape) for name, shape in shapes.items()):
        return NO_CODING
    if data["task"] != task["id"]:
        return "it belongs to another task"
    if not CODER.fullmatch(_coder(data)):
        return "its code word is empty, or not made of letters and digits"
    return None


def _coder(coding: dict) -> str:
    return " ".join(coding["coder"].lower().split())


def _labels(coding: dict, task: dict) -> tuple[list[list], int]:
    """Return the labels of a coding file as rows of `codings`, in the order of the task, and how many others it has."""
    rows, count = [], 0
    for labels in coding["labels"].values():
        count += len(labels) if isinstance(labels, dict) else 1
    for unit in task["units"]:
        labels, unsure = coding["labels"].get(unit["id"]), coding["unsure"].get(unit["id"])
        for field in task["fields"]:
            value = labels.get(field["name"]) if isinstance(labels, dict) else None
            if isinstance(value, str) and value in vocabulary(field):
                is_unsure = isinstance(unsure, list) and field["name"] in unsure
                rows.append([unit["id"], field["name"], _coder(coding), 1, value, is_unsure])
    return rows, count - len(rows)


def _marks(coding: dict, lengths: list[int]) -> list[tuple[int, int, int]]:
    """Return the stretches that a coder marked, in order: those that lie in a paragraph."""
    marks = []
    for part in coding.get("marks") or []:
        if isinstance(part, list) and len(part) == 3 and all(type(number) is int for number in part):
            paragraph, start, end = part
            if 1 <= paragraph <= len(lengths) and 0 <= start < end <= lengths[paragraph - 1]:
                marks.append((paragraph, start, end))
    return sorted(marks)


# ---- how far they agree ----


def marking_measures(merged: Merged) -> dict[str, float]:
    """Return how far the coders agree on what to mark: percent (of pairs, by character), alpha, low, high (its interval).

    See `unitizing_alpha` in `standoff.agreement`; the interval is drawn from paragraphs.
    """
    sections = [
        (
            [[(start, end) for number, start, end in parts if number == paragraph] for parts in merged.marks.values()],
            length,
        )
        for paragraph, length in enumerate(merged.task["lengths"], start=1)
    ]
    low, high = unitizing_interval(sections)
    return {
        "percent": 100 * unitizing_agreement(sections),
        "alpha": unitizing_alpha(sections),
        "low": low,
        "high": high,
    }


def measures(merged: Merged) -> pd.DataFrame:
    """Return how far the coders agree, a row per variable.

    units (labelled by at least two), percent (of pairs of labels that are the same), alpha, low, high (its bootstrap
    interval): see `standoff.agreement`.
    """
    rows = {}
    for variable in merged.variables:
        table = merged.labels(variable)
        low, high = interval(table)
        several = int((table.notna().sum(axis=1) >= 2).sum())
        rows[variable] = [several, 100 * agreement(table), alpha(table), low, high]
    return pd.DataFrame.from_dict(rows, orient="index", columns=["units", "percent", "alpha", "low", "high"])


def confusion(merged: Merged, variable: str) -> pd.DataFrame:
    """Return how many pairs of coders gave two labels to one unit: square, the labels in the order of the codebook."""
    counts = _counts(merged, variable)
    table = counts.T @ counts  # of a label with itself: each coder with every one, including themselves
    for label in table:
        table.loc[label, label] = (table.loc[label, label] - counts[label].sum()) // 2
    return table


def hardest(merged: Merged, most: int = 10) -> pd.DataFrame:
    """Return the units on which most pairs of coders differ: unit_id, variable, differ (per cent), labels with counts."""
    rows = []
    for variable in merged.variables:
        counts = _counts(merged, variable)
        total = counts.sum(axis=1)
        differ = 100 * (1 - (counts * (counts - 1)).sum(axis=1) / (total * (total - 1)))
        for unit, share in differ[differ > 0].items():
            given = sorted(counts.loc[unit].items(), key=lambda item: (-item[1], item[0]))
            rows.append([unit, variable, share, ", ".join(f"{label} {count}" for label, count in given if count)])
    table = pd.DataFrame(rows, columns=["unit_id", "variable", "differ", "labels"]).round({"differ": 9})
    return table.sort_values(["differ", "variable", "unit_id"], ascending=[False, True, True]).head(most)


def _counts(merged: Merged, variable: str) -> pd.DataFrame:
    """Count how many coders gave each label (columns, in the order of the codebook) to each unit (rows, as in the task)."""
    field = next(field for field in merged.task["fields"] if field["name"] == variable)
    own = merged.codings[merged.codings["variable"] == variable]
    counts = pd.crosstab(own["unit_id"], own["value"])
    units = [unit["id"] for unit in merged.task["units"]]
    return counts.reindex(index=units, columns=vocabulary(field), fill_value=0).rename_axis(index=None, columns=None)
