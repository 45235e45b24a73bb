"""What a reader downloads runs in a folder of its own, or says in one sentence what is missing."""

import ast
import json
import re
import shutil
import sys
import zipfile

import nbclient
import nbformat
import pytest
from test_binder import PROJECT, names
from test_structure import imports

from binder.rehearse import RAW
from chapters import HTML, PAGES, is_notebook
from formats.shipped import SHIPPED

pytestmark = pytest.mark.slow

ARCHIVE = "standoff-notebooks.zip"
NOTEBOOKS = [name for name in PAGES if is_notebook(name)]

# A kernel of the tests' environment in which this project is not installed, and what else a test names neither.
KERNEL = """
import sys

class Hidden:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in HIDDEN:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path[:] = [finder for finder in sys.meta_path if "editable" not in repr(finder).lower()]
import importlib.util
find_spec = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name in HIDDEN else find_spec(name, package)
sys.meta_path.insert(0, Hidden)
from ipykernel.kernelapp import launch_new_instance
launch_new_instance()
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    """run(notebook's path, hidden packages): execute it in its folder, as a reader would who has no copy of the book."""

    def execute(path, hidden=(), **options):
        spec = tmp_path / "jupyter" / "kernels" / "alone"
        spec.mkdir(parents=True, exist_ok=True)
        argv = [sys.executable, "-c", f"HIDDEN = {hidden!r}\n{KERNEL}", "-f", "{connection_file}"]
        (spec / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "alone", "language": "python"}))
        monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
        notebook = nbformat.read(path, as_version=4)
        where = {"metadata": {"path": path.parent}}
        nbclient.NotebookClient(notebook, kernel_name="alone", timeout=120, resources=where, **options).execute()
        return notebook

    return execute


@pytest.fixture
def folder(tmp_path):
    """An empty folder, with a name that programs stumble over."""
    path = tmp_path / "Übung 1 – Kopie"
    path.mkdir()
    return path


def download(name, folder):
    return shutil.copy(HTML / "_sources" / f"{name}.ipynb", folder)


def needed(name):
    """The packages that a downloaded notebook asks for, as its first cell says."""
    notebook = nbformat.read(HTML / "_sources" / f"{name}.ipynb", as_version=4)
    set_up = next(cell.source for cell in notebook.cells if cell.cell_type == "code")
    return ast.literal_eval(re.search(r"for name in (\[.*?\])", set_up)[1])


# Those that import least and most, and the one that calls the command; what else their cells do, the build has shown.
@pytest.mark.parametrize("name", ["chapters/start", "chapters/actors", "chapters/your-report"])
def test_a_notebook_with_the_archive_beside_it_runs(run, folder, name):
    path = folder / f"{name.rpartition('/')[2]}.ipynb"
    download(name, path)
    shutil.copy(HTML / "_sources" / ARCHIVE, folder)
    run(path)
    assert {entry.name for entry in folder.iterdir()} == {ARCHIVE, path.name, "answers", "data", "standoff"}


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_finds_all_that_it_imports_and_reads(name):
    """In the archive, in Python, or among the packages that it asks for."""
    notebook = nbformat.read(HTML / "_sources" / f"{name}.ipynb", as_version=4)
    with zipfile.ZipFile(HTML / "_sources" / ARCHIVE) as archive:
        held = set(archive.namelist())
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"][1:]
    for module in set().union(*map(imports, sources)):
        path, _, member = module.replace(".", "/").rpartition("/")
        own = {f"{module.replace('.', '/')}.py", f"{module.replace('.', '/')}/__init__.py"} | {
            f"{path}.py" * bool(path),
            f"{path}/__init__.py" * bool(path),
        }  # a module, or a name in one
        top = module.partition(".")[0]
        assert top in sys.stdlib_module_names or top in needed(name) or own & held, module
    read = set(re.findall(r"""\bload\(["']([\w-]+)["']\)""", "\n".join(sources))) & {*SHIPPED}
    assert {f"data/{case}/datapackage.json" for case in read} <= held


def test_no_notebook_asks_for_a_package_that_is_not_installed_with_the_book():
    """The name of one of our own packages may be somebody else's on PyPI."""
    installed = {name.lower() for name in names(PROJECT["dependencies"])}
    for name in NOTEBOOKS:
        assert {package.lower() for package in needed(name)} <= installed, name


def test_a_notebook_in_the_unpacked_archive_runs(run, folder):
    with zipfile.ZipFile(HTML / "_sources" / ARCHIVE) as archive:
        archive.extractall(folder)
    run(folder / "actors.ipynb")


def error(run, path, hidden=()):
    with pytest.raises(nbclient.exceptions.CellExecutionError) as caught:
        run(path, hidden)
    return caught.value.evalue


def test_a_notebook_alone_says_what_to_put_where(run, folder):
    download("chapters/start", folder)
    said = error(run, folder / "start.ipynb")
    assert said == (
        f"Put {ARCHIVE}, which the book offers where you found this notebook, into {folder} and run all cells again."
    )


def test_a_notebook_says_which_package_is_missing(run, folder):
    download("chapters/actors", folder)
    shutil.copy(HTML / "_sources" / ARCHIVE, folder)
    said = error(run, folder / "actors.ipynb", hidden=["networkx"])
    assert said == "Run  %pip install networkx  in a new cell, then run all cells again."


def test_a_second_run_leaves_a_readers_work_alone(run, folder):
    download("chapters/claims-table", folder)
    shutil.copy(HTML / "_sources" / ARCHIVE, folder)
    (folder / "standoff").mkdir()
    (folder / "standoff" / "__init__.py").write_text("load = None\n")
    (folder / "start.ipynb").write_text("my answers")
    error(run, folder / "claims-table.ipynb")  # this library has no tables; the point is that it was not replaced
    assert (folder / "standoff" / "__init__.py").read_text() == "load = None\n"
    assert (folder / "start.ipynb").read_text() == "my answers"


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_text_of_a_notebook_is_plain_markdown(name):
    notebook = nbformat.read(HTML / "_sources" / f"{name}.ipynb", as_version=4)
    nbformat.validate(notebook)
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert not RAW.search(text) and not re.search(r"\{[\w:-]+\}`", text), RAW.findall(text)
    for link in re.findall(r"\]\(([\w-]+)\.ipynb\)", text):
        assert f"chapters/{link}" in NOTEBOOKS
    assert all(cell.execution_count is None and not cell.outputs for cell in notebook.cells if cell.cell_type == "code")


def test_the_archive_holds_all_that_a_notebook_needs_and_nothing_private():
    with zipfile.ZipFile(HTML / "_sources" / ARCHIVE) as archive:
        names = archive.namelist()
    assert {f"{name.rpartition('/')[2]}.ipynb" for name in NOTEBOOKS} == {
        name for name in names if name.endswith(".ipynb")
    }
    assert {
        "README.txt",
        "LICENSE",
        "answers/compare.py",
        "standoff/case.py",
        "data/report/claims.csv",
        "data/practice/article.txt",
    } <= set(names)
    assert "data/report/article.txt" not in names and not any("__pycache__" in name for name in names)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_page_offers_its_notebook_and_the_archive(name):
    text = (HTML / f"{name}.html").read_text(encoding="utf-8")
    assert f"_sources/{name}.ipynb" in text and f"_sources/{ARCHIVE}" in text
