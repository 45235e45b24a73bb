"""Read the text of the book as paper and e-book readers need it: no fields, no buttons, nothing to unfold."""

import base64
import copy
import hashlib
import io
import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import matplotlib
import yaml
from bs4 import BeautifulSoup, Tag
from fontTools import subset

from _ext.finish.accessible import head_tables
from formats import BUILD, ROOT

FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"  # at hand wherever the book is built
SVG = "data:image/svg+xml;base64,"
LEFT_OUT = (
    "script, style, button, source, form.so-filter, output, .headerlink, .toctree-wrapper, .sd-container-fluid, .so-anatomy, "  # for the site
    "details.hide"  # code that draws figures: long, and in the notebooks
)
new_tag = BeautifulSoup("", "html.parser").new_tag


@dataclass
class Article:
    """The text of a page, as a tree of HTML; the page's name, its address on the site, and its part of the book."""

    name: str
    address: str
    part: str
    body: Tag | None = None

    @property
    def title(self) -> str:
        """The article's heading."""
        return self.body.h1.get_text()


@dataclass
class Book:
    """All articles in the order of the book, their pictures (bytes by name), and what CITATION.cff says."""

    about: dict
    articles: list[Article]
    pictures: dict[str, bytes] = field(default_factory=dict)


def read_book() -> Book:
    """Return the book as the last build left it. Raises ValueError if a page is missing or not as expected."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    articles = [Article(toc["root"], f"{toc['root']}.html", "")]
    for part in toc["parts"]:
        for chapter in part["chapters"]:
            articles.append(Article(posixpath.basename(chapter["file"]), f"{chapter['file']}.html", part["caption"]))
    book = Book(yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8")), articles)
    for article in articles:
        path = BUILD / "articles" / article.address
        if not path.is_file():
            raise ValueError(f"{path} is missing: the build did not keep this page's text (see _ext/articles.py)")
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        prepare(page, book.pictures)
        article.body = needed(page, "section")
        needed(article.body, "h1")
    articles[0].body.h1.string = "About this book"  # the cover bears its name
    return book


def needed(tag: Tag, selector: str) -> Tag:
    """Return the first element that a selector finds. Raises ValueError if there is none."""
    if (element := tag.select_one(selector)) is None:
        raise ValueError(f"no {selector} in {str(tag)[:300]} ...: have pages changed? See formats/articles.py.")
    return element


def linked(
    article: Article,
    address: Callable[[str, str], str | None],
    identifier: Callable[[str, str], str] = lambda name, anchor: anchor,
) -> str:
    """Return the HTML of an article with its links and anchors rewritten.

    address(name, anchor)     what a link to a page of the book (and an anchor there, or "") becomes; None: no link
    identifier(name, anchor)  what an anchor becomes
    """
    body = copy.copy(article.body)
    for tag in [body, *body.find_all(id=True)]:
        if tag.get("id"):
            tag["id"] = identifier(article.name, tag["id"])
    for link in body.find_all("a", href=True):
        if urlsplit(link["href"]).scheme:
            continue
        file, anchor = urldefrag(urljoin(article.address, link["href"]))
        href = address(posixpath.basename(file).removesuffix(".html"), anchor) if file.endswith(".html") else None
        if href:
            link["href"] = href
        else:
            link.unwrap()
    return body.decode(formatter="minimal")


# ---- from page to paper ----


def prepare(page: Tag, pictures: dict[str, bytes]) -> None:
    """Change a page into what can be printed; put its pictures among `pictures`."""
    for tag in page.select(LEFT_OUT):
        tag.decompose()
    head_tables(page)
    for image in page.find_all("img"):
        keep_picture(image, pictures)
    for form in page.select("form.so-quiz"):
        on_paper(form)
    for desk in page.select("#so-desk, #so-mark"):
        desk.name, desk.attrs = "p", {}
        desk.string = "(The desk works in a browser only: open this page of the book there.)"
    for form in page.select("form.so-trial"):
        trial_on_paper(form)
    for answers in page.select("details.so-judged"):
        answers.name = "div"
        needed(answers, "summary").name = "h3"
    move_to_the_end(page, "Answers", page.select("details.so-answer"), "so-quiz")
    for number, figure in enumerate(page.select("figure.so-figure"), 1):
        needed(figure, "figcaption").insert(0, new_tag("strong", string=f"Figure {number}. "))
        needed(figure, "details.so-numbers > summary").string = f"The numbers behind figure {number}"
        needed(figure, "caption").decompose()  # says the same
    move_to_the_end(page, "The numbers behind the figures", page.select("details.so-numbers"), "so-figure")
    for tag in page.find_all(True):
        for name in list(tag.attrs):
            if name in ("tabindex", "hidden", "title", "style", "border") or name.startswith("data-"):
                del tag[name]
        if tag.get("role", "").startswith("doc-biblio"):  # deprecated
            del tag["role"]
    for row in page.select(".so-long tbody tr"):
        columns = row.find_parent("table").select("thead th")
        for cell, column in zip(row.find_all(["th", "td"]), columns, strict=True):
            cell["data-label"] = column.get_text()


def keep_picture(image: Tag, pictures: dict[str, bytes]) -> None:
    """Put a picture that is in the page among `pictures`, with the letters that it shows, and point to it there."""
    if not image["src"].startswith(SVG) or not image.get("alt"):
        raise ValueError(f"no SVG in the page with a text beside it: {str(image)[:200]} (see formats/articles.py)")
    picture = base64.b64decode(image["src"].removeprefix(SVG)).decode()
    picture = re.sub(r"<!DOCTYPE[^>]*>\s*", "", picture)  # an e-book may not refer to one
    letters = "".join(sorted(set("".join(re.findall(r">([^<]+)<", picture)))))
    weights = {"normal": "DejaVuSans", "bold": "DejaVuSans-Bold"}
    faces = "".join(font_face("DejaVu Sans", weight, file, letters) for weight, file in weights.items())
    picture = picture.replace("<defs>", f"<defs><style>{faces}</style>", 1)
    if faces not in picture:
        raise ValueError("a figure has no <defs> for its fonts: does matplotlib write other SVG?")
    image["src"] = f"pictures/{hashlib.sha256(picture.encode()).hexdigest()[:16]}.svg"
    pictures[image["src"]] = picture.encode()


def font_face(family: str, weight: str, file: str, letters: str) -> str:
    """Return a rule of CSS that holds the letters of a font: a picture looks the same where the font is not installed."""
    font = subset.load_font(FONTS / f"{file}.ttf", subset.Options())
    options = subset.Options(hinting=False, drop_tables=[*subset.Options._drop_tables_default, "FFTM"])
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=letters)
    subsetter.subset(font)
    font["head"].modified = font["head"].created  # else the time of this moment
    font.recalcTimestamp = False
    font.save(file := io.BytesIO())
    return (
        f"@font-face{{font-family:'{family}';font-weight:{weight};"
        f"src:url(data:font/ttf;base64,{base64.b64encode(file.getvalue()).decode()})}}"
    )


def on_paper(form: Tag) -> None:
    """Make of an exercise something to be read: its question, then its options, or a line to write on."""
    form.name, form.attrs = "div", {"class": "so-quiz"}
    legend = needed(form, "fieldset > legend")
    legend.name = "p"
    form.fieldset.unwrap()
    for label in form.find_all("label"):
        field = needed(label, "input").extract()
        label.name, label["class"] = "p", "so-option" if field["type"] in ("radio", "checkbox") else "so-line"


def trial_on_paper(form: Tag) -> None:
    """Make of units to be labelled something to write on: the definition, then each unit with a line to write on."""
    form.name, form.attrs = "div", {"class": ["so-quiz", "so-trial"]}
    needed(form, "details > summary").name, form.details.attrs = "p", {}
    form.details.name = "div"
    for unit in form.select(".so-unit"):
        label = needed(unit, "label")
        needed(label, "select").decompose()
        label.name, label["class"] = "p", "so-line"


def move_to_the_end(page: Tag, heading: str, details: list[Tag], kind: str) -> None:
    """Move what is unfolded on the page (answers, numbers) to a section at its end, with links there and back."""
    if not details:
        return
    section = new_tag("section")
    section.append(new_tag("h2", string=heading))
    for number, moved in enumerate(details, 1):
        origin = moved.find_previous(class_=kind)
        origin["id"], moved["id"] = f"{kind}-{number}", f"{kind}-{number}-end"
        summary = needed(moved, "summary")
        name = summary.get_text()
        there = new_tag("p", attrs={"class": "so-see"})
        there.append(new_tag("a", href=f"#{moved['id']}", string=name))
        (origin.figcaption or origin).append(there)
        moved.name, summary.name, summary.string = "div", "h3", ""
        summary.append(new_tag("a", href=f"#{origin['id']}", string=name))
        section.append(moved.extract())
    needed(page, "section").append(section)
