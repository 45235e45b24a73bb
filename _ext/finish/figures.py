"""Make each figure a file, loaded when it comes near, with its numbers and its code folded under it."""

import base64
import hashlib
import re
from pathlib import Path

from bs4 import BeautifulSoup
from sphinx.errors import ExtensionError

PREFIX = "data:image/svg+xml;base64,"
PIXELS = 4 / 3  # in a point, of which SVG by Matplotlib is made
NEEDLESS = re.compile(
    r' (?:width|height)="[\d.]+pt"|<\?xml.*?\?>|<!DOCTYPE.*?>|<metadata>.*?</metadata>|<!--.*?-->', re.S
)


def improve(page: BeautifulSoup, folder: Path, root: str) -> None:
    """Put the pictures of a page into `folder`/_images, and number what belongs to each figure.

    `root` leads from the page to `folder`: "../" for a page in a folder of it. The numbers in the texts are those that
    the style sheet counts before the captions.
    """
    for number, figure in enumerate(page.select("figure.so-figure"), 1):
        numbers, cell = figure.select_one("details.so-numbers"), figure.find_parent("div", class_="cell")
        if numbers is None or cell is None or not figure.img["src"].startswith(PREFIX):
            raise ExtensionError(
                "a figure has no numbers, is not in a cell, or is not an SVG: "
                "see _ext/finish/figures.py and standoff/display/show.py"
            )
        numbers.summary.string = f"The numbers behind figure {number}"
        numbers.caption.string = numbers.div["aria-label"] = f"Numbers behind figure {number}"
        if code := cell.select_one("details.hide"):
            code["class"] = "so-code"
            code.summary.string = f"The code that draws figure {number}"
            figure.append(code.extract())
        image = figure.img
        for element, address in ((figure.source, "srcset"), (image, "src")):
            picture, width, height = thin(base64.b64decode(element[address].removeprefix(PREFIX)).decode())
            name = hashlib.sha256(picture.encode()).hexdigest()[:12] + ".svg"
            (folder / "_images").mkdir(exist_ok=True)
            (folder / "_images" / name).write_text(picture, encoding="utf-8", newline="\n")
            element[address], element["width"], element["height"] = f"{root}_images/{name}", width, height
        image["loading"] = "lazy"
        large = page.new_tag("a", href=image["src"], attrs={"class": "so-large"}, string=f"Figure {number}, large")
        figure.append(large)


def name_code(page: BeautifulSoup) -> None:
    """Say what is folded in the other cells."""
    for code in page.select("details.hide"):
        code["class"] = "so-code"
        has_imports = re.search(r"^(import|from) ", code.pre.get_text(), re.M)
        code.summary.string = "Imports and data of this page" if has_imports else "The code of this cell"


def thin(picture: str) -> tuple[str, int, int]:
    """Return a picture by Matplotlib without what browsers have no use for, and its width and height in pixels.

    Without a size of its own it fills the window where it is opened alone.
    """
    width, height = (round(float(size) * PIXELS) for size in re.findall(r' (?:width|height)="([\d.]+)pt"', picture))
    return NEEDLESS.sub("", picture), width, height
