"""Words quoted from a text, found in it: from a few words to their position.

What a person types is seldom what is printed: quotation marks are straight or curly, a spreadsheet makes the first
letter a capital. So words are looked for with their marks made alike and without regard to capitals, and counted so.
"""

import re
from bisect import bisect_right

from .text import PUNCTUATION

PLAIN = {"double": '"', "single": "'", "ellipsis": "...", "hyphen": "-", "dash": "-", "invisible": ""}
OMISSION = re.compile(r"\s*(?:\[\s*(?:\.\.\.|…)\s*\]|\.\.\.|…)\s*")
WHICH = re.compile(r"(.*\S)\s*#(\d+)")
AROUND = 3  # so many words before and after marked ones tell a place from others
OPENING, CLOSING = '“„«"', '”“»"'  # the sign that is both opens if nothing is open
LISTED = 6  # so many places are shown of words that stand in several
SENTENCE_END = re.compile(r"""[.?!…]["'”’)]*\s""")


class QuoteError(ValueError):
    """Words that are not in the text, or not only once: `message` and `remedy`."""

    def __init__(self, message, remedy):
        super().__init__(message)
        self.message, self.remedy = message, remedy


class Quoted:
    """The canonical paragraphs of a text, in which quotations are looked for."""

    def __init__(self, paragraphs):
        self.paragraphs = dict(enumerate(paragraphs, start=1))
        self._folded = {number: _fold(text) for number, text in self.paragraphs.items()}

    def find(self, quote, paragraph=None, near=None):
        """The parts of the words `quote`: a list of (paragraph, start, end), several where [...] interrupts them.

        paragraph: the number of the one to look in, or None for all; near: parts of the content that a source or a
        cue belongs to, whose paragraph, and then sentence, decides if the words stand in several places.
        Raises QuoteError.
        """
        if paragraph is not None and paragraph not in self.paragraphs:
            message = f"there is no paragraph {paragraph}"
            raise QuoteError(message, f"write a number from 1 to {len(self.paragraphs)}, or nothing")
        scope = [paragraph or near[0][0]] if paragraph or near else list(self.paragraphs)
        everywhere = self._everywhere(quote, scope)
        if not everywhere and near and not paragraph:
            everywhere = self._everywhere(quote, list(self.paragraphs))
        found = everywhere
        if len(found) > 1 and near:
            found = [parts for parts in found if self._same_sentence(parts, near)] or found
        if len(found) == 1:
            return found[0]
        if found:
            raise QuoteError(*self._ambiguous(quote, found, everywhere))
        raise QuoteError(*self._missing(quote, paragraph))

    def _everywhere(self, quote, scope):
        """All ways to find the words in these paragraphs: a list of lists of parts."""
        tries = [[quote]]
        if OMISSION.search(quote):
            tries.append([part for part in OMISSION.split(quote) if part])
        if (bare := quote.strip("\"'“”‘’„«»")) != quote and bare:  # quotation marks that the author put around them
            tries.append([bare])
        for parts in tries:
            if found := self._chains(parts, scope):
                return found
        return []

    def _chains(self, parts, scope):
        first, *rest = parts
        found = [[place] for place in self._places(first, scope)]
        for part in rest:
            found = [
                [*chain, place] for chain in found for place in self._places(part, [chain[-1][0]], behind=chain[-1][2])
            ]
        return found

    def _places(self, words, scope, behind=0):
        """Where the words stand, as (paragraph, start, end); only the second time if they end with #2."""
        if places := [place for number in scope for place in self._alike(words, number) if place[1] >= behind]:
            return places
        if which := WHICH.fullmatch(words):
            places = self._places(which[1], scope, behind)
            return places[int(which[2]) - 1 : int(which[2])] if int(which[2]) else []
        return []

    def _alike(self, words, number):
        folded, at = self._folded[number]
        wanted, _ = _fold(words)
        if not wanted:
            return []
        places = [(number, at[start], at[start + len(wanted)]) for start in _starts(folded, wanted)]
        return [place for place in places if _is_whole(self.paragraphs[number], *place[1:])]

    def _same_sentence(self, parts, near):
        """Whether the words stand in a sentence in which the content stands."""
        number, start, _ = parts[0]
        ends = [match.end() for match in SENTENCE_END.finditer(self.paragraphs[number])]
        sentences = {
            sentence
            for other, begin, end in near
            if other == number
            for sentence in range(bisect_right(ends, begin), bisect_right(ends, end - 1) + 1)
        }
        return bisect_right(ends, start) in sentences

    def _ambiguous(self, quote, found, everywhere):
        """Message and remedy for words that stand in several places; `everywhere` as they are counted."""
        numbers = [parts[0][0] for parts in found]
        alone = len(set(numbers)) == 1
        where = f"in paragraph {numbers[0]}" if alone else f"in paragraphs {', '.join(map(str, numbers))}"
        which = next(i for i in range(len(found[0])) if len({parts[i] for parts in found}) > 1)
        counted = list(dict.fromkeys(parts[which] for parts in everywhere))
        words = [part for part in OMISSION.split(quote) if part][which] if len(found[0]) > 1 else quote
        places = list(dict.fromkeys(parts[which] for parts in found))
        listed = [f"{words}#{counted.index(place) + 1} in “{self.context([place])}”" for place in places[:LISTED]]
        remedy = f"quote more words, or say which: {', '.join(listed)}{' ...' if places[LISTED:] else ''}"
        return f"“{quote}” stands {len(found)} times {where}", remedy if alone else f"write the paragraph, {remedy}"

    def quoted_share(self, parts):
        """Which share of the letters at these places stands between quotation marks: a float."""
        letters = []
        for number, start, end in parts:
            inside = False
            for place, sign in enumerate(self.paragraphs[number][:end]):
                if sign in OPENING + CLOSING:
                    inside = sign in OPENING and not (inside and sign in CLOSING)
                elif place >= start and sign.isalnum():
                    letters.append(inside)
        return sum(letters) / len(letters) if letters else 0.0

    def context(self, parts, left="", right=""):
        """The words at these places with a few around them: “hours later, that they”; left, right: signs to put about each."""
        pieces, end = [], None
        for number, start, stop in parts:
            text = self.paragraphs[number]
            if end is None:
                pieces.append("".join(re.findall(r"\S*\s*", text[:start])[-AROUND - 1 :]))
            else:
                between = text[end:start]
                pieces.append(between if len(between.split()) <= 2 * AROUND else " ... ")
            pieces.append(left + text[start:stop] + right)
            end = stop
        pieces += re.findall(r"\s*\S*", text[end:])[:AROUND]
        return "".join(pieces).strip()

    def _missing(self, quote, paragraph):
        where = f"paragraph {paragraph}" if paragraph else "the text"
        message, remedy = f"“{quote}” is not in {where}", "copy the words from article.txt"
        if paragraph and (elsewhere := self._everywhere(quote, list(self.paragraphs))):
            return f"{message}, but in paragraph {elsewhere[0][0][0]}", "correct the paragraph, or leave it empty"
        if which := WHICH.fullmatch(quote):
            count = len(self._everywhere(which[1], [paragraph] if paragraph else list(self.paragraphs)))
            return f"“{which[1]}” stands {count} times in {where}", "give another number after #"
        words = quote.split()
        for count in range(len(words) - 1, 0, -1):
            beginning = " ".join(words[:count])
            if self._everywhere(beginning, [paragraph] if paragraph else list(self.paragraphs)):
                return message, f"{remedy}: it goes on otherwise after “{beginning}”"
        return message, remedy


def _starts(text, words):
    start = text.find(words)
    while start >= 0:
        yield start
        start = text.find(words, start + 1)


def _is_whole(text, start, end):
    """Whether a stretch begins and ends at edges of words. (Only cased letters and digits have such edges.)"""
    letter = [
        character.isdigit() or character.lower() != character.upper() for character in text[max(start - 1, 0) : end + 1]
    ]
    if start == 0:
        letter.insert(0, False)
    if end == len(text):
        letter.append(False)
    return start < end and not (letter[0] and letter[1]) and not (letter[-2] and letter[-1])


def _fold(text):
    """The text with its marks made alike and without capitals; and for each character of that its place in `text`."""
    letters, places, begin = [], [], 0
    for mark in [*PUNCTUATION.finditer(text), None]:
        for place in range(begin, mark.start() if mark else len(text)):
            for letter in text[place].casefold():
                letters.append(letter)
                places.append(place)
        if mark:
            letters += PLAIN[mark.lastgroup]
            places += [mark.start()] * len(PLAIN[mark.lastgroup])
            begin = mark.end()
    return "".join(letters), [*places, len(text)]
