"""Show a trial: a reader labels a few units of a case, and sees how far the labels agree with its table.

On the built page a form does it (_static/trial.js computes the same alpha); in a notebook `compare` does.
"""

import re
from collections.abc import Sequence

import pandas as pd
from markupsafe import Markup

from ..agreement import agreement, alpha, interval
from ..case import Case, vocabulary
from . import html
from .lookup import definition

_reference = None  # the trial that runs in this kernel: the table's labels by claim_id, and the vocabulary


def trial(case: Case, variable: str, claim_ids: Sequence[str]) -> None:
    """Show claims of a case that ships its text, each in its sentence, with a field for a label of `variable`."""
    global _reference
    field, names = case.field("claims", variable), case.names
    claims = case.claims.set_index("claim_id").loc[claim_ids]
    reference = claims[variable].astype("str")
    _reference = reference, vocabulary(field)
    options = html.each("<option>{}</option>", vocabulary(field))
    units = html.each(
        '<div class="so-unit"><p>{}</p><label>{}. {} of {} '
        '<select data-reference="{}"><option value="">choose</option>{}</select></label></div>',
        (
            (in_its_sentence(case, row.content_span), number, field["title"], names[row.source], label, options)
            for number, (row, label) in enumerate(zip(claims.itertuples(), reference), start=1)
        ),
    )
    html.show(
        Markup(
            '<form class="so-trial" autocomplete="off"><p class="so-plain">Without scripts: write your labels down, '
            "then compare them with those of the table below. In a notebook: write them into the next cell.</p>"
            "<details open><summary>The definition</summary>{}</details>{}"
            '<button type="submit" disabled>Compare with the table</button> '
            '<button type="reset" disabled>Start again</button>'
            '<output role="status" aria-live="polite"></output></form><details class="so-answer">'
            "<summary>The table's labels of these {} units</summary><ol>{}</ol></details>"
        ).format(definition(field), units, len(claims), html.each("<li>{}</li>", reference))
    )


def compare(mine: dict[str, str]) -> None:
    """Print how far labels (claim_id -> label; "" is none) agree with the table, and where they do not."""
    if _reference is None:
        print("There is no trial here: run the cell above that shows the units, then this one.")
        return
    reference, labels = _reference
    given = {claim: label.strip().lower() for claim, label in mine.items() if label.strip()}
    for claim, label in given.items():
        if claim not in reference.index:
            print(f"{claim} is not one of the units: {', '.join(reference.index)}.")
            return
        if label not in labels:
            print(f"{claim}: {label!r} is not a label. Write {' or '.join(labels)}.")
            return
    both = pd.DataFrame({"mine": pd.Series(given, dtype="str"), "table": reference}).dropna()
    if len(both) < 2:
        print("Label at least two units: write the labels between the quotation marks and run the cell again.")
        return
    same, low, high = both["mine"] == both["table"], *interval(both)
    print(f"You give the table's label to {same.sum()} of {len(both)} units ({100 * agreement(both):.1f}%).")
    if both.stack().nunique() == 1:
        print("Alpha is undefined here: only one label was used.")
    else:
        print(f"Your alpha is {alpha(both):.3f}, its bootstrap interval from {low:.2f} to {high:.2f}.")
    for claim, row in both[~same].iterrows():
        print(f"{claim}: you {row['mine']}, the table {row['table']}")


def in_its_sentence(case: Case, span: str) -> Markup:
    """Return the sentence, or sentences, around a span, with the span marked."""
    parts = case.spans[case.spans["span_id"] == span].sort_values("part")
    paragraph = case.paragraph_texts[parts["paragraph"].iloc[0] - 1]
    ends = [0] + [match.end() for match in re.finditer(r"[.?!]”?(?: |$)", paragraph)]
    start = max(end for end in ends if end <= parts["start"].iloc[0])
    last = min(end for end in ends if end >= parts["end"].iloc[-1])
    starts = [start, *parts["end"]]
    marked = html.each(
        "{}<mark>{}</mark>",
        (
            (paragraph[before : part.start], paragraph[part.start : part.end])
            for before, part in zip(starts, parts.itertuples())
        ),
    )
    return marked + paragraph[starts[-1] : last].rstrip()
