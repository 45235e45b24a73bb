"""A class over several batches: what is added, replaced, kept, missing and late; and what a teacher types."""

import csv
import dataclasses
import io
import os
from datetime import datetime, timedelta

import openpyxl
import pytest
from handed_in import put, zipped
from weather import COURSE, FILE, NAME, PROSE, RIGHT, notebook

from autograder import batch, roster
from autograder.batch import Graded, GradeError, exit_status, grade
from autograder.cli import main
from autograder.intake.collect import LayoutError, Submission, read
from autograder.intake.submission import read_cells
from autograder.marking import Result, TaskResult
from autograder.register import Register
from autograder.report import classreport, look, tables
from autograder.sheets import SheetError

ASSIGNMENT = COURSE.read(NAME)


def table(path, separator=","):
    text = path.read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=separator))


# ---- batches ----


@pytest.fixture
def add(tmp_path):
    """Adds a batch, files by name, to the register of a class; (submissions by student, what is said)."""

    def add(files, **options):
        number = len(list(tmp_path.glob("in*")))
        scratch = tmp_path / f"scratch{number}"
        scratch.mkdir()
        source = put(tmp_path / f"in{number}", files)
        register = Register(tmp_path / "work", COURSE)
        merged = register.add(read(COURSE, source, scratch, **options).submissions)
        register.save(batch._write)
        return {one.student: one for one in Register(tmp_path / "work", COURSE).submissions}, merged.said

    return add


def text(submission):
    return submission.notebook.read_text(encoding="utf-8")


def test_a_later_batch_adds_and_what_it_replaces_is_said(add):
    first, said = add({f"{name}/{FILE}": notebook(prose=name) for name in ("anna", "ben", "carl")})
    assert set(first) == {"anna", "ben", "carl"} and said == []
    second, said = add({f"ben/new/{FILE}": notebook(prose="later"), f"late/{FILE}": notebook(prose="late")})
    assert set(second) == {"anna", "ben", "carl", "late"} and "later" in text(second["ben"])
    assert said == [f"ben, {NAME}: ben/new/{FILE} replaces ben/{FILE} of an earlier batch."]
    third, said = add({f"ben/new/{FILE}": notebook(prose="later")})
    assert set(third) == set(second) and said == []
    assert read_cells(third["anna"].notebook)


@pytest.mark.parametrize("broken", [{f"anna/{FILE}": b"{"}, {"anna/essay.pdf": b"%PDF"}])
def test_what_cannot_be_marked_replaces_nothing_that_can(add, broken):
    add({f"anna/{FILE}": notebook(prose="good"), f"ben/{FILE}": notebook()})
    later, [said] = add(broken | {f"ben/{FILE}": notebook()})
    assert "good" in text(later["anna"]) and "still counts" in said and later["anna"].notes


def test_an_older_attempt_does_not_replace_a_newer_one(add):
    folder = "1-2 - Anna Lee - May {}, 2024 1023 AM"
    add({f"{folder.format(10)}/{FILE}": notebook(prose="newer")})
    later, [said] = add({f"{folder.format(9)}/{FILE}": notebook(prose="older")})
    assert "newer" in text(later["Anna Lee"]) and "is older" in said
    assert later["Anna Lee"].time == datetime(2024, 5, 10, 10, 23)


def test_what_was_read_in_another_way_leaves_no_second_row(add):
    files = {f"anna_1_2_x/{FILE}": notebook(prose="a"), f"ben_2_3_x/{FILE}": notebook(prose="b")}
    first, _ = add(files, layout="folders")
    assert set(first) == {"anna_1_2_x", "ben_2_3_x"}
    second, said = add(files)
    assert set(second) == {"anna", "ben"} and all("differently" in line for line in said)


def test_two_of_one_name_in_two_batches_stay_two(add):
    add({f"Kim Lee_1_assignsubmission_file_/{FILE}": notebook(prose="one")})
    second, said = add({f"Kim Lee_2_assignsubmission_file_/{FILE}": notebook(prose="two")})
    assert set(second) == {"Kim Lee", "Kim Lee (2)"} and said == []
    both = {f"Kim Lee_{number}_assignsubmission_file_/{FILE}": notebook(prose=f"new {number}") for number in (1, 2)}
    third, _ = add(both)
    assert {name: ("new 1" in text(one), "new 2" in text(one)) for name, one in third.items()} == {
        "Kim Lee": (True, False),
        "Kim Lee (2)": (False, True),
    }


# ---- the roster ----

ROSTER = """\
First name;Last name;ID number;Email;extension;extension 1-rain
Anna;Lee;007;anna@example.org;;
Ольга;Мир;100000;;2024-05-20;
Kim;Lee;3;;;2024-05-10 12:00
Kim;Lee;4;;;
"""


@pytest.fixture
def students(tmp_path):
    (tmp_path / "class.csv").write_text(ROSTER, encoding="utf-8-sig")
    return roster.read_roster(tmp_path / "class.csv")


@pytest.mark.parametrize(
    ("called", "number", "name"),
    [
        ("7", "", "Anna Lee"),
        ("leeanna", "", "Anna Lee"),
        ("LEE, ANNA", "", "Anna Lee"),
        ("x", "ANNA@example.org", "Anna Lee"),
        ("1E+05", "", "Ольга Мир"),
        ("Kim Lee", "4", "Kim Lee (4)"),
        ("Kim Lee (3)", "3", "Kim Lee (3)"),
        ("Kim Lee", "", "Kim Lee"),
        ("Nobody", "", "Nobody"),
    ],
)
def test_the_roster_knows_a_student_by_whatever_a_platform_calls_her(students, called, number, name):
    [one] = students.named([Submission(called, ASSIGNMENT, number=number)])
    assert one.student == name
    assert (roster.UNKNOWN in one.notes) == (name in ("Nobody", "Kim Lee"))


def test_numbers_of_moodle_are_not_those_of_the_roster(students):
    [one] = students.named([Submission("Somebody", ASSIGNMENT, number="4", layout="moodle")])
    assert one.student == "Somebody"


def test_who_handed_in_nothing_is_listed(students):
    there = students.named([Submission("Anna Lee", ASSIGNMENT), Submission("Kim Lee", ASSIGNMENT, number="3")])
    assert students.missing(there) == [("Ольга Мир", NAME), ("Kim Lee (4)", NAME)]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("id\n1\n", "no column with names"),
        ("name,extension\nAnna,soon\n", "class.csv:2 extension: 'soon' is not a time"),
    ],
)
def test_a_roster_that_cannot_be_read_says_where_and_what_to_do(tmp_path, rows, told):
    (tmp_path / "class.csv").write_text(rows, encoding="utf-8")
    with pytest.raises(SheetError, match=f"{told}.*Remedy"):
        roster.read_roster(tmp_path / "class.csv")


def test_a_roster_in_a_workbook_is_kept_as_it_was_read(tmp_path):
    """A spreadsheet keeps a day as midnight; an extension to a day lasts until its end all the same."""
    book = openpyxl.Workbook()
    book.active.append(["name", "ID", "extension"])
    book.active.append(["Anna Lee", 7.0, datetime(2024, 5, 20)])
    book.active.append(["Kim Lee", 8, datetime(2024, 5, 20, 12)])
    book.save(tmp_path / "class.xlsx")
    given = batch._roster(tmp_path / "class.xlsx", tmp_path)
    assert batch._roster(None, tmp_path) == given
    ends = {one.name: one.extensions[""].strftime("%d %H:%M:%S") for one in given.students}
    assert ends == {"Anna Lee": "20 23:59:59", "Kim Lee": "20 12:00:00"}


def graded(student="anna", number="", time=None, late=False, prose="An answer.", points=2.0):
    tasks = (TaskResult("wet_days", points, "right", ""), TaskResult(PROSE, None, "by hand", "", prose))
    about = Submission(
        student, ASSIGNMENT, f"{student}/{FILE}", notebook(prose=prose), number=number, time=time, late=late
    )
    return Graded(about, Result("graded", "", tasks))


@pytest.mark.parametrize(
    ("student", "handed_in", "late", "penalty"),
    [
        ("Anna Lee", "2024-05-10 00:00", "1 min", 1.0),
        ("Anna Lee", "2024-05-09 23:59", "", 0.0),
        ("Anna Lee", "2024-05-12 01:00", "2 days 1 h", 2.0),
        ("Ольга Мир", "2024-05-20 23:00", "", 0.0),
        ("Kim Lee (3)", "2024-05-10 12:30", "30 min", 1.0),
    ],
)
def test_lateness_is_recorded_and_costs_only_what_the_course_says(students, student, handed_in, late, penalty):
    def rule(points, late):
        return points - 1.0 if late < timedelta(days=1) else 0.0

    course = dataclasses.replace(COURSE, due={NAME: "2024-05-09 23:59"})
    one = graded(student, time=datetime.fromisoformat(handed_in))
    assert (batch._with_lateness(one, course, students).late, batch._with_lateness(one, course, students).penalty) == (
        late,
        0,
    )
    costly = batch._with_lateness(one, dataclasses.replace(course, late=rule), students)
    assert (costly.late, costly.penalty, costly.points) == (late, penalty, 2.0 - penalty)
    row = next(
        csv.DictReader(io.StringIO(tables.files([costly], tables.ByHand())["submissions.csv"].removeprefix("\ufeff")))
    )
    assert (row["late"], row["points"]) == (late, f"{2.0 - penalty:g}")


# ---- what is typed ----


def fill_in(out, names, texts=True, points="1"):
    """prose.csv as a spreadsheet saved it: students renamed, rows turned round."""
    rows = table(out / "prose.csv")
    for row in rows:
        row |= {"student": names.get(row["student"], row["student"]), "points": points, "text": row["text"] * texts}
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, rows[0])
    writer.writeheader()
    writer.writerows(rows[::-1])
    (out / "prose.csv").write_text(written.getvalue(), encoding="utf-8")


def write(out, marks):
    """As the batch writes it, with what stands in prose.csv."""
    by_hand = tables.read_prose(out, COURSE)
    found = tables.matches(marks, by_hand)
    marks = tables.with_points(marks, by_hand)
    batch.report(marks, out, by_hand, found.lost)
    return {one.submission.student: one.points for one in marks}, found


@pytest.mark.parametrize("prose", ["The same answer.", None])
@pytest.mark.parametrize("texts", [True, False])
def test_points_find_their_student_whatever_a_spreadsheet_made_of_her_id(tmp_path, prose, texts):
    marks = [graded(name, prose=prose or f"Answer of {name}.") for name in ("007", "100000", "00012", "anna")]
    write(tmp_path, marks)
    fill_in(tmp_path, {"007": "7", "100000": "1E+05", "00012": "12"}, texts)
    points, found = write(tmp_path, marks)
    assert points == dict.fromkeys(("007", "100000", "00012", "anna"), 3.0) and found.lost == []
    assert [row["student"] for row in table(tmp_path / "prose.csv")] == ["anna", "00012", "100000", "007"]


def test_a_number_that_lost_its_digits_is_found_by_the_text(tmp_path):
    marks = [graded(name, prose=f"Answer of {name}.") for name in ("123456", "123999")]
    write(tmp_path, marks)
    fill_in(tmp_path, {"123456": "1.23E+05", "123999": "1.24E+05"})
    assert write(tmp_path, marks)[0] == {"123456": 3.0, "123999": 3.0}


def test_what_is_typed_about_nobody_is_named_and_kept(tmp_path):
    marks = [graded(name, prose="The same answer.") for name in ("anna", "ben")]
    write(tmp_path, marks)
    fill_in(tmp_path, {"anna": "hanna", "ben": "benn"})
    points, found = write(tmp_path, marks)
    assert points == {"anna": 2.0, "ben": 2.0}
    assert [line.split(":")[:2] for line in found.lost] == [["prose.csv", "2 student"], ["prose.csv", "3 student"]]
    assert "matches no answer in the class" in (tmp_path / "class-report.html").read_text(encoding="utf-8")
    assert [row["student"] for row in table(tmp_path / "prose.csv")][:2] == ["benn", "hanna"]


def test_points_for_an_earlier_text_are_told_and_are_no_problem(tmp_path):
    write(tmp_path, [graded()])
    fill_in(tmp_path, {})
    points, found = write(tmp_path, [graded(prose="Another text.")])
    assert points == {"anna": 2.0} and found.lost == [] and "handed in earlier" in found.earlier[0]


def test_a_table_of_another_program_beside_the_sheet_is_named(tmp_path):
    write(tmp_path, [graded()])
    (tmp_path / "prose.ods").write_bytes(b"PK")
    [problem] = tables.read_prose(tmp_path, COURSE).problems
    assert problem.startswith("prose.ods lies beside prose.csv") and "Remedy: save it as CSV" in problem
    marks = batch.Marks([graded()])
    marks.said, marks.problems = [], [problem]
    assert exit_status(marks) == 1


def save_workbook(out, points, age):
    """prose.csv with these points, as a spreadsheet saves it as a workbook, so many seconds after it."""
    book, rows = openpyxl.Workbook(), table(out / "prose.csv")
    book.active.append(list(rows[0]))
    for row in rows:
        book.active.append(list((row | {"points": points[row["student"]]}).values()))
    book.save(out / "prose.xlsx")
    saved = (out / "prose.csv").stat().st_mtime + age
    os.utime(out / "prose.xlsx", (saved, saved))


def test_a_workbook_that_is_newer_than_the_sheet_is_read(tmp_path):
    marks = [graded("anna", prose="An answer."), graded("007", prose="Another.")]
    write(tmp_path, marks)
    save_workbook(tmp_path, {"anna": 1.5, "007": 2}, age=1)
    assert write(tmp_path, marks)[0] == {"anna": 3.5, "007": 4.0}
    assert write(tmp_path, marks)[0] == {"anna": 3.5, "007": 4.0}, "they are in prose.csv now"
    assert tables.read_prose(tmp_path, COURSE).problems == ()


def test_a_workbook_that_is_older_and_says_otherwise_is_named(tmp_path):
    write(tmp_path, [graded()])
    save_workbook(tmp_path, {"anna": 1}, age=-1)
    [problem] = tables.read_prose(tmp_path, COURSE).problems
    assert problem.startswith("prose.xlsx is older than prose.csv") and "Remedy" in problem


def test_a_workbook_that_cannot_be_read_is_named_with_a_remedy(tmp_path):
    write(tmp_path, [graded()])
    (tmp_path / "prose.xlsx").write_bytes(b"PK")
    with pytest.raises(tables.SheetError, match="prose.xlsx: the workbook cannot be read. Remedy: "):
        tables.read_prose(tmp_path, COURSE)


def test_tables_begin_with_a_byte_order_mark_and_have_semicolons_on_request(tmp_path):
    write(tmp_path, [graded("Zoë Müller")])
    for name in ("grades.csv", "submissions.csv", "matrix.csv", "prose.csv"):
        assert (tmp_path / name).read_bytes().startswith(b"\xef\xbb\xbf"), name
    assert batch._separator(tmp_path, semicolons=False) == ","
    batch.report([graded()], tmp_path, tables.ByHand(), separator=batch._separator(tmp_path, semicolons=True))
    assert table(tmp_path / "grades.csv", ";")[0]["student"] == "anna"
    assert batch._separator(tmp_path, semicolons=False) == ";", "as it was before"


# ---- one student, one mark ----


def test_one_student_is_marked_again_and_the_others_stay(tmp_path, sandboxed, monkeypatch):
    source = put(tmp_path / "in", {f"{name}/{FILE}": notebook(prose=name) for name in ("anna", "ben")})
    grade(COURSE, source, tmp_path / "out", seed="s")
    marked = []
    mark = batch.marking.mark
    monkeypatch.setattr(batch.marking, "mark", lambda *given, **named: marked.append(given) or mark(*given, **named))
    put(source, {f"anna/{FILE}": notebook("wet_days = 0"), f"ben/{FILE}": notebook("wet_days = 0")})
    again = grade(COURSE, source, tmp_path / "out", seed="s", student="ANNA")
    assert [one.points for one in again] == [0.0, 2.0] and len(marked) == 1
    with pytest.raises(GradeError, match="no one here is called 'Hanna'. Remedy: name a student, such as anna"):
        grade(COURSE, source, tmp_path / "out", seed="s", student="Hanna")


def test_one_of_a_group_is_marked_again_and_the_others_stay(tmp_path, sandboxed):
    people = "".join(f"  - :name: {name}\n" for name in ("Anna Lee", "Ben May"))
    record = f"submission_9:\n  :submitters:\n{people}".encode()
    source = put(tmp_path / "in", {f"submission_9/{FILE}": notebook(), "submission_metadata.yml": record})
    for student in ("", "Ben May"):
        marks = grade(COURSE, source, tmp_path / "out", seed="s", student=student)
        assert [one.submission.student for one in marks] == ["Anna Lee", "Ben May"]


def test_a_changed_mark_holds_in_every_later_run_with_who_and_when(tmp_path, sandboxed, capsys):
    source, out = put(tmp_path / "in", {f"anna/{FILE}": notebook("wet_days = 31")}), tmp_path / "out"
    arguments = ["grade", str(source), "-o", str(out), "--seed", "s"]
    assert main(arguments, COURSE) == 0
    about = [
        "--student",
        "Anna",
        "--assignment",
        "1",
        "--task",
        "wet_days",
        "--points",
        "1,5",
        "--reason",
        "A typing error.",
    ]
    assert main(["mark", str(out), *about, "--by", "Ms. Ray"], COURSE) == 0
    for _ in range(2):
        assert main(arguments, COURSE) == 0
        row = next(row for row in table(out / "grades.csv") if row["task"] == "wet_days")
        assert (row["points"], row["status"], row["reason"]) == ("1.5", "marked", "A typing error.")
    [row] = table(out / "changes.csv")
    assert row["who"] == "Ms. Ray" and datetime.fromisoformat(row["when"])
    for wrong, told in {"--points": "3", "--task": "none", "--student": "ben"}.items():
        wrong_about = list(about)
        wrong_about[about.index(wrong) + 1] = told
        assert main(["mark", str(out), *wrong_about], COURSE) == 2
        assert "Remedy:" in capsys.readouterr().err


# ---- what a teacher would want to see ----

LINES = "\n".join(f"rain_{number} = month()['mm'].iloc[{number}] * {number}" for number in range(12))


def handed_in(student, code=RIGHT, prose="It does not say how much.", change=None, **about):
    submission = Submission(student, ASSIGNMENT, f"{student}/{FILE}", notebook(code, prose, change), **about)
    status = "no answer" if code is None else "right"
    return Graded(submission, Result("graded", "", (TaskResult("wet_days", 0.0, status, ""),)))


def test_equal_and_nearly_equal_hand_ins_are_told_as_facts():
    first = f"{LINES}\n{RIGHT}"
    marks = [
        handed_in("anna", first),
        handed_in("ben", first.replace(" * ", "*")),
        handed_in("carl", f"{first}\nextra = 1"),
        handed_in("dora", first.replace("rain_", "wet_")),
        handed_in("emil"),
        handed_in("frieda"),
    ]
    facts = look.notes(marks)
    assert facts[0] == [
        "What was written is equal to that of ben.",
        "What was written is nearly equal to that of carl.",
    ]
    assert [bool(facts[place]) for place in range(6)] == [True, True, True, False, False, False]
    page = classreport.page(marks)
    assert "equal to that of ben" in page


def test_one_hand_in_of_a_group_is_not_told_to_be_equal():
    marks = [handed_in(name, f"{LINES}\n{RIGHT}") for name in ("anna", "ben")]
    marks = [dataclasses.replace(one, submission=dataclasses.replace(one.submission, file="g/x")) for one in marks]
    assert not any(look.notes(marks).values())


def test_an_untouched_hand_out_and_lateness_are_told():
    facts = look.notes([handed_in("anna", None, None), dataclasses.replace(handed_in("ben"), late="2 h", penalty=1.0)])
    assert "this is the hand-out" in facts[0][0]
    assert facts[1] == ["Handed in late (2 h), which costs 1 points."]


# ---- a hand-in that another one of the same student would hide ----


def test_a_zip_of_several_exports_gives_all_their_students_if_the_teacher_says_that_it_is_one(tmp_path):
    inner = [
        zipped(tmp_path / f"{number}.zip", {f"S{number}_{number}_assignsubmission_file_/{FILE}": notebook()})
        for number in (1, 2)
    ]
    outer = zipped(tmp_path / "all.zip", {path.name: path.read_bytes() for path in inner})
    for name in ("scratch", "other"):
        (tmp_path / name).mkdir()
    with pytest.raises(LayoutError, match="1, 2 .as in moodle.*name the platform with --layout"):
        read(COURSE, outer, tmp_path / "scratch")
    found = read(COURSE, outer, tmp_path / "other", layout="moodle").submissions
    assert [one.student for one in found] == ["S1", "S2"]
