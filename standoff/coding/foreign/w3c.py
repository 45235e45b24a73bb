"""Read W3C Web Annotations, as Recogito, Hypothesis and this project write them: the tags of a mark say what it is.

Places count code points; a quotation goes before a place, which some tools count in the web page and not in the text.
Formats: https://www.w3.org/TR/annotation-model/, https://h.readthedocs.io/en/latest/api-reference/v1/
"""

import re
from collections.abc import Iterator

from ...text import digest
from .marks import ROLES, Copy, Mark, Marks, Stretch, Text, stretch

OWN = re.compile(
    r"(c\d{3,}), (content|source|cue) of a claim(?:: [^;]*; [^;]*; [^;]*; (.*))?"
)  # a body of this project's own export


def fits(first: dict) -> bool:
    """Tell whether an object is an annotation, a page or a collection of them, or an answer of Hypothesis."""
    return bool({"target", "items", "first", "rows"} & first.keys())


def read(data: list | dict, text: Text, file: str) -> Marks:
    """Read marks; an annotation that is not written as the standard says is named and left out."""
    if isinstance(data, dict):
        first = data.get("first")
        data = (
            data.get("items") or data.get("rows") or (first.get("items") if isinstance(first, dict) else None) or [data]
        )
    found = Marks()
    for number, item in enumerate(data if isinstance(data, list) else [], start=1):
        name = str(item.get("id", number)).rpartition("/")[2] if isinstance(item, dict) else str(number)
        try:
            found.marks += _annotation(item, name, text)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            reason = error if type(error) is ValueError else "it does not follow the standard"
            found.left.append(f"{name}: {reason}.")
    return found


def _annotation(item: dict, name: str, text: Text) -> Iterator[Mark]:
    bodies = [body if isinstance(body, dict) else {"value": body} for body in _listed(item.get("body"))]
    values = [str(body.get("value", "")) for body in bodies]
    places = [_place(target, text) for target in _listed(item["target"])]
    copy, stretches = places[0][0], [stretch for _, stretch in places]
    if own := [match for value in values if (match := OWN.fullmatch(value))]:
        for match in own:
            gist = {"gist": match[3]} if match[3] else {}
            yield Mark(f"{name} ({match[1]})", [match[2]], copy, stretches, gist, claim=match[1])
        return
    tags = [value for value, body in zip(values, bodies) if body.get("purpose") != "commenting"]
    notes = [value for value, body in zip(values, bodies) if body.get("purpose") != "tagging"]
    notes = [note for note in (item.get("text"), *notes) if note and note.strip().lower() not in ROLES]
    labels = [*tags, *map(str, _listed(item.get("tags")))]
    yield Mark(name, labels, copy, stretches, {"gist": notes[0]} if notes else {})


def _place(target: dict, text: Text) -> tuple[Copy, Stretch]:
    """Return the copy and the stretch that a target points to: by its quotation where it has one, else by its position."""
    selectors = {selector.get("type"): selector for selector in _listed(target.get("selector"))}
    position, quotation = selectors.get("TextPositionSelector"), selectors.get("TextQuoteSelector")
    source = str(target.get("source", ""))
    if source.startswith("urn:sha256:") and position:
        for number, block in enumerate(text.blocks, start=1):
            if digest(block) == source.rpartition(":")[2]:
                return text.paragraph(number), stretch(position["start"], position["end"])
        raise ValueError("its paragraph is not in this text")
    if quotation:
        exact = quotation["exact"]
        prefix, suffix = quotation.get("prefix") or "", quotation.get("suffix") or ""
        if position and text.raw[position["start"] : position["end"]] == exact:
            return text, stretch(position["start"], position["end"])
        for before, after in ((prefix, suffix), (prefix[-10:], suffix[:10]), ("", "")):
            pattern = r"\s*".join((_pattern(before), f"({_pattern(exact)})", _pattern(after)))
            if len(places := [*re.finditer(pattern, text.raw)]) == 1:
                return text, places[0].span(1)
        raise ValueError("its words are not in the text, or occur more than once")
    if position:
        return text, stretch(position["start"], position["end"])
    raise ValueError("it has neither a quotation nor a position")


def _pattern(words: str) -> str:
    """Return a pattern of words in which any white space stands for any other."""
    return r"\s+".join(map(re.escape, words.split()))


def _listed(value: object) -> list:
    return value if isinstance(value, list) else [] if value is None else [value]
