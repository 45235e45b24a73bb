"""Show worksheets for paper: text to mark, tables to fill in, lines to write on; and the words that a key shows.

They are made from a case that ships its text. How they look, and that each sheet is one page, say the style sheets.
"""

from collections.abc import Iterable, Sequence

import pandas as pd
from markupsafe import Markup

from ..case import Case
from ..witnesses import witness
from . import html
from .labelling import in_its_sentence


def write(*labels: str) -> None:
    """Show labels, each with a line to write on, beside each other."""
    fields = html.each("<p>{}</p>", (label or "\xa0" for label in labels))
    html.show(Markup('<div class="so-write">{}</div>').format(fields))


def to_mark(case: Case, *numbers: int) -> None:
    """Show paragraphs of the case's text (by number, from 1) with room between the lines, and whose text it is."""
    paragraphs = html.each("<p><b>{}</b> {}</p>", ((number, case.paragraph_texts[number - 1]) for number in numbers))
    template = '<div class="so-to-mark">{}</div><p class="so-credit">{}</p>'
    html.show(Markup(template).format(paragraphs, credit(case)))


def credit(case: Case) -> str:
    """Return what must be printed with the text of a case: its title and licence."""
    titles = [f"{source['title'][0].lower()}{source['title'][1:]}" for source in case.package["sources"]]
    return f"Text: {'; '.join(titles)}. Licence: {case.package['licenses'][0]['name']}."


def to_fill_in(caption: str, columns: Sequence[str], rows: Iterable[Sequence], narrow: Sequence[str] = ()) -> None:
    """Show a table with empty cells ("") to write in.

    columns  names, the first one of the row headers
    narrow   names of columns that need room for a word or a tick only
    """
    html.show(html.table(caption, columns, rows, narrow=narrow, box="so-scroll so-form"))


def to_tick(labels: Sequence[str]) -> Markup:
    """Return boxes with labels, two in a line."""
    boxes = [f"□\xa0{label}" for label in labels]
    lines = ["\xa0\xa0\xa0".join(boxes[first : first + 2]) for first in range(0, len(boxes), 2)]
    return Markup("<br>").join(lines)


def in_sentences(case: Case, claim_ids: Sequence[str]) -> list[Markup]:
    """Return the sentences of claims, each with the content of the claim marked. Raises KeyError for an unknown id."""
    contents = case.claims.set_index("claim_id").loc[claim_ids, "content_span"]
    return [in_its_sentence(case, span) for span in contents]


def from_mouth_to_print(case: Case, witnesses: Case, claim_ids: Sequence[str]) -> list[Markup]:
    """Return for each claim its sentence in the witnesses that have it, in the order of the traces, then in the report.

    A transcript is called by who speaks there, any other witness by its kind. Raises KeyError for an unknown id.
    """
    traces = witnesses["traces"].dropna(subset="passage_id")
    kind = witnesses["witnesses"].set_index("witness_id")["kind"]
    speaker = witnesses["passages"].drop_duplicates("passage_id").set_index("passage_id")["speaker"].map(case.names)
    contents = case.claims.set_index("claim_id")["content_span"]
    found = []
    for claim in claim_ids:
        stages = [
            (
                speaker[trace.passage_id] if kind[trace.witness_id] == "transcript" else kind[trace.witness_id],
                in_its_sentence(witness(witnesses, trace.witness_id), trace.passage_id).striptags(),
            )
            for trace in traces[traces["claim_id"] == claim].itertuples()
        ]
        stages.append(("the report", in_its_sentence(case, contents[claim]).striptags()))
        found.append(Markup("<br>").join(Markup("<b>{}:</b> {}").format(*stage) for stage in stages))
    return found


def words(case: Case, spans: pd.Series) -> pd.Series:
    """Return the words of the case's text for a Series of span_id, as str; "" where there is none."""
    text = case.paragraph_texts
    parts = case.spans.sort_values(["span_id", "part"])
    quoted = [text[part.paragraph - 1][part.start : part.end] for part in parts.itertuples()]
    joined = parts.assign(words=quoted).groupby("span_id")["words"].agg(" … ".join)
    return spans.map(joined).fillna("")
