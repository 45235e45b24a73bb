"""Prose is marked on a page without a network, which writes the same prose.csv."""

import base64
import json
from dataclasses import replace

import pytest
from test_accessibility import AXE, RULES, VIOLATIONS
from test_batches import graded, table
from weather import COURSE

from autograder import batch
from autograder.report import tables

EVIL = "=1+1 </article><script>document.title = 'evil'</script> \"quoted\"\nsecond line, with a comma"


@pytest.fixture
def marks(tmp_path):
    marks = [graded("anna", prose=EVIL), graded("007", prose="Another answer."), graded("Zoë", prose="A third.")]
    batch.report(marks, tmp_path, tables.ByHand())
    return marks


@pytest.fixture
def tab(browser, tmp_path, marks):
    tab = browser.new_page(accept_downloads=True)
    tab.said = []
    tab.on("console", lambda message: tab.said.append(message.text))
    tab.on("request", lambda request: request.url.startswith(("file:", "blob:")) or tab.said.append(request.url))
    tab.goto((tmp_path / "prose.html").as_uri())
    yield tab
    tab.close()


def save(tab, tmp_path):
    with tab.expect_download() as download:
        tab.get_by_role("button", name="Save prose.csv").click()
    assert download.value.suggested_filename == "prose.csv"
    download.value.save_as(tmp_path / "prose.csv")


def test_points_typed_on_the_page_go_into_marks(tab, tmp_path, marks):
    before = (tmp_path / "prose.csv").read_text(encoding="utf-8")
    for number, (points, comment) in enumerate([("1.5", 'Say "how", not ;'), ("0", "")]):
        tab.locator("input.points").nth(number).fill(points)
        tab.locator("input.comment").nth(number).fill(comment)
    assert tab.locator("#count").inner_text() == "2 of 3 marked"
    save(tab, tmp_path)
    by_hand = tables.read_prose(tmp_path, COURSE)
    points = {one.submission.student: one.points for one in tables.with_points(marks, by_hand)}
    assert points == {"anna": 3.5, "007": 2.0, "Zoë": 2.0}
    rows = table(tmp_path / "prose.csv")
    assert [row["comment"] for row in rows] == ['Say "how", not ;', "", ""]
    batch.report(marks, tmp_path, tables.ByHand())
    assert (tmp_path / "prose.csv").read_text(encoding="utf-8") == before
    assert tab.title() == "Prose to mark" and tab.said == []


def test_question_and_scheme_stand_beside_names_can_be_hidden_and_comments_come_again(tab):
    assert "How much it rained." in tab.locator("details[open] blockquote").inner_text()
    assert tab.get_by_text("What does a wet day not say?").count()
    assert tab.get_by_text("anna").is_visible()
    tab.get_by_label("Show names").uncheck()
    assert not tab.get_by_text(", anna").is_visible() and "Answer 1" in tab.locator("article h3").first.inner_text()
    tab.locator("input.comment").first.fill("Name an amount.")
    tab.locator("input.comment").first.blur()
    assert tab.evaluate("[...document.querySelectorAll('datalist option')].map(one => one.value)") == [
        "Name an amount."
    ]


def test_what_was_typed_is_there_again_and_too_many_points_are_not_saved(tab, tmp_path):
    tab.locator("input.points").first.fill("2")
    tab.reload()
    assert tab.locator("input.points").first.input_value() == "2"
    tab.locator("input.points").first.fill("4")
    tab.get_by_role("button", name="Save prose.csv").click()
    assert table(tmp_path / "prose.csv")[0]["points"] == "" and tab.locator("input.points:invalid").count() == 1


def test_rows_about_other_texts_are_kept(tmp_path, browser, tab, marks):
    tab.locator("input.points").first.fill("1")
    save(tab, tmp_path)
    later = [graded("anna", prose="A new answer."), *marks[1:]]
    batch.report(later, tmp_path, tables.read_prose(tmp_path, COURSE))
    tab.reload()
    save(tab, tmp_path)
    assert [(row["student"], row["points"]) for row in table(tmp_path / "prose.csv")] == [
        ("007", ""),
        ("Zoë", ""),
        ("anna", ""),
        ("anna", "1"),
    ]


PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def with_pictures(one, **attached):
    """What a student handed in, with files pasted into the cell of prose."""
    content = json.loads(one.submission.notebook)
    cell = next(cell for cell in content["cells"] if one.result.tasks[1].answer in "".join(cell["source"]))
    cell["attachments"] = {name: {kind: data} for name, (kind, data) in attached.items()}
    return replace(one, submission=replace(one.submission, notebook=json.dumps(content).encode()))


def test_pictures_pasted_into_an_answer_are_shown_and_nothing_else_is(browser, tmp_path):
    script = base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>").decode()
    attached = {"first": ("image/png", PNG), "second": ("image/svg+xml", script), "third": ("image/png", script)}
    one = with_pictures(graded("=anna", prose="See the picture."), **attached)
    batch.report([one, graded("ben", prose="Without one.")], tmp_path, tables.ByHand())
    tab = browser.new_page()
    tab.goto((tmp_path / "prose.html").as_uri())
    sizes = tab.evaluate("[...document.images].map(one => [one.alt, one.naturalWidth])")
    tab.close()
    assert sizes == [["Picture 1 of answer 1", 1]]


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing(tab, width):
    tab.set_viewport_size({"width": width, "height": 900})
    tab.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.evaluate(AXE)
    assert tab.evaluate(VIOLATIONS, RULES) == []
