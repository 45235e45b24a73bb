"""Propose for each quotation of a case the nearest words of a witness: the reader decides what became of the sense.

A quotation that was translated or reworded keeps its rare words rather than their order. So a stretch of the witness is
near if it has the words of the quotation, or other forms of them, each counted by how rare it is in the witness, and
little else; among the nearest, the order of the words decides. rapidfuzz compares forms and orders.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import nlargest
from pathlib import Path

import pandas as pd
from rapidfuzz import process
from rapidfuzz.distance import Indel, Prefix

from ..alignment import OTHER, locate
from ..case import Case
from ..files import csv_text
from ..problems import CaseError
from ..quotes import QUOTATION, inside
from ..text import paragraphs, read_text

COLUMNS = ["claim_id", "quotation", "paragraph", "passage", "similarity", "words", "printed", "said"]
DECIDED = ["sense", "note"]  # what the reader adds on the sheet
NEAR = 43  # of 100: where the report has a counterpart in a witness, 45 or more; its threat that has none, at most 41
RARE = 4  # the weight of a word is its rarity (0 to 1) to this power
FOREIGN = 0.5  # what a word of the witness counts against a stretch that the quotation does not have
FORM = 0.65  # share of its letters, from the first, in which a word is another form of a word
CANDIDATES = 20  # nearest stretches whose order of words is compared
AROUND = 20  # words before and after the beginning of a stretch in which the rest of the claim is looked for
BACK, AHEAD = 2, 4  # words to the edge of a clause, up to which a stretch is extended
NOTHING, NEXT = "-", " / "  # beside words that the other text lacks; between words that differ in several places
WORD = re.compile(r"\w+?(?=n[’']t\b)|n[’']t\b|[’'](?:ll|re|ve|m)\b|\w+")
IN_FULL = {"n't": "not", "wo": "will", "ca": "can", "'ll": "will", "'re": "are", "'ve": "have", "'m": "am"}
EDGE = re.compile(r"[.?!…;:,—–()“”„«»\"]")


@dataclass(frozen=True)
class _Word:
    """A word of the witness: as it is compared; paragraph (from 1), start and end in it."""

    form: str
    paragraph: int
    start: int
    end: int


def trace(case: Case, witness_text: str | Path, article: str | Path | None = None) -> pd.DataFrame:
    """Propose for each quotation of a case the nearest stretch of a witness.

    witness_text: path of the witness as a plain text file; article: path of the case's text, if the case does not ship it.

    Returns a DataFrame with one row per claim that is quoted, directly or in part:
    claim_id, quotation: the claim, and its words in quotation marks (all of its words, if the marks are broken);
    paragraph, passage: the paragraph of the witness, from 1, and its words; missing if nothing is near;
    similarity: 0 to 100, for the rare words that the two share and their order; missing if nothing is near;
    words: a proposal, `same` or `changed`, short forms aside; printed, said: the words that differ, in pairs.

    Claims whose words are not in the article are left out. Raises CaseError, TextError.
    """
    witness = _Witness(paragraphs(read_text(witness_text)))
    rows = [
        {"claim_id": claim, "quotation": quotation, **witness.nearest(quotation, content)}
        for claim, quotation, content in _quotations(case, article)
    ]
    df = pd.DataFrame(rows, columns=COLUMNS).astype({"paragraph": "Int64", "similarity": "Int64"})
    df["words"] = pd.Categorical(df["words"], ["same", "changed"])
    return df


def readable(df: pd.DataFrame) -> str:
    """Write a table of `trace` for a terminal: below each quotation what was said, and the words that differ."""
    lines = []
    for row in df.itertuples():
        if pd.isna(row.paragraph):
            lines += [f"{row.claim_id}  nothing near", f"  printed  {row.quotation}", ""]
            continue
        lines.append(f"{row.claim_id}  paragraph {row.paragraph}, similarity {row.similarity}, words {row.words}")
        lines += [f"  printed  {row.quotation}", f"  said     {row.passage}"]
        pairs = zip(row.printed.split(NEXT), row.said.split(NEXT))
        lines += [f"  differ   {printed} | {said}" for printed, said in pairs if printed != said]
        lines.append("")
    return "\n".join(lines)


def sheet(df: pd.DataFrame) -> str:
    """Write a table of `trace` as the text of a CSV file in which the reader decides: with columns sense and note."""
    rows = df.astype(object).where(df.notna(), "").assign(**dict.fromkeys(DECIDED, ""))
    return csv_text([[*COLUMNS, *DECIDED], *rows.to_numpy().tolist()])


def _quotations(case: Case, article: str | Path | None) -> Iterator[tuple[str, str, str]]:
    """Yield each claim that is quoted, with its words in quotation marks, and with all of them. Raises CaseError."""
    if "claims" not in case.tables:
        raise CaseError("it has no claims", "give a case, and the file of a witness", file=case.name)
    claims = case["claims"]
    quoted = claims[claims["quote_type"].isin(["direct", "mixed"])]
    if quoted.empty:
        return
    path = article or case.text
    if path is None:
        raise CaseError("its text is not here", "give your copy with --article", file=case.name)
    text, of_paragraphs, of_spans = locate(case, read_text(path))
    if [match.status for match in of_spans].count("missing") > OTHER * len(of_spans):
        raise CaseError("this seems to be a different text", f"give the text of {case.title}", file=Path(path).name)
    starts = sorted({0, len(text), *(match.start for match in of_paragraphs if match.end)})
    marks = [state for start, end in zip(starts, starts[1:]) for state in inside(text[start:end])]
    stretches = defaultdict(list)
    for span, match in zip(case["spans"]["span_id"], of_spans):
        if match.end:
            stretches[span].append((match.start, match.end))
    for claim, span in zip(quoted["claim_id"], quoted["content_span"]):
        content = " ".join(text[start:end] for start, end in stretches[span])
        between = " ".join(
            "".join(sign if marked else " " for sign, marked in zip(text[start:end], marks[start:end]))
            for start, end in stretches[span]
        )
        words = [
            " ".join(each.translate(dict.fromkeys(map(ord, QUOTATION), " ")).split()) for each in (between, content)
        ]
        if words[1]:
            yield claim, words[0] or words[1], words[1]


class _Witness:
    """The words of a witness, among which those of a quotation are looked for."""

    def __init__(self, blocks):
        self.blocks = blocks
        self.words = [
            _Word(_form(match), number, *match.span())
            for number, block in enumerate(blocks, 1)
            for match in WORD.finditer(block)
        ]
        self.counts = Counter(word.form for word in self.words)
        self.vocabulary = list(self.counts)

    def _weight(self, count):
        """Return how rare is what stands `count` times among the words: 1 if at most once, about 0 if everywhere."""
        return max(1 - math.log(max(count, 1)) / math.log(max(len(self.words), 2)), 0.05) ** RARE

    def nearest(self, quotation, content):
        """Return the cells of the row of a quotation; `content` are all words of its claim."""
        quoted = [_form(match) for match in WORD.finditer(quotation)]
        wanted = dict.fromkeys(quoted)
        context = [form for form in dict.fromkeys(map(_form, WORD.finditer(content))) if form not in wanted]
        like = self._alike([*wanted, *context])
        found = [
            (self._similarity(quoted, like, *stretch), self._surroundings(context, like, stretch[1]), stretch)
            for stretch in nlargest(CANDIDATES, self._stretches(wanted, like))
        ]
        similarity, _, (_, start, end) = max(found, default=(0, 0, (0, 0, 0)))
        if similarity < NEAR:
            return {}
        start, end = self._to_edges(start, end)
        printed, said = self._differences(quotation, start, end)
        return {
            "paragraph": self.words[start].paragraph,
            "passage": self._said(start, end),
            "similarity": similarity,
            "words": "changed" if printed else "same",
            "printed": NEXT.join(printed),
            "said": NEXT.join(said),
        }

    def _similarity(self, quoted, like, share, start, end):
        """Return 0 to 100: half for the share of the words that a stretch has, half for their order."""
        forms = [next(iter(like.get(word.form, ())), word.form) for word in self.words[start:end]]
        return round(50 * (share + Indel.normalized_similarity(quoted, forms)))

    def _surroundings(self, context, like, start):
        """Count the words of the claim around a place: between equals they decide, as for a quotation of one word."""
        around = self.words[max(start - AROUND, 0) : start + AROUND]
        return len({form for word in around for form in like.get(word.form, ()) if form in context})

    def _alike(self, forms):
        """Return for each word of the witness the given forms that it is a form of, the most alike first."""
        like = defaultdict(dict)
        for form, row in zip(
            forms, process.cdist(forms, self.vocabulary, scorer=Prefix.normalized_similarity, score_cutoff=FORM)
        ):
            for number in row.nonzero()[0]:
                other = self.vocabulary[number]
                if form == other or min(len(form), len(other)) > 3:
                    like[other][form] = float(row[number])
        return {word: dict(sorted(row.items(), key=lambda item: -item[1])) for word, row in like.items()}

    def _stretches(self, wanted, like):
        """Yield the best stretch from each word that is alike: how near it is, its first word, and the one after its last.

        Near is the share of the quotation that it has, by weight, less what else it has.
        """
        counts = Counter()
        for word, row in like.items():
            for form in row:
                counts[form] += self.counts[word]
        weights = {form: self._weight(counts[form]) for form in wanted}
        hits = [
            (place, row) for place, word in enumerate(self.words) if (row := weights.keys() & like.get(word.form, {}))
        ]
        foreign = [0.0]  # the weight of the other words, up to each
        for word in self.words:
            is_other = weights.keys().isdisjoint(like.get(word.form, {}))
            foreign.append(foreign[-1] + is_other * self._weight(self.counts[word.form]))
        total, reach = sum(weights.values()), 2 * len(wanted) + 4
        for first, (start, _) in enumerate(hits):
            found, best = {}, (0, start, start)
            for place, forms in hits[first : first + reach]:
                if place >= start + reach:
                    break
                for form in forms:
                    found[form] = max(like[self.words[place].form][form], found.get(form, 0))
                own = sum(weights[form] * likeness for form, likeness in found.items())
                other = foreign[place] - foreign[start]
                near = own / total - FOREIGN * other / (total + own + other)
                if near > best[0] and len(found) >= min(2, len(wanted)):  # One rare word of several proves nothing.
                    best = near, start, place + 1
            yield best

    def _to_edges(self, start, end):
        """Extend a stretch to the edges of clauses, if these are near."""
        for back in range(BACK + 1):
            if self._is_edge(start - back):
                start -= back
                break
        for ahead in range(AHEAD + 1):
            if self._is_edge(end + ahead):
                end += ahead
                break
        return start, end

    def _is_edge(self, place):
        """Tell whether a clause ends between a word and the one before it."""
        if not 0 < place < len(self.words):
            return place in (0, len(self.words))
        before, after = self.words[place - 1], self.words[place]
        between = self.blocks[after.paragraph - 1][before.end : after.start]
        return before.paragraph != after.paragraph or bool(EDGE.search(between))

    def _said(self, start, end):
        """Return a stretch as the witness has it."""
        words = self.words[start:end]
        numbers = range(words[0].paragraph, words[-1].paragraph + 1) if words else []
        return " ".join(
            self.blocks[number - 1][
                words[0].start if number == words[0].paragraph else 0 : words[-1].end
                if number == words[-1].paragraph
                else None
            ]
            for number in numbers
        )

    def _differences(self, quotation, start, end):
        """Return the words that differ, as two lists; what the witness says before and after the quotation does not count."""
        matches = list(WORD.finditer(quotation))
        forms = [word.form for word in self.words[start:end]]
        pairs = []  # of stretches that differ: in the quotation, and in the witness
        for block in Indel.opcodes([_form(match) for match in matches], forms):
            here, there = (block.src_start, block.src_end), (block.dest_start, block.dest_end)
            if block.tag == "equal":
                continue
            if pairs and pairs[-1][0][1] == here[0] and pairs[-1][1][1] == there[0]:
                pairs[-1] = (pairs[-1][0][0], here[1]), (pairs[-1][1][0], there[1])
            else:
                pairs.append((here, there))
        outside = [((0, 0), 0), ((len(matches), len(matches)), len(forms))]
        pairs = [
            (here, there)
            for here, there in pairs
            if not any(here == place and edge in there for place, edge in outside)
        ]
        printed = [quotation[matches[a].start() : matches[b - 1].end()] if a < b else NOTHING for (a, b), _ in pairs]
        said = [self._said(start + a, start + b) or NOTHING for _, (a, b) in pairs]
        return printed, said


def _form(match):
    """Return a word as it is compared: without capitals, and in full."""
    form = match[0].casefold().replace("’", "'")
    return IN_FULL.get(form, form)
