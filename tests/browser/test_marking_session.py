"""A whole session at the marking desk: a text of twelve paragraphs, fifteen claims, with mouse, finger and keyboard."""

import json

import pytest
from conftest import watched
from marked_text import ABOUT, ACTORS, CLAIMS, TEXT, TOPIC
from playwright.sync_api import expect
from test_accessibility import AXE, RULES, VIOLATIONS
from test_marking import PLACE, choose, describe, drag, files_of, give, pack, press, saved

from chapters import HTML
from standoff import load
from standoff.cli import main
from standoff.display.reading_desk import desk_data

SCRIPTS = [HTML / f"_static/{name}.js" for name in ("desk-pair", "desk-text", "desk-align", "desk")]
CARET = """() => {
    const { focusNode, focusOffset } = getSelection(), paragraphs = [...document.querySelectorAll(".so-mark-text > p")];
    return [paragraphs.findIndex(node => node.contains(focusNode)) + 1, focusNode.nodeType === 3 ? focusOffset : 0];
}"""
TAPPED = """([x, y]) => document.elementFromPoint(x, y).dispatchEvent(
    new PointerEvent("click", { pointerType: "touch", bubbles: true, clientX: x, clientY: y }))"""
IS_KEPT = "topic => JSON.parse(localStorage.getItem('standoff-marking')).state.rows.claims.at(-1).cells.topic === topic"
ACTIVE = "[document.activeElement.name || document.activeElement.localName, document.activeElement.textContent]"


class Mouse:
    """Marks by dragging, and fills in fields by choosing."""

    def __init__(self, page):
        self.page = page

    def pick(self, paragraph, words):
        drag(self.page, paragraph, words)

    def press(self, name, key):
        self.page.get_by_role("button", name=name, exact=True).click()

    def fill(self, name, value):
        if name == "actor_id":  # what Playwright fills in all at once is no change to Firefox
            self.page.locator(f".so-mark-form [name={name}]").select_text()
            self.page.keyboard.type(value)
        elif name in ("name", "gist", "cue_lemma"):
            self.page.locator(f".so-mark-form [name={name}]").fill(value)
        else:
            choose(self.page, name, value)

    def unfold(self):
        self.page.locator(".so-mark-form summary").click()


class Finger(Mouse):
    """Taps the first word and the last, and buttons.

    Playwright has no finger for a stock Firefox, where a tap does nothing. There, a word is clicked, and the page is told
    that it was a tap: it is not shown that the browser itself would take a touch for one.
    """

    @property
    def is_real(self):
        return self.page.context.browser.browser_type.name == "chromium"

    def tap(self, x, y):
        if self.is_real:
            self.page.touchscreen.tap(x, y)
        else:
            self.page.mouse.click(x, y)
            self.page.evaluate(TAPPED, [x, y])

    def pick(self, paragraph, words):
        x, y, to_x, to_y = self.page.evaluate(PLACE, [paragraph, words])
        self.tap(x + 2, y)
        self.tap(to_x - 2, to_y)

    def press(self, name, key):
        if self.is_real:
            self.page.get_by_role("button", name=name, exact=True).tap()
        else:
            super().press(name, key)


class Keyboard(Mouse):
    """Walks to the words with arrows, and to fields and buttons with the tabulator: nothing is clicked."""

    def pick(self, paragraph, words):
        start = TEXT.split("\n\n")[paragraph - 1].index(words)
        self.page.locator(".so-mark-text").focus()
        self.page.keyboard.press("Control+Home")
        while self.page.evaluate(CARET) < [paragraph, 0]:
            self.page.keyboard.press("Control+ArrowDown")
        while self.page.evaluate(CARET) <= [paragraph, start]:
            self.page.keyboard.press("Control+ArrowRight")
        self.page.keyboard.press("Control+ArrowLeft")
        end = [paragraph, start + len(words)]
        while self.page.evaluate(CARET) < end:
            self.page.keyboard.press("Shift+Control+ArrowRight")
        while self.page.evaluate(CARET) > end:  # Firefox takes the full stop for a part of the word
            self.page.keyboard.press("Shift+ArrowLeft")

    def press(self, name, key):
        if key:
            self.page.keyboard.press(key)
        else:
            self.go(lambda kind, words: words == name, "Shift+Tab" if name.startswith("Back") else "Tab")
            self.page.keyboard.press("Enter")

    def go(self, is_there, key="Tab"):
        for _ in range(20):
            if is_there(*self.page.evaluate(ACTIVE)):
                return
            self.page.keyboard.press(key)
        raise AssertionError("the keyboard does not lead there")

    def fill(self, name, value):
        self.go(lambda kind, words: kind == name)
        if name in ("name", "actor_id"):  # which are filled in already
            self.page.keyboard.press("Control+a")
        if self.page.evaluate("document.activeElement.type") != "radio":
            self.page.keyboard.type(value)  # a list goes to what begins so
            return
        while self.page.evaluate("document.activeElement.value") != value:
            self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Space")

    def unfold(self):
        self.go(lambda kind, words: kind == "summary")
        self.page.keyboard.press("Enter")


def code(way, claim):
    """Mark a claim of the text and fill in its form, in one of the three ways."""
    page, paragraph = way.page, claim["paragraph"]
    for words, name, key in [("content", "claim", "n"), ("source words", "source", "s"), ("cue", "cue", "u")]:
        if claim[words]:
            way.pick(paragraph, claim[words])
            expect(page.locator(".so-mark-picked")).to_contain_text(f"“{claim[words]}”")
            way.press(name, key)
    if type(way) is Keyboard:
        page.keyboard.press("Escape")  # from the text to the form
    if actor := ACTORS.get(claim["source words"]):  # who is mentioned for the first time
        way.press(f"New actor: {claim['source words']}", None)
        for name, value in zip(("actor_id", "name", "kind"), actor):
            way.fill(name, value)
        way.press(f"Back to {page.locator('.so-desk-steps', has_text='Back to').inner_text().split()[-1]}", None)
    way.fill("source", claim["source"])
    way.fill("certainty", claim["certainty"])
    way.fill("gist", claim["gist"])
    if not page.locator(".so-mark-form details").evaluate("node => node.open"):
        way.unfold()
    for name in ("lemma", "cue_class", "quote_type", "act", "time_ref", "polarity"):
        if claim[name]:
            way.fill({"lemma": "cue_lemma"}.get(name, name), claim[name])
    way.fill("topic", TOPIC)


def check_the_page(page, width):
    """No rule of axe is broken, by the form and by the list, and nothing is wider than the window."""
    page.evaluate(AXE)
    assert page.evaluate(VIOLATIONS, RULES) == []
    press(page, "Back to the list")
    assert page.evaluate(VIOLATIONS, RULES) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.thorough  # long; each of its steps is tested by itself in test_marking
def test_a_session(each_browser, tmp_path):
    """Begun in a window 1280 pixels wide, which is closed in the middle, and finished in one of 390."""
    context = each_browser.new_context(viewport={"width": 1280, "height": 900}, has_touch=True, reduced_motion="reduce")
    page = context.new_page()
    with watched(page):
        page.goto((HTML / "chapters/marking-desk.html").as_uri())
        give(page, "bridge.txt", TEXT.encode())
        for number, claim in enumerate(CLAIMS):
            if number == 8:
                page.wait_for_function(IS_KEPT, arg=TOPIC)
                check_the_page(page, 1280)
                page.close()
                page = context.new_page()
                page.set_viewport_size({"width": 390, "height": 900})
                page.on("dialog", lambda dialog: dialog.accept())
                page.goto((HTML / "chapters/marking-desk.html").as_uri())
                press(page, "Go on with it")
                expect(page.locator(".so-mark-list li")).to_have_count(8)
            code([Keyboard, Mouse, Finger][number % 3](page), claim)
            expect(page.locator(".so-mark-count")).to_have_text(f"{number + 1} claim{'s' if number else ''}")
        check_the_page(page, 390)
        describe(page, ABOUT)
        folder = saved(page, tmp_path)
    assert main(["check", str(folder)]) == 0
    case = load(folder)
    made = case.claims.merge(
        case.spans.groupby("span_id")["paragraph"].first(), left_on="content_span", right_index=True
    )
    assert made["gist"].tolist() == [claim["gist"] for claim in CLAIMS]
    assert made["source"].tolist() == [claim["source"] for claim in CLAIMS]
    assert made["paragraph"].tolist() == [claim["paragraph"] for claim in CLAIMS]
    assert made["quote_type"].tolist() == [claim["quote_type"] for claim in CLAIMS]
    assert sorted(case.actors["actor_id"]) == sorted(actor for actor, *_ in ACTORS.values())

    press(page, "Erase")  # and the file opened again holds it all
    give(page, "mine.zip", pack({f"mine/{name}": text for name, text in files_of(folder).items()}))
    expect(page.locator(".so-mark-list li")).to_have_count(len(CLAIMS))
    expect(page.locator(".so-mark-count")).to_have_text("15 claims")
    assert files_of(saved(page, tmp_path / "again")) == files_of(folder)

    data = json.dumps({"mine": desk_data(case)}).replace("<", "\\u003c")
    page.goto("about:blank")
    page.set_content(f'<div id="so-desk"><script type="application/json">{data}</script></div>')
    for script in SCRIPTS:
        page.add_script_tag(path=script)
    page.get_by_role("button", name="Open").first.click()
    expect(page.locator(".so-desk-paragraph")).to_have_count(12)
    expect(page.get_by_role("button", name="(c015)")).to_have_count(1)
    context.close()
