"""What chapters show: sentences, tables, figures and their colours."""

import itertools
import re

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from standoff import load
from standoff.case import Case
from standoff.display import actors_table, cite, figure, in_words, listing, palette, percent, say, table
from standoff.display.lookup import presence
from standoff.display.narrow import TALLER, narrowed


@pytest.fixture
def report():
    """The report, with claims from c001 to c1000."""
    case = load("report")
    more = case.claims.iloc[[0]].assign(claim_id="c1000")
    return Case(case.folder, case.package, case.tables | {"claims": pd.concat([case.claims, more])})


def test_words_for_lists_and_shares():
    assert listing([]) == "none"
    assert listing(["a"]) == "a"
    assert listing(pd.Index(["a", "b", "c"])) == "a, b and c"
    assert percent(0.426) == "43%"


def test_numbers_in_words():
    assert in_words(pd.Series({"x": 2, "y": 0.5}, name="n").rename_axis("letter")) == "n by letter: x 2, y 0.5."
    frame = pd.DataFrame({"a": [1, 0], "b": [14000, 0]}, index=["p", "q"])
    assert in_words(frame) == "p: a 1, b 14,000. q: nothing."


def test_a_table_has_caption_and_header_cells(shown):
    frame = pd.DataFrame(
        {"claim_id": ["c045"], "year": [2014.0], "killed": [14000], "day": [pd.Timestamp("2022-02-15")], "none": [None]}
    )
    table(frame, "A <caption>", index=False)
    assert "<caption>A &lt;caption&gt;</caption>" in shown[0]
    assert shown[0].count('<th scope="col"') == 5
    assert shown[0].count('<th scope="col" class="num">') == 2, "headings of numbers stand above them"
    assert ">2014<" in shown[0] and ">14,000<" in shown[0] and ">2022-02-15<" in shown[0]
    table(frame.set_index("year"), "With row headers")
    assert '<th scope="row">2014</th>' in shown[1]
    table(pd.Series(["2014/..", "2022-02"], name="date"), "Dates as text", index=False)
    assert shown[2].count('class="so-date"') == 1, "a day or a month is not broken"


def test_claims_of_the_case_that_a_table_cites_are_links(shown, report):
    frame = pd.DataFrame({"claims": [["c001", "c1000"], ["c999"]], "gist": ["c045 is doubted", "c045,"]})
    table(frame.set_index(pd.Index(["c045", "c046"])), "A table", claims=report)
    linked = re.findall(r'<a class="claim" href="claims-table.html#(\w+)">\1</a>', shown[0])
    assert linked == ["c045", "c001", "c1000", "c046"] and shown[0].count("<a") == 4
    assert "so-text" not in shown[0], "the room of a column goes by its words, not by the markup of links"


@pytest.mark.parametrize("case", ["practice", None])
def test_what_looks_like_a_claim_is_no_link(shown, case):
    """In a table that cites no claims, or those of another case."""
    table(pd.Series(["c001", "c002"]), "A table", claims=case and load(case))
    assert "c001" in shown[0] and "<a" not in shown[0]


def test_a_figures_numbers_cite_claims(shown, report):
    fig, _ = plt.subplots()
    figure(fig, "A figure.", pd.Series({"c045": 1}), claims=report)
    assert 'href="claims-table.html#c045"' in shown[0]


def test_a_sentence_cites_claims(report, practice):
    assert cite(report, ["c001", "c1000"]) == "[c001](claim:c001) and [c1000](claim:c1000)"
    assert cite(practice, ["c001", "c002"]) == "c001 and c002"


def test_words_in_a_table_cannot_become_markup(shown):
    table(pd.Series({"<b>": "<script>alert(1)</script>"}, name='"x"'), "c")
    assert "<script" not in shown[0] and "<b>" not in shown[0]


def figure_of(data, shown):
    fig, ax = plt.subplots()
    ax.bar(data.index, data)
    figure(fig, "Two bars & more.", data)
    return shown[-1]


def test_a_figure_has_caption_alternative_text_and_numbers(shown):
    out = figure_of(pd.Series({"x": 1, "y": 2}, name="n").rename_axis("letter"), shown)
    assert re.search(r'<img src="data:image/svg\+xml;base64,[^"]+" alt="n by letter: x 1, y 2\."', out)
    assert "<figcaption>Two bars &amp; more.</figcaption>" in out
    assert out.count("<tr>") == 3  # header and two rows
    assert not plt.get_fignums(), "the figure is closed, so that it is not shown twice"


def test_the_same_figure_has_the_same_bytes(shown):
    with plt.style.context("standoff.display.house"):
        data = pd.Series({"x": 1, "y": 2})
        assert figure_of(data, shown) == figure_of(data, shown)


def test_a_sentence_is_markdown(shown):
    say("**so**")
    assert shown == ["**so**"]


# ---- colours ----

SIDE_BY_SIDE = [  # as the colours follow each other in a figure
    [palette.MAIN, palette.LIGHT, palette.CONTRAST, palette.INK],
    [palette.CONTRAST, palette.MAIN, palette.LIGHT, palette.NEUTRAL],
    [palette.MAIN, palette.CONTRAST, palette.MUTED],
    [palette.MAIN, palette.MIDDLE, palette.MUTED],
    [palette.MAIN, palette.LIGHT, palette.CONTRAST, palette.MUTED],
    [palette.INK, palette.LIGHT],
]


def lightness(colour):
    """L* of CIELAB, from 0 (black) to 100 (white)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    luminance = sum(share * value for share, value in zip([0.2126, 0.7152, 0.0722], linear))
    return 116 * luminance ** (1 / 3) - 16 if luminance > 0.008856 else 903.3 * luminance


@pytest.mark.parametrize("colours", SIDE_BY_SIDE)
def test_neighbouring_colours_differ_in_lightness(colours):
    """So that they are told apart on grey paper, and by eyes that do not see the hue."""
    assert all(abs(lightness(one) - lightness(other)) > 10 for one, other in itertools.pairwise(colours))


def test_the_style_begins_with_the_colours_of_the_palette():
    with plt.style.context("standoff.display.house"):
        cycle = plt.rcParams["axes.prop_cycle"].by_key()["color"]
    assert cycle[:3] == [palette.MAIN, palette.CONTRAST, palette.NEUTRAL] and cycle[4] == palette.LIGHT


def test_presence_is_counted_in_paragraphs():
    case = load("practice")
    place = dict(zip(case.spans["span_id"][::-1], case.spans["paragraph"][::-1]))  # of the first part of each span
    where = {actor: {place[span]} for actor, span in zip(case.actors["actor_id"], case.actors["span_id"])}
    for claim in case.claims.itertuples():
        for actor in {claim.source, claim.recipient, claim.addressee} & set(where):
            where[actor].add(place[claim.content_span])
    events = dict(zip(case.events["event_id"], case.events["span_id"]))
    for part in case.event_actors.itertuples():
        where[part.actor_id].add(place[events[part.event_id]])
    assert presence(case).drop("narrator").to_dict() == {actor: len(places) for actor, places in where.items()}


def test_an_actor_leads_to_its_claims(shown):
    case = load("practice")
    actors_table(case)
    made = case.claims["source"].value_counts()
    for actor, name in zip(case.actors["actor_id"], case.actors["name"]):
        row = re.search(rf'<tr id="{actor}">.*?</tr>', shown[0])[0]
        link = f'<a href="claims-table.html?source={name.replace(" ", "+")}">{made.get(actor)}</a>'
        assert (link in row) == ("claims-table" in row) == (actor in made), f"{actor}: {row}"


@pytest.mark.parametrize(("aspect", "height"), [("auto", 5.6), ("equal", 4.0)])
def test_a_map_keeps_its_shape_on_a_phone(aspect, height):
    fig, ax = plt.subplots(figsize=(5.6, 5.6))
    ax.set_aspect(aspect)
    assert narrowed(fig).get_figheight() == pytest.approx(height * TALLER)
    plt.close(fig)
