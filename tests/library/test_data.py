"""The data: complete, sound, and cited."""

import hashlib
import re
import subprocess
import unicodedata

import pytest
from frictionless import Package

from chapters import ROOT
from standoff import load
from standoff.rules import check, examine
from standoff.schema import DESCRIPTOR, read_package, unsealed
from standoff.seal import broken, is_sealed
from standoff.text import read_text

CASES = ["report", "practice"]
SEALED = [*CASES, "witnesses", "practice/witnesses", "context"]  # every folder of data/ that has a descriptor


def test_every_published_descriptor_is_sealed():
    assert {path.parent for path in (ROOT / "data").rglob(DESCRIPTOR)} == {ROOT / "data" / name for name in SEALED}


@pytest.mark.parametrize("name", SEALED)
def test_a_case_is_sound(name):
    assert [str(problem) for problem in check(name)] == []


def test_the_report_is_sound_and_in_our_own_words(report_text):
    assert [str(problem) for problem in check("report", report_text)] == []


@pytest.mark.parametrize("name", SEALED)
def test_a_case_is_sealed_and_finished(name):
    """A seal that is renewed without the command would not have been held to the rules for finished cases."""
    package = read_package(ROOT / "data" / name)
    assert is_sealed(package) and "hash" in package and all("hash" in table for table in package["resources"])
    assert [*broken(ROOT / "data" / name, package)] == []
    assert examine(name, is_finished=True).problems == []


@pytest.mark.parametrize("name", SEALED)
def test_the_seals_are_those_of_the_standard(name):
    """Of the bytes that are there: whoever knows Data Packages can hold the tables against them without this library."""
    for table in read_package(ROOT / "data" / name)["resources"]:
        data = (ROOT / "data" / name / table["path"]).read_bytes()
        assert (table["bytes"], table["hash"]) == (len(data), f"sha256:{hashlib.sha256(data).hexdigest()}")


def test_the_cases_share_one_schema():
    """A chapter that runs on one runs on the other, and there is one codebook. Only a topic list may differ."""
    one, other = (unsealed(read_package(ROOT / "data" / name)) for name in CASES)
    assert one["resources"] == other["resources"]


# So many rows the tables had when they were found complete: fewer means that something was lost.
FLOOR = {
    "paragraphs": 31,
    "spans": 440,
    "actors": 50,
    "claims": 140,
    "claim_links": 70,
    "quantities": 38,
    "events": 64,
    "event_actors": 90,
    "cruxes": 95,
    "questions": 16,
    "codings": 2200,
}


def test_no_table_of_the_report_has_lost_rows():
    case = load("report")
    assert {name: len(table) for name, table in case.tables.items() if len(table) < FLOOR[name]} == {}


def test_the_named_cruxes_are_there():
    case = load("report")
    cruxes = set(zip(case.cruxes["span_id"].map(case.paragraph_of), case.cruxes["problem"].astype(str)))
    assert {
        (1, "date or time"),
        (5, "number or unit"),
        (8, "who speaks"),
        (13, "quotation marks"),
        (30, "garbled wording"),
    } <= cruxes


def test_the_context_is_valid():
    report = Package(ROOT / "data/context" / DESCRIPTOR).validate()
    assert report.valid, report.flatten(["fieldName", "rowNumber", "note"])


def tracked_files():
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]


def words(text):
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.findall(r"[a-z0-9]+", plain.replace("'", ""))


NAMES = ["News conference following Russian-German talks", "President of the Russian Federation"]
NAMES += ["Federal Chancellor of the Federal Republic of Germany", "President of the United States of America"]
NAMES += ["Article 5 of the North Atlantic Treaty", "Secretary of State Blinken and Foreign Minister Lavrov"]


def runs_of_seven(text):
    return {tuple(text[i : i + 7]) for i in range(len(text) - 6)}


def test_no_run_of_seven_words_of_the_report_stands_in_the_project(report_text):
    assert runs_in_the_project([report_text]) == []


def test_no_run_of_seven_words_of_a_witness_stands_in_the_project(witness_texts):
    assert runs_in_the_project(witness_texts.glob("*.txt")) == []


def runs_in_the_project(texts):
    runs = set().union(*(runs_of_seven(words(read_text(path))) for path in texts))
    runs -= set().union(*(runs_of_seven(words(name)) for name in NAMES))
    found = []
    for path in tracked_files():
        try:
            ours = words(path.read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            continue  # a picture
        found += [
            f"{path.name}: {' '.join(ours[i : i + 7])}" for i in range(len(ours) - 6) if tuple(ours[i : i + 7]) in runs
        ]
    return found
