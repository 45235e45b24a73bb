"""Draw a paragraph of the practice report with what the tables say about it: sources, cues, and claims by their certainty."""

from docutils import nodes
from docutils.parsers.rst import Directive
from markupsafe import Markup
from sphinx.application import Sphinx

from standoff import load
from standoff.case import Case, vocabulary
from standoff.display.html import each


class Anatomy(Directive):
    """`{anatomy} 12` stands for the paragraph of that number."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the picture, which is text."""
        return [nodes.raw("", str(drawn(load("practice"), int(self.arguments[0]))), format="html")]


def drawn(case: Case, number: int) -> Markup:
    """Return the paragraph as HTML: what is said of a claim shows while the mouse or the focus is on it.

    Raises ValueError if two marks of the paragraph lie across each other: such a paragraph cannot be drawn as one line.
    """
    text = case.paragraph_texts[number - 1]
    pieces, done = [], 0
    for start, end, template, note in marks_of(case, number):
        if start < done:
            raise ValueError(f"paragraph {number} of the practice report has marks across each other: draw another one")
        pieces += [text[done:start], template.format(text[start:end], note)]
        done = end
    return Markup(
        '<figure class="so-anatomy"><p>{}</p><figcaption><span class="so-source">source</span> '
        '<span class="so-cue">cue</span> claim: {}</figcaption><p class="so-hint" aria-hidden="true">'
        "Point to a claim, tap it or move to it with Tab.</p></figure>"
    ).format(
        Markup().join([*pieces, text[done:]]),
        each('<mark class="so-{0}">{0}</mark> ', vocabulary(case.field("claims", "certainty"))),
    )


def marks_of(case: Case, number: int) -> list[tuple[int, int, Markup, Markup]]:
    """Return the marks of a paragraph in order: where they begin and end, their element, and what is said of them."""
    spans = case.spans[case.spans["paragraph"] == number].set_index("span_id")
    names, marks = case.names, {}
    for claim in case.claims[case.claims["content_span"].isin(spans.index)].itertuples():
        note = Markup(
            '<span class="so-said" role="note"><b>{}</b> The source is {}, the certainty <b>{}</b>. {}.</span>'
        ).format(claim.claim_id, names[claim.source], claim.certainty, claim.gist)
        element = Markup('<mark class="so-{}" tabindex="0">{{}}{{}}</mark>').format(claim.certainty)
        for span, template, said in (
            (claim.content_span, element, note),
            (claim.source_span, Markup('<span class="so-source">{}{}</span>'), ""),
            (claim.cue_span, Markup('<span class="so-cue">{}{}</span>'), ""),
        ):
            for part in spans[spans.index == span].itertuples():
                marks[part.start, part.end] = (template, said)
    return [(*place, *marks[place]) for place in sorted(marks)]


def setup(app: Sphinx) -> None:
    """Register this extension."""
    app.add_directive("anatomy", Anatomy)
