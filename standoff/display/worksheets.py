"""Worksheets for paper: text to mark, tables to fill in, lines to write on; and the words that a key shows.

They are made from a case that ships its text. How they look, and that each sheet is one page, say the style sheets.
"""

import html

from IPython.display import HTML, display

from ..text import paragraphs, read_text
from .trial import in_its_sentence


def write(*labels):
    """Show labels, each with a line to write on, beside each other."""
    fields = "".join(f"<p>{html.escape(label) or '&nbsp;'}</p>" for label in labels)
    display(HTML(f'<div class="so-write">{fields}</div>'))


def to_mark(case, *numbers):
    """Show paragraphs of the case's text (by number, from 1) with room between the lines, and whose text it is."""
    text = paragraphs(read_text(case.text))
    shown = "".join(f"<p><b>{number}</b> {html.escape(text[number - 1])}</p>" for number in numbers)
    display(HTML(f'<div class="so-to-mark">{shown}</div><p class="so-credit">{html.escape(credit(case))}</p>'))


def credit(case):
    """What must stand beside the text of a case where it is printed: its title and licence (str)."""
    source, licence = case.package["sources"][0], case.package["licenses"][0]
    return f"Text: {source['title'][0].lower()}{source['title'][1:]}. Licence: {licence['title']}."


def to_fill_in(caption, columns, rows, narrow=()):
    """Show a table whose empty cells are to be filled in.

    columns  names, the first one of the row headers
    rows     lists of str as HTML, "" for a cell to write in
    narrow   names of columns that need room for a word or a tick only
    """
    kinds = ["so-narrow" if column in narrow else "so-wide" for column in columns]
    head = "".join(
        f'<th scope="col" class="{kind}">{html.escape(name)}</th>' if name else "<td></td>"
        for kind, name in zip(kinds, columns)
    )
    body = "".join(
        f'<tr><th scope="row">{row[0]}</th>' + "".join(f"<td>{cell}</td>" for cell in row[1:]) + "</tr>" for row in rows
    )
    label = html.escape(caption)
    display(
        HTML(
            f'<div class="so-scroll so-form" tabindex="0" role="group" aria-label="{label}"><table>'
            f"<caption>{label}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )
    )


def to_tick(labels):
    """Boxes with labels, two in a line, as HTML."""
    boxes = [f"□&nbsp;{html.escape(label)}" for label in labels]
    return "<br>".join(("&nbsp;" * 3).join(boxes[place : place + 2]) for place in range(0, len(boxes), 2))


def in_sentences(case, claim_ids):
    """The sentences of claims, as list of HTML, each with the content of the claim marked."""
    text = paragraphs(read_text(case.text))
    contents = case.claims.set_index("claim_id").loc[claim_ids, "content_span"]
    return [in_its_sentence(case, text, span) for span in contents]


def words(case, spans):
    """The words of spans of the case's text: a Series of str for a Series of span_id; "" where there is none."""
    text = paragraphs(read_text(case.text))
    parts = case.spans.sort_values(["span_id", "part"])
    quoted = [text[part.paragraph - 1][part.start : part.end] for part in parts.itertuples()]
    joined = parts.assign(words=quoted).groupby("span_id")["words"].agg(" … ".join)
    return spans.map(joined).fillna("")
