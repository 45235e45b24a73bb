"""How chapters show things: a sentence, a table, a figure, each readable by eye, by ear and on paper.

The outputs are plain HTML without scripts, so they look the same in JupyterLab and on the built page.
"""

import base64
import html
import io

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import HTML, Markdown, display


def say(text):
    """Print a sentence of the chapter whose numbers were just computed. `text` is Markdown."""
    display(Markdown(text))


def listing(items):
    """'a, b and c' from a sequence of strings; an empty sequence gives 'none'."""
    items = [str(item) for item in items]
    if len(items) < 2:
        return items[0] if items else "none"
    return ", ".join(items[:-1]) + " and " + items[-1]


def counted(number, one, many):
    """'1 link begins' or '2 links begin', from a number and what follows it."""
    return f"{number} {one if number == 1 else many}"


def percent(share):
    """'42 %' from 0.42, rounded to whole per cent."""
    return f"{100 * share:.0f} %"


def table(frame, caption, index=True):
    """Show a DataFrame (or Series) as a table with a caption and header cells that a screen reader can announce.

    Identifiers of claims become links to their rows. The index is shown as row headers unless `index` is False.
    """
    display(HTML(as_table(frame, caption, index)))


def as_table(frame, caption, index=True):
    """The HTML of a table, in a box inside which it scrolls when it is wide. Arguments as for `table`."""
    label = html.escape(caption)
    return (
        f'<div class="so-scroll" tabindex="0" role="group" aria-label="{label}">{_table(frame, caption, index)}</div>'
    )


def figure(fig, caption, data, alt=None):
    """Show a matplotlib figure with its caption, an alternative text and the numbers behind it; then close it.

    caption   one or two sentences that say what to see: the finding, computed
    data      Series or DataFrame: the plotted numbers; readers can unfold them as a table
    alt       text for those who do not see the picture; by default `data` in words
    """
    for ax in fig.axes:  # a title that is wider than its axes begins at the edge of the picture
        if title := ax.get_title(loc="left"):
            ax.set_title("", loc="left")
            fig.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
    picture = io.BytesIO()
    fig.savefig(picture, format="svg", metadata={"Date": None})  # no date: the same figure, the same bytes
    plt.close(fig)
    source = base64.b64encode(picture.getvalue()).decode()
    display(
        HTML(
            f'<figure class="so-figure"><img src="data:image/svg+xml;base64,{source}" '
            f'alt="{html.escape(alt or in_words(data))}">'
            f"<figcaption>{html.escape(caption)}</figcaption>"
            f'<details class="so-numbers"><summary>The numbers behind this figure</summary>'
            f"{as_table(data, 'Numbers behind the figure')}</details></figure>"
        )
    )


def in_words(data):
    """The plotted numbers as a sentence, for the alternative text of a figure.

    A Series reads 'label value, label value ...'; a DataFrame one such list for each row, without its zeros.
    """
    if isinstance(data, pd.Series):
        body = ", ".join(f"{_flat(label)} {_text(value)}" for label, value in data.items())
        return f"{data.name or 'Values'} by {data.index.name or 'label'}: {body}."
    rows = []
    for label, row in data.iterrows():
        cells = ", ".join(
            f"{_flat(column)} {_text(value)}" for column, value in row.items() if not pd.isna(value) and value != 0
        )
        rows.append(f"{_flat(label)}: {cells or 'nothing'}")
    return ". ".join(rows) + "."


def _text(value, big=False):
    """A value as people write it; nothing for a missing one. Numbers get separators from 10,000, or if `big`."""
    if pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float):
        value = int(value) if value == int(value) else round(value, 2)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"{value:,}" if big or abs(value) >= 10_000 else f"{value}"
    return str(value)


def _flat(label):
    return " ".join(map(str, label)) if isinstance(label, tuple) else str(label)


def _table(frame, caption, index):
    frame = frame.to_frame() if isinstance(frame, pd.Series) else frame
    names = [_flat(name or "") for name in frame.index.names] if index else []
    head = "".join(
        f'<th scope="col">{html.escape(name)}</th>' if name else "<td></td>"
        for name in names + [_flat(column) for column in frame.columns]
    )
    body = []
    big = [_is_big(frame.iloc[:, position]) for position in range(frame.shape[1])]
    for label, row in zip(frame.index, frame.itertuples(index=False)):
        labels = (label if isinstance(label, tuple) else (label,)) if index else ()
        body.append(
            "<tr>"
            + "".join(f'<th scope="row">{_cell(part)}</th>' for part in labels)
            + "".join(map(_td, row, big))
            + "</tr>"
        )
    return (
        f"<table><caption>{html.escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(body)}</tbody></table>"
    )


def _is_big(column):
    """Whether the numbers of a column need separators: 14,000 and then also 3,404, but 2014."""
    return pd.api.types.is_numeric_dtype(column) and bool((column.abs() >= 10_000).any())


def _td(value, big):
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        kind = ' class="num"'
    elif isinstance(value, pd.Timestamp):
        kind = ' class="so-date"'
    else:
        kind = ' class="so-text"' if len(str(value)) > 40 else ""
    return f"<td{kind}>{_cell(value, big)}</td>"


def _cell(value, big=False):
    if isinstance(value, (list, tuple)):
        return ", ".join(_cell(part) for part in value)
    text = html.escape(_text(value, big))
    return f'<a class="claim" href="claims-table.html#{text}">{text}</a>' if _is_claim(text) else text


def _is_claim(text):
    return len(text) == 4 and text[0] == "c" and text[1:].isdigit()
