"""A build does what is needed, no less and no more; `serve` shows what a reader would see."""

import contextlib
import shutil
import socket
import subprocess
import time
from urllib.request import urlopen

import pytest
from copies import Copy

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


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A book with the real machinery and two small chapters, built once."""
    book = Copy(tmp_path_factory.mktemp("small") / "a book")
    for folder in ("assignments", "chapters"):
        shutil.rmtree(book.root / folder)
    (book.root / "chapters").mkdir()
    for name in ("one", "two"):
        (book.root / f"chapters/{name}.md").write_text(CHAPTER.format(title=name.title()), encoding="utf-8")
    (book.root / "index.md").write_text("# Small\n\nA book of two chapters.\n", encoding="utf-8")
    (book.root / "_toc.yml").write_text(
        "format: jb-book\nroot: index\nchapters:\n  - file: chapters/one\n  - file: chapters/two\n", encoding="utf-8"
    )
    assert executed(book) == {"one", "two"}
    return book


def executed(book, *options):
    """Build; the names of the chapters that were executed."""
    before = book.executions()
    done = book.build(*options)
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


def test_nothing_is_done_when_nothing_changed(small):
    assert did_nothing(small)


def test_a_chapter_with_other_code_is_executed_alone(small):
    small.edit("chapters/two.md", "claims.", "claims, counted.")
    assert executed(small) == {"two"}
    assert "claims, counted." in page(small, "two")
    assert "claims, counted." not in page(small, "one")


def test_a_chapter_with_other_words_is_not_executed_but_written(small):
    small.edit("chapters/one.md", "# One", "# The first")
    assert executed(small) == set()
    assert "The first" in page(small, "one")
    assert "The first" in page(small, "two")  # in the list of chapters


def test_other_data_execute_every_chapter(small):
    with (small.root / "data/practice/claims.csv").open("a", encoding="utf-8", newline="") as file:
        file.write(small_row(small))
    count = len((small.root / "data/practice/claims.csv").read_text(encoding="utf-8").splitlines()) - 1
    assert executed(small) == {"one", "two"}
    assert f"has {count} claims" in page(small, "one")


def small_row(book):
    """The last row of the claims once more, under another name."""
    last = (book.root / "data/practice/claims.csv").read_text(encoding="utf-8").splitlines()[-1]
    return "c999," + last.split(",", 1)[1] + "\n"


def test_another_library_executes_every_chapter(small):
    small.edit("standoff/display/show.py", "display(Markdown(text))", 'display(Markdown(text + " Thus."))')
    assert executed(small) == {"one", "two"}
    assert "Thus." in page(small, "two")


SOURCES = [
    "_config.yml",
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


def test_another_repository_is_not_overlooked(small, monkeypatch):
    monkeypatch.setenv("BOOK_REPOSITORY", "https://github.com/someone/copy")
    assert not small.is_current()


def test_tests_and_what_editors_leave_are_no_sources(small):
    for name in ("tests/test_new.py", "chapters/.one.md.swp", "chapters/one.md~", "standoff/__pycache__/new.pyc"):
        (small.root / name).parent.mkdir(exist_ok=True)
        (small.root / name).touch()
    assert small.is_current()


def test_pages_that_are_not_as_they_were_written_are_written_again(small):
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

    added.touch()
    deleted.unlink()
    assert executed(small) == set()
    assert {path: path.read_bytes() for path in (edited, deleted)} == before and not added.exists()


def test_a_chapter_that_fails_leaves_no_pages_to_publish(small):
    small.edit("chapters/two.md", "len(claims)", "1 / 0")
    before = page(small, "one")
    failed = small.build("--keep")
    assert failed.returncode == 1 and "ZeroDivisionError" in failed.stdout + failed.stderr
    assert page(small, "one") == before  # what `serve` goes on to show
    assert small.build().returncode == 1
    assert not small.html.exists()
    small.edit("chapters/two.md", "1 / 0", "len(claims)")
    assert executed(small) == set()  # as it was before
    assert did_nothing(small)


KEEP = """
import sys, types
from concurrent.futures import ProcessPoolExecutor
import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
sys.path.insert(0, ".")
from _ext import parallel
if __name__ == "__main__":
    get_cache(sys.argv[1]).truncate_caches()  # makes it, as book.py does: afterwards this does nothing
parallel.setup(types.SimpleNamespace(connect=lambda *arguments: None))

def keep(number):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(str(number))])
    bundle = CacheBundleIn(notebook, f"{number}.md", data={})
    get_cache(sys.argv[1]).cache_notebook_bundle(bundle, check_validity=False, overwrite=True)

if __name__ == "__main__":
    with ProcessPoolExecutor(4) as pool:
        list(pool.map(keep, range(60)))
    print(len(get_cache(sys.argv[1]).list_cache_records()))
"""


def test_outputs_that_are_kept_at_the_same_time_do_not_push_each_other_out(small, tmp_path):
    done = subprocess.run([small.python, "-c", KEEP, tmp_path], cwd=small.root, capture_output=True, text=True)
    assert done.stdout.strip() == "60", done.stderr[-1000:]


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
            for attempt in range(600):
                with contextlib.suppress(OSError):
                    urlopen(address).close()
                    break
                time.sleep(0.2)
            yield address
        finally:
            server.terminate()


def test_serve_reloads_a_page_that_looks_as_after_a_build(small, browser):
    """The page that is open shows other words, a first figure, and other data, without anybody's doing."""
    tab = browser.new_page()
    problems = []
    tab.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    with served(small) as address:
        with tab.expect_websocket():  # on which the server says that there is something new
            tab.goto(f"{address}/chapters/one.html")

        small.edit("chapters/one.md", "About One.", "About One, at length.")
        tab.wait_for_selector("text=About One, at length.", timeout=300_000)

        with (small.root / "chapters/one.md").open("a", encoding="utf-8") as file:
            file.write(FIGURE)
        tab.wait_for_selector("figure img", timeout=300_000)
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
    assert did_nothing(small)  # serve has left what a build writes, to the byte: see the hashes in book.py


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
