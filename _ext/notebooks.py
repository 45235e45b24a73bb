"""Offer each chapter as a notebook to download, and an archive of all of them with the library and the data.

The theme offers the .ipynb only where there is a Binder button, and with outputs only if the chapter has just been
executed. Here it is always offered, and always the same: a reader starts with empty cells. It is read in programs that know
no MyST (Jupyter, VS Code, Colab), so its text is plain Markdown; and its first cell finds the library and the data, or says in
one sentence what to put where.
"""

import ast
import sys
from importlib.util import resolve_name
from pathlib import Path

import nbformat
from docutils import nodes
from pybtex.richtext import Text
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from autograder.markdown import plain, split
from autograder.zips import files, write_zip
from formats.shipped import shipped

LIBRARIES = ("standoff", "answers")  # what a chapter imports of this project
ARCHIVE = "standoff-notebooks.zip"
SET_UP = """\
# Set-up: finds the book's library and data, beside this notebook or in ARCHIVE
import importlib
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

if not find_spec("standoff") and Path("ARCHIVE").is_file():
    with ZipFile("ARCHIVE") as archive:
        for name in archive.namelist():
            if name.startswith(("standoff/", "answers/", "data/")):
                archive.extract(name)
    importlib.invalidate_caches()
if not find_spec("standoff"):
    raise ModuleNotFoundError(
        "Put ARCHIVE, which the book offers where you found "
        f"this notebook, into {Path.cwd()} and run all cells again."
    )
missing = [name for name in PACKAGES if not find_spec(name)]
if missing:
    raise ModuleNotFoundError(
        f"Run  %pip install {' '.join(missing)}  in a new cell, then run "
        "all cells again."
    )""".replace("ARCHIVE", ARCHIVE)
READ_ME = f"""\
The chapters of the book as notebooks, with the library and the data that they use.

1. Unpack this archive.
2. You need Python 3.11 or newer. If you have no Jupyter, install it and the rest in a terminal:
   pip install jupyterlab matplotlib networkx pandas
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
    """Return (whose, year) of an entry of the bibliography."""
    entry = env.get_domain("cite").bibdata.data.entries[key]
    people = [
        str(Text.from_latex(" ".join(person.prelast_names + person.last_names)))
        for person in entry.persons.get("author", [])
    ]
    whose = " and ".join(people) if len(people) < 3 else f"{people[0]} et al."
    return whose or str(Text.from_latex(entry.fields.get("organization") or entry.fields["title"])), entry.fields[
        "year"
    ]


# ---- the notebooks and the archive ----


def is_notebook(env: BuildEnvironment, page: str) -> bool:
    """Say whether a page has code."""
    return "kernelspec" in env.metadata.get(page, {})


def packages(notebook: nbformat.NotebookNode, root: Path) -> list[str]:
    """Return the packages that a notebook imports, itself or through the project's own modules, which are under `root`."""
    modules = {"standoff.case"}  # which is imported with the library
    for cell in notebook.cells:
        if cell.cell_type == "code":
            modules |= imported(cell.source)
    seen = set()
    while ours := {name for name in modules - seen if name.partition(".")[0] in LIBRARIES}:
        seen |= ours
        for name in ours:
            path = root / name.replace(".", "/")
            path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
            if path.is_file():  # else a name inside a module
                modules |= imported(
                    path.read_text(encoding="utf-8"), name if path.stem == "__init__" else name.rpartition(".")[0]
                )
    rooms = {path.name for path in root.iterdir() if path.is_dir()}  # what a download lacks of these it can do without
    return sorted({name.partition(".")[0] for name in modules} - set(sys.stdlib_module_names) - rooms)


def imported(source: str, package: str = "") -> set[str]:
    """Return the modules that some code of `package` imports, each with what is taken from it."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = resolve_name("." * node.level + (node.module or ""), package)
            found |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return found


def offer_notebook(app: Sphinx, pagename: str, templatename: str, context: dict, doctree: nodes.document) -> None:
    """Write the notebook of a page, and name it to the theme's download menu."""
    if app.builder.format != "html" or not is_notebook(app.env, pagename):
        return
    notebook = nbformat.read(
        Path(app.outdir).parent / "jupyter_execute" / f"{pagename}.ipynb", as_version=4
    )  # by myst_nb
    notebook.metadata.pop("language_info", None)
    set_up = nbformat.v4.new_code_cell(SET_UP.replace("PACKAGES", repr(packages(notebook, Path(app.srcdir)))))
    set_up.metadata["jupyter"] = {"source_hidden": True}
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
        url = context["pathto"](f"_sources/{ARCHIVE}", 1)
        entry = {
            "type": "link",
            "url": url,
            "text": "with data (.zip)",
            "icon": "fas fa-box-archive",
            "label": "download-archive-button",
        }
        menu["buttons"].insert(1, entry | {"tooltip": "Download all notebooks with their data"})


def write_archive(app: Sphinx, exception: Exception | None) -> None:
    """Write the archive of all notebooks with what they import and read."""
    if exception or app.builder.format != "html":
        return
    root, sources = Path(app.srcdir), Path(app.outdir) / "_sources"
    contents = {path.name: path.read_bytes() for path in sources.rglob("*.ipynb")}
    contents |= files(*LIBRARIES, "LICENSE", "LICENSE-CC-BY.md", base=root) | shipped(root=root)
    write_zip(sources / ARCHIVE, contents | {"README.txt": READ_ME.encode()})


def setup(app: Sphinx) -> dict:
    app.connect("html-page-context", offer_notebook)
    app.connect("html-page-context", offer_archive, priority=502)  # after the theme's buttons
    app.connect("build-finished", write_archive)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
