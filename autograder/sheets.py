"""Read tables that people and platforms have saved: CSV of any separator and encoding, or a workbook, from the header on."""

import csv
import datetime
import io
import warnings
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .source import Problem

SEPARATORS = ",;\t"
WORKBOOK = ".xlsx"
UNPACKED = 50_000_000  # bytes of a workbook
MOST = {"max_row": 20_000, "max_col": 100}  # cells of a workbook that are looked at


class SheetError(Problem):
    """A table cannot be read. The message names file, row, column and remedy."""


@dataclass(frozen=True)
class Sheet:
    """A table as it was saved. rows: (its number in the file, cells); encoding: Python's name of it."""

    header: list[str]
    rows: list[tuple[int, list[str]]]
    separator: str
    encoding: str


def read_sheet(path: Path, columns: Iterable[str] = ()) -> Sheet:
    """Return a CSV file, whatever spreadsheet saved it, or the first table of a workbook. Raises SheetError.

    columns: names that tell the separator, where the header has them.
    """
    if path.suffix.lower() == WORKBOOK:
        (_, header), *rows = _rows_of_workbook(path) or [(1, [])]
        return Sheet([cell.strip() for cell in header], rows, SEPARATORS[0], "utf-8")
    data = path.read_bytes()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    else:
        encoding = "utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        encoding = "cp1252"
        text = data.decode(encoding, "replace")
    if data.startswith(b"PK") or "\0" in text or not text.strip():
        raise SheetError(f"{path.name}: not a CSV file. Remedy: save it as CSV (UTF-8).")
    skipped = text.lstrip('"').lower().startswith("sep=")  # a line that Excel understands
    head, wanted = text.split("\n")[skipped], {name.lower() for name in columns}

    def fitting(sign):
        cells = [cell.strip(' "\ufeff\r').lower() for cell in head.split(sign)]
        return sum(cell in wanted for cell in cells), len(cells)

    separator, rows = max(SEPARATORS, key=fitting), []
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            rows.append((len(rows) + 1, cells))
    except csv.Error as error:
        raise SheetError(
            f"{path.name}:{len(rows) + 1}: not CSV from here on ({error}). Remedy: close every quotation mark, "
            "and double those inside a cell, or let the spreadsheet save it."
        ) from error
    (_, header), *rows = rows[skipped:]
    return Sheet([cell.strip(" \ufeff") for cell in header], rows, separator, encoding)


def _rows_of_workbook(path: Path) -> list[tuple[int, list[str]]]:
    import openpyxl  # those who save CSV need not wait for it

    try:
        with zipfile.ZipFile(path) as parts:
            if sum(part.file_size for part in parts.infolist()) > UNPACKED:
                raise ValueError
        with warnings.catch_warnings(action="ignore"):  # of styles and filters that it does not know
            table = openpyxl.load_workbook(path, read_only=True, data_only=True).worksheets[0]
            return [
                (number, [_typed(value) for value in row])
                for number, row in enumerate(table.iter_rows(values_only=True, **MOST), start=1)
            ]
    except (zipfile.BadZipFile, LookupError, ValueError, TypeError, SyntaxError, EOFError, OSError) as error:
        raise SheetError(f"{path.name}: the workbook cannot be read. Remedy: save it as CSV (UTF-8).") from error


def _typed(value: object) -> str:
    """Return a cell as it was typed: a spreadsheet keeps 2 as 2.0, and a day as its midnight."""
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def as_csv(path: Path) -> bytes:
    """Return the content of a table as a CSV file: of a workbook made anew, else as it is. Raises SheetError."""
    if path.suffix.lower() != WORKBOOK:
        return path.read_bytes()
    sheet = read_sheet(path)
    return csv_text([sheet.header, *(cells for _, cells in sheet.rows)]).encode()


def csv_text(rows: Iterable[Iterable], separator: str = ",") -> str:
    """Return rows, the header among them, as the text of a CSV file."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator, lineterminator="\n").writerows(rows)
    return text.getvalue()
