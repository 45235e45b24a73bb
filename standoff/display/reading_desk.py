"""Show the reading desk: cases as data for a page on which a reader sees her own copy of the text annotated.

The page's script (`_static/desk.js`) compares the copy with the hashes, in the browser alone.
"""

import json
from collections import defaultdict
from collections.abc import Iterable

import pandas as pd
from markupsafe import Markup

from ..case import Case
from . import html
from .lookup import links_of

UNSTRESSED = {"the", "of", "a", "in", "and", "for"}
CLAIM = (
    "claim_id source source_chain recipient content_span source_span cue_span cue_lemma quote_type act time_ref certainty "
    "polarity evidence topic gist"
)
CRUX = "crux_id span_id problem printed_reading adopted_reading alternatives why"
OWN = 8  # how many sources have a colour that no other has


def desk(**cases: Case) -> None:
    """Show the reading desk for some cases: name=case. Their texts are included where the case ships its text."""
    data = {name: desk_data(case) for name, case in cases.items()}
    json_text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    buttons = html.each(
        '<button type="button" data-case="{}">Open {}</button>',
        ((name, case.title.partition(",")[0].lower()) for name, case in cases.items() if case.text),
    )
    html.show(
        Markup(
            '<div id="so-desk" class="so-desk"><form class="so-desk-form" hidden>{}'
            '<label class="so-desk-file">Open a text file <input type="file" accept=".txt,text/plain"></label>'
            "<details><summary>Paste the text instead</summary>"
            '<label>The text, a blank line between paragraphs <textarea rows="6"></textarea></label>'
            '<button type="submit">Read the pasted text</button></details>'
            "<p>Or drop a text file here.</p></form>"
            '<div class="so-desk-said" role="status"></div><div class="so-desk-text"></div>'
            '<noscript><p>This page needs its script.</p></noscript><script type="application/json">{}</script></div>'
        ).format(buttons, Markup(json_text))  # without "<", nothing in the data ends the element
    )


def desk_data(case: Case) -> dict:
    """Return what the page needs of a case: positions, hashes and labels as JSON-ready values; its text if it ships it."""
    names = case.names.to_dict()
    counts = case.claims["source"].value_counts()
    labels = _labels([names[source] for source in counts.index])
    spans = defaultdict(list)
    for span, *part in case.spans[["span_id", "paragraph", "start", "end", "sha256_16"]].itertuples(index=False):
        spans[span].append(part)
    claims = _by_key(case.claims, CLAIM)
    for claim in claims.values():
        claim["through"] = [names[voice] for voice in claim.pop("source_chain").split(";")[1:-1]]
        claim["recipient"] = names.get(claim["recipient"])
        claim["spans"] = [claim.pop(column) for column in ("content_span", "source_span", "cue_span")]
    return {
        "title": case.title,
        "text": "\n\n".join(case.paragraph_texts) if case.text else None,
        "paragraphs": case.paragraphs[["n_chars", "sha256"]].to_numpy().tolist(),
        "spans": spans,
        "sources": {
            source: {"name": names[source], "label": label, "claims": int(count), "colour": min(rank, OWN)}
            for rank, ((source, count), label) in enumerate(zip(counts.items(), labels))
        },
        "claims": claims,
        "links": links_of(case),  # by claim: (relation in words, other_id, note), both ways
        "cruxes": _by_key(case.cruxes, CRUX),
    }


def _by_key(table: pd.DataFrame, columns: str) -> dict[str, dict]:
    """Return the rows of a table by the first of some columns (names with spaces between), None for empty cells."""
    key, *others = columns.split()
    table = table.set_index(key)[others]
    return table.astype(object).where(table.notna(), None).to_dict("index")


def _labels(names: Iterable[str]) -> list[str]:
    """Return a short label for each name, all different: initials, and more letters where these are taken."""
    labels = []
    for name in names:
        words = [word for word in name.replace("-", " ").split() if word.lower() not in UNSTRESSED]
        initials = "".join(word[0] for word in words[:3]).upper()
        tries = [initials, *(words[0][:size].capitalize() for size in range(2, 9))]
        tries += [f"{initials}{number}" for number in range(2, 99)]
        labels.append(next(label for label in tries if label not in labels))
    return labels
