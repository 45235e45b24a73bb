"""Who handed in what, out of what learning platforms export; and nothing opened that leads elsewhere."""

import errno
import json
import os
import re
import resource
import stat
import zipfile

import handed_in
import jupytext
import pytest
from handed_in import NAME, notebook, put, right, zipped

from autograder.intake import unpack
from autograder.intake.collect import LayoutError, collect


@pytest.fixture
def course(tmp_path):
    return handed_in.sample(tmp_path / "assignments")


@pytest.fixture
def collected(tmp_path, course):
    """Puts files into a folder and collects: {(student, assignment): Submission}."""

    def collected(files=None, only=""):
        put(tmp_path / "in", files or {})
        scratch = tmp_path / "scratch"
        scratch.mkdir(exist_ok=True)
        found = collect(course, tmp_path / "in", scratch, only)
        by_place = {(one.student, one.assignment_name): one for one in found}
        assert len(by_place) == len(found), "a student has an assignment twice"
        return by_place

    return collected


FILE = f"{NAME}.ipynb"
LAYOUTS = {
    "a folder each": ["anna/{f}", "ben/{f}"],
    "nested folders": ["anna/my work/week 3/{f}", "ben/{f}"],
    "renamed files": ["anna/final version.ipynb", "ben/ben's.ipynb"],
    "copies": [f"anna/{NAME} (1).ipynb", "ben/{f}"],
    "as nbgrader collects": [f"anna/{NAME}/{{f}}", f"ben/{NAME}/{{f}}"],
    "by assignment": [f"{NAME}/anna/{{f}}", f"{NAME}/ben/{{f}}"],
    "Moodle": ["anna_123_assignsubmission_file_/{f}", "ben_124_assignsubmission_file_/{f}"],
    "Moodle without folders": ["anna_123_assignsubmission_file_{f}", "ben_124_assignsubmission_file_{f}"],
    "Canvas": [f"anna_123_456_{NAME}-1.ipynb", f"ben_LATE_124_457_{NAME}.ipynb"],
    "Blackboard": ["Sample_anna_attempt_2024-05-09-10-11-12_{f}", "Sample_ben_attempt_2024-05-09-10-11-13_{f}"],
    "ILIAS": ["Exercise 3/Submissions/anna/{f}", "Exercise 3/Submissions/ben/{f}"],
    "in one folder more": ["export/anna/{f}", "export/ben/{f}"],
    "loose files": [f"anna_{NAME}.ipynb", f"{NAME}-ben.ipynb"],
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("packed", [False, True])
def test_each_layout_gives_each_student_her_notebook(collected, tmp_path, layout, packed, of_zip):
    files = {name.format(f=FILE): notebook(prose=name) for name in LAYOUTS[layout]}
    if packed:
        (tmp_path / "in").mkdir()
        found = {(one.student, one.assignment_name): one for one in of_zip(zipped(tmp_path / "all.zip", files))}
    else:
        found = collected(files)
    assert list(found) == [("anna", NAME), ("ben", NAME)]
    for name, one in zip(LAYOUTS[layout], found.values()):
        assert (one.status, one.reason) == ("", "")
        assert name in one.notebook.read_text(encoding="utf-8")


@pytest.fixture
def of_zip(course, tmp_path):
    """Collects what is in an archive."""
    (tmp_path / "unpacked").mkdir()
    return lambda path: collect(course, path, tmp_path / "unpacked")


def test_a_zip_each_also_in_folders_and_in_a_zip(collected, tmp_path):
    (tmp_path / "in" / "ben").mkdir(parents=True)
    zipped(tmp_path / "in" / "anna.zip", {FILE: right()})
    zipped(tmp_path / "in" / "ben" / "work.zip", {f"work/{FILE}": right()})
    inner = zipped(tmp_path / "inner.zip", {FILE: right()}).read_bytes()
    zipped(tmp_path / "in" / "carla_7_assignsubmission_file_.zip", {"again.zip": inner})
    assert list(collected()) == [("anna", NAME), ("ben", NAME), ("carla", NAME)]


def test_exports_side_by_side_each_give_their_students(collected, tmp_path):
    """A course's exports in one folder, unpacked: of two platforms, and a folder that says what it holds."""
    found = collected(
        {
            f"Week 1/anna_0_assignsubmission_file_/{FILE}": right(),
            f"Week 1/ben_1_assignsubmission_file_/{FILE}": right(),
            f"Week 2/carla_1_2_{FILE}": right(),
            f"Week 2/dora_LATE_3_4_{FILE}": right(),
            "Week 2/grades.csv": b"x",
            f"Week 3/all/emil_5_6_{FILE}": right(),
            f"Week 3/all/hana_7_8_{FILE}": right(),
            f"submissions/frieda/{FILE}": right(),
            f"submissions/gus/{FILE}": right(),
        }
    )
    assert {student: one.status for (student, _), one in found.items()} == dict.fromkeys(
        ["anna", "ben", "carla", "dora", "emil", "frieda", "gus", "hana"], ""
    )
    zipped(tmp_path / "in" / "late.zip", {f"ida_8_assignsubmission_file_/{FILE}": right()})
    with pytest.raises(LayoutError, match="late .*give the archive itself"):
        collected()


@pytest.mark.parametrize("packed", [True, False])
def test_what_lies_inside_the_work_of_one_student_is_never_another_student(collected, tmp_path, packed):
    """An archive or a folder that looks like an export of the class, beside what single students handed in."""
    forged = {f"{name}_{number}_assignsubmission_file_/{FILE}": right() for number, name in enumerate(["anna", "ben"])}
    (tmp_path / "in").mkdir()
    if packed:
        zipped(tmp_path / "in" / "mallory.zip", forged)
        forged = {}
    found = collected({f"mallory/{name}": data for name, data in forged.items()} | {f"anna/{FILE}": notebook("mine")})
    assert {student: one.status for (student, _), one in found.items()} == {"anna": "", "mallory": "refused"}
    assert "mine" in found["anna", NAME].notebook.read_text(encoding="utf-8")
    assert "grade it by itself" in found["mallory", NAME].reason


def test_an_export_inside_the_work_of_a_student_of_an_export_is_hers(collected, tmp_path):
    forged = {f"{name}_{number}_assignsubmission_file_/{FILE}": right() for number, name in enumerate(["anna", "ben"])}
    inner = zipped(tmp_path / "inner.zip", forged).read_bytes()
    found = collected(
        {
            f"anna_0_assignsubmission_file_/{FILE}": notebook("mine"),
            "mallory_2_assignsubmission_file_/homework.zip": inner,
            "emil_3_assignsubmission_file_/9-sample.zip": zipped(
                tmp_path / "x.zip", {f"anna/{FILE}": right()}
            ).read_bytes(),
        }
    )
    assert {student for student, _ in found} == {"anna", "mallory", "emil"}
    assert "mine" in found["anna", NAME].notebook.read_text(encoding="utf-8")


def test_a_folder_of_several_students_among_others_is_refused_with_what_to_do(collected):
    files = {f"week 3/{name}/{FILE}": notebook(prose=name) for name in ("anna", "ben", "carla")}
    found = collected(files | {f"dora/{FILE}": right()})
    assert found["dora", NAME].status == "" and found["week 3", NAME].status == "refused"
    assert "folder holds the work of several students" in found["week 3", NAME].reason


def test_two_of_one_name_stay_two(collected):
    found = collected({f"Kim Lee_{number}_assignsubmission_file_/{FILE}": right() for number in (1, 2)})
    assert list(found) == [("Kim Lee (1)", NAME), ("Kim Lee (2)", NAME)]


def test_names_of_any_alphabet_and_form_in_a_stable_order(collected):
    names = ["Zoe\u0308", "Ana 10", "Ana 9", "Ольга", "=1+1"]  # the first: e and a mark of its own
    assert [student for student, _ in collected({f"{name}/{FILE}": right() for name in names})] == [
        *("=1+1", "Ana 9", "Ana 10", "Zoë", "Ольга")
    ]


def test_clutter_is_not_seen(collected):
    found = collected(
        {
            f"anna/{name}": right()
            for name in [FILE, f".ipynb_checkpoints/{NAME}-checkpoint.ipynb", f"__MACOSX/._{FILE}"]
        }
        | {f"__MACOSX/anna/._{FILE}": b"x", ".DS_Store": b"x", "list of names.csv": b"x"}
    )
    assert list(found) == [("anna", NAME)] and found["anna", NAME].files == {}


def test_the_newest_copy_counts_by_its_number(collected):
    found = collected({f"anna/{NAME}{end}.ipynb": notebook(prose=end or "first") for end in ("", " (2)", " (10)")})
    assert found["anna", NAME].file == f"anna/{NAME} (10).ipynb"


@pytest.mark.parametrize("other", ["better.ipynb", "better (2).ipynb", f"old/{FILE}"])
def test_of_two_different_notebooks_none_is_chosen_in_silence(collected, other):
    found = collected({f"anna/{FILE}": notebook(prose="one"), f"anna/{other}": notebook(prose="two")})
    one = found["anna", NAME]
    assert one.status == "refused" and one.notebook is None
    assert FILE in one.reason and other in one.reason and "hand in one" in one.reason


def test_the_same_notebook_twice_is_one(collected):
    ran = json.loads(right())
    for cell in ran["cells"]:
        if cell["cell_type"] == "code":
            cell["execution_count"] = 5
    found = collected({f"anna/{FILE}": right(), "anna/backup/again.ipynb": json.dumps(ran).encode()})
    assert found["anna", NAME].status == ""


def test_notebooks_of_two_assignments_are_two_submissions(collected, course):
    handed_in.write_assignment(course.assignments, "8-other")
    other = json.loads(right())
    other["metadata"]["standoff"] = {"assignment": "8-other"}
    found = collected({f"anna/{FILE}": right(), "anna/x.ipynb": json.dumps(other).encode()})
    assert list(found) == [("anna", "8-other"), ("anna", NAME)]
    assert list(collected(only=NAME)) == [("anna", NAME)]


def test_the_wrong_notebook_is_told(collected, course):
    handed_in.write_assignment(course.assignments, "8-other")
    one = collected({f"anna/{FILE}": right()}, only="8-other")["anna", "8-other"]
    assert one.status == "refused" and NAME in one.reason


def test_a_notebook_is_known_by_its_cells_where_its_metadata_are_lost(collected):
    bare = json.loads(right())
    del bare["metadata"]["standoff"]
    assert list(collected({"anna/homework.ipynb": json.dumps(bare).encode()})) == [("anna", NAME)]


def test_a_notebook_kept_as_text_is_taken_and_other_text_is_not(collected):
    text = jupytext.writes(jupytext.reads(right().decode(), fmt="ipynb"), fmt="md:myst").encode()
    found = collected({f"anna/{NAME}.md": text, "anna/notes.md": b"# Notes\n", f"ben/{FILE}": right()})
    cells = json.loads(found["anna", NAME].notebook)["cells"]
    assert any(cell["metadata"].get("nbgrader", {}).get("grade_id") == "share" for cell in cells)
    assert set(found["anna", NAME].files) == {"notes.md"}


@pytest.mark.parametrize("broken", [b"", b"{", b"[]", b"\xff\xfe\x00", b'{"cells": 3}', b"[" * 100_000])
def test_a_damaged_notebook_is_still_somebodys(collected, broken):
    found = collected({f"anna/{FILE}": broken, f"ben/{FILE}": right()})
    assert list(found) == [("anna", NAME), ("ben", NAME)]


def test_who_handed_in_no_notebook_is_not_lost(collected, tmp_path):
    (tmp_path / "in" / "carla").mkdir(parents=True)
    found = collected({f"anna/{FILE}": right(), "ben/essay.pdf": b"%PDF", "dora_1_2_essay.docx": b"x"})
    assert [(student, one.status) for (student, _), one in found.items()] == [
        *(("anna", ""), ("ben", "refused"), ("carla", "refused"), ("dora", "refused"))
    ]
    assert "essay.pdf" in found["ben", NAME].reason and "nothing" in found["carla", NAME].reason


def test_what_is_no_notebook_counts_for_the_assignment_that_its_name_tells(collected, course):
    handed_in.write_assignment(course.assignments, "8-other")
    other = json.loads(right())
    other["metadata"]["standoff"] = {"assignment": "8-other"}
    files = {f"anna/{FILE}": right(), "ben/8-other.ipynb": json.dumps(other).encode()}
    found = collected(files | {"carla/8-other.pdf": b"%PDF", "dora_1_2_8-other-1.docx": b"x"})
    assert {key: one.status for key, one in found.items() if one.status} == {
        ("carla", "8-other"): "refused",
        ("dora", "8-other"): "refused",
    }


def test_files_come_with_the_notebook_by_their_place(collected, tmp_path):
    (tmp_path / "in" / "ben").mkdir(parents=True)
    zipped(tmp_path / "in" / "ben" / "mine.zip", {"mine/claims.csv": b"x"})
    found = collected({f"anna/{FILE}": right(), "anna/mine/claims.csv": b"x", f"ben/{FILE}": right()})
    assert [set(one.files) for one in found.values()] == [{"mine/claims.csv"}] * 2


@pytest.mark.parametrize("folder", ["", "9-sample/"])
def test_an_archive_of_the_folder_data_is_taken_for_that_folder(collected, tmp_path, folder):
    (tmp_path / "in" / "anna").mkdir(parents=True)
    zipped(tmp_path / "in" / "anna" / "9-sample.zip", {f"{folder}data/mine/claims.csv": b"x"})
    found = collected({f"anna/{FILE}": right(), f"ben/{FILE}": right()})
    assert set(found["anna", NAME].files) == {"data/mine/claims.csv"}


# ---- what is hostile ----


def _info(name, mode=0o100644):
    info = zipfile.ZipInfo("name")
    info.filename, info.external_attr, info.create_system = name, mode << 16, 3
    return info


HOSTILE = {
    "traversal": {"../../evil": b"x"},
    "traversal inside": {"a/../../../evil": b"x"},
    "traversal, Windows": {_info("..\\..\\evil"): b"x"},
    "absolute": {"/tmp/evil": b"x"},
    "drive": {"C:\\evil": b"x"},
    "link": {_info("data.csv", stat.S_IFLNK | 0o777): b"/etc/passwd"},
    "link as the notebook": {_info("other.ipynb", stat.S_IFLNK | 0o777): b"/etc/passwd"},
    "pipe": {_info("pipe", stat.S_IFIFO | 0o644): b""},
    "device": {_info("null", stat.S_IFCHR | 0o644): b""},
    "bomb": {"zeros": bytes(60_000_000)},
    "many small bombs": {f"zeros{number}": bytes(10_000_000) for number in range(6)},
    "too large": {"film.mp4": os.urandom(1_000) * 21_000},
    "deep folders": {"/".join("abcdefghijklmnopqrstuvwxyz"): b"x"},
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_archive_is_refused_and_stops_nobody(collected, tmp_path, kind):
    (tmp_path / "in").mkdir()
    zipped(tmp_path / "in" / "mallory.zip", {FILE: right()} | HOSTILE[kind])
    before = {path for path in tmp_path.rglob("*") if "scratch" not in path.parts}
    found = collected({f"anna/{FILE}": right()})
    assert found["anna", NAME].status == ""
    assert found["mallory", NAME].status == "refused" and found["mallory", NAME].notebook is None
    told = {"link": "is a link", "pipe": "is a special file", "traversal": "leads outside its archive"}
    assert told.get(re.match("[a-z]+", kind)[0], "") in found["mallory", NAME].reason
    now = {path for path in tmp_path.rglob("*") if "scratch" not in path.parts}
    assert {path.name for path in now - before} <= {"in", "anna", FILE, "scratch"}
    assert all(path.name.isdigit() for path in (tmp_path / "scratch").rglob("*")), "a name of the archive became a path"


def test_one_bad_name_in_the_archive_of_all_refuses_that_student_alone(tmp_path, of_zip):
    path = zipped(
        tmp_path / "all.zip", {f"anna/{FILE}": right(), f"mallory/{FILE}": right(), "mallory/../../evil": b"x"}
    )
    assert [(one.student, one.status) for one in of_zip(path)] == [("anna", ""), ("mallory", "refused")]


def test_too_many_members_and_archives_in_archives_in_archives(collected, tmp_path, monkeypatch):
    monkeypatch.setattr(unpack, "MEMBERS", 5)
    (tmp_path / "in").mkdir()
    zipped(tmp_path / "in" / "mallory.zip", {str(number): b"" for number in range(6)})
    inner = zipped(tmp_path / "0.zip", {FILE: right()})
    for number in range(1, 5):
        inner = zipped(tmp_path / f"{number}.zip", {"again.zip": inner.read_bytes()})
    inner.rename(tmp_path / "in" / "russian doll.zip")
    found = collected({f"anna/{FILE}": right()})
    assert {student: one.status for (student, _), one in found.items()} == {
        "anna": "",
        "mallory": "refused",
        "russian doll": "refused",
    }


def test_archives_in_archives_share_one_room_and_each_student_has_one(collected, tmp_path, monkeypatch, of_zip):
    monkeypatch.setattr(unpack, "BOMB", (1_000_000, 1))
    inner = zipped(tmp_path / "inner.zip", {"zeros": bytes(400_000)}).read_bytes()
    few, many = ({FILE: right()} | {f"{number}.zip": inner for number in range(count)} for count in (2, 3))
    names = {"few": few, "many": many}
    (tmp_path / "in").mkdir()
    for name, files in names.items():
        zipped(tmp_path / "in" / f"{name}.zip", files)
    wanted = {"anna": "", "few": "", "many": "refused"}
    assert {student: one.status for (student, _), one in collected({f"anna/{FILE}": right()}).items()} == wanted
    students = {f"{name}.zip": (tmp_path / "in" / f"{name}.zip").read_bytes() for name in names}
    monkeypatch.setattr(unpack, "TOTAL", 900_000)
    found = of_zip(zipped(tmp_path / "all.zip", students | {f"anna/{FILE}": right()}))
    assert {one.student: one.status for one in found} == wanted


@pytest.mark.parametrize("wrapped", ["", "export/"])
def test_nobody_takes_the_room_of_others_in_the_archive_of_all(tmp_path, of_zip, monkeypatch, wrapped):
    monkeypatch.setattr(unpack, "BOMB", (1_000_000, 1))
    bomb = {f"mallory_3_assignsubmission_file_/{number}.ipynb": bytes(400_000) for number in range(3)}
    names = {f"{name}_{number}_assignsubmission_file_/{FILE}": right() for number, name in enumerate(["anna", "ben"])}
    path = zipped(tmp_path / "all.zip", {wrapped + name: data for name, data in (names | bomb).items()})
    found = {one.student: one for one in of_zip(path)}
    assert {name: one.status for name, one in found.items()} == {"anna": "", "ben": "", "mallory": "refused"}
    assert "there is no room" in found["mallory"].reason


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_packing_that_grows_without_bounds_is_not_unpacked(collected, tmp_path, method):
    (tmp_path / "in").mkdir()
    with zipfile.ZipFile(tmp_path / "in" / "mallory.zip", "w", method) as archive:
        archive.writestr(FILE, right())  # its size is what the archive says: nobody can know before
    found = collected({f"anna/{FILE}": right()})
    assert [one.status for one in found.values()] == ["", "refused"]
    assert "packed in an unusual way" in found["mallory", NAME].reason


def test_an_archive_of_all_that_cannot_be_unpacked_says_so(tmp_path, of_zip):
    (tmp_path / "all.zip").write_bytes(b"text")
    with pytest.raises(OSError, match="all.zip is not a zip archive.*Remedy"):
        of_zip(tmp_path / "all.zip")


def test_what_may_not_be_read_is_still_somebodys(collected, tmp_path, monkeypatch):
    folder = put(tmp_path / "in", {f"{name}/{FILE}": right() for name in ("file", "folder")} | {"zip.zip": b""})
    closed = [folder / "file" / FILE, folder / "folder", folder / "zip.zip"]
    access = os.access
    if os.getuid():
        for path in closed:
            path.chmod(0)
    else:  # root may read all
        monkeypatch.setattr(
            unpack.os, "access", lambda path, mode: str(path) not in map(str, closed) and access(path, mode)
        )
    found = collected({f"anna/{FILE}": right()})
    (folder / "folder").chmod(0o700)
    assert {student: one.status for (student, _), one in found.items()} == {
        "anna": "",
        **dict.fromkeys(["file", "folder", "zip"], "unreadable"),
    }
    assert "permitted" in found["folder", NAME].reason


@pytest.mark.parametrize(
    "names", [["5²", "anna"], ["٣", "anna", "3"], ["an\u200bna", "anna"], ["Zoe\u0308", "Zo\u00eb"]]
)
def test_students_with_odd_names_and_their_neighbours_keep_their_notebooks(collected, names):
    found = collected({f"{name}/{FILE}": notebook(prose=name) for name in names})
    assert [one.status for one in found.values()] == [""] * len(names)
    for name, one in {student: one for (student, _), one in found.items() if student in names}.items():
        assert json.dumps(name)[1:-1] in one.notebook.read_text(encoding="utf-8")


def test_a_text_that_stands_for_more_than_memory_holds_is_no_notebook(collected):
    lines = [f"  a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)]
    bomb = "---\nkernelspec:\n  name: python3\n  a0: &a0 [x, x]\n" + "".join(lines) + "---\n\n# Hello\n"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = collected({"mallory/work.md": bomb.encode(), f"anna/{FILE}": right()})
    assert [(student, one.status) for (student, _), one in found.items()] == [("anna", ""), ("mallory", "refused")]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000, "the grader itself has read it"  # KiB


def test_locked_and_broken_archives(collected, tmp_path):
    (tmp_path / "in").mkdir()
    locked = bytearray(zipped(tmp_path / "locked.zip", {FILE: right()}).read_bytes())
    locked[locked.find(b"PK\x03\x04") + 6] |= 1
    locked[locked.find(b"PK\x01\x02") + 8] |= 1
    whole = zipped(tmp_path / "whole.zip", {FILE: right(), "noise": os.urandom(5_000)}).read_bytes()
    damaged = bytearray(whole)
    damaged[whole.find(b"noise") + 100] ^= 255
    files = {
        "locked.zip": locked,
        "cut.zip": whole[: len(whole) // 2],
        "no.zip": b"text",
        "damaged.zip": damaged,
        "empty.zip": b"",
    }
    found = collected({name: bytes(data) for name, data in files.items()} | {f"anna/{FILE}": right()})
    statuses = {student: one.status for (student, _), one in found.items()}
    assert statuses == {"anna": "", "locked": "refused"} | dict.fromkeys(
        ["cut", "no", "damaged", "empty"], "unreadable"
    )
    assert "password" in found["locked", NAME].reason


def test_a_full_disk_is_no_fault_of_an_archive(collected, tmp_path, monkeypatch):
    (tmp_path / "in").mkdir()
    zipped(tmp_path / "in" / "anna.zip", {FILE: right()})

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(unpack.shutil, "copyfileobj", full)
    with pytest.raises(OSError, match="No space left"):
        collected()


def test_links_and_pipes_in_folders_are_not_opened(collected, tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("x")
    folder = put(tmp_path / "in", {f"{student}/{FILE}": right() for student in ("soft", "hard", "pipe", "up", "whole")})
    (folder / "soft" / "data.csv").symlink_to(secret)
    os.link(secret, folder / "hard" / "data.csv")
    os.mkfifo(folder / "pipe" / "data.csv")  # opening it would wait for ever
    (folder / "up" / "data").symlink_to(tmp_path, target_is_directory=True)
    (folder / "whole" / FILE).unlink()
    (folder / "whole" / FILE).symlink_to(secret)
    found = collected({f"anna/{FILE}": right()})
    assert {student: one.status for (student, _), one in found.items()} == {
        "anna": "",
        **dict.fromkeys(["soft", "hard", "pipe", "up", "whole"], "refused"),
    }
