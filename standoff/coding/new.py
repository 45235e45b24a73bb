"""A new case: its folder, made from a text."""

import datetime
import json
import re
import shutil
import tempfile
from pathlib import Path

from ..case import DESCRIPTOR, CaseError, find, read_package
from ..text import TextError, count_damage, paragraphs, read_text
from . import sheets
from .anchor import anchor, as_csv
from .metadata import ENTRIES, wrong_date, wrong_licence

DATASHEET = "DATASHEET.md"
UNANSWERED = "(not answered yet)"
QUESTIONS = [
    "Which text is this, where was it found, and why was it chosen?",
    "Who coded it, with which training or tools, how often, and who decided where readings differed?",
    "What was done to the text before it was coded?",
    "Which people are in the data, and could a row harm one of them?",
    "What was hard to decide, and what would another coder decide otherwise?",
    "What is missing, and what must the data not be used for?",
]


def new(name, text, title="", date="", licence="", separator=","):
    """Make the folder of a case: the canonical text, the descriptor, empty tables, working sheets. Its Path.

    name       small letters, digits, hyphens: becomes data/<name> in the project (or below the current folder)
    text       path of the text as a plain text file; paragraphs are separated by blank lines
    title      of the text; date: its day, as 2024-05-09; licence: of the text, if it may be handed out
    separator  of the sheets: a semicolon where spreadsheets expect that

    Raises CaseError, TextError; then nothing is made.
    """
    if not re.fullmatch("[a-z][a-z0-9-]*", name):
        raise CaseError(name, None, None, "this cannot name a case", "use small letters, digits and hyphens: my-report")
    folder = _home() / name
    if folder.exists():
        remedy = "choose another name, or delete the folder if nothing in it is needed"
        raise CaseError(f"data/{name}", None, None, "this folder exists already", remedy)
    for option, problem in {"--date": wrong_date(date), "--licence": wrong_licence(licence)}.items():
        if problem:
            raise CaseError(option, None, None, *problem)
    blocks = _blocks(text)
    base = read_package(find("practice"))
    package = {"$schema": base["$schema"], "name": name, "resources": base["resources"]}
    about = {"title": f"{name}, as data", "version": "0.1.0", "data_licence": "CC-BY-4.0"}
    about["data_date"] = datetime.date.today().isoformat()
    about |= {"text_title": title, "text_date": date, "text_licence": licence}
    topics = next(
        f for r in base["resources"] if r["name"] == "claims" for f in r["schema"]["fields"] if f["name"] == "topic"
    )
    filled = {
        "about": [[entry, about.get(entry, ""), hint] for entry, hint in ENTRIES.items()],
        "topics": [[topic["value"], topic["label"]] for topic in topics["categories"]],
        "paragraphs": [[n, " ".join(block.split()[:8]) + " ...", ""] for n, block in enumerate(blocks, start=1)],
    }
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=".new-", dir=folder.parent))
    try:
        case = draft / name
        case.mkdir()
        (case / "article.txt").write_text("\n\n".join(blocks) + "\n", encoding="utf-8", newline="\n")
        (case / DESCRIPTOR).write_text(json.dumps(package), encoding="utf-8")
        (case / DATASHEET).write_text(_datasheet(), encoding="utf-8", newline="\n")
        codings = next(resource for resource in package["resources"] if resource["name"] == "codings")
        header = as_csv([field["name"] for field in codings["schema"]["fields"]], [])  # the one table without a sheet
        (case / codings["path"]).write_text(header, encoding="utf-8", newline="\n")
        sheets.write_blank(case, package, filled, separator)
        anchor(case)
        case.rename(folder)
    finally:
        shutil.rmtree(draft)
    return folder


def unanswered(folder):
    """How many questions of the datasheet have no answer yet; 0 if there is no datasheet."""
    path = folder / DATASHEET
    return path.read_text(encoding="utf-8", errors="replace").count(UNANSWERED) if path.is_file() else 0


def _home():
    """The folder of cases: `data` where there are cases already, in the current folder or above it; else below it."""
    here = Path.cwd()
    places = [folder / "data" for folder in (here, *here.parents)]
    return next((place for place in places if any(place.glob(f"*/{DESCRIPTOR}"))), places[0])


def _blocks(path):
    """The canonical paragraphs of a text file."""
    text = read_text(path)
    blocks = paragraphs(text)
    lines = [line for line in text.splitlines() if line.strip()]
    if len(blocks) == 1 and len(lines) > 3:
        raise TextError(
            f"{Path(path).name} is one paragraph of {len(lines)} lines: put a blank line between its paragraphs."
        )
    if damaged := count_damage(text):
        raise TextError(
            f"{Path(path).name} is damaged: {damaged} characters were lost. Copy the text again, and save it as UTF-8."
        )
    return blocks


def _datasheet():
    head = (
        "# Datasheet\n\nFor whoever wants to use these data. Write your answers in place of the brackets; "
        "what a good answer looks like shows the page *About the data* of the book.\n"
    )
    return head + "".join(f"\n## {question}\n\n{UNANSWERED}\n" for question in QUESTIONS)
