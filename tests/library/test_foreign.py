"""Marks of other tools: samples written after the documentation of each format, on the text of the practice report."""

import json

import pytest
import sheets

import standoff
from standoff.case import CaseError
from standoff.cli import main
from standoff.coding.foreign import bring
from standoff.export import webannotation
from standoff.text import read_text


@pytest.fixture
def text(practice, tmp_path, monkeypatch):
    """The text of the practice report as a file of its own, with other line ends; the file's path."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "text.txt"
    path.write_bytes(read_text(practice.text).replace("\r\n", "\n").replace("\n\n", "\n \n\n").encode())
    return path


def claims_of(brought):
    return {
        row["claim_id"]: row for row in sheets.rows_of(brought.folder, "claims") if not row["claim_id"].startswith("#")
    }


def place(raw, words):
    return raw.index(words), raw.index(words) + len(words)


def test_brat(text):
    raw = text.read_text()

    def entity(name, kind, *stretches):
        return f"{name}\t{kind} " + ";".join("{} {}".format(*place(raw, words)) for words in stretches) + "\twords"

    (text.parent / "marks.ann").write_text(
        "\n".join(
            [
                entity("T1", "Claim", "some boats would stay"),
                entity("T2", "Source", "Dorvian President Oren Tamsel"),
                entity("T3", "Cue", "told reporters"),
                entity("T4", "Content", "This strait", "has never been closed to anyone"),
                entity("T5", "Person", "Ida Velm"),
                "R1\tSource Arg1:T2 Arg2:T1",
                "R2\tCue Arg1:T3 Arg2:T4",
                "A1\tCertainty T1 certain",
                "A2\tCertainty T4 sure",
                "#1\tAnnotatorNotes T1\tPart of the fleet remains.",
                "E1\tMove:T3",
            ]
        )
    )
    brought = bring("mine", text, "marks.ann")
    rows = claims_of(brought)
    assert rows["c001"]["quote"] == "some boats would stay" and rows["c001"]["gist"] == "Part of the fleet remains."
    assert rows["c001"]["source_quote"] == "Dorvian President Oren Tamsel" and rows["c001"]["certainty"] == "certain"
    assert rows["c002"]["quote"] == "This strait [...] has never been closed to anyone"
    assert rows["c002"]["cue_quote"] == "told reporters" and not rows["c001"]["cue_quote"]
    assert brought.left == [
        "T5: its type is Person.",
        "A2: Certainty sure is no label of the codebook.",
        "E1: events, equivalences and normalisations are not read.",
    ]
    assert standoff.load("mine").claims.empty, "they wait until they are finished"


def quoted(words, tag, prefix="", **more):
    """An annotation as Recogito and the standard have it."""
    selector = {"type": "TextQuoteSelector", "exact": words, "prefix": prefix}
    body = [{"purpose": "tagging", "value": tag}, *({"purpose": "commenting", "value": note} for note in more.values())]
    return {"type": "Annotation", "id": f"#{tag}-{words[:6]}", "body": body, "target": [{"selector": [selector]}]}


def test_web_annotations_of_recogito(text):
    start, end = place(text.read_text(), "twelve more islanders")
    position = {"type": "TextPositionSelector", "start": start, "end": end}
    items = [
        quoted("could not confirm the departure", "content", note="Kesland has no proof."),
        quoted("Kesland", "Source", prefix="Neighbouring "),
        quoted("replied", "cue"),
        {"id": "p1", "body": [{"value": "claim"}], "target": {"selector": position}},
        quoted("no such words anywhere", "content"),
        quoted("Teln", "content"),
        quoted("single photograph", "important"),
        {"id": "p2", "target": "https://example.org/"},
        7,
    ]
    (text.parent / "marks.json").write_text(json.dumps(items))
    brought = bring("mine", text, "marks.json")
    rows = claims_of(brought)
    assert [row["quote"] for row in rows.values()] == ["could not confirm the departure", "twelve more islanders"]
    assert (rows["c001"]["source_quote"], rows["c001"]["cue_quote"]) == ("Kesland", "replied")
    assert rows["c001"]["gist"] == "Kesland has no proof."
    assert len(brought.left) == 5 and "no tag says that it is content" in brought.left[2]


def test_annotations_of_hypothesis(text):
    row = {"id": "abc", "uri": "https://example.org/", "text": "A first step.", "tags": ["Content"],
           "target": [{"source": "https://example.org/", "selector": [
               {"type": "TextPositionSelector", "start": 5, "end": 9},  # of the web page, not of the text
               {"type": "TextQuoteSelector", "exact": "a first\n step", "prefix": "nonetheless as ", "suffix": " and hoped"}]}]}  # fmt: skip
    (text.parent / "marks.json").write_text(json.dumps({"total": 1, "rows": [row]}))
    brought = bring("mine", text, "marks.json")
    assert brought.left == [] and claims_of(brought)["c001"]["quote"] == "a first step"
    assert claims_of(brought)["c001"]["gist"] == "A first step."


def test_our_own_annotations_come_back(text, practice):
    """Every claim with its gist, content, source and cue, at the same places."""
    page = webannotation(practice)
    page["items"] = [item for item in page["items"] if "of a claim" in item["body"][0]["value"]]
    (text.parent / "marks.json").write_text(json.dumps(page))
    brought = bring("mine", text, "marks.json")
    assert brought.claims == len(practice.claims)
    rows = sheets.filled(practice)["claims"]
    theirs = sorted((row["quote"], row.get("source_quote", ""), row.get("cue_quote", ""), row["gist"]) for row in rows)
    ours = sorted(
        (row["quote"], row["source_quote"], row["cue_quote"], row["gist"]) for row in claims_of(brought).values()
    )
    assert [one for one, other in zip(ours, theirs) if one != other] == [] and brought.left == []


@pytest.mark.parametrize(
    "content", ["{", "[]", "{}", '[{"target": {"selector": {"exact": 3, "type": "TextQuoteSelector"}}}]', "[" * 9999]
)
def test_what_is_no_annotation_makes_no_case(text, content, capsys):
    (text.parent / "marks.json").write_text(content)
    with pytest.raises(CaseError, match=r"not a file of annotations|no mark in it"):
        bring("mine", text, "marks.json")
    assert main(["import", "mine", "--text", "text.txt", "--marks", "marks.json"]) == 2
    assert not (text.parent / "data").exists() and "Remedy" in capsys.readouterr().err
