"""Read UIMA CAS JSON from INCEpTION: annotations in any layer, the relations between them, and what is in their slots.

What a mark is, is told by the value of a feature, else by its layer. Places count units of UTF-16.
Format: https://github.com/apache/uima-uimaj-io-jsoncas/blob/main/SPECIFICATION.adoc (0.4.0)
"""

from collections.abc import Iterator

from ...problems import CaseError
from .marks import Mark, Marks, Text, reading, stretch

STRUCTURES = "%FEATURE_STRUCTURES"
NO_LAYERS = ("uima.", ".segmentation.type.", ".metadata.type.", ".clarin.webanno.api.type.")  # tokens, for one
ENDS = "Governor", "Dependent"  # of a relation


def fits(first: dict) -> bool:
    """Tell whether an object is a CAS."""
    return STRUCTURES in first


def read(data: dict, text: Text, file: str) -> Marks:
    """Read marks and relations of the first view that has a text. Raises CaseError if the file is not as it should be."""
    found = Marks()
    with reading(f"{STRUCTURES}", file):
        structures = {each["%ID"]: each for each in data[STRUCTURES]}
        views = [each for each in structures.values() if isinstance(each.get("sofaString"), str)]
    if not views:
        raise CaseError("it holds no text", "export it again, as UIMA CAS JSON", file=file)
    copy = text.copy(views[0]["sofaString"], True, file)
    for number, each in structures.items():
        with reading(f"the feature structure {number}", file):
            kind = each["%TYPE"]
            if each.get("@sofa") != views[0]["%ID"] or "begin" not in each or any(part in kind for part in NO_LAYERS):
                continue
            refers = {key[1:]: value for key, value in each.items() if key.startswith("@") and key != "@sofa"}
            if refers.keys() >= {*ENDS}:
                found.links.append(tuple(str(refers[end]) for end in ENDS))
                continue
            place = stretch(each["begin"], each["end"])
            features = {
                key: str(value)
                for key, value in each.items()
                if key[0] not in "%@^" and key not in ("begin", "end") and value
            }
            found.marks.append(Mark(str(number), [kind.rpartition(".")[2]], copy, [place], features))
            found.links += [
                (str(number), str(other)) for value in refers.values() for other in _targets(value, structures)
            ]
    return found


def _targets(number: int, structures: dict[int, dict]) -> Iterator[int]:
    """Yield the annotations that a reference leads to: itself, or by way of an array or of the link of a slot."""
    each = structures.get(number, {})
    if "%ELEMENTS" in each:
        for element in each["%ELEMENTS"]:
            yield from _targets(element, structures)
    elif "@target" in each:
        yield each["@target"]
    elif "begin" in each:
        yield number
