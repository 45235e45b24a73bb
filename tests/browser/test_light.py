"""What a reader loads of a content chapter: measured by the browser, from a server that compresses as web hosts do.

A first visit is everything that the browser asks for, in an empty browser of 1280 × 900, until the network is quiet,
without scrolling: the page, its scripts, style sheet and fonts, and the pictures that come near. The next page is the same
without what is in _static, which stays with the reader. All figures are loaded after that, for the table alone.

`pytest tests/browser/test_light.py -s` prints the table.
"""

import functools
import gzip
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from chapters import CONTENT, HTML

FIRST, NEXT = 80_000, 25_000  # bytes, compressed, of a first visit and of the next page
LOADED = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .map(entry => [new URL(entry.name).pathname, entry.encodedBodySize])"""


class Compressing(SimpleHTTPRequestHandler):
    """A server that sends text compressed, at the level that nginx and Apache have by default or a little above."""

    def do_GET(self):
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            return self.send_error(404)
        body, is_text = path.read_bytes(), path.suffix in (".html", ".css", ".js", ".svg")
        body = gzip.compress(body, 6) if is_text else body
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Length", str(len(body)))
        if is_text:
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def weights(browser):
    """{chapter: (bytes of a first visit, of the next page, of the next page with all its figures)}"""
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Compressing, directory=HTML)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        weights = {
            name: weigh(browser, f"http://127.0.0.1:{server.server_port}/chapters/{name}.html") for name in CONTENT
        }
        server.shutdown()
    print("\nkB compressed   first visit   next page   with all figures")
    for name, sizes in weights.items():
        print(f"{name:15}" + "".join(f"{size / 1000:{width}.1f}" for size, width in zip(sizes, (12, 12, 19))))
    return weights


def weigh(browser, url):
    with browser.new_context(viewport={"width": 1280, "height": 900}) as visit:  # nothing kept from the page before
        tab = visit.new_page()
        tab.goto(url, wait_until="networkidle")
        files = dict(tab.evaluate(LOADED))
        tab.evaluate("document.querySelectorAll('img').forEach(image => image.loading = 'eager')")
        tab.evaluate("Promise.all([...document.images].map(image => image.decode()))")
        return sum(files.values()), own(files), own(dict(tab.evaluate(LOADED)))


def own(files):
    """Bytes of what belongs to this page alone."""
    return sum(size for path, size in files.items() if not path.startswith("/_static/"))


@pytest.mark.parametrize("name", CONTENT)
def test_a_chapter_is_light_on_the_first_visit(weights, name):
    assert 40_000 < weights[name][0] <= FIRST, "below that, something was not counted"


@pytest.mark.parametrize("name", CONTENT)
def test_a_chapter_is_light_as_the_next_page(weights, name):
    assert 5_000 < weights[name][1] <= NEXT, "below that, something was not counted"


def test_the_style_sheet_has_rules_for_what_pages_and_scripts_show_and_no_others():
    """Words of the search index, of comments and of parts of the theme that are not used here name no class."""
    style = (HTML / "_static/styles/pages.css").read_text(encoding="utf-8")
    kept = (".so-figure", ".so-row", ".so-mark-panel", ".copybtn", ".highlighted", ".scrolled", "output.right")
    assert [name for name in kept if name not in style] == []
    assert [name for name in (".popover", ".progress", ".nboutput", ".caution", ".list-group") if name in style] == []
