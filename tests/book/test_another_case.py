"""The chapters' analyses run on any case: here on the practice case, and on one with little in it."""

import ast
import contextlib
import csv
import io
import re

import pytest
from small_cases import SMALL

import standoff
from chapters import FOLDER, code
from standoff.rules import check

CORE = ["start", "reading", "actors", "claims", "questions"]
# Words by which one knows the report of this book. (What text cells say cannot change with the case.)
OF_THE_REPORT = {
    "Tuesday",
    "2021",
    "2022",
    "Kremlin",
    "Moscow",
    "Crimea",
    "chancellor",
    "troops",
    "Biden",
    "Putin",
    "Russian",
}
COUNTED = "claims|links|voices|questions|events|sources|others|paragraphs|cruxes|words"
SLIPS = [r"\.\.\*", r"\.\.”", r"nan%?", rf"1 ({COUNTED})", r"(?<!\d)-\d+ others"]  # of sentences made for other numbers
SLIPS += [rf"Of 0 ({COUNTED})", rf"0 of the ({COUNTED})", "0 (supports?|comes?|rests?)"]


@pytest.fixture
def sparse(case_copy):
    """The folder of a case without events, quantities, direct quotations, cues of doubt, friendly acts; with two links and one question."""
    keep = {"claim_links": lambda row: row[2] == "doubts", "questions": lambda row: row[0] == "k01"}
    for name in ("events", "event_actors", "quantities"):
        keep[name] = lambda row: False
    for name, wanted in keep.items():
        path = case_copy / f"{name}.csv"
        header, *rows = csv.reader(path.read_text(encoding="utf-8").splitlines())
        with open(path, "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *[row for row in rows if wanted(row)][:2]])
    path = case_copy / "claims.csv"
    text = path.read_text(encoding="utf-8")
    for old, new in {
        "direct": "indirect",
        "mixed": "indirect",
        "agree": "accuse",
        "support": "accuse",
        "concede": "accuse",
    }.items():
        text = text.replace(f",{old},", f",{new},")
    path.write_text(text, encoding="utf-8")
    return case_copy


CASES = ["practice", "sparse", "one claim", "no day"]
CASES += [pytest.param(name, marks=pytest.mark.thorough) for name in SMALL if name not in CASES]


@pytest.mark.parametrize("which", CASES)
@pytest.mark.parametrize("name", CORE)
def test_a_chapter_runs_on_another_case(name, which, shown, request, monkeypatch):
    """Every cell, and none of them says a thing of the report."""
    load = standoff.load
    asked = []
    folder = "practice"
    if which == "sparse":
        folder = request.getfixturevalue(which)
    elif which in SMALL:
        folder = SMALL[which](request.getfixturevalue("case_copy"))
        problems = [
            str(problem) for problem in check(folder)
        ]  # it is a valid one, though some paragraphs are empty now
        assert [problem for problem in problems if "no claim has its content" not in problem] == []

    def load_practice(case="report"):
        asked.append(case)
        return load(folder if case == "report" else case)

    monkeypatch.setattr(standoff, "load", load_practice)
    monkeypatch.chdir(FOLDER)
    strangers = OF_THE_REPORT | _names(load("report"))
    assert {"Putin", "Biden", "Ukraine", "NATO", "Russia"} <= strangers
    strangers -= _words(" ".join(table.to_csv() for table in load(folder).tables.values()))
    strangers -= _words(" ".join(load("practice").paragraph_texts))  # which chapters quote
    assert {"Putin", "Biden", "Ukraine", "NATO", "Russia", "2022", "Moscow"} <= strangers
    namespace = {"display": lambda output: shown.append(str(output))}
    for cell in code(name):
        if cell.source.startswith("check("):
            continue
        shown.clear()
        _run(cell.source, namespace, shown)
        said = re.sub(r"<img[^>]*src=\"[^\"]*\"", "", " ".join(shown))
        assert not strangers & _words(said), f"{name}: a cell speaks of {strangers & _words(said)}: {cell.source[:200]}"
        slips = [slip for slip in SLIPS if re.search(rf"(?<!\w){slip}(?!\w)", said)]
        assert not slips, f"{name}: {slips} in {said[:500]}"
    assert "report" in asked, 'the chapter loads its case by load("report")'
    assert namespace["case"].name == "practice"


def _names(case):
    """What the report's persons, states and organisations are called."""
    actors = case.actors.query("kind in ['person', 'state', 'organisation']")["name"]
    return {word for actor in actors for word in re.findall(r"[A-Z]\w{3,}", actor)} - {"State", "Foreign", "Ministry"}


def _words(text):
    return set(re.findall(r"\w+", text))


def _run(source, namespace, shown):
    """Run a cell, as a notebook does: what it prints, and what its last line is, are shown, too."""
    *body, last = ast.parse(source).body
    if not isinstance(last, ast.Expr):
        body, last = [*body, last], None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(ast.Module(body, []), "cell", "exec"), namespace)
        value = eval(compile(ast.Expression(last.value), "cell", "eval"), namespace) if last else None
    shown += [printed.getvalue(), "" if value is None else repr(value)]


@pytest.mark.parametrize("name", CORE)
def test_one_line_chooses_the_case(name):
    lines = [line for cell in code(name) for line in cell.source.splitlines() if re.search(r"load\(\"report\"\)", line)]
    assert lines == ['case = load("report")']
