"""Export the spans of a case as W3C Web Annotations, without a word of the text."""

from collections import defaultdict

from .case import Case
from .problems import CaseError

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
CLAIM = "{{claim_id}}, {} of a claim"
BODIES = {  # by table and column of spans: what an annotation says of such a span
    ("claims", "content_span"): CLAIM.format("content") + ": {source}; {act}; {certainty}, {polarity}; {gist}",
    ("claims", "source_span"): CLAIM.format("source"),
    ("claims", "cue_span"): CLAIM.format("cue"),
    ("cruxes", "span_id"): "{crux_id}, crux: {problem}; adopted reading: {adopted_reading}",
    ("quantities", "span_id"): "{quantity_id}, quantity: {concept}; {bound}; {unit}",
    ("events", "span_id"): "{event_id}, event: {category}; {status}; {gist}",
    ("actors", "span_id"): "{actor_id}, first mention of {name}, {kind}",
}


def webannotation(case: Case) -> dict:
    """Make an AnnotationPage of a case (a dict, to be written as JSON-LD), with one annotation for each span.

    Each part of a span is a target: a TextPositionSelector in a paragraph, which is named by its hash
    (`urn:sha256:...` of the UTF-8 bytes of the canonical paragraph), so that anyone who holds the text recognises it, and no one
    else learns it. Bodies say what the span is: of a claim the content, source or cue; a crux; a quantity; an event;
    the first mention of an actor. Standard: https://www.w3.org/TR/annotation-model/
    """
    if "spans" not in case.tables:
        raise CaseError("it has no spans", "export a case that points into one text", file=case.name)
    paragraph = case.paragraphs.set_index("paragraph")["sha256"]
    if not case.spans["paragraph"].isin(paragraph.index).all():
        raise CaseError("a span is not in any paragraph", "see `standoff check`", file="spans.csv", column="paragraph")
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


def _bodies(case: Case) -> dict[str, list[dict]]:
    """Say what each span is: a list of TextualBody by span_id."""
    bodies = defaultdict(list)
    for (table, column), words in BODIES.items():
        for row in case[table].dropna(subset=column).to_dict("records"):
            bodies[row[column]].append({"type": "TextualBody", "format": "text/plain", "value": words.format_map(row)})
    return bodies
