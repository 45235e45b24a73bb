"""Show the desks: cases as data for pages on which readers see their own copy of a text annotated, or mark a text.

The page's scripts (`_static/desk*.js`) compare the copy with the hashes, in the browser alone, and the copy of a witness,
which they show beside it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import pandas as pd

from ..case import Case
from ..witnesses import witness
from . import html
from .lookup import links_of

UNSTRESSED = {"the", "of", "a", "in", "and", "for"}
CLAIM = (
    "claim_id source source_chain recipient content_span source_span cue_span cue_lemma quote_type act time_ref certainty "
    "polarity evidence topic gist"
)
CRUX = "crux_id span_id problem printed_reading adopted_reading alternatives why"
WITNESS = "kind date publisher licence address note"
PASSAGE = "passage_id speaker topic certainty polarity gist"
TRACE = "claim_id passage_id words sense printed said note"
OWN = 8  # how many sources have a colour that no other has


def desk(witnesses: Mapping[str, Case] | None = None, **cases: Case) -> None:
    """Show the reading desk for some cases: name=case, and for some names the folder of their witnesses.

    Texts of cases and witnesses are included where they are shipped.
    """
    data = {name: desk_data(case, (witnesses or {}).get(name)) for name, case in cases.items()}
    html.show(html.for_a_script("so-desk", data))


def marking_desk(form: dict) -> None:
    """Show the marking desk, with what `standoff.coding.form` says that it needs."""
    html.show(html.for_a_script("so-mark", form))


def desk_data(case: Case, witnesses: Case | None = None) -> dict:
    """Return what the page needs of a case: positions, hashes and labels as JSON-ready values; its text if it ships it.

    witnesses: the folder of its witnesses; those to which no claim is traced are left out.
    """
    names = case.names.to_dict()
    counts = case.claims["source"].value_counts()
    labels = _labels([names[source] for source in counts.index])
    sources = {
        source: {"name": names[source], "label": label, "claims": int(count), "colour": min(rank, OWN)}
        for rank, ((source, count), label) in enumerate(zip(counts.items(), labels))
    }
    claims = _by_key(case.claims, CLAIM)
    for claim in claims.values():
        claim["through"] = [names[voice] for voice in claim.pop("source_chain").split(";")[1:-1]]
        claim["recipient"] = names.get(claim["recipient"])
        claim["spans"] = [claim.pop(column) for column in ("content_span", "source_span", "cue_span")]
    return _positions(case) | {
        "sources": sources,
        "claims": claims,
        "links": links_of(case),  # by claim: (relation in words, other_id, note), both ways
        "cruxes": _by_key(case.cruxes, CRUX),
        "witnesses": {
            name: witness_data(witnesses, name, sources, names) for name in (traced(witnesses) if witnesses else ())
        },
    }


def traced(witnesses: Case) -> list[str]:
    """Return the witness_id of each witness to which claims are traced, in the order of their table."""
    documents = witnesses.witnesses["witness_id"]
    return documents[documents.isin(witnesses.traces["witness_id"])].tolist()


def witness_data(witnesses: Case, name: str, sources: dict[str, dict], names: dict[str, str]) -> dict:
    """Return what the page needs of one witness, as `desk_data` does of a case.

    sources: those of the case, by actor_id, whose letters and colours speakers keep; names: of its actors.
    """
    document = witnesses.witnesses.set_index("witness_id").loc[name]
    passages, traces = (table[table["witness_id"] == name] for table in (witnesses.passages, witnesses.traces))
    speakers = passages["speaker"].unique()
    others = [speaker for speaker in speakers if speaker not in sources]
    labels = _labels([source["name"] for source in sources.values()] + [names.get(other, other) for other in others])
    known = sources | {
        other: {"name": names.get(other, other.capitalize()), "label": label, "colour": OWN}
        for other, label in zip(others, labels[len(sources) :])
    }
    return _positions(witness(witnesses, name)) | {
        **{column: html.text(document[column]) for column in WITNESS.split()},
        "speakers": {
            speaker: {key: known[speaker][key] for key in ("name", "label", "colour")} for speaker in speakers
        },
        "passages": _by_key(passages.drop_duplicates("passage_id"), PASSAGE),
        "traces": _by_key(traces, TRACE),
        "labels": {
            column: {label["value"]: label["label"] for label in witnesses.field("traces", column)["categories"]}
            for column in ("sense", "words")
        },
    }


def _positions(case: Case) -> dict:
    """Return title, text (None if it is not shipped), paragraphs and spans of what points into one text."""
    spans = defaultdict(list)
    for span, *part in case.spans[["span_id", "paragraph", "start", "end", "sha256_16"]].itertuples(index=False):
        spans[span].append(part)
    hashes = case.paragraphs["sha256"].str[:16]  # no more of it is compared
    return {
        "title": case.title,
        "text": "\n\n".join(case.paragraph_texts) if case.text else None,
        "paragraphs": [list(row) for row in zip(case.paragraphs["n_chars"].tolist(), hashes)],
        "spans": spans,
    }


def _by_key(table: pd.DataFrame, columns: str) -> dict[str, dict]:
    """Return the rows of a table by the first of some columns (names with spaces between), None for empty cells."""
    key, *others = columns.split()
    table = table.set_index(key)[others]
    return table.astype(object).where(table.notna(), None).to_dict("index")


def _labels(names: Iterable[str]) -> list[str]:
    """Return a short label for each name, all different: initials, and more letters where these are taken."""
    labels = []
    for name in names:
        words = [word for word in name.replace("-", " ").split() if word.lower() not in UNSTRESSED]
        initials = "".join(word[0] for word in words[:3]).upper()
        tries = [initials, *(words[0][:size].capitalize() for size in range(2, 9))]
        tries += [f"{initials}{number}" for number in range(2, 99)]
        labels.append(next(label for label in tries if label not in labels))
    return labels
