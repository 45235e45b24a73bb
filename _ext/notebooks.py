"""Offer each chapter as a notebook to download, and an archive of all of them with the library and the data.

The theme offers the .ipynb only where there is a Binder button, and with outputs only if the chapter has just been
executed. Here it is always offered, and always the same: a reader starts with empty cells. It is read in programs that know
no MyST (Jupyter, VS Code, Colab), so its text is plain Markdown; and its first cell finds the library and the data, or says in
one sentence what to put where.
"""

from pathlib import Path

import nbformat
from docutils import nodes
from pybtex.richtext import Text
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError

from autograder.markdown import plain, split
from autograder.zips import files, write_zip
from formats.shipped import shipped

LIBRARIES = ("standoff", "answers")  # what a chapter imports of this project
PACKAGES = ["IPython", "markupsafe", "matplotlib", "networkx", "numpy", "pandas"]  # what chapters and libraries import
ARCHIVE = "standoff-notebooks.zip"
SET_UP = f"""\
# Set-up: finds the book's library and data, beside this notebook or in {ARCHIVE}
import importlib
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

if not find_spec("standoff") and Path("{ARCHIVE}").is_file():
    with ZipFile("{ARCHIVE}") as archive:
        for name in archive.namelist():
            if name.startswith(("standoff/", "answers/", "data/")):
                archive.extract(name)
    importlib.invalidate_caches()
if not find_spec("standoff"):
    raise ModuleNotFoundError(
        "Put {ARCHIVE}, which the book offers where you found "
        f"this notebook, into {{Path.cwd()}} and run all cells again."
    )
missing = [name for name in {PACKAGES} if not find_spec(name)]
if missing:
    raise ModuleNotFoundError(
        f"Run  %pip install {{' '.join(missing)}}  in a new cell, then run "
        "all cells again."
    )"""
READ_ME = f"""\
The chapters of the book as notebooks, with the library and the data that they use.

1. Unpack this archive.
2. You need Python 3.11 or newer. If you have no Jupyter, install it and the rest in a terminal:
   pip install jupyterlab matplotlib networkx pandas
   (Do not install standoff: it is in this archive, and what an index has under that name is not ours.)
3. Start JupyterLab (jupyter lab) or VS Code in the unpacked folder and open a notebook, first of all start.ipynb.

In Colab: upload a notebook, then {ARCHIVE} itself into the folder of files at the left, and run all cells.
"""


# ---- the text of a notebook in plain Markdown ----


def role(name: str, content: str, env: BuildEnvironment) -> str:
    """Return a role of MyST as plain Markdown."""
    shown, target = split(content)
    if name == "doc":
        page = f"chapters/{(target or shown).rpartition('/')[2]}"
        shown = shown if target else env.titles[page].astext()
        return f"[{shown}]({Path(page).name}.ipynb)" if is_notebook(env, page) else f"*{shown}*"
    if name.startswith("cite"):
        cited = [citation(key.strip(), env) for key in content.split(",")]
        if name == "cite:t":
            return ", ".join(f"{people} ({year})" for people, year in cited)
        return f"({'; '.join(f'{people}, {year}' for people, year in cited)})"
    return f"`{shown}`" if name in ("kbd", "math", "code") else f"*{shown}*"


def citation(key: str, env: BuildEnvironment) -> tuple[str, str]:
    """Return (whose, year) of an entry of the bibliography. Raises ExtensionError if it lacks what a citation needs."""
    entry = env.get_domain("cite").bibdata.data.entries[key]
    people = [
        str(Text.from_latex(" ".join(person.prelast_names + person.last_names)))
        for person in entry.persons.get("author", [])
    ]
    whose = " and ".join(people) if len(people) < 3 else f"{people[0]} et al."
    whose = whose or str(Text.from_latex(entry.fields.get("organization") or entry.fields.get("title", "")))
    for name, value in {"author or title": whose, "year": entry.fields.get("year")}.items():
        if not value:
            remedy = "add it (the year of a page whose date is not known is n.d.)"
            raise ExtensionError(f"references.bib: {key} has no {name}, which its citation needs. Remedy: {remedy}.")
    return whose, entry.fields["year"]


# ---- the notebooks and the archive ----


def is_notebook(env: BuildEnvironment, page: str) -> bool:
    """Say whether a page has code."""
    return "kernelspec" in env.metadata.get(page, {})


def offer_notebook(app: Sphinx, pagename: str, templatename: str, context: dict, doctree: nodes.document) -> None:
    """Write the notebook of a page, and name it to the theme's download menu."""
    if app.builder.format != "html" or not is_notebook(app.env, pagename):
        return
    made = Path(app.outdir).parent / "jupyter_execute" / f"{pagename}.ipynb"  # by myst_nb
    notebook = nbformat.read(made, as_version=4)
    notebook.metadata.pop("language_info", None)
    set_up = nbformat.v4.new_code_cell(SET_UP, metadata={"jupyter": {"source_hidden": True}})
    notebook.cells.insert(next(n for n, cell in enumerate(notebook.cells) if cell.cell_type == "code"), set_up)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"  # random otherwise
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        else:
            cell.source = plain(cell.source, lambda name, content: role(name, content, app.env))
    offered = Path(app.outdir) / "_sources" / f"{pagename}.ipynb"
    offered.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, offered)
    context["ipynb_source"] = f"{pagename}.ipynb"  # read by the theme's download menu


def offer_archive(app: Sphinx, pagename: str, templatename: str, context: dict, doctree: nodes.document) -> None:
    """Add an entry for the archive to the theme's download menu, after the notebook."""
    if "ipynb_source" in context:
        menu = next(button for button in context["header_buttons"] if button.get("label") == "download-buttons")
        entry = {
            "type": "link",
            "url": context["pathto"](f"_sources/{ARCHIVE}", 1),
            "text": "with data (.zip)",
            "icon": "fas fa-box-archive",
            "label": "download-archive-button",
            "tooltip": "Download all notebooks with their data",
        }
        menu["buttons"].insert(1, entry)


def write_archive(app: Sphinx, exception: Exception | None) -> None:
    """Write the archive of all notebooks with what they import and read."""
    if exception or app.builder.format != "html":
        return
    root, sources = Path(app.srcdir), Path(app.outdir) / "_sources"
    contents = {path.name: path.read_bytes() for path in sources.rglob("*.ipynb")}
    contents |= files(*LIBRARIES, "LICENSE", "LICENSE-CC-BY.md", base=root) | shipped(root=root)
    write_zip(sources / ARCHIVE, contents | {"README.txt": READ_ME.encode()})


def setup(app: Sphinx) -> None:
    """Register this extension."""
    app.connect("html-page-context", offer_notebook)
    app.connect("html-page-context", offer_archive, priority=502)  # after the theme's buttons
    app.connect("build-finished", write_archive)
