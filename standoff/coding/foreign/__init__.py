"""Make a new case from a text and from marks that were made with another tool.

A mark is taken if a label says that it is a content (or claim), a source or a cue: a tag, a type, a layer or the value of
a feature. Sources and cues go to the content that a relation ties them to, else to the only content of their paragraph.
What cannot be taken is named. The marks become quotations in the sheets of the case, where its author goes on.

Each format has a module that reads it into `marks.Marks`; `claims` makes rows of that, whatever the format was.
"""

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path

from ...files import csv_text, write_atomically
from ...problems import CaseError
from ...quotes import Quoted
from ...text import DAMAGE, TextError, read_file, read_text
from .. import sheets
from ..anchor import anchor
from ..new import new, read_article
from . import brat, cas, doccano, labelstudio, w3c, webanno
from .claims import rows_of
from .marks import Marks, Text

FORMATS = (
    "W3C Web Annotations (JSON of Recogito or Hypothesis), brat (.ann), WebAnno TSV 3 or UIMA CAS JSON (both of INCEpTION), "
    "doccano (JSONL), Label Studio (JSON)"
)


@dataclass(frozen=True)
class Brought:
    """What came in: the folder of the new case, the number of claims, and what could not be taken, as sentences."""

    folder: Path
    claims: int
    left: list[str]


def bring(name: str, text: str | Path, marks: str | Path) -> Brought:
    """Make the case data/<name> of a text and a file of marks in one of FORMATS. Raises CaseError, TextError."""
    blocks = read_article(text)
    whole, file = Text(read_text(text), blocks, Path(text).name), Path(marks).name
    rows, left = rows_of(_read(_content(Path(marks)), whole, file), Quoted(blocks), file)
    folder = new(name, text)
    _fill_in(folder, rows)
    anchor(folder)
    return Brought(folder, len(rows), left)


def _content(path: Path) -> str:
    try:
        content = read_file(path)
    except TextError as error:
        raise CaseError(
            f"it cannot be read ({error})", "give the file as the tool exported it", file=path.name
        ) from error
    if lost := DAMAGE.search(content):
        row = content.count("\n", 0, lost.start()) + 1
        raise CaseError(
            "a wrong encoding has spoilt its characters", "export it again as UTF-8", file=path.name, row=row
        )
    return content


def _read(content: str, text: Text, file: str) -> Marks:
    """Read a file of marks in the format that its content shows."""
    for plain in (webanno, brat):
        if plain.fits(content):
            return plain.read(content, text, file)
    data = _json(content, file)
    first = next((each for each in (data if isinstance(data, list) else [data]) if isinstance(each, dict)), {})
    for keyed in (cas, labelstudio, doccano, w3c):
        if keyed.fits(first):
            return keyed.read(data, text, file)
    raise CaseError("it is not a file of annotations that can be read", f"give one of {FORMATS}", file=file)


def _json(content: str, file: str) -> object:
    """Return JSON, or a list of what stands on each line, None where nothing does."""
    row = None
    try:
        return json.loads(content)
    except json.JSONDecodeError as error:
        row = error.lineno
        if error.msg == "Extra data":
            lines = enumerate(content.split("\n"), start=1)
            return [_line(line, file, row) if line.strip() else None for row, line in lines]
    except (RecursionError, ValueError):
        pass
    raise _damaged(file, row)


def _line(line: str, file: str, row: int) -> object:
    try:
        return json.loads(line)
    except (RecursionError, ValueError) as error:
        raise _damaged(file, row) from error


def _damaged(file: str, row: int | None) -> CaseError:
    message = "it is not a file of annotations that can be read: it is not JSON, breaks off or is damaged here"
    return CaseError(message, f"export it again, as one of {FORMATS}", file=file, row=row)


def _fill_in(folder: Path, rows: list[dict]) -> None:
    path = folder / sheets.FOLDER / "claims.csv"
    header, *hints = csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")))
    lines = [[str(row.get(column, "")) for column in header] for row in rows]
    write_atomically(path, csv_text([header, *hints, *lines]), "utf-8-sig")
