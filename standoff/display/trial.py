"""A trial of one's own: label a few units of a case, and see how far one agrees with its table.

On the built page a form does it (_static/trial.js computes the same alpha); in a notebook `compare` does.
"""

import html
import re

import pandas as pd
from IPython.display import HTML, display

from ..agreement import agreement, alpha, interval
from ..case import vocabulary
from ..text import paragraphs, read_text
from .lookup import definition

_reference = None  # of the trial that runs in this kernel: the table's labels by claim_id, and the labels there are


def trial(case, variable, claim_ids):
    """Show claims of a case that ships its text, each in its sentence, with a field for one's label of `variable`."""
    global _reference
    resource = next(resource for resource in case.package["resources"] if resource["name"] == "claims")
    field = next(field for field in resource["schema"]["fields"] if field["name"] == variable)
    claims = case.claims.set_index("claim_id").loc[claim_ids]
    labels = vocabulary(field)
    reference = claims[variable].astype("str")
    _reference = reference, labels
    names = case.actors.set_index("actor_id")["name"]
    text = paragraphs(read_text(case.text))
    options = "".join(f"<option>{html.escape(label)}</option>" for label in labels)
    units = "".join(
        f'<div class="so-unit"><p>{in_its_sentence(case, text, row.content_span)}</p>'
        f"<label>{number}. {field['title']} of {html.escape(names[row.source])} "
        f'<select data-reference="{html.escape(reference[row.Index])}"><option value="">choose</option>{options}</select></label></div>'
        for number, row in enumerate(claims.itertuples(), start=1)
    )
    solved = "".join(f"<li>{html.escape(label)}</li>" for label in reference)
    display(
        HTML(
            f'<form class="so-trial" autocomplete="off"><p class="so-plain">Without scripts: write your labels down, then look up those of the '
            f"table below. In a notebook: write them into the next cell.</p>"
            f"<details open><summary>The definition</summary>{definition(field)}</details>{units}"
            '<button type="submit" disabled>Compare with the table</button> <button type="reset" disabled>Start again</button>'
            '<output role="status" aria-live="polite"></output></form>'
            f'<details class="so-answer"><summary>The table\'s labels of these {len(claims)} units</summary><ol>{solved}</ol></details>'
        )
    )


def compare(mine):
    """Print how far labels (a dict: claim_id -> label; "" is none) agree with the table, and where they do not."""
    if _reference is None:
        print("There is no trial here: run the cell above that shows the units, then this one.")
        return
    reference, labels = _reference
    given = {claim: label.strip().lower() for claim, label in mine.items() if label.strip()}
    for claim, label in given.items():
        if claim not in reference.index:
            print(f"{claim} is none of the units: {', '.join(reference.index)}.")
            return
        if label not in labels:
            print(f"{claim}: {label!r} is no label. Write {' or '.join(labels)}.")
            return
    both = pd.DataFrame({"mine": pd.Series(given, dtype="str"), "table": reference}).dropna()
    if len(both) < 2:
        print("Label two units at least: write the labels between the quotation marks and run the cell again.")
        return
    same, low, high = both["mine"] == both["table"], *interval(both)
    print(f"You give the table's label to {same.sum()} of {len(both)} units ({100 * agreement(both):.1f} %).")
    if both.stack().nunique() == 1:
        print("Alpha says nothing here: only one label was used.")
    else:
        print(f"Your alpha is {alpha(both):.3f}, its bootstrap interval from {low:.2f} to {high:.2f}.")
    for claim, row in both[~same].iterrows():
        print(f"{claim}: you {row['mine']}, the table {row['table']}")


def in_its_sentence(case, text, span):
    """The sentence, or sentences, around a span, as HTML with the span marked."""
    parts = case.spans[case.spans["span_id"] == span].sort_values("part")
    paragraph = text[parts["paragraph"].iloc[0] - 1]
    ends = [0] + [match.end() for match in re.finditer(r"[.?!]”?(?: |$)", paragraph)]
    place = max(end for end in ends if end <= parts["start"].iloc[0])
    last = min(end for end in ends if end >= parts["end"].iloc[-1])
    shown = []
    for part in parts.itertuples():
        shown.append(
            f"{html.escape(paragraph[place : part.start])}<mark>{html.escape(paragraph[part.start : part.end])}</mark>"
        )
        place = part.end
    return "".join(shown) + html.escape(paragraph[place:last].rstrip())
