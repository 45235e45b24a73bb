"""The rules for what a text says: claims and their links, quantities, events, and the labels that coders gave."""

from collections.abc import Iterator
from itertools import pairwise

from .. import schema
from ..agreement import CONTENT_SPAN, stretches
from ..case import NARRATOR
from ..draft import Draft, paragraphs_of_spans, rule, unlikely
from ..problems import Problem

CUE = ["source_span", "cue_span", "cue_lemma", "cue_class"]
SYMMETRIC = {"contradicts", "supports", "repeats"}
BOUNDS = {  # what low and high must be: in words, and as a test
    "exact": ("low and high are one number", lambda low, high: low is not None and low == high),
    "about": ("low and high are one number", lambda low, high: low is not None and low == high),
    "at_least": ("only low is given", lambda low, high: low is not None and high is None),
    "at_most": ("only high is given", lambda low, high: low is None and high is not None),
    "range": ("low is less than high", lambda low, high: None not in (low, high) and low < high),
    "vague": ("low and high are empty", lambda low, high: low is None and high is None),
}


@rule(claims="source source_chain")
def chains_lead_to_the_source(case: Draft) -> Iterator[Problem]:
    for row in case["claims"]:
        chain, source = row["source_chain"].split(";"), row["source"]
        if chain[0] != NARRATOR or chain[-1] != source or NARRATOR in chain[1:]:
            remedy = "begin with narrator, end with the source, and put anyone who passes it on in between"
            yield row.wrong("source_chain", f"the chain does not lead from the narrator to {source}", remedy)


@rule(claims="source quote_type source_span cue_span cue_lemma cue_class")
def cues_fit_the_source(case: Draft) -> Iterator[Problem]:
    for row in case["claims"]:
        narrator = row["source"] == NARRATOR
        for column in CUE:
            if narrator and row[column]:
                yield row.wrong(column, f"the narrator has no {column}", "empty the cell, or name the source")
            elif not narrator and not row[column] and column != "source_span":
                yield row.wrong(column, f"{row['source']} says it, but the {column} is empty", "fill it in")
        if narrator != (row["quote_type"] == "none"):
            remedy = "none for the narrator's own claims; direct, mixed or indirect for everyone else's"
            yield row.wrong("quote_type", f"{row['quote_type']} does not go with {row['source']}", remedy)


@rule(claims="certainty polarity")
def certainty_goes_with_polarity(case: Draft) -> Iterator[Problem]:
    yield from unlikely(case["claims"])


@rule(claim_links="claim_id other_id relation")
def links_are_between_two(case: Draft) -> Iterator[Problem]:
    seen = set()
    for row in case["claim_links"]:
        claim, other, relation = row["claim_id"], row["other_id"], row["relation"]
        if claim == other:
            yield row.wrong("other_id", "a claim is linked to itself", "name the other claim")
        elif relation in SYMMETRIC and (other, claim, relation) in seen:
            yield row.wrong(
                "other_id",
                "the same link is listed above, the other way round",
                "correct one of the two, or keep only one",
            )
        seen.add((claim, other, relation))


@rule(quantities="low high bound as_of")
def bounds_hold(case: Draft) -> Iterator[Problem]:
    for row in case["quantities"]:
        words, holds = BOUNDS.get(row["bound"], ("", lambda low, high: True))
        is_date = row["as_of"] and row["low"] is None and row["high"] is None  # a weekday is exact, and no number
        if not is_date and not holds(row["low"], row["high"]):
            remedy = f"{row['bound']} means that {words}, or that as_of holds a date"
            yield row.wrong("bound", f"{row['bound']} does not fit low and high", remedy)


@rule(events="event_id status", event_actors="event_id")
def actual_events_have_actors(case: Draft) -> Iterator[Problem]:
    acted = {row["event_id"] for row in case["event_actors"]}
    for row in case["events"]:
        if row["status"] == "actual" and row["event_id"] not in acted:  # a feared war may have no actor
            yield row.wrong("event_id", "it happens, but no one takes part", "add a row to event_actors.csv")


@rule(
    quantities="span_id claim_id", events="span_id claim_id", claims="claim_id content_span", spans="span_id paragraph"
)
def anchors_lie_in_the_paragraph_of_the_claim(case: Draft) -> Iterator[Problem]:
    where = paragraphs_of_spans(case)
    content = {row["claim_id"]: row["content_span"] for row in case["claims"]}
    for table in ("quantities", "events"):
        for row in case[table]:
            claim = row["claim_id"]
            if claim and not where[row["span_id"]] & where[content[claim]]:
                yield row.wrong(
                    "claim_id", f"{claim} is in another paragraph than these words", "correct one of the two"
                )


@rule(codings="variable value", claims="source", actors="actor_id")
def codings_are_legal(case: Draft) -> Iterator[Problem]:
    fields = schema.resource_of(case.package, "claims")["schema"]["fields"]
    labels = {field["name"]: set(schema.vocabulary(field)) for field in fields if schema.vocabulary(field)}
    labels["source"] = {NARRATOR, *(row["actor_id"] for row in case["actors"])}
    for row in case["codings"]:
        variable, value = row["variable"], row["value"]
        if variable == CONTENT_SPAN:
            continue  # see markings_fit
        if variable not in labels:
            remedy = f"one of {', '.join([*labels, CONTENT_SPAN])}"
            yield row.wrong("variable", f"{variable!r} is not a column of claims with a list of labels", remedy)
        elif value not in labels[variable]:
            yield row.wrong("value", f"{value!r} is not a label of {variable}", "see the codebook for its labels")


@rule(codings="variable value", paragraphs="paragraph n_chars")
def markings_fit(case: Draft) -> Iterator[Problem]:
    length = {row["paragraph"]: row["n_chars"] for row in case["paragraphs"]}
    for row in case["codings"]:
        if row["variable"] == CONTENT_SPAN and (wrong := _misfit(row["value"], length)):
            yield row.wrong("value", *wrong)


def _misfit(marking: str, length: dict[int, int]) -> tuple[str, str] | None:
    """Return what is wrong with a marking, and its remedy; None if nothing is. length: of each paragraph."""
    try:
        parts = stretches(marking)
    except ValueError as error:
        return str(error), "write 3:10-55, or 3:10-55;3:60-72 for several stretches"
    for paragraph, start, end in parts:
        if paragraph not in length:
            return f"there is no paragraph {paragraph}", "correct the number before the colon"
        if end > length[paragraph]:
            message = f"{paragraph}:{start}-{end} ends after paragraph {paragraph}, which ends at {length[paragraph]}"
            return message, "correct the end, or the number of the paragraph"
    for (paragraph, _, end), (next_paragraph, start, _) in pairwise(parts):
        if (next_paragraph, start) < (paragraph, end):
            return (
                f"{next_paragraph}:{start} begins before {paragraph}:{end}",
                "give the stretches in text order",
            )
    return None
