"""The chapters' analyses run on any case: here on the practice case, in place of the report."""

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


@pytest.mark.parametrize("name", CORE)
def test_a_chapter_runs_on_the_practice_case(name, shown, monkeypatch):
    """Every cell, and none of them says a thing of the report's actors."""
    load = standoff.load
    asked = []

    def load_practice(case="report"):
        asked.append(case)
        return load("practice" if case == "report" else case)

    monkeypatch.setattr(standoff, "load", load_practice)
    monkeypatch.chdir(FOLDER)
    actors = load("report").actors.query("kind in ['person', 'state', 'organisation']")["name"]
    strangers = {word for actor in actors for word in re.findall(r"[A-Z]\w{3,}", actor)} - {"State", "Foreign", "Ministry"}
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
    assert "report" in asked, "the chapter loads its case by load(\"report\")"
    assert namespace["case"].name == "practice"


@pytest.mark.parametrize("name", CORE)
def test_one_line_chooses_the_case(name):
    lines = [line for cell in code(name) for line in cell.source.splitlines() if re.search(r"load\(\"report\"\)", line)]
    assert lines == ['case = load("report")']
