"""How chapters show things: a sentence, a table, a figure, each readable by eye, by ear and on paper.

The outputs are plain HTML without scripts, so they look the same in JupyterLab and on the built page.
"""

import base64
import io
from collections.abc import Iterable

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import Markdown, display
from markupsafe import Markup
from matplotlib.figure import Figure

from ..case import Case
from . import html
from .narrow import narrowed

CASE_WITH_PAGE = "report"  # name of the case whose claims have a page, claims-table.html


def say(text: str) -> None:
    """Show a sentence of the chapter whose numbers were just computed. `text` is Markdown."""
    display(Markdown(text))


def listing(items: Iterable) -> str:
    """Return 'a, b and c' for three items, 'none' for an empty sequence."""
    items = [str(item) for item in items]
    if len(items) < 2:
        return items[0] if items else "none"
    return ", ".join(items[:-1]) + " and " + items[-1]


def counted(number: int, singular: str, plural: str) -> str:
    """Return '1 link begins' or '2 links begin', from a number and what follows it."""
    return f"{number} {singular if number == 1 else plural}"


def percent(share: float) -> str:
    """Return '42%' for 0.42, rounded to a whole number."""
    return f"{100 * share:.0f}%"


def cite(case: Case, claim_ids: Iterable[str]) -> str:
    """Return 'c001, c002 and c003' as Markdown that links to the claims, if their case has a page of claims."""
    return listing(f"[{claim}](claim:{claim})" if case.name == CASE_WITH_PAGE else claim for claim in claim_ids)


def table(frame: pd.DataFrame | pd.Series, caption: str, index: bool = True, claims: Case | None = None) -> None:
    """Show a DataFrame or Series as a table with a caption and header cells that a screen reader can announce.

    index   whether the index is shown, as row headers
    claims  the case whose claims the table cites: identifiers of its claims become links, if it has a page of claims
    """
    html.show(as_table(frame, caption, index, claims))


def as_table(frame: pd.DataFrame | pd.Series, caption: str, index: bool = True, claims: Case | None = None) -> Markup:
    """Return what `table` shows."""
    frame = frame.to_frame() if isinstance(frame, pd.Series) else frame
    names = [_flat(name or "") for name in frame.index.names] if index else []
    labels = [label if isinstance(label, tuple) else (label,) for label in frame.index] if index else [()] * len(frame)
    links = {}
    if claims is not None and claims.name == CASE_WITH_PAGE:
        link = Markup('<a class="claim" href="claims-table.html#{0}">{0}</a>')
        links = {claim: link.format(claim) for claim in claims.claims["claim_id"]}
    rows = (
        [_linked(value, links) for value in (*label, *row)]
        for label, row in zip(labels, frame.itertuples(index=False, name=None))
    )
    return html.table(caption, [*names, *map(_flat, frame.columns)], rows, headers=len(names))


def figure(
    fig: Figure, caption: str, data: pd.DataFrame | pd.Series, alt: str | None = None, claims: Case | None = None
) -> None:
    """Show a matplotlib figure with its caption, an alternative text and the numbers behind it; then close it.

    caption  one or two sentences that say what to see: the finding, computed
    data     the plotted numbers; readers can unfold them as a table
    alt      text for those who do not see the picture; by default `data` in words
    claims   the case whose claims `data` cites, as for `table`
    """
    for ax in fig.axes:  # a title that is wider than its axes begins at the edge of the picture
        if title := ax.get_title(loc="left"):
            ax.set_title("", loc="left")
            fig.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
    wide, narrow = _drawn(fig), _drawn(narrowed(fig))
    plt.close(fig)
    html.show(
        Markup(
            '<figure class="so-figure"><picture><source media="(max-width: 600px)" srcset="{}"><img src="{}" alt="{}">'
            "</picture><figcaption>{}</figcaption>"
            '<details class="so-numbers"><summary>The numbers behind this figure</summary>{}</details></figure>'
        ).format(
            narrow,
            wide,
            alt or in_words(data),
            caption,
            as_table(data, "Numbers behind the figure", claims=claims),
        )
    )


def _drawn(fig):
    picture = io.BytesIO()
    fig.savefig(picture, format="svg", metadata={"Date": None})  # without a date, the same figure has the same bytes
    return f"data:image/svg+xml;base64,{base64.b64encode(picture.getvalue()).decode()}"


def in_words(data: pd.DataFrame | pd.Series) -> str:
    """Return the plotted numbers as a sentence, for the alternative text of a figure.

    A Series reads 'label value, label value ...'; a DataFrame one such list for each row, without its zeros.
    """
    if isinstance(data, pd.Series):
        body = ", ".join(f"{_flat(label)} {html.text(value)}" for label, value in data.items())
        return f"{data.name or 'Values'} by {data.index.name or 'label'}: {body}."
    rows = []
    for label, row in data.iterrows():
        cells = ", ".join(
            f"{_flat(column)} {html.text(value)}" for column, value in row.items() if not pd.isna(value) and value != 0
        )
        rows.append(f"{_flat(label)}: {cells or 'nothing'}")
    return ". ".join(rows) + "."


def _flat(label):
    return " ".join(map(str, label)) if isinstance(label, tuple) else str(label)


def _linked(value, links):
    if isinstance(value, (list, tuple)):
        return [_linked(part, links) for part in value]
    return links.get(value, value) if isinstance(value, str) else value
