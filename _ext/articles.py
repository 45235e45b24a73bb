"""Keep the text of each page, as Sphinx wrote it, for the formats that are not pages (see `formats/`).

What the theme puts around it, and the last steps over the pages, concern the site alone.
"""

from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx


def keep(app: Sphinx, pagename: str, templatename: str, context: dict, doctree: nodes.document | None) -> None:
    """Write the text of a page to _build/articles."""
    if app.builder.format == "html" and doctree is not None:  # not the search page or the index
        path = Path(app.outdir).parent / "articles" / f"{pagename}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(context["body"], encoding="utf-8", newline="\n")


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", keep)
