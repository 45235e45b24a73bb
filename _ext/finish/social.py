"""Describe a page for anyone with whom a link to it is shared: title, description and, if the site's address is known, a picture.

The picture is one for the whole book, drawn from its data. Addresses in these tags must be whole, so that without an
address of the site there is no picture.
"""

import re
from pathlib import Path
from urllib.parse import urljoin

from bs4 import BeautifulSoup

CARD, WIDTH, HEIGHT = "card.png", 1200, 630
SUBTITLE = "one news report, read as data"
ALT = "All claims of the report as squares, paragraph by paragraph, by how certain their sources are."


def introduce(page: BeautifulSoup, root: str) -> None:
    """Add the tags of a page (its way to the root of the site is `root`), made of what it says already."""
    for tag in page.select("meta[name^=docsearch]"):  # for a service that nothing here asks
        tag.decompose()
    title, site = re.fullmatch(r"(?:(.*) (?:—|-) )?(.+)", page.title.get_text()).groups()
    if title == site:
        title = None  # the first page
    page.title.string = f"{title} — {site}" if title else f"{site}: {SUBTITLE}"
    if not page.select("meta[name=description]"):
        add_tag(page, "name", "description", description(page))
    add_tag(page, "property", "og:type", "article" if title else "website")
    add_tag(page, "property", "og:site_name", site)
    add_tag(page, "property", "og:title", title or page.title.string)
    canonical = page.select_one("link[rel=canonical]")
    add_tag(page, "name", "twitter:card", "summary_large_image" if canonical else "summary")
    if canonical:
        add_tag(page, "property", "og:url", canonical["href"])
        add_tag(page, "property", "og:image", urljoin(canonical["href"], root + CARD))
        add_tag(page, "property", "og:image:alt", ALT)


def add_tag(page: BeautifulSoup, kind: str, name: str, content: str) -> None:
    """Add a meta element, named by the attribute `kind`."""
    page.head.append(page.new_tag("meta", attrs={kind: name, "content": content}))


def description(page: BeautifulSoup) -> str:
    """Return how the text of a page begins, in 155 characters or a few less; its title if it has no text."""
    paragraphs = (" ".join(p.get_text().split()) for p in page.select("article p:not(.admonition-title)"))
    words = next((text for text in paragraphs if len(text) > 60), page.title.get_text())
    return words if len(words) <= 155 else words[:155].rsplit(" ", 1)[0].rstrip(",;:.") + " …"


def draw(path: Path) -> None:
    """Draw the picture: a column for each paragraph of the report, a square for each claim in it."""
    from matplotlib.figure import Figure  # here, because a build without an address does without them

    from standoff import load
    from standoff.display import palette

    colours = {
        "certain": palette.MAIN,
        "probable": palette.LIGHT,
        "possible": palette.CONTRAST,
        "uncommitted": palette.MUTED,
    }
    case = load("report")
    claims = case.claims.assign(paragraph=case.claims["content_span"].map(case.paragraph_of))
    claims["certainty"] = claims["certainty"].astype(str)
    claims = claims.assign(rank=claims["certainty"].map(list(colours).index)).sort_values(
        ["paragraph", "rank"], kind="stable"
    )
    claims["height"] = claims.groupby("paragraph").cumcount()

    figure = Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100, facecolor="white")
    text = {"family": "DejaVu Sans", "color": palette.TEXT}
    figure.text(0.06, 0.80, "Standoff", size=54, weight="bold", **text)
    figure.text(0.06, 0.68, SUBTITLE.capitalize(), size=28, **text)
    figure.text(0.94, 0.06, "each square a claim, each column a paragraph", size=16, ha="right", **text)
    axes = figure.add_axes((0.06, 0.13, 0.88, 0.50))
    for certainty, rows in claims.groupby("certainty"):
        axes.bar(rows["paragraph"], 0.86, 0.86, rows["height"], color=colours[certainty], label=certainty)
    axes.set_axis_off()
    axes.set_xlim(claims["paragraph"].min() - 0.5, claims["paragraph"].max() + 0.5)
    for number, (certainty, colour) in enumerate(colours.items()):
        figure.text(0.06 + 0.125 * number, 0.06, "■", size=20, family="DejaVu Sans", color=colour)
        figure.text(0.083 + 0.125 * number, 0.06, certainty, size=16, **text)
    figure.savefig(path, metadata={"Software": None})
