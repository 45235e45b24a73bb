"""The chapters' sources: frame, prose, code and links to the data."""

import ast
import re
from collections import Counter

import jupytext
import pandas as pd
import pytest
import yaml

from assignments.course import COURSE
from chapters import CONTENT, FOLDER, OTHERS, PAGES, ROOT, built, code, is_notebook, prose, source, tags
from standoff import load

# Digits that prose may hold, because they are no data: names of things, dates, settings of the lesson.
NO_DATA = [
    r"15 February 2022",
    r"\b(December|February) (2021|2022)\b",
    r"\b20(08|14|21|22)\b(?= (its|said|report))?(?=\b)",
    r"\d+ minutes",
    r"SHA-256",
    r"[Cc]anon-1",
    r"UTF-8",
    r"ICD 203",
    r"ISO 8601",
    r"\b50 ?%",
    r"Package 2\.0",
    r"Attribution 4\.0",
    r"\bcounts? characters from 0\b",
    r"\b[Rr]ound [12]\b",
    r"\(1 or 0\)",
    r"1 if it happened, 0 if not",
    r"from 0 to 1\b",
    r"since 2019",
    r"^## \d+\. ",
    r"numbered from 1\b",
]


def test_every_page_of_the_book_is_known_to_the_tests():
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    pages = [chapter["file"] for part in toc["parts"] for chapter in part["chapters"]]
    assert pages == [f"chapters/{name}" for name in CONTENT + OTHERS]
    assert sorted(path.stem for path in FOLDER.glob("*.md")) == sorted(CONTENT + OTHERS)


@pytest.mark.parametrize("name", CONTENT)
def test_a_chapter_has_the_frame(name):
    text = source(name)
    headings = re.findall(r"^#+ (.*)$", prose(name), re.M)
    assert text.count("{admonition} In this chapter") == 1
    for part in ("**You will be able to**", "**Level**", "**You need**"):
        assert part in text, f"{name}: no {part} in the frame"
    assert headings[-2:] == ["Exercises", "Summary"], f"{name} ends with {headings[-2:]}"
    assert re.search(r"^\*\*Next:\*\* ", text, re.M), f"{name}: nothing comes next"


@pytest.mark.parametrize("name", CONTENT)
def test_a_chapter_has_figures_tables_and_exercises_enough(name):
    sources = "\n".join(cell.source for cell in code(name))
    shown = len(re.findall(r"^ *(?:figure|table)\(", sources, re.M))
    exercises = re.findall(r"^ *exercise\(\s*(\d+)", sources, re.M)
    assert shown >= 3, f"{name} shows {shown} figures and tables"
    assert exercises == [str(n + 1) for n in range(len(exercises))] and len(exercises) >= 4
    assert re.findall(r"^check\((\d+), \.\.\.\)$", sources, re.M) == exercises, "each exercise is followed by its check"


def test_neither_the_length_nor_the_letter_of_an_option_gives_the_answer_away():
    """Over all choices of the book: the right option is the longest, or the shortest, no more often than a guess is right."""
    longest, shortest, guessed, letters = 0, 0, 0, Counter()
    for name in CONTENT:
        for form in built(f"chapters/{name}").select('form.so-quiz[data-kind="choice"]'):
            lengths = {label.input["value"]: len(label.get_text(strip=True)) for label in form.select("label")}
            right = lengths.pop(form["data-answer"])
            longest += right > max(lengths.values())
            shortest += right < min(lengths.values())
            guessed += 1 / (len(lengths) + 1)
            letters[form["data-answer"]] += 1
    assert longest <= guessed and shortest <= guessed, (longest, shortest, guessed)
    assert max(letters.values()) <= sum(letters.values()) / 3, letters


@pytest.mark.parametrize("name", CONTENT + ["about-the-data"])
def test_prose_types_no_number_that_the_data_hold(name):
    text = re.sub(r"\{[a-z:]+\}`[^`]*`|`[^`]*`|\[[^\]]*\]\([^)]*\)", " ", prose(name))
    for allowed in NO_DATA:
        text = re.sub(allowed, " ", text, flags=re.M)
    found = [line.strip() for line in text.splitlines() if re.search(r"\d", line)]
    assert not found, f"{name}: compute these numbers, or add them to NO_DATA: {found}"


@pytest.mark.parametrize("name", CONTENT + OTHERS)
def test_claims_that_a_chapter_cites_exist(name):
    cited = set(re.findall(r"\bc\d{3}\b", source(name)))
    assert cited <= set(load("report").claims["claim_id"]), f"{name} cites claims that do not exist"


@pytest.mark.parametrize(("name", "links"), [("your-report", False), ("worksheets", False), ("claims", True)])
def test_tables_link_to_claims_of_the_report_alone(name, links):
    assert bool(built(f"chapters/{name}").select("td a.claim")) == links


@pytest.mark.parametrize("name", CONTENT)
def test_a_chapter_imports_in_its_first_cell_what_it_uses(name):
    first, *others = [cell.source for cell in code(name)]
    assert not re.findall(r"^\s*(?:from|import) .*", "\n".join(others), re.M)
    names = re.findall(r"\w+", re.search(r"^from standoff\.display import (\([^)]*\)|.*)", first, re.M)[1])
    assert names == sorted(names)
    unused = [name for name in names if not re.search(rf"\b{name}\b[.(]", "\n".join(others))]
    assert not unused


@pytest.mark.parametrize("name", CONTENT)
def test_a_chapter_calls_colours_by_their_names(name):
    assert not [cell.source for cell in code(name) if re.search(r"#[0-9a-fA-F]{6}\b", cell.source)]


SOURCES = [page for page in PAGES if is_notebook(page)]
SOURCES += [f"assignments/{name}/{name}" for name in COURSE.names()]


@pytest.mark.parametrize("page", SOURCES)
def test_saving_in_jupyterlab_changes_nothing(page):
    text = (ROOT / f"{page}.md").read_text(encoding="utf-8")
    assert jupytext.writes(jupytext.reads(text, fmt="md:myst"), fmt="md:myst") == text


@pytest.mark.parametrize("name", CONTENT)
def test_shown_code_fits_the_page(name):
    long = [
        line
        for cell in code(name)
        if not {"remove-input", "remove-cell", "hide-input"} & set(tags(cell))
        for line in cell.source.splitlines()
        if len(line) > 80
    ]
    assert not long, f"{name}: lines of more than 80 characters: {long}"


VERBS = {verb for kind in (pd.DataFrame, pd.Series) for verb in dir(kind) if not verb.startswith("_")}
VERBS |= {"crosstab", "concat", "read_csv", "to_datetime"}
VERBS -= {"all", "join", "round"}  # of NumPy and of text as well


@pytest.mark.parametrize("name", CONTENT)
def test_each_verb_of_pandas_that_readers_see_is_explained(name):
    """On the page of six verbs, or in the chapter that uses it: its name stands there as code."""
    explained = set(re.findall(r"`(?:pd\.|np\.)?(\w+)[^`]*`", prose("refresher") + prose(name)))
    for cell in code(name):
        if not {"remove-input", "remove-cell", "hide-input"} & set(tags(cell)):
            calls = (node.func for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call))
            used = {call.attr for call in calls if isinstance(call, ast.Attribute)}
            assert used & VERBS <= explained, f"{name}: {sorted(used & VERBS - explained)} in\n{cell.source}"


@pytest.mark.parametrize("name", CONTENT)
def test_citations_are_in_the_bibliography(name):
    keys = set(re.findall(r"^@\w+\{([^,]+),", (ROOT / "references.bib").read_text(encoding="utf-8"), re.M))
    cited = {key for group in re.findall(r"\{cite:[a-z]+\}`([^`]+)`", source(name)) for key in group.split(",")}
    assert cited <= keys, f"{name}: {cited - keys} not in references.bib"
