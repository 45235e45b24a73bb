"""Fix what the theme, Sphinx and pandas get wrong for people who do not see the page or use no mouse."""

from bs4 import BeautifulSoup, Tag
from sphinx.errors import ExtensionError


def improve(page: BeautifulSoup) -> None:
    """Fix everything on a page."""
    for summary in page.select("summary[aria-label]"):  # "Toggle hidden content", over the words that are seen
        del summary["aria-label"]
    name_buttons(page)
    open_menus_without_script(page)
    sidebar = required(page, "#pst-primary-sidebar")[0]  # everything is in a landmark, and landmarks have names
    sidebar["role"], sidebar["aria-label"] = "complementary", "The book"
    # The theme writes an advertisement's place, and the contents once more for paper, where they would take a page.
    for advertisement in page.select("#ethical-ad-placement, #jb-print-docs-body"):
        advertisement.decompose()
    for entry in page.select("[role=doc-biblioentry]"):  # deprecated, and no child of a list
        entry["role"] = "listitem"
    head_tables(page)


def required(page: BeautifulSoup, selector: str) -> list[Tag]:
    """Return the elements that a selector finds; raise ExtensionError if it finds none."""
    if not (elements := page.select(selector)):
        raise ExtensionError(f"no {selector} on a page: has the theme changed? See _ext/finish/accessible.py.")
    return elements


def name_buttons(page: BeautifulSoup) -> None:
    """Let the name of each button contain the words seen on it; icons and keys are pictures."""
    for icon in required(page, "i[class*=fa-], span[class*=fa-]"):
        icon["aria-hidden"] = "true"
        icon.attrs.pop("title", None)
    for keys in required(page, ".search-button__kbd-shortcut"):
        keys["aria-hidden"] = "true"
    for button in required(page, "button[title], button[data-bs-title]"):
        button["title"] = button.attrs.pop("data-bs-title", button.get("title"))
        if button.get_text(strip=True):
            button.attrs.pop("aria-label", None)
        else:
            button["aria-label"] = button["title"]


def open_menus_without_script(page: BeautifulSoup) -> None:
    """Make each menu a <details>, which every browser opens and closes by mouse and by keyboard."""
    for menu in page.select("div.dropdown"):
        button, items = menu.select_one("button[data-bs-toggle=dropdown]"), menu.select_one("ul.dropdown-menu")
        if button is None or items is None:
            raise ExtensionError("a menu of the theme is no longer a button and a list: see _ext/finish/accessible.py")
        menu.name, button.name = "details", "summary"
        for name in ("type", "data-bs-toggle", "aria-expanded"):
            button.attrs.pop(name, None)
        button["title"] = button["aria-label"]
        items["class"].append("show")


def head_tables(page: BeautifulSoup) -> None:
    """Give tables that pandas writes a name, and header cells that say what they head, none of them empty."""
    for table in page.select("table.dataframe"):
        table.attrs.pop("border", None)
        for row in table.select("tr"):
            row.attrs.pop("style", None)
        for scope, cells in (("col", table.select("thead th")), ("row", table.select("tbody th"))):
            for cell in cells:
                if cell.get_text(strip=True):
                    cell["scope"] = scope
                else:
                    cell.name = "td"
        columns = [cell.get_text(" ", strip=True) for cell in table.select("thead th")]
        table["aria-label"] = f"Table of {len(table.select('tbody tr'))} rows: {', '.join(columns)}"
