"""Marks and feedback in the shapes that platforms take back: their own tables, their own names."""

import csv
import io
import zipfile

import pytest
from weather import COURSE, NAME, PROSE, notebook

from autograder.batch import Graded
from autograder.intake.collect import Submission
from autograder.marking import Result, TaskResult
from autograder.report import exports
from autograder.roster import Roster, read_roster
from autograder.sheets import SheetError

ASSIGNMENT = COURSE.read(NAME)
TITLE = "Rain in a month"


def graded(student, number="", layout="", home="", points=2.5, prose=1.0):
    home = home or {"moodle": f"{student}_{number}_assignsubmission_file_", "canvas": f"{student}_{number}_1_x"}.get(
        layout, ""
    )
    status = "marked" if prose is not None else "by hand"
    tasks = (TaskResult("wet_days", points, "right", ""), TaskResult(PROSE, prose, status, "Well seen.", "text"))
    about = Submission(student, ASSIGNMENT, "x.ipynb", notebook(), number=number, layout=layout, home=home)
    return Graded(about, Result("graded", "", tasks))


CLASS = [("Anna Lee", "501"), ("Ольга Мир", "502"), ("Ben May", "503")]


@pytest.fixture
def filled(tmp_path):
    """Fills in a table that a platform has exported: (the rows that come back, what is said, the bytes)."""

    def filled(text, marks, name="export.csv", encoding="utf-8", separator=",", columns=None, roster=""):
        (tmp_path / name).write_bytes(text.encode(encoding))
        (tmp_path / "class.csv").write_text(roster, encoding="utf-8")
        known = read_roster(tmp_path / "class.csv") if roster else Roster()
        written = exports.files(marks, [exports.read_worksheet(tmp_path / name, columns or {})], known)
        [data] = [data for name, data in written.contents.items() if name.endswith(".csv")]
        return list(csv.reader(io.StringIO(data.decode(encoding)), delimiter=separator)), written.said, data

    return filled


MOODLE = """\
Identifier,"Full name","Email address",Status,Grade,"Maximum Grade","Grade can be changed","Last modified (submission)","Last modified (grade)","Feedback comments"
"Participant 502","Ольга Мир",o@x.org,"Submitted for grading - ",,{most},Yes,"Thursday, 9 May 2024, 10:11 AM",-,
"Participant 501","Anna Lee",a@x.org,"Submitted for grading - ",,{most},Yes,"Thursday, 9 May 2024, 10:11 AM",-,
"Participant 503","Ben May",b@x.org,"Submitted for grading - ",,{most},Yes,"Thursday, 9 May 2024, 10:11 AM",-,
"Participant 599","Nobody Else",n@x.org,"No submission - ",,{most},Yes,-,-,
"""


def test_moodle_has_its_worksheet_back_with_grades(filled):
    marks = [graded(name, number, "moodle") for name, number in CLASS]
    rows, said, data = filled("\ufeff" + MOODLE.format(most="5.00"), marks)
    assert [row[4] for row in rows] == ["Grade", "3.5", "3.5", "3.5", ""]
    assert data.startswith(b"\xef\xbb\xbf") and said == []
    before = list(csv.reader(io.StringIO("\ufeff" + MOODLE.format(most="5.00"))))
    assert [row[:4] + row[5:] for row in rows] == [row[:4] + row[5:] for row in before], "all else is as it was"


def test_another_maximum_is_said(filled):
    _, [said], _ = filled(MOODLE.format(most="100.00"), [graded("Anna Lee", "501", "moodle")])
    assert "maximum grade there is 100.00, and 5 here" in said


def test_without_a_worksheet_moodle_gets_one_made_of_its_numbers():
    written = exports.files([graded("Anna Lee", "501", "moodle", "Anna Lee_501_assignsubmission_file_")], [], Roster())
    [row] = csv.DictReader(io.StringIO(written.contents[f"import/grades-{NAME}-moodle.csv"].decode("utf-8-sig")))
    assert {"Identifier", "Grade", "Last modified (grade)"} <= row.keys()
    assert (row["Identifier"], row["Grade"], row["Maximum Grade"]) == ("Participant 501", "3.5", "5")


def test_points_that_are_not_final_are_not_written(filled):
    marks = [graded("Anna Lee", "501", "moodle", prose=None), graded("Ben May", "503", "moodle", prose=0.0)]
    rows, [said], _ = filled(MOODLE.format(most="5.00"), marks)
    assert [row[4] for row in rows[1:]] == ["", "", "2.5", ""] and "1 left as they were" in said


CANVAS = f"""\
Student,ID,SIS User ID,SIS Login ID,Section,{TITLE} (77),Essay (78),Current Score,Final Score
    Points Possible,,,,,5.00,10.00,(read only),(read only)
"Lee, Anna",9001,0007,alee,One,,4.00,80,80
"Мир, Ольга",9002,0008,omir,One,1.00,,80,80
"May, Ben",9003,0009,bmay,One,2.00,,80,80
"""


def test_canvas_has_its_columns_back_with_points_of_those_it_knows(filled):
    marks = [graded("leeanna", "9001", "canvas"), graded("Ольга Мир"), graded("omit", "9003", "gradescope")]
    rows, [said], _ = filled(CANVAS, marks)
    assert rows[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", f"{TITLE} (77)"]
    assert [row[5] for row in rows[1:]] == ["5.00", "3.5", "3.5", "2.00"] and rows[2][2] == "0007"
    assert "for omit" in said


def test_the_roster_tells_who_somebody_is_on_another_platform(filled):
    roster = "name,github,login\nBen May,bmay77,bmay\nAnna Lee,alee77,alee\n"
    rows, said, _ = filled(CANVAS.replace("Lee, Anna", "A. Lee"), [graded("Anna Lee")], roster=roster)
    assert [row[5] for row in rows[1:]] == ["5.00", "3.5", "1.00", "2.00"] and said == []


BLACKBOARD = f"""\
"Last Name"\t"First Name"\t"Username"\t"Student ID"\t"Last Access"\t"Availability"\t"{NAME} [Total Pts: 5 Score] |4711"\t"Total [Total Pts: 5 Score] |4712"
"Lee"\t"Anna"\t"alee"\t"0007"\t"x"\t"Yes"\t""\t"0"
"Мир"\t"Ольга"\t"omir"\t"0008"\t"x"\t"Yes"\t""\t"0"
"""


@pytest.mark.parametrize(("encoding", "separator"), [("utf-16", "\t"), ("utf-8", ",")])
def test_blackboard_has_its_column_with_its_number_back(filled, encoding, separator):
    text = BLACKBOARD.replace("\t", separator)
    rows, _, data = filled(text, [graded("alee"), graded("Ольга Мир")], encoding=encoding, separator=separator)
    assert rows[0] == ["Last Name", "First Name", "Username", "Student ID", f"{NAME} [Total Pts: 5 Score] |4711"]
    assert [row[2:] for row in rows[1:]] == [["alee", "0007", "3.5"], ["omir", "0008", "3.5"]]
    assert data.startswith(b"\xff\xfe") == (encoding == "utf-16")


BRIGHTSPACE = """\
OrgDefinedId,Username,Last Name,First Name,Homework 1 Points Grade <Numeric MaxPoints:5 Weight:10>,Other Points Grade <Numeric MaxPoints:9>,End-of-Line Indicator
#0007,#alee,Lee,Anna,,4,#
#0008,#omir,Мир,Ольга,,,#
"""


def test_brightspace_has_identifiers_points_and_the_end_of_the_line_back(filled):
    marks = [graded("Anna Lee", "12345", "brightspace"), graded("Ольга Мир", "12346", "brightspace")]
    with pytest.raises(SheetError, match=f"none of Homework 1, Other .*Remedy: .*--column {NAME}=TITLE"):
        filled(BRIGHTSPACE, marks)
    rows, _, _ = filled(BRIGHTSPACE, marks, columns={NAME: "Homework 1"})
    assert rows == [
        [
            "OrgDefinedId",
            "Username",
            "Homework 1 Points Grade <Numeric MaxPoints:5 Weight:10>",
            "End-of-Line Indicator",
        ],
        ["#0007", "#alee", "3.5", "#"],
        ["#0008", "#omir", "3.5", "#"],
    ]


def test_a_table_of_no_platform_is_refused(tmp_path):
    (tmp_path / "x.csv").write_text("name,points\nAnna,3\n", encoding="utf-8")
    with pytest.raises(SheetError, match="x.csv:1: this is not a table of grades from Moodle.*Remedy"):
        exports.read_worksheet(tmp_path / "x.csv", {})


@pytest.mark.parametrize(
    ("layout", "home", "member"),
    [
        ("moodle", "Anna Lee_501_assignsubmission_file_", "Anna Lee_501_assignsubmission_file_/feedback.html"),
        ("moodle", "Anna Lee_501_assignsubmission_file", "Anna Lee_501_assignsubmission_file_/feedback.html"),
        (
            "moodle",
            "Anna Lee_501_assignsubmission_file_1-rain.ipynb",
            "Anna Lee_501_assignsubmission_file_/feedback.html",
        ),
        ("canvas", "leeanna_LATE_9001_123_1-rain-2.ipynb", "leeanna_LATE_9001_123_feedback.html"),
    ],
)
def test_feedback_is_packed_by_the_names_of_the_export(layout, home, member):
    marks = [graded("Anna Lee", "501", layout, home), graded("Somebody else")]
    written = exports.files(marks, [], Roster()).contents
    with zipfile.ZipFile(io.BytesIO(written[f"import/feedback-{NAME}-{layout}.zip"])) as archive:
        assert archive.namelist() == [member]
        assert "3.5 of 5 points" in archive.read(member).decode()
    assert written == exports.files(marks, [], Roster()).contents, "the same bytes each time"
