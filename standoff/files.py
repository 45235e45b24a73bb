"""Write files whole or not at all, and rows as the text of a CSV file."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path


def write_atomically(path: Path, text: str, encoding: str = "utf-8") -> None:
    """Write a text file with LF line ends; whoever reads it meanwhile, or after a crash, sees the old one or the new."""
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(text, encoding=encoding, newline="\n")
    draft.replace(path)


def csv_text(rows: Iterable[Iterable], separator: str = ",") -> str:
    """Return rows, the header among them, as the text of a CSV file with LF line ends."""
    file = io.StringIO()
    csv.writer(file, delimiter=separator, lineterminator="\n").writerows(rows)
    return file.getvalue()
