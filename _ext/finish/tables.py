"""Let a wide table become a list on a narrow screen: a row is a block there, with the column's name before each value."""

import re

from bs4 import BeautifulSoup, Tag

SCREEN = 46  # letters of a table that a phone shows beside each other
BETWEEN = 1.3  # letters that the space between two columns takes
READABLE = 18  # letters of a line of text that one likes to read
LONG = 40  # letters of a value from which on those of its column take a line of their own
SHORT = 12  # letters of the longest word where three values stand beside each other


def improve(page: BeautifulSoup) -> None:
    """Prepare the wide tables of a page; the style sheet does the rest. Worksheets keep their form: they are for paper."""
    for table in page.select("article table"):
        if not table.find_parent(class_="so-form") and len(table.select("thead tr")) == 1 and width(table) > SCREEN:
            prepare(table)


def width(table: Tag) -> float:
    """Return how many letters a table needs beside each other, its texts in lines that one likes to read."""
    needed = {}
    for row in table.select("tr"):
        for number, cell in enumerate(row.find_all(["th", "td"], recursive=False)):
            text = cell.get_text(" ", strip=True)
            word = max(map(len, re.split(r"[\s\u00ad-]+", text)))
            needed[number] = max(needed.get(number, 0), word, min(len(text), READABLE))
    return sum(letters + BETWEEN for letters in needed.values())


def prepare(table: Tag) -> None:
    """Name the column in each cell, and the role of each part, which is lost where a part is not shown as one."""
    table["class"] = [*table.get("class", []), "so-list"]
    table["role"] = "table"
    for part in table.select("thead, tbody"):
        part["role"] = "rowgroup"
    rows = [row.find_all(["th", "td"], recursive=False) for row in table.select("tr")]
    names = [" ".join(cell.get_text().split()) for cell in rows[0]]
    texts = [[cell.get_text(" ", strip=True) for cell in row] for row in rows[1:]]
    long = [max(map(len, column)) > LONG for column in zip(*texts)]
    values = [text for row, said in zip(rows[1:], texts) for cell, text in zip(row, said) if cell.name == "td"]
    if all(len(word) <= SHORT for name in names for word in name.split()) and max(map(len, values), default=0) <= SHORT:
        table["class"] += ["so-short"]
    for row in rows:
        row[0].parent["role"] = "row"
        is_head = row[0].find_parent("thead") is not None
        for name, is_long, cell in zip(names, long, row):
            cell["role"] = ("columnheader" if is_head else "rowheader") if cell.name == "th" else "cell"
            if not is_head and name:
                cell["data-head"] = name
            if not is_head and is_long:
                cell["class"] = [*cell.get("class", []), "so-wide"]
