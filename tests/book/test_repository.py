"""Buttons lead to whichever repository the book is built from, never carry a password, and are absent where none is known."""

import re
import shutil
import subprocess
from types import SimpleNamespace

import pytest
from buttons import build_pages, launch_links

from _ext.repository import binder_address, binder_link, find_repository, set_buttons, web_address
from chapters import ROOT

pytestmark = pytest.mark.slow

HUB = "https://github.com/reader/book"
LAB = "https://gitlab.com/school/history/book"


def git(folder, *arguments):
    command = [
        "git",
        "-c",
        "user.name=A",
        "-c",
        "user.email=a@example.org",
        "-c",
        "init.defaultBranch=main",
        *arguments,
    ]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A clone, on branch main, of a repository that has the branches main and dev."""
    for name in ("BOOK_REPOSITORY", "GITHUB_REPOSITORY", "CI_PROJECT_URL"):  # what the real surroundings say
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "origin").mkdir()
    git(tmp_path / "origin", "init")
    git(tmp_path / "origin", "commit", "--allow-empty", "-m", "first")
    git(tmp_path / "origin", "branch", "dev")
    git(tmp_path, "clone", "origin", "clone")
    return tmp_path / "clone"


def test_a_folder_of_another_owner_has_its_buttons(checkout, monkeypatch):
    """As in a container: git itself refuses it (safe.directory)."""
    git(checkout, "remote", "set-url", "origin", HUB)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    refused = subprocess.run(["git", "-C", checkout, "rev-parse", "HEAD"], capture_output=True, text=True)
    assert "dubious ownership" in refused.stderr
    assert find_repository(checkout) == (HUB, "main")


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("https://github.com/reader/book", HUB),
        ("https://github.com/reader/book.git", HUB),
        ("https://github.com/reader/book/", HUB),
        ("git@github.com:reader/book.git", HUB),
        ("ssh://git@github.com/reader/book.git", HUB),
        ("ssh://git@github.com:22/reader/book", HUB),
        ("git://github.com/reader/book.git", HUB),
        ("https://reader:secret@github.com/reader/book.git", HUB),
        ("https://secret@github.com/reader/book.git", HUB),
        ("https://x-access-token:secret@github.com/reader/book", HUB),
        ("https://reader:sec@ret@github.com/reader/book", HUB),
        ("https://oauth2:secret@gitlab.com/school/history/book.git", LAB),
        ("https://gitlab-ci-token:secret@gitlab.com/school/history/book.git", LAB),
        ("git@gitlab.com:school/history/book.git", LAB),
        ("https://gitlab.example.org:8443/school/book.git", "https://gitlab.example.org:8443/school/book"),
        ("ssh://git@gitlab.example.org:2222/school/book.git", "https://gitlab.example.org/school/book"),
        ("https://bitbucket.org/school/book", "https://bitbucket.org/school/book"),
        ("https://example.org/book.git", None),
        ("https://example.org/github/book", None),
        ("/home/reader/github/book", None),
        ("../book", None),
        ("file:///home/reader/github.com/reader/book", None),
        (r"C:\Users\reader\github\book", None),
        ("none", None),
        ("", None),
    ],
)
def test_the_web_address_of_a_remote(remote, address):
    assert web_address(remote) == address


SECRETS = {"GITHUB_TOKEN": "secret", "CI_JOB_TOKEN": "secret"}
ACTIONS = {"GITHUB_REPOSITORY": "reader/book", "GITHUB_SERVER_URL": "https://github.com"}
PIPELINE = {"CI_PROJECT_URL": LAB, "CI_DEFAULT_BRANCH": "trunk"}


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        (ACTIONS | {"GITHUB_REF_TYPE": "branch", "GITHUB_REF_NAME": "dev", "GITHUB_EVENT_NAME": "push"}, (HUB, "dev")),
        (ACTIONS | {"GITHUB_REF_TYPE": "tag", "GITHUB_REF_NAME": "v1", "GITHUB_EVENT_NAME": "push"}, (HUB, "main")),
        (
            ACTIONS | {"GITHUB_REF_TYPE": "branch", "GITHUB_REF_NAME": "7/merge", "GITHUB_EVENT_NAME": "pull_request"},
            (HUB, "main"),
        ),
        (
            ACTIONS | {"GITHUB_SERVER_URL": "https://github.example.org"},
            ("https://github.example.org/reader/book", "main"),
        ),
        (PIPELINE | {"CI_COMMIT_BRANCH": "dev"}, (LAB, "dev")),
        (PIPELINE, (LAB, "trunk")),
        (ACTIONS | {"BOOK_REPOSITORY": LAB, "BOOK_BRANCH": "dev"}, (LAB, "dev")),
        (ACTIONS | {"BOOK_REPOSITORY": "none"}, (None, "main")),
        ({}, (None, "main")),
    ],
)
def test_what_the_surroundings_say(tmp_path, environ, found):
    assert find_repository(tmp_path, SECRETS | environ) == found


@pytest.mark.parametrize(
    ("state", "branch"),
    [
        ([], "main"),
        (["checkout", "dev"], "dev"),
        (["checkout", "-b", "new"], "main"),
        (["checkout", "--detach"], "main"),
        (["remote", "set-head", "origin", "dev"], "main"),
    ],
    ids=" ".join,
)
def test_the_branch_of_a_clone(checkout, state, branch):
    if state:
        git(checkout, *state)
    git(checkout, "remote", "set-url", "origin", "https://reader:secret@github.com/reader/book.git")
    assert find_repository(checkout, {}) == (HUB, branch)


def test_a_detached_head_points_to_the_first_branch_whatever_its_name(checkout):
    git(checkout, "checkout", "--detach")
    git(checkout, "remote", "set-head", "origin", "dev")
    git(checkout, "remote", "set-url", "origin", "git@github.com:reader/book.git")
    assert find_repository(checkout, {}) == (HUB, "dev")


def test_no_remote_and_a_repository_around_the_folder(checkout):
    (checkout / "unpacked").mkdir()
    git(checkout, "remote", "set-url", "origin", HUB)
    assert find_repository(checkout / "unpacked", {}) == (None, "main")
    git(checkout, "remote", "remove", "origin")
    assert find_repository(checkout, {})[0] is None


@pytest.mark.parametrize(
    ("address", "branch", "start"),
    [
        (HUB, "main", "gh/reader/book/main"),
        (HUB, "fix/typo #1", "gh/reader/book/fix/typo%20%231"),
        (LAB, "main", "gl/school%2Fhistory%2Fbook/main"),
        ("https://gitlab.example.org/school/book", "main", "git/https%3A%2F%2Fgitlab.example.org%2Fschool%2Fbook/main"),
        ("https://bitbucket.org/school/book", "main", "git/https%3A%2F%2Fbitbucket.org%2Fschool%2Fbook/main"),
    ],
)
def test_where_the_binder_button_leads(address, branch, start):
    assert (
        binder_address(address, branch, "chapters/a.md")
        == f"https://mybinder.org/v2/{start}?urlpath=lab/tree/chapters/a.md"
    )


# ---- in pages that are really built ----


@pytest.fixture
def small_book(tmp_path):
    """This book with one chapter, and a page without code."""
    book = tmp_path / "book"
    for name in (
        "_config.yml",
        "_ext",
        "_static",
        "binder",
        "answers",
        "data",
        "standoff",
        "references.bib",
        "LICENSE",
        "LICENSE-CC-BY.md",
    ):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        book.mkdir(exist_ok=True)
        copy(ROOT / name, book / name)
    (book / "chapters").mkdir()
    head = (ROOT / "chapters" / "start.md").read_text(encoding="utf-8").partition("\n# ")[0]
    (book / "chapters" / "one.md").write_text(f"{head}\n# One\n\n```{{code-cell}} ipython3\n1\n```\n", encoding="utf-8")
    (book / "index.md").write_text("# Nothing to run\n", encoding="utf-8")
    (book / "_toc.yml").write_text("format: jb-book\nroot: index\nchapters: [{file: chapters/one}]\n", encoding="utf-8")
    git(book, "init")
    return book


def addresses(book):
    text = "".join(path.read_text(encoding="utf-8") for path in (book / "_build/html").rglob("*.html"))
    assert "secret" not in text and "executablebooks" not in text
    return set(re.findall(r'href="?(https://(?:mybinder|git|bitbucket)[^"?#\s>]*)', text)) - {"https://github.com/"}


def test_the_buttons_of_a_page(small_book):
    git(small_book, "remote", "add", "origin", "https://reader:secret@github.com/reader/book.git")
    build_pages(small_book)
    assert addresses(small_book) == {
        "https://mybinder.org/v2/gh/reader/book/main",
        HUB,
        f"{HUB}/issues/new",
        f"{HUB}/edit/main/chapters/one.md",
        f"{HUB}/edit/main/index.md",
    }
    assert all(link.endswith("?urlpath=lab/tree/chapters/one.md") for link in launch_links(small_book))
    assert (small_book / "_build/html/_sources/chapters/one.ipynb").is_file()
    page = (small_book / "_build/html/chapters/one.html").read_text(encoding="utf-8")
    assert not re.search(r'class="[^"]*\bfab\b', page), "the pages' font has no icons of brands"


@pytest.mark.parametrize(
    ("remote", "address", "binder"),
    [
        ("https://reader:secret@github.com/reader/book.git", HUB, "gh/reader/book/main"),
        ("git@gitlab.com:school/history/book.git", LAB, "gl/school%2Fhistory%2Fbook/main"),
        ("/srv/git/book", None, None),
        (None, None, None),
    ],
)
def test_what_the_theme_is_told(checkout, remote, address, binder):
    (checkout / "binder").mkdir()
    git(checkout, *(["remote", "set-url", "origin", remote] if remote else ["remote", "remove", "origin"]))
    theme = {
        "repository_url": "https://github.com/executablebooks/jupyter-book",
        "launch_buttons": {"binderhub_url": "x"},
    }
    app = SimpleNamespace(srcdir=checkout, config=SimpleNamespace(html_theme_options=theme))
    set_buttons(app, app.config)
    buttons = {theme[f"use_{name}_button"] for name in ("repository", "edit_page", "issues")}
    assert (theme.get("repository_url"), buttons, theme["launch_buttons"]) == (address, {address is not None}, {})
    link = binder and f"https://mybinder.org/v2/{binder}?urlpath=lab/tree/chapters/one.md"
    assert binder_link(app, "chapters/one.md") == link


def test_no_address_of_this_project_is_typed_in_a_page():
    for path in [*ROOT.glob("*.md"), ROOT / "_config.yml", *(ROOT / "chapters").glob("*.md")]:
        assert "mybinder.org/v2" not in path.read_text(encoding="utf-8"), (
            f"{path.name}: leave this to _ext/repository.py"
        )
