"""The dozen units that a reader labels herself: in the notebook, on the page, without scripts; the same alpha everywhere."""

import itertools
import random
import re

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import expect

from chapters import HTML, source
from standoff import load
from standoff.agreement import alpha
from standoff.display import compare, trial

PAGE = HTML / "chapters/coding.html"
LABELS = ["certain", "probable", "possible", "uncommitted"]
DOZEN = re.findall(r'^    "(c\d{3})": "",  # \d+$', source("coding"), re.M)


@pytest.fixture(scope="module")
def reference():
    return load("practice").claims.set_index("claim_id").loc[DOZEN, "certainty"].astype("str")


@pytest.fixture
def started(shown):
    """The HTML of the trial, which has been started."""
    trial(load("practice"), "certainty", DOZEN)
    return BeautifulSoup(shown[0], "html.parser")


# ---- in the notebook ----


def test_the_units_are_a_dozen_with_all_labels(reference):
    assert len(DOZEN) == 12 and set(reference) == set(LABELS)


def test_a_units_content_is_marked_in_its_sentence(started):
    units = started.select(".so-unit")
    case = load("practice")
    text = case.text.read_text(encoding="utf-8")
    lengths = (case.spans["end"] - case.spans["start"]).groupby(case.spans["span_id"]).sum()
    for unit, claim in zip(units, DOZEN, strict=True):
        assert unit.p.get_text() in text and re.search(r"[.?!]”?$", unit.p.get_text())
        span = case.claims.set_index("claim_id").at[claim, "content_span"]
        assert sum(len(mark.get_text()) for mark in unit.select("mark")) == lengths[span]


def test_compare_prints_agreement_alpha_and_differences(started, reference, capsys):
    mine = {**reference, "c002": "Certain ", "c016": ""}
    compare(mine)
    both = pd.DataFrame({"mine": mine, "table": reference}).drop("c016").replace("Certain ", "certain")
    out = capsys.readouterr().out
    assert "10 of 11 units (90.9%)" in out and f"Your alpha is {alpha(both):.3f}" in out
    assert out.splitlines()[2:] == ["c002: you certain, the table uncommitted"]


@pytest.mark.parametrize(
    ("mine", "words"),
    [
        ({}, "Label at least two units"),
        ({"c002": "certain"}, "Label at least two units"),
        ({"c002": "sure"}, "c002: 'sure' is not a label. Write certain or probable"),
        ({"c999": "certain"}, "c999 is not one of the units: c002, "),
        ({"c003": "possible", "c053": "possible"}, "Alpha is undefined here"),
    ],
)
def test_what_compare_says_to_other_labels(started, mine, words, capsys):
    compare(mine)
    assert words in capsys.readouterr().out


def test_compare_before_the_trial(monkeypatch, capsys):
    monkeypatch.setitem(compare.__globals__, "_reference", None)
    compare({"c002": "certain"})
    assert "run the cell above" in capsys.readouterr().out


# ---- on the page ----


@pytest.fixture
def tab(tab):
    tab.open("chapters/coding")
    return tab


CHOOSE = """(form, labels) => form.querySelectorAll("select").forEach((select, number) => {
    select.value = labels[number];
    if (select.value !== labels[number]) throw new Error(`there is no label ${labels[number]}`);
    select.dispatchEvent(new Event("input", {bubbles: true}));
})"""


def test_the_page_shows_pythons_alpha(tab, reference):
    """For right, random and partly empty labels."""
    draw = random.Random(3)
    answers = [list(reference), ["certain"] * 12]
    answers += [draw.choices(LABELS, k=12) for _ in range(8)]
    answers += [[label if draw.random() < 0.7 else true for label, true in zip(a, reference)] for a in answers[2:6]]
    answers += [[label if draw.random() < 0.6 else "" for label in a] for a in answers[2:8]]
    form, output = tab.locator("form.so-trial"), tab.locator("form.so-trial output")
    for mine in answers:
        form.evaluate(CHOOSE, mine)
        tab.get_by_role("button", name="Compare with the table").click()
        both = pd.DataFrame({"mine": mine, "table": reference}).replace("", None).dropna()
        shown = re.fullmatch(
            r"You give the table's label to (\d+) of (\d+) units \(([\d.]+)%\)\. Your alpha is (-?[\d.]+)\.( \d+ not labelled\.)?",
            output.inner_text(),
        )
        assert shown, output.inner_text()
        same = both["mine"] == both["table"]
        assert (int(shown[1]), int(shown[2])) == (same.sum(), len(both))
        assert float(shown[3]) == pytest.approx(100 * same.mean(), abs=0.051)
        assert float(shown[4]) == pytest.approx(alpha(both), abs=0.00051)
        assert bool(shown[5]) == ("" in mine)


def test_the_form_by_keyboard_alone(tab, reference):
    form = tab.locator("form.so-trial")
    output = form.locator("output")
    assert output.get_attribute("role") == "status"
    form.locator("select").first.focus()
    for number, label in itertools.islice(enumerate(reference), 3):
        tab.keyboard.type(label[:3])  # as one chooses in a select
        tab.keyboard.press("Tab")
        assert form.locator("select").nth(number).input_value() == label
    form.get_by_role("button", name="Compare").focus()
    tab.keyboard.press("Enter")
    assert (
        output.inner_text()
        == "You give the table's label to 3 of 3 units (100.0%). Your alpha is 1.000. 9 not labelled."
    )
    assert [text for text in form.locator(".so-verdict").all_inner_texts() if text] == ["✓ as in the table"] * 3
    form.locator("select").first.select_option("probable")
    assert output.inner_text() == "", "a verdict does not outlive its labels"
    tab.keyboard.press("Enter")
    form.get_by_role("button", name="Compare").click()
    assert form.locator(".so-verdict").first.inner_text() == "✗ in the table: uncommitted"
    form.get_by_role("button", name="Start again").click()
    assert output.inner_text() == "" and form.locator("select").first.input_value() == ""
    form.get_by_role("button", name="Compare").click()
    assert output.inner_text() == "Choose a label for at least two units."
    for select, claim in ((1, "c003"), (10, "c053")):
        form.locator("select").nth(select).select_option(reference[claim])
    form.get_by_role("button", name="Compare").click()
    expect(output).to_contain_text("Alpha is undefined here: only one label was used.")


def test_every_field_has_a_name_of_its_own_and_its_sentence(tab):
    fields = tab.locator("form.so-trial select")
    names = fields.evaluate_all("all => all.map(select => select.labels[0].firstChild.textContent)")
    assert len(set(names)) == 12 and names[1].strip() == "2. Certainty of Kesland"
    described = fields.evaluate_all(
        "all => all.map(s => document.getElementById(s.getAttribute('aria-describedby').split(' ')[0]).textContent.length)"
    )
    assert min(described) > 20
    assert tab.locator("form.so-trial .so-plain").is_hidden()


def test_the_script_is_loaded_on_this_page_alone():
    loads = [path.name for path in (HTML / "chapters").glob("*.html") if "trial.js" in path.read_text(encoding="utf-8")]
    assert loads == ["coding.html"]


def test_without_scripts_the_form_says_what_to_do(browser, reference):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(PAGE.as_uri())
        expect(page.locator("form.so-trial .so-plain")).to_contain_text("In a notebook")
        assert page.locator("form.so-trial button:visible").count() == 0
        page.locator("details.so-answer summary", has_text="The table's labels").click()
        assert page.locator("details.so-answer li:visible").all_inner_texts() == list(reference)
