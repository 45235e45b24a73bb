"""Align a case with a copy of the text: find every span again, by its hash, without having the text.

All that is known of a span of the original is its position, its length, and its hash. So the copy is searched for a
stretch of that length with that hash: where the span should stand; if it is long, at every word of the copy; then
between the nearest spans that were found, which are the anchors. Where the copy spells punctuation otherwise
(quotation marks, dashes, soft hyphens), the spellings that the original may have had are tried, too; and if something
is still missing, the copy with its spaces around quotation marks and brackets put as they are printed.

Lines and paragraphs may be broken anywhere in a copy. So it is taken as one sequence of characters, its paragraphs
joined by single spaces, and so is the original. Work is limited: each span may cost EFFORT steps on average, so that
time grows with the length of the text, whatever the text is. The reading desk (_static/desk-align.js) follows the same
procedure; tests/alignment.json holds what both must find.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, product
from pathlib import Path

import pandas as pd

from .case import Case
from .problems import CaseError
from .text import INVISIBLE, PUNCTUATION, TextError, count_damage, paragraphs, read_text, short_digest, splits_word

STATUSES = ["exact", "folded", "relocated", "missing"]

LONG = 20  # characters; a shorter span may be in another text, or elsewhere in this one, by accident
OTHER = 0.9  # share of the spans; if more are missing, it is another text
LIMIT = 10  # A copy that is this many times longer than the original is not searched.
REACH = 1000  # characters; how far from its expected position a span is looked for
EFFORT = 500  # steps that a span may cost on average; a step is a sign that is spelled, or 64 characters hashed
TRIES = 40_000  # steps that one round of trying a span may cost

# How the original may have spelled a sign of each kind; as in the copy comes before these.
SPELLINGS = {
    "double": ('"', "“", "”"),
    "single": ("'", "‘", "’"),
    "ellipsis": ("…", "..."),
    "broken": ("", "-", "- ", "–", "—"),
    "hyphen": ("-", "- ", "–", "—"),
    "dash": ("-", "–", "—", "--"),
}
QUOTED = re.compile(r'( *)(["“„«]) *([^"“”„«»\n]*?) *(["”»“])( *)')  # in one paragraph
GLUED = re.compile(r"(?<=\w)(?=[(\[])|(?<=[)\]])(?=\w)")  # where a word and a bracket touch
BESIDE = re.compile(
    rf"[“”„‟\"«»″‘’‚‛'`´′ʼ{INVISIBLE}]+$"
)  # what may stand between a quotation mark and the space before
# Spellings that differ in length.
STYLES = {"broken": (0, 1, 2), "hyphen": (0, 1), "ellipsis": (0, 1, 2), "dash": (0, 1, 4)}


@dataclass(frozen=True)
class Span:
    """A stretch of the original: paragraph (from 1), start in it, position in the text, length, first 16 digits of hash."""

    paragraph: int
    start: int
    position: int
    length: int
    sha256_16: str


@dataclass(frozen=True)
class Match:
    """What the copy has of a span.

    status; paragraph (from 1); shift: how far it moved in the text, in characters; start and end: its place in the copy,
    whose paragraphs are joined by single spaces.
    """

    status: str
    paragraph: int | None = None
    shift: int | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True)
class _Sign:
    """A punctuation sign of the copy, with the spellings that the original may have had; the first is the copy's."""

    start: int
    end: int
    kind: str
    spellings: tuple[str, ...]


def verify(case: Case, article_path: str | Path) -> pd.DataFrame:
    """Compare a copy of the text with a case.

    Returns a DataFrame with one row per part of a span:
    span_id, part, paragraph: as in the table of spans;
    status: exact      the same characters at the same place: as far into the same paragraph, or, where the copy breaks
                       its lines otherwise, as far into the text
            folded     so, once quotation marks, apostrophes, dashes and ellipses, and the spaces around them, are made
                       alike
            relocated  the same characters, or the same once made alike, at another place
            missing    not found;
    found_paragraph: the copy's paragraph, from 1 (it ends at a blank line), <NA> if missing;
    shift: by how many characters the place moved, from the beginning of the text; 0 if exact or folded, <NA> if
    missing.

    The text is nowhere in the answer. Raises TextError if the file cannot be read as plain text or is far too long,
    CaseError if the spans are not those of the paragraphs.
    """
    text = read_text(article_path)
    if len(text) > LIMIT * max(case["paragraphs"]["n_chars"].sum(), 5_000):
        raise TextError(f"{Path(article_path).name} is far longer than the report: save only the report.")
    of_paragraphs, of_spans = align(case, text)
    table = case["spans"][["span_id", "part", "paragraph"]].copy()
    table["status"] = pd.Categorical([match.status for match in of_spans], STATUSES, ordered=True)
    table["found_paragraph"] = pd.array([match.paragraph for match in of_spans], "Int64")
    table["shift"] = pd.array([match.shift for match in of_spans], "Int64")
    table.attrs["paragraphs"] = [match.status for match in of_paragraphs]  # `explain` need not align again
    return table


def summary(df: pd.DataFrame) -> pd.Series:
    """Count the rows of a `verify` table by status: a Series of int with all four statuses."""
    return df["status"].value_counts().reindex(STATUSES)


def is_other_text(df: pd.DataFrame) -> bool:
    """Tell whether a `verify` table is that of another text: next to nothing was found."""
    return bool((df["status"] == "missing").mean() > OTHER)


def explain(case: Case, article_path: str | Path, df: pd.DataFrame) -> str:
    """Say in a few sentences what a `verify` table means: the text, an edited or damaged copy, or another text."""
    if is_other_text(df):
        return (
            "This seems to be a different text, or a badly damaged copy: hardly any of the spans are in it. "
            "Check that it is the right file."
        )
    status = df["status"]
    sentences = ["This is the text."]
    if missing := (status == "missing").sum():
        sentences = [f"This is the text, but {missing} of {len(df)} spans are missing."]
    if (status == "folded").any():
        sentences.append("Quotation marks, dashes or the like differ from the original, which does no harm.")
    if (status == "relocated").any():
        sentences.append("Some spans are elsewhere, because something was added, left out or moved.")
    if damaged := count_damage(read_text(article_path)):
        sentences.append(f"The copy is damaged: {damaged} characters were lost on the way. Get it again, as UTF-8.")

    lost = (status == "missing").groupby(df["paragraph"]).mean()
    folded = (status == "folded").groupby(df["paragraph"]).any()
    # A paragraph whose punctuation is spelled in many ways may not be recognised although all of its spans are.
    changed = [
        number
        for number, own in zip(case["paragraphs"]["paragraph"], df.attrs["paragraphs"])
        if own == "missing" and (lost.get(number) or not folded.get(number))
    ]
    if gone := [number for number in changed if lost.get(number, 1) == 1]:
        sentences.append(f"Not found: paragraph {runs(gone)}.")
    if edited := [number for number in changed if lost.get(number, 1) != 1]:
        sentences.append(f"Not worded as in the original: paragraph {runs(edited)}.")
    return " ".join(sentences)


def runs(numbers: Iterable[int]) -> str:
    """Write numbers, in order, as ranges: [3, 5, 6, 7] as "3, 5-7"."""
    numbers = list(numbers)
    begins = [number for number in numbers if number - 1 not in numbers]
    ends = [number for number in numbers if number + 1 not in numbers]
    return ", ".join(f"{begin}-{end}" if begin < end else f"{begin}" for begin, end in zip(begins, ends))


def align(case: Case, text: str) -> tuple[list[Match], list[Match]]:
    """Find the paragraphs and the spans of a case in a text: a Match for each paragraph, and one for each part of a span."""
    return locate(case, text)[1:]


def locate(case: Case, text: str) -> tuple[str, list[Match], list[Match]]:
    """Do what `align` does, and first give the copy as it was compared: its paragraphs joined by single spaces."""
    rows, table = case["paragraphs"], case["spans"]
    begins = dict(zip(rows["paragraph"], accumulate(rows["n_chars"] + 1, initial=0)))
    if not table["paragraph"].isin(list(begins)).all():
        raise CaseError("a span is not in any paragraph", "see `standoff check`", file="spans.csv", column="paragraph")
    if table.empty:
        raise CaseError("there are no spans yet", "add them, then verify", file="spans.csv")
    spans = [Span(row.paragraph, 0, begins[row.paragraph], row.n_chars, row.sha256[:16]) for row in rows.itertuples()]
    for row in table.itertuples():
        position = begins[row.paragraph] + row.start
        spans.append(Span(row.paragraph, row.start, position, row.end - row.start, row.sha256_16))
    matches = _Alignment(text).find(spans)
    lost = [match.status for match in matches].count("missing")
    text = "\n\n".join(paragraphs(text))
    if lost and (spaced := _spaced(text)) != text:
        others = _Alignment(spaced).find(spans)
        if [match.status for match in others].count("missing") < lost:
            text = spaced
            matches = [replace(match, status="folded") if match.status == "exact" else match for match in others]
    return " ".join(paragraphs(text)), matches[: len(rows)], matches[len(rows) :]


def _spaced(text: str) -> str:
    """Put spaces outside quotation marks and brackets, and none inside, as they are printed; some pages do otherwise."""

    def quoted(match):
        before, *words, behind = match.groups()
        if re.match(r"[\w,.;:?!)]", text[max(match.start() - 1, 0) : match.start()]):
            before = " "
        if re.match(r"[\w(]", text[match.end() : match.end() + 1]):
            behind = " "
        return "".join([before, *words, behind])

    return GLUED.sub(" ", QUOTED.sub(quoted, text))


class _Alignment:
    """One copy of the text, in which spans are searched for. Positions are characters of the copy, unless stated."""

    def __init__(self, text):
        blocks = paragraphs(text)
        self.text = " ".join(blocks)
        self.begins = list(accumulate((len(block) + 1 for block in blocks[:-1]), initial=0))
        self.signs = [_sign(match) for match in PUNCTUATION.finditer(self.text)]
        self.sign_starts = [sign.start for sign in self.signs]
        self.matches = {}
        self.tried = set()  # pairs of a span and the position to which anchors pointed
        self.anchors = []  # pairs of a position in the original and the same in the copy, in order
        self.steps = 0  # how many may still be taken, down to the reserve
        self.reserve = 0

    def find(self, spans: list[Span]) -> list[Match]:
        """Search for spans; the answer has a Match for each."""
        in_order = sorted(set(spans), key=lambda span: (span.position, span.length))
        long = [span for span in in_order if span.length >= LONG]
        short = [span for span in in_order if span.length < LONG]
        self.anchors = [(0, 0), (max(span.position + span.length for span in spans), len(self.text))]
        self.steps = EFFORT * (300 + sum(1 + span.length // 64 for span in in_order))
        for span in long:
            self._try(span, self._positions(self._bases(span)))
        reserve = self.steps // 2
        for respelled in (False, True):  # Most spans hold no punctuation, and are found in the copy as it is.
            self.reserve = reserve
            self._search_anywhere([span for span in long if span not in self.matches], respelled)
            if self.matches:
                break
        if self.matches:
            for span in [*long, *long, *short]:  # twice, because all that are found help to find their neighbours
                if span not in self.matches:
                    self._search_between_anchors(span)
        return [self.matches.get(span, Match("missing")) for span in spans]

    def _bases(self, span):
        """List the beginnings of the span's paragraph and of the text in the copy, each with the distance of the span."""
        return [(begin, span.start) for begin in self.begins[span.paragraph - 1 : span.paragraph]] + [
            (0, span.position)
        ]

    def _positions(self, bases):
        """Yield the positions at such distances: first as the copy is spelled, then as it may have been spelled."""
        yield from (base + distance for base, distance in bases)
        for ruler in self._rulers:
            yield from (ruler.back(ruler.to(base) + distance) for base, distance in bases)

    def _search_anywhere(self, spans, respelled):
        """Match spans that occur at just one position of the copy, common lengths first, down to the reserve of steps."""
        wanted = defaultdict(lambda: defaultdict(list))
        for span in spans:
            wanted[span.length][span.sha256_16].append(span)
        for length, by_hash in sorted(wanted.items(), key=lambda item: (-len(item[1]), item[0])):
            if all(first in self.matches for first, *_ in by_hash.values()):
                continue
            hits = defaultdict(set)
            for position in self._word_starts:
                if not respelled and position + length not in self._word_ends:
                    continue
                for stretch, end in self._spellings(position, length):
                    if end in self._word_ends and (key := self._hash(stretch)) in by_hash:
                        hits[key].add((position, end))
                    if not respelled:
                        break  # The first is the copy as it is.
                if self.steps <= self.reserve:
                    return
            for key, places in hits.items():
                is_alone = len(places) == len({span.position for span in by_hash[key]}) == 1
                if is_alone and by_hash[key][0] not in self.matches:
                    self._record(by_hash[key][0], *places.pop())
            if hits:
                self._follow_anchors(spans)

    def _follow_anchors(self, spans):
        """Match spans that stand, as they are, as far from the nearest anchors as in the original: most are found so."""
        for span in spans:
            if span in self.matches:
                continue
            for base, distance in self._anchors_beside(span):
                position, end = base + distance, base + distance + span.length
                if span in self.matches or (span, position) in self.tried or position < 0 or end > len(self.text):
                    continue
                self.tried.add((span, position))  # most anchors point to the same place
                if self._hash(self.text[position:end]) == span.sha256_16:
                    self._record(span, position, end)

    def _anchors_beside(self, span):
        """List the copy's positions of the nearest anchors before and after a span, each with the distance of the span."""
        end = span.position + span.length
        before, copy_before = self.anchors[bisect_right(self.anchors, (span.position, len(self.text))) - 1]
        after, copy_after = self.anchors[bisect_left(self.anchors, (end, 0))]
        return [(copy_before, span.position - before), (copy_after, span.position - after)]

    def _search_between_anchors(self, span):
        """Look for a span at the same distance from the nearest anchors as in the original, then around there."""
        bases = self._anchors_beside(span)
        (copy_before, _), (copy_after, _) = bases
        if self._try(span, self._positions(bases)) or self.steps <= 0:
            return
        near = sorted(base + distance for base, distance in bases)
        low, high = max(copy_before, near[0] - REACH), min(copy_after, near[1] + REACH)
        starts = self._word_starts[bisect_left(self._word_starts, low) : bisect_right(self._word_starts, high)]
        starts.sort(key=lambda start: min(abs(start - guess) for guess in near))
        self._try(span, starts, limit=copy_after) or self._try(span, near, mixed=True)

    def _try(self, span, positions, mixed=False, limit=None):
        """Match the span if it is at one of the positions, and say whether it is; up to `limit`, at the end of a word."""
        self.reserve = max(self.steps - TRIES, 0)
        tried = set()
        for position in positions:
            if limit is not None and self.steps <= self.reserve:
                return False
            if position < 0 or position in tried:
                continue
            tried.add(position)
            for stretch, end in self._spellings(position, span.length, mixed):
                if limit is not None and (end > limit or end not in self._word_ends):
                    continue
                if self._hash(stretch) == span.sha256_16:
                    self._record(span, position, end)
                    return True
        return False

    def _spellings(self, position, length, mixed=False) -> Iterator[tuple[str, int]]:
        """Yield what the original may have had from a position on, `length` characters, and where that ends in the copy.

        First the copy as it is; then with all signs of a kind spelled in the same style, or each by itself if `mixed`.
        """
        if position + length <= len(self.text):
            yield self.text[position : position + length], position + length
        first = bisect_left(self.sign_starts, position)
        if first == len(self.signs) or self.sign_starts[first] >= position + length:
            return
        waiting = [("", position, first, {})]
        while waiting and self.steps > self.reserve:
            self.steps -= 1
            spelled, begin, number, styles = waiting.pop()
            end = self.sign_starts[number] if number < len(self.signs) else len(self.text)
            if len(spelled) + end - begin >= length:
                end = begin + length - len(spelled)
                yield spelled + self.text[begin:end], end
            elif number < len(self.signs):
                sign, spelled = self.signs[number], spelled + self.text[begin:end]
                choices = [styles[sign.kind]] if sign.kind in styles and not mixed else range(len(sign.spellings))
                for choice in reversed(choices):
                    if len(longer := spelled + sign.spellings[choice]) <= length:
                        waiting.append((longer, sign.end, number + 1, styles | {sign.kind: choice}))

    def _hash(self, stretch):
        self.steps -= 1 + len(stretch) // 64
        return short_digest(stretch)

    def _record(self, span, position, end):
        """Note where in the copy the span stands."""
        paragraph = bisect_right(self.begins, position)
        bases = self._bases(span)
        as_is = position in [base + distance for base, distance in bases]
        if as_is and self._hash(self.text[position : position + span.length]) == span.sha256_16:
            self.matches[span] = Match("exact", paragraph, 0, position, end)
        elif as_is or any(
            ruler.to(position) == ruler.to(base) + distance for ruler in self._rulers for base, distance in bases
        ):
            self.matches[span] = Match("folded", paragraph, 0, position, end)
        else:
            self.matches[span] = Match("relocated", paragraph, position - span.position, position, end)
        if span.length >= LONG:
            insort(self.anchors, (span.position, position))
            insort(self.anchors, (span.position + span.length, end))

    @cached_property
    def _rulers(self):
        """One ruler for each way to spell hyphens, ellipses and dashes throughout the copy, if lengths differ."""
        rulers = []
        for choices in product(*STYLES.values()):
            style = dict(zip(STYLES, choices))
            lengths = [len(sign.spellings[style.get(sign.kind, 0)]) for sign in self.signs]
            if lengths not in [ruler.lengths for ruler in rulers]:
                rulers.append(_Ruler(self.signs, lengths))
        return rulers

    @cached_property
    def _edges(self):
        return [position for position in range(len(self.text) + 1) if not splits_word(self.text, position)]

    @cached_property
    def _word_starts(self):
        """The positions, in order, at which a span may begin when it is looked for: not in a word, nor at a space."""
        return [position for position in self._edges if self.text[position : position + 1] not in ("", " ")]

    @cached_property
    def _word_ends(self):
        return frozenset(position for position in self._edges if position and self.text[position - 1] != " ")


class _Ruler:
    """Positions of the copy, counted as if its signs had other lengths: `to` translates one, and `back` again."""

    def __init__(self, signs, lengths):
        self.lengths = lengths
        self._ends = [0, *(sign.end for sign in signs)]
        changes = (length - (sign.end - sign.start) for sign, length in zip(signs, lengths))
        self._counted = [end + change for end, change in zip(self._ends, accumulate(changes, initial=0))]

    def to(self, position):
        number = bisect_right(self._ends, position) - 1
        return self._counted[number] + position - self._ends[number]

    def back(self, position):
        number = bisect_right(self._counted, position) - 1
        return self._ends[number] + position - self._counted[number]


def _sign(match):
    kind = match.lastgroup
    spellings = (match[0], *SPELLINGS.get(kind, ()))
    if kind in ("double", "single"):  # straight, as its direction says, and against that
        if not _opens(match):
            spellings = (match[0], spellings[1], spellings[3], spellings[2])
        kind = "quotation"
    if kind in ("invisible", "ligature"):  # it stands for nothing, or for letters: NFKC knows which
        spellings = ("" if kind == "invisible" else unicodedata.normalize("NFKC", match[0]),)
    return _Sign(match.start(), match.end(), kind, spellings)


def _opens(match):
    """Tell whether a sign opens a quotation: after a space, bracket or dash, other signs aside, and not as in '90s."""
    before = BESIDE.sub("", match.string[max(match.start() - 5, 0) : match.start()])[-1:]
    after = match.string[match.end() : match.end() + 1]
    year = match.lastgroup == "single" and after.isdigit()
    return (not before or before in " ([{-–—") and after not in ("", " ") and not year
