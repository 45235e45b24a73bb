"""Write files whole or not at all, and read and write rows as the text of a CSV file."""

import contextlib
import csv
import io
from collections.abc import Iterable
from pathlib import Path

from .problems import CaseError


def write_atomically(path: Path, text: str, encoding: str = "utf-8") -> None:
    """Write a text file with LF line ends; a reader meanwhile, or after a crash, sees the old file or the new one.

    Raises OSError, which names the file; then nothing is left of it, on a full disk for one.
    """
    draft = path.with_name(f".{path.name}.new")
    try:
        draft.write_text(text, encoding=encoding, newline="\n")
        draft.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise OSError(error.errno, error.strerror, str(path)) from error


def csv_text(rows: Iterable[Iterable], separator: str = ",") -> str:
    """Return rows, the header among them, as the text of a CSV file with LF line ends."""
    file = io.StringIO()
    csv.writer(file, delimiter=separator, lineterminator="\n").writerows(rows)
    return file.getvalue()


def csv_rows(text: str, separator: str = ",", *, file: str, first: int = 1) -> list[list[str]]:
    """Return the rows of a CSV file, the header among them. Raises CaseError.

    file and first: its name, and the number of its first row, for the error.
    """
    rows = []
    try:
        rows.extend(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        remedy = "close every quotation mark, and double those inside a cell, or let a spreadsheet save it"
        raise CaseError(f"not CSV from here on ({error})", remedy, file=file, row=len(rows) + first) from error
    return rows
