"""A column of a table: what needs it besides the descriptor and the CSV file, and a message that names each place."""

import copy
import csv
import re

import pytest
from test_rules import change_descriptor

import standoff
from chapters import ROOT
from standoff.case import find
from standoff.rules import check
from standoff.schema import primary_key, read_package

# By file that must choose among the columns: what to do there about a new one, and by table those that it leaves out.
# Nothing else needs to know of a column: loading, checking, the codebook and `standoff schema` read the descriptor.
PLACES = {
    "standoff/coding/sheets.py": (
        "add it to the columns of its sheet (_COLUMNS), and to HINTS if its description does not say what to type",
        {
            "paragraphs": "n_chars sha256",
            **dict.fromkeys(["actors", "claims", "claim_links", "quantities", "events", "cruxes", "questions"], ""),
        },
    ),
    "standoff/coding/anchor.py": (
        "write it in `_files`, which makes this table",
        {"paragraphs": "n_chars", "spans": "sha256_16", "event_actors": ""},
    ),
    "standoff/display/lookup.py": (
        "show it in the table of this page (actors_table, claims_table, cruxes_table)",
        {
            "actors": "sector",
            "claims": "source_chain source_span cue_span cue_lemma cue_class negated_cue time_ref evidence",
            "cruxes": "",
        },
    ),
    "standoff/display/reading_desk.py": (
        "hand it to the page in `desk_data`, and show it in _static/desk.js",
        {
            "actors": "country sector part_of role",
            "claims": "cue_class negated_cue addressee",
            **dict.fromkeys(["paragraphs", "spans", "claim_links", "cruxes"], ""),
        },
    ),
    "standoff/export.py": (
        "say it in the body of the annotation (_bodies)",
        {
            "actors": "country sector part_of role",
            "claims": "source_chain cue_lemma cue_class quote_type negated_cue addressee recipient time_ref evidence topic",
            "quantities": "low high place as_of",
            "events": "mode date place",
            "cruxes": "printed_reading alternatives why",
        },
    ),
    "assignments/variant.py": (
        "let the hidden data vary it (TOGETHER for labels of claims), or an answer can be typed from the released ones",
        {
            "paragraphs": "gist",
            "spans": "sha256_16",
            "actors": "role",
            "claims": "gist",
            "claim_links": "",
            "quantities": "bound concept",
            "events": "gist",
            "event_actors": "role",
            "cruxes": "printed_reading adopted_reading alternatives why",
            "questions": "question why_open qtype closes resolution_criteria resolution_source evidence_needed",
            "codings": "",
        },
    ),
}


def named(file):
    """The words of a file."""
    return set(re.findall(r"\w+", (ROOT / file).read_text(encoding="utf-8")))


def undecided(package):
    """A line for each column, but for identifiers, and each place that neither uses it nor leaves it out."""
    lines = []
    for file, (advice, left_out) in PLACES.items():
        words = named(file)
        for resource in package["resources"]:
            for field in resource["schema"]["fields"]:
                table, column = resource["name"], field["name"]
                if table not in left_out or column in primary_key(resource):
                    continue
                if column not in words and column not in left_out[table].split():
                    lines.append(f"{file} does not know {table}.{column}: {advice}; or leave it out in test_columns.py")
    return lines


def test_every_place_uses_a_column_or_leaves_it_out():
    assert undecided(read_package(find("report"))) == []


@pytest.mark.parametrize("file", PLACES)
def test_what_is_left_out_is_there_and_not_used(file):
    package, words = read_package(find("report")), named(file)
    columns = {table["name"]: {field["name"] for field in table["schema"]["fields"]} for table in package["resources"]}
    for table, left_out in PLACES[file][1].items():
        assert set(left_out.split()) <= columns[table] - words


def test_a_new_column_needs_the_descriptor_and_the_table_and_is_announced_to_each_place(case_copy):
    tone = {"name": "tone", "type": "string", "title": "Tone", "description": "How it is said.", "categories": ["mild"]}
    tone["constraints"] = {"enum": ["mild"]}
    change_descriptor(case_copy, lambda tables: tables["claims"]["schema"]["fields"].append(copy.deepcopy(tone)))
    (problem,) = check(case_copy)
    assert str(problem).startswith("claims.csv:1 tone: the column tone is in the header 0 times")

    path = case_copy / "claims.csv"
    with open(path, newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([[*header, "tone"], *([*row, "mild"] for row in rows)])
    assert check(case_copy) == []
    case = standoff.load(case_copy)
    assert case.claims["tone"].eq("mild").all()
    assert "tone" in case.codebook()["column"].tolist()

    files = {line.partition(" does not know claims.tone: ")[0] for line in undecided(case.package)}
    assert files == {file for file, (_, left_out) in PLACES.items() if "claims" in left_out}
