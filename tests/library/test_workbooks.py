"""Sheets are read as spreadsheets save them: workbooks, renamed downloads, and several of one sheet."""

import datetime
import sys

import openpyxl
import pytest
import sheets
from sheets import write

from standoff.case import CaseError
from standoff.cli import main
from standoff.coding import workbooks
from standoff.coding.anchor import anchor
from standoff.coding.sheets import FOLDER, SHEETS

MAYOR = {"actor_id": "mayor", "name": "the mayor", "quote": "Ida Velm", "kind": "person", "sector": "executive"}
SECRETARY = {"actor_id": "secretary", "name": "the secretary", "quote": "Lew Hadrin", "kind": "person"}


@pytest.fixture
def folder(practice, tmp_path, monkeypatch):
    """A new case, all of whose sheets are as `standoff new` wrote them."""
    monkeypatch.chdir(tmp_path)
    return sheets.new("mine", practice.text)


def save(path, tables, **formats):
    """Save a workbook: rows of dicts by the name of a tab; a value may be of any type that a spreadsheet has."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for tab, rows in tables.items():
        table = book.create_sheet(tab)
        columns = list(rows[0])
        table.append(columns)
        for row in rows:
            table.append([row.get(column) for column in columns])
            for column in formats:
                table.cell(table.max_row, columns.index(column) + 1).number_format = formats[column]
    book.save(path)


def full(*rows):
    return [dict.fromkeys(SHEETS["actors"]) | row for row in rows]


@pytest.mark.parametrize("name", ["actors.xlsx", "Actors (1).xlsx", "My case - actors.xlsx", "Copy of actors.XLSX"])
def test_a_workbook_beside_the_empty_sheet_is_read(folder, capsys, name):
    save(folder / FOLDER / name, {"Sheet1": full(MAYOR)})
    assert main(["anchor", str(folder)]) == 0
    said = capsys.readouterr().out
    assert f"Read sheets/{name} as the sheet actors." in said and "actors 1" in said
    assert "mayor,the mayor" in (folder / "actors.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["actors.csv.csv", "My case - actors.csv", "actors.csv.txt", "actors (2).tsv"])
def test_a_sheet_that_was_renamed_is_read(folder, name):
    path = folder / FOLDER / "actors.csv"
    empty = path.read_bytes()
    write(folder, "actors", [MAYOR], delimiter="\t" if name.endswith("tsv") else ",")
    path.rename(folder / FOLDER / name)
    assert anchor(folder).sources["actors"] == f"sheets/{name}"
    path.write_bytes(empty)
    assert anchor(folder).sources["actors"] == f"sheets/{name}"
    assert path.read_bytes() == empty  # sheets are only read


def test_one_workbook_with_a_tab_for_each_sheet(folder):
    claims = [dict.fromkeys(SHEETS["claims"], "") | {"claim_id": "c001", "quote": "its patrol fleet had left"}]
    save(folder / FOLDER / "everything.xlsx", {"actors": full(MAYOR), "Claims": claims, "notes": [{"a": "b"}]})
    anchored = anchor(folder)
    assert anchored.sources["actors"] == "sheets/everything.xlsx (actors)"
    [problem] = anchored.problems
    assert str(problem).startswith("sheets/everything.xlsx (Claims):2: c001: not finished")
    assert anchored.sources["topics"] == "sheets/topics.csv"


def test_a_workbook_that_differs_from_the_sheet_is_refused(folder, capsys):
    write(folder, "actors", [MAYOR])
    save(folder / FOLDER / "actors.xlsx", {"Sheet1": full(SECRETARY)})
    before = (folder / "actors.csv").read_bytes()
    assert main(["anchor", str(folder)]) == 2
    assert capsys.readouterr().err == (
        "sheets/actors: actors.csv and actors.xlsx differ, so none was read. "
        "Remedy: keep the right one in sheets/, and move the other out of it.\n"
    )
    assert (folder / "actors.csv").read_bytes() == before


def test_of_two_files_the_one_that_holds_all_is_read(folder):
    write(folder, "actors", [MAYOR, SECRETARY])
    save(folder / FOLDER / "actors.xlsx", {"Sheet1": full(MAYOR)})
    assert anchor(folder).sources["actors"] == "sheets/actors.csv"
    save(folder / FOLDER / "actors.xlsx", {"Sheet1": full(MAYOR | {"role": "mayor"}, SECRETARY)})
    assert anchor(folder).sources["actors"] == "sheets/actors.xlsx"


def test_tables_that_are_not_read_are_named(folder, capsys):
    for name in ("actors.ods", "old.xlsx", "~$actors.xlsx", ".~lock.actors.csv#", "picture.png"):
        (folder / FOLDER / name).write_bytes(b"PK")
    main(["anchor", str(folder)])
    said = [line for line in capsys.readouterr().out.splitlines() if "not read" in line]
    assert [line.split(":")[0] for line in said] == ["sheets/actors.ods", "sheets/old.xlsx"]
    assert (
        "Remedy: save it as .xlsx or as CSV" in said[0] and "Remedy: name it after its sheet, one of about," in said[1]
    )


def test_cells_are_what_was_typed(tmp_path):
    """A spreadsheet keeps numbers and days in its own way."""
    row = {"a": 12, "b": 2.5, "c": 1500.0, "d": None, "e": "text", "f": True}
    save(tmp_path / "a.xlsx", {"one": [row]})
    assert workbooks.rows(tmp_path / "a.xlsx", "a.xlsx")[1] == ["12", "2.5", "1500", "", "text", "True"]
    days = {"day": datetime.datetime(2024, 5, 9), "month": datetime.datetime(2024, 5, 1)}
    save(tmp_path / "b.xlsx", {"one": [days]}, day="yyyy-mm-dd", month="mmm-yy")
    assert workbooks.rows(tmp_path / "b.xlsx", "b.xlsx")[1] == ["2024-05-09", "2024-05"]


def test_a_broken_workbook_is_refused(folder):
    path = folder / FOLDER / "actors.xlsx"
    save(path, {"Sheet1": full(MAYOR)})
    data = path.read_bytes()
    at = data.index(b"xl/worksheets/sheet1.xml") + 60
    path.write_bytes(data[:at] + bytes(40) + data[at + 40 :])
    with pytest.raises(
        CaseError, match=r"sheets/actors.xlsx: the workbook cannot be read. Remedy: open it, and save it"
    ):
        anchor(folder)
    path.write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(CaseError, match=r"sheets/actors.xlsx: not a CSV file .*Remedy: save the sheet as CSV"):
        anchor(folder)


def test_a_workbook_that_unpacks_to_too_much_is_refused(folder, monkeypatch):
    save(folder / FOLDER / "actors.xlsx", {"Sheet1": full(MAYOR)})
    monkeypatch.setattr(workbooks, "MAX_UNPACKED", 100)
    with pytest.raises(CaseError, match="the workbook is larger than"):
        anchor(folder)


def test_without_the_package_that_reads_it_a_workbook_is_refused(folder, monkeypatch):
    """As in the notebooks that readers download, which need it for nothing else."""
    save(folder / FOLDER / "actors.xlsx", {"Sheet1": full(MAYOR)})
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(CaseError, match=r"sheets/actors.xlsx: .*openpyxl. Remedy: run `pip install openpyxl`, or save"):
        anchor(folder)
