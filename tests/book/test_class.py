"""The pages for a class: plans that add up, worksheets of one page each, no key on a sheet, all assignments in the table."""

import re

from bs4 import BeautifulSoup
from pypdf import PdfReader

from assignments.course import COURSE
from autograder import batch as grade
from autograder.report import feedback, tables
from chapters import HTML, ROOT, source
from standoff import load
from standoff.display import worksheets

SHEETS = [
    "Sheet 1. Who says it?",
    "Sheet 2. How sure are they?",
    "Sheet 3. A question that can be resolved",
    "Sheet 4. Do we agree?",
    "Sheet 5. From mouth to print",
]


def page(name):
    """The text of a page, before its end tags are left out."""
    path = ROOT / f"_build/articles/chapters/{name}.html"
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def test_the_minutes_of_each_plan_add_up():
    _, *plans = re.split(r"^## (?=\d+ minutes)", source("teaching"), flags=re.M)
    assert [int(plan.split()[0]) for plan in plans] == [45, 45, 90]
    for plan in plans:
        minutes = re.findall(r"^\| (\d+) \|", plan.split(":::")[1], re.M)
        assert sum(map(int, minutes)) == int(plan.split()[0])


def test_each_worksheet_is_one_page_of_paper_when_printed_from_a_browser(browser, tmp_path):
    tab = browser.new_page()
    tab.goto((HTML / "chapters/worksheets.html").as_uri())
    tab.pdf(path=tmp_path / "sheets.pdf", format="A4")
    tab.close()
    texts = [sheet.extract_text() for sheet in PdfReader(tmp_path / "sheets.pdf").pages]
    first = [next(number for number, text in enumerate(texts) if title in text) for title in [*SHEETS, "Key\n"]]
    assert first == list(range(first[0], first[0] + len(SHEETS) + 1))


def test_no_sheet_shows_what_its_key_says():
    sheets = page("worksheets").select("section.so-sheet")
    assert [sheet.h2.get_text().rstrip("#") for sheet in sheets] == [*SHEETS, "Key"]
    shown = "".join(sheet.get_text() for sheet in sheets[:-1])
    for answer in load("practice").questions["resolution_criteria"]:
        assert answer not in shown
    empty = [cell for sheet in sheets[:-1] for cell in sheet.select(".so-form td") if not cell.get_text(strip=True)]
    assert len(empty) > 80


def test_words_of_a_span_in_two_parts_are_joined():
    case = load("practice")
    told = case.claims.query("claim_id == 'c006'")
    assert worksheets.words(case, told["content_span"]).tolist() == ["This strait … has never been closed to anyone"]
    narrated = case.claims.query("source == 'narrator'")
    assert set(worksheets.words(case, narrated["cue_span"])) == {""}


def test_a_claim_is_followed_from_who_said_it_to_the_report():
    case, witnesses = load("practice"), load("practice/witnesses")
    quoted, alone = worksheets.from_mouth_to_print(case, witnesses, ["c006", "c044"])
    assert [stage.split(":</b> ")[0] for stage in quoted.split("<br>")] == [
        "<b>Oren Tamsel",
        "<b>agency story",
        "<b>the report",
    ]
    assert "never, in time of peace, been closed" in quoted.split("<br>")[0]
    assert alone.count("<b>") == 1, "no witness has it"


def test_text_on_a_sheet_is_printed_with_its_licence():
    assert page("worksheets").select_one(".so-to-mark").find_next(class_="so-credit").get_text() == worksheets.credit(
        load("practice")
    )
    assert "CC-BY-4.0" in worksheets.credit(load("practice"))


def test_every_assignment_is_in_the_students_table():
    rows = [row.get_text(" ", strip=True) for row in page("assignments").select("table")[0].select("tbody tr")]
    named = [row for row in rows if row.startswith("Assignment ")]
    assert len(named) == len(COURSE.names())
    for row, name in zip(named, COURSE.names(), strict=True):
        tasks = COURSE.read(name).tasks
        assert row.startswith(COURSE.read(name).title)
        assert f" {len(tasks)} {sum(task.points for task in tasks)}" in row


def test_students_read_what_each_status_means():
    cells = [[cell.get_text(strip=True) for cell in row.select("td")] for row in page("assignments").select("tbody tr")]
    assert set(grade.STATUSES) <= {row[0] for row in cells}
    assert {(word, status) for status, (word, _) in feedback.WORDS.items()} <= {tuple(row[:2]) for row in cells}


def test_teachers_read_what_each_file_is():
    named = {name.get_text() for name in page("teaching").select("dt code")}
    written = {
        *tables.files([], tables.ByHand()),
        grade.LOG,
        grade.RUNTIME,
        f"{grade.WORK}/",
        "feedback/",
        "class-report.html",
    }
    assert written <= named
