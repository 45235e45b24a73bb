"""A case: one report as a folder of tables, described by its datapackage.json, loaded with pandas alone."""

import csv
import datetime
import html
import io
import json
import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from .text import paragraphs, read_text

DESCRIPTOR = "datapackage.json"
NARRATOR = "narrator"  # the report's own voice, a source without a row in the table actors


@dataclass(frozen=True)
class Problem:
    """Something wrong in a case: where, what, and what to do about it.

    `row` is the number that a spreadsheet shows beside the row (the header is 1); `row` and `column` are None where
    the problem is not in one row or column.
    """

    file: str
    row: int | None
    column: str | None
    message: str
    remedy: str

    def __str__(self):
        place = self.file if self.row is None else f"{self.file}:{self.row}"
        return f"{place} {self.column or ''}".rstrip() + f": {self.message}. Remedy: {self.remedy}."


class CaseError(ValueError):
    """A case that cannot be loaded; `.problem` says where, why, and what to do."""

    def __init__(self, *place_and_words):
        self.problem = Problem(*place_and_words)
        super().__init__(str(self.problem))


class Case:
    """The tables of one case, each a typed DataFrame: `case.claims`, or `case["claims"]`.

    name: of the folder; title: of the descriptor; date: the day of the text, a Timestamp (NaT if it is not known);
    package: the descriptor as a dict; folder: its Path;
    text: Path of article.txt if the case ships its text, else None; tables: dict of DataFrames.
    """

    def __init__(self, folder, package, tables):
        self.folder = folder
        self.name = folder.name
        self.package = package
        self.title = package.get("title", self.name)
        self.date = pd.Timestamp(package.get("reportDate"))
        self.text = text_of(folder)
        self.tables = tables

    def __getitem__(self, table):
        return self.tables[table]

    def __getattr__(self, table):
        try:
            return self.__dict__["tables"][table]
        except KeyError:
            raise AttributeError(f"case {self.__dict__.get('name')!r} has no table {table!r}") from None

    def __dir__(self):
        return [*super().__dir__(), *self.tables]

    def resource(self, table: str) -> dict:
        """Return what the descriptor says of a table. Raises KeyError."""
        return resource_of(self.package, table)

    def field(self, table: str, column: str) -> dict:
        """Return what the descriptor says of a column. Raises KeyError."""
        return field_of(self.package, table, column)

    @property
    def paragraph_texts(self) -> list[str] | None:
        """The canonical paragraphs of the text that the case ships (see `standoff.text`), or None if it ships none."""
        return paragraphs(read_text(self.text)) if self.text else None

    @property
    def paragraph_of(self) -> pd.Series:
        """The number of the paragraph in which each span begins, by span_id."""
        return self["spans"].sort_values("part").groupby("span_id")["paragraph"].first()

    @property
    def names(self) -> pd.Series:
        """The name of each source that a claim may have, by actor_id; that of `narrator` is "the narrator"."""
        actors = self["actors"].set_index("actor_id")["name"]
        return pd.concat([actors, pd.Series({NARRATOR: "the narrator"}, name="name")])

    def codebook(self):
        """A DataFrame with one row per column of a table: table, column, type, required, description (str, bool)."""
        return pd.DataFrame(
            {
                "table": resource["name"],
                "column": field["name"],
                "type": field["type"],
                "required": is_required(field),
                "description": field.get("description", ""),
            }
            for resource in self.package["resources"]
            for field in resource["schema"]["fields"]
        )

    def _overview(self):
        titles = {resource["name"]: resource.get("title", "") for resource in self.package["resources"]}
        rows = [(name, len(table), titles[name]) for name, table in self.tables.items()]
        return pd.DataFrame(rows, columns=["table", "rows", "content"])

    def __repr__(self):
        return f"{self.title} ({self.name})\n{self._overview().to_string(index=False)}"

    def _repr_html_(self):
        return f"<p>{html.escape(f'{self.title} ({self.name})')}</p>{self._overview().to_html(index=False)}"


def load(name_or_path="report"):
    """Load a case: `load("report")`, `load("practice")`, or `load(path_to_a_folder)`.

    A name is looked up as data/<name> beside this package, then in the current folder and the folders above it.
    The types come from the case's datapackage.json:

    ===========================  ==========================================================
    in the descriptor            in pandas
    ===========================  ==========================================================
    integer                      int64 if required, else Int64 (missing: <NA>)
    number                       float64 (missing: NaN)
    boolean                      bool if required, else boolean (missing: <NA>)
    date                         datetime64 (missing: NaT)
    string with `categories`     Categorical in the codebook's order (missing: NaN);
                                 ordered only where the codebook says so
    any other string             str (an empty cell is missing: NaN)
    ===========================  ==========================================================

    Raises CaseError, which names file, row, column and remedy.
    """
    folder = find(name_or_path)
    package = read_package(folder)
    tables = {resource["name"]: _frame(folder, resource) for resource in package["resources"]}
    return Case(folder, package, tables)


def find(name_or_path):
    """The folder (an absolute Path) of a case, given its name or path. Raises CaseError if there is none."""
    here = Path.cwd()
    roots = [Path(__file__).resolve().parents[1], here, *here.parents]
    for folder in (Path(name_or_path), *(root / "data" / name_or_path for root in roots)):
        if (folder / DESCRIPTOR).is_file():
            return folder.resolve()
    raise CaseError(
        str(name_or_path),
        None,
        None,
        f"no case of this name (a folder with {DESCRIPTOR})",
        "give the name of a folder in data/, or the path of one",
    )


def resource_of(package: dict, table: str) -> dict:
    """Return what a descriptor says of a table. Raises KeyError."""
    return {resource["name"]: resource for resource in package["resources"]}[table]


def field_of(package: dict, table: str, column: str) -> dict:
    """Return what a descriptor says of a column of a table. Raises KeyError."""
    return {field["name"]: field for field in resource_of(package, table)["schema"]["fields"]}[column]


def text_of(folder):
    """The Path of the text that the case ships, or None."""
    path = folder / "article.txt"
    return path if path.is_file() else None


def read_package(folder):
    """The descriptor of a case, as a dict in which every table has a name, a path, and fields with name and type."""
    try:
        package = json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8-sig"))
        for resource in package["resources"]:
            resource["name"], resource["path"].strip()
            for field in resource["schema"]["fields"]:
                field["name"], field["type"]
    except json.JSONDecodeError as error:
        words = f"not JSON: {error.msg}", "mend the comma, bracket or quotation mark at this line"
        raise CaseError(DESCRIPTOR, error.lineno, None, *words) from error
    except UnicodeDecodeError as error:
        raise CaseError(DESCRIPTOR, None, None, "not UTF-8", "save it as UTF-8") from error
    except (AttributeError, KeyError, TypeError) as error:
        words = f"not the description of tables ({error})", "give each resource a name, a path and a schema with fields"
        raise CaseError(DESCRIPTOR, None, None, *words) from error
    return package


def read_table(folder, resource):
    """The cells of a table as a list of rows of str, without the header; row i of it is row i + 2 of a spreadsheet.

    Raises CaseError if the file is missing, is no comma-separated UTF-8 file, or if its header or the number of
    cells in a row is not what the descriptor says.
    """
    name = resource["path"]
    rows = _csv_rows(folder / name, name)
    columns = [field["name"] for field in resource["schema"]["fields"]]
    if rows[0] != columns:
        raise CaseError(name, 1, *_header_problem(rows[0], columns))
    for number, cells in enumerate(rows[1:], start=2):
        if not cells:
            raise CaseError(name, number, None, "the row is empty", "delete it")
        if len(cells) != len(columns):
            message = f"{cells[0] or 'the row'} has {len(cells)} cells, the header {len(columns)}"
            remedy = "put a cell that holds a comma in double quotation marks, and write empty cells too"
            raise CaseError(name, number, None, message, remedy)
    return rows[1:]


def _csv_rows(path, name):
    save_as = "save the table as CSV UTF-8 (comma-separated)"
    if not path.is_file():
        raise CaseError(name, None, None, "the file is missing", f"restore it, or take it out of {DESCRIPTOR}")
    data = path.read_bytes()
    if b"\0" in data or data.startswith(b"PK"):
        raise CaseError(name, None, None, "this is not a text file", save_as)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        raise CaseError(name, row, None, "a character is not UTF-8", save_as) from error
    rows = []
    try:
        rows.extend(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        remedy = "close every quotation mark, and double those inside a cell"
        raise CaseError(name, len(rows) + 1, None, f"not CSV from here on ({error})", remedy) from error
    if not rows:
        raise CaseError(name, None, None, "the file is empty", "write the header and the rows")
    if len(rows[0]) == 1 and re.search("[;\t]", rows[0][0]):
        raise CaseError(name, 1, None, "the cells are not separated by commas", save_as)
    return rows


def _header_problem(header, columns):
    """Column, message and remedy for a header that is not `columns`."""
    remedy = f"the header is {','.join(columns)}"
    for column in columns:
        if header.count(column) != 1:
            return column, f"the column {column} stands {header.count(column)} times in the header", remedy
    for column in header:
        if column not in columns:
            return column or None, f"the column {column!r} is not described in {DESCRIPTOR}", remedy
    return None, "the columns are in another order", remedy


def is_required(field):
    """Whether a field may not be empty (bool)."""
    return bool(field.get("constraints", {}).get("required"))


def vocabulary(field):
    """The values of a field's `categories`, in order, as a list of str; empty if it has none."""
    return [category["value"] if isinstance(category, dict) else category for category in field.get("categories", [])]


def parse(cell, field):
    """The Python value of a cell (str) by its field's type; None if it is empty. Raises ValueError."""
    if cell == "":
        if is_required(field):
            raise ValueError("the cell is empty")
        return None
    if "categories" in field and cell not in vocabulary(field):
        raise ValueError(f"{cell!r} is not one of {', '.join(vocabulary(field))}")
    try:
        return PARSERS.get(field["type"], str)(cell)
    except (KeyError, ValueError):
        raise ValueError(f"{cell!r} is not {EXAMPLES[field['type']]}") from None


def _integer(cell):
    if not re.fullmatch(r"[+-]?[0-9]+", cell):  # int() alone would also take "1_000" and " 7"
        raise ValueError
    return int(cell)


BOOLEANS = dict.fromkeys(["true", "True", "TRUE", "1"], True) | dict.fromkeys(["false", "False", "FALSE", "0"], False)
PARSERS = {
    "integer": _integer,
    "number": float,
    "boolean": BOOLEANS.__getitem__,
    "date": lambda cell: datetime.datetime.strptime(cell, "%Y-%m-%d"),
}
EXAMPLES = {
    "integer": "a whole number such as 12",
    "number": "a number such as 12 or 0.5",
    "boolean": "true or false",
    "date": "a date such as 2024-05-09",
}


def _frame(folder, resource):
    """One table as a DataFrame, typed as `load` says."""
    rows = read_table(folder, resource)
    fields = resource["schema"]["fields"]
    series = {}
    for position, field in enumerate(fields):
        values = []
        for number, cells in enumerate(rows, start=2):
            try:
                values.append(parse(cells[position], field))
            except ValueError as error:
                place = resource["path"], number, field["name"]
                message = f"{cells[0] or 'row'}: {error}"
                raise CaseError(*place, message, field.get("description", "correct it").rstrip(".")) from None
        series[field["name"]] = pd.Series(values, dtype=_dtype(field))
    return pd.DataFrame(series)


def _dtype(field):
    if "categories" in field:
        return pd.CategoricalDtype(vocabulary(field), ordered=field.get("categoriesOrdered", False))
    required = is_required(field)
    return {
        "integer": "int64" if required else "Int64",
        "number": "float64",
        "boolean": "bool" if required else "boolean",
        "date": "datetime64[s]",
    }.get(field["type"], "str")
