"""The chapters as the tests read them, and the pages made of them."""

from pathlib import Path

import jupytext

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "chapters"
CONTENT = ["start", "reading", "background", "actors", "claims", "questions"]
REFERENCE = ["claims-table", "cruxes", "background-facts", "codebook", "glossary", "bibliography", "about-the-data",
             "accessibility"]

HTML = ROOT / "_build" / "html"
PAGES = ["index", *(f"chapters/{name}" for name in CONTENT + REFERENCE)]
ALL_PAGES = [*PAGES, "genindex", "search"]


def source(name):
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8")


def notebook(name):
    return jupytext.reads(source(name), fmt="md:myst")


def code(name):
    """The code cells of a chapter."""
    return [cell for cell in notebook(name).cells if cell.cell_type == "code"]


def prose(name):
    """The text cells of a chapter, as one string."""
    return "\n\n".join(cell.source for cell in notebook(name).cells if cell.cell_type == "markdown")


def tags(cell):
    return cell.metadata.get("tags", [])
