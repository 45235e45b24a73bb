"""What the theme, Sphinx and pandas leave to be desired for people who do not see the page, or use no mouse."""

from sphinx.errors import ExtensionError


def improve(page):
    for summary in page.select("summary[aria-label]"):  # "Toggle hidden content", over the words that are seen
        del summary["aria-label"]
    name_buttons(page)
    open_menus_without_script(page)
    mend_landmarks(page)
    mend_bibliography(page)
    head_tables(page)


def required(page, selector):
    if not (found := page.select(selector)):
        raise ExtensionError(f"no {selector} on a page: has the theme changed? See _ext/finish/accessible.py.")
    return found


def name_buttons(page):
    """The name of a button contains the words seen on it; icons and keys are pictures."""
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
    for element in page.select("[data-bs-toggle=tooltip]"):  # the browser shows the title by itself
        for name in ("data-bs-toggle", "data-bs-placement"):
            element.attrs.pop(name, None)


def open_menus_without_script(page):
    """A menu is a <details>, which every browser opens and closes by mouse and by keyboard."""
    for menu in page.select("div.dropdown"):
        button, items = menu.select_one("button[data-bs-toggle=dropdown]"), menu.select_one("ul.dropdown-menu")
        if button is None or items is None:
            raise ExtensionError("a menu of the theme is no longer a button and a list: see _ext/finish/accessible.py")
        menu.name, button.name = "details", "summary"
        for name in ("type", "data-bs-toggle", "aria-expanded"):
            button.attrs.pop(name, None)
        button["title"] = button["aria-label"]
        items["class"].append("show")


def mend_landmarks(page):
    """Everything on the page is inside a landmark; each landmark of a kind has a name."""
    sidebar = required(page, "#pst-primary-sidebar")[0]
    sidebar["role"], sidebar["aria-label"] = "complementary", "The book"
    for advertisement in page.select("#ethical-ad-placement"):
        advertisement.decompose()


def mend_bibliography(page):
    """A list of items: the role doc-biblioentry is deprecated, and no child of a list."""
    for entry in page.select("[role=doc-biblioentry]"):
        entry["role"] = "listitem"


def head_tables(page):
    """Tables that pandas writes get header cells that say what they head, and a name; no empty header."""
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
