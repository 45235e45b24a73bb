"""From working sheets to the tables of a case: quotations become spans, rows are taken over once they are finished.

The sheets are only read. A row in which something is missing, or whose words are not found, is named and waits; all
other rows are in the tables, so that a half-finished case can be loaded.
"""

import csv
import io
import json
import re
from dataclasses import dataclass
from difflib import get_close_matches

from ..case import DESCRIPTOR, CaseError, Problem, find, is_required, parse, read_package, text_of, vocabulary
from ..quotes import Quoted, QuoteError
from ..text import digest, paragraphs, read_text
from . import sheets
from .metadata import describe, keep_text_out

TODO = "not written yet"  # the gist of a paragraph that has none
MARKED = f"{sheets.FOLDER}/marked.txt"  # what each row marks: words of the text, so beside the sheets
WRITTEN = f"{sheets.FOLDER}/.written.json"  # the hashes of the tables as they were written
REFERS = {  # by sheet: the columns that name rows of another sheet, several with semicolons between
    "actors": {"part_of": "actors"},
    "claims": dict.fromkeys(["source", "source_chain", "addressee", "recipient"], "actors"),
    "claim_links": dict.fromkeys(["claim_id", "other_id"], "claims"),
    "quantities": {"claim_id": "claims"},
    "events": {"claim_id": "claims", "actors": "actors", "recipients": "actors"},
    "questions": {"claims": "claims"},
}
YES, NO = {"yes", "y", "x", "true", "1"}, {"", "no", "n", "false", "0"}
DATES = {"closes", "date", "as_of"}


@dataclass(frozen=True)
class Anchored:
    """The tables that follow from the sheets.

    package: the descriptor; files: their content by name; lines: for each row of a table its line in the sheet, by
    table; problems: what keeps rows of the sheets from the tables; waiting: how many rows these are; marked: the words
    that each row marks, as text.
    """

    package: dict
    files: dict[str, str]
    lines: dict[str, list[int]]
    problems: list[Problem]
    waiting: int
    marked: str


def anchor(name_or_path):
    """Write the tables of a case from its sheets: an Anchored. Raises CaseError, TextError; then nothing is written.

    A table that somebody changed by hand since it was last written is kept beside the new one, as NAME.by-hand.csv.
    """
    folder = find(name_or_path)
    anchored = plan(folder)
    kept = []
    for path in changed_by_hand(folder, anchored):
        kept.append(path.with_suffix(".by-hand.csv"))
        path.replace(kept[-1])
    for name, content in anchored.files.items():
        _write(folder / name, content)
    _write(folder / MARKED, anchored.marked)
    keep_text_out(folder, anchored.package)
    _write(folder / WRITTEN, json.dumps({name: digest(text) for name, text in anchored.files.items()}, indent=1) + "\n")
    for path in kept:
        message = f"was changed by hand: what it was is now {path.name}"
        remedy = f"make the change in {sheets.FOLDER}/, from which the tables are made"
        name = path.name.replace(".by-hand", "")
        anchored.problems.append(Problem(name, None, None, message, remedy))
    return anchored


def changed_by_hand(folder, anchored):
    """The Paths of tables that somebody changed since they were written, and that are not what the sheets say."""
    written = _read_written(folder)
    paths = []
    for name, content in anchored.files.items():
        path = folder / name
        old = path.read_bytes().decode("utf-8-sig", "replace").replace("\r\n", "\n") if path.is_file() else content
        if name.endswith(".csv") and old != content and digest(old) != written.get(name):
            paths.append(path)
    return paths


def is_current(folder, anchored):
    """Whether the tables are those that follow from the sheets."""
    return all(
        (folder / name).is_file() and (folder / name).read_bytes() == content.encode()
        for name, content in anchored.files.items()
    )


def plan(folder):
    """What `anchor` would write: an Anchored."""
    if not (folder / sheets.FOLDER).is_dir():
        remedy = f"make a case with `standoff new`, or correct the tables themselves (there is no {sheets.FOLDER}/)"
        raise CaseError(folder.name, None, None, "the case has no working sheets", remedy)
    if text_of(folder) is None:
        raise CaseError("article.txt", None, None, "the text is missing", "put the text back, as article.txt")
    work = _Work(folder)
    for name in ("actors", "claims", "claim_links", "quantities", "events", "cruxes", "questions"):
        work.take(name)
    work.drop_those_that_wait()
    return work.result()


class _Work:
    def __init__(self, folder):
        self.text = paragraphs(read_text(text_of(folder)))
        self.quoted = Quoted(self.text)
        self.rows, self.problems = {}, []
        for name in sheets.SHEETS:
            self.rows[name], problems = sheets.read(folder, name)
            self.problems += problems
        self.package = read_package(folder)
        self.resources = {resource["name"]: resource for resource in self.package["resources"]}
        self.count = sum(len(rows) for rows in self.rows.values()) + len(self.problems)
        self._topics()
        self.package, problems = describe(self.package, self.rows["about"])
        self.problems += problems
        self.ready = {}  # by sheet: (row of the sheet, cells of the table, parts by column), finished so far

    def _topics(self):
        """The vocabulary that each case may have of its own."""
        topics = {row["topic"]: row["label"] for row in self.rows["topics"] if row["topic"]}
        field = next(field for field in self._fields("claims") if field["name"] == "topic")
        if topics:
            field["categories"] = [{"value": topic, "label": label} for topic, label in topics.items()]
            field["constraints"]["enum"] = list(topics)

    def _fields(self, table):
        return self.resources[table]["schema"]["fields"]

    # ---- rows, each by itself ----

    def take(self, name):
        seen, self.ready[name] = {}, []
        for row in self.rows[name]:
            problems = list(self._same_key(name, row, seen))
            cells, parts = dict(row), {}
            for column, message, remedy in _complete(cells, name):
                problems.append(row.wrong(column, message, remedy))
            problems += self._anchor(name, row, cells, parts)
            problems += self._unfinished(name, row, cells)
            problems += self._values(name, row, cells)
            problems += self._strangers(name, row, cells)
            if problems:
                self.problems += problems
            else:
                self.ready[name].append((row, cells, parts))

    def _same_key(self, name, row, seen):
        key = (row.key,) if name != "claim_links" else (row["claim_id"], row["other_id"], row["relation"])
        if all(key) and seen.setdefault(key, row.line) != row.line:
            yield row.wrong(sheets.SHEETS[name][0], f"row {seen[key]} has the same identifier", "give it another one")

    def _anchor(self, name, row, cells, parts):
        """Look for the words of a row; `parts` are filled by column of the table."""
        if name not in sheets.QUOTES:
            return
        paragraph = cells["paragraph"]
        if paragraph and not re.fullmatch("[0-9]{1,6}", paragraph):
            yield row.wrong("paragraph", f"{paragraph!r} is not a whole number", "write its number, or nothing")
            return
        for column, pointer in sheets.QUOTES[name].items():
            if not cells[column]:
                continue
            try:
                if column == "quote":
                    parts[pointer] = self.quoted.find(cells[column], int(paragraph) if paragraph else None)
                elif "content_span" in parts:
                    parts[pointer] = self.quoted.find(cells[column], near=parts["content_span"])
            except QuoteError as error:
                yield row.wrong(column, error.message, error.remedy)

    def _unfinished(self, name, row, cells):
        pointers = {pointer: column for column, pointer in sheets.QUOTES.get(name, {}).items()}
        needed = [pointers.get(field["name"], field["name"]) for field in self._fields(name) if is_required(field)]
        empty = [column for column in sheets.SHEETS[name] if column in needed and not cells[column]]
        if empty:
            verb = "is" if len(empty) == 1 else "are"
            yield row.wrong(None, f"not finished, {', '.join(empty)} {verb} empty", "fill it in when you come to it")

    def _values(self, name, row, cells):
        for field in self._fields(name):
            column = field["name"]
            cell = cells.get(column)
            if not cell or not row.get(column):  # what is made of another cell has no fault of its own
                continue
            if cell.startswith(sheets.ERRORS):
                remedy = "the spreadsheet took it for a formula: begin the cell with an apostrophe"
                yield row.wrong(column, f"{cell} is what a spreadsheet leaves of a cell", remedy)
                continue
            same = [value for value in vocabulary(field) if value.lower() == cell.lower()]
            cells[column] = cell = same[0] if same else cell
            try:
                parse(cell, field)
                if not re.fullmatch(field.get("constraints", {}).get("pattern", ".*"), cell):
                    raise ValueError(f"{cell!r} is not allowed")
            except ValueError as error:
                yield row.wrong(column, str(error), _remedy(field, cell))

    # ---- rows that refer to others ----

    def _references(self, name, cells):
        """The rows of other sheets that a row names: as (sheet, key), each with its column."""
        named = {}  # each key once: a source stands in its chain, too
        for column, other in REFERS.get(name, {}).items():
            for key in _keys(cells[column]):
                if not (key == "narrator" and column.startswith("source")):
                    named.setdefault((other, key), column)
        return named.items()

    def _strangers(self, name, row, cells):
        for (other, key), column in self._references(name, cells):
            known = [row.key.lower() for row in self.rows[other]]
            if key not in known:
                remedy = f"add it to the sheet {other}, or correct it here"
                if "," in key:
                    remedy = "put a semicolon between several"
                elif not re.fullmatch("[a-z][0-9]+", key) and (
                    near := get_close_matches(key, known, 1)
                ):  # c003 is no slip for c039
                    remedy += f" ({near[0]}?)"
                yield row.wrong(column, f"{key!r} is not in the sheet {other}", remedy)

    def drop_those_that_wait(self):
        """Drop rows that name rows which are not finished, until none does."""
        dropped = True
        while dropped:
            known = {
                name: {cells[sheets.SHEETS[name][0]] for _, cells, _ in ready} for name, ready in self.ready.items()
            }
            dropped = False
            for name in REFERS:
                for entry in list(self.ready[name]):
                    row, cells, _ = entry
                    lacking = [
                        (key, other, at)
                        for (other, key), at in self._references(name, cells)
                        if key not in known[other]
                    ]
                    if lacking:
                        self.ready[name].remove(entry)
                        dropped = True
                    for key, other, column in lacking:
                        remedy = f"finish {key} in the sheet {other}"
                        self.problems.append(row.wrong(column, f"waits for {key}, which is not finished", remedy))

    # ---- the tables ----

    def result(self):
        places = {tuple(place) for ready in self.ready.values() for *_, parts in ready for place in parts.values()}
        spans = {place: f"s{number:03}" for number, place in enumerate(sorted(places), start=1)}
        tables = {"paragraphs": self._paragraphs(), "spans": self._spans(spans), "event_actors": self._event_actors()}
        lines = {"event_actors": [row.line for row, cells, _ in self.ready["events"] for _ in _roles(cells)]}
        for name, ready in self.ready.items():
            columns = [field["name"] for field in self._fields(name)]
            tables[name] = []
            for _, cells, parts in ready:
                cells |= {column: spans[tuple(place)] for column, place in parts.items()}
                tables[name].append([cells.get(column, "") for column in columns])
            lines[name] = [row.line for row, *_ in ready]
        files = {DESCRIPTOR: json.dumps(self.package, indent=1, ensure_ascii=False) + "\n"}
        for name, rows in tables.items():
            files[self.resources[name]["path"]] = as_csv([field["name"] for field in self._fields(name)], rows)
        names = [f"{sheets.FOLDER}/{name}.csv" for name in sheets.SHEETS]
        self.problems.sort(key=lambda problem: (names.index(problem.file), problem.row or 0))
        waiting = len({(problem.file, problem.row) for problem in self.problems})
        return Anchored(self.package, files, lines, self.problems, waiting, self._marked())

    def _marked(self):
        """What each row marks, in the order of the text: a line for each mark, its words in brackets."""
        marks = []
        for name, columns in sheets.QUOTES.items():
            for row, _, parts in self.ready[name]:
                for column, pointer in columns.items():
                    if pointer in parts:
                        words = self.quoted.context(parts[pointer], "[", "]")
                        marks.append((parts[pointer], f"{row.key:15} {column:13} {words}"))
        lines = ["What each row marks, in brackets. Each `standoff anchor` writes this file anew."]
        for number in self.quoted.paragraphs:
            lines += ["", f"Paragraph {number}", *(line for place, line in sorted(marks) if place[0][0] == number)]
        return "\n".join(lines) + "\n"

    def _paragraphs(self):
        gists = {}
        for row in self.rows["paragraphs"]:
            if row.key.isdigit() and 1 <= int(row.key) <= len(self.text):
                gists[int(row.key)] = row["gist"]
            elif row["gist"]:
                message = f"{row.key!r} is not the number of a paragraph"
                self.problems.append(row.wrong("paragraph", message, f"number them from 1 to {len(self.text)}"))
        return [
            [number, len(text), digest(text), gists.get(number) or TODO]
            for number, text in enumerate(self.text, start=1)
        ]

    def _spans(self, spans):
        return [
            [span, part, number, start, end, digest(self.text[number - 1][start:end])[:16]]
            for place, span in spans.items()
            for part, (number, start, end) in enumerate(place, start=1)
        ]

    def _event_actors(self):
        return [[cells["event_id"], *each] for _, cells, _ in self.ready["events"] for each in _roles(cells)]


def _complete(cells, name):
    """Write what is evident into empty cells, and identifiers in small letters; problems as column, message, remedy."""
    for column in (sheets.SHEETS[name][0], *REFERS.get(name, {})):
        cells[column] = ";".join(_keys(cells[column])) if column in REFERS.get(name, {}) else cells[column].lower()
    if name == "claims":
        narrator = cells["source"] == "narrator"
        if cells["source"]:
            cells["source_chain"] = cells["source_chain"] or ("narrator" if narrator else f"narrator;{cells['source']}")
        cells["evidence"] = cells["evidence"] or "none"
        cells["quote_type"] = cells["quote_type"] or ("none" if narrator else "")
        if cells["certainty"].lower() == "uncommitted":  # there is no other polarity for it
            cells["polarity"] = cells["polarity"] or "unknown"
        said = cells["negated_cue"].lower()
        if said not in YES | NO:
            yield "negated_cue", f"{said!r} is neither yes nor no", "write yes or no; empty is no"
        cells["negated_cue"] = "true" if said in YES else "false"


def _keys(cell):
    return [key.strip().lower() for key in cell.split(";") if key.strip()]


def _roles(cells):
    pairs = [(key, "actor") for key in _keys(cells["actors"])] + [
        (key, "recipient") for key in _keys(cells["recipients"])
    ]
    return list(dict.fromkeys(pairs))


def _remedy(field, cell):
    if field["name"] in DATES:
        return f"write {sheets.HINTS[field['name']]} (format the column as text, or a spreadsheet rewrites dates)"
    if field["type"] == "number":
        return "write digits alone, with a point for decimals: 1500 or 2.5 (a spreadsheet may take 2.5 for a day: format the column as text)"
    if vocabulary(field):
        return "write one of them; the codebook says what each means"
    if field["name"] == "actor_id":
        instead = "_".join(re.findall("[a-z0-9]+", cell)).lstrip("_0123456789") or "harbour_office"
        return f"write small letters, digits and underscores, first a letter: {instead}"
    return f"{field['description'].rstrip('.')}, as {sheets.EXAMPLES.get(field['name'], 'the codebook says')}"


def as_csv(header, rows):
    """A table as the text of a CSV file."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header, *rows])
    return out.getvalue()


def _read_written(folder):
    try:
        return json.loads((folder / WRITTEN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _write(path, content):
    """All or nothing: never a half-written file."""
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(content, encoding="utf-8", newline="\n")
    draft.replace(path)
