"""Check whether a case is sound: by its descriptor, and by rules that a descriptor cannot say.

A rule is a function that yields problems. It names the columns that it reads, and waits while one of them has a
problem with the descriptor: nothing is reported twice, and a rule need not fear what the descriptor forbids. The cells
that it reads are values: str, int, float, bool, datetime, or None where a cell is empty.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise, takewhile
from pathlib import Path

from . import (
    schema,
    witness_rules,  # noqa: F401  (its rules register themselves)
)
from .agreement import CONTENT_SPAN, stretches
from .alignment import is_other_text, verify
from .case import NARRATOR, find, load, read_table, text_of
from .draft import RULES, Draft, by_text, disordered, misplaced, rule, unlike_the_text, unlikely
from .problems import CaseError, Problem, Row
from .text import paragraphs, read_text
from .witnesses import WITNESSES

CUE = ["source_span", "cue_span", "cue_lemma", "cue_class"]
CHECKABLE = {"fact", "forecast or promise"}
SYMMETRIC = {"contradicts", "supports", "repeats"}
BOUNDS = {  # what low and high must be: in words, and as a test
    "exact": ("low and high are one number", lambda low, high: low is not None and low == high),
    "about": ("low and high are one number", lambda low, high: low is not None and low == high),
    "at_least": ("only low is given", lambda low, high: low is not None and high is None),
    "at_most": ("only high is given", lambda low, high: low is None and high is not None),
    "range": ("low is less than high", lambda low, high: None not in (low, high) and low < high),
    "vague": ("low and high are empty", lambda low, high: low is None and high is None),
}
GIST_WORDS = 25
GIST_RUN, ANY_RUN = 5, 7  # words in a row of the text that are no longer our own words ...
PLAIN_WORDS = 4  # ... if at least this many are neither capitalised in the text nor numbers: names may be repeated


def check(case_path: str | Path = "report", article: str | Path | None = None) -> list[Problem]:
    """Return the problems of a case in the order of its tables and rows; none if it is sound.

    case_path: name or folder of a case, as for `load`; article: path of its text, to find words copied from it (not
    needed if the case ships its text); of witnesses a text <witness_id>.txt, or a folder of these. Raises CaseError if
    there is no such case, TextError if a text is unreadable.
    """
    return examine(case_path, article).problems


def examine(case_path: str | Path = "report", article: str | Path | None = None) -> Draft:
    """Do what `check` does, and give an account of what was looked at."""
    folder = find(case_path)
    try:
        package = schema.read_package(folder)
    except CaseError as error:
        return Draft(folder, {}, {}, None, {}, [error.problem], set(), [])

    files = {resource["name"]: resource["path"] for resource in package["resources"]}
    tables, problems = {}, [*schema.descriptor_problems(package)]
    for resource in package["resources"]:
        try:
            rows = tables[resource["name"]] = read_table(folder, resource)
        except CaseError as error:
            problems.append(error.problem)
            continue
        for field in resource["schema"]["fields"]:
            problems += schema.convert(rows, field)
        problems += schema.key_problems(resource, rows)
    problems += schema.link_problems(folder, package, tables)
    if WITNESSES in files:
        texts, strangers = _texts_of_witnesses(folder, article, tables.get(WITNESSES, []))
        text = [block for blocks in texts.values() for block in blocks] or None
    else:
        shipped = text_of(folder)
        texts = {None: paragraphs(read_text(shipped))} if shipped else {}
        text = paragraphs(read_text(article)) if article else texts.get(None)
        strangers = []
        if article and _is_of_another_case(folder, article):
            text = texts.get(None)
            remedy = f"give the text that the case is about ({package.get('title', folder.name)})"
            strangers = [Problem("this seems to be another text", remedy, Path(article).name)]
    problems += strangers

    flagged = {(problem.file, column) for problem in problems for column in (problem.column or "").split(", ")}
    sound = {
        f"{resource['name']}.{column}"
        for resource in package["resources"]
        for column in schema.columns_of(resource)
        if resource["name"] in tables and (resource["path"], column) not in flagged
    }
    draft = Draft(folder, package, tables, text, texts, problems, sound, [])
    for find_problems, columns in RULES.items():
        if columns <= sound:
            problems += find_problems(draft)
        elif files.keys() >= {column.split(".")[0] for column in columns}:  # else it is about another kind of case
            draft.waiting.append(find_problems.__name__)
    order = {file: number for number, file in enumerate(files.values())}
    problems.sort(key=lambda problem: (order.get(problem.file, -1), problem.row or 0))
    return draft


def _is_of_another_case(folder: Path, article: str | Path) -> bool:
    try:
        return is_other_text(verify(load(folder), article))
    except (CaseError, KeyError):  # problems of the tables are reported in any case; without spans, nothing can be said
        return False


def _texts_of_witnesses(
    folder: Path, article: str | Path | None, witnesses: list[Row]
) -> tuple[dict[str, list[str]], list[Problem]]:
    """Read the texts of witnesses that are at hand: canonical paragraphs by witness_id; and what is wrong with a file."""
    paths, names, problems = sorted(folder.glob("*.txt")), [row["witness_id"] for row in witnesses], []
    if article:
        given = Path(article)
        paths += sorted(given.glob("*.txt")) if given.is_dir() else [given]
        if not given.is_dir() and given.stem not in names:
            remedy = f"name it after its witness, one of {', '.join(map(str, names))}"
            problems.append(Problem("no witness is called so", remedy, given.name))
    return {path.stem: paragraphs(read_text(path)) for path in paths if path.stem in names}, problems


# ---- rules that a descriptor cannot say ----


@rule(paragraphs="paragraph")
def paragraphs_are_numbered(case: Draft) -> Iterator[Problem]:
    for rows in by_text(case["paragraphs"]).values():
        for number, row in enumerate(rows, start=1):
            if row["paragraph"] != number:
                message = f"paragraph {number} should stand here"
                yield row.wrong("paragraph", message, "number them 1, 2, 3 ... in order")
                break


@rule(paragraphs="paragraph", spans="span_id paragraph", claims="content_span")
def paragraphs_make_claims(case: Draft) -> Iterator[Problem]:
    where = _paragraphs_of_spans(case)
    claimed = {number for row in case["claims"] for number in where[row["content_span"]]}
    for row in case["paragraphs"]:
        if row["paragraph"] not in claimed:
            yield row.wrong("paragraph", "no claim has its content in this paragraph", "add its claims to claims.csv")


@rule(paragraphs="paragraph n_chars", spans="paragraph start end")
def spans_fit(case: Draft) -> Iterator[Problem]:
    yield from misplaced(case, "spans")


@rule(spans="span_id part paragraph start end")
def parts_are_in_order(case: Draft) -> Iterator[Problem]:
    yield from disordered(case["spans"], "span_id")


@rule(spans="span_id")
def spans_are_used(case: Draft) -> Iterator[Problem]:
    pointers = [
        (resource["name"], column)
        for resource in case.package["resources"]
        for column, other in schema.references(resource).items()
        if other == "spans"
    ]
    if any(f"{table}.{column}" not in case.sound for table, column in pointers):
        return
    used = {row[column] for table, column in pointers for row in case[table]}
    for row in case["spans"]:
        if row["span_id"] not in used:
            yield row.wrong("span_id", "no table uses this span", "delete it, or enter it where it belongs")


@rule(claims="source source_chain")
def chains_lead_to_the_source(case: Draft) -> Iterator[Problem]:
    for row in case["claims"]:
        chain, source = row["source_chain"].split(";"), row["source"]
        if chain[0] != NARRATOR or chain[-1] != source or NARRATOR in chain[1:]:
            remedy = "begin with narrator, end with the source, and put those who refer to it in between"
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
            yield row.wrong("other_id", "the same link stands above the other way round", "delete one of the two")
        seen.add((claim, other, relation))


@rule(quantities="low high bound as_of")
def bounds_hold(case: Draft) -> Iterator[Problem]:
    for row in case["quantities"]:
        words, holds = BOUNDS.get(row["bound"], ("", lambda low, high: True))
        is_date = row["as_of"] and row["low"] is None and row["high"] is None  # a weekday is exact, and no number
        if not is_date and not holds(row["low"], row["high"]):
            remedy = f"{row['bound']} means that {words}, or that a date in as_of says it all"
            yield row.wrong("bound", f"{row['bound']} does not fit low and high", remedy)


@rule(events="event_id status", event_actors="event_id")
def actual_events_have_actors(case: Draft) -> Iterator[Problem]:
    acted = {row["event_id"] for row in case["event_actors"]}
    for row in case["events"]:
        if row["status"] == "actual" and row["event_id"] not in acted:  # a war that is feared may be nobody's
            yield row.wrong("event_id", "it happens, but nobody takes part", "add a row to event_actors.csv")


@rule(
    quantities="span_id claim_id", events="span_id claim_id", claims="claim_id content_span", spans="span_id paragraph"
)
def anchors_lie_in_the_paragraph_of_the_claim(case: Draft) -> Iterator[Problem]:
    where = _paragraphs_of_spans(case)
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
            yield row.wrong("variable", f"{variable!r} is no column of claims with a list of labels", remedy)
        elif value not in labels[variable]:
            yield row.wrong("value", f"{value!r} is no label of {variable}", "see the codebook for its labels")


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
                "give the stretches in the order of the text",
            )
    return None


@rule()
def gists_are_short(case: Draft) -> Iterator[Problem]:
    for rows in case.tables.values():
        for row in rows:
            count = len((row.get("gist") or "").split())
            if count > GIST_WORDS:
                yield row.wrong("gist", f"{count} words", f"say it in at most {GIST_WORDS}")


@rule()
def words_are_our_own(case: Draft) -> Iterator[Problem]:
    if case.text is None:
        return
    text = [word for paragraph in case.text for word in _words(paragraph)]
    places = defaultdict(list)
    for place, word in enumerate(text):
        places[word.casefold()].append(place)
    for rows in case.tables.values():
        for row in rows:
            for column, cell in row.items():
                limit = GIST_RUN if column == "gist" else ANY_RUN
                words = _words(cell) if isinstance(cell, str) else []
                for begin, end in _copied(words, text, places, limit):
                    message = f"words {begin + 1} to {end} stand in the text in the same order"
                    yield row.wrong(column, message, "say it in your own words")


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", re.sub("['’]", "", text))


def _copied(words: list[str], text: list[str], places: dict[str, list[int]], limit: int) -> Iterator[tuple[int, int]]:
    """Yield runs of at least `limit` words that also stand in the text: the first and the last + 1 of each.

    places: for each word of the text, without capitals, the positions at which it stands in `text`.
    """
    begin = 0
    while begin < len(words):
        longest = 0
        for place in places.get(words[begin].casefold(), []):
            pairs = zip(words[begin:], text[place : place + len(words)])
            run = [there for here, there in takewhile(lambda pair: pair[0].casefold() == pair[1].casefold(), pairs)]
            plain = sum(not (word[0].isupper() or word[0].isdigit()) for word in run)
            if len(run) >= limit and plain >= PLAIN_WORDS:
                longest = max(longest, len(run))
        if longest:
            yield begin, begin + longest
        begin += longest or 1


@rule(paragraphs="paragraph n_chars sha256", spans="paragraph start end sha256_16")
def shipped_text_is_the_text(case: Draft) -> Iterator[Problem]:
    yield from unlike_the_text(case, "spans")


# ---- of facts from elsewhere: what came after the report, and checks of its claims ----


@rule(outcomes="resolution date")
def answers_have_a_day(case: Draft) -> Iterator[Problem]:
    for row in case["outcomes"]:
        settled = row["resolution"] in ("yes", "no", "answered")
        if settled and not row["date"]:
            yield row.wrong("date", f"{row['resolution']}, but on no day", "give the day on which the answer stood")
        elif row["resolution"] == "open" and row["date"]:
            yield row.wrong("date", "open, but answered on a day", "empty the cell, or give the resolution")


@rule(checks="label citation verified")
def verdicts_have_sources(case: Draft) -> Iterator[Problem]:
    for row in case["checks"]:
        if row["label"] != "not enough info" and not row["citation"]:
            remedy = "cite who says so; without a source it is not enough info"
            yield row.wrong("citation", f"{row['label']}, but by no source", remedy)
        elif bool(row["citation"]) != bool(row["verified"]):
            remedy = "fill in both citation and verified, or neither"
            yield row.wrong("verified", "a source, and how it was seen, go together", remedy)


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
            yield row.wrong("claim_id", message, "delete the check, or correct the kind in checkability.csv")


@rule(live="closes days")
def live_questions_close(case: Draft) -> Iterator[Problem]:
    for row in case["live"]:
        if bool(row["closes"]) == bool(row["days"]):
            remedy = "give the day in closes, or the number of days from each forecast in days"
            yield row.wrong("closes", "needs one way to close", remedy)


def _paragraphs_of_spans(case: Draft) -> dict[str, set[int]]:
    paragraphs_of = defaultdict(set)
    for row in case["spans"]:
        paragraphs_of[row["span_id"]].add(row["paragraph"])
    return paragraphs_of
