"""The seal of a case: what breaks it, what does not, how it is renewed, and who is left in peace."""

import json
import re
import shutil

import pytest
import sheets
from frictionless import Package

from benchmarks.mutations import KINDS, NAMES, mutants, summary
from chapters import ROOT
from standoff.case import name_of
from standoff.cli import main
from standoff.coding.anchor import anchor
from standoff.coding.progress import progress
from standoff.files import csv_text
from standoff.rules import check, examine
from standoff.schema import DESCRIPTOR, read_package
from standoff.seal import broken, is_sealed, sealed


@pytest.fixture
def sealed_copy(tmp_path):
    """The folder of a copy of the practice case, as it is published."""
    return shutil.copytree(ROOT / "data/practice", tmp_path / "practice", ignore=shutil.ignore_patterns("witnesses"))


def test_a_change_of_a_cell_breaks_the_seal_and_the_command_renews_it(sealed_copy, capsys):
    path = sealed_copy / "events.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("The boats come back", "x").replace("Hadrin", "Velm", 1))
    (problem,) = check(sealed_copy)
    assert (problem.file, problem.row) == ("events.csv", None) and "when the case was sealed" in problem.message
    assert f"standoff seal {sealed_copy}`" in problem.remedy, "the name alone is that of another case"
    assert main(["seal", str(sealed_copy)]) == 0 and "Written: datapackage.json." in capsys.readouterr().out
    assert check(sealed_copy) == []
    assert main(["seal", str(sealed_copy)]) == 0 and "all was in order" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["practice", "practice/witnesses", "witnesses"])
def test_a_case_is_sealed_by_the_name_by_which_it_is_found(name):
    assert name_of(ROOT / "data" / name) == name


@pytest.mark.parametrize("entry", ["title", "reportDate", "hash"])
def test_a_change_of_the_descriptor_breaks_the_seal(sealed_copy, entry):
    package = read_package(sealed_copy)
    package[entry] = "2024-05-10"
    (sealed_copy / DESCRIPTOR).write_text(json.dumps(package), encoding="utf-8")
    assert "it is not what it was when the case was sealed" in {problem.message for problem in check(sealed_copy)}


def test_half_a_seal_is_a_broken_one(sealed_copy):
    package = read_package(sealed_copy)
    del package["hash"]
    (sealed_copy / DESCRIPTOR).write_text(json.dumps(package), encoding="utf-8")
    (problem,) = check(sealed_copy)
    assert problem.file == DESCRIPTOR


def test_a_table_that_a_spreadsheet_saved_is_the_same_and_sealing_writes_it_as_it_was(sealed_copy):
    path = sealed_copy / "events.csv"
    before = path.read_bytes()
    path.write_bytes(b"\xef\xbb\xbf" + before.replace(b"\n", b"\r\n"))
    assert check(sealed_copy) == []
    assert main(["seal", str(sealed_copy)]) == 0
    assert path.read_bytes() == before
    assert Package(sealed_copy / DESCRIPTOR).validate().valid


def test_an_unsound_case_is_not_sealed_and_nothing_is_written(case_copy, capsys):
    path = case_copy / "questions.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",2024-05-31,", ",2024-06-30,"), encoding="utf-8")
    assert check(case_copy) == []  # one in the making may be so
    before = {file.name: file.read_bytes() for file in case_copy.iterdir() if file.is_file()}
    assert main(["seal", str(case_copy)]) == 1
    told = capsys.readouterr().out
    assert "questions.csv:2 closes: k01" in told and "No file was changed" in told
    assert before == {file.name: file.read_bytes() for file in case_copy.iterdir() if file.is_file()}


def test_a_case_without_a_seal_has_none_to_break(case_copy):
    package = read_package(case_copy)
    assert not is_sealed(package) and [*broken(case_copy, package)] == []
    assert main(["seal", str(case_copy)]) == 0
    assert is_sealed(read_package(case_copy))


def test_an_old_seal_goes_when_a_new_one_is_made():
    table = {"name": "one", "path": "one.csv", "hash": "old", "bytes": 1, "schema": {"fields": []}}
    package = sealed({"hash": "old", "resources": [table, table | {"path": "two.csv"}]}, {"one.csv": csv_text([["a"]])})
    assert package["hash"].startswith("sha256:") and package["resources"][0]["bytes"] == 2
    assert "hash" not in package["resources"][1]


def test_a_case_of_ones_own_may_be_sealed_and_worked_on_again(practice, tmp_path, monkeypatch, capsys):
    """Sealing is no change of the tables; when the sheets change, the seal goes, and nobody is told of it."""
    monkeypatch.chdir(tmp_path)
    folder = sheets.case_with_sheets(practice)
    anchor(folder)
    assert not is_sealed(read_package(folder))
    assert main(["seal", str(folder)]) == 0
    assert is_sealed(read_package(folder)) and examine(folder).problems == []
    assert not any("changed" in step for step in progress(examine(folder)).next)
    path = folder / "sheets/events.csv"
    path.write_text(path.read_text(encoding="utf-8-sig").replace("Hadrin", "Velm"), encoding="utf-8")
    anchor(folder)
    assert not is_sealed(read_package(folder)) and check(folder) == []


# ---- random corruptions: a fixed sample of benchmarks/mutations.py ----


@pytest.fixture(scope="module")
def sample():
    """Of the folders that are quickly examined; the benchmark spoils all five."""
    names = [name for name in NAMES if name not in ("report", "witnesses")]
    return [one for name in names for one in mutants(name, times=1, seed=1)]


def test_every_corruption_is_found_and_nothing_that_is_harmless(sample):
    assert len({one.kind for one in sample}) > 0.9 * len(KINDS)
    for one in sample:
        assert one.problems is not None, f"traceback: {one}"
        assert bool(one.problems) != KINDS[one.kind][0].startswith("harmless"), one


def test_the_rules_alone_find_most_corruptions(sample):
    table = summary([one for one in sample if not KINDS[one.kind][0].startswith("harmless")], ["kind"])
    assert table["by the rules"].sum() > 0.7 * table["tried"].sum()


def test_no_remedy_is_to_delete_what_may_be_right(sample):
    remedies = {problem.remedy for one in sample for problem in one.problems}
    assert len(remedies) > 30
    assert [remedy for remedy in remedies if re.search("delete|remove", remedy)] == []
