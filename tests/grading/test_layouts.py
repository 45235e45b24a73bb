"""What learning platforms export, each in its own layout; and what lies beside it."""

import json

import handed_in
import jupytext
import pytest
from handed_in import NAME, notebook, put, right, zipped

from autograder.intake.collect import LayoutError, read
from autograder.intake.layouts import LAYOUTS
from autograder.marking import mark

FILE = f"{NAME}.ipynb"
GRADESCOPE = """\
submission_501:
  :submitters:
  - :name: Anna Lee
    :sid: '0017'
  :created_at: 2024-05-09 10:11:12.000000000 Z
submission_502:
  :submitters:
  - :name: Ben May
    :email: ben@example.org
  - :name: Carl Ott
    :sid: '1003'
  :created_at: 2024-05-09 10:12:12.000000000 Z
"""
EXPORTS = {  # students' notebooks by layout; "late" in the text of the one that counts, where there are two
    "moodle": {
        f"Anna Lee_123_assignsubmission_file_/{FILE}": "late",
        "Anna Lee_123_assignsubmission_onlinetext_/onlinetext.html": None,
        f"Ольга Мир_124_assignsubmission_file_{FILE}": "",
    },
    "canvas": {
        f"leeanna_123_456_{NAME}.ipynb": "",
        f"leeanna_123_457_{NAME}-1.ipynb": "late",
        f"maben_LATE_9_9_{FILE}": "",
    },
    "blackboard": {
        f"HW_3_anna_lee_attempt_2024-05-09-10-11-12_{FILE}": "",
        f"HW_3_anna_lee_attempt_2024-05-10-08-00-00_{FILE}": "late",
        "HW_3_anna_lee_attempt_2024-05-10-08-00-00.txt": "Name: Anna Lee (anna_lee)\n",
        f"HW_3_ben_lee_attempt_2024-05-09-10-11-12_{FILE}": "",
    },
    "brightspace": {
        f"12345-67890 - Anna Lee - May 9, 2024 1023 AM/{FILE}": "",
        f"12345-67890 - Anna Lee - May 10, 2024 905 AM/{FILE}": "late",
        f"12346-67890 - Ben May - 9 May, 2024 13:01/{FILE}": "",
        "index.html": None,
    },
    "sakai": {
        f"HW 3/Lee, Anna(alee)/Submission attachment(s)/{FILE}": "late",
        "HW 3/Lee, Anna(alee)/timestamp.txt": "20240509101112000\n",
        "HW 3/May, Ben(bmay)/timestamp.txt": "20240509101113000\n",
        "HW 3/grades.csv": None,
    },
    "gradescope": {
        f"assignment_77_export/submission_501/{FILE}": "late",
        f"assignment_77_export/submission_502/{FILE}": "",
        "assignment_77_export/submission_metadata.yml": GRADESCOPE,
    },
    "teams": {
        f"Submitted files/Anna Lee/HW 3/Version 1/{FILE}": "",
        f"Submitted files/Anna Lee/HW 3/Version 10/{FILE}": "late",
        f"Submitted files/Anna Lee/HW 3/Version 9/{FILE}": "",
        f"Submitted files/Ben May/HW 3/Version 1/{FILE}": "",
    },
    "google-classroom": {f"Anna Lee - Copy of {FILE}": "late", "Ben May - Untitled3.ipynb": "", "roster.csv": None},
    "github-classroom": {f"hw-submissions/hw-annalee/{FILE}": "late", f"hw-submissions/hw-ben-may/{FILE}": ""},
}
STUDENTS = {
    "moodle": ["Anna Lee", "Ольга Мир"],
    "canvas": ["leeanna", "maben"],
    "blackboard": ["anna_lee", "ben_lee"],
    "brightspace": ["Anna Lee", "Ben May"],
    "sakai": ["Lee, Anna", "May, Ben"],
    "gradescope": ["Anna Lee", "Ben May", "Carl Ott"],
    "teams": ["Anna Lee", "Ben May"],
    "google-classroom": ["Anna Lee", "Ben May"],
    "github-classroom": ["annalee", "ben-may"],
}


def contents(layout):
    """The files of an export: bytes by name."""
    files = {}
    for name, said in EXPORTS[layout].items():
        is_notebook = name.endswith(".ipynb")
        files[name] = notebook(f"so {said}") if is_notebook else (said or "x").encode()
    return files


@pytest.fixture
def course(tmp_path):
    return handed_in.sample(tmp_path / "assignments")


@pytest.fixture
def reading(tmp_path, course):
    """Puts files into a folder and reads it."""

    def reading(files, **options):
        (tmp_path / "scratch").mkdir(exist_ok=True)
        return read(course, put(tmp_path / "in", files), tmp_path / "scratch", **options)

    return reading


@pytest.mark.parametrize("named", ["", "named"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_platform_is_recognised_and_its_newest_attempt_counts(reading, layout, named):
    collected = reading(contents(layout), layout=layout if named else "")
    assert [submission.student for submission in collected.submissions] == STUDENTS[layout]
    by, sign = ", as --layout says" if named else "", next(iter(EXPORTS[layout])).rpartition("/")[0] or FILE
    [told] = [said for said in collected.said if said.startswith(f"Layout {layout}{by}: ")]
    assert sign.split("/")[0] in told, "it says by which sign"
    assert not any("folders" in said for said in collected.said)
    first, *others = collected.submissions
    assert "so late" in first.notebook.read_text(encoding="utf-8")
    attempts = [name for name in EXPORTS[layout] if name.endswith(".ipynb")]
    if len(attempts) > 3 or layout == "canvas" or layout == "brightspace":
        assert "Earlier attempts" in first.notes[0] and first.notes[0].count(".ipynb") == len(attempts) - 2
    if layout != "sakai":  # where the other one handed in nothing
        assert [other.status for other in others] == [""] * len(others)


def test_time_lateness_numbers_and_groups_are_taken_from_the_export(reading):
    anna, ben, carl = reading(contents("gradescope")).submissions
    assert anna.time.isoformat() == "2024-05-09T10:11:12+00:00"
    assert (anna.number, ben.number, carl.number) == ("0017", "ben@example.org", "1003")
    assert ben.notebook == carl.notebook


def test_canvas_says_who_was_late(reading):
    assert [one.late for one in reading(contents("canvas")).submissions] == [False, True]


def test_times_that_cannot_be_read_choose_none_in_silence(reading):
    files = {f"1-2 - Anna Lee - Den {day}. Mai 2024 um 9/{FILE}": notebook(str(day)) for day in (9, 10)}
    [anna] = reading(files).submissions
    assert anna.status == "refused" and "hand in one" in anna.reason


def test_a_layout_that_does_not_fit_is_refused_with_the_list(reading):
    for layout in ("canvas", "nothing"):
        with pytest.raises(LayoutError, match=rf"Remedy: .*{', '.join(LAYOUTS)}, folders"):
            reading(contents("moodle"), layout=layout)


def test_the_export_of_a_class_and_that_of_one_late_hand_in_lie_side_by_side(reading, tmp_path):
    (tmp_path / "in").mkdir()
    names = {f"Student {number}_{number}_assignsubmission_file_/{FILE}": right() for number in range(3)}
    zipped(tmp_path / "in" / "all.zip", names)
    zipped(tmp_path / "in" / "late.zip", {f"Late One_9_assignsubmission_file_/{FILE}": right()})
    with pytest.raises(LayoutError, match=r"all, late \(as in moodle\)"):
        reading({"list.csv": b"x"})
    collected = reading({"list.csv": b"x"}, layout="moodle")
    assert [one.student for one in collected.submissions] == ["Late One", "Student 0", "Student 1", "Student 2"]


FORGED = {
    "moodle": {
        f"Anna Lee_1_assignsubmission_file_/{FILE}": right(),
        f"Ben May_2_assignsubmission_file_/{FILE}": right(),
    },
    "one of a class": {f"Anna Lee_1_assignsubmission_file_/{FILE}": right()},
    "in a folder": {f"export/Anna Lee_1_assignsubmission_file_/{FILE}": right(), "export/list.csv": b"x"},
    "google-classroom": {f"Anna Lee - {FILE}": right(), f"Ben May - {FILE}": right()},
}


@pytest.mark.parametrize("beside", [{}, {"list.csv": b"x"}, {"week 3": None}])
@pytest.mark.parametrize("forged", FORGED)
def test_an_export_that_a_student_could_have_made_is_not_believed(reading, tmp_path, forged, beside):
    """An archive that lies alone in the folder of a class: only the teacher knows whose it is, and says so."""
    (tmp_path / "in" / "week 3").mkdir(parents=True)
    home = tmp_path / "in" / ("week 3" if "week 3" in beside else "")
    zipped(home / "mallory.zip", FORGED[forged])
    (tmp_path / "in" / "week 3").rmdir() if "week 3" not in beside else None
    lists = {name: data for name, data in beside.items() if data}
    with pytest.raises(LayoutError, match="mallory .*a student could have made it. Remedy: .*--layout folders"):
        reading(lists)
    students = {one.student for one in reading(lists, layout="folders").submissions}
    assert students == {"week 3" if "week 3" in beside else "mallory"}


@pytest.mark.parametrize("name", ["submissions", NAME])
def test_an_archive_named_like_that_of_a_class_is_no_better(reading, tmp_path, name):
    (tmp_path / "in").mkdir()
    zipped(tmp_path / "in" / f"{name}.zip", {f"anna/{FILE}": right(), f"ben/{FILE}": right()})
    with pytest.raises(LayoutError, match="a student could have made it"):
        reading({})
    assert {one.student for one in reading({}, layout="folders").submissions} == {"anna", "ben"}


def test_the_archive_that_the_teacher_names_is_believed(tmp_path, course):
    for number, files in enumerate(FORGED.values()):
        (tmp_path / f"scratch{number}").mkdir()
        source = zipped(tmp_path / f"{number}.zip", files)
        assert "Anna Lee" in {one.student for one in read(course, source, tmp_path / f"scratch{number}").submissions}


def test_repositories_that_begin_with_the_assignment_give_their_users(reading):
    collected = reading({f"{NAME}-{user}/{FILE}": right() for user in ("annalee", "ben-may")})
    assert [one.student for one in collected.submissions] == ["annalee", "ben-may"]


def test_without_a_layout_nobody_reads_names_of_platforms(reading):
    collected = reading({f"anna_1_2_x/{FILE}": right(), f"ben_2_3_x/{FILE}": right()}, layout="folders")
    assert [one.student for one in collected.submissions] == ["anna_1_2_x", "ben_2_3_x"]


def test_records_that_refer_to_themselves_are_not_read(reading):
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nsubmission_1: {':submitters': [{':name': Eve}]}\n"
    collected = reading({f"submission_1/{FILE}": right(), "submission_metadata.yml": bomb.encode()})
    assert [one.student for one in collected.submissions] == ["submission_1"]


TEXT = jupytext.writes(jupytext.reads(right().decode(), fmt="ipynb"), fmt="md:myst").encode()
PERCENT = jupytext.writes(jupytext.reads(right().decode(), fmt="ipynb"), fmt="py:percent").encode()
LOOSE = {
    f"anna_{FILE}": right(),
    f"ben_{FILE}.txt": right(),
    f"carl_{FILE}.json": right(),
    f"dora_{NAME}.html": b"<p>printed",
    f"emil_{NAME}.md": TEXT,
    f"frieda_{NAME}.py": PERCENT,
    "gus.json": right(),
    "hana.pdf": b"%PDF",
}


@pytest.mark.parametrize("folder", ["", "export/", "export/3/"])
def test_whatever_names_an_assignment_or_holds_a_notebook_is_somebodys(reading, folder):
    beside = {"list.csv": b"x", "index.html": b"x", "data.json": b"{}", "read me.md": b"# Hello\n"}
    collected = reading(
        {folder + name: data for name, data in (LOOSE | beside).items()} | {f"{folder}ida/{FILE}": right()}
    )
    assert {one.student: one.status for one in collected.submissions} == {
        **dict.fromkeys(["anna", "ben", "carl", "emil", "frieda", "gus", "ida"], ""),
        **dict.fromkeys(["dora", "hana"], "refused"),
    }
    assert any("list.csv" in said for said in collected.said)


@pytest.mark.parametrize("beside", ["list.csv", "notes.html", "README"])
@pytest.mark.parametrize("folder", ["", "export/", "export/week 3/"])
def test_lists_and_odd_files_beside_folders_never_turn_a_class_into_one_person(reading, folder, beside):
    files = {f"{folder}{name}/{FILE}": notebook(name) for name in ("anna", "ben")} | {f"{folder}{beside}": b"x"}
    students = {one.student for one in reading(files).submissions}
    assert {"anna", "ben"} <= students <= {"anna", "ben", "README"}


def bare(prose):
    """A notebook without any metadata, as some programs leave it."""
    content = json.loads(notebook(prose, **handed_in.SOLUTIONS))
    content["metadata"] = {}
    for cell in content["cells"]:
        cell["metadata"] = {}
    return json.dumps(content).encode()


@pytest.mark.parametrize("name", [f"Copy of {FILE}", f"{NAME}-final.ipynb", f"{NAME}_anna.ipynb", "Untitled3.ipynb"])
def test_a_copy_without_metadata_is_known_by_its_content(reading, course, name):
    handed_in.write_assignment(course.assignments, "8-other")
    other = (course.assignments / "8-other" / "8-other.md").read_text(encoding="utf-8").replace("Task", "Other task")
    (course.assignments / "8-other" / "8-other.md").write_text(
        other.replace("case = load", "mine = load"), encoding="utf-8"
    )
    [anna] = reading({f"anna/{name}": bare("mine")}).submissions
    assert (anna.assignment_name, anna.status) == (NAME, "")


def test_a_notebook_of_ones_own_in_a_folder_named_after_the_assignment_does_not_compete(reading):
    own = json.dumps({"cells": [{"cell_type": "code", "source": "1", "metadata": {}}], "nbformat": 4}).encode()
    [anna] = reading({f"{NAME}/anna/{FILE}": right(), f"{NAME}/anna/scratch.ipynb": own}).submissions
    assert anna.status == "" and anna.file.endswith(FILE)


def test_many_texts_of_one_student_cost_her_alone(reading):
    many = {f"mallory/{number}.md": TEXT for number in range(6)}
    anna, mallory = reading(many | {f"anna/{NAME}.md": TEXT}).submissions
    assert (anna.status, mallory.status) == ("", "refused") and "more than 5" in mallory.reason


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda text: text.replace('"cell_type": "code"', '"cell_type": "raw", "cell_type": "code"', 1), "twice"),
        (lambda text: text.replace('"nbformat": 4', '"nbformat": 99'), "newer"),
    ],
)
def test_what_depends_on_the_reader_is_unreadable(course, change, told):
    text = change(right().decode())
    assert text != right().decode()
    result = mark(course.read(NAME), text.encode(), seed="s", unsandboxed=True)
    assert result.status == "unreadable" and told in result.reason
