"""Make the tables of a case from its working sheets: quotations become spans, and finished rows become rows of tables.

The sheets are only read. A row in which something is missing, or whose words are not found, is named and waits; all
other rows are in the tables, so that a half-finished case can be loaded.
"""

import csv
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from .. import schema
from ..case import NARRATOR, find, text_of
from ..files import csv_text, write_atomically
from ..problems import CaseError, Problem, Row
from ..quotes import Quoted, QuoteError
from ..text import digest, paragraphs, read_text, short_digest
from . import numbers, sheets
from .metadata import describe, keep_text_out

TODO = "not written yet"  # the gist of a paragraph that has none
CONTEXTS = f"{sheets.FOLDER}/marked.txt"  # the words of each span: words of the text, so beside the sheets
WRITTEN = f"{sheets.FOLDER}/.written.json"  # the hashes of the tables as they were written
TABLES = [name for name in sheets.SHEETS if name not in ("about", "topics", "paragraphs")]  # a row becomes a row
ROLES = {"actors": "actor", "recipients": "recipient"}  # columns of the sheet events: roles in the table event_actors
YES, NO = {"yes", "y", "x", "true", "1"}, {"", "no", "n", "false", "0"}

Parts = list[tuple[int, int, int]]  # where a span stands: (paragraph, start, end) of each part


@dataclass(frozen=True)
class Anchored:
    """The tables that follow from the sheets.

    package: the descriptor; files: their content by name; lines: for each row of a table its line in the sheet, by
    table; sources: the file in which each sheet was read, by table; problems: what keeps rows of the sheets from the
    tables; waiting: how many rows these are; doubts: what may be right, but is worth a second look; changed: the
    paragraphs of the text that are not what they were when the tables were made; contexts: the words of each span with a
    few around them, as text.
    """

    package: dict
    files: dict[str, str]
    lines: dict[str, list[int]]
    sources: dict[str, str]
    problems: list[Problem]
    waiting: int
    doubts: list[str]
    changed: list[int]
    contexts: str


@dataclass
class Entry:
    """A row of a sheet on its way into a table: as typed; its cells as they will stand; its spans by their column."""

    row: Row
    cells: dict[str, str]
    spans: dict[str, Parts]


def anchor(name_or_path: str | Path) -> Anchored:
    """Write the tables of a case from its sheets. Raises CaseError, TextError; then nothing is written.

    A table that was changed by hand since it was last written is kept beside the new one, as NAME.by-hand.csv.
    """
    folder = find(name_or_path)
    anchored = plan(folder)
    for path in changed_by_hand(folder, anchored):
        kept = path.replace(path.with_suffix(".by-hand.csv"))
        message = f"was changed by hand: the earlier version is now {kept.name}"
        remedy = f"make the change in {sheets.FOLDER}/, from which the tables are made"
        anchored.problems.append(Problem(message, remedy, path.name))
    for name, content in anchored.files.items():
        write_atomically(folder / name, content)
    write_atomically(folder / CONTEXTS, anchored.contexts)
    keep_text_out(folder, anchored.package)
    hashes = {name: digest(text) for name, text in anchored.files.items()}
    write_atomically(folder / WRITTEN, json.dumps(hashes, indent=1) + "\n")
    return anchored


def changed_by_hand(folder: Path, anchored: Anchored) -> list[Path]:
    """Return the tables that were changed after they were written and no longer match the sheets."""
    try:
        written = dict(json.loads((folder / WRITTEN).read_text(encoding="utf-8")))
    except (OSError, TypeError, ValueError):
        written = {}
    paths = []
    for name, content in anchored.files.items():
        path = folder / name
        old = path.read_bytes().decode("utf-8-sig", "replace").replace("\r\n", "\n") if path.is_file() else content
        if name.endswith(".csv") and old != content and digest(old) != written.get(name):
            paths.append(path)
    return paths


def is_current(folder: Path, anchored: Anchored) -> bool:
    """Return whether the tables are those that follow from the sheets; they may have been sealed since."""
    return schema.unsealed(schema.read_package(folder)) == anchored.package and all(
        (folder / name).is_file() and (folder / name).read_bytes() == content.encode()
        for name, content in anchored.files.items()
        if name != schema.DESCRIPTOR
    )


def plan(folder: Path) -> Anchored:
    """Return what `anchor` would write. Raises CaseError, TextError."""
    if not (folder / sheets.FOLDER).is_dir():
        remedy = f"make a case with `standoff new`, or correct the tables themselves (there is no {sheets.FOLDER}/)"
        raise CaseError("the case has no working sheets", remedy, file=folder.name)
    if text_of(folder) is None:
        raise CaseError("the text is missing", "put the text back as article.txt", file="article.txt")
    quoted = Quoted(paragraphs(read_text(text_of(folder))))
    read = {name: sheets.read(folder, name) for name in sheets.SHEETS}
    rows = {name: sheet.rows for name, sheet in read.items()}
    problems = [problem for sheet in read.values() for problem in sheet.problems]
    package, wrong = describe(_package(folder, rows["topics"]), rows["about"])
    problems += wrong
    names = {name: _columns_of_names(package, name) for name in TABLES}
    entries, wrong, doubts = _entries(package, rows, names, quoted)
    problems += wrong
    problems += _drop_waiting(entries, names)
    gists, wrong = _gists(rows["paragraphs"], len(quoted.paragraphs))
    problems += wrong
    files = [sheet.file for sheet in read.values()]
    problems.sort(key=lambda problem: (files.index(problem.file), problem.row or 0))
    waiting = len({(problem.file, problem.row) for problem in problems})
    problems += sheets.unread(folder)
    lines = {name: [entry.row.line for entry in entries[name]] for name in TABLES}
    lines["event_actors"] = [entry.row.line for entry in entries["events"] for _ in _roles(entry)]
    return Anchored(
        package,
        _files(package, entries, quoted, gists),
        lines,
        dict(zip(read, files)),
        problems,
        waiting,
        doubts,
        _changed(folder / schema.resource_of(package, "paragraphs")["path"], quoted),
        _contexts(entries, quoted),
    )


def _package(folder: Path, topics: list[Row]) -> dict:
    """Return the descriptor with the tables of today and the topics of a sheet, which each case may have for itself."""
    tables = schema.read_package(find("practice"))
    package = {"$schema": tables["$schema"], "name": folder.name} | schema.unsealed(schema.read_package(folder))
    if labels := {row["topic"]: row["label"] for row in topics if row["topic"]}:
        categories = [{"value": topic, "label": label} for topic, label in labels.items()]
        schema.field_of(tables, "claims", "topic")["categories"] = categories
        package["resources"] = [table for table in package["resources"] if table["name"] != "claims"]
    return schema.renewed(package, tables)


def _entries(
    package: dict, rows: dict[str, list[Row]], names: dict[str, dict[str, str]], quoted: Quoted
) -> tuple[dict[str, list[Entry]], list[Problem], list[str]]:
    """Return the rows of the sheets in which nothing is wrong, by table; what is wrong with the others; and doubts."""
    keys = {name: {row.key.lower() for row in rows[name]} for name in TABLES}
    entries, problems, doubts = {}, [], []
    for name in TABLES:
        entries[name], seen = [], {}
        fields = schema.resource_of(package, name)["schema"]["fields"]
        for row in rows[name]:
            entry = Entry(row, dict(row), {})
            wrong = [
                *_repeated_key(name, row, seen),
                *_fill_in(name, entry, names[name]),
                *_find_spans(name, entry, quoted),
                *_numbers(entry, fields, quoted, doubts),
                *_finished(name, entry, fields),
                *_values(entry, fields),
                *_strangers(entry, names[name], keys),
            ]
            problems += wrong
            if not wrong:
                entries[name].append(entry)
    return entries, problems, doubts


# ---- rows, each by itself: what is wrong with them ----


def _repeated_key(name: str, row: Row, seen: dict[tuple, int]) -> Iterator[Problem]:
    key = (row.key,) if name != "claim_links" else (row["claim_id"], row["other_id"], row["relation"])
    if all(key) and seen.setdefault(key, row.line) != row.line:
        yield row.wrong(sheets.SHEETS[name][0], f"row {seen[key]} has the same identifier", "give it another one")


def _fill_in(name: str, entry: Entry, names: dict[str, str]) -> Iterator[Problem]:
    """Write what is evident into empty cells, and identifiers in small letters."""
    cells = entry.cells
    for column in names:
        cells[column] = ";".join(_keys(cells[column]))
    cells[sheets.SHEETS[name][0]] = cells[sheets.SHEETS[name][0]].lower()
    if name != "claims":
        return
    narrator = cells["source"] == NARRATOR
    if cells["source"]:
        cells["source_chain"] = cells["source_chain"] or (NARRATOR if narrator else f"{NARRATOR};{cells['source']}")
    cells["evidence"] = cells["evidence"] or "none"
    cells["quote_type"] = cells["quote_type"] or ("none" if narrator else "")
    if cells["certainty"].lower() == "uncommitted":  # there is no other polarity for it
        cells["polarity"] = cells["polarity"] or "unknown"
    negated = cells["negated_cue"].lower()
    if negated not in YES | NO:
        message = f"{negated!r} is neither yes nor no"
        yield entry.row.wrong("negated_cue", message, "write yes or no; an empty cell means no")
    cells["negated_cue"] = "true" if negated in YES else "false"


def _find_spans(name: str, entry: Entry, quoted: Quoted) -> Iterator[Problem]:
    """Look for the words of a row, and put their spans into the entry."""
    row, paragraph = entry.row, entry.cells.get("paragraph", "")
    if paragraph and not re.fullmatch("[0-9]{1,6}", paragraph):
        yield row.wrong("paragraph", f"{paragraph!r} is not a whole number", "write its number, or nothing")
        return
    for column, pointer in sheets.QUOTES.get(name, {}).items():
        try:
            if column == "quote" and row[column]:
                entry.spans[pointer] = quoted.find(row[column], int(paragraph) if paragraph else None)
            elif row[column] and "content_span" in entry.spans:
                entry.spans[pointer] = quoted.find(row[column], near=entry.spans["content_span"])
        except QuoteError as error:
            yield row.wrong(column, error.message, error.remedy)


def _numbers(entry: Entry, fields: list[dict], quoted: Quoted, doubts: list[str]) -> Iterator[Problem]:
    """Write numbers with a point for decimals, as the quoted words have them; add to `doubts` what was not typed so."""
    words = quoted.words(entry.spans.get("span_id", []))
    for column in [field["name"] for field in fields if field["type"] == "number" and words]:
        typed = entry.cells[column]
        try:
            entry.cells[column] = number = numbers.decided(typed, words, quoted.text)
        except ValueError as error:
            yield entry.row.wrong(column, str(error), "write digits alone, with a point for decimals")
            entry.cells[column] = ""  # what is wrong with it is said
            continue
        doubt = f"{entry.row.key}: {typed} was read as {number}, because its words say {number}."
        if typed and number != typed and typed not in words and doubt not in doubts:
            doubts.append(doubt)


def _finished(name: str, entry: Entry, fields: list[dict]) -> Iterator[Problem]:
    pointers = {pointer: column for column, pointer in sheets.QUOTES.get(name, {}).items()}
    needed = {pointers.get(field["name"], field["name"]) for field in fields if schema.is_required(field)}
    empty = [column for column in sheets.SHEETS[name] if column in needed and not entry.cells[column]]
    if empty:
        verb = "is" if len(empty) == 1 else "are"
        message = f"not finished, {', '.join(empty)} {verb} empty"
        yield entry.row.wrong(None, message, "fill it in when you come to it")


def _values(entry: Entry, fields: list[dict]) -> Iterator[Problem]:
    for field in fields:
        column = field["name"]
        cell = entry.cells.get(column)
        if not cell or not entry.row.get(column):  # a value made from another cell is not at fault itself
            continue
        if cell.startswith(sheets.ERRORS):
            remedy = "the spreadsheet took it for a formula: begin the cell with an apostrophe"
            yield entry.row.wrong(column, f"{cell} is what a spreadsheet left in a cell", remedy)
            continue
        entry.cells[column] = cell = next(
            (label for label in schema.vocabulary(field) if label.lower() == cell.lower()), cell
        )
        try:
            schema.parse(cell, field)
        except ValueError as error:
            yield entry.row.wrong(column, str(error), _remedy(field, cell))


def _remedy(field: dict, cell: str) -> str:
    if field["name"] in ("closes", "date", "as_of"):
        return f"write {sheets.HINTS[field['name']]} (format the column as text, or a spreadsheet rewrites dates)"
    if field["type"] == "number":
        return (
            "write digits only, with a decimal point: 1500 or 2.5 "
            "(a spreadsheet may take 2.5 for a date: format the column as text)"
        )
    if field["name"] == "actor_id":
        instead = "_".join(re.findall("[a-z0-9]+", cell)).lstrip("_0123456789") or field["example"]
        return f"write lower-case letters, digits and underscores, beginning with a letter: {instead}"
    return schema.advice(field)


# ---- rows that name others ----


def _keys(cell: str) -> list[str]:
    return [key.strip().lower() for key in cell.split(";") if key.strip()]


def _columns_of_names(package: dict, name: str) -> dict[str, str]:
    """Return the columns of a sheet that name rows of another sheet: the name of that sheet, by column."""
    named = schema.references(schema.resource_of(package, name)) | dict.fromkeys(ROLES, "actors")
    return {column: named[column] for column in sheets.SHEETS[name] if column in named}


def _named(entry: Entry, names: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """Yield the rows of other sheets that a row names, each once: the sheet, the key, and the column that names it."""
    seen = set()  # a source is in its chain, too
    for column, other in names.items():
        for key in _keys(entry.cells[column]):
            if (other, key) not in seen and not (key == NARRATOR and column.startswith("source")):
                seen.add((other, key))
                yield other, key, column


def _strangers(entry: Entry, names: dict[str, str], keys: dict[str, set[str]]) -> Iterator[Problem]:
    for other, key, column in _named(entry, names):
        if key in keys[other]:
            continue
        remedy = f"add it to the sheet {other}, or correct it here"
        if "," in key:
            remedy = "separate several with semicolons"
        elif not re.fullmatch("[a-z][0-9]+", key):  # c003 is not a slip for c039
            remedy += "".join(f" ({near}?)" for near in get_close_matches(key, sorted(keys[other]), 1))
        yield entry.row.wrong(column, f"{key!r} is not in the sheet {other}", remedy)


def _drop_waiting(entries: dict[str, list[Entry]], names: dict[str, dict[str, str]]) -> Iterator[Problem]:
    """Drop rows that name rows which are not finished, until none does."""
    dropped = True
    while dropped:
        dropped = False
        for name, ready in entries.items():
            keys = {other: {entry.cells[sheets.SHEETS[other][0]] for entry in entries[other]} for other in TABLES}
            entries[name] = []
            for entry in ready:
                waits = [(other, key, at) for other, key, at in _named(entry, names[name]) if key not in keys[other]]
                for other, key, column in waits:
                    remedy = f"finish {key} in the sheet {other}"
                    yield entry.row.wrong(column, f"waits for {key}, which is not finished", remedy)
                if not waits:
                    entries[name].append(entry)
            dropped = dropped or len(entries[name]) < len(ready)


# ---- the tables ----


def _files(package: dict, entries: dict[str, list[Entry]], quoted: Quoted, gists: dict[int, str]) -> dict[str, str]:
    """Return the content of the descriptor and of each table, by the name of its file."""
    parts = {tuple(span) for ready in entries.values() for entry in ready for span in entry.spans.values()}
    spans = {span: f"s{number:03}" for number, span in enumerate(sorted(parts), start=1)}
    tables = {
        "paragraphs": [
            [number, len(text), digest(text), gists.get(number) or TODO] for number, text in quoted.paragraphs.items()
        ],
        "spans": [
            [span_id, part, number, start, end, short_digest(quoted.paragraphs[number][start:end])]
            for span, span_id in spans.items()
            for part, (number, start, end) in enumerate(span, start=1)
        ],
        "event_actors": [[entry.cells["event_id"], *role] for entry in entries["events"] for role in _roles(entry)],
    }
    for name, ready in entries.items():
        columns = schema.columns_of(schema.resource_of(package, name))
        rows = [entry.cells | {column: spans[tuple(span)] for column, span in entry.spans.items()} for entry in ready]
        tables[name] = [[row.get(column, "") for column in columns] for row in rows]
    resources = {name: schema.resource_of(package, name) for name in tables}
    files = {
        resources[name]["path"]: csv_text([schema.columns_of(resources[name]), *rows]) for name, rows in tables.items()
    }
    return {schema.DESCRIPTOR: schema.descriptor_text(package)} | files


def _gists(rows: list[Row], count: int) -> tuple[dict[int, str], list[Problem]]:
    """Return the gists of the paragraphs, by number, and what is wrong with the rows of their sheet."""
    gists, problems = {}, []
    for row in rows:
        if re.fullmatch("[0-9]{1,6}", row.key) and 1 <= int(row.key) <= count:
            gists[int(row.key)] = row["gist"]
        elif row["gist"]:
            message = f"{row.key!r} is not the number of a paragraph"
            problems.append(row.wrong("paragraph", message, f"number them from 1 to {count}"))
    return gists, problems


def _changed(table: Path, quoted: Quoted) -> list[int]:
    """Return the paragraphs that are not what a table of them says, also those that are new or gone; none without a table."""
    try:
        rows = csv.DictReader(table.read_text(encoding="utf-8-sig").splitlines())
        before = {int(row["paragraph"]): row["sha256"] for row in rows}
    except (OSError, ValueError, KeyError, TypeError, csv.Error):  # `check` says what is wrong with it
        return []
    now = {number: digest(text) for number, text in quoted.paragraphs.items()}
    return (
        sorted(number for number in before.keys() | now.keys() if before.get(number) != now.get(number))
        if before
        else []
    )


def _roles(entry: Entry) -> list[tuple[str, str]]:
    """Return who takes part in an event, and how, each once."""
    pairs = [(key, role) for column, role in ROLES.items() for key in _keys(entry.cells[column])]
    return list(dict.fromkeys(pairs))


def _contexts(entries: dict[str, list[Entry]], quoted: Quoted) -> str:
    """Return the words of each span in the order of the text: a line for each, its words in brackets."""
    lines = defaultdict(list)
    for name, ready in entries.items():
        columns = {pointer: column for column, pointer in sheets.QUOTES.get(name, {}).items()}
        for entry in ready:
            for pointer, span in entry.spans.items():
                words = quoted.context(span, "[", "]")
                lines[span[0][0]].append((span, f"{entry.row.key:15} {columns[pointer]:13} {words}"))
    text = ["What each row marks, in brackets. `standoff anchor` rewrites this file every time."]
    for number in quoted.paragraphs:
        text += ["", f"Paragraph {number}", *(line for _, line in sorted(lines[number]))]
    return "\n".join(text) + "\n"
