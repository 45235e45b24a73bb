"""What came after the report, and the checks of its claims: sound, complete, sourced; and every corruption is found."""

import csv
import json
import re
import shutil

import pandas as pd
import pytest
from conftest import unsealed_copy

from chapters import ROOT
from standoff import load
from standoff.files import csv_text
from standoff.rules import check, examine

THAT_DAY = pd.Timestamp("2022-02-15")
LATER = ["outcomes", "toll", "checks", "live"]
# Outlets that a state owns or mainly pays for, by a part of their address.
OF_A_STATE = [
    "tass.com",
    "sputnik",
    "ukrinform",
    "rferl.org",
    "voanews.com",
    "belsat.eu",
    "dw.com",
    "deutschland.de",
    "rt.com",
    "channelnewsasia.com",
    "alarabiya.net",
    "mehrnews.com",
    "urdupoint.com",
    "bbc.co",
    "trtworld.com",
    "france24.com",
]


@pytest.fixture(scope="module")
def context():
    return load("context")


def test_the_context_is_sound():
    report = examine("context")
    assert [str(problem) for problem in report.problems] == []
    assert report.waiting == [], "rules about reports say nothing about a case that is none"


def test_every_outcome_has_a_source_and_a_caution(context):
    assert context.outcomes["citation"].notna().all() and context.outcomes["caution"].notna().all()


def test_what_was_known_that_day_is_not_told_by_what_came_later(context):
    told = context.checks.loc[context.checks["as_of"] == THAT_DAY, "why"]
    assert len(told) >= 80
    assert not told.str.contains(r"later|1[6-9] February|2\d February|March 2022").any()


def test_kinds_follow_the_coding_of_the_claims(context):
    """Only what is said to be so can be a fact; what is asked for is a wish, whoever asks."""
    both = context.checkability.merge(load("report").claims, on="claim_id")
    assert set(both.loc[both["act"] == "request", "kind"]) <= {"wish or demand"}
    assert not both.loc[both["kind"] == "fact", "time_ref"].isin(["future", "hypothetical"]).any()
    assert both.loc[both["kind"] == "forecast or promise", "time_ref"].isin(["future", "hypothetical"]).all()


def test_live_questions_were_open_when_the_edition_looked(context):
    looked = context.outcomes["as_of"].max()
    assert (context.live["closes"].dropna() > looked + pd.Timedelta(days=365)).all()
    assert context.live["resolution_criteria"].str.contains("Yes if").all()
    asked = context.live["question"].str.lower()
    assert not asked.str.contains("killed|deaths|casualt").any(), "nobody is asked to forecast deaths"


def test_deaths_are_named_with_their_source_and_scope(context):
    for table in LATER:
        text = context[table].apply(lambda row: " ".join(map(str, row)), axis=1)
        for row in text[text.str.contains(r"\b(?:killed|deaths|dead)\b")]:
            assert "UN" in row and ("civilians" in row or "all sides" in row), row


def test_facts_and_counts_of_troops_tell_the_same(context):
    """The figures that stand in both tables: as facts for the page of facts, as counts to be compared."""
    facts = context.background
    told = facts[facts["note_id"].isin(["A14", "A30"]) & facts["counted"].str.startswith("Russian troops near")]
    assert len(told) >= 3
    for fact in told.itertuples():
        assert (context.counts["value"] == fact.value).any(), fact.fact_id


def test_some_claims_are_of_two_kinds(context):
    assert context.checkability["other_kind"].notna().sum() >= 10


def test_the_map_marks_places_of_the_report(context):
    report = load("report")
    told = set(report.events["place"]) | set(report.quantities["place"])
    assert set(context.places["place"]) - told == {"Moscow", "Kyiv"}, "capitals, named for their governments"


def test_one_line_of_the_map_is_contested(context):
    contested = context.outlines[context.outlines["kind"] == "contested border"]
    assert contested["outline_id"].nunique() == 1
    assert contested["lat"].between(45.7, 46.3).all() and contested["lon"].between(33.5, 35.1).all(), (
        "the neck of Crimea"
    )


def test_of_every_outlet_that_a_state_pays_for_it_is_said():
    text = (ROOT / "references.bib").read_text(encoding="utf-8")
    entries = dict(re.findall(r"^@\w+\{([^,\s]+),\n(.*?)^\}", text, re.M | re.S))
    addresses = {key: re.search(r"url = \{\w+://([^/}]*)", body) for key, body in entries.items()}
    owned = {key for key, address in addresses.items() if address and any(part in address[1] for part in OF_A_STATE)}
    assert len(owned) >= 20
    silent = {key for key in owned if "owned or paid for by a state" not in entries[key]}
    assert not silent, f"say which state pays for the outlet: {sorted(silent)}"


# ---- corruptions ----


@pytest.fixture
def copy(tmp_path):
    """The context's folder in a copy of what it points to, to be changed at will."""
    shutil.copytree(ROOT / "data/report", tmp_path / "data/report")
    shutil.copy(ROOT / "references.bib", tmp_path)
    return unsealed_copy("context", tmp_path / "data")


def spoil(folder, table, column, value, **cells):
    """Write `value` into a column of the first row with these cells; the number of the row in a spreadsheet."""
    path = folder / f"{table}.csv"
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    number = next(i for i, row in enumerate(rows) if all(row[name] == cell for name, cell in cells.items()))
    assert rows[number][column] != value
    rows[number][column] = value
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return number + 2


CORRUPTIONS = [
    ("outcomes", "question_id", "k77", {"question_id": "k03"}, "'k77' is not in questions.csv"),
    ("outcomes", "citation", "nobody2022", {"question_id": "k03"}, "'nobody2022' is not in references.bib"),
    ("outcomes", "citation", "", {"question_id": "k03"}, "the cell is empty"),
    ("outcomes", "resolution", "maybe", {"question_id": "k03"}, "'maybe' is not one of yes, no, answered"),
    ("outcomes", "date", "", {"question_id": "k03"}, "yes, but without a date"),
    ("outcomes", "date", "21 February", {"question_id": "k03"}, "'21 February' is not a date such as"),
    ("outcomes", "resolution", "open", {"question_id": "k03"}, "open, but with a date"),
    ("checks", "claim_id", "c999", {"claim_id": "c002"}, "'c999' is not in claims.csv"),
    ("checks", "citation", "", {"claim_id": "c132"}, "supported, but without a source"),
    ("checks", "verified", "", {"claim_id": "c002"}, "empty, but citation is not"),
    ("checks", "as_of", "2026-11-22", {"claim_id": "c002", "as_of": "2022-02-15"}, "has the same identifier"),
    ("checkability", "kind", "view or value", {"claim_id": "c002"}, "a view or value cannot be checked"),
    ("checkability", "kind", "fact", {"claim_id": "c001"}, "a fact, but never checked"),
    ("background", "citation", "nato2008bucharest;nobody", {"fact_id": "b004"}, "'nobody' is not in references.bib"),
    ("live", "days", "7", {"question_id": "v01"}, "needs exactly one way to close"),
    ("live", "closes", "", {"question_id": "v01"}, "needs exactly one way to close"),
]


@pytest.mark.parametrize("table, column, value, cells, words", CORRUPTIONS)
def test_a_corruption_is_found_where_it_is(copy, table, column, value, cells, words):
    row = spoil(copy, table, column, value, **cells)
    found = [problem for problem in check(copy) if words in problem.message]
    assert found, [str(problem) for problem in check(copy)]
    if words != "has the same identifier" and "cannot be checked" not in words:  # these two are seen in another row
        place = "date" if "with a date" in words else "claim_id" if "never checked" in words else column
        place = "closes" if table == "live" else place
        assert (found[0].file, found[0].row, found[0].column) == (f"{table}.csv", row, place)
    assert all(problem.remedy for problem in found)


# What finished tables alone are held to: table, row and column that are spoiled, by what; words of the problem, and its column
# if it is another.
FINISHED = [
    ("background", {"fact_id": "b034"}, "value_high", "400", "less, or earlier, than value"),
    ("background", {"fact_id": "b066"}, "date_end", "2022-01", "less, or earlier, than date"),
    ("background", {"fact_id": "b066"}, "date", "2022-02-30", "there is no such day"),
    ("background", {"fact_id": "b055"}, "unit", "", "empty, but value and bound and counted are not"),
    ("background", {"fact_id": "b055"}, "bound", "range", "range does not fit value_high"),
    ("background", {"fact_id": "b066"}, "date", "2022-02-16", "after 2022-02-15, the day of the report"),
    ("background", {"fact_id": "b034"}, "fact", "It was cut", "the others end with a full stop"),
    ("background", {"fact_id": "b034"}, "fact", "it was cut.", "the others begin with a capital"),
    ("background", {"fact_id": "b034"}, "title", "A title.", "the others end without a full stop"),
    ("background", {"fact_id": "b034"}, "place", "Kyіv", "a letter that looks like another"),
    ("background", {"fact_id": "b034"}, "place", "Kyiv ", "spaces at one end"),
    ("background", {"fact_id": "b004"}, "citation", "wikibudapest;wikibudapest", "'wikibudapest' is listed twice"),
    ("counts", {"count_id": "n01"}, "date", "2022-03-01", "after 2022-02-15, the day of the report"),
    ("counts", {"count_id": "n02"}, "date", "2021-11-01", "it comes after n01"),
    ("pullbacks", {"pullback_id": "p05"}, "confirmed", "2021-04-21", "less, or earlier, than date"),
    ("pullbacks", {"pullback_id": "p05"}, "seen", "none", "what was seen and a day belong together", "confirmed"),
    ("toll", {"toll_id": "t01"}, "until", "2021-01", "less, or earlier, than since"),
    ("toll", {"toll_id": "t01"}, "until", "2026-13", "there is no such day"),
    ("live", {"question_id": "v01"}, "known_as_of", "2026-02-30", "there is no such day"),
    ("live", {"question_id": "v01"}, "closes", "2026-11-22", "closes before 2026-11-22"),
    ("live", {"question_id": "v02"}, "question", "Will Ukraine be a member of NATO on 31 December 2030?", "v01 says the same"),
    ("shares", {"share_id": "factbank-ct-plus"}, "value", "0.567", "7749 of 13460 is another share"),
    ("shares", {"share_id": "factbank-ct-plus"}, "n", "1346", "less, or earlier, than count"),
    ("shares", {"share_id": "factbank-ct-plus"}, "unit", "kappa", "7749 cases have no kappa"),
    ("outcomes", {"question_id": "k01"}, "resolution", "answered", "answered does not resolve a question of the type binary"),
    ("outcomes", {"question_id": "k12"}, "value", "", "answered, but without a number"),
    ("outcomes", {"question_id": "k03"}, "date", "2022-02-15", "is not after the report and by the close"),
    ("outcomes", {"question_id": "k03"}, "date", "2022-05-16", "is not after the report and by the close"),
    ("outcomes", {"question_id": "k01"}, "date", "2022-02-27", "a no is known on the last day"),
    ("checkability", {"claim_id": "c001"}, "other_kind", "state of mind", "the same as kind"),
    ("checks", {"claim_id": "c002"}, "as_of", "2022-02-14", "not checked as of 2022-02-15 and 2026-11-22"),
    ("checks", {"claim_id": "c004"}, "label", "supported", "though it is a forecast or promise"),
    ("outlines", {"outline_id": "o001", "n": "2"}, "kind", "border", "another part of the line is land"),
]  # fmt: skip


@pytest.mark.parametrize("spoilt", FINISHED, ids=lambda spoilt: f"{spoilt[0]} {spoilt[2]} {spoilt[3]}")
def test_a_corruption_of_finished_tables_is_found_where_it_is(copy, spoilt):
    table, cells, column, value, words, *elsewhere = spoilt
    row = spoil(copy, table, column, value, **cells)
    found = [problem for problem in examine(copy, is_finished=True).problems if words in problem.message]
    assert [(problem.file, problem.row, problem.column) for problem in found] == [
        (f"{table}.csv", row, *(elsewhere or [column]))
    ]
    assert not re.search("delete|remove", found[0].remedy)


LOST = [  # the row that is lost; words of the problem, which names the row that follows
    ("background", {"fact_id": "b034"}, "b035: there is no b034"),
    ("outcomes", {"question_id": "k05"}, "k06: there is no outcome of k05 before it"),
    ("checkability", {"claim_id": "c001"}, "c002: there is no kind of c001 before it"),
    ("checks", {"claim_id": "c002", "as_of": "2022-02-15"}, "not checked as of 2022-02-15 and 2026-11-22"),
    ("outlines", {"outline_id": "o001", "n": "2"}, "o001 3: point 2 should be here"),
    ("outlines", {"outline_id": "o001", "n": "1"}, "o001 2: point 1 should be here"),
]


@pytest.mark.parametrize("table, cells, words", LOST)
def test_a_lost_row_is_found_where_it_was(copy, table, cells, words):
    path = copy / f"{table}.csv"
    with open(path, newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    number = next(n for n, row in enumerate(rows) if cells.items() <= dict(zip(header, row)).items())
    del rows[number]
    path.write_text(csv_text([header, *rows]), encoding="utf-8")
    found = [problem for problem in examine(copy, is_finished=True).problems if words in problem.message]
    assert [(problem.file, problem.row) for problem in found] == [(path.name, number + 2)]
    assert "restore" in found[0].remedy


@pytest.mark.parametrize("value", ["18.34", "18.32"])
def test_an_outline_that_is_not_closed(copy, value):
    spoil(copy, "outlines", "lon", value, outline_id="o001", n="1")
    (problem,) = examine(copy, is_finished=True).problems
    assert (problem.file, problem.column) == ("outlines.csv", "lon") and "is not closed" in problem.message


@pytest.mark.parametrize(
    "change", [{"reportDate": None}, {"resources": []}, None], ids=["no day", "no tables", "no JSON"]
)
def test_a_damaged_report_is_no_traceback_and_no_fault_of_the_days(copy, change):
    path = copy.parent / "report/datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(package | change) if change else "{", encoding="utf-8")
    assert [str(problem) for problem in examine(copy, is_finished=True).problems] == []


def test_a_missing_bibliography_is_one_problem_for_each_column(copy):
    (copy.parents[1] / "references.bib").unlink()
    found = [problem for problem in check(copy) if "references.bib cannot be read" in problem.message]
    tables = json.loads((copy / "datapackage.json").read_text(encoding="utf-8"))["resources"]
    cited = [
        table["path"] for table in tables if any(field["name"] == "citation" for field in table["schema"]["fields"])
    ]
    assert [problem.file for problem in found] == cited and len(cited) == 9


def test_sources_of_what_came_later_say_how_they_were_seen(context):
    """An entry of the bibliography that nobody could open says so; a row that rests on lists alone is marked, too."""
    text = (ROOT / "references.bib").read_text(encoding="utf-8")
    entries = dict(re.findall(r"^@\w+\{([^,\s]+),\n(.*?)^\}", text, re.M | re.S))
    unseen = {
        key for key, body in entries.items() if re.search(r"lists of sources only\.|not found\.|Not opened", body)
    }
    for table in LATER:
        rows = context[table].dropna(subset="citation")
        only_unseen = rows["citation"].str.split(";").map(lambda keys: set(keys) <= unseen)
        marked = rows["verified"].isin(["listed only", "general knowledge"])
        assert not (only_unseen & ~marked).any(), rows[only_unseen & ~marked]
