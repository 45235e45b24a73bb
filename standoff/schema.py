"""Read what a descriptor says about tables and columns, and check the cells of a case against it.

This is the one validator of a cell: what `load` reads and what `check` accepts is the same by construction. A library
for Data Packages, frictionless, is an oracle of the tests alone. It certifies there every package that the project
publishes or lets a reader make, and that nothing is accepted here which the standard forbids. At run time it would put
25 packages more into every student's installation, to say less of a cell than is said here.
"""

import contextlib
import copy
import csv
import datetime
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .problems import CaseError, Problem, Row

DESCRIPTOR = "datapackage.json"
TYPES = {  # by the type of a field: what its cells look like, how they are read, and words with an example
    "string": ("(?s).*", str, "text"),
    "integer": ("[+-]?[0-9]{1,18}", int, "a whole number such as 12"),  # more digits do not fit into a column of pandas
    "number": (r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", float, "a number such as 12 or 0.5"),
    "boolean": ("true|True|TRUE|1|false|False|FALSE|0", lambda cell: cell.lower() in ("true", "1"), "true or false"),
    "date": ("[0-9]{4}-[0-9]{2}-[0-9]{2}", datetime.datetime.fromisoformat, "a date such as 2024-05-09"),
}
CONSTRAINTS = {"required", "enum", "pattern", "minimum", "maximum"}
SEAL = ("hash", "bytes")  # see standoff/seal.py
SOURCES = {"report": {"spans", "actors", "claims"}, "witnesses": {"witnesses", "passages", "traces"}}  # by their tables


def read_package(folder: Path) -> dict:
    """Read the descriptor of a case, as a dict. Raises CaseError if it lacks what the library needs of each table."""
    try:
        package = json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8-sig"))
        datetime.date.fromisoformat(package.get("reportDate") or "2022-02-15")
        names = [resource["name"] for resource in package["resources"]]
        if len(names) > len({*names}):
            raise ValueError("a table is described twice")
        for resource in package["resources"]:
            _expect_described(resource)
    except json.JSONDecodeError as error:
        remedy = "correct the comma, bracket or quotation mark at this line"
        raise CaseError(f"not JSON: {error.msg}", remedy, file=DESCRIPTOR, row=error.lineno) from error
    except UnicodeDecodeError as error:
        raise CaseError("not UTF-8", "save it as UTF-8", file=DESCRIPTOR) from error
    except (AttributeError, LookupError, TypeError, ValueError, RecursionError, re.error) as error:
        remedy = "give each resource one name, a path and a schema with fields, and reportDate as 2024-05-09"
        raise CaseError(f"not a description of tables ({error})", remedy, file=DESCRIPTOR) from error
    return package


def _expect_described(resource: dict) -> None:
    """Use all that the library uses of a table's description; whatever is missing raises its own error."""
    path, names = Path(resource["path"]), columns_of(resource)
    if path.is_absolute() or ".." in path.parts:
        raise ValueError(f"{path} leads outside the folder")
    if len(names) > len({*names}):
        raise ValueError(f"a column of {resource['name'].strip()} is described twice")
    {*primary_key(resource), *references(resource)}
    for field in resource["schema"]["fields"]:
        constraints, _ = field.get("constraints", {}), field["name"].strip()
        if field["type"] not in TYPES:
            raise ValueError(f"{field['name']} is of the type {field['type']}, but there are {', '.join(TYPES)}")
        re.compile(constraints.get("pattern", ""))
        constraints.get("minimum", 0) + constraints.get("maximum", 0)
        ", ".join(vocabulary(field))


def resource_of(package: dict, table: str) -> dict:
    """Return what a descriptor says of a table. Raises KeyError."""
    return {resource["name"]: resource for resource in package["resources"]}[table]


def field_of(package: dict, table: str, column: str) -> dict:
    """Return what a descriptor says of a column of a table. Raises KeyError."""
    return {field["name"]: field for field in resource_of(package, table)["schema"]["fields"]}[column]


def columns_of(resource: dict) -> list[str]:
    """Return the columns of a table, in order."""
    return [field["name"] for field in resource["schema"]["fields"]]


def primary_key(resource: dict) -> list[str]:
    """Return the columns that identify a row of a table; none if the descriptor names none."""
    return _listed(resource["schema"].get("primaryKey", []))


def is_required(field: dict) -> bool:
    """Return whether a field may not be empty."""
    return bool(field.get("constraints", {}).get("required"))


def vocabulary(field: dict) -> list[str]:
    """Return the values of a field's `categories`, in order; none if it has none."""
    return [category["value"] if isinstance(category, dict) else category for category in field.get("categories", [])]


def references(resource: dict) -> dict[str, str]:
    """Return the columns of a table that name rows of tables of the same case: the name of that table, by column."""
    return {column: link.table for link in _links(resource) if link.table for column in link.columns}


def pointers(resource: dict) -> set[str]:
    """Return the columns of a table that name what is elsewhere: rows of a table of any case, or what a file has."""
    return {column for link in _links(resource) for column in link.columns}


@dataclass(frozen=True)
class _Link:
    """Columns whose cells name rows of a table of the same case, or what a file has, or one of the names `besides`."""

    columns: list[str]
    table: str | None
    path: str | None
    keys: list[str]
    separator: str = ""  # between several names in one cell
    besides: tuple[str, ...] = ()


def _links(resource: dict) -> Iterator[_Link]:
    """Yield the links of a table: its `foreignKeys`, and what its fields are `foundIn`.

    This is the `column` of a `resource`, or of the table of another case, whose `path` is given from the descriptor's
    folder, or the keys of a bibliography (.bib) at that path.
    """
    for key in resource["schema"].get("foreignKeys", []):
        other = key["reference"].get("resource") or resource["name"]
        yield _Link(_listed(key["fields"]), other, None, _listed(key["reference"]["fields"]))
    for field in resource["schema"]["fields"]:
        if origin := field.get("foundIn"):
            keys = [origin["column"]] if "resource" in origin else _listed(origin.get("column", []))
            besides = tuple(origin.get("besides", []))
            separator = field.get("separator", "")
            yield _Link([field["name"]], origin.get("resource"), origin.get("path"), keys, separator, besides)


def _listed(names: str | list[str]) -> list[str]:
    return [names] if isinstance(names, str) else names


# ---- cells ----


def parse(cell: str, field: dict) -> object:
    """Return the value of a cell by its field's type, None if it is empty. Raises ValueError if it is not allowed."""
    if cell == "":
        if is_required(field):
            raise ValueError("the cell is empty")
        return None
    if "categories" in field and cell not in vocabulary(field):
        raise ValueError(f"{cell!r} is not one of {', '.join(vocabulary(field))}")
    shape, convert_cell, example = TYPES[field["type"]]
    constraints = field.get("constraints", {})
    try:
        if not re.fullmatch(shape, cell):
            raise ValueError
        value = convert_cell(cell)
    except ValueError:
        raise ValueError(f"{cell!r} is not {example}") from None
    if "pattern" in constraints and not re.fullmatch(constraints["pattern"], cell, re.ASCII):
        raise ValueError(f"{cell!r} is not allowed{_strange(cell)}")
    if field["type"] in ("integer", "number"):
        if value < constraints.get("minimum", value):
            raise ValueError(f"{cell!r} is not allowed: it is less than {constraints['minimum']}")
        if value > constraints.get("maximum", value):
            raise ValueError(f"{cell!r} is not allowed: it is more than {constraints['maximum']}")
    return value


def _strange(cell: str) -> str:
    """Name the first character that only looks like a plain one, or cannot be seen; no identifier or date has any."""
    strange = next((character for character in cell if not character.isascii()), "")
    return strange and f": it has the character {unicodedata.name(strange, f'U+{ord(strange):04X}')}"


def advice(field: dict) -> str:
    """Say what to write into a cell of this field."""
    if vocabulary(field):
        return "write one of them; the codebook says what each means"
    words = field.get("description", "correct it").rstrip(".")
    return f"{words}, as {field['example']}" if "example" in field else words


def convert(rows: list[Row], field: dict) -> list[Problem]:
    """Put values in place of the cells of a column; return what is wrong with the cells that stay as they are."""
    column, problems, known = field["name"], [], {}
    for row in rows:
        cell = row[column]
        try:
            if cell not in known:  # most columns say the same few things again and again
                known[cell] = parse(cell, field)
            row[column] = known[cell]
        except ValueError as error:
            row.unread.add(column)
            problems.append(row.wrong(column, str(error), advice(field)))
    return problems


# ---- tables ----


def descriptor_problems(package: dict) -> Iterator[Problem]:
    """Yield what would be valid by the standard, but is not what this library holds cells against."""
    if not package["resources"]:
        yield Problem("it describes no table", "restore it, or take the tables from data/report", DESCRIPTOR)
    for resource in package["resources"]:
        for field in resource["schema"]["fields"]:
            column, constraints = f"{resource['name']}.{field['name']}", field.get("constraints", {})
            if vocabulary(field) != constraints.get("enum", []):  # People read the first, other programs the second.
                remedy = "let `standoff schema` write constraints.enum"
                yield Problem("categories and constraints.enum differ", remedy, DESCRIPTOR, column=column)
            if unknown := constraints.keys() - CONSTRAINTS:
                message = f"nothing here checks {', '.join(sorted(unknown))}"
                yield Problem(message, f"use {', '.join(sorted(CONSTRAINTS))}", DESCRIPTOR, column=column)


def key_problems(resource: dict, rows: list[Row]) -> Iterator[Problem]:
    """Yield the rows of a table, converted, whose identifier is empty or taken."""
    columns, first = primary_key(resource), {}
    if unknown := {*columns} - {*columns_of(resource)}:
        yield _no_column(f"{resource['name']}.primaryKey", unknown)
        return
    for row in rows if columns else []:
        key = tuple(row[column] for column in columns)
        if row.unread.intersection(columns):
            continue
        if None in key:
            yield row.wrong(", ".join(columns), "the identifier is empty", "give the row an identifier")
        elif first.setdefault(key, row) is not row:
            message = f"row {first[key].line} has the same identifier"
            yield row.wrong(", ".join(columns), message, "one of the two was changed or copied: give each row its own")


def link_problems(folder: Path, package: dict, tables: dict[str, list[Row]]) -> Iterator[Problem]:
    """Yield the cells that name what is not there.

    tables: the rows of each table that could be read, converted, by its name.
    """
    columns = {resource["name"]: {*columns_of(resource)} for resource in package["resources"]}
    for resource in package["resources"]:
        for link in _links(resource):
            address = {"file": resource["path"], "column": ", ".join(link.columns)}
            where = f"neither {' nor '.join(link.besides)} nor in" if link.besides else "not in"
            if link.path:
                where = f"{where} {Path(link.path).name}"
                try:
                    known = _names_in(folder / link.path, *link.keys)
                except (OSError, KeyError, UnicodeError, csv.Error) as error:
                    remedy = f"restore it, or correct foundIn in {DESCRIPTOR}"
                    yield Problem(f"{link.path} cannot be read ({error})", remedy, **address)
                    continue
            elif link.table not in columns:
                remedy = f"describe it again, or correct the reference to it, in {DESCRIPTOR}"
                yield Problem(f'the table "{link.table}" does not exist', remedy, **address)
                continue
            elif unknown := ({*link.columns} - columns[resource["name"]]) | ({*link.keys} - columns[link.table]):
                yield _no_column(f"{resource['name']}.foreignKeys", unknown)
                continue
            elif link.table in tables:
                where = f"{where} the table {link.table}"
                known = {tuple(row[key] for key in link.keys) for row in tables[link.table]}
            else:
                continue
            known |= {(name,) for name in link.besides}
            yield from _strangers(tables.get(resource["name"], []), link.columns, known, where, link.separator)


def _names_in(path: Path, column: str = "") -> set[tuple[str]]:
    """Return the names in a column of a table, or the keys of a bibliography, each as a tuple of one name."""
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix == ".bib":
        return {(key,) for key in re.findall(r"^@\w+\{([^,\s]+),", text, re.M)}
    return {(row[column],) for row in csv.DictReader(text.splitlines())}


def _strangers(rows: list[Row], columns: list[str], known: set[tuple], where: str, separator: str) -> Iterator[Problem]:
    """Yield the cells that name what is not known; `where` says so in words."""
    for row in rows:
        names = [tuple(row[column] for column in columns)]
        if separator and row[columns[0]]:
            names = [(name,) for name in row[columns[0]].split(separator)]
        for name in names:
            if name not in known and {*name} != {None} and not row.unread.intersection(columns):
                words = " ".join(map(str, name))
                yield row.wrong(", ".join(columns), f"{words!r} is {where}", "add it there, or correct it here")


def _no_column(address: str, unknown: set[str]) -> Problem:
    remedy = "name columns that the table has"
    return Problem(f"{', '.join(sorted(unknown))} is not a column", remedy, DESCRIPTOR, column=address)


# ---- one source of tables for several cases ----


def renewed(package: dict, source: dict) -> dict:
    """Return a descriptor with the tables of another one, its `source`, and with each `constraints.enum` as `categories`.

    Its head and its seals stay, and so do its topics, the tables of other cases in which names are found, and the tables
    that the source does not have.
    """
    package, source = copy.deepcopy(package), unsealed(copy.deepcopy(source))
    seals = {table["name"]: {key: table[key] for key in SEAL if key in table} for table in package["resources"]}
    tables = {resource["name"] for resource in source["resources"]}
    paths = {Path(origin["path"]).name: origin["path"] for _, _, origin in _origins(package)}
    for _, _, origin in _origins(source):  # a table that is new here has its names where the others have theirs
        origin["path"] = paths.get(Path(origin["path"]).name, origin["path"])
    for table, column, origin in _origins(package):
        with contextlib.suppress(KeyError):
            field_of(source, table, column)["foundIn"] = origin
    for table in ("claims", "passages"):
        with contextlib.suppress(KeyError):
            field_of(source, table, "topic")["categories"] = field_of(package, table, "topic")["categories"]
    others = [resource for resource in package["resources"] if resource["name"] not in tables]
    own = [table | seals.get(table["name"], {}) for table in source["resources"]]
    package["resources"] = [*own, *others]
    for resource in package["resources"]:
        for field in resource["schema"]["fields"]:
            if vocabulary(field):
                field["constraints"] = {**field.get("constraints", {}), "enum": vocabulary(field)}
    return package


def unsealed(package: dict) -> dict:
    """Return a descriptor without the seals that `standoff.seal` puts on it."""
    tables = [{key: value for key, value in table.items() if key not in SEAL} for table in package["resources"]]
    return {key: value for key, value in package.items() if key not in SEAL} | {"resources": tables}


def source_of(package: dict) -> str | None:
    """Return the name of the case that defines the tables of this one; None if it has tables of its own."""
    tables = {resource["name"] for resource in package["resources"]}
    return next((name for name, marks in SOURCES.items() if marks & tables), None)


def foreign_definitions(package: dict, source: dict) -> Iterator[Problem]:
    """Yield the tables, columns and keys that are defined differently from the source; there may be more of them."""
    origin, tables = source_of(source), {resource["name"]: resource for resource in package["resources"]}
    for right in renewed(package, source)["resources"]:
        name = right["name"]
        if name not in tables:
            yield _foreign(origin, name, "the table is not described")
            continue
        table, schema = tables[name], tables[name]["schema"]
        for key in sorted((right.keys() | table.keys()) - {"schema", *SEAL}):
            if table.get(key) != right.get(key):
                yield _foreign(origin, f"{name}.{key}", "it is a different one")
        if primary_key(table) != primary_key(right):
            yield _foreign(origin, f"{name}.primaryKey", "it is a different one")
        if any(key not in schema.get("foreignKeys", []) for key in right["schema"].get("foreignKeys", [])):
            yield _foreign(origin, f"{name}.foreignKeys", "one of them is missing or different")
        if schema.get("missingValues", [""]) != [""]:
            yield _foreign(origin, f"{name}.missingValues", "only an empty cell is a missing value")
        names, fields = columns_of(right), {field["name"]: field for field in schema["fields"]}
        if [column for column in fields if column in names] != names:
            yield _foreign(origin, name, "a column is missing, or they are in another order")
        for field in right["schema"]["fields"]:
            if field["name"] in fields and fields[field["name"]] != field:
                yield _foreign(origin, f"{name}.{field['name']}", "the column is described differently")


def _foreign(origin: str, address: str, message: str) -> Problem:
    remedy = f"run `standoff schema` for this case; to keep the change, make it in data/{origin} first"
    return Problem(f"not as in data/{origin}: {message}", remedy, DESCRIPTOR, column=address)


def _origins(package: dict) -> Iterator[tuple[str, str, dict]]:
    """Yield table, column and `foundIn` of each field whose names are found in another folder."""
    for resource in package["resources"]:
        for field in resource["schema"]["fields"]:
            if "path" in field.get("foundIn", {}):
                yield resource["name"], field["name"], field["foundIn"]


def descriptor_text(package: dict) -> str:
    """Return a descriptor as the text of its file."""
    return json.dumps(package, indent=1, ensure_ascii=False) + "\n"
