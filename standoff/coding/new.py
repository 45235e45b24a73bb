"""Make a new case: its folder, from a text."""

import datetime
import re
import tempfile
import warnings
from itertools import groupby
from pathlib import Path

from ..case import find
from ..files import csv_text, write_atomically
from ..problems import CaseError
from ..schema import DESCRIPTOR, columns_of, descriptor_text, field_of, read_package, resource_of
from ..text import MAX_BYTES, TextError, count_damage, oddities, paragraphs, read_text
from . import sheets
from .anchor import anchor
from .metadata import ENTRIES, wrong

DATASHEET = "DATASHEET.md"
LINE = 90  # characters; lines that a program or a page broke are shorter
RESERVED = re.compile(
    "con|prn|aux|nul|com[0-9]|lpt[0-9]"
)  # what Windows takes for a device, and nobody else can pass on
UNANSWERED = "(not answered yet)"
QUESTIONS = [
    "Which text is this, where was it found, and why was it chosen?",
    "Who coded it, with what training or tools, how often, and who decided when readings differed?",
    "What was done to the text before it was coded?",
    "Which people are in the data, and could a row harm one of them?",
    "What was hard to decide, and what might another coder decide differently?",
    "What is missing, and what must the data not be used for?",
]


def new(name: str, text: str | Path, title: str = "", date: str = "", licence: str = "", separator: str = ",") -> Path:
    """Make the folder of a case: the canonical text, the descriptor, empty tables, working sheets. Return its path.

    name       lower-case letters, digits, hyphens: becomes data/<name> in the project (or below the current folder)
    text       path of the text as a plain text file; paragraphs are separated by blank lines
    title      of the text; date: its day, as 2024-05-09; licence: of the text, if it may be handed out
    separator  of the sheets: a semicolon where spreadsheets expect that

    Raises CaseError, TextError; then nothing is made.
    """
    if not re.fullmatch("[a-z][a-z0-9-]*", name) or RESERVED.fullmatch(name):
        raise CaseError("this cannot name a case", "use lower-case letters, digits and hyphens: my-report", file=name)
    folder = _home() / name
    if folder.exists():
        remedy = "choose another name, or delete the folder if nothing in it is needed"
        raise CaseError("this folder exists already", remedy, file=f"data/{name}")
    for option, entry, value in (("--date", "text_date", date), ("--licence", "text_licence", licence)):
        if problem := wrong(entry, value):
            raise CaseError(*problem, file=option)
    blocks = read_article(text)
    tables = read_package(find("practice"))
    package = {"$schema": tables["$schema"], "name": name, "resources": tables["resources"]}
    about = {
        "title": f"{name}, as data",
        "version": "0.1.0",
        "data_licence": "CC-BY-4.0",
        "data_date": datetime.date.today().isoformat(),
        "text_title": title,
        "text_date": date,
        "text_licence": licence,
    }
    filled = _filled(package, about, blocks)
    if len(csv_text(filled["paragraphs"]).encode()) > MAX_BYTES:
        raise TextError(f"{Path(text).name} has {len(blocks):,} paragraphs, more than a sheet holds: divide the text.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".new-", dir=folder.parent) as draft:
        case = Path(draft) / name
        case.mkdir()
        codings = resource_of(package, "codings")  # the one table that is made of no sheet
        write_atomically(case / codings["path"], csv_text([columns_of(codings)]))
        write_atomically(case / "article.txt", "\n\n".join(blocks) + "\n")
        write_atomically(case / DESCRIPTOR, descriptor_text(package))
        write_atomically(case / DATASHEET, datasheet())
        sheets.write_blank(case, package, filled, separator)
        anchor(case)
        case.rename(folder)
    return folder


def unanswered(folder: Path) -> int:
    """Return how many questions of the datasheet have no answer yet; 0 if there is no datasheet."""
    path = folder / DATASHEET
    return path.read_text(encoding="utf-8", errors="replace").count(UNANSWERED) if path.is_file() else 0


def _home() -> Path:
    """Return the folder of cases: `data` where there are cases already, in the current folder or above it; else below it."""
    here = Path.cwd()
    folders = [folder / "data" for folder in (here, *here.parents)]
    return next((folder for folder in folders if any(folder.glob(f"*/{DESCRIPTOR}"))), folders[0])


def _filled(package: dict, about: dict[str, str], blocks: list[str]) -> dict[str, list[list]]:
    """Return the rows that the sheets of a new case begin with, by name of sheet."""
    topics = field_of(package, "claims", "topic")["categories"]
    return {
        "about": [[entry, about.get(entry, ""), hint] for entry, hint in ENTRIES.items()],
        "topics": [[topic["value"], topic["label"]] for topic in topics],
        "paragraphs": [
            [number, " ".join(block.split()[:8]) + " ...", ""] for number, block in enumerate(blocks, start=1)
        ],
    }


def read_article(path: str | Path) -> list[str]:
    """Read the canonical paragraphs of a text file. Raises TextError if it was saved or pasted badly.

    What was done with it, and signs that only a copy has, are reported as a UnicodeWarning.
    """
    text, name = read_text(path), Path(path).name
    lines = [line for line in text.splitlines() if line.strip()]
    if len(paragraphs(text)) < len(lines) and _is_paragraph_by_line(lines):
        text = "\n\n".join(lines)
        warnings.warn(
            f"each of the {len(lines)} lines of {name} was taken for a paragraph.", UnicodeWarning, stacklevel=2
        )
    blocks = paragraphs(text)
    if odd := oddities("\n\n".join(blocks)):
        note = f"{name} has what only copies have: {odd}. It stays as it is; words that you quote are found without it."
        warnings.warn(note, UnicodeWarning, stacklevel=2)
    if len(blocks) == 1 and len(lines) > 3:
        raise TextError(f"{name} is one paragraph of {len(lines)} lines: put a blank line between its paragraphs.")
    for is_blank, together in groupby(text.splitlines(), key=lambda line: not line.strip()):
        if not is_blank and _end_sentences(lines := [*together]):
            which = f"the {len(lines)} lines of {name} that begin with “{' '.join(lines[0].split()[:3])}”"
            note = f"{which} were taken for one paragraph. If they are several, put blank lines between them."
            warnings.warn(note, UnicodeWarning, stacklevel=2)
    if damaged := count_damage(text):
        raise TextError(f"{name} is damaged: {damaged} characters were lost. Copy it again, and save it as UTF-8.")
    return blocks


def _is_paragraph_by_line(lines: list[str]) -> bool:
    """Tell whether lines are paragraphs, as word processors save them: long, and most end where a sentence ends."""
    return _end_sentences(lines) and sum(map(len, lines)) > LINE * len(lines)


def _end_sentences(lines: list[str]) -> bool:
    """Tell whether there are more than three lines, most of which end where a sentence ends."""
    ended = sum(bool(re.search(r"""[.?!…:]["'”’»)]*\s*$""", line)) for line in lines)
    return len(lines) > 3 and 3 * ended >= 2 * len(lines)


def datasheet() -> str:
    """Return the questions of a datasheet, unanswered, as the text of its file."""
    head = (
        "# Datasheet\n\nFor anyone who wants to use these data. Write your answers in place of the brackets; "
        "the page *About the data* in the book shows what a good answer looks like.\n"
    )
    return head + "".join(f"\n## {question}\n\n{UNANSWERED}\n" for question in QUESTIONS)
