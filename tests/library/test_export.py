"""Web Annotations: positions and hashes that lead to the words, and no words."""

import json

import pytest

import standoff
from standoff.cli import main
from standoff.export import webannotation
from standoff.text import digest, paragraphs, read_text


@pytest.mark.parametrize("name", ["practice", "report"])
def test_there_is_one_annotation_for_each_span(name):
    case = standoff.load(name)
    page = webannotation(case)
    assert page["@context"] == "http://www.w3.org/ns/anno.jsonld" and page["type"] == "AnnotationPage"
    assert page["rights"].startswith("https://creativecommons.org/")
    assert [item["id"].rpartition(":")[2] for item in page["items"]] == list(case.spans["span_id"].unique())
    assert sum(len(item["target"]) for item in page["items"]) == len(case.spans)
    for item in page["items"]:
        assert item["type"] == "Annotation" and item["body"], item["id"]
        assert all(body["type"] == "TextualBody" and body["value"] for body in item["body"])
    assert not {"exact", "prefix", "suffix"} & set(json.dumps(page).replace('"', " ").split()), "no words of the text"


def test_a_target_leads_to_the_words(practice):
    text = {f"urn:sha256:{digest(block)}": block for block in paragraphs(read_text(practice.text))}
    row = practice.claims.set_index("claim_id").loc["c006"]
    item = next(item for item in webannotation(practice)["items"] if item["id"].endswith(row["content_span"]))
    found = [text[t["source"]][t["selector"]["start"] : t["selector"]["end"]] for t in item["target"]]
    assert found == ["This strait", "has never been closed to anyone"]
    assert {t["selector"]["type"] for t in item["target"]} == {"TextPositionSelector"}
    assert item["body"][0]["value"].startswith("c006, content of a claim: tamsel; state; certain, negative; At no time")


def test_the_command_writes_a_file(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["export", "practice", "--to", "webannotation"]) == 0
    written = json.loads((tmp_path / "practice.webannotation.json").read_text(encoding="utf-8"))
    assert written == webannotation(standoff.load("practice"))
    assert f"practice.webannotation.json: {len(written['items'])} annotations." in capsys.readouterr().out
