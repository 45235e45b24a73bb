"""A folder of witnesses to the practice report, invented for tests: its texts, and its tables made from quotations."""

import csv
import json
import shutil
from pathlib import Path

from standoff.case import find
from standoff.coding.passages import MARKS, anchor_passages
from standoff.schema import descriptor_text, read_package, unsealed

LABELS = ["speaker", "topic", "certainty", "polarity", "gist"]
TEXTS = {
    "conference": """President Oren Tamsel: Good afternoon. “This strait,” as I said, “was never closed to a ferry.” We will publish the times in a few days.

Question: Is it so? Is it so?

President Oren Tamsel: It is so. We hope that nobody will have to ask that again, on either of the shores.
""",
    "readout": "The two presidents spoke about the ferry for half an hour, and agreed to speak again.\n",
}
PASSAGES = [
    ("p001", "conference", "1", "This strait [...] was never closed to a ferry", "", "tamsel", "economy and energy", "certain", "negative", "The ferry was at no time shut out"),
    ("p002", "conference", "1", "we will publish the times in a few days.", "It is so", "tamsel", "economy and energy", "certain", "positive", "A timetable will follow"),
    ("p003", "readout", "", "agreed to speak again", "", "hadrin", "diplomacy", "certain", "positive", "There will be another talk"),
]  # fmt: skip
WITNESSES = [
    ("conference", "News conference in Teln", "transcript"),
    ("readout", "Readout of a call", "readout"),
    ("speech", "What was said in Teln", "speech"),  # without a text
]


def write(path, columns, rows):
    """Write a table; columns that a row does not have are empty."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


def sheet(folder, passages=PASSAGES):
    """Write passages by quotation; the path of the sheet."""
    columns = MARKS + LABELS
    write(folder / "passages-by-quotation.csv", columns, [dict(zip(columns, row)) for row in passages])
    return folder / "passages-by-quotation.csv"


def folder_of_witnesses(folder):
    """Make `practice` and `practice/witnesses` in a folder, and fill in the latter; its path."""
    shutil.copytree(find("practice"), folder / "practice", ignore=shutil.ignore_patterns("witnesses"))
    own = folder / "practice" / "witnesses"
    own.mkdir()
    text = descriptor_text(unsealed(read_package(find("witnesses")))).replace('"../report/', '"../')
    (own / "datapackage.json").write_text(text, encoding="utf-8")
    for resource in json.loads(text)["resources"]:
        columns = [field["name"] for field in resource["schema"]["fields"]]
        named = [dict(zip(["witness_id", "title", "kind"], row), language="en") for row in WITNESSES]
        write(own / resource["path"], columns, named if resource["name"] == "witnesses" else [])
    for name, text in TEXTS.items():
        Path(own / f"{name}.txt").write_text(text, encoding="utf-8")
    assert anchor_passages(own, own, sheet(folder)) == []
    return own
