"""The pages for those who do not see them, use no mouse, or need large letters or few colours."""

import contextlib
from importlib.resources import files

import pytest
from conftest import watched
from playwright.sync_api import expect

from chapters import ALL_PAGES, HTML

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
CONTRAST = "color-contrast"  # by far the slowest of all rules
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", CONTRAST]
# Contrast is looked at once for all texts of the same colour, size and weight on the same ground: on those of each kind
# that stand first in the page.
VIOLATIONS = """async rules => {
    const grounds = new Map([[null, ""]]), first = new Map();
    for (const element of document.querySelectorAll("*")) {
        const style = getComputedStyle(element), {backgroundColor, backgroundImage, opacity} = style;
        const own = [backgroundColor, backgroundImage, opacity].join();
        const ground = grounds.get(element.parentElement) + (own === "rgba(0, 0, 0, 0),none,1" ? "" : own + ";");
        grounds.set(element, ground);
        const isText = [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
        const isShown = isText && element.checkVisibility({visibilityProperty: true}) && element.getClientRects().length;
        const {color, fontSize, fontWeight, textShadow} = style, isField = element.matches("input, select, textarea");
        const kind = isField ? element : [ground, color, fontSize, fontWeight, textShadow, element.localName,
            element.textContent.trim().length > 1].join();  // of a single sign axe says nothing
        if ((isShown || isField) && !first.has(kind)) first.set(kind, element);
    }
    const others = rules.filter(rule => rule !== "color-contrast"), violations = [];
    for (const [where, runOnly] of [[document, others], [{include: [...first.values()]}, ["color-contrast"]]]) {
        if (!runOnly.every(rule => rules.includes(rule)) || !runOnly.length) continue;
        const off = where === document ? {"color-contrast": {enabled: false}} : {};
        violations.push(...(await axe.run(where, {runOnly, rules: off, preload: false, resultTypes: ["violations"]})).violations);
    }
    return violations.map(rule => `${rule.id}: ${rule.nodes.length}, as ${rule.nodes[0].html.slice(0, 200)}`);
}"""
TEXT = ["index", "chapters/claims", "chapters/claims-table"]  # pages with everything: figures, code, tables, exercises
WIDE, NARROW = ({"width": width, "height": 900} for width in (1280, 390))


@pytest.fixture(scope="module")
def tabs(browser):
    """A tab for each theme, width and preference, made once."""
    made = {}

    def tab(width, **options):
        key = (width, *sorted(options.items()))
        if key not in made:
            made[key] = browser.new_page(viewport={"width": width, "height": 900}, **options)
        return made[key]

    yield tab
    for page in made.values():
        page.close()


def open_page(tab, name):
    tab.goto((HTML / f"{name}.html").as_uri())
    tab.evaluate("document.querySelectorAll('article details').forEach(details => details.open = true)")


KINDS = {"index", "search", "genindex"}  # one page of each kind is looked at always, all pages with --all
KINDS |= {f"chapters/{name}" for name in ("start", "claims", "witnesses", "coding", "hindsight", "your-report")}
KINDS |= {f"chapters/{name}" for name in ("claims-table", "background-facts", "codebook", "glossary", "worksheets")}
KINDS |= {f"chapters/{name}" for name in ("reading-desk", "marking-desk", "places")}
PAGES = [name if name in KINDS else pytest.param(name, marks=pytest.mark.thorough) for name in ALL_PAGES]


@pytest.fixture(scope="module", params=PAGES)
def page(request, tabs):
    """Each page, opened once for all tests that ask for it, and watched: light, wide, everything unfolded."""
    tab = tabs(1280, color_scheme="light", reduced_motion="reduce")  # cells that fade in are pale for a moment
    with watched(tab):
        open_page(tab, request.param)
        yield tab


def test_pictures_show(page):
    page.evaluate("document.querySelectorAll('img').forEach(image => image.loading = 'eager')")  # else when scrolled to
    page.evaluate("Promise.all([...document.images].map(image => image.decode()))")  # fails if one does not show


def everywhere(page):
    """What axe finds on a page that is shown wide and light; in the dark and on a phone, what may differ there."""
    themed = page.locator("html[data-theme]").count()
    page.evaluate(AXE)
    found = {"wide and light": page.evaluate(VIOLATIONS, RULES)}
    page.emulate_media(color_scheme="dark")
    if themed:
        page.wait_for_selector("html[data-theme=dark]")
    found["dark"] = page.evaluate(VIOLATIONS, [CONTRAST])
    page.emulate_media(color_scheme="light")
    if themed:
        page.wait_for_selector("html[data-theme=light]")
    page.set_viewport_size(NARROW)
    for _ in range(10):
        found["narrow"] = page.evaluate(VIOLATIONS, ["target-size", "scrollable-region-focusable"])
        if not found["narrow"]:
            break
        page.wait_for_timeout(100)  # the theme looks at sizes a moment later
    page.set_viewport_size(WIDE)
    return [f"{where}: {violation}" for where, violations in found.items() for violation in violations]


@contextlib.contextmanager
def shortened(page):
    """Hide all but the first rows of long tables for a while: one template makes all of them, and some have hundreds."""
    page.evaluate("document.querySelectorAll('tbody > tr:nth-child(n + 31)').forEach(row => row.hidden = true)")
    yield
    page.evaluate("document.querySelectorAll('tbody > tr[hidden]').forEach(row => row.hidden = false)")


def test_axe_finds_nothing(page):
    """WCAG 2.2 A and AA, and best practices."""
    with shortened(page):
        assert everywhere(page) == []


FOCUSED = """() => {
    const element = document.activeElement, box = element.getBoundingClientRect(), style = getComputedStyle(element);
    return {
        tag: element.tagName, name: element.outerHTML.slice(0, 160), size: box.width * box.height,
        inside: box.bottom > 0 && box.top < innerHeight,
        outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    }
}"""
# What has the focus when Tab is pressed is there, and scrolled to, since the Tab before.
FOLLOW = f"""() => {{
    window.reached = [];
    const start = document.activeElement;
    document.addEventListener("keydown", () => document.activeElement === start || reached.push(({FOCUSED})()));
}}"""


def test_the_keyboard_reaches_everything_and_one_sees_where_it_is(page):
    with shortened(page):
        _walk(page)


def _walk(page):
    """Press Tab until every stop was reached, and see where the focus is each time."""
    wanted, stops = page.evaluate("""["", ", [tabindex='0']"].map(more =>
        [...document.querySelectorAll("a[href], button:enabled, input:enabled, select, summary" + more)]
        .filter(element => element.checkVisibility({visibilityProperty: true})).length)""")
    page.evaluate(FOLLOW)
    for _ in range(stops + 2):
        page.keyboard.press("Tab")
    reached = page.evaluate("reached")
    # (a group of radio buttons is one stop)
    assert 0.9 * wanted <= len(reached), f"{len(reached)} of {wanted}"
    assert [focus["name"] for focus in reached if not (focus["outlined"] and focus["inside"] and focus["size"])] == []


@pytest.mark.parametrize("letters", ["100%", "200%"])
def test_a_page_never_scrolls_sideways_even_with_letters_twice_as_large(page, letters):
    page.evaluate("size => document.documentElement.style.fontSize = size", letters)
    widths = []
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        widths.append(page.evaluate("document.documentElement.scrollWidth"))
    page.set_viewport_size(WIDE)
    page.evaluate("document.documentElement.style.fontSize = ''")
    assert widths[0] <= 1280 and widths[1] <= 390


WIDER = """() => [...document.querySelectorAll("article *")].filter(element =>
    !element.matches("pre, pre *, .so-form, .so-form *") && element.checkVisibility({visibilityProperty: true})
    && (element.scrollWidth > element.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(element).overflowX)
        || element.matches("table, img, figure, form") && element.getBoundingClientRect().right > innerWidth)
).map(element => `${element.scrollWidth} in ${element.clientWidth}: ${element.outerHTML.slice(0, 120)}`)"""


def test_nothing_is_wider_than_its_column(page):
    """Tables, above all: at 1280 px they fit, on a phone they are lists. Lines of code and worksheets, which are for paper, may be scrolled."""
    wider = {}
    for size in (WIDE, NARROW):
        page.set_viewport_size(size)
        wider[size["width"]] = page.evaluate(WIDER)
    page.set_viewport_size(WIDE)
    assert wider == {1280: [], 390: []}


def test_menu_and_search_open_by_keyboard(tabs):
    tab = tabs(1280)
    open_page(tab, "chapters/start")
    menu = tab.locator("details.dropdown > summary")
    menu.press("Enter")
    expect(tab.get_by_role("link", name=".ipynb")).to_be_visible()
    menu.press("Escape")
    expect(tab.get_by_role("link", name=".ipynb")).to_be_hidden()
    tab.keyboard.press("Control+k")
    tab.keyboard.type("withdrawal")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/search.html?q=withdrawal")
    tab.wait_for_selector("#search-results li")


@pytest.mark.parametrize("name", TEXT)
def test_what_scrolls_sideways_can_be_scrolled_by_keyboard(tabs, name):
    tab = tabs(390)
    open_page(tab, name)
    tab.wait_for_timeout(500)  # the theme looks at sizes a moment later
    assert (
        tab.evaluate("""[...document.querySelectorAll("article *")].filter(element =>
        element.scrollWidth > element.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(element).overflowX)
        && element.tabIndex < 0 && !element.querySelector("[tabindex='0'], a[href]")).map(element => element.outerHTML.slice(0, 100))""")
        == []
    )


def test_nothing_moves_for_those_who_asked_for_that(tabs):
    tab = tabs(1280, reduced_motion="reduce")
    open_page(tab, "chapters/claims")
    moving = """[...document.querySelectorAll("*")].filter(element =>
        getComputedStyle(element).transitionDuration !== "0s" || getComputedStyle(element).animationName !== "none").length"""
    assert tab.evaluate(moving) == 0


def test_with_forced_colours_buttons_and_focus_have_edges(tabs):
    tab = tabs(1280, forced_colors="active")
    open_page(tab, "chapters/claims")
    button = tab.locator(".so-quiz button").first
    button.focus()
    style = button.evaluate(
        "e => { const s = getComputedStyle(e); return [s.borderTopStyle, s.color, s.backgroundColor] }"
    )
    assert style[0] == "solid" and style[1] != style[2]
    tab.keyboard.press("Tab")
    assert tab.evaluate(FOCUSED)["outlined"]
    tab.evaluate("scrollTo(0, 0)")  # a link half under the bar at the top is no small link
    tab.evaluate(AXE)
    assert tab.evaluate(VIOLATIONS, RULES) == []
