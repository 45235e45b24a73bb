"""Export the spans of a case as W3C Web Annotations, without a word of the text."""

from collections import defaultdict

from .case import Case
from .problems import CaseError

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
CLAIM = {"content_span": "content", "source_span": "source", "cue_span": "cue"}


def webannotation(case: Case) -> dict:
    """Make an AnnotationPage of a case (a dict, to be written as JSON-LD), with one annotation for each span.

    Each part of a span is a target: a TextPositionSelector in a paragraph, which is named by its hash
    (`urn:sha256:...` of the UTF-8 bytes of the canonical paragraph), so that whoever holds the text knows it and nobody
    else learns it. Bodies say what the span is: of a claim the content, source or cue; a crux; a quantity; an event;
    the first mention of an actor. Standard: https://www.w3.org/TR/annotation-model/
    """
    paragraph = case.paragraphs.set_index("paragraph")["sha256"]
    if not case.spans["paragraph"].isin(paragraph.index).all():
        raise CaseError("a span is in no paragraph", "see `standoff check`", file="spans.csv", column="paragraph")
    bodies = _bodies(case)
    items = [
        {
            "id": f"urn:standoff:{case.name}:{span}",
            "type": "Annotation",
            "motivation": "describing",
            "body": bodies[span],
            "target": [
                {
                    "source": f"urn:sha256:{paragraph[part.paragraph]}",
                    "selector": {"type": "TextPositionSelector", "start": part.start, "end": part.end},
                }
                for part in parts.itertuples()
            ],
        }
        for span, parts in case.spans.groupby("span_id", sort=False)
    ]
    page = {"@context": CONTEXT, "id": f"urn:standoff:{case.name}", "type": "AnnotationPage"}
    if licences := case.package.get("licenses"):
        page["rights"] = licences[0].get("path", licences[0].get("name"))
    return page | {"items": items}


def _bodies(case):
    """Say what each span is: a list of TextualBody by span_id."""
    bodies = defaultdict(list)

    def add(span, identifier, words):
        body = {"type": "TextualBody", "format": "text/plain", "value": f"{identifier}, {words}"}
        bodies[span].append(body)

    for claim in case.claims.itertuples():
        for column, part in CLAIM.items():
            if isinstance(span := getattr(claim, column), str):
                labels = f"{claim.source}; {claim.act}; {claim.certainty}, {claim.polarity}; {claim.gist}"
                add(span, claim.claim_id, f"{part} of a claim" + (f": {labels}" if part == "content" else ""))
    for crux in case.cruxes.itertuples():
        add(crux.span_id, crux.crux_id, f"crux: {crux.problem}; adopted reading: {crux.adopted_reading}")
    for quantity in case.quantities.itertuples():
        add(quantity.span_id, quantity.quantity_id, f"quantity: {quantity.concept}; {quantity.bound}; {quantity.unit}")
    for event in case.events.itertuples():
        add(event.span_id, event.event_id, f"event: {event.category}; {event.status}; {event.gist}")
    for actor in case.actors.itertuples():
        add(actor.span_id, actor.actor_id, f"first mention of {actor.name}, {actor.kind}")
    return bodies
