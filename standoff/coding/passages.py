"""Make the tables of witnesses: from their texts, and from passages given by quotation, to positions and hashes."""

import re
from pathlib import Path

from .. import schema
from ..case import find, read_table
from ..files import csv_text, write_atomically
from ..problems import CaseError, Problem, Row
from ..quotes import Quoted, QuoteError
from ..text import digest, paragraphs, read_text, short_digest
from .sheets import read_sheet

MARKS = ["passage_id", "witness_id", "paragraph", "quote", "quote2"]  # of the sheet; then the labels of the passage
POSITION = ["passage_id", "part", "witness_id", "paragraph", "start", "end", "sha256_16"]  # of the table


def anchor_passages(name_or_path: str | Path, texts: str | Path, sheet: str | Path) -> list[Problem]:
    """Write the tables paragraphs and passages of a folder of witnesses, and the length and hash of each witness.

    texts  folder of the texts, each as <witness_id>.txt; a witness without one keeps what its row says
    sheet  CSV file with a row for each passage: passage_id, witness_id, paragraph (may be empty), quote (its words; [...]
           where other words interrupt them), quote2 (of a second part; looked for near the first), then the other
           columns of the table passages. `standoff check` judges these labels, once they are in the table.

    Returns what keeps rows of the sheet from the table; if anything does, no table is written. Raises CaseError,
    TextError.
    """
    folder, sheet = find(name_or_path), Path(sheet)
    package = schema.read_package(folder)
    resources = {name: schema.resource_of(package, name) for name in ("witnesses", "paragraphs", "passages")}
    witnesses = read_table(folder, resources["witnesses"])
    files = {row["witness_id"]: Path(texts) / f"{row['witness_id']}.txt" for row in witnesses}
    read = {name: paragraphs(read_text(path)) for name, path in files.items() if path.is_file()}
    if not read:
        remedy = "save each text in it under the identifier of its witness, such as remarks-biden.txt"
        raise CaseError("this folder has no text of a witness", remedy, file=str(texts))
    for row in witnesses:
        if blocks := read.get(row["witness_id"]):
            row |= {"n_words": sum(len(block.split()) for block in blocks), "sha256": digest("\n\n".join(blocks))}

    labels = [column for column in schema.columns_of(resources["passages"]) if column not in POSITION]
    rows, problems = read_sheet(sheet, sheet.name, MARKS + labels)
    quoted = {name: Quoted(blocks) for name, blocks in read.items()}
    found = []  # by where it begins: the parts of each passage, as rows of the table
    for row in rows:
        try:
            parts = _parts(row, quoted)
        except QuoteError as error:
            problems.append(row.wrong("quote", error.message, error.remedy))
            continue
        text = quoted[row["witness_id"]].paragraphs
        lines = [
            row | {"part": part, "paragraph": number, "start": start, "end": end}
            | {"sha256_16": short_digest(text[number][start:end])}
            for part, (number, start, end) in enumerate(parts, start=1)
        ]  # fmt: skip
        found.append((list(read).index(row["witness_id"]), parts, lines))
    if problems:
        return problems
    tables = {
        "witnesses": witnesses,
        "paragraphs": [
            {"witness_id": name, "paragraph": number, "n_chars": len(block), "sha256": digest(block)}
            for name, blocks in read.items()
            for number, block in enumerate(blocks, start=1)
        ],
        "passages": [line for _, _, lines in sorted(found, key=lambda each: each[:2]) for line in lines],
    }
    for name, lines in tables.items():
        columns = schema.columns_of(resources[name])
        text = csv_text([columns, *([line[column] for column in columns] for line in lines)])
        write_atomically(folder / resources[name]["path"], text)
    return []


def _parts(row: Row, quoted: dict[str, Quoted]) -> list[tuple[int, int, int]]:
    """Find the words of a passage: (paragraph, start, end) of each part, in order. Raises QuoteError."""
    if row["witness_id"] not in quoted:
        remedy = f"write one of {', '.join(quoted)}, or add the text"
        raise QuoteError(f"there is no text of the witness {row['witness_id']!r}", remedy)
    if not re.fullmatch("[0-9]{0,6}", row["paragraph"]) or not row["quote"]:
        raise QuoteError("the quotation or its paragraph number is missing", "write both, the number in digits")
    text = quoted[row["witness_id"]]
    parts = text.find(row["quote"], int(row["paragraph"] or 0) or None)
    return parts + text.find(row["quote2"], near=parts) if row["quote2"] else parts
