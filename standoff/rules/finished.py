"""The rules for a finished report, one that is sealed: pointers are in order, like things have like labels, dates fit, codings are complete.

An author's case in the making may go against each of them for a while: rows wait, labels are being decided.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from itertools import pairwise

from ..agreement import CONTENT_SPAN
from ..case import NARRATOR
from ..draft import Draft, ancestors, rule_of_finished
from ..edtf import known_days
from ..problems import Problem
from .claims import SYMMETRIC
from .common import in_order

ALIKE = {  # by table, column and what it decides: two rows with one value of the first have one value of each other
    ("claims", "cue_span"): "source cue_lemma cue_class negated_cue",
    ("claims", "source_span"): "source",
    ("claims", "cue_lemma"): "cue_class",
    ("events", "mode"): "category",
}
TABLE = "table"  # the coder of a label that the table had, and has no more
ASKS = {"binary": r"(Will|If)\b", "date": r"(On (what|which) day|When)\b", "numeric": r"How (many|much)\b"}
YEAR, WEEKDAY = "year", "weekday (Monday = 1)"  # units of quantities that are dates
DEADLINE = re.compile(r"\b(?:by|before|until|up to|end of|on) (\d{1,2} [A-Z][a-z]+ \d{4})")


# ---- pointers into the text ----


@rule_of_finished(spans="span_id part paragraph start end sha256_16")
def spans_are_in_order(case: Draft) -> Iterator[Problem]:
    lengths, wholes = {}, defaultdict(list)
    for row in case["spans"]:
        length = row["end"] - row["start"]
        if lengths.setdefault(row["sha256_16"], length) != length:
            yield row.wrong("end", "other words with this hash are longer or shorter", "correct start, end or hash")
        wholes[row["span_id"]].append(row)
    for before, after in pairwise(wholes.values()):
        first, second = ([(row["paragraph"], row["start"], row["end"]) for row in parts] for parts in (before, after))
        name, remedy = (
            before[0]["span_id"],
            "correct the position of one of them; spans are numbered in text order",
        )
        if second[0][:2] < first[0][:2]:
            yield after[0].wrong("start", f"begins before {name}", remedy)
        elif first == second:
            yield after[0].wrong("start", f"the same words as {name}", remedy)


@rule_of_finished(spans="span_id paragraph start", claims="content_span", quantities="span_id", cruxes="span_id")
def rows_are_in_the_order_of_the_text(case: Draft) -> Iterator[Problem]:
    """Those of claims by paragraph only: what is said in one sentence may be told apart in another order."""
    first = {}
    for row in case["spans"]:
        first.setdefault(row["span_id"], (row["paragraph"], row["start"]))
    for table, column, depth in (("claims", "content_span", 1), ("quantities", "span_id", 2), ("cruxes", "span_id", 2)):
        for before, row in pairwise(case[table]):
            if first[row[column]][:depth] < first[before[column]][:depth]:
                message = f"these words come before those of {before.key}"
                yield row.wrong(column, message, "point to the words of this row, or put the rows in order")


# ---- like things have like labels ----


@rule_of_finished(claims="source source_span cue_span cue_lemma cue_class negated_cue", events="mode category")
def like_things_are_labelled_alike(case: Draft) -> Iterator[Problem]:
    for (table, column), others in ALIKE.items():
        for other in others.split():
            rows = defaultdict(list)
            for row in case[table]:
                rows[row[column]].append(row)
            rows.pop(None, None)
            for same in rows.values():
                for row in same[1:]:
                    if row[other] != same[0][other]:
                        message = f"{row[other]}, but {same[0].key} with the same {column} has {same[0][other]}"
                        yield row.wrong(other, message, f"give both the same {other}, or correct one {column}")
                        break


@rule_of_finished(spans="span_id paragraph start end", claims="source_span cue_span content_span")
def source_and_cue_stand_beside_the_content(case: Draft) -> Iterator[Problem]:
    where = defaultdict(list)
    for row in case["spans"]:
        where[row["span_id"]].append((row["paragraph"], row["start"], row["end"]))
    for row in case["claims"]:
        content = where[row["content_span"]]
        for column in ("source_span", "cue_span"):
            own, remedy = where.get(row[column], []), "point to the words beside the content"
            if own and own[0][0] not in {paragraph for paragraph, _, _ in content}:
                yield row.wrong(column, "in another paragraph than the content", remedy)
            elif any(a[0] == b[0] and a[1] < b[2] and b[1] < a[2] for a in own for b in content):
                yield row.wrong(column, "shares words with the content", remedy)
        if row["cue_span"] and len(where[row["cue_span"]]) > 1:
            yield row.wrong("cue_span", "a cue in several stretches", "point to one unbroken stretch")


@rule_of_finished(claims="claim_id act addressee recipient cue_class negated_cue certainty polarity")
def labels_of_a_claim_go_together(case: Draft) -> Iterator[Problem]:
    for row in case["claims"]:
        withheld = row["certainty"] == "certain" and row["polarity"] == "unknown"
        if row["negated_cue"] and row["polarity"] != "unknown":
            yield row.wrong("negated_cue", f"what is not said is {row['polarity']}", "correct negated_cue, or polarity")
        elif withheld and not row["negated_cue"] and row["cue_class"] != "factive":
            remedy = "certain and unknown together mean that a source withholds something: correct one of the three"
            yield row.wrong("polarity", "certain and unknown, but the cue withholds nothing", remedy)
        if row["act"] == "state" and row["recipient"] and not row["addressee"]:
            remedy = "empty recipient, or correct act; someone who is warned is the addressee"
            yield row.wrong("recipient", "a plain statement is aimed at no one", remedy)


@rule_of_finished(claim_links="claim_id other_id relation")
def links_are_of_one_mind(case: Draft) -> Iterator[Problem]:
    relations = defaultdict(set)
    for row in case["claim_links"]:
        claim, other, relation = row["claim_id"], row["other_id"], row["relation"]
        if relation in SYMMETRIC and in_order(claim) < in_order(other):
            yield row.wrong("other_id", "the later claim comes second", "put the later claim first, or correct one")
        linked = relations[frozenset({claim, other})]
        linked.add(relation)
        if "supports" in linked and linked & {"doubts", "contradicts"}:
            yield row.wrong("relation", f"linked as {' and '.join(sorted(linked))}", "correct one of the two links")


@rule_of_finished(actors="actor_id kind country sector part_of")
def actors_belong_to_bodies(case: Draft) -> Iterator[Problem]:
    actors = {row["actor_id"]: row for row in case["actors"]}
    bodies = {actor: [row["part_of"]] if row["part_of"] else [] for actor, row in actors.items()}
    for actor, row in actors.items():
        body = actors.get(row["part_of"])
        if actor in ancestors(actor, bodies):
            yield row.wrong("part_of", "it belongs to itself, through others", "name the body that it belongs to")
        elif body and body["kind"] in ("person", "document", "outlet"):
            yield row.wrong("part_of", f"a {body['kind']} has no members", "name the body that it belongs to")
        elif body and row["country"] != body["country"]:
            yield row.wrong("country", f"not that of {body['actor_id']}", "correct one of the two, or part_of")
        if row["kind"] in ("state", "document") and (row["sector"] or row["part_of"]):
            column = "sector" if row["sector"] else "part_of"
            yield row.wrong(column, f"a {row['kind']} has none", "empty the cell, or correct kind")


@rule_of_finished(cruxes="printed_reading adopted_reading alternatives")
def readings_are_different(case: Draft) -> Iterator[Problem]:
    for row in case["cruxes"]:
        alternatives = re.split(r";\s*", row["alternatives"] or "")
        readings = [reading.rstrip(".") for reading in (row["adopted_reading"], *alternatives)]
        if len({*readings}) < len(readings):
            yield row.wrong(
                "alternatives", "one reading is listed twice", "leave out what is adopted or already listed"
            )
        if row["printed_reading"] == row["adopted_reading"]:
            yield row.wrong(
                "adopted_reading", "the same as the printed one", "say how the words are read, or write as printed"
            )


# ---- dates ----


@rule_of_finished(quantities="low high unit as_of")
def dates_are_their_numbers(case: Draft) -> Iterator[Problem]:
    for row in case["quantities"]:
        if row["low"] is None or row["unit"] not in (YEAR, WEEKDAY) or not (span := known_days(row["as_of"])):
            continue
        day = span[0]
        if (day.year if row["unit"] == YEAR else day.isoweekday()) != row["low"]:
            yield row.wrong("as_of", f"{row['as_of']} is not {row['low']:g} in {row['unit']}", "correct one of the two")


@rule_of_finished(events="status date")
def status_fits_the_date(case: Draft) -> Iterator[Problem]:
    if "reportDate" not in case.package:
        return
    day = date.fromisoformat(case.package["reportDate"])
    for row in case["events"]:
        if span := known_days(row["date"]):
            begin, end = span
            is_wrong = {"actual": begin > day, "future": end < day, "historical": begin >= day}
            if is_wrong.get(row["status"]):
                message = f"{row['status']}, but of {row['date']}, seen from {day}"
                yield row.wrong("date", message, "correct status or date")


@rule_of_finished(questions="question qtype closes resolution_criteria")
def questions_fit_their_type_and_close(case: Draft) -> Iterator[Problem]:
    report_day = date.fromisoformat(case.package.get("reportDate", "0001-01-01"))
    for row in case["questions"]:
        closes = row["closes"].date()
        deadlines = [datetime.strptime(day, "%d %B %Y").date() for day in DEADLINE.findall(row["question"])]
        if not re.match(ASKS[row["qtype"]], row["question"]):
            yield row.wrong("qtype", f"{row['qtype']} is not what the question asks for", "correct one of the two")
        elif (row["qtype"] == "binary") != row["resolution_criteria"].startswith("Yes if"):
            message = "only the criteria of a yes-or-no question begin with Yes if"
            yield row.wrong("resolution_criteria", message, "say what makes the answer yes, or correct qtype")
        if closes <= report_day:
            yield row.wrong("closes", f"closes on {closes}, not after the report", "give the last day that counts")
        elif deadlines and closes not in deadlines:
            message = f"closes on {closes}, but the question names {deadlines[-1]}"
            yield row.wrong("closes", message, "correct one of the two")


# ---- labels of coders ----


@rule_of_finished(codings="unit_id variable coder value", claims="claim_id")
def labels_are_those_of_coders(case: Draft) -> Iterator[Problem]:
    """Hold each label against those that coders gave; if none did, the codings must keep the one that it had before."""
    claims, given = {row["claim_id"]: row for row in case["claims"]}, defaultdict(set)
    for row in case["codings"]:
        given[row["unit_id"], row["variable"]].add(TABLE if row["coder"] == TABLE else row["value"])
    for (unit, variable), labels in given.items():
        label = claims[unit].get(variable)
        if variable != CONTENT_SPAN and label and not labels & {label, TABLE}:
            message = f"{label}, but coders gave {' or '.join(sorted(labels))}"
            remedy = f"restore it; if it was decided again, keep the old label in codings.csv, with the coder {TABLE}"
            yield claims[unit].wrong(variable, message, remedy)


@rule_of_finished(codings="unit_id variable coder round value")
def codings_are_complete(case: Draft) -> Iterator[Problem]:
    """Expect a coder who labelled a claim to label all variables of one round; only the narrator's claims have no cue."""
    variables, labelled, rounds = defaultdict(set), defaultdict(dict), {}
    for row in case["codings"]:
        coder = row["coder"]
        if coder == TABLE:
            continue
        if rounds.setdefault(coder, row["round"]) != row["round"]:
            yield row.wrong("round", f"{coder} coded in round {rounds[coder]}", "correct the round, or the coder")
        variables[coder].add(row["variable"])
        labelled[coder, row["unit_id"]][row["variable"]] = row
    for (coder, unit), rows in labelled.items():
        narrator = "source" in rows and rows["source"]["value"] == NARRATOR
        due = variables[coder] - {"cue_class"} if narrator else variables[coder]
        if odd := due ^ {*rows}:
            message = f"{coder} labelled {unit}: too few or too many labels ({', '.join(sorted(odd))})"
            last = [*rows.values()][-1]
            yield last.wrong("variable", message, "restore the row that was lost or changed")
