"""The chapters as the tests read them, and the pages made of them."""

import functools
from pathlib import Path

import jupytext
import yaml
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "chapters"
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
CONTENT, CLASS, REFERENCE = (
    [chapter["file"].rpartition("/")[2] for chapter in part["chapters"]] for part in TOC["parts"]
)
OTHERS = CLASS + REFERENCE  # without the frame of a chapter

HTML = ROOT / "_build" / "html"
PAGES = [TOC["root"], *(f"chapters/{name}" for name in CONTENT + OTHERS)]
ALL_PAGES = [*PAGES, "genindex", "search"]


@functools.cache
def built(name):
    """A built page, parsed. (lxml adds the end tags that the pages leave out.)"""
    return BeautifulSoup((HTML / f"{name}.html").read_text(encoding="utf-8"), "lxml")


def is_notebook(page):
    return "\nkernelspec:" in (ROOT / f"{page}.md").read_text(encoding="utf-8")


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
