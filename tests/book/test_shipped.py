"""A reader's own case and text stay on the reader's machine: nothing that the project writes to be passed on holds them."""

import json
import shutil
import subprocess

import pytest
import small
from secrets_of_assignments import contents, texts

from autograder import zips
from chapters import ROOT

PRIVATE = ["zyxwv one private sentence", "zyxwv another private sentence"]
ASSIGNMENT = """\
---
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# Assignment 1. Mine

:::{admonition} In this assignment
**Time** 5 minutes. **You need** nothing.
:::

```{code-cell} ipython3
:nbgrader: {grade: true, grade_id: task, locked: false, points: 1, schema_version: 3, solution: true, task: false}

load("mine").claims, load("practice").claims, load("report").claims
```
"""
PACK = """
import sys
from pathlib import Path
from autograder import release, source
from formats import archives

out = Path(sys.argv[1])
out.mkdir()
archives.write_data(out)
archives.write_book(out / "book.zip", [])
for name in source.names():
    release.release(source.read(name), out, zipped=True)
"""


def test_what_is_packed_is_what_git_tracks():
    listed = subprocess.run(["git", "ls-files", "-z", "data"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(zips.shipped()) == {name for name in listed.stdout.split("\0") if name}


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """A small book, built with a private case in data/, and with a private text beside the tables of the report."""
    book = small.make(tmp_path_factory.mktemp("private") / "book")
    data = book.root / "data"
    shutil.copytree(data / "practice", data / "mine")
    (data / "mine/article.txt").write_text(PRIVATE[0], encoding="utf-8")
    (data / "mine/sheets").mkdir()
    (data / "mine/sheets/claims.csv").write_text(PRIVATE[0], encoding="utf-8")
    (data / "report/article.txt").write_text(PRIVATE[1], encoding="utf-8")
    (book.root / "assignments/1-mine").mkdir(parents=True)
    (book.root / "assignments/1-mine/1-mine.md").write_text(ASSIGNMENT, encoding="utf-8")
    book.done = book.build()
    assert book.done.returncode == 0, book.done.stderr
    return book


def assert_nothing_private(folder):
    written = contents(folder)
    assert written
    for name, content in written.items():
        for place, text in texts(name, content):
            assert "zyxwv" not in text and "data/mine/" not in place, place


def test_the_pages_and_their_downloads_hold_no_private_case(book):
    assert_nothing_private(book.html)


def test_archives_and_hand_outs_hold_no_private_case(book, tmp_path):
    subprocess.run([book.python, "-c", PACK, tmp_path / "out"], cwd=book.root, check=True)
    assert {"standoff-data-report.zip", "book.zip", "1-mine.zip"} <= {
        path.name for path in (tmp_path / "out").iterdir()
    }
    assert_nothing_private(tmp_path / "out")


def test_a_build_says_which_case_it_leaves_out(book):
    [line] = [line for line in book.done.stdout.splitlines() if "data/mine" in line]
    assert line == "In no download, because they are not the project's: data/mine"


def test_a_package_without_a_licence_is_not_packed(tmp_path):
    folder = shutil.copytree(ROOT / "data/practice", tmp_path / "data/practice")
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    del package["licenses"]
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    with pytest.raises(ValueError, match="data/practice has no licence"):
        zips.shipped(root=tmp_path)
