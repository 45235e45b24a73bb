"""The rules for facts from elsewhere: what happened after the report, and checks of its claims."""

from collections import defaultdict
from collections.abc import Iterator

import pandas as pd

from ..case import Case
from ..draft import Draft, rule, rule_of_finished
from ..edtf import known_days
from ..problems import Problem, Row
from .common import in_order

FORECAST = "forecast or promise"
CHECKABLE = {"fact", FORECAST}
UNDECIDED = "not enough info"
ROUNDING = 0.0005001  # half of the last digit of a share, and a little for the arithmetic


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


@rule(checks="label citation")
def verdicts_have_sources(case: Draft) -> Iterator[Problem]:
    for row in case["checks"]:
        if row["label"] != UNDECIDED and not row["citation"]:
            remedy = f"restore its source; without one, write {UNDECIDED}"
            yield row.wrong("citation", f"{row['label']}, but without a source", remedy)


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


# ---- what only finished tables are held to: that the whole report is covered, and that days and numbers fit ----


@rule_of_finished(outcomes="question_id resolution date value")
def outcomes_fit_their_questions(case: Draft) -> Iterator[Problem]:
    if not (report := _report(case, "outcomes", "question_id", "qtype", "closes")):
        return
    questions = report["questions"].set_index("question_id")
    yield from _missing(case["outcomes"], "question_id", questions.index, "outcome")
    for row in case["outcomes"]:
        kind, closes = questions.loc[row["question_id"], ["qtype", "closes"]]
        answer, day = row["resolution"], row["date"]
        if answer in ("yes", "no", "answered") and (answer == "answered") == (kind == "binary"):
            yield row.wrong("resolution", f"{answer} does not resolve a question of the type {kind}", "correct it")
        elif answer == "answered" and kind == "numeric" and row["value"] is None:
            yield row.wrong("value", "answered, but without a number", "fill in the number")
        elif day and not report.date < day <= closes:
            message = f"{day.date()} is not after the report and by the close, {closes.date()}"
            yield row.wrong("date", message, "give the day on which the question was resolved")
        elif answer == "no" and day != closes:
            yield row.wrong("date", f"a no is known on the last day, {closes.date()}", "correct date or resolution")


@rule_of_finished(checkability="claim_id kind other_kind")
def every_claim_is_sorted(case: Draft) -> Iterator[Problem]:
    if report := _report(case, "checkability", "claim_id"):
        yield from _missing(case["checkability"], "claim_id", report["claims"]["claim_id"], "kind")
    for row in case["checkability"]:
        if row["kind"] == row["other_kind"]:
            yield row.wrong("other_kind", "the same as kind", "name a second kind, or leave the cell empty")


def _report(case: Draft, table: str, column: str, *needed: str) -> Case | None:
    """Return the report that a column points to, as `Draft.origin` does; None also if its day is not known."""
    report = case.origin(table, column, *needed)
    return report if report and pd.notna(report.date) else None


def _missing(rows: list[Row], column: str, names: pd.Index | pd.Series, what: str) -> Iterator[Problem]:
    """Yield the names of the report's rows that no row here has, at the row that should follow."""
    for name in sorted({*names} - {row[column] for row in rows}, key=in_order):
        later = (row for row in rows if in_order(row[column]) > in_order(name))
        following = next(later, rows[-1] if rows else None)
        if following:
            yield following.wrong(column, f"there is no {what} of {name} before it", "restore the row that was lost")


@rule_of_finished(checks="claim_id as_of label", checkability="claim_id kind")
def claims_are_checked_on_every_day(case: Draft) -> Iterator[Problem]:
    forecasts = {row["claim_id"] for row in case["checkability"] if row["kind"] == FORECAST}
    report, checked = _report(case, "checks", "claim_id"), defaultdict(list)
    for row in case["checks"]:
        checked[row["claim_id"]].append(row)
    all_days = sorted({row["as_of"] for row in case["checks"]})
    usual = [day for day in all_days if sum(row["as_of"] == day for row in case["checks"]) > len(checked) / 2]
    for rows in checked.values():
        if [row["as_of"] for row in rows] != usual:
            message = f"not checked as of {' and '.join(str(day.date()) for day in usual)}, as the others"
            yield rows[0].wrong("as_of", message, "restore the row or the date that was lost")
        for row in rows:
            if report and row["as_of"] < report.date:
                yield row.wrong("as_of", "before the report", "correct the date")
            elif report and row["as_of"] == report.date and row["claim_id"] in forecasts and row["label"] != UNDECIDED:
                message = f"{row['label']} on the day of the report, though it is a {FORECAST}"
                yield row.wrong("label", message, "correct the label, or the kind in checkability.csv")


@rule_of_finished(outcomes="question_id", background="date", counts="date", pullbacks="date seen confirmed")
def background_was_known_that_day(case: Draft) -> Iterator[Problem]:
    if not (report := _report(case, "outcomes", "question_id")):
        return
    begun = [(row, days_of[0]) for row in case["background"] if (days_of := known_days(row["date"]))]
    begun += [(row, row["date"].date()) for table in ("counts", "pullbacks") for row in case[table]]
    for row, day in begun:
        if day > report.date.date():
            yield row.wrong("date", f"after {report.date.date()}, the day of the report", "correct the date")
    for row in case["pullbacks"]:
        if (row["seen"] == "none") == bool(row["confirmed"]):
            remedy = "give the day on which some were first said to have left, or none in seen"
            yield row.wrong("confirmed", "what was seen and a day belong together", remedy)


@rule_of_finished(background="value value_high bound")
def ranges_have_two_ends(case: Draft) -> Iterator[Problem]:
    for row in case["background"]:
        if (row["bound"] == "range") != (row["value_high"] is not None):
            remedy = "give both ends of a range in value and value_high, and no second number otherwise"
            yield row.wrong("bound", f"{row['bound']} does not fit value_high", remedy)


@rule_of_finished(shares="unit value count n")
def shares_are_what_was_counted(case: Draft) -> Iterator[Problem]:
    for row in case["shares"]:
        if row["count"] is not None and row["unit"] != "share":
            yield row.wrong("unit", f"{row['count']} cases have no {row['unit']}", "correct unit, or count")
        elif row["count"] is not None and row["n"] and abs(row["value"] - row["count"] / row["n"]) > ROUNDING:
            yield row.wrong("value", f"{row['count']} of {row['n']} is another share", "correct one of the three")


@rule_of_finished(live="closes", outcomes="as_of")
def live_questions_are_open(case: Draft) -> Iterator[Problem]:
    looked = max((row["as_of"] for row in case["outcomes"]), default=None)
    for row in case["live"]:
        if looked and row["closes"] and row["closes"] <= looked:
            message = f"closes before {looked.date()}, when the outcomes were looked up"
            yield row.wrong("closes", message, "correct the date, or give its outcome")


@rule_of_finished(outlines="outline_id n kind lon lat")
def outlines_are_whole(case: Draft) -> Iterator[Problem]:
    lines = defaultdict(list)
    for row in case["outlines"]:
        lines[row["outline_id"]].append(row)
    for line in lines.values():
        for number, row in enumerate(line, start=1):
            if row["n"] != number:
                yield row.wrong("n", f"point {number} should be here", "restore the row that was lost or moved")
                break
            if row["kind"] != line[0]["kind"]:
                yield row.wrong(
                    "kind", f"another part of the line is {line[0]['kind']}", "give all its points one kind"
                )
                break
        first, last = ((row["lon"], row["lat"]) for row in (line[0], line[-1]))
        if line[0]["kind"] == "land" and first != last:
            yield line[-1].wrong("lon", "the outline is not closed", "restore its first or its last point")
        elif len(line) == 1:
            yield line[0].wrong("n", "a line of one point", "restore the points that were lost")
