"""Loading a case: found by name or path, typed by its descriptor, refused with a place and a remedy."""

import json
from pathlib import Path

import pandas as pd
import pytest

import standoff
from standoff.case import CaseError


def fields(case):
    for resource in case.package["resources"]:
        for field in resource["schema"]["fields"]:
            yield field, case[resource["name"]][field["name"]]


def expected_dtype(field):
    required = field.get("constraints", {}).get("required", False)
    if "categories" in field:
        values = [category["value"] for category in field["categories"]]
        return pd.CategoricalDtype(values, ordered=field.get("categoriesOrdered", False))
    return {
        "integer": "int64" if required else "Int64",
        "number": "float64",
        "boolean": "bool" if required else "boolean",
        "date": "datetime64[s]",
        "string": "str",
    }[field["type"]]


def test_every_column_has_the_type_of_its_field(practice):
    checked = [(column.dtype == expected_dtype(field)) for field, column in fields(practice)]
    assert all(checked)
    assert len(checked) > 60


def test_required_columns_are_complete_and_empty_cells_missing(practice):
    for field, column in fields(practice):
        if field.get("constraints", {}).get("required"):
            assert column.notna().all(), field["name"]
        assert not (column == "").any(), field["name"]
    assert practice.claims["cue_lemma"].isna().any()


def test_values_are_those_of_the_file(case_copy):
    lines = (case_copy / "spans.csv").read_text(encoding="utf-8").splitlines()
    spans = standoff.load(case_copy).spans
    assert [",".join(map(str, row)) for row in spans.itertuples(index=False)] == lines[1:]


def test_a_case_describes_its_tables_and_columns(practice):
    assert practice.resource("claims")["path"] == "claims.csv"
    assert practice.field("claims", "gist")["title"] == "Gist"
    with pytest.raises(KeyError, match="nothing"):
        practice.resource("nothing")
    with pytest.raises(KeyError, match="nothing"):
        practice.field("claims", "nothing")


def test_a_case_gives_its_canonical_paragraphs_if_it_ships_its_text(practice, case_copy):
    assert [len(text) for text in practice.paragraph_texts] == practice.paragraphs["n_chars"].tolist()
    (case_copy / "article.txt").unlink()
    assert standoff.load(case_copy).paragraph_texts is None


def test_a_span_begins_in_the_paragraph_of_its_first_part(case_copy):
    path = case_copy / "spans.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    rows += ["s900,2,3,0,5,0000000000000000", "s900,1,2,0,5,0000000000000000"]
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    case = standoff.load(case_copy)
    assert case.paragraph_of["s900"] == 2
    assert case.paragraph_of.index.is_unique and set(case.paragraph_of.index) == set(case.spans["span_id"])


def test_every_source_has_a_name(practice):
    assert practice.claims["source"].map(practice.names).notna().all()
    assert practice.names["narrator"] == "the narrator"
    assert practice.names.drop("narrator").tolist() == practice.actors["name"].tolist()


def test_numbers_booleans_and_dates(case_copy):
    case = standoff.load(case_copy)
    assert case.claims["negated_cue"].any() and not case.claims["negated_cue"].all()
    assert case.questions["closes"].dt.year.min() > 2000
    assert case.quantities["low"].max() > 1 and case.quantities["low"].isna().any()


def test_ordered_vocabularies_compare(practice):
    certainty = practice.claims["certainty"]
    assert certainty.min() == "certain" and certainty.max() == "uncommitted"
    assert not practice.claims["topic"].cat.ordered


def test_optional_integers_and_booleans_can_be_missing(case_copy):
    descriptor = json.loads((case_copy / "datapackage.json").read_text(encoding="utf-8"))
    for resource in descriptor["resources"]:
        for field in resource["schema"]["fields"]:
            if field["type"] in ("integer", "boolean"):
                field["constraints"]["required"] = False
    (case_copy / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    empty_cell(case_copy / "spans.csv", "part")
    empty_cell(case_copy / "claims.csv", "negated_cue")
    case = standoff.load(case_copy)
    assert case.spans["part"].isna().tolist()[:2] == [True, False]
    assert case.claims["negated_cue"].isna().tolist()[:2] == [True, False]
    assert case.spans["part"].dtype == "Int64" and case.claims["negated_cue"].dtype == "boolean"


def empty_cell(path, column):
    """Empty the cell of a column in the first row."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table.loc[0, column] = ""
    table.to_csv(path, index=False)


def test_a_case_tells_what_it_is(practice, case_copy):
    assert practice.name == "practice"
    assert practice.title == practice.package["title"]
    assert practice.text.name == "article.txt"
    assert "claims" in dir(practice)
    with pytest.raises(AttributeError, match="no table 'clams'"):
        practice.clams  # noqa: B018
    (case_copy / "article.txt").unlink()
    assert standoff.load(case_copy).text is None


def test_it_shows_its_tables_and_their_rows(practice):
    for shown in (repr(practice), practice._repr_html_()):
        assert practice.title in shown
        assert all(name in shown and str(len(table)) in shown for name, table in practice.tables.items())


def test_codebook(practice):
    codebook = practice.codebook()
    assert list(codebook) == ["table", "column", "type", "required", "description"]
    assert len(codebook) == sum(table.shape[1] for table in practice.tables.values())
    row = codebook.set_index(["table", "column"]).loc[("claims", "negated_cue")]
    assert (row["type"], row["required"]) == ("boolean", True)
    assert row["description"].startswith("True if")


def test_found_by_name_by_path_and_from_a_folder_below(case_copy, monkeypatch, tmp_path):
    home = tmp_path / "project" / "data" / "mine"
    home.parent.mkdir(parents=True)
    case_copy.rename(home)
    below = tmp_path / "project" / "chapters"
    below.mkdir()
    monkeypatch.chdir(below)
    assert standoff.load("mine").folder == home
    assert standoff.load(home).folder == home
    assert standoff.load("practice").folder.parent.name == "data"
    monkeypatch.chdir(home)
    assert standoff.load(".").name == "mine"
    with pytest.raises(CaseError, match="nowhere: there is no case of this name.*Remedy: give the name"):
        standoff.load("nowhere")


def spoil(old, new):
    """Replace the first `old` in the file; the answer is the row it stands in."""

    def damage(path):
        before, found, after = path.read_bytes().partition(old)
        assert found
        path.write_bytes(before + new + after)
        return before.count(b"\n") + 1

    return damage


def misdescribe(old, new):
    """Replace the first `old` in the descriptor, whose rows are not named unless it is no JSON."""
    return lambda path: spoil(old, new)(path) and None


def rewrite(data, row=None):
    def damage(path):
        path.write_bytes(data)
        return row

    return damage


def separate_by_semicolons(path):
    path.write_bytes(path.read_bytes().replace(b",", b";"))
    return 1


# What is done to a file of the case; the column that the error names, and words of it.
BROKEN = {
    "missing": ("claims.csv", Path.unlink, None, "file is missing"),
    "empty": ("claims.csv", rewrite(b""), None, "file is empty"),
    "workbook": ("claims.csv", rewrite(b"PK\x03\x04"), None, "not a text file"),
    "NUL": ("claims.csv", rewrite(b"claim_id\0"), None, "not a text file"),
    "Latin-1": ("claims.csv", spoil(b"c002", b"c\xe9"), None, "not UTF-8"),
    "semicolons": ("spans.csv", separate_by_semicolons, None, "commas"),
    "column renamed": ("spans.csv", spoil(b"part", b"piece"), "part", "in the header 0 times"),
    "column twice": ("spans.csv", spoil(b"start", b"part"), "part", "in the header 2 times"),
    "column added": ("spans.csv", spoil(b"start", b"note,start"), "note", "not described"),
    "columns swapped": ("spans.csv", spoil(b"start,end", b"end,start"), None, "another order"),
    "row too long": ("spans.csv", spoil(b"s001,", b"s001,,"), None, "s001 has 7 cells, the header 6"),
    "row too short": ("spans.csv", spoil(b"s002,1", b"s002"), None, "has 5 cells"),
    "row empty": ("spans.csv", spoil(b"s002", b"\ns002"), None, "row is empty"),
    "quote left open": ("spans.csv", spoil(b"s002", b'"s002'), None, "not CSV"),
    "no integer": ("spans.csv", spoil(b"s001,1,", b"s001,1.0,"), "part", "'1.0' is not a whole number"),
    "grouped digits": ("spans.csv", spoil(b"s001,1,", b"s001,1_0,"), "part", "'1_0' is not a whole number"),
    "integer missing": ("spans.csv", spoil(b"s001,1,", b"s001,,"), "part", "cell is empty"),
    "no number": ("quantities.csv", spoil(b",34,34", b",34,many"), "high", "'many' is not a number"),
    "no boolean": ("claims.csv", spoil(b",false,", b",no,"), "negated_cue", "'no' is not true or false"),
    "no date": ("questions.csv", spoil(b",2024-05-31", b",31 May"), "closes", "'31 May' is not a date"),
    "no category": (
        "claims.csv",
        spoil(b",certain,", b",sure,"),
        "certainty",
        "c001: 'sure' is not one of certain, probable",
    ),
    "JSON": ("datapackage.json", rewrite(b'{\n"resources": }', row=2), None, "not JSON"),
    "no resources": ("datapackage.json", rewrite(b"{}"), None, "resources"),
    "a date of the report in words": (
        "datapackage.json",
        misdescribe(b"2024-05-09", b"9 May"),
        None,
        "not a description of tables (Invalid isoformat string: '9 May')",
    ),
    "a path out of the folder": ("datapackage.json", misdescribe(b"events.csv", b"../events.csv"), None, "leads out"),
    "a column twice": (
        "datapackage.json",
        misdescribe(b'"n_chars"', b'"paragraph"'),
        None,
        "paragraphs is described twice",
    ),
    "an unknown type": (
        "datapackage.json",
        misdescribe(b'"boolean"', b'"truth"'),
        None,
        "negated_cue is of the type truth",
    ),
    "a pattern that is none": (
        "datapackage.json",
        misdescribe(b"[A-Z]{3}", b"[A-Z{3}"),
        None,
        "unterminated character set",
    ),
    "a minimum that is none": (
        "datapackage.json",
        misdescribe(b'"minimum": 0', b'"minimum": "0"'),
        None,
        "not a desc",
    ),
    "no end of brackets": ("datapackage.json", rewrite(b"[" * 200_000), None, "not a description of tables"),
    "too many digits": ("spans.csv", spoil(b"s001,1,", b"s001,1" + b"0" * 20 + b","), "part", "not a whole number"),
    "an identifier of another pattern": ("claims.csv", spoil(b"c002", b"C2"), "claim_id", "C2: 'C2' is not allowed"),
    "no object": ("datapackage.json", rewrite(b"[]"), None, "not a description of tables"),
    "not UTF-8": ("datapackage.json", rewrite(b'{"a": "\xe9"}'), None, "not UTF-8"),
}


@pytest.mark.parametrize(("file", "damage", "column", "words"), BROKEN.values(), ids=BROKEN)
def test_a_broken_case_is_refused_with_place_and_remedy(case_copy, file, damage, column, words):
    row = damage(case_copy / file)
    with pytest.raises(CaseError) as caught:
        standoff.load(case_copy)
    problem = caught.value.problem
    assert (problem.file, problem.row, problem.column) == (file, row, column)
    assert words in problem.message
    assert problem.remedy and f"Remedy: {problem.remedy}" in str(caught.value)


def test_a_byte_order_mark_does_no_harm(case_copy):
    for name in ("spans.csv", "datapackage.json"):
        path = case_copy / name
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert list(standoff.load(case_copy).spans)[0] == "span_id"
