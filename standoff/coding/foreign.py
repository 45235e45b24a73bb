"""Make a new case of marks from other tools: W3C Web Annotations (Recogito, Hypothesis, this project's own) and brat.

A mark is taken if it says that it is a content (or claim), a source or a cue: by a tag in W3C annotations, by its type in
brat. Sources and cues go to the content that a relation ties them to, else to the only content of their paragraph. What
cannot be taken is named. The marks become quotations in the sheets of the case, where its author goes on.

Formats: https://www.w3.org/TR/annotation-model/, https://h.readthedocs.io/en/latest/api-reference/v1/,
https://brat.nlplab.org/standoff.html
"""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..case import find
from ..files import csv_text, write_atomically
from ..problems import CaseError
from ..quotes import Part, Quoted, QuoteError
from ..schema import read_package, resource_of, vocabulary
from ..text import TextError, digest, paragraphs, read_file, read_text
from . import sheets
from .anchor import anchor
from .new import new, read_article

ROLES = {"content": "content", "claim": "content", "source": "source", "cue": "cue"}
OWN = re.compile(
    r"(c\d{3,}), (content|source|cue) of a claim(?:: [^;]*; [^;]*; [^;]*; (.*))?"
)  # a body of this project's own export
MOST = 9  # the times that words stand in a text, up to which one of them is named by its number


@dataclass
class Mark:
    """A mark: its name in the file; its role; what it marks, in places of the text; cells of the claim; its claim's key."""

    name: str
    role: str
    parts: list[Part]
    cells: dict[str, str] = field(default_factory=dict)
    claim: str = ""


@dataclass(frozen=True)
class Brought:
    """What came in: the folder of the new case, the number of claims, and what could not be taken, as sentences."""

    folder: Path
    claims: int
    left: list[str]


class _Text:
    """A text as other tools count in it, and where that is in canonical paragraphs."""

    def __init__(self, raw: str, name: str) -> None:
        if unicodedata.normalize("NFC", raw) != raw:
            raise TextError(f"{name} is not in the Unicode form NFC, so places cannot be counted: save it as NFC.")
        self.raw, self.blocks = raw, paragraphs(raw)
        self.at = {}  # by place in the raw text, of what is no space: (paragraph, place)
        number, place, following = 1, -1, None
        for match in re.finditer(r"\S+", raw):
            if following is not None and re.search(r"\n\s*\n", raw[following : match.start()].replace("\r\n", "\n")):
                number, place = number + 1, -1
            for index in range(match.start(), match.end()):
                place += 1
                self.at[index] = number, place
            place, following = place + 1, match.end()

    def part(self, start: int, end: int) -> Part:
        """Return a stretch of the raw text as a part of a span. Raises ValueError in words."""
        inside = [index for index in range(max(start, 0), min(end, len(self.raw))) if index in self.at]
        if not inside:
            raise ValueError("it marks no words of the text")
        (first, begin), (last, stop) = self.at[inside[0]], self.at[inside[-1]]
        if first != last:
            raise ValueError("it runs past the end of a paragraph")
        return first, begin, stop + 1


def bring(name: str, text: str | Path, marks: str | Path) -> Brought:
    """Make the case data/<name> of a text and a file of marks (.ann, or JSON). Raises CaseError, TextError."""
    path, raw = Path(marks), _Text(read_text(text), Path(text).name)
    if read_article(text) != raw.blocks:
        raise TextError(f"{Path(text).name} has paragraphs without a blank line between them: put one there.")
    content = read_file(path)
    read = _brat if path.suffix == ".ann" else _annotations
    found, links, left = read(content, raw, path.name)
    if not any(mark.role == "content" for mark in found):
        remedy = "tag the words of claims with content, their sources with source, and the attributing words with cue"
        raise CaseError("no mark in it is the content of a claim", remedy, file=path.name)
    folder = new(name, text)
    rows, more = _rows(found, links, Quoted(raw.blocks))
    _fill_in(folder, rows)
    anchor(folder)
    return Brought(folder, len(rows), left + more)


# ---- brat ----


def _brat(content: str, text: _Text, file: str) -> tuple[list[Mark], list[tuple[str, str]], list[str]]:
    marks, links, left = {}, [], []
    labels = _labels()
    for line in content.splitlines():
        name, _, rest = line.partition("\t")
        words = rest.partition("\t")[0].split()
        if name.startswith("T") and words:
            role, places = ROLES.get(words[0].lower()), re.findall(r"(\d+) (\d+)", rest.partition("\t")[0])
            try:
                if not role:
                    raise ValueError(f"its type is {words[0]}")
                marks[name] = Mark(name, role, [text.part(int(start), int(end)) for start, end in places])
            except ValueError as error:
                left.append(f"{name}: {error}.")
        elif name.startswith("R"):
            arguments = re.findall(r"Arg[12]:(\S+)", rest)
            if len(arguments) == 2:
                links.append(tuple(arguments))
        elif name.startswith(("A", "M")) and len(words) == 3 and words[1] in marks:
            column, value = words[0].lower(), words[2]
            if value in labels.get(column, ()):
                marks[words[1]].cells[column] = value
            else:
                left.append(f"{name}: {words[0]} {value} is no label of the codebook.")
        elif name.startswith("#") and len(words) == 2 and words[1] in marks:
            marks[words[1]].cells["gist"] = rest.partition("\t")[2]
        elif line.strip():
            left.append(f"{name}: events, equivalences and normalisations are not read.")
    return list(marks.values()), links, left


# ---- W3C Web Annotations ----


def _annotations(content: str, text: _Text, file: str) -> tuple[list[Mark], list[tuple[str, str]], list[str]]:
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        remedy = "give W3C annotations as JSON, or a file of brat (.ann)"
        raise CaseError("it is not a file of annotations", remedy, file=file) from error
    if isinstance(data, dict):
        first = data.get("first")
        data = (
            data.get("items") or data.get("rows") or (first.get("items") if isinstance(first, dict) else None) or [data]
        )
    marks, left = [], []
    for number, item in enumerate(data if isinstance(data, list) else [], start=1):
        name = str(item.get("id", number)).rpartition("/")[2] if isinstance(item, dict) else str(number)
        try:
            marks += _annotation(item, name, text)
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            reason = error if type(error) is ValueError else "it does not follow the standard"
            left.append(f"{name}: {reason}.")
    return marks, [], left


def _annotation(item: dict, name: str, text: _Text) -> Iterator[Mark]:
    bodies = [body if isinstance(body, dict) else {"value": body} for body in _listed(item.get("body"))]
    values = [str(body.get("value", "")) for body in bodies]
    parts = [_place(target, text) for target in _listed(item["target"])]
    if own := [match for value in values if (match := OWN.fullmatch(value))]:
        for match in own:
            yield Mark(name, match[2], parts, {"gist": match[3]} if match[3] else {}, match[1])
        return
    words = [*values, *map(str, _listed(item.get("tags")))]
    roles = [ROLES[word.strip().lower()] for word in words if word.strip().lower() in ROLES]
    if not roles:
        raise ValueError("no tag says that it is content, source or cue")
    notes = [str(item.get("text") or ""), *values]
    gist = next((note for note in notes if note and note.strip().lower() not in ROLES), "")
    yield Mark(name, roles[0], parts, {"gist": gist} if gist else {})


def _place(target: dict, text: _Text) -> Part:
    """Return the part of the text that a target points to: by its quotation where it has one, else by its position."""
    selectors = {selector.get("type"): selector for selector in _listed(target.get("selector"))}
    position, quotation = selectors.get("TextPositionSelector"), selectors.get("TextQuoteSelector")
    source = str(target.get("source", ""))
    if source.startswith("urn:sha256:") and position:
        for number, block in enumerate(text.blocks, start=1):
            if digest(block) == source.rpartition(":")[2] and 0 <= position["start"] < position["end"] <= len(block):
                return number, position["start"], position["end"]
        raise ValueError("its paragraph is not in this text")
    if quotation:
        exact = quotation["exact"]
        prefix, suffix = quotation.get("prefix") or "", quotation.get("suffix") or ""
        if position and text.raw[position["start"] : position["end"]] == exact:
            return text.part(position["start"], position["end"])
        for before, after in ((prefix, suffix), (prefix[-10:], suffix[:10]), ("", "")):
            pattern = r"\s*".join((_pattern(before), f"({_pattern(exact)})", _pattern(after)))
            if len(places := [*re.finditer(pattern, text.raw)]) == 1:
                return text.part(*places[0].span(1))
        raise ValueError("its words are not in the text, or occur more than once")
    if position:
        return text.part(position["start"], position["end"])
    raise ValueError("it has neither a quotation nor a position")


def _pattern(words: str) -> str:
    """Return a pattern of words in which any white space stands for any other."""
    return r"\s+".join(map(re.escape, words.split()))


def _listed(value: object) -> list:
    return value if isinstance(value, list) else [] if value is None else [value]


# ---- claims ----


def _labels() -> dict[str, list[str]]:
    """Return the labels of each column of claims that has a list of them."""
    fields = resource_of(read_package(find("practice")), "claims")["schema"]["fields"]
    return {each["name"]: vocabulary(each) for each in fields if vocabulary(each)}


def _rows(marks: list[Mark], links: Iterable[tuple[str, str]], quoted: Quoted) -> tuple[list[dict], list[str]]:
    """Return the rows of the sheet claims that marks make, and what could not be taken."""
    contents = sorted((mark for mark in marks if mark.role == "content"), key=lambda mark: mark.parts)
    tied = {frozenset(pair) for pair in links}
    rows, left = [], []
    for number, content in enumerate(contents, start=1):
        words = _quotation(content.parts, quoted, paragraph=content.parts[0][0])
        if words is None:
            left.append(f"{content.name}: its words occur too often in the paragraph to be quoted.")
            continue
        row = {"claim_id": f"c{number:03}", "paragraph": content.parts[0][0], "quote": words, **content.cells}
        rows.append((content, row))
    for mark in (mark for mark in marks if mark.role != "content"):
        own = [
            pair for pair in rows if frozenset((mark.name, pair[0].name)) in tied or mark.claim == pair[0].claim != ""
        ]
        own = own or [pair for pair in rows if pair[0].parts[0][0] == mark.parts[0][0] and not mark.claim]
        is_tied = any(frozenset((mark.name, pair[0].name)) in tied for pair in own) or mark.claim
        if not own or len(own) > 1 and not is_tied:
            left.append(f"{mark.name}: nothing says to which of {len(own)} claims this {mark.role} belongs.")
            continue
        for content, row in own:
            words = _quotation(mark.parts, quoted, near=content.parts)
            if words is None:
                left.append(f"{mark.name}: its words occur too often in the paragraph to be quoted.")
            else:
                row[f"{mark.role}_quote"] = words
    return [row for _, row in rows], left


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


def _fill_in(folder: Path, rows: list[dict]) -> None:
    path = folder / sheets.FOLDER / "claims.csv"
    header, *hints = csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")))
    lines = [[str(row.get(column, "")) for column in header] for row in rows]
    write_atomically(path, csv_text([header, *hints, *lines]), "utf-8-sig")
