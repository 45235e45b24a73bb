"""Figures as files of their own, each chapter's once more on a page with their numbers and their code.

The chapter stays light; on the page of its figures, which the link below each figure opens, there is room.
"""

import base64
import copy
import hashlib
import re

from bs4 import BeautifulSoup
from sphinx.errors import ExtensionError

from .svg import minify

FIGURE = re.compile(r"data:image/svg\+xml;base64,(.+)")
SUFFIX = "-figures"  # claims.html, claims-figures.html


def to_files(page, folder, root):
    """A figure in the page becomes a file of its own, loaded when it comes near."""
    for image in page.select("img[src^='data:image/svg+xml;base64,']"):
        picture, width, height = minify(base64.b64decode(FIGURE.fullmatch(image["src"])[1]).decode())
        name = hashlib.sha256(picture.encode()).hexdigest()[:12] + ".svg"
        (folder / "_images").mkdir(exist_ok=True)
        (folder / "_images" / name).write_text(picture, encoding="utf-8", newline="\n")
        image["src"] = f"{root}_images/{name}"
        image["width"], image["height"], image["loading"] = width, height, "lazy"


def take_out(page, name):
    """Take the numbers and the code of the figures out of the page `name`; return a page that has them, None if there are none."""
    figures = page.select("figure.so-figure")
    if not figures:
        return None
    sections = []
    for number, figure in enumerate(figures, 1):
        numbers, cell = figure.select_one("details.so-numbers"), figure.find_parent("div", class_="cell")
        if numbers is None or cell is None:
            raise ExtensionError(
                "a figure has no numbers, or stands in no cell: see _ext/finish/figures.py and standoff/display/show.py"
            )
        numbers = numbers.extract().select_one(".so-scroll")
        hidden = cell.select_one("details.hide")
        sections.append((number, copy.copy(figure), numbers, hidden and hidden.extract().select_one("div.highlight")))
        link = page.new_tag("a", href=f"{name}{SUFFIX}.html#figure-{number}", attrs={"class": "so-large"})
        link.string = f"Figure {number} large, with its numbers" + (" and its code" if hidden else "")
        figure.append(link)
    return figures_page(page, name, sections)


def figures_page(page, name, sections):
    """The page around, with the figures in place of the article."""
    other = copy.copy(page)
    title = other.h1.find(string=True)
    other.title.string = f"Figures of {other.title.get_text()}"
    article = other.select_one("article")
    article.clear()
    article.append(
        parsed(
            f'<h1>Figures of <a href="{name}.html">{title}</a></h1>'
            "<p>The figures of this chapter, large, each with the numbers that it shows and the code that draws it.</p>"
        )
    )
    for number, figure, numbers, code in sections:
        section = parsed(f'<section id="figure-{number}"><h2>Figure {number}</h2></section>').section
        figure.img.attrs.pop("loading")
        picture = parsed('<a class="so-large">The picture alone</a>').a
        picture["href"] = figure.img["src"]
        figure.append(picture)
        section.extend([figure, numbers])
        if code:
            code["class"] = ["highlight"]
            section.extend([parsed("<h3>The code that draws it</h3>").h3, code])
        article.append(section)
    for footer in other.select("footer.prev-next-footer"):  # the heading leads back
        footer.decompose()
    if contents := other.select_one("nav.page-toc > ul"):  # none if the chapter has no sections
        item = contents.li.extract()
        contents.clear()
        for number, *_ in sections:
            entry = copy.copy(item)
            for deeper in entry.select("ul"):
                deeper.decompose()
            entry.a["href"], entry.a.string = f"#figure-{number}", f"Figure {number}"
            contents.append(entry)
    return other


def parsed(html):
    return BeautifulSoup(html, "html.parser")
