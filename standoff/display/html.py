"""Build HTML in which every value that is not markup made here is escaped, and all tables of the book."""

import json
import re
from collections.abc import Iterable, Sequence

import pandas as pd
from IPython.display import HTML, display
from markupsafe import Markup


def show(markup: Markup) -> None:
    """Show markup as the output of a cell."""
    display(HTML(str(markup)))


def for_a_script(name: str, data: dict) -> Markup:
    """Return an element with the id `name`, in which a script of that page finds its data as JSON."""
    json_text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return Markup(
        '<div id="{}" class="so-desk"><noscript><p>This page needs its script.</p></noscript>'
        '<script type="application/json">{}</script></div>'
    ).format(name, Markup(json_text))  # without "<", nothing in the data ends the element


def each(template: str, items: Iterable) -> Markup:
    """Fill a template once for each item, a value or a tuple of values, and join the results."""
    filled = (Markup(template).format(*(item if isinstance(item, tuple) else (item,))) for item in items)
    return Markup().join(filled)


def table(
    caption: str,
    columns: Sequence[str],
    rows: Iterable[Sequence],
    headers: int = 1,
    narrow: Sequence[str] = (),
    name: str = "",
    addresses: Iterable[str] = (),
    box: str = "so-scroll",
) -> Markup:
    """Return a table with a caption and header cells, in a box inside which it scrolls when it is wide.

    columns    what heads each column, "" for nothing
    rows       lists of values: Markup, or what `text` takes, or a list of these
    headers    number of cells at the beginning of a row that head it
    narrow     columns that take no more room than they need
    name       id of the table
    addresses  ids of the rows
    box        classes of the box
    """
    rows = [list(row) for row in rows]
    big = [any(_is_number(value) and abs(value) >= 10_000 for value in column) for column in zip(*rows)]
    long = [any(len(_visible(_content(value))) > 40 for value in column) for column in zip(*rows)]
    kinds = ["so-narrow" if column in narrow else "" for column in columns]
    for number, column in list(enumerate(zip(*rows)))[headers:]:
        if all(map(_is_number, column)):  # its heading stands above the numbers
            kinds[number] = "num"
    head = [
        Markup('<th scope="col"{}>{}</th>').format(_attribute("class", kind), column) if column else Markup("<td></td>")
        for column, kind in zip(columns, kinds)
    ]
    body = [
        (
            _attribute("id", address),
            each('<th scope="row">{}</th>', map(_content, row[:headers])),
            Markup().join(map(_cell, row[headers:], big[headers:], long[headers:])),
        )
        for row, address in zip(rows, addresses or [""] * len(rows))
    ]
    return Markup(
        '<div class="{}" tabindex="0" role="group" aria-label="{}"><table{}><caption>{}</caption>'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>"
    ).format(
        box, _visible(caption), _attribute("id", name), caption, Markup().join(head), each("<tr{}>{}{}</tr>", body)
    )


def text(value: object, big: bool = False) -> str:
    """Return a value as people write it, "" for a missing one. Numbers get separators from 10,000, or if `big`."""
    if pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float):
        value = int(value) if value == int(value) else round(value, 2)
    if _is_number(value):
        return f"{value:,}" if big or abs(value) >= 10_000 else f"{value}"
    return str(value)


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _attribute(name, value):
    return Markup(' {}="{}"').format(name, value) if value else ""


def _visible(content):
    return content.striptags() if isinstance(content, Markup) else content


def _cell(value, big, long):
    is_day = isinstance(value, pd.Timestamp) or isinstance(value, str) and re.fullmatch(r"\d{4}(-\d\d){1,2}", value)
    kind = "num" if _is_number(value) else "so-date" if is_day else "so-text" if long else ""
    return Markup("<td{}>{}</td>").format(_attribute("class", kind), _content(value, big))


def _content(value, big=False):
    if isinstance(value, (list, tuple)):
        return Markup(", ").join(map(_content, value))
    return value if isinstance(value, Markup) else text(value, big)
