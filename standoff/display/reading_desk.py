"""Show the reading desk: cases as data for a page on which a reader sees her own copy of the text annotated.

The page's script (`_static/desk.js`) compares the copy with the hashes, in the browser alone.
"""

import json
from collections.abc import Iterable

from markupsafe import Markup

from ..case import Case
from . import html

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
    spans = {}
    for part in case.spans.itertuples():
        spans.setdefault(part.span_id, []).append([part.paragraph, part.start, part.end, part.sha256_16])
    claims = case.claims.astype(object).where(case.claims.notna(), None)
    cruxes = case.cruxes.astype(object).where(case.cruxes.notna(), None)
    plain = ["cue_lemma", "quote_type", "act", "time_ref", "certainty", "polarity", "evidence", "topic", "gist"]
    return {
        "title": case.title,
        "text": "\n\n".join(case.paragraph_texts) if case.text else None,
        "paragraphs": case.paragraphs[["n_chars", "sha256"]].to_numpy().tolist(),
        "spans": spans,
        "sources": {
            source: {
                "name": names[source],
                "label": labels[names[source]],
                "claims": int(count),
                "colour": min(rank, OWN),
            }
            for rank, (source, count) in enumerate(counts.items())
        },
        "claims": {
            row["claim_id"]: {
                "source": row["source"],
                "through": [names[voice] for voice in row["source_chain"].split(";")[1:-1]],
                "recipient": names.get(row["recipient"]),
                "spans": [row["content_span"], row["source_span"], row["cue_span"]],
                **{column: row[column] for column in plain},
            }
            for row in claims.to_dict("records")
        },
        "links": case.claim_links[["claim_id", "relation", "other_id", "note"]].astype(str).to_numpy().tolist(),
        "cruxes": {
            row["crux_id"]: {
                "span": row["span_id"],
                **{key: row[key] for key in ("problem", "printed_reading", "adopted_reading", "alternatives", "why")},
            }
            for row in cruxes.to_dict("records")
        },
    }


def _labels(names: Iterable[str]) -> dict[str, str]:
    """Return a short label for each name, all different: initials, and more letters where these are taken."""
    labels = {}
    for name in names:
        words = [
            word
            for word in name.replace("-", " ").split()
            if word.lower() not in ("the", "of", "a", "in", "and", "for")
        ]
        initials = "".join(word[0] for word in words[:3]).upper()
        tries = [
            initials,
            *(words[0][:size].capitalize() for size in range(2, 9)),
            *(f"{initials}{n}" for n in range(2, 99)),
        ]
        labels[name] = next(label for label in tries if label not in labels.values())
    return labels
