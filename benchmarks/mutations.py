"""Measure how well the data defend themselves: how many random corruptions of the five folders of tables `standoff check` finds.

    python book.py run python benchmarks/mutations.py [TIMES] [SEED]        (default: 8 20261127)

Each kind of corruption is done TIMES to a copy of each folder, at random places; what changes nothing is not counted.
Columns: tried; found by `check` on the folder as it is published, that is sealed; of these by the rules alone, as if there
were no seal; row and column named, of those that the rules found in a single cell; remedies that say delete; tracebacks.
Harmless changes, such as another program makes in saving, must not be found. STANDOFF_ARTICLE, STANDOFF_WITNESSES: the
report's text and the folder of those of its witnesses, if at hand.
"""

import copy
import csv
import io
import json
import os
import random
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from standoff.files import csv_rows, csv_text
from standoff.problems import Problem
from standoff.rules import examine
from standoff.schema import DESCRIPTOR, columns_of, vocabulary
from standoff.seal import broken

ROOT = Path(__file__).resolve().parents[1]
NAMES = ["report", "practice", "witnesses", "practice/witnesses", "context"]  # the folders of tables, in data/
TEXTS = {
    "report": "STANDOFF_ARTICLE",
    "witnesses": "STANDOFF_WITNESSES",
}  # by folder: where texts that are not here may be
LOOK_ALIKE = str.maketrans("aceopxyAEOP", "асеорхуАЕОР")
KINDS: dict[str, tuple[str, Callable]] = {}  # by name: the group, and a function that spoils


@dataclass
class Table:
    """A table that a corruption may change: its rows as lists of str, header first, and what the descriptor says of it."""

    rows: list[list[str]]
    resource: dict
    chance: random.Random

    @property
    def fields(self) -> list[dict]:
        """The descriptions of its columns, in order."""
        return self.resource["schema"]["fields"]

    def cell(self, suits: Callable = lambda cell, field: cell) -> tuple[int, int] | None:
        """Return row and column of a random cell that suits, or None; columns are drawn first, so that each counts alike."""
        for column in self.chance.sample(range(len(self.fields)), len(self.fields)):
            rows = [n for n, row in enumerate(self.rows) if n and suits(row[column], self.fields[column])]
            if rows:
                return self.chance.choice(rows), column
        return None


def kind(group: str) -> Callable:
    """Register a kind of corruption, named as its function; the group says what it is given, and may change in place."""

    def register(function: Callable) -> Callable:
        KINDS[function.__name__.replace("_", " ")] = group, function
        return function

    return register


# ---- single cells: return the cell that was changed ----


def change(table: Table, new: Callable, suits: Callable = lambda cell, field: cell) -> tuple[int, int] | None:
    """Put new(cell, field) into a cell that suits; None if there is no such cell."""
    if place := table.cell(suits):
        row, column = place
        table.rows[row][column] = new(table.rows[row][column], table.fields[column])
    return place


def is_prose(cell: str, field: dict) -> bool:
    return len(cell.split()) > 3


def is_label(cell: str, field: dict) -> bool:
    return bool(cell and vocabulary(field))


def is_identifier(cell: str, field: dict) -> bool:
    return bool(re.fullmatch(r"[a-z]\d+", cell))


@kind("cell")
def emptied(table):
    return change(table, lambda cell, field: "")


@kind("cell")
def filled(table):
    place = table.cell(lambda cell, field: not cell)
    if place:
        values = [row[place[1]] for row in table.rows[1:] if row[place[1]]] or ["1"]
        table.rows[place[0]][place[1]] = table.chance.choice(values)
    return place


@kind("cell")
def value_of_another_row(table):
    if place := table.cell():
        table.rows[place[0]][place[1]] = table.chance.choice(table.rows[1:])[place[1]]
    return place


@kind("cell")
def values_of_two_rows_swapped(table):
    if place := table.cell():
        row, column = place
        other = table.chance.randrange(1, len(table.rows))
        rows = table.rows
        rows[row][column], rows[other][column] = rows[other][column], rows[row][column]
    return place


@kind("cell")
def another_label(table):
    return change(table, lambda cell, field: table.chance.choice(vocabulary(field)), is_label)


@kind("cell")
def label_mistyped(table):
    return change(table, lambda cell, field: cell[:-1], is_label)


@kind("cell")
def number_off_by_one(table):
    return change(
        table, lambda cell, field: str(int(cell) + table.chance.choice([-1, 1])), lambda cell, _: cell.isdecimal()
    )


@kind("cell")
def date_shifted(table):
    def shift(cell, field):
        return re.sub(r"\d\d(?!.*\d)", lambda last: f"{int(last[0]) % 28 + 1:02}", cell)

    return change(table, shift, lambda cell, _: re.fullmatch(r"\d{4}-\d\d(-\d\d)?\??", cell))


@kind("cell")
def day_that_does_not_exist(table):
    return change(table, lambda cell, _: f"{cell[:4]}-02-30", lambda cell, _: re.fullmatch(r"\d{4}-\d\d-\d\d\??", cell))


@kind("cell")
def identifier_off_by_one(table):
    return change(
        table,
        lambda cell, _: f"{cell[0]}{int(cell[1:]) + table.chance.choice([-1, 1]):0{len(cell) - 1}}",
        is_identifier,
    )


@kind("cell")
def identifier_of_nothing(table):
    return change(table, lambda cell, _: f"{cell[0]}9{cell[1:]}", is_identifier)


@kind("cell")
def part_of_a_list_lost(table):
    return change(table, lambda cell, _: cell.rpartition(";")[0], lambda cell, _: ";" in cell)


@kind("cell")
def blanks(table):
    def spoil(cell, field):
        return table.chance.choice(
            [f" {cell}", f"{cell} ", f"{cell}\u00a0", f"\u200b{cell}", cell.replace(" ", "  ", 1) + "\t"]
        )

    return change(table, spoil)


@kind("cell")
def letter_that_looks_alike(table):
    def spoil(cell, field):
        place = table.chance.choice([place for place, letter in enumerate(cell) if ord(letter) in LOOK_ALIKE])
        return cell[:place] + cell[place].translate(LOOK_ALIKE) + cell[place + 1 :]

    return change(table, spoil, lambda cell, _: cell.translate(LOOK_ALIKE) != cell)


@kind("cell")
def wrong_encoding(table):
    return change(
        table,
        lambda cell, _: cell.replace("e", "Ã©", 1) if cell.isascii() else cell.encode().decode("cp1252", "replace"),
        is_prose,
    )


@kind("cell")
def letter_lost(table):
    def spoil(cell, field):
        place = table.chance.randrange(len(cell))
        return cell[:place] + cell[place + 1 :]

    return change(table, spoil, is_prose)


@kind("cell")
def sentence_cut_off(table):
    return change(table, lambda cell, _: " ".join(cell.split()[: len(cell.split()) // 2]), is_prose)


@kind("cell")
def word_replaced(table):
    def spoil(cell, field):
        words = cell.split()
        words[table.chance.randrange(len(words))] = table.chance.choice(["not", "never", "Ruritania", "fifty"])
        return " ".join(words)

    return change(table, spoil, is_prose)


@kind("cell")
def true_for_false(table):
    return change(
        table, lambda cell, _: "true" if cell == "false" else "false", lambda cell, field: cell in ("true", "false")
    )


# ---- rows, of a table ----


def some(table: Table) -> int:
    return table.chance.randrange(1, len(table.rows))


@kind("row")
def row_lost(table):
    del table.rows[some(table)]


@kind("row")
def last_row_lost(table):
    del table.rows[-1]


@kind("row")
def rows_lost(table):
    first = some(table)
    del table.rows[first : first + 5]


@kind("row")
def row_twice(table):
    table.rows.insert(some(table), table.rows[some(table)].copy())


@kind("row")
def row_twice_with_another_identifier(table):
    row = table.rows[some(table)].copy()
    if is_identifier(row[0], {}):
        row[0] = f"{row[0][0]}{len(table.rows):0{len(row[0]) - 1}}"
        table.rows.append(row)


@kind("row")
def row_overwritten(table):
    table.rows[some(table)] = table.rows[some(table)].copy()


@kind("row")
def rows_in_another_order(table):
    first, second = some(table), some(table)
    table.rows[first], table.rows[second] = table.rows[second], table.rows[first]


@kind("row")
def row_too_short(table):
    table.rows[some(table)].pop()


@kind("row")
def row_too_long(table):
    table.rows[some(table)].append("x")


@kind("row")
def row_shifted(table):
    row = table.rows[some(table)]
    row.insert(0, row.pop())


@kind("row")
def row_empty(table):
    table.rows[some(table)].clear()


# ---- files, of a table: bytes to bytes ----


@kind("file")
def file_missing(data, chance):
    return None


@kind("file")
def file_empty(data, chance):
    return b""


@kind("file")
def header_alone(data, chance):
    return data[: data.index(b"\n") + 1]


@kind("file")
def file_cut_off(data, chance):
    return data[: chance.randrange(1, len(data) - 1)]


@kind("file")
def file_cut_off_after_a_row(data, chance):
    lines = data.splitlines(keepends=True)
    return b"".join(lines[: chance.randrange(1, len(lines))]) if len(lines) > 1 else data


@kind("file")
def separated_by_semicolons(data, chance):
    return csv_text(csv_rows(data.decode(), file=""), ";").encode()


@kind("file")
def in_another_encoding(data, chance):
    return data.decode().replace("e", "é", 1).encode("cp1252", "replace")


@kind("file")
def a_workbook(data, chance):
    return b"PK\x03\x04" + data


@kind("file")
def a_column_lost(data, chance):
    rows = csv_rows(data.decode(), file="")
    place = chance.randrange(len(rows[0]))
    return csv_text([[*row[:place], *row[place + 1 :]] for row in rows]).encode()


@kind("file")
def a_byte_changed(data, chance):
    place = chance.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


# ---- a text that is shipped beside the tables ----


@kind("text")
def text_missing(data, chance):
    return None


@kind("text")
def letter_of_the_text_changed(data, chance):
    place = chance.choice([match.start() for match in re.finditer(rb"[a-y]", data)])
    return data[:place] + bytes([data[place] + 1]) + data[place + 1 :]


@kind("text")
def paragraph_of_the_text_lost(data, chance):
    blocks = data.split(b"\n\n")
    del blocks[chance.randrange(len(blocks))]
    return b"\n\n".join(blocks)


@kind("text")
def text_cut_off(data, chance):
    return data[: chance.randrange(1, len(data) - 1)]


# ---- the descriptor, as a dict ----


def a_field(package: dict, chance: random.Random, has: str = "name") -> dict:
    """Return a random field that has something: an entry, or a constraint."""
    fields = [field for table in package["resources"] for field in table["schema"]["fields"]]
    return chance.choice([field for field in fields if has in field or has in field.get("constraints", {})])


@kind("descriptor")
def entry_of_the_head_lost(package, chance):
    del package[chance.choice([key for key in package if key != "resources"])]


@kind("descriptor")
def entry_of_the_head_emptied(package, chance):
    key = chance.choice([key for key in package if key != "resources"])
    package[key] = type(package[key])()


@kind("descriptor")
def report_date_wrong(package, chance):
    package["reportDate"] = chance.choice(["2022-02-30", "2022-02-16", "15 February", "20220215", 2022])


@kind("descriptor")
def type_changed(package, chance):
    field = a_field(package, chance)
    field["type"] = chance.choice([name for name in ("string", "integer", "number", "date") if name != field["type"]])


@kind("descriptor")
def pattern_changed(package, chance):
    a_field(package, chance, "pattern")["constraints"]["pattern"] = chance.choice([".*", "[0-9", "(", "x+"])


@kind("descriptor")
def constraint_lost(package, chance):
    constraints = a_field(package, chance, "required")["constraints"]
    del constraints[chance.choice([*constraints])]


@kind("descriptor")
def label_lost_or_added(package, chance):
    field = a_field(package, chance, "categories")
    if chance.random() < 0.5:
        field["categories"].pop()
    else:
        field["categories"].append({"value": "anything", "label": "anything at all"})
    field["constraints"]["enum"] = vocabulary(field)


@kind("descriptor")
def label_described_otherwise(package, chance):
    labels = a_field(package, chance, "categories")["categories"]
    place = chance.randrange(len(labels))
    labels[place] = {"value": vocabulary({"categories": labels})[place], "label": "something else"}


@kind("descriptor")
def description_lost(package, chance):
    a_field(package, chance, "description").pop("description")


@kind("descriptor")
def key_lost(package, chance):
    schemas = [table["schema"] for table in package["resources"]]
    schema = chance.choice([schema for schema in schemas if schema.get("primaryKey")])
    schema.pop(chance.choice([key for key in ("primaryKey", "foreignKeys") if key in schema]))


@kind("descriptor")
def source_of_names_lost(package, chance):
    a_field(package, chance, "foundIn").pop("foundIn")


@kind("descriptor")
def table_lost(package, chance):
    package["resources"].pop(chance.randrange(len(package["resources"])))


@kind("descriptor")
def all_tables_lost(package, chance):
    package["resources"].clear()


@kind("descriptor")
def table_described_twice(package, chance):
    package["resources"].append(copy.deepcopy(chance.choice(package["resources"])))


@kind("descriptor")
def seal_lost(package, chance):
    chance.choice(package["resources"]).pop(chance.choice(["hash", "bytes"]))


@kind("descriptor")
def path_changed(package, chance):
    chance.choice(package["resources"])["path"] = chance.choice(["other.csv", "claims.csv", "../claims.csv"])


# ---- harmless: the same cells, and the same description, saved by another program ----


@kind("harmless")
def byte_order_mark(data, chance):
    return b"\xef\xbb\xbf" + data


@kind("harmless")
def lines_end_as_on_windows(data, chance):
    return data.replace(b"\n", b"\r\n")


@kind("harmless")
def no_line_end_at_the_end(data, chance):
    return data.rstrip(b"\n")


@kind("harmless table")
def every_cell_in_quotation_marks(data, chance):
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(csv_rows(data.decode(), file=""))
    return file.getvalue().encode()


@kind("harmless descriptor")
def other_spaces_in_the_descriptor(data, chance):
    return json.dumps(json.loads(data), indent=chance.choice([None, 2, 4])).encode()


@kind("harmless descriptor")
def other_order_of_the_keys(data, chance):
    return json.dumps(json.loads(data), sort_keys=True, indent=1, ensure_ascii=False).encode()


# ---- doing it ----


@dataclass(frozen=True)
class Outcome:
    """What `check` said of one corruption.

    place: file, row and column of the cell that was changed; None where it was more than a cell. problems: None if there was a
    traceback; of_the_rules: those that do not come from the seal.
    """

    kind: str
    folder: str
    place: tuple[str, int, str] | None
    problems: list[Problem] | None
    of_the_rules: list[Problem]


def mutants(name: str, times: int, seed: int) -> Iterator[Outcome]:
    """Yield what `check` says of random corruptions of a copy of a folder: of each kind so many, a few less where one is none."""
    article = os.environ.get(TEXTS.get(name, ""))
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copy(ROOT / "references.bib", scratch)
        folder = Path(shutil.copytree(ROOT / "data", Path(scratch) / "data")).resolve() / name
        package = json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8"))
        resources = {table["path"]: table for table in package["resources"]}
        for kind_name, (group, spoil) in KINDS.items():
            chance = random.Random(f"{seed}/{name}/{kind_name}")
            files = _files_for(group, folder, [*resources])
            for _ in range(times if files else 0):
                for file in chance.sample(files, len(files)):  # until there is something of the kind to spoil
                    before = (folder / file).read_bytes()
                    cell, after = _spoilt(group, spoil, before, resources.get(file), chance)
                    if after != before:
                        break
                else:
                    continue
                (folder / file).unlink() if after is None else (folder / file).write_bytes(after)
                place = None
                if cell:
                    place = file, cell[0] + 1, columns_of(resources[file])[cell[1]]
                yield _outcome(kind_name, name, folder, place, article)
                (folder / file).write_bytes(before)


def _files_for(group: str, folder: Path, tables: list[str]) -> list[str]:
    filled = [name for name in tables if (folder / name).read_bytes().count(b"\n") > 1]
    text = [path.name for path in sorted(folder.glob("*.txt"))]
    return {
        "text": text,
        "descriptor": [DESCRIPTOR],
        "harmless descriptor": [DESCRIPTOR],
        "harmless": [*filled, *text, DESCRIPTOR],
    }.get(group, filled)


def _spoilt(group: str, spoil: Callable, data: bytes, resource: dict | None, chance: random.Random):
    """Return the cell that was changed, if it was one, and the bytes of the file; None if it is to be missing."""
    if group in ("cell", "row"):
        table = Table(csv_rows(data.decode(), file=""), resource, chance)
        cell = spoil(table)
        return cell, csv_text(table.rows).encode()
    if group == "descriptor":
        package = json.loads(data)
        before = copy.deepcopy(package)
        spoil(package, chance)
        text = json.dumps(package, indent=1, ensure_ascii=False) + "\n"
        return None, data if package == before else text.encode()
    return None, spoil(data, chance)


def _outcome(kind_name: str, name: str, folder: Path, place: tuple | None, article: str | None) -> Outcome:
    try:
        draft = examine(folder, article, is_finished=True)
    except Exception:  # noqa: BLE001  (whatever it is, a reader would see a traceback)
        return Outcome(kind_name, name, place, None, [])
    seals = [*broken(folder, draft.package)] if draft.package else []
    return Outcome(kind_name, name, place, draft.problems, [one for one in draft.problems if one not in seals])


def summary(outcomes: list[Outcome], by: list[str]) -> pd.DataFrame:
    """Return what was tried, found and missed, in a row for each group, kind or folder of corruptions, or several of these."""
    df = pd.DataFrame(
        {
            "folder": one.folder,
            "group": KINDS[one.kind][0],
            "kind": one.kind,
            "tried": 1,
            "found": bool(one.problems),
            "by the rules": bool(one.of_the_rules),
            "single": bool(one.place and one.of_the_rules),
            "place": one.place in {(problem.file, problem.row, problem.column) for problem in one.of_the_rules},
            "delete": any(re.search("delete|remove", problem.remedy) for problem in one.problems or []),
            "traceback": one.problems is None,
        }
        for one in outcomes
    )
    table = df.groupby(by, sort=False).sum(numeric_only=True)
    return table.assign(place=table["place"].where(table["single"] > 0)).drop(columns="single")


def main() -> None:
    """Print the table of all kinds of corruption, and the shares by group, by folder, and of all."""
    times, seed = (int(number) for number in [*sys.argv[1:], *["8", "20261127"][len(sys.argv) - 1 :]])
    outcomes = [one for name in NAMES for one in mutants(name, times, seed)]
    harmless = [one for one in outcomes if KINDS[one.kind][0].startswith("harmless")]
    harmful = [one for one in outcomes if one not in harmless]
    print(summary(harmful, ["group", "kind"]).to_string(na_rep=""))
    for by in ("group", "folder"):
        table = summary(harmful, [by])
        table.loc["all"] = table.sum()
        shares = (100 * table[["found", "by the rules"]].div(table["tried"], axis=0)).round(1)
        print()
        print(table[["tried"]].join(shares).join(table[["delete", "traceback"]]).to_string())
    print(f"False alarms: {sum(bool(one.problems) for one in harmless)} of {len(harmless)} harmless changes.")


if __name__ == "__main__":
    main()
