"""What chapters show: sentences, tables and figures."""

import re

import matplotlib.pyplot as plt
import pandas as pd
import pytest

import standoff.display.show as show
from standoff.display.show import figure, in_words, listing, percent, say, table


@pytest.fixture
def shown(monkeypatch):
    pieces = []
    monkeypatch.setattr(show, "display", lambda output: pieces.append(output.data))
    return pieces


def test_words_for_lists_and_shares():
    assert listing([]) == "none"
    assert listing(["a"]) == "a"
    assert listing(pd.Index(["a", "b", "c"])) == "a, b and c"
    assert percent(0.426) == "43 %"


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
    assert shown[0].count('<th scope="col">') == 5
    assert '<a class="claim" href="claims-table.html#c045">c045</a>' in shown[0]
    assert ">2014<" in shown[0] and ">14,000<" in shown[0] and ">2022-02-15<" in shown[0]
    table(frame.set_index("year"), "With row headers")
    assert '<th scope="row">2014</th>' in shown[1]


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
