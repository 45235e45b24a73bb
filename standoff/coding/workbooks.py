"""Read the tables of a workbook (.xlsx) as a person sees them: rows of cells, each as the text that was typed."""

import contextlib
import datetime
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from ..problems import CaseError

MAX_UNPACKED = 50_000_000  # bytes; a sheet of thousands of rows has a few hundred thousand
MOST_ROWS, MOST_COLUMNS = 20_000, 100
REMEDY = "open it, and save it again as .xlsx, or each of its tables as CSV (UTF-8)"


def is_workbook(path: Path) -> bool:
    """Tell whether a file is a workbook, whatever its name: a zip file with the parts that workbooks have."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as file:
        return "xl/workbook.xml" in file.namelist()


def tabs(path: Path, file: str) -> list[str]:
    """Return the names of the tables of a workbook, in order. Raises CaseError, which calls it `file`."""
    with _opened(path, file) as book:
        return [table.title for table in book.worksheets]


def rows(path: Path, file: str, tab: str = "") -> list[list[str]]:
    """Return the rows of one table of a workbook, or of the first. Raises CaseError, which calls it `file`."""
    with _opened(path, file) as book:
        table = book[tab] if tab else book.worksheets[0]
        cells = table.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS)
        return [[_typed(cell) for cell in row][: table.max_column] for row in cells]


@contextlib.contextmanager
def _opened(path: Path, file: str) -> Iterator:
    try:
        with zipfile.ZipFile(path) as parts:
            if sum(part.file_size for part in parts.infolist()) > MAX_UNPACKED:
                raise CaseError(
                    "the workbook is larger than 50 MB", "delete what is not a sheet of the case", file=file
                )
        try:
            import openpyxl  # only those who hand in a workbook wait for it, and need it
        except ModuleNotFoundError as error:
            remedy = "run `pip install openpyxl`, or save it as CSV (UTF-8)"
            raise CaseError("a workbook is read with the package openpyxl", remedy, file=file) from error

        with warnings.catch_warnings(action="ignore"):  # of styles and filters that it does not know
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            try:
                yield book
            finally:
                book.close()
    except CaseError:
        raise
    except (
        zipfile.BadZipFile,
        KeyError,
        IndexError,
        ValueError,
        TypeError,
        SyntaxError,
        EOFError,
        zlib.error,
    ) as error:
        raise CaseError("the workbook cannot be read", REMEDY, file=file) from error


def _typed(cell) -> str:
    """Return a cell as it was typed: a spreadsheet keeps 2024-05 as a day, and 12 as 12.0."""
    value = cell.value
    if isinstance(value, datetime.datetime):
        return f"{value:%Y-%m-%d}" if "d" in cell.number_format.lower() else f"{value:%Y-%m}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
