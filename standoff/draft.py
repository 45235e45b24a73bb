"""What a rule is: a case under examination, the register of rules, and the rules that cases and witnesses share."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from . import schema
from .case import Case, load
from .problems import CaseError, Problem, Row
from .text import digest, short_digest

LEGAL_POLARITIES = {
    "certain": ["positive", "negative", "unknown"],
    "probable": ["positive", "negative"],
    "possible": ["positive", "negative"],
    "uncommitted": ["unknown"],
}


@dataclass
class Draft:
    """A case under examination.

    folder: where it is; package: its descriptor; tables: the rows of those that can be read, converted, by name; text:
    the canonical paragraphs in which copied words are looked for, or None; texts: those that hashes are held against, by
    witness_id, or under None the one text of a case; text_file: what messages call that one; problems: in the order of tables and rows; sound: the
    columns without problems, each as "table.column"; waiting: names of the rules that wait until the descriptor's
    problems are corrected; others: the cases that `origin` has read, by folder.
    """

    folder: Path
    package: dict
    tables: dict[str, list[Row]]
    text: list[str] | None
    texts: dict[str | None, list[str]]
    problems: list[Problem]
    sound: set[str]
    waiting: list[str]
    text_file: str = "article.txt"
    others: dict[Path, Case | None] = field(default_factory=dict)

    def __getitem__(self, table: str) -> list[Row]:
        return self.tables[table]

    def origin(self, table: str, column: str, *needed: str) -> Case | None:
        """Return the case in one of whose tables the names of a column are found.

        None if it cannot be read, or if that table lacks one of the columns that are needed: `check` of that case says why.
        """
        path = schema.field_of(self.package, table, column).get("foundIn", {}).get("path")
        if not path:
            return None
        folder = (self.folder / path).parent
        if folder not in self.others:
            try:
                self.others[folder] = load(folder)
            except CaseError:
                self.others[folder] = None
        other = self.others[folder]
        known = other.tables.get(Path(path).stem) if other else None
        return other if known is not None and {*needed} <= {*known} else None


Rule = Callable[[Draft], Iterator[Problem]]
RULES: dict[Rule, set[str]] = {}  # the columns that each rule reads, each as "table.column"
FINISHED: set[Rule] = set()  # those that only a sealed case is held to, or one that is to be sealed


def rule(**columns: str) -> Callable[[Rule], Rule]:
    """Register a rule that reads these columns: their names, with spaces between, by table."""

    def register(function: Rule) -> Rule:
        RULES[function] = {f"{table}.{column}" for table, names in columns.items() for column in names.split()}
        return function

    return register


def rule_of_finished(**columns: str) -> Callable[[Rule], Rule]:
    """Register a rule as `rule` does, for cases that are finished: one in the making may still go against it."""

    def register(function: Rule) -> Rule:
        FINISHED.add(function)
        return rule(**columns)(function)

    return register


def by_text(rows: list[Row]) -> dict[str | None, list[Row]]:
    """Sort rows by the text that they are about: by witness_id, or all under None if a case has one text."""
    texts = defaultdict(list)
    for row in rows:
        texts[row.get("witness_id")].append(row)
    return texts


def ancestors(name: str, parents: dict[str, list[str]]) -> set[str]:
    """Return all from which something comes, or to which it belongs, by the parents of each; itself only in a circle."""
    found, left = set(), [*parents[name]]
    while left:
        if (parent := left.pop()) not in found:
            found.add(parent)
            left += parents.get(parent, [])
    return found


# ---- what holds for the spans of a case and for the passages of witnesses ----


def misplaced(case: Draft, table: str) -> Iterator[Problem]:
    """Yield the stretches that are empty, or go beyond their paragraph."""
    length = {(row.get("witness_id"), row["paragraph"]): row["n_chars"] for row in case["paragraphs"]}
    for row in case[table]:
        n_chars = length[row.get("witness_id"), row["paragraph"]]
        if row["end"] <= row["start"]:
            yield row.wrong("end", "ends before it begins", "end is the position after the last character")
        elif row["end"] > n_chars:
            message = f"ends at {row['end']}, but paragraph {row['paragraph']} at {n_chars}"
            yield row.wrong("end", message, "correct end, or the number of the paragraph")


def disordered(rows: list[Row], key: str) -> Iterator[Problem]:
    """Yield the parts that are not numbered, or not in the order of the text; `key` names the whole that they are of."""
    wholes = defaultdict(list)
    for row in rows:
        wholes[row[key]].append(row)
    for parts in wholes.values():
        parts.sort(key=lambda row: row["part"])
        for number, row in enumerate(parts, start=1):
            if row["part"] != number:
                yield row.wrong("part", f"part {number} is missing", "number the parts 1, 2, 3 ...")
                break
        for row, following in pairwise(parts):
            if (following["paragraph"], following["start"]) < (row["paragraph"], row["end"]):
                message = f"begins before part {row['part']} ends"
                yield following.wrong("start", message, "give the parts in text order, without overlap")


def unlikely(rows: list[Row]) -> Iterator[Problem]:
    """Yield the rows whose certainty does not go with their polarity."""
    for row in rows:
        legal = LEGAL_POLARITIES.get(row["certainty"], [row["polarity"]])
        if row["polarity"] not in legal:
            remedy = f"{row['certainty']} goes with {' or '.join(legal)}"
            yield row.wrong("polarity", f"{row['certainty']} does not go with {row['polarity']}", remedy)


def unlike_the_text(case: Draft, table: str) -> Iterator[Problem]:
    """Yield the paragraphs and stretches whose hashes are not those of the texts at hand."""
    paragraphs, stretches = by_text(case["paragraphs"]), by_text(case[table])
    for witness, blocks in case.texts.items():
        file = f"{witness}.txt" if witness else case.text_file
        text, same = dict(enumerate(blocks, start=1)), set()
        remedy = f"restore {file} or the row, whichever was changed"
        if len(text) != len(paragraphs[witness]):
            path = schema.resource_of(case.package, "paragraphs")["path"]
            message = f"{len(paragraphs[witness])} paragraphs, but {file} has {len(text)}"
            yield Problem(message, remedy, path, column="paragraph")
        for row in paragraphs[witness]:
            paragraph = text.get(row["paragraph"], "")
            if row["sha256"] != digest(paragraph):
                yield row.wrong("sha256", f"this is not the hash of the paragraph in {file}", remedy)
                continue  # its stretches may all be elsewhere
            same.add(row["paragraph"])
            if row["n_chars"] != len(paragraph):
                yield row.wrong("n_chars", f"the paragraph in {file} has {len(paragraph)} characters", remedy)
        for row in stretches[witness]:
            stretch = text.get(row["paragraph"], "")[row["start"] : row["end"]]
            if row["paragraph"] in same and row["sha256_16"] != short_digest(stretch):
                message = f"{file} does not have these characters at this position"
                yield row.wrong("sha256_16", message, "restore paragraph, start, end and hash, whichever was changed")


def paragraphs_of_spans(case: Draft) -> dict[str, set[int]]:
    """Return the paragraphs in which each span has a part, by span_id."""
    paragraphs_of = defaultdict(set)
    for row in case["spans"]:
        paragraphs_of[row["span_id"]].add(row["paragraph"])
    return paragraphs_of
