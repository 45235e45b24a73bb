"""The rules for facts from elsewhere: what happened after the report, and checks of its claims."""

from collections.abc import Iterator

from ..draft import Draft, rule
from ..problems import Problem

CHECKABLE = {"fact", "forecast or promise"}


@rule(outcomes="resolution date")
def answers_have_a_day(case: Draft) -> Iterator[Problem]:
    for row in case["outcomes"]:
        settled = row["resolution"] in ("yes", "no", "answered")
        if settled and not row["date"]:
            yield row.wrong(
                "date", f"{row['resolution']}, but without a date", "give the day on which the question was resolved"
            )
        elif row["resolution"] == "open" and row["date"]:
            yield row.wrong("date", "open, but with a date", "empty the cell, or give the resolution")


@rule(checks="label citation verified")
def verdicts_have_sources(case: Draft) -> Iterator[Problem]:
    for row in case["checks"]:
        if row["label"] != "not enough info" and not row["citation"]:
            remedy = "cite a source; without one, write not enough info"
            yield row.wrong("citation", f"{row['label']}, but without a source", remedy)
        elif bool(row["citation"]) != bool(row["verified"]):
            remedy = "fill in both citation and verified, or neither"
            yield row.wrong("verified", "a source and how it was seen belong together", remedy)


@rule(checks="claim_id", checkability="claim_id kind")
def checkable_claims_are_checked(case: Draft) -> Iterator[Problem]:
    kinds = {row["claim_id"]: row["kind"] for row in case["checkability"]}
    checked = {row["claim_id"] for row in case["checks"]}
    for row in case["checkability"]:
        if row["kind"] in CHECKABLE and row["claim_id"] not in checked:
            yield row.wrong("claim_id", f"a {row['kind']}, but never checked", "add its rows to checks.csv")
    for row in case["checks"]:
        kind = kinds.get(row["claim_id"])
        if kind not in CHECKABLE:
            message = f"a {kind} cannot be checked" if kind else "not in the table checkability"
            yield row.wrong("claim_id", message, "correct the claim_id, or the kind in checkability.csv")


@rule(live="closes days")
def live_questions_close(case: Draft) -> Iterator[Problem]:
    for row in case["live"]:
        if bool(row["closes"]) == bool(row["days"]):
            remedy = "give the day in closes, or the number of days from each forecast in days"
            yield row.wrong("closes", "needs exactly one way to close", remedy)
