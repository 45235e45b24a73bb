"""Say how long a chapter takes and how hard it is: at the chapter's top, and in the list of chapters on the first page.

The level is in the chapter's frame (the paragraph that begins with **Level**); the time is counted from what the
page shows, so that it cannot go stale. Both are rules of thumb, rounded to five minutes.
"""

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode

WORDS_A_MINUTE = 238  # adults, silently, English non-fiction: Brysbaert 2019, doi 10.1016/j.jml.2019.104047
SECONDS_A_LINE = 5  # of code; this and the next two are our own guesses
MINUTES_A_PICTURE = 1  # a figure or a table
MINUTES_AN_EXERCISE = 8

logger = logging.getLogger(__name__)


class chapter_list(nodes.General, nodes.Element):
    """Hold the place of the list of chapters until all of them have been read."""


class Chapters(SphinxDirective):
    """List the chapters that have a level, in their order, with time and level: `{chapters}`."""

    def run(self) -> list[nodes.Node]:
        """Hold the place of the list."""
        return [chapter_list()]


def minutes(doctree: nodes.Element) -> tuple[int, int]:
    """Return the minutes to read a page, and those with its exercises, each rounded to five."""
    words = sum(len(text.astext().split()) for kind in (nodes.title, nodes.paragraph) for text in doctree.findall(kind))
    lines = sum(
        len(code.astext().splitlines())
        for cell in doctree.findall(nodes.container)
        if "cell_input" in cell["classes"]
        for code in cell.findall(nodes.literal_block)
    )
    shown = "".join(raw.astext() for raw in doctree.findall(nodes.raw) if "html" in raw["format"].split())
    unfolded = re.sub("<details.*?</details>", "", shown, flags=re.S)
    pictures = re.findall("<(?:figure|table)\\b", unfolded)
    read = words / WORDS_A_MINUTE + lines * SECONDS_A_LINE / 60 + len(pictures) * MINUTES_A_PICTURE
    return _rounded(read), _rounded(read + MINUTES_AN_EXERCISE * shown.count('class="so-quiz"'))


def _rounded(number: float) -> int:
    return max(5, 5 * round(number / 5))


def fill_frame(app: Sphinx, doctree: nodes.document) -> None:
    """Write the time before the level, and keep both for the list of chapters."""
    frames = [note for note in doctree.findall(nodes.Admonition) if note[0].astext() == "In this chapter"]
    if not frames:
        return
    read, work = minutes(doctree)
    for paragraph in list(frames[0].findall(nodes.paragraph)):
        head, _, text = paragraph.astext().partition(" ")
        if head == "Level":
            paragraph.insert(
                0, [nodes.strong("", "Time"), nodes.Text(f" about {read} minutes to read, {work} with the exercises. ")]
            )
            level = text.split("\n")[0].rstrip(".")  # what the reader needs is on the next line
            title = next(doctree.findall(nodes.title)).astext()
            app.env.metadata[app.env.docname]["chapter"] = {"title": title, "read": read, "work": work, "level": level}
        elif head == "Time":
            logger.warning("the time is counted: take **Time** out of the frame", location=paragraph)


def list_chapters(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the list of chapters in its place."""
    for node in list(doctree.findall(chapter_list)):
        items = []
        for name in app.env.collect_relations():  # in the order of the table of contents
            if chapter := app.env.metadata[name].get("chapter"):
                title = make_refnode(app.builder, docname, name, "", nodes.strong("", chapter["title"]))
                about = f" {chapter['read']} min, {chapter['work']} with exercises; {chapter['level']}"
                items.append(
                    nodes.list_item("", nodes.paragraph("", "", title, nodes.inline("", about, classes=["so-time"])))
                )
        node.replace_self(
            nodes.enumerated_list("", *items, classes=["so-chapters"], enumtype="arabic", prefix="", suffix=".")
        )


def setup(app: Sphinx) -> None:
    """Register this extension."""
    app.add_node(chapter_list)
    app.add_directive("chapters", Chapters)
    app.connect("doctree-read", fill_frame)
    app.connect("env-updated", lambda app, env: [env.config.root_doc])  # its list, when only a chapter changed
    app.connect("doctree-resolved", list_chapters)
