"""A task for a class, made on the command line: what it holds, and its link."""

import base64
import json
import zlib

import pytest

from standoff import load
from standoff.cli import main
from standoff.coding.tasks import link, task
from standoff.problems import CaseError


def test_a_task_is_written_with_a_link(tmp_path, practice, capsys):
    path = tmp_path / "a.task.json"
    page = "https://example.org/chapters/marking-desk.html#how-to-mark"
    assert main(["task", "practice", "act", "--minutes", "12", "--link", page, "--output", str(path)]) == 0
    made = json.loads(path.read_text(encoding="utf-8"))
    assert [field["name"] for field in made["fields"]] == ["act"] and made["minutes"] == 12 and made["text"] is None
    assert [unit["id"] for unit in made["units"]] == practice.claims["claim_id"].tolist()
    out = capsys.readouterr().out
    address = next(line for line in out.splitlines() if line.startswith("https"))
    before, letters = address.split("#task=")
    packed = base64.urlsafe_b64decode(letters + "=" * (-len(letters) % 4))
    assert before + "#how-to-mark" == page and json.loads(zlib.decompress(packed, -15)) == made


def test_a_task_of_marking_has_lengths_in_place_of_units(tmp_path, practice):
    path = tmp_path / "a.task.json"
    assert main(["task", "practice", "--mark", "--with-text", "--output", str(path)]) == 0
    made = json.loads(path.read_text(encoding="utf-8"))
    assert made["units"] == made["fields"] == [] and made["text"] == practice.paragraph_texts
    assert made["lengths"] == [len(block) for block in practice.paragraph_texts]


def test_the_task_of_the_report_has_no_word_of_it(report_text):
    """Positions, hashes and names alone: no run of words of a paragraph."""
    made = json.dumps(task(load("report")), ensure_ascii=False)
    words = report_text.read_text(encoding="utf-8").split()
    runs = [" ".join(words[i : i + 7]) for i in range(len(words) - 6)]
    assert runs and not any(run in made for run in runs)


@pytest.mark.parametrize(
    ("name", "variables", "with_text", "said"),
    [
        ("practice", ["sureness"], False, "is not a variable with labels"),
        ("report", ["act"], True, "its text is missing"),
        ("witnesses", ["act"], False, "has no claims"),
    ],
)
def test_what_cannot_be_a_task_is_named(name, variables, with_text, said):
    with pytest.raises(CaseError, match=said):
        task(load(name), variables, with_text=with_text)


def test_a_changed_definition_makes_another_task(practice):
    one, other = task(practice), task(practice, title="Another")
    assert one["id"] != other["id"] and link(one, "p") != link(other, "p")
