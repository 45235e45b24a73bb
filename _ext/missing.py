"""Make the page for an address that does not exist: 404.html, which GitHub Pages and others show in place of it."""

from collections.abc import Iterator

from sphinx.application import Sphinx

BODY = """<h1>This page does not exist</h1>
<p>The address may be mistyped, or the page has another name now. Nothing is lost: every page of the book can be reached from here.</p>
<ul>
<li><a href="index.html">The first page</a>, with the list of chapters</li>
<li><a href="chapters/claims-table.html">All claims</a>, if you were sent to one of them</li>
<li><a href="genindex.html">The index</a>, from A to Z</li>
</ul>
<form class="so-filter so-ready" action="search.html" role="search">
<label>Search this book <input type="search" name="q" autocomplete="off"></label>
<button type="submit">Search</button>
</form>
"""


def pages(app: Sphinx) -> Iterator[tuple[str, dict, str]]:
    """Yield the page as Sphinx wants it: name, context, template."""
    if app.builder.format == "html":
        yield "404", {"title": "This page does not exist", "body": BODY}, "page.html"


def setup(app: Sphinx) -> None:
    """Register this extension."""
    app.connect("html-collect-pages", pages)
