"""Read WebAnno TSV 3 from INCEpTION: spans in any layer, the relations between them, and what is in their slots.

What a mark is, is told by the value of a feature, else by its layer. Places count units of UTF-16. White space between
sentences is not in the file. Chains are not read.
Format: https://inception-project.github.io/releases/36.0/docs/user-guide.html#sect_webannotsv
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...problems import CaseError
from .marks import Mark, Marks, Text, reading

HEAD = "#FORMAT=WebAnno TSV 3."
NUMBERED = re.compile(r"(.*?)(?:\[([\d_]+)\])?", re.DOTALL)  # a value or a unit, and a number of its annotation
CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "b": "\b"}


@dataclass(frozen=True)
class _Layer:
    """A layer: its kind (SP, CH or RL), its short name, its columns, and where in a row they begin."""

    kind: str
    name: str
    columns: list[str]
    first: int


@dataclass(frozen=True)
class _Row:
    """A token or a part of one: the number of its line, what the file calls it, where it is, and the cells of its line."""

    number: int
    unit: str
    start: int
    end: int
    cells: list[str]

    def of(self, layer: _Layer) -> list[list[str]]:
        """Return the cells of a layer, each as one value for each annotation; no values if there is none."""
        cells = self.cells[layer.first : layer.first + len(layer.columns)]
        return [_split(cell, "|") if any(each != "_" for each in cells) else [] for cell in cells]


def fits(content: str) -> bool:
    """Tell whether a file is one of WebAnno."""
    return content.startswith(("#FORMAT=", "#T_SP="))


def read(content: str, text: Text, file: str) -> Marks:
    """Read marks and relations. Raises CaseError if the file is not whole, of another version, or on another text."""
    lines = content.split("\n")
    if not lines[0].startswith(HEAD):
        raise CaseError(f"it does not begin with {HEAD}", "export it again as WebAnno TSV 3.3", file=file, row=1)
    layers, rows, raw = _parts(lines, file)
    copy = text.copy(raw, True, file)
    found, marks, names = Marks(), {}, {}  # names by the numbers of annotations, and by units and layers
    for row in rows:
        with reading(f"the row {row.unit}", file, row.number):
            for layer in layers:
                for number, values in _annotations(layer, row):
                    name = f"{layer.name}[{number}]" if number else f"{layer.name} {row.unit}"
                    names[number or (row.unit, layer.name)] = name
                    mark = marks.setdefault(
                        name, Mark(name, [layer.name], copy, [(row.start, row.end)], values, row=row.number)
                    )
                    mark.stretches = [(mark.stretches[0][0], max(mark.stretches[0][1], row.end))]
    for row in rows:
        with reading(f"the row {row.unit}", file, row.number):
            ends = [pair for layer in layers for pair in _links(layer, row)]
            # Those of relations between words, in which nothing is marked, have no names.
            found.links += [(names[one], names[other]) for one, other in ends if one in names and other in names]
    found.links = list(dict.fromkeys(found.links))  # slots are repeated with each word of their span
    found.marks = list(marks.values())
    found.left = [f"{layer.name}: chains are not read." for layer in layers if layer.kind == "CH"]
    return found


def _parts(lines: list[str], file: str) -> tuple[list[_Layer], list[_Row], str]:
    """Return the layers, the rows, and the text, in which spaces stand for what is between sentences."""
    layers, rows, pieces, sentence = [], [], [], []
    width, length, number = 3, 0, 0  # columns; units of UTF-16
    for number, line in enumerate((line.removesuffix("\r") for line in lines), start=1):
        if line.startswith("#T_"):
            name, *columns = line[6:].split("|")
            layers.append(_Layer(line[3:5], _short(name), columns or [""], width))
            width += len(layers[-1].columns)
        elif line.startswith("#Text="):
            sentence.append(_plain(line[6:]))
        elif line and not line.startswith("#"):
            unit, _, rest = line.partition("\t")
            with reading(f"the row {unit}", file, number):
                row = _Row(
                    number, unit, *map(int, rest.partition("\t")[0].split("-")), line.removesuffix("\t").split("\t")
                )
                if sentence:
                    pieces += [" " * (row.start - length), "\n".join(sentence)]
                    length = row.start + _units(pieces[-1])
                    sentence = []
                if row.end > length or row.end < row.start or len(row.cells) != width:
                    raise ValueError
                rows.append(row)
    if sentence or not rows or max(row.end for row in rows) < length - _units(pieces[-1]) + _units(pieces[-1].rstrip()):
        raise CaseError("it breaks off before the end of a sentence", "export it again", file=file, row=number)
    return layers, rows, "".join(pieces)


def _annotations(layer: _Layer, row: _Row) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the annotations of a layer of spans on a row: the number of each, if it has one, and its features."""
    if layer.kind != "SP":
        return
    for values in zip(*row.of(layer), strict=True):
        pairs = [NUMBERED.fullmatch(value).groups("") for value in values]
        features = {
            column: _plain(value)
            for at, (column, (value, _)) in enumerate(zip(layer.columns, pairs))
            if value not in ("*", "_")
            and not column.startswith("ROLE_")
            and not layer.columns[at - 1].startswith("ROLE_")
        }
        yield pairs[0][1], features


def _links(layer: _Layer, row: _Row) -> Iterator[tuple[object, object]]:
    """Yield the ends of relations and of slots, each as the number of an annotation, or as a unit and a layer."""
    cells = row.of(layer)
    if layer.kind == "RL":
        for value in cells[-1]:
            unit, numbers = NUMBERED.fullmatch(value).groups("0_0")
            source, target = numbers.split("_")
            base = _short(layer.columns[-1].removeprefix("BT_"))
            yield _end(source, unit, base), _end(target, row.unit, base)
    elif layer.kind == "SP":
        for at, column in enumerate(layer.columns):
            if column.startswith("ROLE_"):
                for host, targets in zip(cells[0], cells[at + 1], strict=True):
                    number = NUMBERED.fullmatch(host)[2]
                    for target in _split(targets, ";") if targets not in ("*", "_") else ():
                        unit, other = NUMBERED.fullmatch(target).groups("0")
                        yield _end(number, row.unit, layer.name), _end(other, unit, _short(layer.columns[at + 1]))


def _end(number: str | None, unit: str, layer: str) -> object:
    return number if number not in (None, "0") else (unit, layer)


def _split(cell: str, sign: str) -> list[str]:
    """Split a cell at a sign where no backslash takes away its meaning."""
    return re.findall(rf"(?:\\.|[^\\{re.escape(sign)}])+", cell, re.DOTALL)


def _plain(words: str) -> str:
    return re.sub(r"\\(.)", lambda match: CONTROLS.get(match[1], match[1]), words)


def _short(layer: str) -> str:
    return layer.rpartition(".")[2]


def _units(words: str) -> int:
    """Return the length of words in units of UTF-16."""
    return len(words) + sum(character > "\uffff" for character in words)
