"""Find a case's spans again in somebody's copy of the text, without having the text.

All that is known of a stretch of the original is where it stood, how long it was, and its hash. So the copy is
searched for a stretch of that length with that hash: at the old place, then anywhere if it is long, then between the
neighbours that were found. Where quotation marks, dashes and the like were changed in the copy, likely originals are
rebuilt from it ("dressings") and searched in the same way.

Lines and paragraphs may be broken anywhere in a copy. So it is taken as one stream of characters, the paragraphs
joined by single spaces, and so is the original.
"""

import hashlib
import math
import re
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import accumulate, islice, pairwise, product
from pathlib import Path

import pandas as pd

from .problems import CaseError
from .text import TextError, paragraphs, read_text

STATUSES = ["exact", "folded", "relocated", "missing"]

LONG = 20  # characters; a shorter stretch may be in another text, or elsewhere in this one, by accident
TIMES = 10  # so many times the length of the original is too long for a copy: searching it would take minutes
REACH = 1000  # characters; how far from its expected place a stretch is looked for
BUDGET = 4096  # spellings of one stretch that are tried, after the uniform ones

MARKS = re.compile(
    r"""(?P<double>[“”„‟"«»″])
      | (?P<single>[‘’‚‛'`´′ʼ])
      | (?P<ellipsis>…|\.\.\.)
      | (?P<hyphen>(?<=\w)[-‐‑]\ ?(?=\w))  # with a space: a line was broken there
      | (?P<dash>--+|[-‐‑‒–—―−])
      | (?P<invisible>[\u00ad\u200b-\u200d\u2060\ufeff])""",
    re.VERBOSE,
)
SPELLINGS = {
    "double": ['"', "“", "”"],
    "single": ["'", "‘", "’"],
    "ellipsis": ["...", "…"],
    "hyphen": ["-", "- ", "–", "—"],
    "dash": ["-", "–", "—", "--"],
    "invisible": [""],
}
STRAIGHT = {"double": '""', "single": "''"}
CURLY = {"double": "“”", "single": "‘’"}
# Of hyphens, ellipses, dashes and quotation marks; None is as in the copy, and the last changes fastest.
STYLES = [None, "-"], [None, "…", "..."], [None, "-", "–", "—", "--"], [None, STRAIGHT, CURLY]


@dataclass(frozen=True)
class Unit:
    """A stretch of the original: its paragraph (from 1), its place in that and in the stream, its length and hash."""

    paragraph: int
    start: int
    place: int
    length: int
    sha256_16: str


@dataclass(frozen=True)
class Find:
    """What became of a unit: its status, the copy's paragraph (from 1), and how far it moved in the stream."""

    status: str
    paragraph: int | None = None
    shift: int | None = None


def verify(case, article_path):
    """Compare a copy of the text with a case. A DataFrame with one row per part of a span:

    span_id, part, paragraph: as in the table of spans;
    status: exact      the same characters at the same place: as far into the same paragraph, or, where the copy breaks
                       its lines otherwise, as far into the text
            folded     so, once quotation marks, apostrophes, dashes and ellipses are made alike
            relocated  the same characters, or the same once made alike, at another place
            missing    not found;
    found_paragraph: the copy's paragraph, from 1 (it ends at a blank line), <NA> if missing;
    shift: by how many characters the place moved, from the beginning of the text; 0 if exact or folded, <NA> if
    missing.

    The text is nowhere in the answer. Raises TextError if the file cannot be read as plain text or is far too long,
    CaseError if the spans are not those of the paragraphs.
    """
    text = read_text(article_path)
    if len(text) > TIMES * max(case["paragraphs"]["n_chars"].sum(), 5_000):
        raise TextError(f"{Path(article_path).name} is far longer than the report: save the report alone.")
    _, finds = align(case, text)
    table = case["spans"][["span_id", "part", "paragraph"]].copy()
    table["status"] = pd.Categorical([find.status for find in finds], STATUSES, ordered=True)
    table["found_paragraph"] = pd.array([find.paragraph for find in finds], "Int64")
    table["shift"] = pd.array([find.shift for find in finds], "Int64")
    return table


def summary(df):
    """How many rows of a `verify` table have each of the four statuses: a Series of int by status."""
    return df["status"].value_counts().reindex(STATUSES)


def is_other_text(df):
    """Whether a `verify` table is that of another text: next to nothing was found."""
    return bool((df["status"] == "missing").mean() > 0.9)


def explain(case, article_path, df):
    """What a `verify` table means, in a few sentences: the text, an edited or damaged copy of it, or another text."""
    if is_other_text(df):
        return (
            "This seems to be another text, or a badly damaged copy: hardly any of the spans is in it. "
            "Check that it is the right file."
        )
    text = read_text(article_path)
    status = df["status"]
    sentences = ["This is the text."]
    if missing := (status == "missing").sum():
        sentences = [f"This is the text, but {missing} of {len(df)} spans are missing."]
    if (status == "folded").any():
        sentences.append("Quotation marks, dashes or the like differ from the original; that does no harm.")
    if (status == "relocated").any():
        sentences.append("Some spans stand elsewhere, because something was added, left out or moved.")
    if damaged := len(re.findall("\ufffd|â€|Ã[\u0080-\u00bf]", text)):
        sentences.append(f"The copy is damaged: {damaged} characters were lost on the way. Get it again, as UTF-8.")

    wholes, _ = align(case, text)
    lost = (status == "missing").groupby(df["paragraph"]).mean()
    folded = (status == "folded").groupby(df["paragraph"]).any()
    # A whole paragraph with marks of several other kinds may not be recognised although all of its spans are.
    changed = [
        number
        for number, whole in zip(case["paragraphs"]["paragraph"], wholes)
        if whole.status == "missing" and (lost.get(number) or not folded.get(number))
    ]
    if gone := [number for number in changed if lost.get(number) == 1]:
        sentences.append(f"Not found: paragraph {runs(gone)}.")
    if edited := [number for number in changed if lost.get(number) != 1]:
        sentences.append(f"Not worded as in the original: paragraph {runs(edited)}.")
    return " ".join(sentences)


def runs(numbers):
    """[3, 5, 6, 7] as "3, 5-7"."""
    runs = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1] = [runs[-1][0], number]
        else:
            runs.append([number])
    return ", ".join("-".join(map(str, run)) for run in runs)


def align(case, text):
    """Where a case's stretches are in `text`: a list of Find for its paragraphs, and one for its parts of spans."""
    rows, spans = case["paragraphs"], case["spans"]
    begins = dict(zip(rows["paragraph"], accumulate(rows["n_chars"] + 1, initial=0)))
    if not spans["paragraph"].isin(list(begins)).all():
        raise CaseError("a span is in no paragraph", "see `standoff check`", file="spans.csv", column="paragraph")
    if spans.empty:
        raise CaseError("there are no spans yet", "add them, then verify", file="spans.csv")
    units = [Unit(row.paragraph, 0, begins[row.paragraph], row.n_chars, row.sha256[:16]) for row in rows.itertuples()]
    for row in spans.itertuples():
        place = begins[row.paragraph] + row.start
        units.append(Unit(row.paragraph, row.start, place, row.end - row.start, row.sha256_16))
    finds = _Search(text).find(units)
    return finds[: len(rows)], finds[len(rows) :]


class _Search:
    """One copy of the text, searched for units."""

    def __init__(self, text):
        blocks = paragraphs(text)
        self.text = " ".join(blocks)
        self.begins = list(accumulate((len(block) + 1 for block in blocks[:-1]), initial=0))
        self.marks = list(MARKS.finditer(self.text))
        self.mark_starts = [mark.start() for mark in self.marks]
        self.as_is = _Dressing(self.text, self.marks, lambda mark: mark[0])
        dressings = {self.as_is.text: self.as_is}
        for hyphen, ellipsis, dash, quotes in product(*STYLES):
            dressing = _Dressing(self.text, self.marks, _speller(quotes, dash, ellipsis, hyphen))
            dressings.setdefault(dressing.text, dressing)
        self.dressings = list(dressings.values())
        self.finds = {}
        self.points = []  # pairs of a place in the original and one in the copy, in order

    def find(self, units):
        """A list of Find, one for each unit."""
        ordered = sorted(set(units), key=lambda unit: (unit.length, unit.place))
        short, long = (
            [unit for unit in ordered if unit.length < LONG],
            [unit for unit in ordered if unit.length >= LONG],
        )
        self.points = [(0, 0), (max(unit.place + unit.length for unit in units), len(self.text))]
        for unit in long:
            self._try(unit, partial(self._places, unit))
        # Most stretches hold no marks and are found in the copy as it is. If all do, a dressing gives the foothold.
        for dressing in self.dressings[:3]:
            for unit, position in _anywhere([unit for unit in long if unit not in self.finds], dressing):
                self._keep(unit, dressing, position)
            if self.finds:
                break
        if self.finds:
            for unit in [*long, *long, *short]:  # twice, because all that are found help to find their neighbours
                if unit not in self.finds:
                    self._near_neighbours(unit)
        return [self.finds.get(unit, Find("missing")) for unit in units]

    def _near_neighbours(self, unit):
        """Look for a unit between the two nearest places that are known: first at the same distance from them."""
        i = bisect_right(self.points, (unit.place, math.inf))
        (before, copy_before), (after, copy_after) = self.points[i - 1], self.points[i]
        seen = set()

        def guesses(dressing):
            return dressing.to(copy_before) + unit.place - before, dressing.to(copy_after) + unit.place - after

        def region(dressing):
            low = max(dressing.to(copy_before), min(guesses(dressing)) - REACH)
            high = min(dressing.to(copy_after), max(guesses(dressing)) + REACH)
            stretch = dressing.text[low : high + unit.length]
            if stretch in seen:  # many dressings differ elsewhere only
                return []
            seen.add(stretch)
            windows = dressing.windows(unit.length, low, high)
            return sorted(windows, key=lambda position: min(abs(position - guess) for guess in guesses(dressing)))

        self._try(unit, guesses) or self._try(unit, region) or self._respell(unit, guesses(self.as_is))

    def _try(self, unit, positions):
        """Keep the unit if a dressing holds it at one of `positions(dressing)`; whether it does."""
        for dressing in self.dressings:
            for position in positions(dressing):
                if position >= 0 and _hash(dressing.text[position : position + unit.length]) == unit.sha256_16:
                    self._keep(unit, dressing, position)
                    return True
        return False

    def _respell(self, unit, positions):
        """Keep the unit if it is found at one of `positions` in the copy with its marks spelled in some mixed way."""
        for position in positions:
            stretches = self._respellings(position, unit.length, bisect_left(self.mark_starts, position))
            if any(_hash(stretch) == unit.sha256_16 for stretch in islice(stretches, BUDGET)):
                self._record(unit, position)
                return

    def _respellings(self, position, length, mark_number):
        """All that the `length` characters from `position` may have been."""
        marks = self.marks[mark_number : mark_number + 1]
        plain = self.text[position : marks[0].start() if marks else None]
        if len(plain) >= length:
            yield plain[:length]
        elif marks:
            for spelling in SPELLINGS[marks[0].lastgroup]:
                rest = length - len(plain) - len(spelling)
                if rest >= 0:
                    for end in self._respellings(marks[0].end(), rest, mark_number + 1):
                        yield plain + spelling + end

    def _places(self, unit, dressing):
        """Where the unit stands in a dressing if nothing was moved, counted from the paragraph and from the text."""
        if unit.paragraph <= len(self.begins):
            yield dressing.to(self.begins[unit.paragraph - 1]) + unit.start
        yield unit.place

    def _keep(self, unit, dressing, position):
        exact = dressing is self.as_is and position in self._places(unit, dressing)
        self._record(unit, dressing.back(position), exact)
        if unit.length >= LONG:
            for offset in (0, unit.length):
                insort(self.points, (unit.place + offset, dressing.back(position + offset)))

    def _record(self, unit, position, exact=False):
        """Note where in the copy the unit begins."""
        paragraph = bisect_right(self.begins, position)
        if exact:
            self.finds[unit] = Find("exact", paragraph, 0)
        elif any(dressing.to(position) in self._places(unit, dressing) for dressing in self.dressings):
            self.finds[unit] = Find("folded", paragraph, 0)
        else:
            self.finds[unit] = Find("relocated", paragraph, position - unit.place)


class _Dressing:
    """The copy as its original may have been spelled; `to` and `back` translate a position to it and from it."""

    def __init__(self, text, marks, spell):
        pieces, self._plain, self._dressed = [], [0], [0]
        for mark in marks:
            pieces += text[self._plain[-1] : mark.start()], spell(mark)
            self._dressed.append(self._dressed[-1] + len(pieces[-2]) + len(pieces[-1]))
            self._plain.append(mark.end())
        self.text = "".join(pieces) + text[self._plain[-1] :]

    def to(self, position):
        return _translate(position, self._plain, self._dressed)

    def back(self, position):
        return _translate(position, self._dressed, self._plain)

    @cached_property
    def edges(self):
        """The positions, in order, at which a span may begin or end when it is looked for: not inside a word."""
        # Only cased letters and digits make words of which we know the edges; Chinese, for one, runs on.
        inner = [character.isdigit() or character.lower() != character.upper() for character in self.text]
        inside = [False, *(a and b for a, b in pairwise(inner)), False]
        return [position for position, within in enumerate(inside) if not within]

    @cached_property
    def _is_edge(self):
        return frozenset(self.edges)

    def windows(self, length, low=0, high=None):
        """The positions from low to high at which a stretch of `length` begins that has edges on both sides."""
        first = bisect_left(self.edges, low)
        last = len(self.edges) if high is None else bisect_right(self.edges, high)
        return [position for position in self.edges[first:last] if position + length in self._is_edge]


def _translate(position, ends, other_ends):
    i = bisect_right(ends, position) - 1
    return other_ends[i] + position - ends[i]


def _speller(quotes, dash, ellipsis, hyphen):
    """A function from a mark to its spelling in one style; None leaves that kind of mark as it is."""
    styles = {"dash": dash, "ellipsis": ellipsis, "hyphen": hyphen}

    def spell(mark):
        kind = mark.lastgroup
        if kind == "invisible":
            return ""
        if kind in styles:
            return styles[kind] or mark[0]
        return quotes[kind][not _opens(mark)] if quotes else mark[0]

    return spell


def _opens(mark):
    """Whether a mark opens a quotation: after a space, bracket or dash, other marks aside, and not as in '90s."""
    before = mark.string[: mark.start()][-3:].rstrip("“”„‟\"«»″‘’‚‛'`´′ʼ")[-1:]
    after = mark.string[mark.end() : mark.end() + 1]
    year = mark.lastgroup == "single" and after.isdigit()
    return (not before or before in " ([{-–—") and after not in ("", " ") and not year


def _anywhere(units, dressing):
    """Pairs of a unit and the one position at which a dressing holds it; units found at several are left out."""
    wanted = defaultdict(lambda: defaultdict(list))
    for unit in units:
        wanted[unit.length][unit.sha256_16].append(unit)
    for length, by_hash in wanted.items():
        positions = defaultdict(list)
        for position in dressing.windows(length):
            positions[_hash(dressing.text[position : position + length])].append(position)
        for key, same in by_hash.items():
            if len(positions[key]) == 1 and len({unit.place for unit in same}) == 1:
                yield same[0], positions[key][0]


def _hash(text):
    return hashlib.sha256(text.encode()).hexdigest()[:16]
