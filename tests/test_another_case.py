"""The chapters' analyses run on any case: here on the practice case, and on one with little in it."""

import csv
import re

import pytest
from IPython.display import display

import standoff
import standoff.exercises
import standoff.show
from chapters import FOLDER, code

CORE = ["start", "reading", "actors", "claims", "questions"]
# What the cells say is about the case that is loaded, but for exercises (whose words belong to the book) and these.
OF_THE_REPORT = ["clues", "exercise(", "precedent", "four figures"]


@pytest.fixture
def shown(monkeypatch):
    """What cells display, as a list of (source of the cell, text)."""
    pieces = []
    for module in (standoff.show, standoff.exercises):
        monkeypatch.setattr(module, "display", lambda output: pieces.append(output.data))
    return pieces


@pytest.fixture
def sparse(case_copy):
    """The folder of a case without events, quantities, direct quotations, cues of doubt; with two links and one question."""
    keep = {"claim_links": lambda row: row[2] == "doubts", "questions": lambda row: row[0] == "k01"}
    for name in ("events", "event_actors", "quantities"):
        keep[name] = lambda row: False
    for name, wanted in keep.items():
        path = case_copy / f"{name}.csv"
        header, *rows = csv.reader(path.read_text(encoding="utf-8").splitlines())
        with open(path, "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *[row for row in rows if wanted(row)][:2]])
    path = case_copy / "claims.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace(",direct,", ",indirect,").replace(",mixed,", ",indirect,"),
        encoding="utf-8",
    )
    return case_copy


@pytest.mark.parametrize("which", ["practice", "sparse"])
@pytest.mark.parametrize("name", CORE)
def test_a_chapter_runs_on_another_case(name, which, shown, sparse, monkeypatch):
    """Every cell, and none of them says a thing of the report's actors."""
    load = standoff.load
    asked = []
    folder = sparse if which == "sparse" else "practice"

    def load_practice(case="report"):
        asked.append(case)
        return load(folder if case == "report" else case)

    monkeypatch.setattr(standoff, "load", load_practice)
    monkeypatch.chdir(FOLDER)
    actors = load("report").actors.query("kind in ['person', 'state', 'organisation']")["name"]
    strangers = {word for actor in actors for word in re.findall(r"[A-Z]\w{3,}", actor)} - {
        "State",
        "Foreign",
        "Ministry",
    }
    assert {"Putin", "Biden", "Ukraine", "NATO", "Russia"} <= strangers
    namespace = {"display": display}
    for cell in code(name):
        if cell.source.startswith("check("):
            continue
        shown.clear()
        exec(compile(cell.source, f"{name}.md", "exec"), namespace)
        if not any(words in cell.source for words in OF_THE_REPORT):
            said = strangers & set(re.findall(r"\w+", re.sub(r"<img[^>]*src=\"[^\"]*\"", "", " ".join(shown))))
            assert not said, f"{name}: a cell speaks of {said}: {cell.source[:200]}"
    assert "report" in asked, 'the chapter loads its case by load("report")'
    assert namespace["case"].name == "practice"


@pytest.mark.parametrize("name", CORE)
def test_one_line_chooses_the_case(name):
    lines = [line for cell in code(name) for line in cell.source.splitlines() if re.search(r"load\(\"report\"\)", line)]
    assert lines == ['case = load("report")']
