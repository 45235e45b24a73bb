"""The built pages: links, figures, tables, and how they behave in a real browser.

`make test` builds the book first. These tests fail, and are not skipped, where there is no book or no browser.
"""

import io
import json
import re
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup
from PIL import Image
from playwright.sync_api import expect
from sphinx.errors import ExtensionError
from test_accessibility import AXE, CONTRAST, RULES, VIOLATIONS

from _ext.finish.figures import improve, thin
from answers import TOLERANCE
from chapters import ALL_PAGES, CONTENT, HTML, PAGES, ROOT, built, code, tags
from standoff import load
from standoff.display import exercises
from standoff.display.exercises import exercise


class Page(HTMLParser):
    """What the tests want to know of a page: ids, links, images, tables, figures, headings, language, title."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.links, self.images, self.loads, self.tables, self.figures = [], [], [], [], [], []
        self.headings, self.lang, self.in_article = [], None, False
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        if "id" in a:
            self.ids.append(a["id"])
        if tag == "html":
            self.lang = a.get("lang")
        elif tag == "a" and "href" in a:
            self.links.append(a["href"])
        elif tag == "img":
            self.images.append(a)
        elif tag == "table":
            self.tables.append({"caption": False, "class": a.get("class", "")})
        elif tag == "caption":
            self.tables[-1]["caption"] = True
        elif tag == "figure":
            self.figures.append({"class": a.get("class", ""), "caption": False})
        elif tag == "figcaption":
            self.figures[-1]["caption"] = True
        elif tag == "article":
            self.in_article = True
        elif self.in_article and re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        for name in {"script": ["src"], "link": ["href"], "img": ["src"], "iframe": ["src"], "source": ["src"]}.get(
            tag, []
        ):
            if name in a and not (tag == "link" and a.get("rel") in ("index", "search", "next", "prev", "canonical")):
                self.loads.append(a[name])

    def handle_endtag(self, tag):
        if tag == "article":
            self.in_article = False


@pytest.fixture(scope="session")
def pages():
    if not (HTML / "index.html").is_file():
        pytest.fail("there is no built book: run `make book` (or `make test`, which builds it) and try again")
    return {name: Page(HTML / f"{name}.html") for name in ALL_PAGES}


# ---- the pages as files ----


@pytest.mark.parametrize("name", ALL_PAGES)
def test_a_page_loads_only_its_own_files(pages, name):
    foreign = [load for load in pages[name].loads if urlsplit(load).scheme not in ("", "data") or load.startswith("//")]
    assert not foreign
    missing = [
        load
        for load in pages[name].loads
        if not load.startswith("data:")
        and not ((HTML / f"{name}.html").parent / unquote(urlsplit(load).path)).is_file()
    ]
    assert not missing


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_language_and_one_first_heading(pages, name):
    assert pages[name].lang == "en"
    assert pages[name].headings.count(1) == 1
    steps = zip(pages[name].headings, pages[name].headings[1:])
    assert all(after <= before + 1 for before, after in steps), f"a heading is skipped: {pages[name].headings}"


@pytest.mark.parametrize("name", PAGES)
def test_ids_are_unique(pages, name):
    ids = pages[name].ids
    assert len(ids) == len(set(ids)), {i for i in ids if ids.count(i) > 1}


@pytest.mark.parametrize("name", CONTENT)
def test_every_figure_has_caption_alternative_text_and_numbers(pages, name):
    page = pages[f"chapters/{name}"]
    figures = [figure for figure in page.figures if "so-figure" in figure["class"]]
    assert figures and all(figure["caption"] for figure in figures)
    pictures = [image for image in page.images if image["src"].endswith(".svg")]
    assert len(pictures) == len(figures)
    assert all(int(image["width"]) > 300 and int(image["height"]) > 100 for image in pictures)
    assert {image["src"] for image in pictures} <= set(page.links), "each figure can be opened alone"
    for image in page.images:
        alt = image.get("alt", "")
        assert len(alt) > 20 and not re.search(r"\.(svg|png)$|0x[0-9a-f]{6}", alt), f"no alternative text: {alt!r}"


@pytest.mark.parametrize("name", CONTENT + ["claims-table", "cruxes", "codebook"])
def test_our_tables_have_captions(pages, name):
    ours = [table for table in pages[f"chapters/{name}"].tables if "dataframe" not in table["class"]]
    assert ours and all(table["caption"] for table in ours)


def test_every_claim_and_crux_has_its_row(pages):
    case = load("report")
    assert set(case.claims["claim_id"]) <= set(pages["chapters/claims-table"].ids)
    assert set(case.cruxes["crux_id"]) <= set(pages["chapters/cruxes"].ids)


def test_every_column_is_in_the_codebook(pages):
    package = load("report").package
    wanted = {
        f"{table['name']}-{field['name']}" for table in package["resources"] for field in table["schema"]["fields"]
    }
    assert wanted <= set(pages["chapters/codebook"].ids)


def test_the_bibliography_is_complete():
    keys = re.findall(r"^@\w+\{([^,]+),", (ROOT / "references.bib").read_text(encoding="utf-8"), re.M)
    assert len(built("chapters/bibliography").select("div.citation")) == len(keys)


@pytest.mark.parametrize("name", CONTENT)
def test_a_chapter_can_be_downloaded_as_a_notebook_without_outputs(name):
    downloads = list(HTML.rglob(f"{name}.ipynb"))
    assert len(downloads) == 1, downloads
    cells = json.loads(downloads[0].read_text(encoding="utf-8"))["cells"]
    assert any(cell["cell_type"] == "code" for cell in cells)
    assert all(not cell.get("outputs") for cell in cells)


# ---- the pages in a browser ----


@pytest.mark.parametrize("name", CONTENT)
def test_each_figure_has_its_numbers_and_its_code_under_it(name):
    """With names that say which figure they belong to: a screen reader lists them without the figures."""
    page, source = built(f"chapters/{name}"), code(name)
    hidden = [cell for cell in source if "figure(" in cell.source and "hide-input" in tags(cell)]
    figures = page.select("figure.so-figure")
    for number, figure in enumerate(figures, 1):
        numbers, folded = figure.select("figcaption ~ details")
        assert numbers.summary.get_text() == f"The numbers behind figure {number}"
        assert numbers.table.caption.get_text() == f"Numbers behind figure {number}"
        assert folded.summary.get_text() == f"The code that draws figure {number}"
        assert "figure(" in folded.pre.get_text()
        assert figure.find_all(["details", "a"], recursive=False)[-1].get_text() == f"Figure {number}, large"
    assert len(page.select("figure.so-figure > details.so-code")) == len(hidden) > 0


def test_numbers_and_code_unfold_by_keyboard(tab):
    tab.open("chapters/claims")
    figure = tab.locator("figure.so-figure").first
    for kind, content in (("so-numbers", "table"), ("so-code", "pre")):
        folded = figure.locator(f"details.{kind}")
        expect(folded.locator(content)).to_be_hidden()
        folded.locator("summary").press("Enter")
        expect(folded.locator(content)).to_be_visible()


def test_unfolded_numbers_and_code_are_printed(browser):
    tab = browser.new_page()
    tab.goto((HTML / "chapters/claims.html").as_uri())
    figure = tab.locator("figure.so-figure").first
    figure.locator("summary").first.click()
    figure.locator("summary").last.click()
    tab.emulate_media(media="print")
    expect(figure.locator("table")).to_be_visible()
    expect(figure.locator("pre")).to_be_visible()
    expect(figure.locator(".so-large")).to_be_hidden()
    expect(tab.locator("figure.so-figure").nth(1).locator("summary").first).to_be_hidden()
    tab.close()


def test_code_that_unfolds_on_a_phone_can_be_scrolled_by_keyboard(tab):
    tab.set_viewport_size({"width": 390, "height": 800})
    tab.open("chapters/claims")
    tab.locator("details.so-code > summary").first.press("Enter")
    expect(tab.locator("details.so-code pre").first).to_have_attribute("tabindex", "0", timeout=3_000)


def letters(picture, width):
    """The size in CSS px of each text of an SVG by Matplotlib that is shown `width` px wide."""
    across = float(re.search(r'viewBox="0 0 ([\d.]+) ', picture)[1])
    return [float(size) * width / across for size in re.findall(r"<text [^>]*font(?:-size)?: ([\d.]+)px", picture)]


def test_every_label_of_every_figure_can_be_read_on_a_phone_and_on_a_laptop(browser):
    smallest = {}
    for width in (390, 1280):
        tab = browser.new_page(viewport={"width": width, "height": 844})
        for name in CONTENT:
            tab.goto((HTML / f"chapters/{name}.html").as_uri())
            tab.evaluate("document.querySelectorAll('img').forEach(image => image.loading = 'eager')")
            tab.evaluate("Promise.all([...document.images].map(image => image.decode()))")
            shown = tab.evaluate(
                "[...document.querySelectorAll('.so-figure img')].map(i => [i.currentSrc, i.clientWidth])"
            )
            for number, (address, across) in enumerate(shown, 1):
                picture = (HTML / "_images" / address.rsplit("/", 1)[1]).read_text(encoding="utf-8")
                smallest[f"{name} {number} at {width}"] = min(letters(picture, across))
        tab.close()
    print(*(f"{size:.1f} px: {name}" for name, size in sorted(smallest.items(), key=lambda pair: pair[1])), sep="\n")
    assert {name: size for name, size in smallest.items() if size < 9} == {}


def test_a_figure_keeps_what_is_drawn_and_written_and_nothing_else():
    picture = (
        '<?xml version="1.0"?><svg width="72pt" height="36pt"><!-- x --><path d="M 1.26 -2.04"/><text>0.25</text></svg>'
    )
    assert thin(picture) == ('<svg><path d="M 1.26 -2.04"/><text>0.25</text></svg>', 96, 48)


def test_a_figure_without_numbers_stops_the_build(tmp_path):
    page = BeautifulSoup('<div class="cell"><figure class="so-figure"><img src="x.png"></figure></div>', "html.parser")
    with pytest.raises(ExtensionError, match="no numbers"):
        improve(page, tmp_path, "")


def test_a_figure_opened_alone_fills_the_window_and_has_a_light_ground(browser):
    tab = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="dark")
    tab.goto((HTML / "chapters/claims.html").as_uri())
    tab.get_by_role("link", name="Figure 1, large").click()
    tab.wait_for_url("**/*.svg")
    box = tab.evaluate("(({width, height}) => [width, height])(document.documentElement.getBoundingClientRect())")
    assert box == [1280, 800]
    picture = Image.open(io.BytesIO(tab.screenshot())).convert("L")
    assert min(picture.getpixel(corner) for corner in [(2, 2), (1277, 2), (2, 797), (640, 2)]) > 240
    tab.close()


def test_figures_are_light_in_the_light_theme_and_dark_in_the_dark_one(browser):
    for theme, between in (("light", (250, 255)), ("dark", (5, 60))):
        tab = browser.new_page(color_scheme=theme)
        tab.goto((HTML / "chapters/claims.html").as_uri())
        image = tab.locator("figure.so-figure img").first
        image.scroll_into_view_if_needed()
        image.evaluate("image => image.decode()")
        ground = Image.open(io.BytesIO(image.screenshot())).convert("L").getpixel((8, 8))
        assert between[0] <= ground <= between[1]
        tab.close()


def test_the_table_of_claims_can_be_searched_filtered_and_sorted(tab):
    claims = load("report").claims
    tab.open("chapters/claims-table")
    shown = tab.locator("#so-claims tbody tr:visible")
    form = tab.locator("form.so-filter")
    count = form.locator("output")
    expect(shown).to_have_count(len(claims))

    form.get_by_label("Search").fill("WITHDRAWAL russia")
    expect(count).not_to_have_text(f"{len(claims)} of {len(claims)} claims")
    assert 0 < shown.count() < len(claims)
    assert count.inner_text() == f"{shown.count()} of {len(claims)} claims"
    assert all("withdrawal" in row.lower() and "russia" in row.lower() for row in shown.all_inner_texts())

    form.get_by_label("Search").fill("")
    form.get_by_label("Source").select_option("Joe Biden")
    expect(shown).to_have_count(int((claims["source"] == "biden").sum()))
    form.get_by_label("Certainty").select_option("possible")
    expect(shown).to_have_count(int(((claims["source"] == "biden") & (claims["certainty"] == "possible")).sum()))

    form.get_by_role("button", name="Show all").click()
    shown.nth(100).wait_for()
    expect(shown).to_have_count(len(claims))

    heading = tab.locator("#so-claims thead th", has_text="paragraph")
    heading.get_by_role("button").click()
    heading.get_by_role("button").click()
    expect(heading).to_have_attribute("aria-sort", "descending")
    expect(tab.locator("#so-claims tbody tr").first.locator("td").nth(2)).to_have_text("31")


def test_a_link_to_a_claim_shows_its_row(tab):
    tab.open("chapters/claims-table#c099")
    expect(tab.locator("#c099")).to_be_visible()
    box = tab.locator("#c099").bounding_box()
    assert 0 <= box["y"] <= 900
    assert "so-target" in tab.locator("#c099").get_attribute("class")


def test_what_is_searched_and_chosen_stands_in_the_address(tab):
    """A teacher can send all of Biden's certain claims; from a folder, too."""
    claims = load("report").claims
    wanted = ((claims["source"] == "biden") & (claims["certainty"] == "certain")).sum()
    tab.open("chapters/claims-table")
    form = tab.locator("form.so-filter")
    form.get_by_label("Source").select_option("Joe Biden")
    form.get_by_label("Certainty").select_option("certain")
    expect(tab).to_have_url(re.compile(r"\?source=Joe\+Biden&certainty=certain$"))
    sent = tab.url

    form.get_by_role("button", name="Show all").click()
    expect(tab).to_have_url(re.compile(r"claims-table\.html$"))
    tab.goto(sent)
    shown = tab.locator("#so-claims tbody tr:visible")
    expect(shown).to_have_count(int(wanted))
    expect(form.get_by_label("Certainty")).to_have_value("certain")

    tab.goto(sent.replace("Joe+Biden", "Nobody") + "&q=verified")  # a value that is no longer there counts as none
    expect(form.get_by_label("Search")).to_have_value("verified")
    expect(form.get_by_label("Source")).to_have_value("")
    expect(shown).not_to_have_count(0)

    tab.goto(sent + "#c001")  # a row that is filtered out is shown all the same
    expect(tab.locator("#c001")).to_be_visible()


def test_the_page_that_links_to_a_choice_links_to_one_that_exists(tab):
    tab.open("chapters/claims-table")
    tab.get_by_role("link", name="what Joe Biden presents as certain").click()
    expect(tab.locator("form.so-filter output")).not_to_have_text("")
    assert set(tab.locator("#so-claims tbody tr:visible td:nth-child(3)").all_inner_texts()) == {"Joe Biden"}


def test_a_row_with_many_links_is_not_tall(tab):
    tab.open("chapters/claims-table#c002")
    assert tab.locator("#c002 .so-links a").count() > 15
    assert tab.locator("#c002").bounding_box()["height"] < 200
    head = tab.locator("#so-claims thead").bounding_box()
    assert tab.locator("#c002").bounding_box()["y"] >= head["y"] + head["height"] - 1, "not under the heading"


def closed(tab):
    """Wait until the row is gone. (By its role it is not found any more as soon as it is hidden, a moment earlier.)"""
    tab.locator(".so-row").wait_for(state="detached")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("key", ["click", "Enter", "Enter in a table"])
def test_a_claim_cited_in_prose_shows_its_row_there(tab, key, width):
    tab.set_viewport_size({"width": width, "height": 800})
    tab.open("chapters/claims")
    link = tab.locator("td a.claim" if "table" in key else "p a.claim").first
    claim = link.inner_text()
    row = load("report").claims.set_index("claim_id").loc[claim]
    link.click() if key == "click" else link.press("Enter")

    panel = tab.get_by_role("dialog", name=f"Claim {claim}")
    panel.wait_for()
    expect(panel).to_contain_text(row["gist"])
    expect(panel).to_contain_text(row["certainty"])
    expect(link).to_have_attribute("aria-expanded", "true")
    expect(panel).to_be_focused()  # a screen reader is led to it
    box, cited = panel.bounding_box(), link.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= width
    assert box["y"] - (cited["y"] + cited["height"]) < 10 or cited["y"] - (box["y"] + box["height"]) < 10, (
        "where it is cited"
    )
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "In the table of all claims"

    tab.keyboard.press("Escape")
    closed(tab)
    expect(link).to_have_attribute("aria-expanded", "false")
    expect(link).to_be_focused()  # the reader is where they were
    assert "claims.html" in tab.url


def test_a_shown_row_closes_by_button_and_by_a_click_elsewhere_and_leads_to_the_table(tab):
    tab.open("chapters/claims")
    link, panel = tab.locator("p a.claim").first, tab.locator(".so-row")
    link.click()
    panel.get_by_role("button", name="Close").click()
    closed(tab)
    link.click()
    panel.wait_for()
    tab.mouse.click(5, 5)
    closed(tab)
    claim = link.inner_text()
    link.click()
    panel.get_by_role("link").click()
    tab.wait_for_url(f"**/claims-table.html#{claim}")
    expect(tab.locator(f"#{claim}")).to_be_visible()


def test_the_rows_say_what_the_table_says_and_are_loaded_on_demand(tab):
    table = built("chapters/claims-table")
    loaded = tab.locator("script[src*=claim-rows]")
    tab.open("chapters/claims")
    assert loaded.count() == 0
    tab.locator("a.claim").first.click()
    tab.locator(".so-row").wait_for()
    assert loaded.count() == 1
    rows = tab.evaluate("window.standoffClaims.rows")
    assert set(rows) == set(load("report").claims["claim_id"])
    assert all(
        rows[row["id"]] == [cell.get_text() for cell in row.select("th, td")]
        for row in table.select("#so-claims tbody tr")
    )


@pytest.mark.parametrize("case", ["no script", "no popovers", "no rows"])
def test_where_a_row_cannot_be_shown_the_claim_is_a_link_to_it(browser, case):
    context = browser.new_context(java_script_enabled=case != "no script")
    if case == "no popovers":
        context.add_init_script("delete HTMLElement.prototype.showPopover")
    if case == "no rows":
        context.route("**/claim-rows.js", lambda route: route.abort())
    page = context.new_page()
    page.goto((HTML / "chapters/claims.html").as_uri())
    link = page.locator("p a.claim").first
    claim = link.inner_text()
    link.click()
    page.wait_for_url(f"**/claims-table.html#{claim}")
    context.close()


def test_axe_finds_nothing_in_a_shown_row(browser):
    for theme, rules in (("light", RULES), ("dark", [CONTRAST])):
        page = browser.new_page(color_scheme=theme, reduced_motion="reduce")
        page.goto((HTML / "chapters/claims.html").as_uri())
        page.locator("p a.claim").first.click()
        page.locator(".so-row").wait_for()
        page.evaluate(AXE)
        assert page.evaluate(VIOLATIONS, rules) == []
        page.close()


def test_an_exercise_says_right_and_wrong(tab):
    tab.open("chapters/claims")
    number = tab.locator("form.so-quiz[data-kind=number]").first
    right = round(float(number.get_attribute("data-answer")))
    verdict = number.locator("output")
    assert verdict.get_attribute("role") == "status"
    number.get_by_role("textbox").fill(str(right + 1))
    number.get_by_role("button", name="Check").click()
    expect(verdict).to_have_text(re.compile("^Not yet."))
    number.get_by_role("textbox").fill(str(right))
    number.get_by_role("textbox").press("Enter")
    expect(verdict).to_have_text(re.compile("^Right."))
    assert "claims.html" in tab.url, "the page was not left"


def answered(form, answer):
    """What a form says to an answer."""
    if form.get_attribute("data-kind") == "choice":
        form.locator(f"input[value='{answer}']").check()
    else:
        form.get_by_role("textbox").fill(answer)
    form.get_by_role("button", name="Check").click()
    return form.locator("output").inner_text()


def test_every_form_takes_its_own_answer(tab):
    """What the page takes for right is what `check` takes for right in the notebook."""
    for name in CONTENT:
        tab.open(f"chapters/{name}")
        for form in tab.locator("form.so-quiz[data-answer]").all():
            assert answered(form, form.get_attribute("data-answer")).startswith("Right."), form.inner_text()


@pytest.fixture
def quiz(each_browser, monkeypatch):
    """A page without a book, with the exercises that are stated and the book's script."""
    pieces = []
    monkeypatch.setattr(exercises, "display", lambda output: pieces.append(output.data))
    page = each_browser.new_page()

    def opened():
        page.set_content(f"<!DOCTYPE html>{''.join(pieces)}")
        page.add_script_tag(path=ROOT / "_static" / "book.js")
        return page.locator("form.so-quiz").all()

    yield opened
    page.close()


def test_the_script_judges_as_the_library_does(quiz):
    """Numbers and texts, by the examples that the library is tested with, too."""
    examples = json.loads((ROOT / "tests" / "answers.json").read_text(encoding="utf-8"))
    for number, example in enumerate(examples):
        exercise(number, "What?", repr(example["right"]), tolerance=example.get("tolerance", TOLERANCE))
    for form, example in zip(quiz(), examples, strict=True):
        verdict = answered(form, example.get("typed", str(example["answer"])))
        assert verdict.startswith("Right." if example["verdict"] == "right" else "Not yet."), example


def test_a_form_knows_mistakes_and_asks_for_what_is_missing(quiz):
    exercise(
        1, "Half of 40?", "20", hints={"40": "That is all of it.", "20.3": "Nearly."}, why="Divide.", tolerance=0.5
    )
    exercise(2, "Who?", "'biden'", hints={"'putin'": "That is the other."})
    exercise(3, "Which?", "'b'", options=["this", "that"], hints={"a": "No, that."})
    number, text, choice = quiz()
    assert answered(number, "40.4") == "Not yet. That is all of it."
    assert answered(number, "20.3") == "Right. Divide."
    assert answered(number, "20.7") == "Not yet. Look again, or open the answer below.", (
        "a hint that is right says nothing"
    )
    assert answered(number, "forty") == answered(number, "Infinity") == "Type a number, for example 12.5."
    assert answered(number, " ") == answered(text, "") == "Type an answer first."
    assert answered(text, "'Putin'") == "Not yet. That is the other."
    choice.get_by_role("button").click()
    expect(choice.locator("output")).to_have_text("Tick an answer first.")
    assert answered(choice, "a") == "Not yet. No, that."
    assert answered(choice, "b") == "Right."
    choice.locator("input").first.check()
    expect(choice.locator("output")).to_be_empty()  # a verdict does not outlive the answer it was given for


def test_the_search_works_from_a_folder(each_browser):
    page = each_browser.new_page()  # not `tab`: the theme fetches snippets of pages, which a browser refuses for files
    page.goto((HTML / "search.html").as_uri() + "?q=narrator")
    page.locator("#search-results li a").nth(3).wait_for()
    page.close()


def test_words_around_what_is_searched_stand_apart_and_fit_on_a_phone(browser, address):
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{address}/search.html?q=pullback")
    expect(page.locator("#search-results p.context").first).to_contain_text("certain positive")  # two cells of a row
    page.locator("#search-results p.context").nth(10).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()


def test_without_a_script_the_answer_is_still_there(browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((HTML / "chapters/claims.html").as_uri())
    assert page.locator("form.so-quiz button:visible").count() == 0
    assert page.locator("details.so-answer summary").count() >= 5
    context.close()


def test_folded_code_says_one_thing_and_unfolds(tab):
    tab.open("chapters/your-report")
    folded = tab.locator("details.so-code").first
    said = folded.locator("summary")
    expect(said).to_have_text("Imports and data of this page")
    expect(folded.locator("pre")).to_be_hidden()
    said.click()
    expect(folded.locator("pre")).to_be_visible()
