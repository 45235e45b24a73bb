"""Find quoted words in a text: from a few words to their position.

What a person types is seldom what is printed: quotation marks are straight or curly, a spreadsheet makes the first
letter a capital. So words are looked for with their punctuation made alike and without regard to capitals, and counted
so. The time of a search hangs on how often the rarest of the words is in the text, not on the length of the text.
"""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate, groupby, islice

from .text import PUNCTUATION, is_cased, splits_word

Part = tuple[int, int, int]  # paragraph (from 1), start and end in it, in characters

FOLDED = {"double": '"', "single": "'", "ellipsis": "...", "broken": "-", "hyphen": "-", "dash": "-", "invisible": ""}
OMISSION = re.compile(r"\s*(?:\[\s*(?:\.\.\.|…)\s*\]|\.\.\.|…)\s*")
WHICH = re.compile(r"(.*\S)\s*#(\d{1,9})", re.DOTALL)
AROUND = 3  # words before and after a quotation that tell its position from others
WIDTH = 400  # characters in which these words are looked for
OPENING, CLOSING = '“„«"', '”“»"'  # A sign that is in both opens if nothing is open.
LISTED = 6  # positions shown for words that occur several times
MOST = 1000  # ways to complete words with an omission that are counted in one paragraph
QUOTATION = OPENING + CLOSING
MARK_NEXT = re.compile(rf"\s?[{QUOTATION}]")
SENTENCE_END = re.compile(r"""[.?!…]["'”’)]*\s""")


class QuoteError(ValueError):
    """Words that are not in the text, or not only once: `message` and `remedy`."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message, self.remedy = message, remedy


class Quoted:
    """The canonical paragraphs of a text, in which quotations are looked for."""

    def __init__(self, paragraphs: Iterable[str]) -> None:
        self.paragraphs = dict(enumerate(paragraphs, start=1))
        self.text = "\n\n".join(self.paragraphs.values())
        self._folded = _Folded(self.paragraphs)
        self._joined = _Folded(self.paragraphs, joined=True)

    def find(self, quote: str, paragraph: int | None = None, near: Sequence[Part] | None = None) -> list[Part]:
        """Find the words `quote`; the answer has several parts where [...] interrupts them.

        paragraph: the number of the paragraph to look in, or None for all; near: parts of the content that a source or
        a cue belongs to, whose paragraph, and then sentence, decides if the words occur several times.
        Raises QuoteError.
        """
        if paragraph is not None and paragraph not in self.paragraphs:
            message = f"there is no paragraph {paragraph}"
            raise QuoteError(message, f"write a number from 1 to {len(self.paragraphs)}, or nothing")
        everywhere = self._everywhere(quote, paragraph or (near[0][0] if near else None))
        if near and not paragraph:
            everywhere = everywhere or self._everywhere(quote)
        nearest = [parts for parts in everywhere if near and self._same_sentence(parts, near)] or everywhere
        if not nearest:
            raise QuoteError(*self._missing(quote, paragraph))
        if len(nearest) > 1:
            raise QuoteError(*self._ambiguous(quote, nearest, everywhere))
        return nearest[0]

    def _everywhere(self, quote, paragraph=None):
        """List all ways to find the words, in one paragraph or all: a list of lists of parts."""
        attempts = [[quote]]
        if (parts := [words for words in OMISSION.split(quote) if words]) and parts != [quote]:
            attempts.append(parts)
        if (bare := quote.strip("\"'“”‘’„«»")) != quote and bare:  # quotation marks that the author put around them
            attempts.append([bare])
        for first, *rest in attempts:
            found = [[part] for part in _chosen(*self._occurrences(first, paragraph))]
            for words in rest:
                found = list(self._continued(found, words))
            if found:
                return found
        return []

    def _continued(self, found, words):
        """Yield each of the parts found with every later occurrence of the words in its paragraph: at most MOST in one.

        This never loses the only answer: what follows a late beginning also follows an early one.
        """
        for number, beginnings in groupby(found, key=lambda parts: parts[0][0]):
            places, which = self._occurrences(words, number)
            ways = (
                [*parts, place]
                for parts in beginnings
                for place in _chosen(places[bisect_left(places, (number, parts[-1][2])) :], which)
            )
            yield from islice(ways, MOST)

    def _occurrences(self, words, paragraph):
        """List where the words stand, in order, and which of these is meant: 2 if they end with #2, None for all."""
        for folded in (self._folded, self._joined):
            if places := list(folded.occurrences(words, paragraph)):
                return places, None
            match = WHICH.fullmatch(words)
            if match and (places := list(folded.occurrences(match[1], paragraph))):
                return places, int(match[2])
        return [], None

    def _same_sentence(self, parts, near):
        """Tell whether the words are in a sentence that also holds the content."""
        number, start, _ = parts[0]
        ends = _sentence_ends(self.paragraphs[number])
        sentence = bisect_right(ends, start)
        return any(
            bisect_right(ends, begin) <= sentence <= bisect_right(ends, end - 1)
            for other, begin, end in near
            if other == number
        )

    def _ambiguous(self, quote, found, everywhere):
        """Return message and remedy for words that occur in several places; `everywhere` as they are counted."""
        numbers = [parts[0][0] for parts in found]
        alone = len(set(numbers)) == 1
        where = f"in paragraph {numbers[0]}" if alone else f"in paragraphs {', '.join(map(str, numbers[:MOST]))}"
        which = next(i for i in range(len(found[0])) if len({parts[i] for parts in found}) > 1)
        counted = list(dict.fromkeys(parts[which] for parts in everywhere))
        words = [part for part in OMISSION.split(quote) if part][which] if len(found[0]) > 1 else quote
        places = list(dict.fromkeys(parts[which] for parts in found))
        listed = [f"{words}#{counted.index(place) + 1} in “{self.context([place])}”" for place in places[:LISTED]]
        remedy = f"quote more words, or say which: {', '.join(listed)}{' ...' if places[LISTED:] else ''}"
        return f"“{quote}” occurs {len(found)} times {where}", remedy if alone else f"write the paragraph, {remedy}"

    def quoted_share(self, parts: Sequence[Part]) -> float:
        """Return the share (0 to 1) of the letters of some parts that stands between quotation marks."""
        letters = [
            quoted
            for number, start, end in parts
            for sign, quoted in zip(self.paragraphs[number][start:end], inside(self.paragraphs[number])[start:end])
            if sign.isalnum()
        ]
        return sum(letters) / len(letters) if letters else 0.0

    def words(self, parts: Iterable[Part]) -> str:
        """Return the words of some parts."""
        return " ".join(self.paragraphs[number][start:end] for number, start, end in parts)

    def context(self, parts: Sequence[Part], left: str = "", right: str = "") -> str:
        """Return the words of some parts with a few around them: “hours later, that they”; `left` and `right` enclose each."""
        pieces, end = [], None
        for number, start, stop in parts:
            text = self.paragraphs[number]
            if end is None:
                pieces.append("".join(re.findall(r"\S*\s*", text[max(start - WIDTH, 0) : start])[-AROUND - 1 :]))
            else:
                between = text[end:start]
                pieces.append(between if len(between.split()) <= 2 * AROUND else " ... ")
            pieces.append(left + text[start:stop] + right)
            end = stop
        pieces += re.findall(r"\s*\S*", text[end : end + WIDTH])[:AROUND]
        return "".join(pieces).strip()

    def _missing(self, quote, paragraph):
        where = f"paragraph {paragraph}" if paragraph else "the text"
        message, remedy = f"“{quote}” is not in {where}", "copy the words from article.txt"
        if paragraph and (elsewhere := self._everywhere(quote)):
            return f"{message}, but in paragraph {elsewhere[0][0][0]}", "correct the paragraph, or leave it empty"
        if which := WHICH.fullmatch(quote):
            count = len(self._everywhere(which[1], paragraph))
            return f"“{which[1]}” occurs {count} times in {where}", "give another number after #"
        beginnings = list(accumulate(quote.split(), "{} {}".format))
        count = bisect_left(beginnings, True, key=lambda beginning: not self._everywhere(beginning, paragraph))
        if not count:
            return message, remedy
        remedy = f"{remedy}: it continues differently after “{beginnings[count - 1]}”"
        typed = "".join(quote.split()[count : count + 1])
        ends = [parts[-1] for parts in self._everywhere(beginnings[count - 1], paragraph)]
        if typed[:1] not in QUOTATION and any(MARK_NEXT.match(self.paragraphs[number], end) for number, _, end in ends):
            remedy += ", where the text has a quotation mark"
        return message, remedy


class _Folded:
    """Paragraphs by number, in which words are found however they are spelled.

    joined: whether a hyphen at the end of a line was put in to break a word, and goes, or is the word's own. Copies from
    a PDF have both, and do not tell one from the other.
    """

    def __init__(self, paragraphs, joined=False):
        self.joined = joined
        self.paragraphs = {number: _fold(text, joined) for number, text in paragraphs.items()}
        self.having = defaultdict(list)  # the paragraphs that have a word, in order
        for number, (folded, _) in self.paragraphs.items():
            for word in set(_words(folded)):
                self.having[word].append(number)

    def occurrences(self, words, paragraph):
        """Yield where words stand, in one paragraph or all."""
        wanted, _ = _fold(words, self.joined)
        having = [self.having.get(word, []) for word in _words(wanted)]
        numbers = [paragraph] if paragraph else min(having, key=len, default=self.paragraphs)
        for number in numbers if wanted else ():
            folded, at = self.paragraphs[number]
            start = folded.find(wanted)
            while start >= 0:
                end = start + len(wanted)
                if at[start] < at[end] and not splits_word(folded, start) and not splits_word(folded, end):
                    yield number, at[start], at[end]
                start = folded.find(wanted, start + 1)


def _chosen(places, which):
    """Take the occurrence that is meant, or all if `which` is None."""
    return places if which is None else places[which - 1 : which] if which else []


@lru_cache
def _sentence_ends(text):
    return [match.end() for match in SENTENCE_END.finditer(text)]


@lru_cache
def inside(text: str) -> list[bool]:
    """Tell for each character of a paragraph whether it stands between quotation marks."""
    states = accumulate(
        text,
        lambda now, sign: sign in OPENING and not (now and sign in CLOSING) if sign in QUOTATION else now,
        initial=False,
    )
    return list(islice(states, 1, None))


def _words(folded):
    return "".join(character if is_cased(character) else " " for character in folded).split()


def _fold(text, joined=False):
    """Make punctuation alike and take capitals away; also return, for each character of that, its position in `text`."""
    letters, places, begin = [], [], 0
    for match in [*PUNCTUATION.finditer(text), None]:
        for place in range(begin, match.start() if match else len(text)):
            for letter in text[place].casefold():  # ß is two
                letters.append(letter)
                places.append(place)
        if match:
            folded = match[0].casefold() if match.lastgroup == "ligature" else FOLDED[match.lastgroup]
            if match.lastgroup == "broken" and joined:
                folded = ""
            letters += folded
            places += [match.start()] * len(folded)
            begin = match.end()
    return "".join(letters), [*places, len(text)]
