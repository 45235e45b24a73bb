"""The descriptor: what it lets a cell be, held against a validator of the standard; identifiers without end; one source."""

import json
import re
from itertools import product

import pytest
import sheets
from frictionless import Package
from test_rules import Tables, change_descriptor
from witness_folders import folder_of_witnesses

import standoff
from chapters import ROOT
from standoff.case import find
from standoff.cli import main
from standoff.coding.anchor import anchor
from standoff.coding.new import new
from standoff.rules import check, examine
from standoff.schema import DESCRIPTOR, TYPES, field_of, parse, read_package, renewed, unsealed, vocabulary

CELLS = [
    *(
        "",
        " ",
        "0",
        "1",
        "-1",
        "+7",
        "007",
        "1_000",
        "1,5",
        "1.5",
        ".5",
        "5.",
        "1e3",
        "1e",
        "nan",
        "inf",
        "٣",
        "1 ",
        " 1",
    ),
    *("true", "True", "TRUE", "tRue", "false", "yes", "no", "on", "9" * 30, "text", "two words", "ü"),
    *(
        "2024-05-09",
        "2024-5-9",
        "20240509",
        "2024-W19-4",
        "2024-02-30",
        "0000-01-01",
        "9.5.2024",
        "2024-05-09T00:00:00",
    ),
]
CONSTRAINTS = [{}, {"required": True}, {"minimum": 1}, {"maximum": 0}, {"pattern": "[0-9]{1,3}"}]


@pytest.mark.parametrize("kind", TYPES)
def test_no_cell_is_accepted_that_the_standard_forbids(kind):
    """Nor is one refused that the standard allows, but for the ones that no table of pandas, or no reader, could take."""
    ours_alone = []
    for cell, constraints in product(CELLS, CONSTRAINTS):
        if (constraints.keys() & {"minimum", "maximum"} and kind not in ("integer", "number")) or (
            "pattern" in constraints and kind != "string"
        ):
            continue
        field = {"name": "column", "type": kind, "constraints": constraints}
        resource = {"name": "table", "data": [["column", "key"], [cell, "x"]]}
        resource["schema"] = {"fields": [field, {"name": "key", "type": "string"}]}
        valid = Package.from_descriptor({"name": "package", "resources": [resource]}).validate().valid
        try:
            parse(cell, field)
        except ValueError:
            if valid:
                ours_alone.append(cell)
        else:
            assert valid, (cell, field)
    assert {*ours_alone} <= {"1_000", "nan", "inf", "٣", "1 ", " 1", "9" * 30, "2024-5-9", "20240509"}


@pytest.mark.parametrize(
    ("cell", "name"), [("с068", "CYRILLIC SMALL LETTER ES"), ("c068\u200b", "ZERO WIDTH SPACE"), ("c\u0080", "U+0080")]
)
def test_a_character_that_looks_like_another_is_named(cell, name):
    with pytest.raises(ValueError, match=f"is not allowed: it has the character {re.escape(name)}$"):
        parse(cell, {"name": "claim_id", "type": "string", "constraints": {"pattern": r"c\d{3,}"}})


@pytest.mark.parametrize("name", ["report", "practice", "context", "witnesses", "practice/witnesses"])
def test_every_published_package_is_valid_by_the_standard(name):
    report = Package(ROOT / "data" / name / DESCRIPTOR).validate()
    assert report.valid, report.flatten(["fieldName", "rowNumber", "note"])


def test_a_broken_package_is_not_valid_by_the_standard_either(case_copy):
    """Both see the same rows and columns: of a cell, an identifier, a name that leads nowhere."""
    tables = Tables(case_copy)
    tables.spoil("spans", "start", "-1", span_id="s003")
    tables.spoil("claims", "content_span", "s999", claim_id="c004")
    tables["claim_links"].append(tables["claim_links"][0].copy())
    tables.save()
    certified = Package(case_copy / DESCRIPTOR).validate().flatten(["type", "rowNumber"])
    seen = [(problem.file, problem.row) for problem in check(case_copy)]
    assert {row for _, row in certified} == {4, 5, len(tables["claim_links"]) + 1}
    assert {("spans.csv", 4), ("claims.csv", 5), ("claim_links.csv", len(tables["claim_links"]) + 1)} <= {*seen}


def test_a_constraint_that_nobody_checks_is_a_problem(case_copy):
    def ask_for_more(resources):
        resources["claims"]["schema"]["fields"][0]["constraints"]["unique"] = True

    change_descriptor(case_copy, ask_for_more)
    (problem,) = check(case_copy)
    assert (problem.file, problem.column) == (DESCRIPTOR, "claims.claim_id") and "unique" in problem.message


def test_a_key_of_columns_that_are_not_there_is_a_problem_of_the_descriptor(case_copy):
    def point_nowhere(resources):
        resources["events"]["schema"]["foreignKeys"][0]["reference"]["fields"] = ["nothing"]

    change_descriptor(case_copy, point_nowhere)
    (problem,) = check(case_copy)
    assert (problem.file, problem.column) == (DESCRIPTOR, "events.foreignKeys") and "nothing" in problem.message


def test_an_identifier_may_not_be_empty_where_its_column_may(case_copy):
    def loosen(resources):
        resources["actors"]["schema"]["fields"][0]["constraints"]["required"] = False

    change_descriptor(case_copy, loosen)
    tables = Tables(case_copy)
    tables["actors"].append(tables["actors"][0] | {"actor_id": ""})
    tables.save()
    loosened, problem = check(case_copy)
    assert (loosened.file, loosened.column) == (DESCRIPTOR, "actors.actor_id")
    assert (problem.row, problem.column, problem.message[-23:]) == (24, "actor_id", "the identifier is empty")


# ---- identifiers grow ----


def test_a_case_may_have_more_than_a_thousand_claims(tmp_path, monkeypatch):
    """From the sheets to tables without problems, in the order of the text, with identifiers of four digits."""
    monkeypatch.chdir(tmp_path)
    count = 1_200
    (tmp_path / "text.txt").write_text("\n\n".join(f"Vane number{n} turns." for n in range(1, count + 1)))
    folder = new("mine", "text.txt")
    claim = {"source": "narrator", "act": "state", "time_ref": "present", "certainty": "certain"}
    claim |= {"polarity": "positive", "topic": "diplomacy"}
    rows = [
        claim | {"claim_id": f"c{n:03}", "paragraph": str(n), "quote": f"number{n}", "gist": f"It is no. {n}"}
        for n in range(1, count + 1)
    ]
    sheets.write(folder, "claims", rows)
    link = {"claim_id": "c999", "other_id": "c1000", "relation": "repeats", "note": "the next one"}
    sheets.write(folder, "claim_links", [link])
    question = dict.fromkeys(["question", "why_open", "resolution_criteria", "resolution_source"], "x")
    question |= {"evidence_needed": "x", "qtype": "binary", "closes": "2024-05-31", "claims": "c001;c1200"}
    sheets.write(folder, "questions", [question | {"question_id": f"k{n:02}"} for n in range(1, 121)])
    assert [str(problem) for problem in anchor(folder).problems] == []
    assert [str(problem) for problem in check(folder)] == []
    case = standoff.load(folder)
    assert case.claims["claim_id"].tolist() == [f"c{n:03}" for n in range(1, count + 1)]
    assert case.spans["span_id"].tolist() == [f"s{n:03}" for n in range(1, count + 1)]
    assert case.claims["content_span"].map(case.paragraph_of).tolist() == list(range(1, count + 1))
    assert len(case.questions) == 120
    assert Package(folder / DESCRIPTOR).validate().valid


# ---- one source ----


def test_the_cases_are_renewed_from_one_source():
    """What `standoff schema` would write is what is there: nobody has changed a table in one place alone."""
    source_of = {"report": "report", "practice": "report", "context": "context"}
    source_of |= {"witnesses": "witnesses", "practice/witnesses": "witnesses"}
    for name, source in source_of.items():
        package = read_package(find(name))
        assert renewed(package, read_package(find(source))) == package, f"run `standoff schema {name}`"


def test_a_case_of_other_tables_keeps_them(tmp_path, capsys):
    field = {"name": "kind", "type": "string", "categories": ["fact"]}
    package = {"resources": [{"name": "facts", "path": "facts.csv", "schema": {"fields": [field]}}]}
    (tmp_path / DESCRIPTOR).write_text(json.dumps(package))
    assert main(["schema", str(tmp_path)]) == 0
    field["constraints"] = {"enum": ["fact"]}
    assert json.loads((tmp_path / DESCRIPTOR).read_text()) == package


def test_a_case_is_given_the_tables_of_the_report_and_keeps_its_head_and_topics(case_copy, capsys):
    def change(resources):
        claims = {field["name"]: field for field in resources["claims"]["schema"]["fields"]}
        claims["gist"]["description"] = "Another one."
        claims["act"]["constraints"]["enum"] = []
        claims["topic"]["categories"] = ["boats", "military forces"]
        del resources["events"]["schema"]["fields"][-1]

    change_descriptor(case_copy, change)
    before = json.loads((case_copy / DESCRIPTOR).read_text())
    assert main(["schema", str(case_copy)]) == 0 and "written" in capsys.readouterr().out
    after, report = json.loads((case_copy / DESCRIPTOR).read_text()), read_package(find("report"))
    assert {**after, "resources": ""} == {**before, "resources": ""}
    topic = next(field for field in after["resources"][3]["schema"]["fields"] if field["name"] == "topic")
    assert vocabulary(topic) == topic["constraints"]["enum"] == ["boats", "military forces"]
    topic.update(next(field for field in report["resources"][3]["schema"]["fields"] if field["name"] == "topic"))
    assert after["resources"] == unsealed(report)["resources"]
    assert Package.from_descriptor(after, basepath=str(case_copy)).resource_names
    assert main(["schema", str(case_copy)]) == 0 and "in order" in capsys.readouterr().out


def test_witnesses_are_given_the_tables_of_those_of_the_report_and_keep_their_topics_and_places(tmp_path, capsys):
    folder = folder_of_witnesses(tmp_path)
    path = folder / DESCRIPTOR

    def change(resources):
        fields = {field["name"]: field for field in resources["passages"]["schema"]["fields"]}
        fields["topic"]["categories"] = ["boats"]
        fields["speaker"]["foundIn"]["besides"] = ["moderator"]
        fields["gist"]["description"] = "Another one."

    package = json.loads(path.read_text(encoding="utf-8"))
    change({resource["name"]: resource for resource in package["resources"]})
    package["resources"] = [resource for resource in package["resources"] if resource["name"] != "codings"]
    path.write_text(json.dumps(package), encoding="utf-8")
    assert main(["schema", str(folder)]) == 0
    after, report = read_package(folder), read_package(find("witnesses"))
    assert (after["name"], after["title"]) == (package["name"], package["title"])
    assert vocabulary(field_of(after, "passages", "topic")) == ["boats"]
    assert field_of(after, "passages", "speaker")["foundIn"] == {
        "path": "../actors.csv", "column": "actor_id", "besides": ["moderator"]
    }  # fmt: skip
    for table, column in (("traces", "claim_id"), ("codings", "unit_id")):
        assert field_of(after, table, column)["foundIn"] == {"path": "../claims.csv", "column": "claim_id"}
    assert field_of(after, "passages", "gist") == field_of(report, "passages", "gist")
    assert main(["schema", str(folder)]) == 0 and "in order" in capsys.readouterr().out


# ---- what is defined otherwise than in the source ----

OTHERWISE = {
    "type": ("spans.start", lambda field: field.update(type="string")),
    "pattern": ("claims.claim_id", lambda field: field["constraints"].update(pattern=".*")),
    "required": ("claims.gist", lambda field: field["constraints"].pop("required")),
    "description": ("events.place", lambda field: field.pop("description")),
    "order of the labels": ("claims.certainty", lambda field: field.pop("categoriesOrdered")),
    "source of names": ("claims.source", lambda field: field.pop("foundIn")),
}


@pytest.mark.parametrize(("address", "change"), OTHERWISE.values(), ids=OTHERWISE)
def test_a_column_that_is_described_otherwise(case_copy, address, change, capsys):
    table, column = address.split(".")
    change_descriptor(case_copy, lambda tables: change(field_of({"resources": [*tables.values()]}, table, column)))
    (problem,) = [problem for problem in check(case_copy) if problem.file == DESCRIPTOR]
    assert problem.column == address and "described differently" in problem.message
    assert main(["schema", str(case_copy)]) == 0
    assert check(case_copy) == []


@pytest.mark.parametrize("key", ["primaryKey", "foreignKeys"])
def test_a_key_that_is_lacking(case_copy, key):
    change_descriptor(case_copy, lambda tables: tables["claim_links"]["schema"].pop(key))
    (problem,) = check(case_copy)
    assert (problem.file, problem.column) == (DESCRIPTOR, f"claim_links.{key}")


def test_a_table_that_is_not_described(case_copy):
    path = case_copy / DESCRIPTOR
    package = json.loads(path.read_text(encoding="utf-8"))
    package["resources"] = [table for table in package["resources"] if table["name"] != "questions"]
    path.write_text(json.dumps(package), encoding="utf-8")
    (problem,) = check(case_copy)
    assert (problem.file, problem.column) == (DESCRIPTOR, "questions")
    path.write_text(json.dumps(package | {"resources": []}), encoding="utf-8")
    (problem,) = check(case_copy)
    assert "describes no table" in problem.message


def test_a_table_that_is_described_twice_is_no_description(case_copy):
    path = case_copy / DESCRIPTOR
    package = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(package | {"resources": package["resources"] * 2}), encoding="utf-8")
    (problem,) = check(case_copy)
    assert "a table is described twice" in problem.message


def test_rules_wait_where_the_source_itself_is_described_otherwise(case_copy, monkeypatch):
    """There is nothing then to hold it against, and a rule may meet a word where it expects a number."""
    monkeypatch.setattr("standoff.rules.schema.foreign_definitions", lambda package, source: iter(()))
    assert main(["seal", str(case_copy)]) == 0

    def change(tables):
        for column in ("start", "end"):
            field_of({"resources": [*tables.values()]}, "spans", column)["type"] = "string"
            del field_of({"resources": [*tables.values()]}, "spans", column)["constraints"]["minimum"]

    change_descriptor(case_copy, change)
    account = examine(case_copy)
    assert {problem.file for problem in account.problems} >= {DESCRIPTOR}
    assert "spans_fit" in account.waiting
