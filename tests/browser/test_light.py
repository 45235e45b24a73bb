"""What a reader loads: measured by the browser, from a server that does not compress.

`pytest tests/test_light.py -s` prints the table of all pages.
"""

import pytest

from chapters import ALL_PAGES, CONTENT

# kB for a content chapter, figures included also where the reader has not come to them: on the first visit, and as the next page.
FIRST, NEXT = 300, 60

LOADED = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .map(entry => [new URL(entry.name).pathname, entry.decodedBodySize])"""


def loaded(tab, url):
    """{path: bytes} of what a page loads: at once, and when a reader has scrolled to its end."""
    tab.goto(url, wait_until="networkidle")
    at_once = dict(tab.evaluate(LOADED))
    tab.evaluate("document.querySelectorAll('img').forEach(image => image.loading = 'eager')")
    tab.evaluate("Promise.all([...document.images].map(image => image.decode()))")
    return at_once, dict(tab.evaluate(LOADED))


@pytest.fixture(scope="module")
def weights(address, browser):
    """For each page: bytes of the first visit, and of the page as the next one, each at once and scrolled to its end."""
    pages = {}
    for name in ALL_PAGES:
        with browser.new_context(viewport={"width": 1280, "height": 900}) as visit:  # nothing kept from the page before
            pages[name] = loaded(visit.new_page(), f"{address}/{name}.html")

    def is_shared(path):  # what every page needs stays with the reader
        return path.startswith("/_static/")

    weights = {
        name: [sum(files.values()) for files in states]
        + [sum(size for path, size in files.items() if not is_shared(path)) for files in states]
        for name, states in pages.items()
    }
    print(
        "\nkB without compression     first visit        next page\n                         at once  to its end  at once  to its end"
    )
    for name, sizes in weights.items():
        print(f"{name:24}" + "".join(f"{size / 1000:9.1f}" for size in sizes))
    return weights


@pytest.mark.parametrize("name", CONTENT)
def test_a_chapter_is_light_on_the_first_visit(weights, name):
    assert weights[f"chapters/{name}"][1] <= FIRST * 1000


@pytest.mark.parametrize("name", CONTENT)
def test_a_chapter_is_light_as_the_next_page(weights, name):
    assert weights[f"chapters/{name}"][3] <= NEXT * 1000
