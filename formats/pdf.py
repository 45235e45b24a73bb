"""Print the PDFs: Chromium prints articles joined to one document."""

import html
import json
import re
from pathlib import Path

from pypdf import PdfReader, PdfWriter

from formats import ROOT, cover
from formats.articles import FONTS, Article, Book, linked
from formats.browser import launch
from formats.epub import style

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>{style}</style></head>
<body hidden>{body}</body></html>
"""
# Lines are laid out once all fonts are there: else Chromium keeps from a first layout in other fonts what it made links of.
SHOW = "Promise.all([...document.fonts].map(face => face.load())).then(() => { document.body.hidden = false; })"
FACES = [  # matplotlib's fonts, so that a PDF looks the same wherever it is made
    ("Book", "normal", "normal", "STIXGeneral"),
    ("Book", "bold", "normal", "STIXGeneralBol"),
    ("Book", "normal", "italic", "STIXGeneralItalic"),
    ("Book", "bold", "italic", "STIXGeneralBolIta"),
    ("Head", "normal", "normal", "DejaVuSans"),
    ("Head", "bold", "normal", "DejaVuSans-Bold"),
    ("Head", "normal", "italic", "DejaVuSans-Oblique"),
    ("Head", "bold", "italic", "DejaVuSans-BoldOblique"),
    ("Code", "normal", "normal", "DejaVuSansMono"),
    ("Code", "bold", "normal", "DejaVuSansMono-Bold"),
    ("Code", "normal", "italic", "DejaVuSansMono-Oblique"),
]
SITE = "http://book/"  # an address for what is printed; it is never requested


def write(book: Book, path: Path, folder: Path) -> None:
    """Print the book to the file `path`, and each article but the first, which is short, to a file in `folder`."""
    css = style() + faces() + (ROOT / "formats" / "pdf.css").read_text(encoding="utf-8")
    with launch() as browser:
        tab = browser.new_page()
        served = dict(book.pictures)

        def serve(route):
            name = route.request.url.removeprefix(SITE)
            content = served[name] if name in served else (FONTS / name).read_bytes()
            route.fulfill(body=content, content_type="image/svg+xml" if name.endswith(".svg") else None)

        tab.route("**/*", serve)

        def print_to(path, title, articles, body):
            page = PAGE.format(title=html.escape(title), style=css + running_heads(articles), body=body)
            served["book.html"] = page.encode()
            tab.goto(f"{SITE}book.html")
            tab.evaluate(SHOW)
            tab.pdf(path=path, prefer_css_page_size=True, print_background=True, tagged=True, outline=True)
            printed = PdfWriter(clone_from=path)
            printed.add_metadata({"/Author": book.about["authors"][0]["name"]})  # which Chromium cannot be told
            printed.write(path)

        for article in book.articles[1:]:
            title, text = f"{article.title} (Standoff)", on_pages(article, [article.name])
            print_to(folder / f"standoff-{article.name}.pdf", title, [article], text)
        names = [article.name for article in book.articles]
        articles = "".join(on_pages(article, names) for article in book.articles)
        numbers = {}
        for _ in range(2):  # the first time to learn on which page each chapter begins
            print_to(path, book.about["title"], book.articles, cover.page(book) + contents(book, numbers) + articles)
            numbers = first_pages(path)


def first_pages(path: Path) -> dict[str, int]:
    """Return the number of the page to which each link of a PDF leads, by its anchor."""
    reader = PdfReader(path)
    named = reader.named_destinations.items()
    return {name.lstrip("/"): reader.get_destination_page_number(destination) + 1 for name, destination in named}


def on_pages(article: Article, names: list[str]) -> str:
    """Return the HTML of an article in which links lead to the articles called `names`; others are plain text."""

    def anchor_of(name, anchor):
        return f"{name}--{anchor}" if anchor else name

    text = linked(article, lambda name, anchor: f"#{anchor_of(name, anchor)}" if name in names else None, anchor_of)
    # Else there is a figure around each picture, without a text for those who listen.
    text = re.sub(r"(</?)figure\b", r"\1div", text)
    return f'<article id="{article.name}">{text}</article>'


def contents(book: Book, numbers: dict[str, int]) -> str:
    """Return the page of contents; `numbers` are the first pages of the chapters, as far as they are known."""
    lines, part = [], ""
    for article in book.articles:
        if article.part != part:
            part = article.part
            lines.append(f"<h2>{html.escape(part)}</h2>")
        link = f'<a href="#{article.name}">{html.escape(article.title)}</a>'
        lines.append(f"<p>{link}<span></span>{numbers.get(article.name, 0)}</p>")
    return f'<section class="contents"><h1>Contents</h1>{"".join(lines)}</section>'


def running_heads(articles: list[Article]) -> str:
    """Return rules for each article's title above its pages; those with a long table lie on their side."""
    rules = []
    for article in articles:
        size = "size: A4 landscape; margin: 20mm 15mm 18mm; " if article.body.select_one(".so-long") else ""
        title = json.dumps(article.title, ensure_ascii=False)
        rules.append(
            f"@page {article.name} {{ {size}@top-right {{ content: {title}; font: 8pt Head; color: #595959; }} }}\n"
            f"#{article.name} {{ page: {article.name}; break-before: page; }}\n"
        )
    return "".join(rules)


def faces() -> str:
    """Return rules that load the fonts."""
    rule = f"@font-face {{{{ font-family: {{}}; font-weight: {{}}; font-style: {{}}; src: url({SITE}{{}}.ttf) }}}}\n"
    return "".join(rule.format(*face) for face in FACES)
