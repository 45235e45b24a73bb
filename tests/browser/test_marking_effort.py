"""How many clicks and keystrokes ten claims of a new text need, at the desk and in the sheets: `pytest -s` prints both.

A drag, a click and a stroke of a key (with those held down beside it) count one each. At the desk they are counted by the
browser. For the sheets, a cell costs one to go to it, and what it takes to fill it in the cheapest way: typing it; typing its
beginning, where a spreadsheet completes it from the cells above; for words of the text, copying them with four (mark, copy,
change the window, paste). Gists are typed in both, so that they are counted apart.
"""

import pytest
from conftest import in_one_browser
from marked_text import ACTORS, CLAIMS, TEXT, TOPIC
from playwright.sync_api import expect
from test_marking import desk, give  # noqa: F401  (a fixture)
from test_marking_session import Mouse, code

COUNT = """() => {
    window.counted = 0;
    addEventListener("pointerdown", () => { window.counted += 1; }, true);
    addEventListener("keydown", ({ key }) => { window.counted += !["Control", "Shift", "Alt"].includes(key); }, true);
}"""
TEN = CLAIMS[:10]
MADE = {
    actor: words.lower().replace(" ", "_") for words, (actor, *_) in ACTORS.items()
}  # the identifiers that the desk makes


class Practised(Mouse):
    """Drags over words, presses letters in place of buttons, clicks labels, and leaves to actors the names that the desk gives them."""

    def press(self, name, key):
        if key:
            self.page.keyboard.press(key)
        else:
            super().press(name, key)

    def fill(self, name, value):
        if name in ("name", "actor_id"):
            return
        value = MADE.get(value, value)
        field = self.page.locator(f".so-mark-form [name={name}]")
        label = self.page.locator(f".so-mark-form [name={name}][value='{value}']")
        if label.count():
            if not label.is_checked():  # else the desk knows it from what was marked
                label.click()
        elif field.input_value() != value:
            field.click()
            if field.evaluate("node => node.localName") == "select":
                self.page.keyboard.press("Escape")  # closes the list that the click opened
                options = field.evaluate("node => [...node.options].map((option) => option.text.toLowerCase())")
                self.page.keyboard.type(beginning(value, options))
            else:
                self.page.keyboard.type(value)
            assert field.input_value() == value


def beginning(value, others):
    """The shortest beginning of a value with which no other begins."""
    lengths = range(1, len(value) + 1)
    return next(
        (value[:n] for n in lengths if sum(other.startswith(value[:n].lower()) for other in others) <= 1), value
    )


def in_sheets(claims):
    """What the sheets `claims` and `actors` cost, without the gists."""
    above, cost = {}, 0

    def fill(column, value, is_quoted=False):
        nonlocal cost
        earlier = above.setdefault(column, set())
        typed = len(value) if value not in earlier else len(beginning(value, [each.lower() for each in earlier])) + 1
        cost += 1 + (min(typed, 4) if is_quoted else typed)
        earlier.add(value)

    mentioned = {ACTORS[claim["source words"]]: claim for claim in claims if claim["source words"] in ACTORS}
    for (actor, name, kind), claim in mentioned.items():
        fill("actor_id", actor)
        fill("name", name, is_quoted=True)
        fill("mention", claim["source words"], is_quoted=True)
        fill("kind", kind)
    for claim in claims:
        cost += 1  # its identifier, filled down
        for column in ("content", "source words", "cue"):
            if claim[column]:
                fill(column, claim[column], is_quoted=True)
        for column in ("source", "lemma", "cue_class", "quote_type", "act", "time_ref", "certainty", "polarity"):
            if claim[column] and (column, claim[column]) != ("quote_type", "none"):
                fill(column, claim[column])
        fill("topic", TOPIC)
    return cost


@in_one_browser
@pytest.mark.thorough  # a count for the record; what it drives is tested elsewhere
def test_ten_claims(desk):  # noqa: F811
    give(desk, "bridge.txt", TEXT.encode())
    desk.evaluate(COUNT)
    for claim in TEN:
        code(Practised(desk), claim)
    expect(desk.locator(".so-mark-count")).to_have_text("10 claims")
    gists = sum(len(claim["gist"]) + 1 for claim in TEN)
    ours, theirs = desk.evaluate("counted") - gists, in_sheets(TEN)
    print(
        f"\nclicks and keystrokes for ten claims: desk {ours}, sheets {theirs} ({ours / theirs:.0%}); gists, in both, {gists}"
    )
    assert ours <= theirs / 3
