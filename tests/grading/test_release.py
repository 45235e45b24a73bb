"""What students get: complete, runnable anywhere, the same each time, and without anything that they must not see."""

import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace
from html import escape
from types import SimpleNamespace

import jupytext
import nbformat
import pytest
from bs4 import BeautifulSoup
from secrets_of_assignments import contents, leaks, parts, secrets, squeezed
from test_assignment_six import mine  # noqa: F401  (a fixture, as the next ones)
from test_download import folder, run  # noqa: F401

from assignments.course import COURSE
from autograder import handout
from autograder.handout import release
from autograder.source import AssignmentError
from chapters import HTML, ROOT
from standoff import cli

sys.path.insert(0, str(ROOT / "_ext"))
from _ext.repository import binder_link  # noqa: E402

NAMES = COURSE.names()
SOURCE = """\
---
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# Assignment 9. A sample

:::{admonition} In this assignment
:class: note
**You need** {doc}`claims` and {doc}`this chapter <actors>`.
:::

```{code-cell} ipython3
:nbgrader: {grade: false, grade_id: answer, locked: false, schema_version: 3, solution: true, task: false}

def answer():
    ### BEGIN SOLUTION
    return 6 * 7
    ### END SOLUTION
```

```{code-cell} ipython3
:nbgrader: {grade: true, grade_id: answer_check, locked: true, points: 1, schema_version: 3, solution: false, task: false}

assert answer(), "nothing"
### BEGIN HIDDEN TESTS
compare("answer()", "42")
### END HIDDEN TESTS
```
"""


@pytest.fixture
def sample(tmp_path):
    """sample(old, new): the Assignment of a short source in which a text is replaced."""

    def make(old="", new=""):
        path = tmp_path / "9-sample" / "9-sample.md"
        path.parent.mkdir()
        path.write_text(SOURCE.replace(old, new), encoding="utf-8")
        return replace(COURSE, assignments=tmp_path).read("9-sample")

    return make


def cells(content):
    return nbformat.reads(content.decode(), as_version=4).cells


def role(cell):
    return cell.metadata.get("nbgrader", {})


# ---- nothing that they must not see ----


def test_there_is_enough_to_look_for():
    assert NAMES
    for name, lines in secrets().items():
        assert len(lines) >= 20, name


@pytest.mark.parametrize("name", NAMES)
def test_every_kind_of_secret_is_found_in_every_kind_of_file(name, tmp_path):
    """The search itself: a source anywhere, also as a notebook in an archive in an archive, does not stay unseen."""
    notebook = jupytext.writes(COURSE.read(name).notebook, fmt="ipynb")
    with zipfile.ZipFile(tmp_path / "inner.zip", "w") as archive:
        archive.writestr("a.ipynb", notebook)
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        archive.write(tmp_path / "inner.zip", "inner.zip")
    (tmp_path / "inner.zip").unlink()
    (tmp_path / "key.html").write_bytes((COURSE.assignments / name / "key.md").read_bytes())
    found = "\n".join(leaks(contents(tmp_path)))
    assert "outer.zip/inner.zip/a.ipynb" in found and "key.html" in found
    assert [line for line in secrets()[name] if line not in found] == []


def test_secrets_are_found_in_a_pdf(browser, tmp_path):
    key = (COURSE.assignments / NAMES[0] / "key.md").read_text(encoding="utf-8")
    page = browser.new_page()
    page.set_content(f"<pre style='white-space: pre-wrap'>{escape(key)}</pre>")
    page.pdf(path=tmp_path / "key.pdf")
    page.close()
    found = "\n".join(leaks(contents(tmp_path)))
    printed = [line for line in secrets()[NAMES[0]] if line in squeezed(key)]
    assert printed and [line for line in printed if line not in found] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_hand_out_holds_no_secret(name):
    assert leaks(handout.handout(COURSE.read(name))) == []


def test_the_built_book_holds_no_secret():
    assert leaks(contents(HTML)) == []
    assert not list(HTML.rglob("key*"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    ### END SOLUTION\n", "", "BEGIN SOLUTION has no end"),
        ("### END HIDDEN TESTS", "### END HIDDEN TESTS\n### BEGIN HIDDEN TESTS", "HIDDEN TESTS has no end"),
        ("solution: true", "solution: false", "checks no task"),
        ("# Assignment 9. A sample", "# Assignment 9\n\nBEGIN MARK SCHEME", "BEGIN MARK SCHEME would be handed out"),
        ("### BEGIN HIDDEN TESTS", "### BEGIN SOLUTION", "nothing is compared"),
    ],
)
def test_a_source_that_would_give_something_away_is_not_released(sample, tmp_path, old, new, said):
    with pytest.raises(AssignmentError, match=said):
        release(sample(old, new).course, "9", tmp_path / "out")
    assert not (tmp_path / "out").exists()


# ---- what they do see ----


def test_a_stub_stands_where_the_solution_was(sample):
    _, code, check = cells(handout.student_version(sample()))
    assert code.source == "def answer():\n    # YOUR CODE HERE\n    raise NotImplementedError()"
    assert check.source == 'assert answer(), "nothing"'
    assert (check.metadata["editable"], check.metadata["deletable"]) == (False, False)
    assert "editable" not in code.metadata and code.metadata["deletable"] is False


def test_text_is_plain_markdown_and_names_chapters_by_their_titles(sample):
    text = cells(handout.student_version(sample()))[0].source
    assert "> **In this assignment**\n>\n> **You need** *Claims* and *this chapter*." in text


@pytest.mark.parametrize("name", NAMES)
def test_a_released_notebook(name):
    content = handout.student_version(COURSE.read(name))
    notebook = nbformat.reads(content.decode(), as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata["standoff"] == {"assignment": name} and "kernelspec" in notebook.metadata
    assert all(not cell.outputs and cell.execution_count is None for cell in notebook.cells if "outputs" in cell)
    for task in COURSE.read(name).tasks:
        [cell] = [cell for cell in notebook.cells if role(cell).get("grade_id") == task.name]
        assert cell.source == handout.TEXT if task.prose else handout.CODE.split("\n")[0] in cell.source
    text = "\n".join(cell.source for cell in notebook.cells)
    assert "{cite" not in text and ":::" not in text and "{doc}" not in text
    public, _ = parts(name)
    asserts = [line.strip() for line in public if line.strip().startswith("assert ")]
    assert asserts and all(line in text for line in asserts), "the self-checks stay"


@pytest.mark.parametrize("name", NAMES)
def test_a_hand_out_has_what_the_notebook_needs_and_no_more(name):
    inside = {path.removeprefix(f"{name}/") for path in handout.handout(COURSE.read(name))}
    assert {f"{name}.ipynb", "README.txt", "LICENSE", "LICENSE-CC-BY.md", "standoff/case.py"} <= inside
    assert not any(path.startswith(("autograder", "assignments")) or "__pycache__" in path for path in inside)
    assert all(path.partition("/")[0] in ("answers", "data", "standoff") for path in inside if "/" in path)
    assert "data/report/article.txt" not in inside


def errors(cell):
    return [output for output in cell.get("outputs", []) if output.output_type == "error"]


@pytest.mark.parametrize("name", NAMES)
def test_in_a_folder_of_its_own_every_self_check_says_what_is_missing(run, folder, name):  # noqa: F811
    release(COURSE, name, folder)
    notebook = run(folder / name / f"{name}.ipynb", allow_errors=True)
    begun = False
    for cell in notebook.cells:
        about = role(cell)
        begun = begun or bool(about.get("solution"))
        if cell.cell_type != "code":
            continue
        if not begun:
            assert not errors(cell), f"set-up: {errors(cell)}"
        if about.get("grade"):
            [error] = errors(cell)
            assert error.ename in ("AssertionError", "NotImplementedError", "NameError"), about["grade_id"]
            assert error.evalue or error.ename == "NotImplementedError", f"{about['grade_id']}: no message"


@pytest.mark.parametrize("name", NAMES)
def test_in_a_folder_of_its_own_the_reference_passes_every_self_check(run, folder, mine, name):  # noqa: F811
    one = COURSE.read(name)
    release(one.course, one.name, folder)
    shutil.copytree(mine, folder / name / "data" / mine.name)  # what assignment 6 asks a student to make
    path = folder / name / f"{name}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    answers = {role(cell).get("grade_id"): cell.source for cell in one.notebook.cells if role(cell).get("solution")}
    for cell in notebook.cells:
        cell.source = answers.get(role(cell).get("grade_id"), cell.source)
    nbformat.write(notebook, path)
    run(path)


# ---- files ----


def test_the_same_source_gives_the_same_bytes(tmp_path):
    """As the build of the book wrote them, in another process with another order of sets."""
    command = [sys.executable, "-m", "standoff", "assignment", "release", "--zip", "-o", str(tmp_path)]
    environ = os.environ | {"PYTHONHASHSEED": "2", "TZ": "Pacific/Kiritimati"}
    subprocess.run(command, env=environ, check=True, cwd=ROOT, capture_output=True)
    written = contents(tmp_path)
    assert set(written) == {f"{name}.zip" for name in NAMES} and written == contents(HTML / "handouts")


def test_work_in_a_hand_out_is_not_written_over(sample, tmp_path, monkeypatch):
    one = sample()
    path = release(one.course, one.name, tmp_path / "out") / "9-sample.ipynb"
    before = path.read_bytes()
    release(one.course, one.name, tmp_path / "out")  # nothing was done in it
    for change in (
        lambda cells: cells[1].update(source="def answer():\n    return 41"),
        lambda cells: cells[2].update(outputs=[nbformat.v4.new_output("stream", text="x")]),
        lambda cells: cells.append(nbformat.v4.new_markdown_cell("a note")),
    ):
        changed = nbformat.reads(before.decode(), as_version=4)
        change(changed.cells)
        nbformat.write(changed, path)
        worked = path.read_bytes()
        with pytest.raises(AssignmentError, match="someone has worked in it. Remedy"):
            release(one.course, one.name, tmp_path / "out")
        assert path.read_bytes() == worked
    path.write_text("not a notebook")
    with pytest.raises(AssignmentError, match="someone has worked in it"):
        release(one.course, one.name, tmp_path / "out")


def test_the_command(tmp_path, capsys):
    name = NAMES[0]
    assert cli.main(["assignment", "release", name.partition("-")[0], "-o", str(tmp_path)]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / name)
    assert cli.main(["assignment", "release", "-o", str(tmp_path / "all"), "--zip"]) == 0
    assert sorted(path.name for path in (tmp_path / "all").iterdir()) == [f"{name}.zip" for name in NAMES]
    assert cli.main(["assignment", "release", "nonsense"]) == 2
    assert "there is no assignment 'nonsense'. Remedy: name one of" in capsys.readouterr().err


# ---- on the page, and on Binder ----


@pytest.mark.parametrize("name", NAMES)
def test_the_page_offers_each_hand_out(name):
    page = BeautifulSoup((HTML / "chapters" / "assignments.html").read_text(encoding="utf-8"), "lxml")
    assert page.find("a", href=f"../handouts/{name}.zip")
    with zipfile.ZipFile(HTML / "handouts" / f"{name}.zip") as archive:
        assert {file: archive.read(file) for file in archive.namelist()} == handout.handout(COURSE.read(name))


def test_the_way_to_binder_follows_the_repository():
    def leads(**options):
        app = SimpleNamespace(srcdir=ROOT, config=SimpleNamespace(html_theme_options=options))
        return binder_link(app, "handouts/1-a/1-a.ipynb")

    assert leads() is None
    there = leads(repository_url="https://gitlab.com/school/history/book", repository_branch="dev")
    assert there == "https://mybinder.org/v2/gl/school%2Fhistory%2Fbook/dev?urlpath=lab/tree/handouts/1-a/1-a.ipynb"
