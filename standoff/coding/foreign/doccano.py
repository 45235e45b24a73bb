"""Read doccano's JSONL: a text on each line, whose spans have one label each, with relations if the project has any.

Places count units of UTF-16, unless the project counts what looks like one character as one. The file does not say so: a
warning does, where it makes a difference.
Format: https://doccano.github.io/doccano/tutorial/ and the export of doccano 1.8 (backend/data_export)
"""

import warnings

from ...problems import CaseError
from .marks import Mark, Marks, Text, reading, stretch

SPANS = ("label", "labels", "entities")


def fits(first: dict) -> bool:
    """Tell whether an object is a line of doccano."""
    return isinstance(first.get("text"), str) and any(isinstance(first.get(key), list) for key in SPANS)


def read(data: list | dict, text: Text, file: str) -> Marks:
    """Read marks and relations; lines of other texts are set aside. Raises CaseError if a line is not as it should be."""
    found, has_emoji = Marks(), False
    for row, record in enumerate(data if isinstance(data, list) else [data], start=1):
        if record is None:  # an empty line
            continue
        with reading("the line", file, row):
            pairs, entities = record.get("label") or record.get("labels") or [], record.get("entities") or []
            if not pairs and not entities:
                continue
            try:
                copy = text.copy(record["text"], True, file, row, is_part=True)
            except CaseError as error:
                found.other.append(error)
                continue
            has_emoji = has_emoji or max(copy.raw) > "\uffff"
            for number, (start, end, label) in enumerate(pairs, start=1):
                found.marks.append(Mark(f"{row}.{number}", [str(label)], copy, [stretch(start, end)], row=row))
            for each in entities:
                place = stretch(each["start_offset"], each["end_offset"])
                found.marks.append(Mark(str(each["id"]), [str(each["label"])], copy, [place], row=row))
            found.links += [(str(each["from_id"]), str(each["to_id"])) for each in record.get("relations") or []]
            if record.get("Comments"):
                found.left.append(f"line {row}: comments are not read.")
    if has_emoji:
        counting = "an emoji was counted as two characters, as doccano does unless a project counts grapheme clusters"
        warnings.warn(f"{file}: {counting}: look whether the words are the right ones.", UnicodeWarning, stacklevel=2)
    return found
