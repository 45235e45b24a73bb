"""What came after the report, and the checks of its claims: sound, complete, sourced; and every corruption is found."""

import csv
import json
import re
import shutil

import pandas as pd
import pytest

from chapters import ROOT
from conftest import unsealed_copy
from standoff import load
from standoff.rules import CHECKABLE, check, examine

THAT_DAY = pd.Timestamp("2022-02-15")
LATER = ["outcomes", "toll", "checks", "live"]
THAT_DAYS = ["counts", "pullbacks"]
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


def test_every_question_has_its_outcome_with_a_source(context):
    questions, outcomes = load("report").questions.set_index("question_id"), context.outcomes.set_index("question_id")
    assert sorted(outcomes.index) == sorted(questions.index)
    assert outcomes["citation"].notna().all() and outcomes["caution"].notna().all()
    kinds = questions["qtype"].astype(str).to_frame().join(outcomes)
    binary = kinds["qtype"] == "binary"
    assert set(kinds.loc[binary, "resolution"]) <= {"yes", "no", "ambiguous", "open"}
    assert set(kinds.loc[~binary, "resolution"]) <= {"answered", "ambiguous", "open"}
    assert kinds.loc[(kinds["qtype"] == "numeric") & (kinds["resolution"] == "answered"), "value"].notna().all()


def test_an_answer_stands_by_the_close_and_after_the_report(context):
    both = context.outcomes.merge(load("report").questions, on="question_id")
    assert (both["date"] <= both["closes"]).all()
    assert (both["date"] > THAT_DAY).all() and (both["date"] <= both["as_of"]).all()
    waited = both[both["resolution"] == "no"]
    assert (waited["date"] == waited["closes"]).all(), "a no stands when the time is over"


def test_every_claim_is_sorted_and_every_checkable_claim_is_checked_on_both_days(context):
    claims = load("report").claims
    assert sorted(context.checkability["claim_id"]) == sorted(claims["claim_id"])
    checkable = context.checkability.loc[context.checkability["kind"].isin(CHECKABLE), "claim_id"]
    days = context.checks.groupby("claim_id")["as_of"].agg(set)
    assert sorted(days.index) == sorted(checkable)
    assert days.map(len).eq(2).all() and all(THAT_DAY in pair for pair in days)
    assert context.checks["as_of"].nunique() == 2


def test_what_was_open_that_day_is_not_settled_by_what_came_later(context):
    """A promise or a forecast cannot have been supported or refuted on the day on which it was made."""
    kinds = context.checks.merge(context.checkability, on="claim_id")
    early = kinds[(kinds["as_of"] == THAT_DAY) & (kinds["kind"] == "forecast or promise")]
    assert set(early["label"]) == {"not enough info"}
    told = kinds.loc[kinds["as_of"] == THAT_DAY, "why"]
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


def test_counts_and_withdrawals_were_known_that_day(context):
    for table in THAT_DAYS:
        assert (context[table]["date"] <= THAT_DAY).all()
    confirmed = context.pullbacks["confirmed"]
    assert (confirmed.dropna() >= context.pullbacks.loc[confirmed.notna(), "date"]).all()
    assert (confirmed.notna() == context.pullbacks["seen"].ne("none")).all(), "a day, and what was seen, go together"


def test_facts_and_counts_of_troops_tell_the_same(context):
    """The figures that stand in both tables: as facts for the page of facts, as counts to be compared."""
    facts = context.background
    told = facts[facts["note_id"].isin(["A14", "A30"]) & facts["counted"].str.startswith("Russian troops near")]
    assert len(told) >= 3
    for fact in told.itertuples():
        assert (context.counts["value"] == fact.value).any(), fact.fact_id


def test_a_second_kind_is_another_kind(context):
    second = context.checkability.dropna(subset="other_kind")
    assert len(second) >= 10 and (second["kind"].astype(str) != second["other_kind"].astype(str)).all()


def test_the_map_marks_places_of_the_report(context):
    report = load("report")
    told = set(report.events["place"]) | set(report.quantities["place"])
    assert set(context.places["place"]) - told == {"Moscow", "Kyiv"}, "capitals, named for their governments"


def test_outlines_are_whole_and_one_line_is_contested(context):
    for outline, line in context.outlines.groupby("outline_id"):
        kind, *others = line["kind"].unique()
        assert not others and len(line) > 1 and line["n"].to_list() == list(range(1, len(line) + 1)), outline
        corners = line[["lon", "lat"]].to_numpy().tolist()
        assert kind != "land" or corners[0] == corners[-1], f"{outline} is not closed"
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
    ("checks", "verified", "", {"claim_id": "c002"}, "a source and how it was seen belong together"),
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
