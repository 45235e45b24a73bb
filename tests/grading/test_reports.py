"""What teachers and students read of marks: tables, feedback pages, the class report."""

import csv
import io
import re
import tempfile
from pathlib import Path

import handed_in
import lxml.html
import pytest
from handed_in import HIDDEN_WORD, NAME
from test_accessibility import NARROW, WIDE, everywhere

from autograder import marking as marks
from autograder.batch import Graded, report
from autograder.intake.collect import Submission
from autograder.report import classreport, feedback, tables

FOLDER = tempfile.TemporaryDirectory()  # is gone when all tests are done
COURSE = handed_in.sample(Path(FOLDER.name))
EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def _graded(student="anna", status="graded", reason="", tasks=None, failed=(), assignment=NAME):
    tasks = tasks or {
        "n_claims": (2.0, "right", "", "135"),
        "share": (0.0, "wrong", "This is a count: divide by the number of claims.", "44"),
        "explain": (None, "by hand", "Your teacher reads and marks this answer.", "It says how often."),
    }
    found = tuple(marks.TaskResult(name, *rest) for name, rest in tasks.items())
    return Graded(
        Submission(student, COURSE.read(assignment), f"{student}/x.ipynb"),
        marks.Result(status, reason, found, tuple(failed)),
    )


def _table(text):
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def _write(out, graded):
    """As the batch writes it, with what stands in prose.csv; the Graded with their points."""
    by_hand = tables.read_prose(out, COURSE)
    graded = tables.with_points(graded, by_hand)
    report(graded, out, by_hand)
    return graded


# ---- tables ----


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\r=1", "\n=1"])
def test_no_cell_is_a_formula(text):
    assert tables.guard(text).startswith("'")
    graded = _graded(student=text, tasks={"explain": (None, "by hand", text, text)})
    for name, content in tables.files([graded], tables.ByHand()).items():
        for row in _table(content):
            assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in row.values()), name


def test_no_cell_becomes_a_formula_where_other_signs_part_cells():
    assert tables.guard("a;=1;\t+1\n- one, =2; b") == "a;'=1;'\t'+1\n'- one, =2; b"
    assert tables.guard("＝1") == "'＝1"


def test_names_of_pages_are_as_short_as_file_systems_want_them():
    names = ["𝒜" * 63, "𝒜" * 62 + "b", "学" * 85]
    files = feedback.file_names(names)
    assert len(set(files.values())) == 3
    assert all(len(f".{file}.part".encode()) <= 255 for file in files.values())


def test_line_ends_and_quotation_marks_stay_in_their_cell():
    graded = _graded(tasks={"explain": (None, "by hand", "", 'one\r\ntwo "three", four\rfive')})
    [row] = _table(tables.files([graded], tables.ByHand())["prose.csv"])
    assert row["text"] == 'one\ntwo "three", four\nfive'


def test_nobody_is_left_out_of_the_marks():
    lost = Graded(
        Submission("ben", None, "", None, {}, "refused", "No notebook."), marks.Result("refused", "No notebook.", ())
    )
    written = tables.files([_graded(), lost], tables.ByHand())
    assert [row["submission"] for row in _table(written["grades.csv"]) if row["student"] == "ben"] == ["refused"]
    assert feedback.pages([lost])["ben.html"] and "ben" in classreport.page([_graded(), lost])


# ---- points by hand ----


def _fill_in(out, points, comment="Well seen.", separator=",", encoding="utf-8-sig"):
    path = out / "prose.csv"
    found = _table(path.read_text(encoding="utf-8"))
    for row in found:
        row |= {"points": points, "comment": comment}
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, tables.COLUMNS, delimiter=separator)
    writer.writeheader()
    writer.writerows(found)
    path.write_bytes(text.getvalue().encode(encoding))


@pytest.mark.parametrize(
    ("points", "separator", "encoding"), [("1.5", ",", "utf-8-sig"), ("1,5", ";", "cp1252"), ("1.5", "\t", "utf-16")]
)
def test_points_by_hand_go_into_marks_and_feedback_and_stay(tmp_path, points, separator, encoding):
    _write(tmp_path, [_graded()])
    _fill_in(tmp_path, points, separator=separator, encoding=encoding)
    _write(tmp_path, [_graded()])
    [row] = [row for row in _table((tmp_path / "grades.csv").read_text(encoding="utf-8")) if row["task"] == "explain"]
    assert (row["points"], row["status"], row["reason"]) == ("1.5", "marked", "Well seen.")
    [row] = _table((tmp_path / "submissions.csv").read_text(encoding="utf-8"))
    assert (row["points"], row["max_points"], row["by_hand"]) == ("3.5", "7", "0")
    page = (tmp_path / "feedback" / "anna.html").read_text(encoding="utf-8")
    assert "Well seen." in page and "1.5 of 2 points" in page and "3.5 of 7 points" in page
    before = (tmp_path / "prose.csv").read_bytes()
    _write(tmp_path, [_graded(), _graded("ben")])
    after = (tmp_path / "prose.csv").read_bytes()
    assert after.startswith(before) and after.count(b"\n") == before.count(b"\n") + 1  # kept, and one row added


def test_points_are_for_the_text_that_was_read(tmp_path):
    _write(tmp_path, [_graded()])
    _fill_in(tmp_path, "2")
    new = {"explain": (None, "by hand", "Your teacher reads and marks this answer.", "Another text.")}
    [graded] = _write(tmp_path, [_graded(tasks=new)])
    assert graded.result.tasks[0].status == "by hand"
    assert [
        (row["points"], row["text"]) for row in _table((tmp_path / "prose.csv").read_text(encoding="utf-8-sig"))
    ] == [
        ("2", "It says how often."),
        ("", "Another text."),
    ]


@pytest.mark.parametrize("points", ["3", "-1", "two", "1.5.2", "=1", "1/2", "nan", "1e0"])
def test_what_is_no_number_of_points_is_said_with_its_place(tmp_path, points):
    _write(tmp_path, [_graded()])
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.csv")}
    _fill_in(tmp_path, points)
    with pytest.raises(tables.PointsError, match=r"^prose\.csv:2 points: anna: .*Remedy: write a number from 0 to 2"):
        tables.read_prose(tmp_path, COURSE)
    assert before[tmp_path / "grades.csv"] == (tmp_path / "grades.csv").read_bytes()


def test_a_column_that_is_gone_is_named(tmp_path):
    (tmp_path / "prose.csv").write_text("student,task,points\nanna,explain,2\n", encoding="utf-8")
    with pytest.raises(tables.PointsError, match=r"prose\.csv:1 assignment: .* Remedy: the columns are"):
        tables.read_prose(tmp_path, COURSE)


# ---- pages ----


def _evil():
    failed = [marks.Failure(4, "n_claims", 3, f"ValueError: {EVIL}")]
    tasks = {
        "n_claims": (0.0, "error", f"Its cell stopped: {EVIL}", EVIL),
        "share": (0.0, "wrong", EVIL, f"{HIDDEN_WORD} {EVIL}"),
        "explain": (None, "by hand", "", f"{EVIL}\n\n</blockquote></main>"),
    }
    return _graded(f"anna {EVIL}", "partly graded", EVIL, tasks, failed)


def test_pages_escape_what_students_wrote_and_hold_no_script():
    graded = [_evil(), _graded("ben")]
    for page in [*feedback.pages(graded).values(), classreport.page(graded)]:
        tree = lxml.html.fromstring(page)
        assert not tree.xpath("//script | //iframe | //object | //form | //base | //*[@onerror] | //img[@src='x']")
        for address in tree.xpath("//@src | //@href"):
            assert re.match(r"data:image/svg|feedback/[\w.%-]+$|runtime\.|log\.txt$", address), address


def test_feedback_says_what_happened_and_nothing_of_what_is_hidden():
    failed = [marks.Failure(4, "n_claims", 3, "NameError: name 'x' is not defined")]
    secret = {"share": (0.0, "wrong", "This is a count.", f"{HIDDEN_WORD} of the hidden data")}
    page = feedback.pages([_graded(tasks=secret, failed=failed, status="partly graded")])["anna.html"]
    text = " ".join(lxml.html.fromstring(page).text_content().split())
    for told in [
        "Task 2. What share does a source have?",
        "0 of 3",
        "Not right yet",
        "This is a count.",
        "line 3: NameError: name 'x'",
    ]:
        assert told in text
    for hidden in [
        HIDDEN_WORD,
        "compare(",
        "nunique",
        "BEGIN HIDDEN",
        "mark scheme",
        "what to look for",
        "model answer",
    ]:
        assert hidden.lower() not in page.lower()


def test_one_page_for_each_student_with_all_her_assignments():
    handed_in.write_assignment(COURSE.assignments, "8-other")
    pages = feedback.pages(
        [_graded("anna"), _graded("anna", assignment="8-other"), _graded("ANNA"), _graded("a/nna"), _graded("CON")]
    )
    assert len(pages) == 4 and len({name.casefold() for name in pages}) == 4 and "CON.html" not in pages
    assert all(re.fullmatch(r"[\w.-]+\.html", name) for name in pages)
    assert sorted(page.count("<h2") for page in pages.values()) == [1, 1, 1, 2]


@pytest.mark.parametrize("status", ["refused", "unreadable", "crashed", "timed out", "not marked"])
def test_every_status_is_told_in_words(status):
    graded = _graded(status=status, reason="Why it is so.")
    assert feedback.TOLD[status] in feedback.pages([graded])["anna.html"]
    report = lxml.html.fromstring(classreport.page([graded])).text_content()
    assert "Why it is so." in report and classreport.MEANINGS[status] in report


def test_an_error_of_the_grader_is_told_and_counts_against_nobody():
    nothing = {"n_claims": (None, "not reached", "", "")}
    graded = _graded("ben", "not marked", "The grader itself failed.", nothing)
    graded = Graded(graded.submission, graded.result, is_fault=True)
    page = feedback.pages([graded])["ben.html"]
    assert (
        "The grader itself failed." in page and "points" not in lxml.html.fromstring(page).find("body").text_content()
    )
    row = lxml.html.fromstring(classreport.page([graded])).xpath("//section[@aria-labelledby='students']//tbody/tr")[0]
    assert [cell.text_content() for cell in row] == ["ben", "not marked"]


def test_the_class_report_finds_the_hardest_task_and_the_most_frequent_mistake():
    right_now = {"n_claims": (2.0, "right", "", "135"), "share": (3.0, "right", "", "0.3")}
    other = {"n_claims": (2.0, "right", "", "135"), "share": (0.0, "wrong", "The value is not right.", "7")}
    graded = [_graded("a"), _graded("b"), _graded("c", tasks=right_now), _graded("d", tasks=other)]
    tree = lxml.html.fromstring(classreport.page(graded))
    captions = [caption.text_content() for caption in tree.xpath("//figcaption")]
    assert captions[0] == "Solved least often: “Task 2. What share does a source have?”, by 1 of 4."
    [table] = [one for one in tree.xpath("//table") if "Wrong answers" in one.xpath("string(caption)")]
    assert [[cell.text_content() for cell in row] for row in table.xpath("tbody/tr")] == [
        ["Task 2. What share does a source have?", "2 of 4", "This is a count: divide by the number of claims.", "44"],
        ["Task 2. What share does a source have?", "1 of 4", "The value is not right.", "7"],
    ]
    for picture in tree.xpath("//figure//img[starts-with(@src, 'data:')]"):
        assert "of 4" in picture.get("alt")
    assert "2 written answers wait" in tree.text_content()


def test_axe_finds_nothing(browser, tmp_path):
    graded = [_evil(), _graded("ben"), _graded("carla", "refused", "There is no notebook here.")]
    _write(tmp_path, graded)
    tab = browser.new_page(viewport=WIDE, color_scheme="light")
    said = []
    tab.on("console", lambda message: said.append(message.text))
    for path in [tmp_path / "class-report.html", *sorted((tmp_path / "feedback").iterdir())]:
        tab.goto(path.as_uri())
        tab.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
        assert everywhere(tab) == []
        for size in (WIDE, NARROW):
            tab.set_viewport_size(size)
            assert tab.evaluate("document.documentElement.scrollWidth") <= size["width"]
        tab.set_viewport_size(WIDE)
    tab.close()
    assert said == []
