"""Whatever the built pages, their style sheets and their pictures point to inside the book is there."""

import functools
import re
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

from _ext.address import find_address
from chapters import ALL_PAGES, HTML

NAMES = ("href", "src", "srcset", "poster", "data", "action", "formaction", "cite", "data-src")  # attributes that point
FILES = sorted(HTML.rglob("*.html")) if HTML.is_dir() else []


@functools.cache
def page(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "lxml")


@functools.cache
def anchors(path):
    return {element[name] for name in ("id", "name") for element in page(path).find_all(attrs={name: True})}


def pointers(path):
    """All that a page points to, with the element that does."""
    for name in NAMES:
        for element in page(path).find_all(attrs={name: True}):
            value = element[name]
            for part in value.split(",") if name == "srcset" else [value]:
                yield element.name, part.split()[0] if name == "srcset" else part


def fault(path, pointer):
    """Why a pointer leads nowhere; None if it leads somewhere, or out of the book."""
    parts = urlsplit(pointer)
    if parts.scheme in ("http", "https", "mailto", "data") or parts.netloc:
        return None
    if parts.scheme:
        return f"a strange scheme, {parts.scheme}"
    place = unquote(parts.path)
    root = urlsplit(find_address()).path  # the page 404 names places from there, if it is known
    if root and place.startswith(root):
        place = HTML / place.removeprefix(root)
    target = (path.parent / place).resolve() if parts.path else path
    if target.is_dir():
        target /= "index.html"
    if not target.is_relative_to(HTML.resolve()):
        return "leads out of the book's folder"
    if not target.is_file():
        return "no such file"
    if parts.fragment and target.suffix == ".html" and unquote(parts.fragment) not in anchors(target):
        return "no such place on that page"
    return None


def test_all_pages_are_those_that_the_tests_know():
    assert {path.relative_to(HTML).with_suffix("").as_posix() for path in FILES} == {*ALL_PAGES, "404"}


@pytest.mark.parametrize("name", [*ALL_PAGES, "404"])
def test_everything_that_a_page_points_to_is_there(name):
    path = (HTML / f"{name}.html").resolve()
    found = [*pointers(path)]
    assert {"a", "link", "script"} <= {element for element, _ in found}
    broken = {f"{element} {pointer}: {why}" for element, pointer in found if (why := fault(path, pointer))}
    assert not broken


@pytest.mark.parametrize(
    "pointer, why",
    [
        ("nothing.html", "no such file"),
        ("claims.html#nowhere", "no such place"),
        ("../../README.md", "out of the book"),
        ("#nowhere", "no such place"),
        ("javascript:alert(1)", "scheme"),
        ("../_images/none.svg", "no such file"),
        ("claims-table.html#c001", None),
        ("claims-table.html?source=x#c001", None),
        ("https://example.org/#x", None),
        ("../", None),
    ],
)
def test_what_leads_nowhere_is_seen(pointer, why):
    found = fault((HTML / "chapters/claims.html").resolve(), pointer)
    assert found is None if why is None else why in found


def test_everything_that_style_sheets_and_pictures_point_to_is_there():
    seen = 0
    for path in [*HTML.rglob("*.css"), *HTML.rglob("*.svg")]:
        text = path.read_text(encoding="utf-8")
        names = re.findall(r"url\(\s*[\"']?([^\"')]+)", text) + re.findall(r"\shref=\"([^\"]+)\"", text)
        for name in names:
            if name.startswith("#"):
                assert f'id="{name[1:]}"' in text, f"{path.name}: {name}"
            elif not name.startswith("data:"):
                assert (path.parent / name).is_file(), f"{path.name}: {name}"
            seen += 1
    assert seen > 10
