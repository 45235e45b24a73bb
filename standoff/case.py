"""Load a case: one report as a folder of tables, described by its datapackage.json, as pandas DataFrames."""

import contextlib
import html
import re
from pathlib import Path

import pandas as pd

from .files import csv_rows, csv_text
from .problems import CaseError, Row
from .schema import (
    DESCRIPTOR,
    columns_of,
    convert,
    field_of,
    is_required,
    primary_key,
    read_package,
    resource_of,
    vocabulary,
)
from .text import paragraphs, read_text

NARRATOR = "narrator"  # the report's own voice, a source without a row in the table actors


class Case:
    """The tables of one case, each a typed DataFrame: `case.claims`, or `case["claims"]`.

    name: of the folder; title: of the descriptor; date: the day of the text, a Timestamp (NaT if it is not known);
    package: the descriptor as a dict; folder: its Path;
    text: Path of article.txt if the case ships its text, else None; tables: dict of DataFrames.
    """

    def __init__(self, folder: Path, package: dict, tables: dict[str, pd.DataFrame]):
        self.folder = folder
        self.name = folder.name
        self.package = package
        self.title = package.get("title", self.name)
        self.date = pd.Timestamp(package.get("reportDate"))
        self.text = text_of(folder)
        self.tables = tables

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.tables[table]

    def __getattr__(self, table: str) -> pd.DataFrame:
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

    def codebook(self) -> pd.DataFrame:
        """Return a row for each column of each table: table, column, type, description (str), required (bool)."""
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

    def _overview(self) -> pd.DataFrame:
        titles = {resource["name"]: resource.get("title", "") for resource in self.package["resources"]}
        rows = [(name, len(table), titles.get(name, "")) for name, table in self.tables.items()]
        return pd.DataFrame(rows, columns=["table", "rows", "content"])

    def __repr__(self):
        return f"{self.title} ({self.name})\n{self._overview().to_string(index=False)}"

    def _repr_html_(self):
        return f"<p>{html.escape(f'{self.title} ({self.name})')}</p>{self._overview().to_html(index=False)}"


def load(name_or_path: str | Path = "report") -> Case:
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

    Raises CaseError, which names file, row, column and remedy, if a cell is not what its field allows.
    """
    folder = find(name_or_path)
    package = read_package(folder)
    tables = {resource["name"]: _frame(folder, resource) for resource in package["resources"]}
    return Case(folder, package, tables)


def find(name_or_path: str | Path) -> Path:
    """Return the folder, as an absolute Path, of a case, given its name or path. Raises CaseError if there is none."""
    here = Path.cwd()
    roots = [Path(__file__).resolve().parents[1], here, *here.parents]
    for folder in (Path(name_or_path), *(root / "data" / name_or_path for root in roots)):
        if (folder / DESCRIPTOR).is_file():
            return folder.resolve()
    remedy = "give the name of a folder in data/, or the path of one"
    raise CaseError(f"there is no case of this name (a folder with {DESCRIPTOR})", remedy, file=str(name_or_path))


def name_of(folder: Path) -> str:
    """Return what to give to `find` for the folder of a case: the end of its path if that is enough, else all of it."""
    for length in range(1, len(folder.parts)):
        name = Path(*folder.parts[-length:])
        with contextlib.suppress(CaseError):
            if find(name) == folder:
                return name.as_posix()
    return str(folder)


def text_of(folder: Path) -> Path | None:
    """Return the path of the text that the case ships, or None."""
    path = folder / "article.txt"
    return path if path.is_file() else None


def read_table(folder: Path, resource: dict) -> list[Row]:
    """Read the rows of a table; their cells are str as yet (see `standoff.schema.convert`).

    Raises CaseError if the file is missing, is not a comma-separated UTF-8 file, or if its header or the number of
    cells in a row is not what the descriptor says.
    """
    name, columns = resource["path"], columns_of(resource)
    header, *lines = _csv_rows(folder / name, name)
    if header != columns:
        column, message = _header_problem(header, columns)
        raise CaseError(message, f"the header is {','.join(columns)}", file=name, row=1, column=column)
    rows, keys = [], [column for column in primary_key(resource) if column in columns]
    for line, cells in enumerate(lines, start=2):
        if not cells:
            raise CaseError(
                "the row is empty",
                "restore what was there; if there was nothing, take the line out",
                file=name,
                row=line,
            )
        if len(cells) != len(columns):
            message = f"{cells[0] or 'the row'} has {len(cells)} cells, the header {len(columns)}"
            remedy = "put double quotation marks around a cell that contains a comma, and write empty cells, too"
            raise CaseError(message, remedy, file=name, row=line)
        row = Row(zip(columns, cells), key="", file=name, line=line)
        row.key = " ".join([row[column] for column in keys]) or f"row {line}"
        rows.append(row)
    return rows


def table_text(folder: Path, name: str) -> str:
    """Return a table as this library writes it: its cells as they are, whichever program saved them. Raises CaseError."""
    return csv_text(_csv_rows(folder / name, name))


def _csv_rows(path: Path, name: str) -> list[list[str]]:
    save_as = "save the table as CSV UTF-8 (comma-separated)"
    if not path.is_file():
        raise CaseError("the file is missing", f"restore it, or correct its path in {DESCRIPTOR}", file=name)
    data = path.read_bytes()
    if b"\0" in data or data.startswith(b"PK"):
        raise CaseError("this is not a text file", save_as, file=name)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        raise CaseError("a character is not UTF-8", save_as, file=name, row=row) from error
    rows = csv_rows(text, file=name)
    if not rows:
        raise CaseError("the file is empty", "write the header and the rows", file=name)
    if len(rows[0]) == 1 and re.search("[;\t]", rows[0][0]):
        raise CaseError("the cells are not separated by commas", save_as, file=name, row=1)
    return rows


def _header_problem(header: list[str], columns: list[str]) -> tuple[str | None, str]:
    """Return the column, and what is wrong, for a header that is not `columns`."""
    for column in columns:
        if header.count(column) != 1:
            return column, f"the column {column} is in the header {header.count(column)} times"
    for column in header:
        if column not in columns:
            return column or None, f"the column {column!r} is not described in {DESCRIPTOR}"
    return None, "the columns are in another order"


def _frame(folder: Path, resource: dict) -> pd.DataFrame:
    """Read a table, typed as `load` says."""
    rows = read_table(folder, resource)
    series = {}
    for field in resource["schema"]["fields"]:
        if problems := convert(rows, field):
            raise CaseError(**vars(problems[0]))
        series[field["name"]] = pd.Series([row[field["name"]] for row in rows], dtype=_dtype(field))
    return pd.DataFrame(series)


def _dtype(field: dict) -> str | pd.CategoricalDtype:
    if "categories" in field:
        return pd.CategoricalDtype(vocabulary(field), ordered=field.get("categoriesOrdered", False))
    required = is_required(field)
    return {
        "integer": "int64" if required else "Int64",
        "number": "float64",
        "boolean": "bool" if required else "boolean",
        "date": "datetime64[s]",
    }.get(field["type"], "str")
