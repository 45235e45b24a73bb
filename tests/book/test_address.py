"""What a page says of itself to others, and what needs the address of the site: there when it is known, absent when not."""

import shutil
import struct
import threading
import xml.etree.ElementTree as ET
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import expect
from sphinx.errors import ExtensionError
from test_accessibility import NARROW, WIDE, everywhere

from _ext import address
from _ext.finish import social
from chapters import ALL_PAGES, HTML, PAGES, built

ADDRESS = "https://books.example/standoff/"
ACTION = {"GITHUB_SERVER_URL": "https://github.com"}


@pytest.mark.parametrize(
    "environ, expected",
    [
        ({}, ""),
        ({"BOOK_ADDRESS": "https://books.example/standoff"}, ADDRESS),
        ({"BOOK_ADDRESS": "none", **ACTION, "GITHUB_REPOSITORY": "Someone/Standoff"}, ""),
        ({**ACTION, "GITHUB_REPOSITORY": "Someone/Standoff"}, "https://someone.github.io/Standoff/"),
        ({**ACTION, "GITHUB_REPOSITORY": "Someone/someone.github.io"}, "https://someone.github.io/"),
        ({"GITHUB_SERVER_URL": "https://git.example", "GITHUB_REPOSITORY": "Someone/Standoff"}, ""),
        ({"CI_PAGES_URL": "https://group.gitlab.io/book"}, "https://group.gitlab.io/book/"),
    ],
)
def test_the_address_is_found(environ, expected):
    assert address.find_address(environ) == expected


@pytest.mark.parametrize(
    "wrong", ["books.example", "ftp://books.example/", 'https://books.example/"><script>', "https://books.example/?a=b"]
)
def test_an_address_that_is_none_is_refused(wrong):
    with pytest.raises(ExtensionError, match="BOOK_ADDRESS"):
        address.find_address({"BOOK_ADDRESS": wrong})


def head(page):
    return {
        meta.get("property") or meta.get("name"): meta["content"] for meta in page.select("meta[property], meta[name]")
    }


@pytest.mark.parametrize("name", ALL_PAGES)
def test_a_page_introduces_itself(name):
    page = built(name)
    tags, title = head(page), page.title.get_text()
    assert tags["og:site_name"] == "Standoff" and tags["og:title"] in title
    assert title == "Standoff: one news report, read as data" if name == "index" else title.endswith(" — Standoff")
    assert tags["og:type"] == ("website" if name == "index" else "article")
    if name in PAGES:
        assert 50 < len(tags["description"]) <= 160
    whole = page.select_one("link[rel=canonical]") is not None  # where the tests run with an address
    assert ("og:image" in tags, "og:url" in tags, tags["twitter:card"] == "summary_large_image") == (whole,) * 3


def test_titles_and_descriptions_differ_from_page_to_page():
    pages = [built(name) for name in PAGES]
    for texts in ([page.title.get_text() for page in pages], [head(page)["description"] for page in pages]):
        assert len(set(texts)) == len(PAGES)


def test_without_an_address_nothing_that_needs_one_is_made():
    made = [(HTML / name).is_file() for name in ("sitemap.xml", "robots.txt", "card.png")]
    assert made == [bool(address.find_address())] * 3


@pytest.mark.parametrize("name, root", [("index", ""), ("chapters/claims", "../")])
def test_with_an_address_a_page_names_itself_and_the_picture(name, root):
    page = BeautifulSoup(
        f'<head><title>Claims — Standoff</title><meta name="description" content="x"><link rel="canonical" href="{ADDRESS}{name}.html"></head>',
        "html.parser",
    )
    social.introduce(page, root)
    tags = head(page)
    assert tags["og:url"] == f"{ADDRESS}{name}.html" and tags["og:image"] == f"{ADDRESS}card.png"
    assert tags["twitter:card"] == "summary_large_image" and tags["og:image:alt"]


def test_the_picture_has_the_size_that_is_asked_for_and_the_same_bytes_each_time(tmp_path):
    for name in ("one.png", "two.png"):
        social.draw(tmp_path / name)
    data = (tmp_path / "one.png").read_bytes()
    assert struct.unpack(">II", data[16:24]) == (social.WIDTH, social.HEIGHT) == (1200, 630)
    assert len(data) < 60_000 and data == (tmp_path / "two.png").read_bytes()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The book as GitHub Pages would serve it: under a path, with 404.html for what is not there. Its address and folder."""
    path = urlsplit(address.find_address()).path.strip("/") or "book"  # where its 404.html, too, expects it
    top = tmp_path_factory.mktemp("site")
    folder = shutil.copytree(HTML, top / path)

    class Pages(SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=top)

        def send_error(self, code, *arguments):
            page = (folder / "404.html").read_bytes()
            self.send_response(code)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}/{path}/"
        app = SimpleNamespace(
            config=SimpleNamespace(html_baseurl=base),
            builder=SimpleNamespace(format="html"),
            outdir=folder,
            env=SimpleNamespace(found_docs={*PAGES}),
        )
        address.finish(app, None)
        yield base, folder
        server.shutdown()


def test_the_sitemap_names_every_page_of_the_book(site):
    base, folder = site
    places = [
        place.text
        for place in ET.parse(folder / "sitemap.xml").iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")
    ]
    assert places == [f"{base}{name}.html" for name in sorted(PAGES)]
    assert all((folder / place.removeprefix(base)).is_file() for place in places)
    assert f"Sitemap: {base}sitemap.xml" in (folder / "robots.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("missing", ["gone.html", "chapters/gone.html", "a/b/c/d/gone"])
def test_the_page_404_works_at_any_depth(site, browser, missing):
    base, folder = site
    tab = browser.new_page()
    failed = []
    tab.on("response", lambda response: failed.append(response.url) if response.status >= 400 else None)
    tab.on("pageerror", lambda error: failed.append(str(error)))
    assert tab.goto(base + missing).status == 404
    assert failed == [base + missing], "only the page itself is missing, none of its files"
    expect(tab.get_by_role("heading", name="This page does not exist")).to_be_visible()
    tab.get_by_label("Search this book").last.fill("withdrawal")
    tab.get_by_role("main").get_by_role("button", name="Search", exact=True).click()
    tab.wait_for_url(f"{base}search.html?q=withdrawal")
    tab.goto(base + missing)
    tab.get_by_role("link", name="All claims").last.click()
    tab.wait_for_url(f"{base}chapters/claims-table.html")
    tab.close()


def test_the_page_404_is_safe_and_shuts_nobody_out(site, browser):
    tab = browser.new_page(viewport=WIDE, color_scheme="light", reduced_motion="reduce")
    tab.goto(site[0] + "a/gone")
    policy = tab.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content")
    assert policy.startswith("default-src 'none'")
    assert everywhere(tab) == []
    for size in (WIDE, NARROW):
        tab.set_viewport_size(size)
        assert tab.evaluate("document.documentElement.scrollWidth") <= size["width"]
    tab.close()
