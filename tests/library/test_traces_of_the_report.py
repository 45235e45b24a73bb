"""The report's witnesses: complete, decided from two codings, and found again in copies of their texts."""

import re
import shutil

import pytest
from conftest import unsealed_copy
from test_rules import Tables

import standoff
from chapters import ROOT
from standoff.alignment import summary, verify
from standoff.rules import check, examine
from standoff.text import digest, paragraphs, read_text

LABELS = ["witness_id", "passage_id", "words", "sense"]
WHOLE = ["remarks-biden", "conference-putin-scholz"]  # coded to the last word, so that what is left out can be counted


@pytest.fixture(scope="module")
def witnesses():
    return standoff.load("witnesses")


@pytest.fixture(scope="module")
def claims():
    return standoff.load("report").claims.set_index("claim_id")


def test_the_witnesses_are_sound():
    assert check("witnesses") == []


def test_both_coders_traced_every_claim(witnesses, claims):
    coded = witnesses.codings.groupby(["coder", "variable"])["unit_id"].agg(set)
    assert list(coded.index.levels[0]) == ["A", "B"]
    assert {*LABELS, "certainty", "polarity"} == set(coded.index.levels[1])
    assert all(units == set(claims.index) for units in coded)


def test_a_claim_has_no_trace_only_where_a_coder_saw_no_witness(witnesses, claims):
    values = witnesses.codings.query("variable == 'witness_id'").groupby("unit_id")["value"].agg(set)
    without = set(claims.index) - set(witnesses.traces["claim_id"])
    assert without and all("none" in values[claim] for claim in without)


def test_decisions_are_labels_that_a_coder_gave(witnesses):
    """All but one, and passages that are the same clause, divided more finely than a coder quoted it."""
    given = witnesses.codings.groupby(["unit_id", "variable"])["value"].agg(set)
    paragraph = witnesses.passages.groupby("passage_id")["paragraph"].first()
    strangers = {}
    for trace in witnesses.traces.astype("str").fillna("none").itertuples():
        for label in LABELS:
            values, value = given[trace.claim_id, label], str(getattr(trace, label))
            if value not in values:
                strangers[trace.claim_id, label] = value
                if label == "passage_id":
                    assert paragraph[value] in {paragraph[other] for other in values - {"none"}}
    assert {key for key in strangers if key[1] != "passage_id"} == {("c061", "words")}


def test_a_sense_that_no_coder_gave_is_found(tmp_path):
    shutil.copytree(ROOT / "data/report", tmp_path / "report")
    tables = Tables(unsealed_copy("witnesses", tmp_path))
    place = tables.spoil("traces", "sense", "reversed", claim_id="c001")
    tables.save()
    (problem,) = [one for one in examine(tables.folder, is_finished=True).problems if "coders gave" in one.message]
    assert (problem.file, problem.row, problem.column) == ("traces.csv", *place[1:])
    assert [one for one in check(tables.folder) if "coders gave" in one.message] == [], "labels are being decided"


def test_texts_are_those_that_the_tables_point_into(witnesses, witness_texts):
    documents = witnesses.witnesses.dropna(subset="sha256").set_index("witness_id")
    assert len(documents) >= 12
    for name, document in documents.iterrows():
        assert document["sha256"] == digest("\n\n".join(paragraphs(read_text(witness_texts / f"{name}.txt")))), name
    assert check("witnesses", witness_texts) == []


def test_the_two_longest_are_coded_nearly_to_the_last_word(witnesses):
    lengths = witnesses.paragraphs.groupby("witness_id")["n_chars"].sum()
    coded = witnesses.passages.assign(n=lambda p: p["end"] - p["start"]).groupby("witness_id")["n"].sum()
    for name in WHOLE:
        assert coded[name] / lengths[name] > 0.95


@pytest.mark.parametrize("name", ["remarks-biden", "conference-putin-scholz", "briefing-psaki", "readout-biden-macron"])
def test_a_copy_of_the_official_page_is_found(name, witnesses, witness_texts, tmp_path):
    """A page has other paragraphs, straight quotation marks, a menu above and links below."""
    text = read_text(witness_texts / f"{name}.txt")
    page = re.sub(r"(?<=[.?!]) ", "\n\n", text.translate(str.maketrans("“”‘’", "\"\"''")))
    menu = "\n\n".join(f"Section {number} of the site" for number in range(20))
    copy = tmp_path / "page.txt"
    copy.write_text(f"{menu}\n\n{page}\n\n{menu}\n", encoding="utf-8")
    counts = summary(verify(standoff.witness(witnesses, name), copy))
    assert counts["missing"] == 0 and counts.sum() >= 8
