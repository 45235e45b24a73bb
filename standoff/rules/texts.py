"""The rules for a text and the pointers into it: paragraphs, spans, hashes, and words that are to be our own."""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import takewhile

from .. import schema
from ..draft import Draft, by_text, disordered, misplaced, paragraphs_of_spans, rule, unlike_the_text
from ..problems import Problem

GIST_RUN, ANY_RUN = 5, 7  # words in a row of the text that are no longer our own words ...
UNUSED = "point to it where it belongs: a pointer to it was changed, or never made"
PLAIN_WORDS = 4  # ... if at least this many are neither capitalised in the text nor numbers: names may be repeated


@rule(paragraphs="paragraph")
def paragraphs_are_numbered(case: Draft) -> Iterator[Problem]:
    for rows in by_text(case["paragraphs"]).values():
        for number, row in enumerate(rows, start=1):
            if row["paragraph"] != number:
                message = f"paragraph {number} should be here"
                yield row.wrong("paragraph", message, "number them 1, 2, 3 ... in order")
                break


@rule(paragraphs="paragraph", spans="span_id paragraph", claims="content_span")
def paragraphs_make_claims(case: Draft) -> Iterator[Problem]:
    where = paragraphs_of_spans(case)
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
            yield row.wrong("span_id", "no table uses this span", UNUSED)


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
                    message = f"words {begin + 1} to {end} are in the text in the same order"
                    yield row.wrong(column, message, "say it in your own words")


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", re.sub("['’]", "", text))


def _copied(words: list[str], text: list[str], places: dict[str, list[int]], limit: int) -> Iterator[tuple[int, int]]:
    """Yield runs of at least `limit` words that are also in the text: the first and the last + 1 of each.

    places: for each word of the text, without capitals, its positions in `text`.
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
