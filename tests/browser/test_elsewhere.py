"""The pages where they are less at home: in Firefox, where storage is denied, in a frame, on paper, without scripts."""

import json
import re

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import expect

from _ext.anatomy import drawn
from _ext.finish import tables
from chapters import HTML
from formats.browser import IS_ROOT, OPTIONS, found

# ---- search and theme, with and without storage ----


def search_and_change_theme(page, frame):
    """Press the button of the theme, and search; `frame` is where the chapter is in the page."""
    button, seen = frame.locator(".theme-switch-button:visible").first, set()
    for _ in range(3):  # dark, light, as the system is set
        button.evaluate("button => button.click()")  # Playwright's mouse and keys miss what is in a frame in Firefox
        seen.add(frame.locator("html").get_attribute("data-theme"))
    assert seen == {"dark", "light"}
    if frame is page:
        page.keyboard.press("Control+k")
    else:
        frame.get_by_role("button", name="Search").first.evaluate("button => button.click()")
    field = frame.get_by_role("searchbox", name="Search this book")
    field.fill("ferry")
    if frame is page:
        field.press("Enter")
    else:
        field.evaluate(
            "f => f.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, cancelable: true}))"
        )
    frame.locator("#search-results li a").first.wait_for()
    assert "search.html?q=ferry" in frame.locator(":root").evaluate("() => location.href")


def test_search_and_theme_work_from_a_folder(each_browser):
    page = each_browser.new_page()
    page.goto((HTML / "chapters/claims.html").as_uri())
    search_and_change_theme(page, page)
    page.close()


def test_search_and_theme_work_in_a_frame_that_may_nothing_but_run_scripts(each_browser, address, tmp_path):
    """As learning platforms embed pages: no storage, no forms."""
    page = each_browser.new_page()
    (tmp_path / "frame.html").write_text(
        f'<iframe sandbox="allow-scripts" src="{address}/chapters/claims.html" width="1200" height="700"></iframe>',
        encoding="utf-8",
    )
    page.goto((tmp_path / "frame.html").as_uri())
    frame = page.frame_locator("iframe")
    frame.locator(".theme-switch-button:visible").first.wait_for()
    denied = (
        "() => { try { Storage.prototype.getItem.call(localStorage, 'mode'); return false } catch { return true } }"
    )
    assert frame.locator(":root").evaluate(denied), "there is a storage after all"
    search_and_change_theme(page, frame)
    page.close()


def test_search_and_theme_work_with_all_cookies_blocked(playwright, tmp_path):
    """In Chromium this is a setting of the profile."""
    (tmp_path / "Default").mkdir()
    settings = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    (tmp_path / "Default/Preferences").write_text(json.dumps(settings), encoding="utf-8")
    context = playwright.chromium.launch_persistent_context(
        tmp_path,
        executable_path=found(playwright, "chromium"),
        args=OPTIONS + (["--no-sandbox"] if IS_ROOT else []),
        viewport={"width": 1280, "height": 900},
    )
    page = context.pages[0]
    page.goto((HTML / "chapters/claims.html").as_uri())
    assert page.evaluate("typeof localStorage.key") == "undefined", "there is a storage after all"
    search_and_change_theme(page, page)
    context.close()


# ---- on a phone ----


def test_a_list_on_a_phone_is_a_table_to_those_who_listen_and_on_paper(each_browser):
    page = each_browser.new_page(viewport={"width": 390, "height": 844})
    page.goto((HTML / "chapters/claims-table.html").as_uri())
    expect(page.get_by_role("table").get_by_role("columnheader", name="certainty")).to_be_visible()
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="c004"))
    certainty = row.get_by_role("cell", name="possible", exact=True)
    expect(certainty).to_be_visible()
    assert certainty.get_attribute("data-head") == "certainty"
    assert certainty.evaluate("e => getComputedStyle(e, '::before').content") not in ("none", "normal")
    assert certainty.bounding_box()["y"] > row.get_by_role("rowheader").bounding_box()["y"] + 20, "one below the other"
    assert row.bounding_box()["width"] <= 390
    page.close()


def test_lists_are_printed_as_tables(browser):
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto((HTML / "chapters/claims-table.html").as_uri())
    display = "e => getComputedStyle(e).display"
    assert page.locator("#c004 td").first.evaluate(display) == "block"
    page.emulate_media(media="print")
    assert page.locator("#c004 td").first.evaluate(display) == "table-cell"
    page.close()


@pytest.mark.parametrize(("columns", "is_list"), [(3, False), (8, True)])
def test_only_a_table_that_a_phone_cannot_show_becomes_a_list(columns, is_list):
    cells = "<td>several words</td>" * columns
    table = f"<table><thead><tr>{'<th>name</th>' * columns}</tr></thead><tbody><tr>{cells}</tr></tbody></table>"
    page = BeautifulSoup(f"<article>{table}</article>", "html.parser")
    tables.improve(page)
    assert ("so-list" in page.table.get("class", [])) == is_list
    assert [cell.get("data-head") for cell in page.select("td")] == ["name" if is_list else None] * columns


@pytest.mark.parametrize(("value", "is_short"), [("kept", True), ("a long word: responsibility", False)])
def test_three_short_values_stand_beside_each_other(value, is_short):
    cells = f"<th>row</th>{f'<td>{value}</td>' * 8}"
    table = f"<table><thead><tr>{'<th>name</th>' * 9}</tr></thead><tbody><tr>{cells}</tr></tbody></table>"
    page = BeautifulSoup(f"<article>{table}</article>", "html.parser")
    tables.improve(page)
    assert ("so-short" in page.table["class"]) == is_short


# ---- the first page ----


def test_the_first_page_says_what_is_what_by_mouse_and_by_keyboard(tab, practice):
    tab.open("index")
    claim = tab.locator(".so-anatomy p mark", has_text="an attack was possible")
    said = claim.locator(".so-said")
    expect(said).to_be_hidden()
    claim.hover()
    expect(said).to_have_text(re.compile("c054 The source is Kesland, the certainty possible"))
    tab.mouse.move(0, 0)
    expect(said).to_be_hidden()
    claim.focus()
    expect(said).to_be_visible()
    marks = tab.locator(".so-anatomy p mark").evaluate_all(
        "all => all.map(mark => [mark.querySelector('b').textContent, mark.className])"
    )
    certainty = practice.claims.set_index("claim_id")["certainty"]
    assert len(marks) == 5 and all(name == f"so-{certainty[claim]}" for claim, name in marks)


def test_the_first_page_says_what_is_what_by_a_tap(browser):
    page = browser.new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.goto((HTML / "index.html").as_uri())
    claim = page.locator(".so-anatomy p mark", has_text="The reason is not known")
    claim.tap()
    expect(claim.locator(".so-said")).to_be_visible()
    page.close()


def test_a_paragraph_with_marks_across_each_other_stops_the_build(practice):
    with pytest.raises(ValueError, match="marks across each other"):
        drawn(practice, 3)


# ---- on paper ----


@pytest.mark.parametrize("name", ["claims", "coding", "worksheets", "reading-desk", "index"])
def test_the_dark_theme_is_printed_in_the_colours_of_the_light_one(browser, name):
    colours = []
    for theme in ("light", "dark"):
        page = browser.new_page(color_scheme=theme, reduced_motion="reduce")
        page.goto((HTML / ("index.html" if name == "index" else f"chapters/{name}.html")).as_uri())
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        page.emulate_media(media="print", color_scheme=theme)
        colours.append(page.evaluate(COLOURS))
        page.close()
    assert colours[0] == colours[1]


COLOURS = """() => [...document.querySelectorAll("body, body *")].filter(element => element.checkVisibility()).map(element => {
    const style = getComputedStyle(element);
    return [element.localName, style.color, style.backgroundColor, style.borderTopColor, style.filter].join();
})"""


# ---- without scripts ----


def test_without_scripts_no_button_is_dead_and_every_page_can_be_reached_from_a_phone(browser):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto((HTML / "chapters/claims.html").as_uri())
    assert page.locator("button:visible").count() == 0
    page.get_by_role("navigation").get_by_role("link", name="All claims").click()
    page.wait_for_url("**/claims-table.html")
    expect(page.locator("#c001")).to_be_visible()
    context.close()


def test_without_scripts_texts_can_be_read(browser):
    """Without the script that chooses one, a page has the colours of the light theme, and not none."""
    context = browser.new_context(java_script_enabled=False, bypass_csp=True)
    page = context.new_page()
    page.goto((HTML / "index.html").as_uri())
    colours = page.locator(".bd-article p").first.evaluate(
        "e => [getComputedStyle(e).color, getComputedStyle(document.body).backgroundColor]"
    )
    context.close()
    page = browser.new_page(color_scheme="light")
    page.goto((HTML / "index.html").as_uri())
    assert colours == page.locator(".bd-article p").first.evaluate(
        "e => [getComputedStyle(e).color, getComputedStyle(document.body).backgroundColor]"
    )
    page.close()
