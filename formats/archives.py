"""Write the chapters as notebooks with their outputs, and the data and all of the book as zip files."""

import re
from pathlib import Path

import nbformat
from jupyter_cache import get_cache

from _ext.notebooks import LIBRARIES
from assignments.course import COURSE
from autograder.handout import student_version
from autograder.zips import files, write_zip
from formats import BUILD, ROOT
from formats.shipped import SHIPPED, shipped

RIGHTS = ["LICENSE", "LICENSE-CC-BY.md", "CITATION.cff"]
PAGES = "../html/chapters/"  # seen from a notebook, in the archive of the whole book


def write_notebooks(folder: Path) -> list[Path]:
    """Write each executed chapter as a notebook with its outputs; return their paths.

    The outputs come from the cache of the build. Those in `_build/jupyter_execute` are there only after a build that
    executed the chapter, and missing after one that did not need to.
    """
    cache = get_cache(str(BUILD / ".jupyter_cache"))
    written = []
    for made in sorted((BUILD / "jupyter_execute" / "chapters").glob("*.ipynb")):
        notebook = nbformat.read(made, as_version=4)
        try:
            _, notebook = cache.merge_match_into_notebook(notebook)
        except KeyError:
            raise ValueError(
                f"{made.name}: the build keeps no outputs of this chapter: run `book.py build` again"
            ) from None
        notebook.metadata = {"kernelspec": notebook.metadata["kernelspec"], "language_info": {"name": "python"}}
        for number, cell in enumerate(notebook.cells):
            cell.id = f"cell-{number}"  # random otherwise
            cell.source = link_to_pages(cell.source) if cell.cell_type == "markdown" else cell.source
            cell.metadata.pop("execution", None)  # times
            for output in cell.get("outputs", []):
                for kind, text in output.get("data", {}).items():
                    output["data"][kind] = link_to_pages(text) if kind in ("text/html", "text/markdown") else text
        nbformat.write(notebook, folder / made.name)
        written.append(folder / made.name)
    return written


def link_to_pages(text: str) -> str:
    """Lead what a notebook cites of the tables to look things up in to their pages, which are not beside it."""
    text = text.replace("](claim:", f"]({PAGES}claims-table.html#")
    return re.sub(r'href="((?:claims-table|passages|traces)\.html[#?])', rf'href="{PAGES}\1', text)


def write_data(folder: Path) -> None:
    """Write each data package as a zip with its descriptor at the top, which frictionless reads as it is."""
    for name in SHIPPED:
        contents = {path.removeprefix(f"data/{name}/"): content for path, content in shipped(name).items()}
        write_zip(folder / f"standoff-data-{name}.zip", contents | files("LICENSE-CC-BY.md", "CITATION.cff", base=ROOT))


def write_book(path: Path, notebooks: list[Path]) -> None:
    """Write the archive with all that a class needs, which opens without a network."""
    contents = {"index.html": (ROOT / "formats" / "archive.html").read_bytes()}
    contents |= files("html", base=BUILD) | shipped()
    contents |= {f"notebooks/{notebook.name}": notebook.read_bytes() for notebook in notebooks}
    contents |= files(*LIBRARIES, "references.bib", "pyproject.toml", "requirements.txt", *RIGHTS, base=ROOT)
    contents |= {f"handouts/{name}.ipynb": student_version(COURSE.read(name)) for name in COURSE.names()}
    write_zip(path, {f"standoff/{name}": content for name, content in contents.items()})
