"""A column of a table: what needs it besides the descriptor and the CSV file, and a message that names each place."""

import copy
import csv
import json

import pytest
import sheets
from test_rules import change_descriptor

from assignments.variant import cases
from standoff import load
from standoff.case import Case
from standoff.coding.anchor import anchor
from standoff.coding.sheets import QUOTES, SHEETS
from standoff.display import actors_table, claims_table, cruxes_table
from standoff.display.reading_desk import desk_data
from standoff.export import webannotation
from standoff.files import csv_rows
from standoff.rules import check
from standoff.schema import DESCRIPTOR, columns_of, primary_key

# By file that must choose among the columns: what to do there about a new one, and by table those that it leaves out.
# Whether it uses a column is not read in its words, but seen in what it makes: see `uses`.
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
        dict.fromkeys(["paragraphs", "spans", "event_actors"], ""),
    ),
    "standoff/display/lookup.py": (
        "show it in the table of this page (actors_table, claims_table, cruxes_table)",
        {
            "actors": "sector",
            "claims": "source_chain source_span cue_span cue_lemma cue_class negated_cue addressee recipient time_ref evidence",
            "cruxes": "",
        },
    ),
    "standoff/display/reading_desk.py": (
        "hand it to the page in `desk_data`, and show it in _static/desk.js",
        {
            "paragraphs": "gist",
            "actors": "kind country sector part_of role span_id",
            "claims": "cue_class negated_cue addressee",
            **dict.fromkeys(["spans", "claim_links", "cruxes"], ""),
        },
    ),
    "standoff/export.py": (
        "say it in the body of the annotation (_bodies)",
        {
            "actors": "country sector part_of role",
            "claims": "source_chain cue_lemma cue_class quote_type negated_cue addressee recipient time_ref evidence topic",
            "quantities": "claim_id low high place as_of",
            "events": "claim_id mode date place",
            "cruxes": "printed_reading alternatives why",
        },
    ),
    "assignments/variant.py": (
        "let the hidden data vary it (TOGETHER for labels of claims), or an answer can be typed from the released ones",
        {
            "paragraphs": "sha256 gist",
            "spans": "paragraph start end sha256_16",
            "actors": "name part_of role",
            "claims": "content_span gist",
            "claim_links": "note",
            "quantities": "span_id claim_id bound unit concept place",
            "events": "span_id claim_id place gist",
            "event_actors": "",
            "cruxes": "span_id printed_reading adopted_reading alternatives why",
            "questions": "question why_open qtype resolution_criteria resolution_source evidence_needed",
            "codings": "",
        },
    ),
}
SEEDS = ["one", "two", "three"]  # of hidden data in which a column is looked at


@pytest.fixture(scope="module")
def uses(tmp_path_factory):
    """By file, a function of a case, a table and a column: whether the place uses it."""
    return {
        "standoff/coding/sheets.py": lambda case, table, column: (
            column in SHEETS[table] or column in QUOTES.get(table, {}).values()
        ),
        "standoff/coding/anchor.py": written(tmp_path_factory.mktemp("sheets")),
        "standoff/display/lookup.py": lambda case, table, column: is_needed(
            lambda case: shown_by(
                {"actors": actors_table, "claims": claims_table, "cruxes": cruxes_table}[table], case
            ),
            *(case, table, column),
        ),
        "standoff/display/reading_desk.py": lambda *place: is_needed(desk_data, *place),
        "standoff/export.py": lambda *place: is_needed(webannotation, *place),
        "assignments/variant.py": varied(),
    }


def is_needed(make, case, table, column):
    """Whether something is made otherwise, or not at all, from a case whose table lacks the column."""
    without = Case(case.folder, case.package, case.tables | {table: case[table].drop(columns=column)})
    try:
        return make(without) != make(case)
    except (AttributeError, KeyError):
        return True


def shown_by(show, case):
    outputs = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("standoff.display.html.show", outputs.append)
        show(case)
    return outputs


def written(folder):
    """Whether a column has cells in the table that is made from sheets; one that is not written has none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        own = sheets.case_with_sheets(load("practice"))
        anchor(own)
    tables = {path.stem: csv_rows(path.read_text(encoding="utf-8"), file="") for path in own.glob("*.csv")}
    widths = {name: max(map(len, rows), default=0) for name, (_, *rows) in tables.items()}
    return lambda case, table, column: columns_of(case.resource(table)).index(column) < widths.get(table, 0)


def varied():
    """Whether a row of the report has another value in this column of the hidden data."""
    different = set()
    for seed in SEEDS:
        released, variant = (_report_of(files) for files in cases(seed).values())
        for table, rows in released.items():
            different |= {
                (table, column)
                for key in rows.keys() & variant[table].keys()
                for column, cell in rows[key].items()
                if cell != variant[table][key][column]
            }
    return lambda case, table, column: (table, column) in different


def _report_of(files):
    """The rows of the tables of the report among files, by table and key."""
    tables = {}
    for resource in json.loads(files[f"data/report/{DESCRIPTOR}"])["resources"]:
        header, *rows = csv_rows(files[f"data/report/{resource['path']}"].decode(), file="")
        named = [dict(zip(header, row)) for row in rows]
        tables[resource["name"]] = {tuple(row[key] for key in primary_key(resource)): row for row in named}
    return tables


def undecided(case, uses):
    """A line for each column, but for identifiers, and each place that neither uses it nor leaves it out."""
    return [
        f"{file} does not know {table}.{column}: {advice}; or leave it out in test_columns.py"
        for file, (advice, left_out) in PLACES.items()
        for table, columns in left_out.items()
        for column in columns_of(case.resource(table))
        if column not in [*primary_key(case.resource(table)), *columns.split()] and not uses[file](case, table, column)
    ]


def test_every_place_uses_a_column_or_leaves_it_out(uses):
    assert undecided(load("practice"), uses) == []


@pytest.mark.parametrize("file", PLACES)
def test_what_is_left_out_is_there_and_not_used(file, uses):
    case = load("practice")
    for table, left_out in PLACES[file][1].items():
        assert set(left_out.split()) <= set(columns_of(case.resource(table)))
        assert [column for column in left_out.split() if uses[file](case, table, column)] == []


def test_a_new_column_needs_the_descriptor_and_the_table_and_is_announced_to_each_place(case_copy, uses):
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
    case = load(case_copy)
    assert case.claims["tone"].eq("mild").all()
    assert "tone" in case.codebook()["column"].tolist()

    files = {line.partition(" does not know claims.tone: ")[0] for line in undecided(case, uses)}
    assert files == {file for file, (_, left_out) in PLACES.items() if "claims" in left_out}
