"""A build does what is needed, no less and no more; it packs nothing private; `serve` shows what is being written."""

import contextlib
import json
import shutil
import socket
import subprocess
import time
from urllib.request import urlopen

import pytest
from copies import Copy
from playwright.sync_api import expect
from secrets_of_assignments import contents, texts

import book
from chapters import ROOT
from formats.shipped import shipped

pytestmark = pytest.mark.slow

PRIVATE = "zyxwv"  # stands in every text of a reader's own
CHAPTER = """\
---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  name: python3
---

# {title}

About {title}.

```{{code-cell}} python
import standoff
from standoff.display.show import say

claims = standoff.load("practice").claims
say(f"{title} has {{len(claims)}} claims.")
```
"""
TOC = """\
format: jb-book
root: index
parts:
- caption: All
  chapters:
  - file: chapters/one
  - file: chapters/two
"""
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
from assignments.course import COURSE
from autograder import release
from formats import archives

out = Path(sys.argv[1])
out.mkdir()
archives.write_data(out)
archives.write_book(out / "book.zip", [])
for name in COURSE.names():
    release(COURSE, name, out, zipped=True)
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A book with the real machinery, two small chapters, an assignment and a reader's own texts, built once."""
    book = Copy(tmp_path_factory.mktemp("small") / "a book")
    for folder in ("assignments", "chapters"):
        shutil.rmtree(book.root / folder)
    for name, text in {
        "chapters/one.md": CHAPTER.format(title="One"),
        "chapters/two.md": CHAPTER.format(title="Two"),
        "index.md": "# Small\n\nA book of two chapters.\n",
        "_toc.yml": TOC,
        "assignments/1-mine/1-mine.md": ASSIGNMENT,
        **{f"assignments/{name}.py": (ROOT / f"assignments/{name}.py").read_text() for name in ("course", "variant")},
        "data/mine/article.txt": f"{PRIVATE} of a case",
        "data/mine/sheets/claims.csv": f"{PRIVATE} in a sheet",
        "data/report/article.txt": f"{PRIVATE} beside the tables of the project",
    }.items():
        (book.root / name).parent.mkdir(parents=True, exist_ok=True)
        (book.root / name).write_text(text, encoding="utf-8")
    shutil.copy(book.root / "data/practice/datapackage.json", book.root / "data/mine")
    book.first = book.build()
    assert book.first.returncode == 0, book.first.stdout[-2000:] + book.first.stderr[-2000:]
    return book


def executed(book):
    """Build; the names of the chapters that were executed."""
    before = book.executions()
    done = book.build()
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "INFO" not in done.stdout + done.stderr  # libraries keep their steps to themselves
    return {name for name, when in book.executions() - before}


def did_nothing(book):
    marks = {path: path.stat().st_mtime_ns for path in book.html.rglob("*")}
    done = book.build()
    assert done.returncode == 0, done.stderr
    return "Nothing to do" in done.stdout and marks == {path: path.stat().st_mtime_ns for path in book.html.rglob("*")}


def page(book, name):
    return (book.html / f"chapters/{name}.html").read_text(encoding="utf-8")


# ---- what leaves the machine ----


def test_what_is_packed_is_what_git_tracks():
    listed = subprocess.run(["git", "ls-files", "-z", "data"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(shipped()) == {name for name in listed.stdout.split("\0") if name}


def assert_nothing_private(folder):
    written = contents(folder)
    assert written
    for name, content in written.items():
        for place, text in texts(name, content):
            assert PRIVATE not in text and "data/mine/" not in place, place


def test_the_pages_and_their_downloads_hold_no_private_case(small):
    assert_nothing_private(small.html)


def test_archives_and_hand_outs_hold_no_private_case(small, tmp_path):
    subprocess.run([small.python, "-c", PACK, tmp_path / "out"], cwd=small.root, check=True)
    assert {"standoff-data-report.zip", "book.zip", "1-mine.zip"} <= {
        path.name for path in (tmp_path / "out").iterdir()
    }
    assert_nothing_private(tmp_path / "out")


def test_a_build_says_which_case_it_leaves_out(small):
    [line] = [line for line in small.first.stdout.splitlines() if "data/mine" in line]
    assert line == "In no download, because they are not the project's: data/mine"


def test_a_package_without_a_licence_is_not_packed(tmp_path):
    folder = shutil.copytree(ROOT / "data/practice", tmp_path / "data/practice")
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    del package["licenses"]
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    with pytest.raises(ValueError, match="data/practice has no licence"):
        shipped("practice", root=tmp_path)


# ---- what is done ----


def test_nothing_is_done_when_nothing_changed(small):
    assert {name for name, when in small.executions()} == {"one", "two"}
    assert did_nothing(small)


def test_a_chapter_with_other_code_is_executed_and_one_with_other_words_is_written(small):
    small.edit("chapters/two.md", "claims.", "claims, counted.")
    small.edit("chapters/one.md", "# One", "# The first")
    assert executed(small) == {"two"}
    assert "claims, counted." in page(small, "two") and "claims, counted." not in page(small, "one")
    assert "The first" in page(small, "one")
    assert "The first" in page(small, "two")  # in the list of chapters


def test_other_data_and_another_library_execute_every_chapter(small):
    with (small.root / "data/practice/claims.csv").open("a", encoding="utf-8", newline="") as file:
        file.write(small_row(small))
    count = len((small.root / "data/practice/claims.csv").read_text(encoding="utf-8").splitlines()) - 1
    small.edit("standoff/display/show.py", "display(Markdown(text))", 'display(Markdown(text + " Thus."))')
    assert executed(small) == {"one", "two"}
    assert f"has {count} claims" in page(small, "one") and "Thus." in page(small, "two")


@pytest.mark.parametrize(
    "name", ["answers/compare.py", "data/practice/claims.csv", "requirements.txt", "standoff/display/show.py"]
)
def test_what_each_chapter_reads_is_known(small, name):
    path = small.root / name
    before = path.read_bytes()
    with small.inside():
        recorded = book.executed_with()
        path.write_bytes(before + b"\n")
        assert book.executed_with() != recorded
        path.write_bytes(before)
        assert book.executed_with() == recorded


def small_row(book):
    """The last row of the claims once more, under another name."""
    last = (book.root / "data/practice/claims.csv").read_text(encoding="utf-8").splitlines()[-1]
    return "c999," + last.split(",", 1)[1] + "\n"


SOURCES = [
    "_config.yml",
    "answers/compare.py",
    "_ext/finish/__init__.py",
    "_static/book.css",
    "_toc.yml",
    "book.py",
    "chapters/one.md",
    "index.md",
    "data/practice/claims.csv",
    "references.bib",
    "requirements.txt",
    "standoff/display/show.py",
]


@pytest.mark.parametrize("name", SOURCES)
def test_no_source_is_overlooked(small, name):
    path = small.root / name
    before = path.read_bytes()
    assert small.is_current()
    path.write_bytes(before + b"\n")
    assert not small.is_current()
    path.write_bytes(before)
    assert small.is_current()


@pytest.mark.parametrize("name", ["BOOK_ADDRESS", "BOOK_REPOSITORY"])
def test_another_repository_and_another_address_are_not_overlooked(small, monkeypatch, name):
    monkeypatch.setenv(name, "https://github.com/someone/copy")
    assert not small.is_current()


def test_tests_and_what_editors_leave_are_no_sources(small):
    for name in ("tests/test_new.py", "chapters/.one.md.swp", "chapters/one.md~", "standoff/__pycache__/new.pyc"):
        (small.root / name).parent.mkdir(exist_ok=True)
        (small.root / name).touch()
    assert small.is_current()


def test_pages_that_are_not_as_they_were_written_are_written_again_unless_a_chapter_fails(small):
    edited, deleted, added = (small.html / f"chapters/{name}" for name in ("one.html", "two.html", "three.html"))
    before = {path: path.read_bytes() for path in (edited, deleted)}

    added.touch()
    assert not small.is_current()
    added.unlink()
    assert small.is_current()
    deleted.unlink()
    assert not small.is_current()
    deleted.write_bytes(before[deleted])
    assert small.is_current()
    edited.write_text("by hand", encoding="utf-8")
    assert not small.is_current()

    # A build takes such pages away, even when it fails; the next one writes them as they were.
    added.touch()
    deleted.unlink()
    small.edit("chapters/two.md", "len(claims)", "1 / 0")
    failed = small.build()
    assert failed.returncode == 1 and "ZeroDivisionError" in failed.stdout + failed.stderr
    assert not small.html.exists(), "there are no pages to publish"
    small.edit("chapters/two.md", "1 / 0", "len(claims)")
    assert executed(small) == set()  # as it was before
    assert {path: path.read_bytes() for path in (edited, deleted)} == before and not added.exists()
    assert did_nothing(small)


# ---- serve ----


@contextlib.contextmanager
def served(book):
    """The address at which a copy is shown."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(
        book.command("serve", str(port)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            for _ in range(600):
                with contextlib.suppress(OSError):
                    urlopen(f"{address}/built.txt").close()
                    break
                time.sleep(0.2)
            yield address
        finally:
            server.terminate()


@pytest.mark.thorough  # it waits for several builds
def test_serve_reloads_a_page_that_is_open(small, browser):
    """It shows other words, a first figure, and other data, without anybody's doing; the pages of the build stay."""
    built = contents(small.html)
    tab = browser.new_page()
    problems = []
    tab.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    with served(small) as address:
        tab.goto(f"{address}/chapters/one.html")

        text = (small.root / "chapters/one.md").read_text(encoding="utf-8")
        text = text.replace("About One.", "About One, at length.") + FIGURE
        (small.root / "chapters/one.md").write_text(text, encoding="utf-8")
        tab.wait_for_selector("figure img", timeout=300_000)
        expect(tab.locator("text=About One, at length.")).to_be_visible()
        assert tab.evaluate("document.querySelector('figure img').decode().then(() => true)")
        assert (
            tab.evaluate("getComputedStyle(document.querySelector('figure')).margin") != "16px 40px"
        )  # the browser's own

        count = len((small.root / "data/practice/claims.csv").read_text(encoding="utf-8").splitlines())
        with (small.root / "data/practice/claims.csv").open("a", encoding="utf-8", newline="") as file:
            file.write(small_row(small).replace("c999", "c998"))
        tab.wait_for_selector(f"text=One has {count} claims", timeout=300_000)
    tab.close()
    assert problems == []
    assert contents(small.html) == built


FIGURE = """
```{code-cell} python
import matplotlib.pyplot as plt
from standoff.display.show import figure

certainty = claims["certainty"].value_counts()
fig, ax = plt.subplots()
ax.barh(certainty.index.astype(str), certainty)
figure(fig, "How sure the sources are.", certainty)
```
"""
