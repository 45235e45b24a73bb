"""Read working sheets: the tables of a case as people fill them in, in a spreadsheet, with quotations in place of positions.

A sheet is a CSV file in the case's folder `sheets/`, or a workbook beside it. It is written once, empty, and from then on
only read: what was typed there is the author's. `standoff.coding.anchor` makes the case's tables of the sheets.
"""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from ..files import csv_rows, csv_text, write_atomically
from ..problems import CaseError, Problem, Row
from ..schema import is_required, resource_of, vocabulary
from ..text import TextError, read_file
from . import workbooks

FOLDER = "sheets"
_COLUMNS = {  # by table: the columns of its sheet, first what one marks, then the labels, last what is rarely needed
    "about": "entry, value, what to write",
    "topics": "topic, label",
    "paragraphs": "paragraph, begins, gist",
    "actors": "actor_id, name, quote, paragraph, kind, sector, country, part_of, role",
    "claims": "claim_id, paragraph, quote, gist, source, source_quote, cue_quote, cue_lemma, cue_class, quote_type, act, "
    "recipient, time_ref, certainty, polarity, topic, evidence, negated_cue, addressee, source_chain",
    "claim_links": "claim_id, relation, other_id, note",
    "quantities": "quantity_id, paragraph, quote, claim_id, bound, low, high, unit, concept, place, as_of",
    "events": "event_id, paragraph, quote, claim_id, gist, category, mode, status, actors, recipients, date, place",
    "cruxes": "crux_id, paragraph, quote, problem, printed_reading, adopted_reading, alternatives, why",
    "questions": "question_id, question, claims, why_open, qtype, closes, resolution_criteria, resolution_source, "
    "evidence_needed",
}
SHEETS = {name: columns.split(", ") for name, columns in _COLUMNS.items()}
QUOTES = {  # by table: the column of a table that points to the words in a column of its sheet
    "actors": {"quote": "span_id"},
    "claims": {"quote": "content_span", "source_quote": "source_span", "cue_quote": "cue_span"},
    "quantities": {"quote": "span_id"},
    "events": {"quote": "span_id"},
    "cruxes": {"quote": "span_id"},
}
HINTS = {  # what to write into columns that the tables do not have, or have otherwise
    "actor_id": "mayor or harbour_office, in lower case",
    "paragraph": "number of the paragraph; may be empty",
    "quote": "its words, as in the text; [...] where other words interrupt them; words#2 for the second occurrence",
    "source_quote": "words that name the source; may be empty",
    "cue_quote": "words that attribute it, one unbroken stretch; empty for the narrator",
    "source": "narrator, or an actor_id",
    "source_chain": "empty, unless one source speaks through another: narrator;mayor;police",
    "evidence": "empty means none",
    "negated_cue": "yes, if the saying itself is denied or declined; empty means no",
    "unit": "what is counted: troops, km, people; of dates: date, year, weekday (Monday = 1)",
    "actors": "who does it: actor_ids, separated by semicolons",
    "recipients": "to whom it is done: actor_ids, separated by semicolons",
    "claims": "claim_ids, separated by semicolons",
    "closes": "the last day that counts, as 2024-05-31",
    "date": "as 2024-05-09, 2024-05, 2024; empty if not said",
    "as_of": "as 2024-05-09, 2024-05, 2024; empty if not said",
}
NEEDED = {  # how a hint ends if a table needs the cell, but `anchor` may fill it in
    "quote_type": " (needed, unless the narrator is the source)",
    "polarity": " (needed, unless certainty is uncommitted)",
    **dict.fromkeys(("source_chain", "evidence", "negated_cue"), ""),
}
ERRORS = ("#NAME?", "#REF!", "#VALUE!", "#NULL!", "#DIV/0!", "#N/A", "#NUM!", "Err:")  # what a spreadsheet leaves of it


READ = (".csv", ".tsv", ".xlsx", ".txt")  # how a spreadsheet's files end that are read
OTHERS = (".xls", ".xlsm", ".xlsb", ".ods", ".numbers")  # and those that are not
SAVE_AS = "save the sheet as CSV (UTF-8) under this name"


@dataclass(frozen=True)
class Sheet:
    """A sheet as it was read: `file`, what messages call it; the rows in which something stands; what is wrong with others."""

    file: str
    rows: list[Row]
    problems: list[Problem]


def read(folder: Path, name: str) -> Sheet:
    """Read a sheet of a case, from NAME.csv or from what a spreadsheet made of it: NAME.xlsx, "Case - NAME.csv".

    If there are several, that one is read which holds all that the others hold. Raises CaseError if none does, or if it
    is no sheet at all.
    """
    plain = folder / FOLDER / f"{name}.csv"
    found = [(path, tab) for path, tab in _files(folder) if _name_of(tab or path.name) == name]
    found.sort(key=lambda source: source[0] != plain)
    if not found:
        raise CaseError("the sheet is missing", f"{SAVE_AS}, or restore it", file=f"{FOLDER}/{plain.name}")
    sheets = []
    for path, tab in found:
        file = f"{FOLDER}/{path.name}" + (f" ({tab})" if tab else "")
        sheets.append(Sheet(file, *read_sheet(path, file, SHEETS[name], tab)))
    full = next((one for one in sheets if all(_holds(one, other) for other in sheets if other is not one)), None)
    if full is None:
        files = " and ".join(sheet.file.removeprefix(f"{FOLDER}/") for sheet in sheets)
        remedy = f"keep the right one in {FOLDER}/, and move the other out of it"
        raise CaseError(f"{files} differ, so none was read", remedy, file=f"{FOLDER}/{name}")
    return full


def unread(folder: Path) -> list[Problem]:
    """Return the files among the sheets that hold a table and are not read, each with a remedy."""
    names = ", ".join(SHEETS)
    used = {path for path, tab in _files(folder) if _name_of(tab or path.name)}
    problems = []
    for path in sorted((folder / FOLDER).iterdir()):
        if path.suffix.lower() in OTHERS and _is_visible(path):
            problems.append(Problem("is not read", "save it as .xlsx or as CSV (UTF-8)", f"{FOLDER}/{path.name}"))
        elif path.suffix.lower() in READ[:3] and _is_visible(path) and path not in used:
            remedy = f"name it after its sheet, one of {names}, or move it out of {FOLDER}/"
            problems.append(Problem("is not read: no sheet has this name", remedy, f"{FOLDER}/{path.name}"))
    return problems


def _files(folder: Path) -> list[tuple[Path, str]]:
    """List the files that may be sheets, each with the tab of a workbook that is one, or nothing."""
    found = []
    for path in sorted((folder / FOLDER).iterdir()):
        if path.suffix.lower() in READ and _is_visible(path) and path.is_file():
            tabs = workbooks.tabs(path, f"{FOLDER}/{path.name}") if workbooks.is_workbook(path) else []
            named = [tab for tab in tabs if _name_of(tab)]
            found += [(path, tab) for tab in named] if len(tabs) > 1 and named else [(path, "")]
    return found


def _is_visible(path: Path) -> bool:
    return not path.name.startswith((".", "~"))  # what programs keep while a file is open


def _name_of(file: str) -> str | None:
    """Return the name of the sheet that a file is by its own name: actors of "My claims - actors (1).csv.csv"."""
    for part in (file.lower().rpartition(" - ")[2], file.lower()):
        names = {*SHEETS} & {*re.findall("[a-z_]+", part)}
        if len(names) == 1:
            return names.pop()
    return None


def _holds(one: Sheet, other: Sheet) -> bool:
    """Tell whether each row of another sheet stands in this one, as far as its cells are filled in."""
    return all(
        any(all(not cell or row[column] == cell for column, cell in its.items()) for row in one.rows)
        for its in other.rows
    )


def read_sheet(path: Path, file: str, columns: list[str], tab: str = "") -> tuple[list[Row], list[Problem]]:
    """Read the rows of a sheet in which something stands, and what is wrong with the rows that are lost.

    file: what messages call it; columns: those that are read, the first of them names a row; tab: of a workbook with
    several tables.

    Takes what spreadsheets save: a workbook (.xlsx); commas, semicolons or tabs; UTF-8 with or without BOM, UTF-16,
    Windows-1252; more columns than asked for, in any order. Rows that begin with # are hints. Raises CaseError if it is
    not a sheet at all.
    """
    if not path.is_file():
        raise CaseError("the sheet is missing", f"{SAVE_AS}, or restore it", file=file)
    if workbooks.is_workbook(path):
        cells = list(enumerate(workbooks.rows(path, file, tab), start=1)) or [(1, [])]
    else:
        try:
            cells = _cells(read_file(path), file, columns)
        except TextError as error:
            raise CaseError(f"not a CSV file ({error})", SAVE_AS, file=file) from error
    (first, header), *lines = cells
    header = [_clean(cell).lower() for cell in header]
    for column in columns:
        if header.count(column) != 1:
            message = f"the column {column} is in the first row {header.count(column)} times"
            raise CaseError(message, f"the columns are {', '.join(columns)}", file=file, row=first, column=column)
    rows, problems = [], []
    for line, cells in lines:
        cells = [_clean(cell) for cell in cells]
        typed = dict.fromkeys(columns, "") | {column: cell for column, cell in zip(header, cells) if column in columns}
        row = Row(typed, key=typed[columns[0]], file=file, line=line)
        if not any(cells) or cells[0].startswith("#") and not cells[0].startswith(ERRORS) or row.key.startswith("# "):
            continue
        if any(cells[len(header) :]):
            message = f"{len(cells)} cells, but {len(header)} columns"
            problems.append(
                row.wrong(None, message, "put double quotation marks around a cell that contains the separator")
            )
        else:
            rows.append(row)
    return rows, problems


def _cells(text: str, file: str, columns: list[str]) -> list[tuple[int, list[str]]]:
    """Return the rows of the file, parted by what separates most of the columns, each with its number; header first."""
    first = 1
    if text.lstrip('\ufeff"').lower().startswith("sep="):  # a line that Excel understands
        text, first = text.partition("\n")[2], 2
    head = text.partition("\n")[0].lower()
    separator = max(",;\t", key=lambda sign: sum(cell.strip(' "\ufeff\r') in columns for cell in head.split(sign)))
    rows = csv_rows(text, separator, file=file, first=first)
    return list(enumerate(rows, start=first)) or [(first, [])]


def _clean(cell: str) -> str:
    return " ".join(unicodedata.normalize("NFC", cell.replace("\ufeff", "")).split())


def write_blank(folder: Path, package: dict, filled: dict[str, list[list]], separator: str = ",") -> None:
    """Write all sheets with their headers, a row of hints, and what is `filled` in: rows of cells by name of sheet."""
    (folder / FOLDER).mkdir()
    for name, columns in SHEETS.items():
        hints = [] if name in ("about", "topics", "paragraphs") else [_hints(resource_of(package, name))]
        text = csv_text([columns, *hints, *filled.get(name, [])], separator)
        write_atomically(folder / FOLDER / f"{name}.csv", text, "utf-8-sig")  # by the BOM spreadsheets know UTF-8


def _hints(resource: dict) -> list[str]:
    """Say what each column of a sheet may hold, as its second row."""
    fields = {field["name"]: field for field in resource["schema"]["fields"]}
    hints = []
    pointers = QUOTES.get(resource["name"], {})
    for column in SHEETS[resource["name"]]:
        field = fields.get(column, {})
        is_needed = is_required(fields.get(pointers.get(column, column), {}))
        words = " | ".join(vocabulary(field)) or HINTS.get(column) or re.split(r"(?<=[.:;]) ", field["description"])[0]
        if "example" in field:
            words = f"identifier: {HINTS.get(column, field['example'])}"
        hints.append(words.rstrip(".;:") + (NEEDED.get(column, " (needed)") if is_needed else ""))
    hints[0] = f"# hints, not read. {hints[0]}"
    return hints
