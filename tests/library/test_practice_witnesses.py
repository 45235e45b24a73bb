"""The practice report's witnesses: their texts are here, and following its claims back shows all that the method teaches."""

import pandas as pd
import pytest
from frictionless import Package
from test_rules import Tables

from chapters import ROOT
from formats.shipped import shipped
from standoff import load, witness
from standoff.alignment import verify
from standoff.rules import check, examine
from standoff.schema import descriptor_text, read_package, unsealed, vocabulary

FOLDER = ROOT / "data" / "practice" / "witnesses"
TEXTS = ["agency-story", "press-conference", "remarks-velm"]


@pytest.fixture(scope="module")
def case():
    return load("practice")


@pytest.fixture(scope="module")
def witnesses():
    return load("practice/witnesses")


@pytest.fixture(scope="module")
def traces(witnesses):
    """The sense of each claim beside each witness: a row for each claim, a column for each witness."""
    return witnesses.traces.astype({"sense": "str"}).pivot(index="claim_id", columns="witness_id", values="sense")


def test_they_are_sound():
    assert [str(problem) for problem in check("practice/witnesses")] == []
    assert Package(str(FOLDER / "datapackage.json")).resource_names


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_verified_to_the_last_passage(witnesses, name):
    own = witness(witnesses, name)
    found = verify(own, FOLDER / f"{name}.txt")
    assert set(found["status"]) == {"exact"}
    assert set(found["span_id"]) == set(witnesses.passages.query("witness_id == @name")["passage_id"])


def test_every_text_is_a_witness_and_travels_with_the_practice_report(witnesses):
    assert sorted(path.stem for path in FOLDER.glob("*.txt")) == sorted(witnesses.paragraphs["witness_id"].unique())
    packed = {name for name in shipped("practice") if name.startswith("data/practice/witnesses/")}
    assert packed == {path.relative_to(ROOT).as_posix() for path in FOLDER.iterdir()}
    assert not any("witnesses" in name for name in shipped("context"))


@pytest.fixture
def tables(case_copy):
    """The tables of a copy of the folder without a seal, to be spoiled."""
    path = case_copy / "witnesses/datapackage.json"
    path.write_text(descriptor_text(unsealed(read_package(path.parent))), encoding="utf-8")
    assert examine(path.parent, is_finished=True).problems == []
    return Tables(path.parent)


# What finished witnesses alone are held to: table, row and column that are spoiled, by what; words of the problem.
FINISHED = [
    ("witnesses", {"witness_id": "practice-report"}, "derived_from", "", "a rewording of nothing"),
    ("witnesses", {"witness_id": "speech-teln"}, "sha256", "0" * 64, "is in p"),
    ("witnesses", {"witness_id": "agency-story"}, "sha256", "", "empty, but it has p"),
    ("witnesses", {"witness_id": "press-conference"}, "date", "2024-05-08", "earlier than speech-teln"),
    ("witnesses", {"witness_id": "speech-teln"}, "derived_from", "agency-story", "it comes from itself, through others"),
    ("passages", {"passage_id": "p002"}, "witness_id", "agency-story", "after one of agency-story, a later witness"),
    ("passages", {"passage_id": "p002"}, "passage_id", "p902", "there is no p002"),
    ("passages", {"passage_id": "p002"}, "gist", "It was cut", "the others end with a full stop"),
    ("traces", {"claim_id": "c002"}, "claim_id", "c067", "it comes after c067"),
    ("settled", {"crux_id": "x001"}, "note", "Velm", "the others end with a full stop"),
]  # fmt: skip


@pytest.mark.parametrize("table, cells, column, value, words", FINISHED)
def test_a_corruption_is_found(tables, table, cells, column, value, words):
    tables.spoil(table, column, value, **cells)
    tables.save()
    found = [problem for problem in examine(tables.folder, is_finished=True).problems if words in problem.message]
    assert {(problem.file, problem.column) for problem in found} == {(f"{table}.csv", column)}


def test_the_agency_s_story_could_bear_on_every_claim(case, traces):
    assert set(traces.index) == set(case.claims["claim_id"])
    assert traces["agency-story"].notna().all()


def test_what_is_shown_of_a_difference_stands_in_both_texts(case, witnesses):
    printed = "\n".join(case.paragraph_texts)
    paragraph = witnesses.passages.groupby("passage_id")["paragraph"].first()
    shown = witnesses.traces.dropna(subset="said")
    assert len(shown) > 30
    for trace in shown.itertuples():
        text = witness(witnesses, trace.witness_id).paragraph_texts[paragraph[trace.passage_id] - 1]
        assert trace.printed in printed and trace.said in text, trace.claim_id


def test_all_that_can_become_of_a_claim_is_there(witnesses):
    assert set(witnesses.traces["sense"]) == set(vocabulary(witnesses.field("traces", "sense")))
    words = pd.crosstab(witnesses.traces["words"], witnesses.traces["sense"])
    assert words.loc["same", "kept"] and words.loc["same", "other"], "the same words, and another person"
    assert words.loc["changed", "kept"] and words.loc["changed", "stronger"]
    assert {"adopted holds", "an alternative holds", "both possible"} <= set(witnesses.settled["verdict"])


def test_a_change_was_made_by_the_agency_or_by_the_report_or_on_neither_way(traces):
    for transcript in ("press-conference", "remarks-velm"):
        both = traces[[transcript, "agency-story"]].dropna()
        both = both[~both.isin(["not found"]).any(axis=1)]
        changed = both[transcript] != "kept"
        kept_by_the_report = both["agency-story"] == "kept"
        assert (changed & kept_by_the_report).sum() >= 2, "the agency's changes"
        assert (changed & ~kept_by_the_report).sum() >= 2, "the report's own"
        assert (~changed).sum() >= 5


def test_both_sides_say_something_that_the_report_leaves_out(witnesses):
    passages = witnesses.passages[witnesses.passages["topic"] != "proceedings"]
    left_out = passages[~passages["passage_id"].isin(witnesses.traces["passage_id"])]
    assert {"tamsel", "velm"} <= set(left_out["speaker"])
    words = left_out["gist"].str.cat(sep=" ")
    assert "apologises" in words and "two Dorvian officers" in words
