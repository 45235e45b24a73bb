"""The reading desk with two texts: a report and a witness, and what ties them together."""

import copy
import json
import re

import pytest
from playwright.sync_api import expect
from test_accessibility import AXE, RULES, VIOLATIONS

from chapters import HTML, ROOT
from standoff import load
from standoff.display.reading_desk import desk_data
from standoff.text import paragraphs, read_text

WITNESS = "press-conference"
SENSES = {"kept": "=", "weaker": "−", "stronger": "+", "other": "≠", "reversed": "⇄", "not found": "∅"}
HOSTILE = '<img src=x onerror="stolen = true"></script><b>'
IS_SEEN = """(node) => { // a mark, in the side that scrolls it
    const [box, side] = [node, node.closest(".so-side")].map(each => each.getBoundingClientRect());
    return box.top >= side.top && box.bottom <= side.bottom && side.bottom <= innerHeight; }"""


@pytest.fixture(scope="module")
def witnesses():
    return load("practice/witnesses")


@pytest.fixture(scope="module")
def traces(witnesses):
    """The traces to one witness, by claim."""
    return witnesses.traces[witnesses.traces["witness_id"] == WITNESS].set_index("claim_id")


@pytest.fixture(scope="module")
def text(witnesses):
    return read_text(witnesses.folder / f"{WITNESS}.txt")


def open_both(tab):
    tab.get_by_role("button", name="Open the practice report").click()
    tab.get_by_role("combobox", name="Witness").select_option(WITNESS)
    tab.get_by_role("button", name="Open its text").click()
    tab.locator(".so-two").wait_for()


@pytest.fixture
def single(tab):
    """The desk with the practice report alone."""
    tab.open("chapters/reading-desk")
    tab.get_by_role("button", name="Open the practice report").click()
    tab.locator(".so-desk-paragraph").first.wait_for()
    return tab


@pytest.fixture
def both(tab):
    """The desk with the practice report and one of its witnesses; what scrolls is there at once."""
    tab.emulate_media(reduced_motion="reduce")
    tab.open("chapters/reading-desk")
    open_both(tab)
    return tab


def sides(tab):
    return tab.get_by_role("region", name="The report"), tab.get_by_role("region", name="The witness")


def mark(side, name):
    return side.get_by_role("button", name=f"({name})")


# ---- what is marked ----


def test_claims_are_marked_by_sense_and_passages_by_whether_they_are_taken_up(both, traces, witnesses, text):
    report, witness = sides(both)
    tags = report.locator(".so-tag:visible").all_inner_texts()
    shown = {sense: sum(tag.endswith(f" {sign}") for tag in tags) for sense, sign in SENSES.items()}
    counts = traces["sense"].value_counts()
    assert shown == {sense: int(counts[sense]) for sense in SENSES} and len(tags) == len(traces)
    lines = both.evaluate("""["kept", "stronger", "other", "reversed", "not-found"].map(sense => {
        const style = getComputedStyle(document.querySelector(`.so-side .so-${sense}`));
        return [style.borderTopStyle, style.borderBottomStyle, style.backgroundImage.slice(0, 10)].join(); })""")
    assert len(set(lines)) == 5, "a sense can be told without its colour"

    blocks = paragraphs(text)
    passages = witnesses.passages[witnesses.passages["witness_id"] == WITNESS].sort_values(["paragraph", "start"])
    taken_up = passages["passage_id"].isin(traces["passage_id"])
    words = [
        [blocks[row.paragraph - 1][row.start : row.end] for row in some.itertuples()]
        for some in (passages[taken_up], passages[~taken_up])
    ]
    assert "".join(witness.locator(".so-passage").all_inner_texts()) == "".join(words[0])
    expect(witness.locator(".so-left-out")).to_have_count(0)
    both.get_by_role("checkbox", name="left out by the report").check()
    assert "".join(witness.locator(".so-left-out").all_inner_texts()) == "".join(words[1])
    both.get_by_role("checkbox", name="= kept").uncheck()
    expect(report.locator(".so-tag:visible")).to_have_count(len(traces) - int(counts["kept"]))


# ---- a pair ----


def test_a_claim_leads_to_its_passage_and_the_card_compares_both(both, traces, witnesses, practice):
    report, witness = sides(both)
    start = both.evaluate("scrollY")
    mark(report, "c035").click()
    trace = traces.loc["c035"]
    passage = witnesses.passages.set_index("passage_id").loc[trace["passage_id"]]
    claim = practice.claims.set_index("claim_id").loc["c035"]
    card = both.get_by_role("region", name="Details")
    for words in (
        trace["sense"],
        trace["note"],
        f"“{trace['printed']}”",
        f"“{trace['said']}”",
        claim["gist"],
        passage["gist"],
    ):
        expect(card).to_contain_text(words)
    for one in (claim, passage):
        expect(card).to_contain_text(f"{one['certainty']}, {one['polarity']}")
    assert claim["certainty"] != passage["certainty"]
    expect(card).to_have_attribute("aria-live", "polite")
    on = [side.locator(".so-on") for side in (report, witness)]
    assert [each.first.evaluate(IS_SEEN) for each in on] == [True, True]
    assert both.evaluate("scrollY") == start, "the page stays, only the columns scroll"

    # A line from one to the other, at the heights of both, that follows when a column is scrolled.
    height = """node => { const [box, svg] = [node, document.querySelector(".so-thread")].map(each => each.getBoundingClientRect());
        return box.top - svg.top; }"""
    bars = both.locator(".so-thread-on").nth(1)
    expect(bars).to_have_count(1)
    for distance in (0, 40):
        witness.evaluate("(side, by) => side.scrollBy(0, by)", distance)
        both.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        ends = [float(end) for end in re.findall(r"M\S+ (\S+?)V", bars.get_attribute("d"))]
        assert ends == pytest.approx([each.first.evaluate(height) for each in on], abs=1)
    expect(both.locator(".so-thread text")).to_have_text("+")


def test_a_passage_leads_to_all_its_claims_or_is_left_out(both, traces):
    report, witness = sides(both)
    mark(witness, "p004").click()
    card = both.get_by_role("region", name="Details")
    for claim in traces.index[traces["passage_id"] == "p004"]:
        expect(card.get_by_role("button", name=claim)).to_be_visible()
    expect(both.locator(".so-thread text")).to_have_count(2)
    assert "".join(report.locator(".so-on").all_inner_texts()).endswith("Ilvenna"), "the words of c030, the later one"
    card.get_by_role("button", name="c030").click()
    expect(card).to_contain_text("Claim c030")
    assert report.locator(".so-on").first.evaluate(IS_SEEN)
    both.get_by_role("checkbox", name="left out by the report").check()
    mark(witness, "p012").click()
    expect(card).to_contain_text("left out by the report")
    for place in (both.locator(".so-thread-on"), report.locator(".so-on")):
        expect(place).to_have_count(0)
    mark(report, "c016").click()
    expect(card).to_contain_text("Not found in the witness")
    assert witness.locator(".so-on").count() == 0


def test_a_pair_by_keyboard(both):
    report, witness = sides(both)
    for side in (report, witness):
        expect(side).to_have_attribute("tabindex", "0")  # can have the focus, and so be scrolled by the keys
    focused = "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"
    assert "sense reversed, traced to p014" in mark(report, "c032").get_attribute("aria-label")
    mark(report, "c032").press("Enter")
    assert both.evaluate(focused) == "Details"
    both.get_by_role("button", name="In the witness").press("Enter")
    assert "(p014), traced to it: c032" in both.evaluate(focused)
    both.keyboard.press("Enter")
    expect(both.get_by_role("region", name="Details")).to_contain_text("Passage p014")
    both.keyboard.press("Escape")
    assert "(p014)" in both.evaluate(focused)
    expect(both.get_by_role("region", name="Details")).to_be_hidden()
    expect(both.locator(".so-on")).to_have_count(0)


def test_on_a_phone_one_tap_leads_to_the_other_text(browser):
    page = browser.new_page(viewport={"width": 390, "height": 844}, has_touch=True, reduced_motion="reduce")
    try:
        page.goto((HTML / "chapters/reading-desk.html").as_uri())
        open_both(page)
        report, witness = page.locator(".so-side").first, page.locator(".so-side").last
        expect(witness).to_be_hidden()
        mark(report, "c035").tap()
        page.get_by_role("button", name="In the witness").tap()
        expect(report).to_be_hidden()
        expect(witness.locator(".so-on").first).to_be_in_viewport()
        assert page.locator(".so-desk-panel").bounding_box()["height"] < 450
        page.get_by_role("button", name="The report", exact=True).tap()
        expect(report.locator(".so-on").first).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    finally:
        page.close()


# ---- the second text ----


def test_a_witness_in_other_paragraphs_is_found_and_what_is_missing_is_said(single, text):
    fields, said = single.locator(".so-witness"), single.locator(".so-witness-said")
    single.get_by_role("combobox", name="Witness").select_option(WITNESS)
    fields.get_by_text("Paste the text instead").click()

    def paste(words):
        fields.get_by_label("The text, with a blank line").fill(words)
        fields.get_by_role("button", name="Read the pasted text").click()

    sentences = re.sub(r"(?<=[.?]) (?=[A-Z])", "\n\n", text).replace("’", "'")
    paste(f"Office of the President\n\nNews\n\n{sentences}\n\nShare")
    single.locator(".so-two").wait_for()
    expect(said).to_contain_text(f"All {len(paragraphs(text))} paragraphs match")
    paste(text.replace("Ilvenna has been Dorvian since", "It has been ours since"))
    expect(said).to_contain_text("Not worded as in the original: paragraph 6.")
    expect(single.locator(".so-witness-side")).to_contain_text("Not found in your copy")
    paste("The harbour was quiet. " * 200)
    expect(said).to_contain_text("This seems to be a different text")
    expect(single.locator(".so-two")).to_have_count(0)


def test_without_the_witness_the_desk_is_what_it_was(single):
    before = single.locator(".so-desk-frame").inner_html()
    single.get_by_role("button", name="Open its text").click()
    mark(single, "c032").click()
    single.get_by_role("button", name="Show only the report").click()
    single.get_by_role("button", name="Open its text").wait_for()
    after = re.sub(r' data-note="[^"]+"', ' data-note=""', single.locator(".so-desk-frame").inner_html())
    assert re.sub(r"(<section [^>]*so-desk-panel.*)", "", after) == re.sub(
        r"(<section [^>]*so-desk-panel.*)", "", before
    )


def test_hostile_words_stay_text_and_an_address_leads_to_the_web_only(browser, practice, witnesses):
    data = desk_data(practice, witnesses)
    witness = copy.deepcopy(data["witnesses"][WITNESS])
    for table in ("passages", "traces"):
        for row in witness[table].values():
            row |= {key: HOSTILE for key in ("gist", "topic", "note", "printed", "said") if key in row}
    witness |= dict.fromkeys(("kind", "publisher", "licence", "note"), HOSTILE) | {"address": "https://example.org/a?b"}
    witness["text"] = witness["text"] + "\n\n" + HOSTILE
    for speaker in witness["speakers"].values():
        speaker["name"] = HOSTILE
    unsafe = witness | {"title": HOSTILE, "address": f"javascript:stolen=true//{HOSTILE}"}
    data["witnesses"] = {"one": witness, "other": unsafe}
    page = browser.new_page()
    try:
        script = json.dumps({"practice": data}).replace("<", "\\u003c")
        page.set_content(f'<div id="so-desk"><script type="application/json">{script}</script></div>')
        for name in ("desk-pair", "desk-text", "desk-align", "desk"):
            page.add_script_tag(path=ROOT / f"_static/{name}.js")
        page.get_by_role("button", name="Open the practice report").click()
        link = page.get_by_role("link", name="example.org")
        assert [link.get_attribute(name) for name in ("href", "rel")] == [
            "https://example.org/a?b",
            "noopener noreferrer",
        ]
        page.get_by_role("button", name="Open its text").click()
        for name in ("c031", "p004"):
            page.get_by_role("button", name=f"({name})").click()
            expect(page.get_by_role("region", name="Details")).to_contain_text(HOSTILE)
        page.get_by_role("combobox", name="Witness").select_option("other")
        expect(page.locator(".so-witness")).to_contain_text(HOSTILE)
        assert page.locator("img, .so-desk-text b, a[href^=javascript]").count() == 0
        assert page.evaluate("window.stolen") is None
    finally:
        page.close()


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 1280), ("light", 390)])
def test_axe_finds_nothing_on_two_texts(browser, theme, width):
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion="reduce")
    try:
        page.goto((HTML / "chapters/reading-desk.html").as_uri())
        open_both(page)
        page.get_by_role("checkbox", name="left out by the report").check()
        page.get_by_role("button", name="(c035)").click()
        page.get_by_text("All about the claim").click()
        page.evaluate(AXE)
        assert page.evaluate(VIOLATIONS, RULES) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        sizes = page.locator(".so-desk button:visible").evaluate_all(
            "all => all.map(b => { const r = b.getBoundingClientRect(); return Math.min(r.width, r.height); })"
        )
        assert min(sizes) >= 24
        assert page.evaluate("getComputedStyle(document.querySelector('.so-side')).scrollBehavior") == "auto"
    finally:
        page.close()
