"""Time and level of each chapter: counted, declared once, and the same wherever they are shown."""

import re

import pytest
from docutils import nodes

from _ext import times
from chapters import CONTENT, HTML, built, prose


def doctree(words=0, lines=0, raw=""):
    cell = nodes.container("", nodes.literal_block("", "\n".join(["x"] * lines)), classes=["cell_input"])
    return nodes.section("", nodes.paragraph("", "word " * words), cell, nodes.raw("", raw, format="html"))


@pytest.mark.parametrize(
    "parts, expected",
    [
        ({"words": 2380}, (10, 10)),
        ({"lines": 180}, (15, 15)),
        ({"raw": "<figure><table></table></figure>" * 5}, (10, 10)),
        ({"raw": "<figure></figure><details><table></table></details>" * 5}, (5, 5)),  # what is folded away counts once
        ({"words": 2380, "raw": '<form class="so-quiz"></form><details><table></table></details>' * 5}, (10, 50)),
        ({}, (5, 5)),
    ],
)
def test_minutes_are_counted(parts, expected):
    assert times.minutes(doctree(**parts)) == expected


def test_words_that_only_a_notebook_shows_do_not_count():
    output = nodes.container("", nodes.literal_block("", "word " * 5000), classes=["cell_output"])
    assert times.minutes(nodes.section("", output)) == (5, 5)


def chapters_on_first_page():
    return built("index").select("ol.so-chapters > li")


def test_the_first_page_lists_the_chapters_in_order():
    assert [item.a["href"] for item in chapters_on_first_page()] == [f"chapters/{name}.html" for name in CONTENT]


@pytest.mark.parametrize("name", CONTENT)
def test_a_chapter_and_the_first_page_say_the_same(name):
    frame = built(f"chapters/{name}").select_one(".admonition").get_text()
    time = re.search(
        r"Time about (\d+) minutes to read, (\d+) with the exercises\. Level (.+?)\.? You need",
        re.sub(r"\s+", " ", frame),
    )
    assert time, frame
    item = next(item for item in chapters_on_first_page() if item.a["href"].endswith(f"/{name}.html"))
    words = re.sub(r"\s+", " ", item.get_text())
    assert f"{time[1]} min, {time[2]} with exercises; {time[3]}" in words
    assert 10 <= int(time[1]) <= 60


@pytest.mark.parametrize("name", CONTENT)
def test_no_chapter_types_its_time(name):
    assert "**Time**" not in prose(name), "the time is counted: take **Time** out of the frame, and leave **Level**"


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_the_first_screen_says_what_this_is_and_leads_three_ways(browser, size):
    tab = browser.new_page(viewport=dict(zip(("width", "height"), size)))
    tab.goto((HTML / "index.html").as_uri())
    for words in ("One news report, read as data", "For readers", "For students", "For teachers"):
        box = tab.get_by_text(words).first.bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= size[1]
    assert len(tab.locator(".sd-card a").all()) == 3
    if size[0] == 1280:
        box = tab.locator("ol.so-chapters > li").last.bounding_box()
        assert box["y"] + box["height"] <= size[1], "the list of chapters is on the first screen"
    tab.close()
