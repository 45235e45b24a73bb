"""The same sources give the same bytes: in another folder, in another time zone (where it is another day), executed anew."""

import os
import shutil
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

from _ext.repository import find_repository
from chapters import HTML, ROOT

pytestmark = pytest.mark.thorough


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def other_build(tmp_path_factory):
    """The folder of a book that is built from a copy of the sources; every chapter is executed anew."""
    copy = tmp_path_factory.mktemp("elsewhere") / "a copy"
    shutil.copytree(
        ROOT,
        copy,
        ignore=shutil.ignore_patterns("_build", ".venv", ".git", "*.egg-info", "__pycache__", ".pytest_cache"),
    )
    address, branch = find_repository(ROOT)  # a copy has no git
    environ = dict(
        os.environ,
        PYTHONPATH=str(copy),
        PYTHONHASHSEED="0",
        PYTHONUTF8="1",
        TZ="Pacific/Kiritimati",
        LC_ALL="C",
        BOOK_REPOSITORY=address or "none",
        BOOK_BRANCH=branch,
    )
    environ.pop("SOURCE_DATE_EPOCH", None)
    command = [sys.executable, "-c", "import book, sys; sys.exit(book.build([]))"]  # this environment serves both
    done = subprocess.run(command, cwd=copy, env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return copy / "_build" / "html"


def test_two_builds_in_two_folders_are_identical(other_build):
    one, other = contents(HTML), contents(other_build)
    assert set(one) == set(other)
    assert [name for name in one if one[name] != other[name]] == []


def test_what_a_cell_prints_is_sent_in_one_piece_however_slow_the_machine_is():
    source = "import time\nprint('first')\ntime.sleep(1)\nprint('second')"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    NotebookClient(notebook, kernel_name="python3").execute()
    assert [output["text"] for output in notebook.cells[0].outputs] == ["first\nsecond\n"]
