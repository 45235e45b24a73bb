"""Write the EPUB (version 3.3): the articles as XHTML, their pictures, and the metadata that the standard asks for."""

import html
import uuid
from pathlib import Path

from pygments.formatters import HtmlFormatter

from autograder.zips import write_zip
from formats import ROOT, cover
from formats.articles import Article, Book, linked

CONTAINER = """<?xml version="1.0" encoding="utf-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="book/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
PAGE = """<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="en" xml:lang="en">
<head><meta charset="utf-8"/><title>{title}</title><link rel="stylesheet" href="book.css"/></head>
<body>
{body}
</body>
</html>
"""
PACKAGE = """<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="en">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:uuid:{id}</dc:identifier>
<dc:title>{title}</dc:title>
<dc:creator>{author}</dc:creator>
<dc:language>en</dc:language>
<dc:date>{date}</dc:date>
<dc:description>{description}</dc:description>
<dc:rights>Texts and data: CC BY 4.0. Code: MIT.</dc:rights>
{subjects}
<meta property="dcterms:modified">{date}T00:00:00Z</meta>
<meta property="schema:accessMode">textual</meta>
<meta property="schema:accessMode">visual</meta>
<meta property="schema:accessModeSufficient">textual</meta>
<meta property="schema:accessibilityFeature">alternativeText</meta>
<meta property="schema:accessibilityFeature">structuralNavigation</meta>
<meta property="schema:accessibilityFeature">tableOfContents</meta>
<meta property="schema:accessibilityHazard">none</meta>
<meta property="schema:accessibilitySummary">Every figure has a text in place of it, and its numbers as a table.</meta>
</metadata>
<manifest>
{manifest}
</manifest>
<spine>
{spine}
</spine>
</package>
"""
TYPES = {".xhtml": "application/xhtml+xml", ".svg": "image/svg+xml", ".css": "text/css"}


def write(book: Book, path: Path) -> None:
    """Write the EPUB to the file `path`."""
    contents = {f"{article.name}.xhtml": xhtml(article, book) for article in book.articles}
    contents["cover.xhtml"] = PAGE.format(title="Standoff", body=cover.page(book))
    contents["contents.xhtml"] = PAGE.format(title="Contents", body=contents_of(book))
    contents["book.css"] = style()
    contents |= book.pictures
    order = ["cover.xhtml", "contents.xhtml", *(f"{article.name}.xhtml" for article in book.articles)]
    contents["package.opf"] = package(book, contents, order)
    contents = {f"book/{name}": content for name, content in contents.items()}
    contents |= {"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER}
    contents = {name: content.encode() if isinstance(content, str) else content for name, content in contents.items()}
    write_zip(path, contents, stored=["mimetype"])


def style() -> str:
    """Return the style sheet of everything on paper."""
    code = HtmlFormatter(style="a11y-high-contrast-light").get_style_defs(".highlight")  # as the theme has it
    return (ROOT / "formats" / "paper.css").read_text(encoding="utf-8") + code


def contents_of(book: Book) -> str:
    """Return the table of contents, which e-book readers also show as a menu."""
    parts = {}
    for article in book.articles:
        parts.setdefault(article.part, []).append(
            f'<li><a href="{article.name}.xhtml">{html.escape(article.title)}</a></li>'
        )
    items = "".join(
        f"<li><span>{html.escape(part)}</span><ol>{''.join(links)}</ol></li>" if part else "".join(links)
        for part, links in parts.items()
    )
    return (
        f'<nav epub:type="toc" id="toc"><h1>Contents</h1><ol>{items}</ol></nav>'
        '<nav epub:type="landmarks" hidden="hidden"><h2>Landmarks</h2><ol><li><a epub:type="toc" href="#toc">Contents</a></li>'
        f'<li><a epub:type="bodymatter" href="{book.articles[0].name}.xhtml">The book</a></li></ol></nav>'
    )


def xhtml(article: Article, book: Book) -> str:
    """Return the page of an article."""
    names = {article.name for article in book.articles}

    def address(name, anchor):
        return (f"{name}.xhtml" + (f"#{anchor}" if anchor else "")) if name in names else None

    return PAGE.format(title=html.escape(article.title), body=linked(article, address))


def package(book: Book, contents: dict[str, str | bytes], order: list[str]) -> str:
    """Return the package document: what the book is, its files, and their `order`."""

    def item(name):
        kind = next(kind for suffix, kind in TYPES.items() if name.endswith(suffix))
        role = {"contents.xhtml": "nav", cover.PICTURE: "cover-image"}.get(name)
        if name.endswith(".xhtml") and "<math" in contents[name]:
            role = "mathml"
        properties = f' properties="{role}"' if role else ""
        return f'<item id="{name.replace("/", "-")}" href="{name}" media-type="{kind}"{properties}/>'

    about = book.about
    return PACKAGE.format(
        id=uuid.uuid5(uuid.NAMESPACE_URL, f"{about['title']} {about['version']}"),
        title=html.escape(about["title"]),
        author=html.escape(about["authors"][0]["name"]),
        date=about["date-released"],
        description=html.escape(about["abstract"].strip()),
        subjects="\n".join(f"<dc:subject>{html.escape(word)}</dc:subject>" for word in about["keywords"]),
        manifest="\n".join(item(name) for name in sorted(contents)),
        spine="\n".join(f'<itemref idref="{name}"/>' for name in order),
    )
