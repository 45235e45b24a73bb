"""Hold what a file from any tool says: relations, and marks, each in the copy of the text in which that tool counts."""

import os.path
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import accumulate

from ...problems import CaseError
from ...quotes import Part
from ...text import TextError

ROLES = {"content": "content", "claim": "content", "source": "source", "cue": "cue"}
Stretch = tuple[int, int]  # start and end (exclusive), as the tool counts
SHOWN = 40  # characters of a text that tell where it differs


class Copy:
    """A copy of a text, or of a part of it, as a tool keeps it: it may differ in its white space alone.

    raw: its characters; places: of each that is no white space, its paragraph and its place in it; utf16: whether the tool
    counts units of UTF-16, in which an emoji is two, and not code points.
    """

    def __init__(self, raw: str, places: Sequence[tuple[int, int]], utf16: bool = False) -> None:
        self.raw, self._places = raw, places
        self._before = [0, *accumulate(not character.isspace() for character in raw)]  # how many that are no space
        points = range(len(raw) + 1)
        units = [place for place, character in enumerate(raw) for _ in range(1 + (character > "\uffff"))]
        self._ways = [[*units, len(raw)], points] if utf16 else [points, [*units, len(raw)]]

    def parts(self, stretches: list[Stretch], words: str = "") -> list[Part]:
        """Return stretches as parts of a span of the case.

        words: those that the tool gives for them; they decide how it counted, because some tools changed that. Raises
        IndexError if a stretch is beyond the text, ValueError if other words are there, none, or two paragraphs.
        """
        ways = self._ways if words else self._ways[:1]
        ways = [way for way in ways if all(0 <= start <= end < len(way) for start, end in stretches)]
        if not ways:
            raise IndexError
        for way in ways:
            found = [(way[start], way[end]) for start, end in stretches]
            if not words or _squeezed("".join(self.raw[start:end] for start, end in found)) == _squeezed(words):
                return [self._part(start, end) for start, end in found]
        raise ValueError("the words at its place are not those that the file gives")

    def _part(self, start: int, end: int) -> Part:
        inside = self._places[self._before[start] : self._before[end]]
        if not inside:
            raise ValueError("it marks no words of the text")
        (first, begin), (last, stop) = inside[0], inside[-1]
        if first != last:
            raise ValueError("it runs past the end of a paragraph")
        return first, begin, stop + 1


class Text(Copy):
    """The text of a case as its file has it. blocks: its canonical paragraphs; name: of its file."""

    def __init__(self, raw: str, blocks: list[str], name: str) -> None:
        if unicodedata.normalize("NFC", raw) != raw:
            raise TextError(f"{name} is not in the Unicode form NFC, so places cannot be counted: save it as NFC.")
        self.blocks, self.name, self._squeezed = blocks, name, _squeezed(raw)
        super().__init__(raw, [place for number in range(1, len(blocks) + 1) for place in self._places_in(number)])

    def paragraph(self, number: int) -> Copy:
        """Return a canonical paragraph as a copy."""
        return Copy(self.blocks[number - 1], self._places_in(number))

    def copy(
        self, raw: str, utf16: bool, file: str, row: int | None = None, what: str = "its text", is_part: bool = False
    ) -> Copy:
        """Find the text that a file holds, or a part of it, in this one. Raises CaseError if it is not there just once.

        what: what the error calls it; is_part: whether it may be a part of the text.
        """
        wanted = _squeezed(raw)
        start = self._squeezed.find(wanted)
        if start < 0 or not is_part and len(wanted) < len(self._squeezed):
            message = f"{what} is not that of {self.name}, {self._difference(raw, wanted)}"
        elif self._squeezed.find(wanted, start + 1) >= 0:
            message = f"{what} occurs more than once in {self.name}"
        else:
            return Copy(raw, self._places[start : start + len(wanted)], utf16)
        raise CaseError(message, "give the text that was marked, as the tool has it", file=file, row=row)

    def _difference(self, raw: str, wanted: str) -> str:
        """Say where a text ceases to be this one."""
        alike = len(os.path.commonprefix([wanted, self._squeezed]))
        if alike == len(wanted):
            return "but ends before it"
        place = [place for place, character in enumerate(raw) if not character.isspace()][alike]
        begin = raw.rfind(" ", 0, place) + 1
        return f"from “{' '.join(raw[begin : begin + SHOWN].split())}” on"

    def _places_in(self, number: int) -> list[tuple[int, int]]:
        block = self.blocks[number - 1]
        return [(number, place) for place, character in enumerate(block) if not character.isspace()]


@dataclass
class Mark:
    """A mark.

    name: what the file calls it; labels: what it is, in the words of the file; attributes: what else is said of
    it, by name; words: those that the file gives for it; claim: the key of its claim; row: its line in the file.
    """

    name: str
    labels: list[str]
    copy: Copy
    stretches: list[Stretch]
    attributes: dict[str, str] = field(default_factory=dict)
    words: str = ""
    claim: str = ""
    row: int | None = None


@dataclass
class Marks:
    """What a file says: marks; relations, as pairs of their names; sentences on what was not read; records of other texts."""

    marks: list[Mark] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    other: list[CaseError] = field(default_factory=list)


def stretch(start: object, end: object) -> Stretch:
    """Return what a file gives as a start and an end. Raises TypeError if they are no whole numbers."""
    if type(start) is not int or type(end) is not int:
        raise TypeError("no whole numbers")
    return start, end


@contextmanager
def reading(what: str, file: str, row: int | None = None) -> Iterator[None]:
    """Turn what goes wrong with a part of a file that is not written as its format says into a CaseError."""
    try:
        yield
    except CaseError:
        raise
    except (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError) as error:
        message = f"{what} does not follow the format: the file breaks off, or was changed"
        raise CaseError(message, "export it again", file=file, row=row) from error


def _squeezed(words: str) -> str:
    return "".join(words.split())
