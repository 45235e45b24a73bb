"""A teacher's afternoon: from the platform's exports to the platform's own columns, and no row edited by hand."""

import csv
import io
import re
import zipfile

import pytest
from handed_in import put, zipped
from weather import COURSE, FILE, NAME, RIGHT, notebook

from autograder.cli import main

NAMES = [f"Anna{letter} Lee" for letter in "abcdefghijklmnopqrstu"] + ["Ольга Мир", "Zoë Müller", "Kim Park"]
IDS = {name: f"{number:05}" for number, name in enumerate(NAMES, start=101)}  # with leading zeros
GROUP, LATE, AGAIN, ABSENT = NAMES[:2], NAMES[2:4], NAMES[4], "Absent Student"


pytestmark = pytest.mark.usefixtures("sandboxed")


def table(path, separator=","):
    text = path.read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=separator))


def canvas(name, attempt=7, late=""):
    first, last = name.lower().split()
    return f"{last}{first}{late}_{IDS[name]}_{attempt}_{FILE}"


def gradebook():
    """What Canvas exports of its gradebook."""
    head = ["Student", "ID", "SIS Login ID", "Section", f"{NAME} Homework (77)", "Other (78)", "Final Score"]
    rows = [[" ".join(name.split()[::-1]).replace(" ", ", "), IDS[name], "", "One", "", "3", ""] for name in NAMES]
    rows = [["    Points Possible", "", "", "", "5.00", "9.00", "(read only)"], *rows]
    text = io.StringIO()
    csv.writer(text).writerows([head, *rows, ["Student, Absent", "999", "", "One", "", "", ""]])
    return text.getvalue().encode()


def fill_in(out):
    """Points and comments as a spreadsheet of a country with decimal commas saves them: sorted, zeros lost, semicolons."""
    rows = sorted(table(out / "prose.csv"), key=lambda row: row["student"][::-1])
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, rows[0], delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow(row | {"points": row["points"] or "1,5", "comment": row["comment"] or "Name an amount."})
    (out / "prose.csv").write_bytes(text.getvalue().encode("utf-8-sig"))
    return len(rows)


def test_an_afternoon(tmp_path, capsys):
    out = tmp_path / "out"

    def grade(*arguments, status=0):
        capsys.readouterr()
        assert main(["grade", *map(str, arguments), "-o", str(out), "--seed", "s"], COURSE) == status
        return capsys.readouterr().out

    # The export of the class, the list of its gradebook as roster: 22 hand-ins, two of them late.
    (tmp_path / "gradebook.csv").write_bytes(gradebook())
    first = {canvas(name, late="_LATE" if name in LATE else ""): notebook() for name in NAMES if name not in GROUP}
    first[canvas(AGAIN)] = notebook("wet_days = 31")
    said = grade(zipped(tmp_path / "first.zip", first), "--roster", tmp_path / "gradebook.csv")
    assert "Layout canvas: 22 names such as " in said
    by_name = {row["student"]: row for row in table(out / "submissions.csv")}
    assert len(by_name) == 25 and "Мир, Ольга" in by_name
    assert {name for name, row in by_name.items() if row["late"]} == {"Lee, Annac", "Lee, Annad"}
    assert {name for name, row in by_name.items() if row["status"] == "missing"} == {
        *("Lee, Annaa", "Lee, Annab", "Student, Absent")
    }

    # A group hands in on another platform, and one student again: both are added to the class.
    people = "".join(f"  - :name: {name}\n    :sid: '{IDS[name]}'\n" for name in GROUP)
    record = f"submission_9:\n  :submitters:\n{people}  :created_at: 2024-05-09 10:11:12.0 Z\n".encode()
    group = {
        f"assignment_1/submission_9/{FILE}": notebook(prose="We say nothing."),
        "assignment_1/submission_metadata.yml": record,
    }
    grade(put(tmp_path / "group", group))
    said = grade(zipped(tmp_path / "again.zip", {canvas(AGAIN, 8): notebook(RIGHT)}))
    assert f"leeannae, {NAME}: {canvas(AGAIN, 8)} replaces {canvas(AGAIN)} of an earlier batch." in said
    rows = table(out / "submissions.csv")
    assert len(rows) == 25 and [row["status"] for row in rows].count("missing") == 1
    assert {row["points"] for row in rows} == {"2", ""}

    # Prose is marked in a spreadsheet; one mark is changed; everything is graded once more, without the exports.
    assert fill_in(out) == 24
    about = [
        "--student",
        "Lee, Annaf",
        "--assignment",
        "1",
        "--task",
        "wet_days",
        "--points",
        "1",
        "--reason",
        "Talked it over.",
    ]
    assert main(["mark", str(out), *about, "--by", "me"], COURSE) == 0
    said = grade("--worksheet", tmp_path / "gradebook.csv", "--semicolons")
    assert "24 graded, 1 missing" in said and "waits" not in said
    rows = table(out / "submissions.csv", ";")
    assert {row["student"]: row["points"] for row in rows if row["points"] != "3.5"} == {
        "Lee, Annaf": "2.5",
        "Student, Absent": "",
    }
    assert table(out / "matrix.csv", ";")[0] == {"student": "Lee, Annaa", NAME: "3.5", "sum": "3.5"}

    # Into the platform: its own columns with points, and a page of feedback for each submission that was downloaded there.
    columns = ["Student", "ID", "SIS Login ID", "Section", f"{NAME} Homework (77)"]
    imported = table(out / "import" / "gradebook-canvas.csv")
    assert list(imported[0]) == columns and imported[0][columns[-1]] == "5.00"
    points = {row["ID"]: row[columns[-1]] for row in imported[1:]}
    assert points == dict.fromkeys(IDS.values(), "3.5") | {IDS["Annaf Lee"]: "2.5", "999": ""}
    with zipfile.ZipFile(out / "import" / f"feedback-{NAME}-canvas.zip") as archive:
        names = archive.namelist()
        assert len(names) == 22 and all(re.fullmatch(r"[^_]+(_LATE)?_\d{5}_\d_feedback\.html", name) for name in names)
        page = archive.read(next(name for name in names if "annaf" in name)).decode()
    assert "2.5 of 5 points" in page and "Talked it over." in page and "Name an amount." in page

    # A last run changes nothing.
    before = {path.name: path.read_bytes() for path in out.glob("*.csv")}
    grade(tmp_path / "first.zip", "--student", "Kim Park")
    assert {path.name: path.read_bytes() for path in out.glob("*.csv") if path.name != "runtime.csv"} == {
        name: data for name, data in before.items() if name != "runtime.csv"
    }
