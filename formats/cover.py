"""Draw the title page: its picture shows the report without its words: only where they are and who says them."""

import html

from formats.articles import Book
from standoff import load
from standoff.display import palette

PICTURE = "pictures/cover.svg"
ALT = (
    "Bars, one for each paragraph of the report and as long as it. Coloured are the claims: orange those of the narrator, "
    "blue those of others."
)
ROW, BAR = 9, 6  # height of a row, and of the bar in it


def add(book: Book) -> None:
    """Put the picture of the cover among the pictures of the book."""
    case = load("report")
    bars = [(0, row.n_chars, row.paragraph, palette.PAPER) for row in case.paragraphs.itertuples()]
    for row in case.claims.merge(case.spans, left_on="content_span", right_on="span_id").itertuples():
        colour = palette.CONTRAST if row.source == "narrator" else palette.MAIN
        bars.append((row.start, row.end, row.paragraph, colour))
    width, height = case.paragraphs["n_chars"].max(), ROW * len(case.paragraphs)
    drawn = "".join(
        f'<rect x="{start}" y="{ROW * (paragraph - 1)}" width="{end - start}" height="{BAR}" fill="{colour}"/>'
        for start, end, paragraph, colour in bars
    )
    book.pictures[PICTURE] = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">{drawn}</svg>'
    ).encode()


def page(book: Book) -> str:
    """Return the title page as HTML."""
    about = book.about
    title, _, subtitle = about["title"].partition(": ")
    return (
        f'<section class="cover"><h1>{html.escape(title)}</h1><p class="subtitle">{html.escape(subtitle.capitalize())}</p>'
        f'<p class="picture"><img src="{PICTURE}" alt="{ALT}"/></p>'
        "<p>On the cover: the paragraphs of the report, each as long as it is; "
        "orange what its narrator claims, blue what others do.</p>"
        f"<p>{html.escape(about['authors'][0]['name'])}</p><p>Edition {about['version']}, {about['date-released']:%B %Y}</p>"
        "<p>Texts and data: Creative Commons Attribution 4.0. Code: MIT.</p></section>"
    )
