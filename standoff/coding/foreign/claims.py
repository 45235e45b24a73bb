"""Make rows of the sheet of claims from marks, whatever tool they were made with, and say what had to be left out."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from ...case import find
from ...problems import CaseError
from ...quotes import Part, Quoted, QuoteError
from ...schema import read_package, resource_of, vocabulary
from .marks import ROLES, Mark, Marks

GISTS = ("gist", "note", "comment")
MOST = 9  # the times that words stand in a text, up to which one of them is named by its number
SHOWN = 5  # words of labels that a sentence on them quotes


@dataclass
class _Taken:
    """A mark that can be taken, its role, and where it is."""

    mark: Mark
    role: str
    parts: list[Part]

    @property
    def paragraph(self) -> int:
        return self.parts[0][0]


def rows_of(read: Marks, quoted: Quoted, file: str) -> tuple[list[dict], list[str]]:
    """Return the rows that marks make, and what could not be taken, as sentences. Raises CaseError if there is no claim.

    A mark is taken if one of its labels, or of its attributes, is in ROLES.
    """
    strange = defaultdict(list)
    taken, left = [], [*read.left]
    for mark in read.marks:
        words = map(_plain, [*_values(mark), *mark.labels])
        if not (role := next((ROLES[word] for word in words if word in ROLES), "")):
            strange[", ".join(mark.labels)].append(mark)
            continue
        try:
            taken.append(_Taken(mark, role, mark.copy.parts(mark.stretches, mark.words)))
        except IndexError as error:
            message = f"{mark.name} is beyond the text ({mark.stretches[-1][0]} to {mark.stretches[-1][1]})"
            raise CaseError(message, "give the text that was marked", file=file, row=mark.row) from error
        except ValueError as error:
            left.append(f"{mark.name}: {error}.")
    left += [_strangers(label, marks) for label, marks in strange.items()]
    if not any(each.role == "content" for each in taken):
        if read.other:
            raise read.other[0]
        reason = f" ({' '.join(left)})" if left else ""
        remedy = "label the words of claims as content, their sources as source, and the attributing words as cue"
        raise CaseError(f"no mark in it is the content of a claim{reason}", remedy, file=file)
    for problem in (error.problem for error in read.other):
        left.append(f"{f'line {problem.row}: ' if problem.row else ''}{problem.message}.")
    tied = _ties(read.links, {each.mark.name: each.role for each in taken}, left)
    return _rows(taken, tied, quoted, left), left


def _values(mark: Mark) -> list[str]:
    """Return the values of attributes that are no notes."""
    return [value for attribute, value in mark.attributes.items() if _plain(attribute) not in GISTS]


def _plain(word: str) -> str:
    return word.strip().lower()


def _strangers(label: str, marks: list[Mark]) -> str:
    """Say that marks have a label that is no role."""
    values = list(dict.fromkeys(value for mark in marks for value in _values(mark)))
    label = label + (f" ({', '.join(values[:SHOWN])}{', ...' if values[SHOWN:] else ''})" if values else "")
    whose = f"{marks[0].name} and {len(marks) - 1} more: their" if marks[1:] else f"{marks[0].name}: its"
    return f"{whose} label is {label or 'missing'}, not content, source or cue."


def _ties(links: Iterable[tuple[str, str]], roles: dict[str, str], left: list[str]) -> dict[str, set[str]]:
    """Return the contents that relations tie each source and cue to, by name; add to `left` what other relations there are."""
    tied = defaultdict(set)
    for pair in links:
        ends = sorted((name for name in pair if name in roles), key=lambda name: roles[name] == "content")
        if [roles[name] == "content" for name in ends] == [False, True]:
            tied[ends[0]].add(ends[1])
        elif ends:
            left.append(f"{pair[0]} to {pair[1]}: this relation ties no source or cue to a content.")
    return tied


def _rows(taken: list[_Taken], tied: dict[str, set[str]], quoted: Quoted, left: list[str]) -> list[dict]:
    """Return the rows; add to `left` what could not be taken."""
    contents = sorted((each for each in taken if each.role == "content"), key=lambda each: each.parts)
    rows, labels = [], _labels()
    for number, content in enumerate(contents, start=1):
        words = _quotation(content.parts, quoted, paragraph=content.paragraph)
        if words is None:
            left.append(f"{content.mark.name}: its words occur too often in the paragraph to be quoted.")
            continue
        row = {"claim_id": f"c{number:03}", "paragraph": content.paragraph, "quote": words}
        rows.append((content, row | _cells(content.mark, labels, left)))
    for each in (each for each in taken if each.role != "content"):
        name, claim = each.mark.name, each.mark.claim
        if name in tied or claim:
            own = [pair for pair in rows if pair[0].mark.name in tied[name] or claim == pair[0].mark.claim != ""]
            if not own:
                left.append(f"{name}: the claim to which this {each.role} belongs was not taken.")
        else:
            own = [pair for pair in rows if pair[0].paragraph == each.paragraph]
            if len(own) != 1:
                which = f"to which of {len(own)} claims" if own else "to which claim"
                left.append(f"{name}: nothing says {which} this {each.role} belongs.")
                continue
        for content, row in own:
            words = _quotation(each.parts, quoted, near=content.parts)
            if words is None:
                left.append(f"{name}: its words occur too often in the paragraph to be quoted.")
            elif row.setdefault(f"{each.role}_quote", words) != words:
                left.append(f"{name}: {content.mark.name} has another {each.role} already.")
    return [row for _, row in rows]


def _cells(mark: Mark, labels: dict[str, list[str]], left: list[str]) -> dict[str, str]:
    """Return the cells that attributes fill in; add to `left` those that are no labels."""
    cells = {}
    for attribute, value in mark.attributes.items():
        column = _plain(attribute)
        if column in GISTS:
            cells["gist"] = value
        elif _plain(value) in labels.get(column, ()):
            cells[column] = _plain(value)
        elif _plain(value) not in ROLES:
            left.append(f"{mark.name}: {attribute} {value} is not a label of the codebook.")
    return cells


def _labels() -> dict[str, list[str]]:
    """Return the labels of each column of claims that has a list of them."""
    fields = resource_of(read_package(find("practice")), "claims")["schema"]["fields"]
    return {each["name"]: vocabulary(each) for each in fields if vocabulary(each)}


def _quotation(parts: list[Part], quoted: Quoted, **options: object) -> str | None:
    """Return words with which `Quoted.find` finds these parts; None if there are none."""
    first, *rest = (quoted.paragraphs[number][start:end] for number, start, end in parts)
    for which in ["", *(f"#{number}" for number in range(1, MOST + 1))]:
        words = " [...] ".join([first + which, *rest])
        try:
            if quoted.find(words, **options) == parts:
                return words
        except QuoteError:
            continue
    return None
